# range_profit and its arithmetic.
jitbox_verilated(mul_div TOP mul_div)
jitbox_verilated(mul_div_narrow TOP mul_div PARAMETERS Width=8 Digit=4 Entries=3)
jitbox_rtl_test(rtl_mul_div_whole_test SOURCES mul_div_whole_test.cpp MODELS mul_div_narrow)
jitbox_verilated(amount0_quotient TOP amount0_quotient)
jitbox_verilated(amount0_narrow TOP amount0_quotient PARAMETERS Price=9 Liquidity=4 Scale=6 Least=2 Top=8 Digit=2 Entries=13)
jitbox_rtl_test(rtl_amount0_quotient_test SOURCES amount0_quotient_test.cpp MODELS amount0_quotient amount0_narrow DEPENDS kernels)
jitbox_verilated(divide_digit TOP divide_digit PARAMETERS Width=6 Digit=2)
jitbox_rtl_test(rtl_divide_digit_test SOURCES divide_digit_test.cpp MODELS divide_digit)
jitbox_verilated(reciprocal TOP reciprocal)
jitbox_rtl_test(rtl_reciprocal_test SOURCES reciprocal_test.cpp MODELS reciprocal)
jitbox_verilated(mul_shift TOP mul_shift)
jitbox_verilated(square_root TOP square_root)
jitbox_verilated(ratio_rate_down TOP ratio_rate)
jitbox_verilated(ratio_rate_up TOP ratio_rate PARAMETERS RoundUp=1)
jitbox_rtl_test(rtl_ratio_rate_test SOURCES ratio_rate_test.cpp MODELS ratio_rate_down ratio_rate_up DEPENDS kernels)
jitbox_rtl_test(rtl_wide_math_test SOURCES wide_math_test.cpp MODELS mul_div mul_shift square_root DEPENDS kernels)
jitbox_verilated(tick_math TOP tick_math)
jitbox_rtl_test(rtl_tick_math_test SOURCES tick_math_test.cpp MODELS tick_math DEPENDS kernels)

# range_profit around its engine.
jitbox_verilated(range_shell TOP range_shell)
jitbox_rtl_test(rtl_range_shell_test SOURCES range_shell_test.cpp range_driver.cpp range_job.cpp range_streams.cpp stream_beats.cpp
  ../unit/kernels/parser_harness.cpp
  MODELS range_shell DEPENDS accel base chain kernels)

jitbox_verilated(key_hint TOP key_hint)
jitbox_rtl_test(rtl_key_hint_test SOURCES key_hint_test.cpp MODELS key_hint DEPENDS kernels)
jitbox_verilated(pool_keys TOP pool_keys)
jitbox_rtl_test(rtl_pool_keys_test SOURCES pool_keys_test.cpp stream_beats.cpp MODELS pool_keys DEPENDS accel base chain kernels)

# The shell's parts, each alone.
jitbox_verilated(leg_check TOP leg_check)
jitbox_rtl_test(rtl_leg_check_test SOURCES leg_check_test.cpp stream_beats.cpp MODELS leg_check DEPENDS accel base chain kernels)
jitbox_verilated(legs_before TOP legs_before)
jitbox_rtl_test(rtl_legs_before_test SOURCES legs_before_test.cpp MODELS legs_before DEPENDS kernels)
jitbox_verilated(decision_beat TOP decision_beat)
jitbox_rtl_test(rtl_decision_beat_test SOURCES decision_beat_test.cpp MODELS decision_beat DEPENDS kernels)
jitbox_verilated(pool_store TOP pool_store)
jitbox_rtl_test(rtl_pool_store_test SOURCES pool_store_test.cpp MODELS pool_store DEPENDS kernels)
jitbox_verilated(window_store TOP window_store)
jitbox_rtl_test(rtl_window_store_test SOURCES window_store_test.cpp MODELS window_store DEPENDS kernels)
jitbox_verilated(state_records TOP state_records)
jitbox_rtl_test(rtl_state_records_test SOURCES state_records_test.cpp stream_beats.cpp MODELS state_records DEPENDS accel base chain kernels)
jitbox_verilated(tick_entry_check TOP tick_entry_check)
jitbox_rtl_test(rtl_tick_entry_check_test SOURCES tick_entry_check_test.cpp MODELS tick_entry_check DEPENDS kernels)
jitbox_verilated(ticks_record TOP ticks_record)
jitbox_rtl_test(rtl_ticks_record_test SOURCES ticks_record_test.cpp stream_beats.cpp MODELS ticks_record DEPENDS accel base chain kernels)
jitbox_verilated(range_dispatch TOP range_dispatch)
jitbox_rtl_test(rtl_range_dispatch_test SOURCES range_dispatch_test.cpp stream_beats.cpp MODELS range_dispatch DEPENDS accel base chain kernels)

