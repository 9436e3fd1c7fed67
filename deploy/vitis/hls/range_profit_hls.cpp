// Top for Vitis HLS: the pricing kernel between two streams, running freely. range_profit.sv beside it puts it into the card.
// SPDX-License-Identifier: Apache-2.0
#include "hls/range_profit.hpp"

using namespace jitbox;
using namespace jitbox::hlsk;

/// One record a call; the block starts itself again for ever. `freeze` is a wire. A reset clears `started` alone, and with it the
/// tables.
extern "C" void range_profit_hls(BeatStream& records_in, BeatStream& records_out, FreezeLine* freeze) {
#pragma HLS INTERFACE axis port = records_in
#pragma HLS INTERFACE axis port = records_out
#pragma HLS AGGREGATE variable = records_in compact = byte
#pragma HLS AGGREGATE variable = records_out compact = byte
#pragma HLS INTERFACE ap_none port = freeze
#pragma HLS INTERFACE ap_ctrl_none port = return
    static RangeProfitState state;
    static bool started = false;
#pragma HLS RESET variable = started
#pragma HLS BIND_STORAGE variable = state.windows type = ram_2p impl = uram
#pragma HLS BIND_STORAGE variable = state.pools type = ram_2p impl = uram
#pragma HLS BIND_STORAGE variable = state.params type = ram_2p impl = uram
#pragma HLS ARRAY_PARTITION variable = state.buckets dim = 2 complete
    if (!started) state.reset();
    started = true;
    range_profit(state, records_in, records_out, *freeze);
}
