// Top for Vitis HLS: the parser kernel between two streams, running freely. mempool_parser.sv beside it puts it into the card.
// SPDX-License-Identifier: Apache-2.0
#include "hls/mempool_parser.hpp"

using namespace jitbox;
using namespace jitbox::hlsk;

namespace {

/// As after power-up: no routers, no pools.
void forget(MempoolParserState& state) {
    state.routers = 0;
    for (std::uint32_t i = 0; i < records::max_pools; ++i) {
        state.pools.row[i].present = false;
        state.pools.bucket[i] = 0;
    }
}

} // namespace

/// One record a call; the block starts itself again for ever. A reset clears `started` alone, and with it the tables.
extern "C" void mempool_parser_hls(BeatStream& records_in, BeatStream& records_out) {
#pragma HLS INTERFACE axis port = records_in
#pragma HLS INTERFACE axis port = records_out
#pragma HLS AGGREGATE variable = records_in compact = byte
#pragma HLS AGGREGATE variable = records_out compact = byte
#pragma HLS INTERFACE ap_ctrl_none port = return
    static MempoolParserState state;
    static bool started = false;
#pragma HLS RESET variable = started
    if (!started) forget(state);
    started = true;
    mempool_parser(state, records_in, records_out);
}