# Its engine.
jitbox_verilated(memory_server TOP memory_server PARAMETERS Lanes=6)
jitbox_rtl_test(rtl_memory_server_test SOURCES memory_server_test.cpp MODELS memory_server DEPENDS kernels)
jitbox_verilated(thread_pool TOP thread_pool PARAMETERS Lanes=6)
jitbox_rtl_test(rtl_thread_pool_test SOURCES thread_pool_test.cpp MODELS thread_pool DEPENDS kernels)
jitbox_verilated(window_server TOP window_server PARAMETERS Lanes=6)
jitbox_rtl_test(rtl_window_server_test SOURCES window_server_test.cpp MODELS window_server DEPENDS kernels)
jitbox_verilated(seed_server TOP seed_server)
jitbox_rtl_test(rtl_seed_server_test SOURCES seed_server_test.cpp seed_server_driver.cpp seed_cases.cpp MODELS seed_server DEPENDS kernels)
jitbox_verilated(first_step TOP first_step)
jitbox_rtl_test(rtl_first_step_test SOURCES first_step_test.cpp MODELS first_step DEPENDS kernels)
jitbox_verilated(leg_tip TOP leg_tip)
jitbox_rtl_test(rtl_leg_tip_test SOURCES leg_tip_test.cpp MODELS leg_tip DEPENDS kernels)
jitbox_verilated(flow_divide TOP flow_divide)
jitbox_verilated(flow_share TOP flow_share)
jitbox_verilated(flow_prices TOP flow_prices)
jitbox_rtl_test(rtl_range_flow_test SOURCES range_flow_test.cpp MODELS flow_divide flow_share flow_prices DEPENDS kernels)
jitbox_verilated(flow_bounds TOP flow_bounds)
jitbox_rtl_test(rtl_flow_bounds_test SOURCES flow_bounds_test.cpp MODELS flow_bounds DEPENDS kernels)
jitbox_verilated(flow_seed TOP flow_seed)
jitbox_rtl_test(rtl_flow_seed_test SOURCES flow_seed_test.cpp seed_cases.cpp MODELS flow_seed DEPENDS kernels)
jitbox_verilated(flow_steps TOP flow_steps)
jitbox_rtl_test(rtl_flow_steps_test SOURCES flow_steps_test.cpp flow_steps_cases.cpp MODELS flow_steps DEPENDS kernels)
# Its units of arithmetic as all lanes ask them.
foreach(unit mul_div mul_shift amount0 tick_math)
  jitbox_verilated(${unit}_server TOP ${unit}_server PARAMETERS Lanes=6)
  jitbox_rtl_test(rtl_${unit}_server_test SOURCES ${unit}_server_test.cpp MODELS ${unit}_server DEPENDS kernels)
endforeach()

jitbox_verilated(leg_terms TOP leg_terms)
jitbox_rtl_test(rtl_leg_terms_test SOURCES leg_terms_test.cpp MODELS leg_terms DEPENDS kernels)
jitbox_verilated(range_threads TOP range_threads)
jitbox_rtl_test(rtl_range_threads_test SOURCES range_threads_test.cpp MODELS range_threads DEPENDS kernels)

jitbox_verilated(best_copy TOP best_copy)
jitbox_rtl_test(rtl_best_copy_test SOURCES best_copy_test.cpp MODELS best_copy)
jitbox_verilated(range_engine TOP range_engine)
jitbox_rtl_test(rtl_range_engine_test
  SOURCES range_engine_test.cpp range_engine_driver.cpp range_legs.cpp ${PROJECT_SOURCE_DIR}/tests/bench/quality_corpus.cpp
  MODELS range_engine DEPENDS kernels)
jitbox_rtl_test(rtl_range_aimed_test
  SOURCES range_aimed_test.cpp range_engine_driver.cpp range_legs.cpp ${PROJECT_SOURCE_DIR}/tests/bench/quality_corpus.cpp
  MODELS range_engine DEPENDS kernels)
jitbox_verilated(near_prices TOP near_prices)
jitbox_rtl_test(rtl_near_prices_test SOURCES near_prices_test.cpp MODELS near_prices)
# Its clocks; with another number of lanes than the card's only when asked for by name (tests/bench/rtl_range.sh, tests/soak/range_engine.sh).
function(jitbox_engine_program name model)
  add_executable(${name} ${ARGN} range_engine_driver.cpp range_legs.cpp ${PROJECT_SOURCE_DIR}/tests/bench/quality_corpus.cpp)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE jitbox_options jitbox_kernels verilated_${model} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endfunction()
jitbox_engine_program(rtl_range_bench range_engine ../bench/rtl_range_bench.cpp ../bench/dense_pool.cpp)
# The contract's bound of candidates a second, which legs of many keep.
add_test(NAME rtl_range_clocks COMMAND rtl_range_bench)
set_tests_properties(rtl_range_clocks PROPERTIES LABELS rtl TIMEOUT 300)
foreach(lanes 1 4)
  set(units MulDivs=2)
  if(lanes EQUAL 1)
    set(units MulDivs=1 Amount0s=1)
  endif()
  jitbox_verilated(range_engine_${lanes} CLASS Vrange_engine TOP range_engine
    PARAMETERS Lanes=${lanes} ${units})
  jitbox_engine_program(rtl_range_bench_${lanes} range_engine_${lanes} ../bench/rtl_range_bench.cpp ../bench/dense_pool.cpp)
  jitbox_engine_program(rtl_range_engine_${lanes} range_engine_${lanes} range_engine_test.cpp)
  set_target_properties(verilated_range_engine_${lanes} rtl_range_bench_${lanes} rtl_range_engine_${lanes} PROPERTIES EXCLUDE_FROM_ALL ON)
endforeach()

# The whole kernel.
jitbox_verilated(range_profit TOP range_profit)
jitbox_rtl_test(rtl_range_profit_test SOURCES range_profit_test.cpp range_driver.cpp range_job.cpp range_streams.cpp stream_beats.cpp
  ../unit/kernels/parser_harness.cpp
  MODELS range_profit DEPENDS accel base chain kernels)
