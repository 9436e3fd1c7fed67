# The parser and its parts: Keccak, then the whole kernel against the HLS source.
set(KECCAK_RTL contract/contract_pkg.sv keccak/keccak_round.sv keccak/keccak_core.sv keccak/keccak_stream.sv)
jitbox_verilated(keccak_stream TOP keccak_stream SOURCES ${KECCAK_RTL})
jitbox_verilated(keccak_stream2 TOP keccak_stream SOURCES ${KECCAK_RTL} PARAMETERS RoundsPerClock=2)
jitbox_rtl_test(rtl_keccak_stream_test SOURCES keccak_stream_test.cpp MODELS keccak_stream keccak_stream2 DEPENDS kernels)

set(PARSER_RTL contract/contract_pkg.sv parser/parser_pkg.sv parser/calldata_pkg.sv stream/skid_buffer.sv stream/stream_fifo.sv stream/byte_window.sv
  stream/round_robin_arbiter.sv stream/ordered_merge.sv keccak/keccak_round.sv keccak/keccak_core.sv keccak/keccak_stream.sv
  parser/rlp_item.sv parser/tx_judgement.sv parser/tx_envelope.sv parser/tx_store.sv parser/calldata_offset.sv
  parser/calldata_functions.sv parser/calldata_levels.sv parser/calldata_frame.sv parser/calldata_plan.sv parser/calldata_leg.sv
  parser/calldata_walker.sv parser/lane_output.sv parser/parser_lane.sv parser/target_tables.sv parser/record_dispatch.sv
  parser/mempool_parser.sv)
jitbox_verilated(mempool_parser TOP mempool_parser SOURCES ${PARSER_RTL})
jitbox_rtl_test(rtl_mempool_parser_test
  SOURCES mempool_parser_test.cpp mempool_parser_reset_test.cpp parser_driver.cpp stream_beats.cpp parser_streams.cpp ../support/shared_data.cpp ../unit/kernels/parser_harness.cpp
  MODELS mempool_parser DEPENDS accel apps chain kernels LINKS z TIMEOUT 300)

# Clocks of the parser (docs/card.md).
add_executable(rtl_parser_bench ../bench/rtl_parser_bench.cpp parser_driver.cpp stream_beats.cpp ../support/shared_data.cpp ../unit/kernels/parser_harness.cpp)
target_include_directories(rtl_parser_bench PRIVATE ${PROJECT_SOURCE_DIR}/tests)
target_compile_definitions(rtl_parser_bench PRIVATE JITBOX_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(rtl_parser_bench PRIVATE jitbox_apps jitbox_kernels verilated_mempool_parser z GTest::gtest)
set_target_properties(rtl_parser_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
