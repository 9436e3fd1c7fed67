# range_profit and its arithmetic.
set(JITBOX_MATH_MUL math/delay_line.sv math/wide_mul.sv)
set(JITBOX_MATH_DIV ${JITBOX_MATH_MUL} math/highest_bit.sv math/reciprocal.sv math/divide_digit.sv math/mul_div.sv)
jitbox_verilated(mul_div TOP mul_div SOURCES ${JITBOX_MATH_DIV})
jitbox_verilated(mul_div_narrow TOP mul_div SOURCES ${JITBOX_MATH_DIV} PARAMETERS Width=8 Digit=4 Entries=3)
jitbox_rtl_test(rtl_mul_div_whole_test SOURCES mul_div_whole_test.cpp MODELS mul_div_narrow)
jitbox_verilated(divide_digit TOP divide_digit SOURCES math/divide_digit.sv PARAMETERS Width=8 Digit=4)
jitbox_rtl_test(rtl_divide_digit_test SOURCES divide_digit_test.cpp MODELS divide_digit)
jitbox_verilated(reciprocal TOP reciprocal SOURCES math/reciprocal.sv)
jitbox_rtl_test(rtl_reciprocal_test SOURCES reciprocal_test.cpp MODELS reciprocal)
jitbox_verilated(mul_shift TOP mul_shift SOURCES ${JITBOX_MATH_MUL} math/mul_shift.sv)
jitbox_verilated(square_root TOP square_root SOURCES math/delay_line.sv math/square_root.sv)
jitbox_rtl_test(rtl_wide_math_test SOURCES wide_math_test.cpp MODELS mul_div mul_shift square_root DEPENDS kernels)
jitbox_verilated(tick_math TOP tick_math
  SOURCES math/ram_1r1w.sv math/wide_mul.sv math/highest_bit.sv math/power_of_tick.sv math/tick_tables.sv math/tick_estimate.sv math/tick_math.sv)
jitbox_rtl_test(rtl_tick_math_test SOURCES tick_math_test.cpp MODELS tick_math DEPENDS kernels)

# range_profit around its engine.
set(JITBOX_RANGE_SHELL contract/contract_pkg.sv range/range_pkg.sv range/range_store_pkg.sv stream/skid_buffer.sv math/delay_line.sv
  math/wide_mul.sv math/ram_1r1w.sv math/highest_bit.sv math/power_of_tick.sv math/tick_tables.sv math/tick_estimate.sv math/tick_math.sv range/pool_hash.sv range/pool_keys.sv range/pool_store.sv
  range/window_store.sv range/state_records.sv range/tick_entry_check.sv range/ticks_record.sv range/legs_before.sv range/leg_check.sv
  range/decision_beat.sv range/range_dispatch.sv range/range_shell.sv)
jitbox_verilated(range_shell TOP range_shell SOURCES ${JITBOX_RANGE_SHELL})
jitbox_rtl_test(rtl_range_shell_test SOURCES range_shell_test.cpp range_driver.cpp range_job.cpp range_streams.cpp stream_beats.cpp
  ../unit/kernels/parser_harness.cpp
  MODELS range_shell DEPENDS accel base chain kernels)

# Its engine.
set(JITBOX_RANGE_ENGINE range/range_pkg.sv range/range_isa_pkg.sv ${JITBOX_MATH_DIV} math/mul_shift.sv math/square_root.sv math/ram_1r1w.sv
  math/power_of_tick.sv math/tick_tables.sv math/tick_estimate.sv math/tick_math.sv stream/round_robin_arbiter.sv stream/stream_fifo.sv
  range/range_program.sv range/range_constants.sv range/range_result.sv range/range_registers.sv range/range_threads.sv range/range_sum.sv
  range/range_condition.sv range/range_lane.sv range/unit_select.sv range/mul_div_server.sv range/mul_shift_server.sv
  range/square_root_server.sv range/window_server.sv range/tick_math_server.sv range/memory_server.sv range/thread_pool.sv
  range/best_of.sv range/answer_queue.sv range/short_float.sv range/short_divide.sv range/float_server.sv range/answer_switch.sv range/range_engine.sv)
jitbox_verilated(range_engine TOP range_engine SOURCES ${JITBOX_RANGE_ENGINE})
jitbox_rtl_test(rtl_range_engine_test
  SOURCES range_engine_test.cpp range_engine_driver.cpp range_legs.cpp ${PROJECT_SOURCE_DIR}/tests/bench/quality_corpus.cpp
  MODELS range_engine DEPENDS kernels)
# Its clocks; with another number of lanes than the card's only when asked for by name (tests/bench/rtl_range.sh, tests/soak/range_engine.sh).
function(jitbox_engine_program name model)
  add_executable(${name} ${ARGN} range_engine_driver.cpp range_legs.cpp ${PROJECT_SOURCE_DIR}/tests/bench/quality_corpus.cpp)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE jitbox_options jitbox_kernels verilated_${model} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endfunction()
jitbox_engine_program(rtl_range_bench range_engine ../bench/rtl_range_bench.cpp)
foreach(lanes 1 8)
  set(units MulDivs=2 Floats=4)
  if(lanes EQUAL 1)
    set(units MulDivs=1 Floats=1)
  endif()
  jitbox_verilated(range_engine_${lanes} CLASS Vrange_engine TOP range_engine SOURCES ${JITBOX_RANGE_ENGINE}
    PARAMETERS Lanes=${lanes} ${units})
  jitbox_engine_program(rtl_range_bench_${lanes} range_engine_${lanes} ../bench/rtl_range_bench.cpp)
  jitbox_engine_program(rtl_range_engine_${lanes} range_engine_${lanes} range_engine_test.cpp)
  set_target_properties(verilated_range_engine_${lanes} rtl_range_bench_${lanes} rtl_range_engine_${lanes} PROPERTIES EXCLUDE_FROM_ALL ON)
endforeach()

# The whole kernel.
set(JITBOX_RANGE ${JITBOX_RANGE_SHELL} ${JITBOX_RANGE_ENGINE} range/range_profit.sv)
list(REMOVE_DUPLICATES JITBOX_RANGE)
jitbox_verilated(range_profit TOP range_profit SOURCES ${JITBOX_RANGE})
jitbox_rtl_test(rtl_range_profit_test SOURCES range_profit_test.cpp range_driver.cpp range_job.cpp range_streams.cpp stream_beats.cpp
  ../unit/kernels/parser_harness.cpp
  MODELS range_profit DEPENDS accel base chain kernels)
