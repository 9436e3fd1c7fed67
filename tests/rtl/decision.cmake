# Both kernels together: from a transaction's last beat to its DECISION (tests/bench/rtl_decision.sh).
jitbox_verilated(decision_path TOP decision_path SOURCES ${CMAKE_CURRENT_SOURCE_DIR}/decision_path.sv)
add_executable(rtl_decision_bench ../bench/rtl_decision_bench.cpp ../bench/decision_forms.cpp ../bench/dense_pool.cpp stream_beats.cpp
  ../unit/kernels/parser_harness.cpp)
target_include_directories(rtl_decision_bench PRIVATE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/sim)
target_link_libraries(rtl_decision_bench PRIVATE jitbox_accel jitbox_chain jitbox_kernels verilated_decision_path GTest::gtest)
set_target_properties(rtl_decision_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
# The contract's bound of clocks is a test.
add_test(NAME rtl_decision_clocks COMMAND rtl_decision_bench)
set_tests_properties(rtl_decision_clocks PROPERTIES LABELS rtl TIMEOUT 300)
