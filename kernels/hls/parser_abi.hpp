// Solidity's calldata decoding, as far as the routers use it: what their decoders read, and what they revert on.
// SPDX-License-Identifier: Apache-2.0
//
// Rules: solc's generated decoders (libsolidity/codegen/ABIFunctions.cpp and YulUtilFunctions.cpp, ABI coder v2), universal-router
// BytesLib.sol (1.2), v4-periphery CalldataDecoder.sol (2.0, 2.1). Trailing bytes and unusual offsets are legal there and so here.
#ifndef JITBOX_HLS_PARSER_ABI_HPP
#define JITBOX_HLS_PARSER_ABI_HPP

#include "hls/parser_bytes.hpp"

namespace jitbox {
namespace hlsk {

/// One call frame: its calldata is raw[begin .. end).
struct Frame {
    const std::uint8_t* raw;
    std::uint32_t begin;
    std::uint32_t end;
};

/// EVM CALLDATALOAD at an absolute position: bytes outside the frame are zero.
inline Word word_at(const Frame& f, std::uint32_t at) {
#pragma HLS INLINE
    if (at >= f.end) return zero_word();
    Word out = load_word(f.raw + at);
    const std::uint32_t have = f.end - at;
    if (have >= 32) return out;
    for (std::uint32_t i = 0; i < 4; ++i) { // the limb of bytes 8 i .. 8 i + 7
#pragma HLS UNROLL
        const std::uint32_t limb = 3 - i;
        if (have <= 8 * i) {
            out.limb[limb] = 0;
        } else if (have < 8 * i + 8) {
            const std::uint32_t shift = 64 - 8 * (have - 8 * i);
            out.limb[limb] = out.limb[limb] >> shift << shift;
        }
    }
    return out;
}

/// A bytes element that begins with its length word at `at`; it must end in the frame.
inline records::Reason bytes_at(const Frame& f, std::uint32_t at, Span& out) {
#pragma HLS INLINE
    const Word length = word_at(f, at);
    out = Span{at + 32, 0};
    if (at + 32 > f.end || !fits_u64(length) || length.limb[0] > f.end - (at + 32)) return records::Reason::calldata_truncated;
    out.size = static_cast<std::uint32_t>(length.limb[0]);
    return records::Reason::none;
}

/// `base` + the offset word at `at`, for decoders that take unsigned offsets; `room` bytes must follow it in the frame.
inline records::Reason follow_offset(const Frame& f, std::uint32_t base, std::uint32_t at, std::uint32_t room, std::uint32_t& out) {
#pragma HLS INLINE
    const Word offset = word_at(f, at);
    out = base;
    if (!fits_u32(offset) || offset.limb[0] + base + room > f.end) return records::Reason::calldata_bad_offset;
    out = base + static_cast<std::uint32_t>(offset.limb[0]);
    return records::Reason::none;
}

/// bytes behind the offset word at `at`, relative to `base` (abi_decode_bytes, memory and calldata alike).
inline records::Reason offset_bytes(const Frame& f, std::uint32_t base, std::uint32_t at, Span& out) {
#pragma HLS INLINE
    std::uint32_t where = 0;
    out = Span{f.end, 0};
    const records::Reason reason = follow_offset(f, base, at, 32, where);
    return reason == records::Reason::none ? bytes_at(f, where, out) : reason;
}

/// Head of a calldata array of dynamic elements behind the offset word at `at`: first element's offset word and count.
inline records::Reason offset_array(const Frame& f, std::uint32_t base, std::uint32_t at, Span& out) {
#pragma HLS INLINE
    std::uint32_t where = 0;
    out = Span{f.end, 0};
    const records::Reason reason = follow_offset(f, base, at, 32, where);
    if (reason != records::Reason::none) return reason;
    const Word count = word_at(f, where);
    if (!fits_u32(count) || count.limb[0] * 32 > f.end - (where + 32)) return records::Reason::calldata_truncated;
    out = Span{where + 32, static_cast<std::uint32_t>(count.limb[0])};
    return records::Reason::none;
}

/// access_calldata_tail for bytes: the offset word at `at` is relative to `base` and *signed*; it may point backwards, and before
/// the calldata, where everything reads as zero.
inline records::Reason tail_bytes(const Frame& f, std::uint32_t base, std::uint32_t at, Span& out) {
#pragma HLS INLINE
    const Word offset = word_at(f, at);
    out = Span{f.end, 0};
    if (offset.limb[3] >> 63 != 0) { // negative
        const bool near =
            (offset.limb[3] & offset.limb[2] & offset.limb[1]) == ~std::uint64_t{0} && offset.limb[0] >> 32 == 0xffffffffU;
        const std::uint64_t back = ~offset.limb[0] + 1;                   // magnitude, 1..2^32 when near
        if (!near || back > base - f.begin) return records::Reason::none; // zero length, outside
        return bytes_at(f, base - static_cast<std::uint32_t>(back), out);
    }
    if (!fits_u32(offset) || offset.limb[0] + base + 32 > f.end) return records::Reason::calldata_bad_offset;
    return bytes_at(f, base + static_cast<std::uint32_t>(offset.limb[0]), out);
}

/// universal-router BytesLib.toLengthOffset: data position and length word of argument `arg` of an input. The sum offset + 32
/// wraps.
inline records::Reason bytes_lib_head(const Frame& f, Span input, std::uint32_t arg, std::uint32_t& data, Word& length) {
#pragma HLS INLINE
    const Word offset = word_at(f, input.at + 32 * arg);
    const bool wraps =
        (offset.limb[3] & offset.limb[2] & offset.limb[1]) == ~std::uint64_t{0} && offset.limb[0] >= ~std::uint64_t{31};
    data = input.at;
    length = zero_word();
    if (!wraps && !fits_u32(offset)) return records::Reason::calldata_bad_offset;
    const std::uint64_t behind = offset.limb[0] + 32; // below 32 when it wrapped
    if (behind > input.size) return records::Reason::calldata_bad_offset;
    data = input.at + static_cast<std::uint32_t>(behind);
    length = word_at(f, data - 32);
    return records::Reason::none;
}

/// BytesLib.toBytes of 1.2: argument `arg` ends in the input.
inline records::Reason bytes_lib_bytes(const Frame& f, Span input, std::uint32_t arg, Span& out) {
#pragma HLS INLINE
    out = Span{f.end, 0};
    std::uint32_t data = 0;
    Word length;
    const records::Reason reason = bytes_lib_head(f, input, arg, data, length);
    if (reason != records::Reason::none) return reason;
    if (!fits_u64(length) || length.limb[0] > input.at + input.size - data) return records::Reason::calldata_truncated;
    out = Span{data, static_cast<std::uint32_t>(length.limb[0])};
    return records::Reason::none;
}

/// BytesLib.toBytesArray of 1.2, which checks the count as if an element were one byte, and toUint256Array of 2.1: first element
/// and count.
inline records::Reason bytes_lib_array(const Frame& f, Span input, std::uint32_t arg, std::uint32_t element_bytes, Span& out) {
#pragma HLS INLINE
    out = Span{f.end, 0};
    std::uint32_t data = 0;
    Word count;
    const records::Reason reason = bytes_lib_head(f, input, arg, data, count);
    if (reason != records::Reason::none) return reason;
    if (!fits_u32(count) || count.limb[0] * element_bytes > input.at + input.size - data)
        return records::Reason::calldata_truncated;
    out = Span{data, static_cast<std::uint32_t>(count.limb[0])};
    return records::Reason::none;
}

/// v4-periphery CalldataDecoder.toBytes: offset and length modulo 2^32.
inline records::Reason masked_bytes(const Frame& f, Span input, std::uint32_t arg, Span& out) {
#pragma HLS INLINE
    const std::uint64_t offset = word_at(f, input.at + 32 * arg).limb[0] & 0xffffffffU;
    out = Span{f.end, 0};
    if (offset + 32 > input.size) return records::Reason::calldata_bad_offset;
    const std::uint32_t data = input.at + static_cast<std::uint32_t>(offset) + 32;
    const std::uint64_t length = word_at(f, data - 32).limb[0] & 0xffffffffU;
    if (length + offset + 32 > input.size) return records::Reason::calldata_truncated;
    out = Span{data, static_cast<std::uint32_t>(length)};
    return records::Reason::none;
}

} // namespace hlsk
} // namespace jitbox

#endif
