// The card's top for Vitis: both kernels between two rings in host memory. One AXI master a ring, registers over AXI-Lite.
// SPDX-License-Identifier: Apache-2.0
//
// Ring: `ring_beats` beats of 64 bytes, a power of two; positions count beats for ever and are reduced modulo the ring. The host
// writes records and then moves in_tail; the card writes records and then moves its own tail, which the host reads from the first
// beat of the doorbell page (control[0]) so that it polls its own memory and not the bus. Layout of the page, as 64-bit words: 0
// card's tail of the output ring, 1 card's head of the input ring, 2 records taken.
#include "hls/mempool_parser.hpp"
#include "hls/range_profit.hpp"

using namespace jitbox;
using namespace jitbox::hlsk;

namespace {

/// Copies one whole record from the ring into a stream; framed by its header. Returns its beats.
std::uint32_t fetch_record(const ap_uint<512>* ring, std::uint64_t head, std::uint32_t mask, BeatStream& out) {
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
std::uint64_t store_records(BeatStream& in, ap_uint<512>* ring, std::uint64_t tail, std::uint32_t mask) {
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
extern "C" void jitbox_top(const ap_uint<512>* in_ring, ap_uint<512>* out_ring, ap_uint<64>* control, std::uint64_t in_tail,
                           std::uint64_t out_head, std::uint32_t ring_beats, FreezeLine* freeze) {
#pragma HLS INTERFACE m_axi port = in_ring offset = slave bundle = gmem_in max_read_burst_length = 64 num_read_outstanding = 16
#pragma HLS INTERFACE m_axi port = out_ring offset = slave bundle = gmem_out max_write_burst_length = 16
#pragma HLS INTERFACE m_axi port = control offset = slave bundle = gmem_control
#pragma HLS INTERFACE s_axilite port = in_tail
#pragma HLS INTERFACE s_axilite port = out_head
#pragma HLS INTERFACE s_axilite port = ring_beats
#pragma HLS INTERFACE s_axilite port = freeze
#pragma HLS INTERFACE s_axilite port = return
    static MempoolParserState parser;
    static RangeProfitState range;
    static std::uint64_t in_head = 0;
    static std::uint64_t out_tail = 0;
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
    if (!started) {
        range.reset();
        started = true;
    }
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
