// One beat of the record stream as the kernels see it, and byte-addressed access to its fields.
// SPDX-License-Identifier: Apache-2.0
//
// Every kernel is `void <name>(<Name>State& state, hls::stream<Beat>& in, hls::stream<Beat>& out)` and takes exactly one whole
// record from `in` a call; the Vitis top calls it for ever with a static state. `last` marks the last beat of a record and agrees
// with the header's payload_bytes on every stream that the host or a kernel makes.
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

typedef hls::stream<Beat> BeatStream;

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
