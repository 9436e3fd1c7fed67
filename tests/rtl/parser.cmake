# The parser and its parts: Keccak, then the whole kernel against the HLS source.
jitbox_verilated(keccak_stream TOP keccak_stream)
jitbox_verilated(keccak_stream2 TOP keccak_stream PARAMETERS RoundsPerClock=2)
jitbox_rtl_test(rtl_keccak_stream_test SOURCES keccak_stream_test.cpp MODELS keccak_stream keccak_stream2 DEPENDS kernels)

jitbox_verilated(envelope_beats TOP envelope_beats)
jitbox_rtl_test(rtl_envelope_beats_test SOURCES envelope_beats_test.cpp MODELS envelope_beats)
jitbox_verilated(tx_store TOP tx_store)
jitbox_rtl_test(rtl_tx_store_test SOURCES tx_store_test.cpp MODELS tx_store)
jitbox_verilated(target_tables TOP target_tables)
jitbox_rtl_test(rtl_target_tables_test SOURCES target_tables_test.cpp MODELS target_tables DEPENDS kernels)

# The parser's modules between the record stream and the merge, each by itself.
jitbox_verilated(lane_output TOP lane_output)
jitbox_rtl_test(rtl_lane_output_test SOURCES lane_output_test.cpp MODELS lane_output DEPENDS kernels)
jitbox_verilated(tx_envelope TOP tx_envelope)
jitbox_rtl_test(rtl_tx_envelope_test
  SOURCES tx_envelope_test.cpp ../support/shared_data.cpp ../unit/kernels/parser_harness.cpp
  MODELS tx_envelope DEPENDS accel chain kernels LINKS z)
jitbox_verilated(record_dispatch TOP record_dispatch)
jitbox_rtl_test(rtl_record_dispatch_test SOURCES record_dispatch_test.cpp MODELS record_dispatch DEPENDS kernels)
jitbox_verilated(calldata_walker TOP calldata_walker)
jitbox_rtl_test(rtl_calldata_walker_test
  SOURCES calldata_walker_test.cpp ../support/shared_data.cpp ../unit/kernels/parser_harness.cpp
  MODELS calldata_walker DEPENDS accel chain kernels LINKS z)
jitbox_verilated(parser_lane TOP parser_lane)
jitbox_rtl_test(rtl_parser_lane_test
  SOURCES parser_lane_test.cpp stream_beats.cpp ../support/shared_data.cpp ../unit/kernels/parser_harness.cpp
  MODELS parser_lane DEPENDS accel chain kernels LINKS z)

jitbox_verilated(mempool_parser TOP mempool_parser)
jitbox_rtl_test(rtl_mempool_parser_test
  SOURCES mempool_parser_test.cpp mempool_parser_reset_test.cpp parser_driver.cpp stream_beats.cpp parser_streams.cpp ../support/shared_data.cpp ../unit/kernels/parser_harness.cpp
  MODELS mempool_parser DEPENDS accel apps chain kernels LINKS z TIMEOUT 300)

# Clocks of the parser (docs/card.md).
add_executable(rtl_parser_bench ../bench/rtl_parser_bench.cpp parser_driver.cpp stream_beats.cpp ../support/shared_data.cpp ../unit/kernels/parser_harness.cpp)
target_include_directories(rtl_parser_bench PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_compile_definitions(rtl_parser_bench PRIVATE JITBOX_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(rtl_parser_bench PRIVATE jitbox_apps jitbox_kernels verilated_mempool_parser z GTest::gtest)
set_target_properties(rtl_parser_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
