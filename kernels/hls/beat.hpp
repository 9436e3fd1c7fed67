// One beat of the record stream as the kernels see it, and byte-addressed access to its fields.
// SPDX-License-Identifier: Apache-2.0
//
// A kernel is `void <name>(<Name>State& state, BeatStream& in, BeatStream& out)` and takes exactly one whole record from
// `in` a call; the Vitis top calls it for ever with a static state (deploy/vitis). Frames are by the header's payload_bytes
// (records::beats_of); `last` follows from it.
// mempool_parser comes first: it answers TX and ROUTERS itself, refuses output kinds (0x80 and up) with REJECT(unknown_kind), reads
// POOL in passing for its table of pool addresses, and copies every other record unchanged, malformed ones too. range_profit comes
// second: it checks and answers all of those, and passes TX_SEEN and REJECT on.
#ifndef JITBOX_HLS_BEAT_HPP
#define JITBOX_HLS_BEAT_HPP

#include <ap_int.h>
#include <hls_stream.h>

namespace jitbox {
namespace hlsk {

struct Beat {
    ap_uint<512> data;
    bool last;
};

using BeatStream = hls::stream<Beat>;

/// Field of `Bits` bits at byte `offset` of its beat, little-endian.
template <int Bits>
inline ap_uint<Bits> get_le(const ap_uint<512>& beat, int offset) {
#pragma HLS INLINE
    return ap_uint<Bits>(beat >> (offset * 8));
}

/// Writes `value` at byte `offset` of a beat whose field is still zero.
template <int Bits>
inline void put_le(ap_uint<512>& beat, int offset, const ap_uint<Bits>& value) {
#pragma HLS INLINE
    beat |= ap_uint<512>(value) << (offset * 8);
}

} // namespace hlsk
} // namespace jitbox

#endif
