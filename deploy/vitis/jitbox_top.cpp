// The card's top for Vitis: both kernels between two rings in host memory. One AXI master a ring, registers over AXI-Lite.
// SPDX-License-Identifier: Apache-2.0
//
// Registers, rings and page are those of the RTL form (docs/card.md, rtl/card/card_pkg.sv); the offsets below put the arguments at
// the same addresses. Positions count beats modulo 2^32. Page, as 64-bit words: 0 the card's tail of the output ring, 1 its head of
// the input ring, 2 records taken, 3 status.
#include "hls/mempool_parser.hpp"
#include "hls/range_profit.hpp"

using namespace jitbox;
using namespace jitbox::hlsk;

namespace {

/// Copies one whole record from the ring into a stream; framed by its header. Returns its beats.
std::uint32_t fetch_record(const ap_uint<512>* ring, std::uint32_t head, std::uint32_t mask, BeatStream& out) {
    const ap_uint<512> first = ring[head & mask];
    const std::uint32_t beats = records::beats_of(get_le<32>(first, records::header::payload_bytes).to_uint());
    for (std::uint32_t i = 0; i < beats; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 2049
        Beat beat;
        beat.data = i == 0 ? first : ring[(head + i) & mask];
        beat.last = i + 1 == beats;
        out.write(beat);
    }
    return beats;
}

/// Writes every finished beat behind `tail`; the caller has seen that there is room.
std::uint32_t store_records(BeatStream& in, ap_uint<512>* ring, std::uint32_t tail, std::uint32_t mask) {
    while (!in.empty()) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 16
        ring[tail & mask] = in.read().data;
        ++tail;
    }
    return tail;
}

} // namespace

/// Takes the records between the card's head and in_tail, one after another. The host starts it again and again (ap_ctrl_chain): a
/// call with nothing new returns at once. out_head is how far the host has read the output ring.
extern "C" void jitbox_top(const ap_uint<512>* in_ring, ap_uint<512>* out_ring, ap_uint<64>* control, std::uint32_t in_tail,
                           std::uint32_t out_head, std::uint32_t ring_beats, FreezeLine* freeze, std::uint32_t soft_reset,
                           std::uint32_t* status, std::uint32_t* version, std::uint32_t* contract) {
#pragma HLS INTERFACE m_axi port = in_ring offset = slave bundle = gmem_in max_read_burst_length = 64 num_read_outstanding = 16
#pragma HLS INTERFACE m_axi port = out_ring offset = slave bundle = gmem_out max_write_burst_length = 16
#pragma HLS INTERFACE m_axi port = control offset = slave bundle = gmem_control
#pragma HLS INTERFACE s_axilite port = in_ring offset = 0x010
#pragma HLS INTERFACE s_axilite port = out_ring offset = 0x020
#pragma HLS INTERFACE s_axilite port = control offset = 0x030
#pragma HLS INTERFACE s_axilite port = in_tail offset = 0x040
#pragma HLS INTERFACE s_axilite port = out_head offset = 0x050
#pragma HLS INTERFACE s_axilite port = ring_beats offset = 0x060
#pragma HLS INTERFACE s_axilite port = freeze offset = 0x070
#pragma HLS INTERFACE s_axilite port = soft_reset offset = 0x080
#pragma HLS INTERFACE s_axilite port = status offset = 0x090
#pragma HLS INTERFACE s_axilite port = version offset = 0x0b0
#pragma HLS INTERFACE s_axilite port = contract offset = 0x0c0
#pragma HLS INTERFACE s_axilite port = return
    static MempoolParserState parser;
    static RangeProfitState range;
    static std::uint32_t in_head = 0;
    static std::uint32_t out_tail = 0;
    static std::uint64_t taken = 0;
    static bool started = false;
#pragma HLS BIND_STORAGE variable = range.windows type = ram_2p impl = uram
#pragma HLS BIND_STORAGE variable = range.pools type = ram_2p impl = uram
#pragma HLS BIND_STORAGE variable = range.params type = ram_2p impl = uram
#pragma HLS ARRAY_PARTITION variable = range.buckets dim = 2 complete
    // The most that one TX can cause: max_legs of SWAP and DECISION, and TX_SEEN.
    constexpr std::uint32_t most_beats =
        records::max_legs * (records::swap::total_bytes + records::decision::total_bytes) / records::beat_bytes +
        records::tx_seen::total_bytes / records::beat_bytes;
    static BeatStream raw("raw");
    static BeatStream parsed("parsed");
    static BeatStream answers("answers");
#pragma HLS STREAM variable = raw depth = 2112
#pragma HLS STREAM variable = parsed depth = 2112
#pragma HLS STREAM variable = answers depth = 512
    if (!started || soft_reset == 1) {
        range.reset();
        parser.routers = 0;
        in_head = 0;
        out_tail = 0;
        taken = 0;
        started = true;
    }
    *version = 0x6a620001;
    *contract = 1;
    *status = 1U | (*freeze ? 2U : 0U); // running; between two calls nothing is on its way, so frozen is acknowledged
    const std::uint32_t mask = ring_beats - 1;
    while (in_head != in_tail && ring_beats - (out_tail - out_head) >= most_beats) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 4096
        in_head += fetch_record(in_ring, in_head, mask, raw);
        mempool_parser(parser, raw, parsed);
        while (!parsed.empty()) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 17
            range_profit(range, parsed, answers, *freeze);
            out_tail = store_records(answers, out_ring, out_tail, mask);
            control[0] = out_tail; // a decision is visible before the next leg is looked at
        }
        ++taken;
        control[1] = in_head;
        control[2] = taken;
    }
}
