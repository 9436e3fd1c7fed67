// Words and fields of the transaction buffer: big-endian loads, 256-bit words as four limbs, the raw bytes as the parser sees them.
// SPDX-License-Identifier: Apache-2.0
//
// The parser only compares and copies 256-bit words, it never calculates with them: four 64-bit limbs are one bus on the card and
// four registers on a CPU.
#ifndef JITBOX_HLS_PARSER_BYTES_HPP
#define JITBOX_HLS_PARSER_BYTES_HPP

#include "hls/beat.hpp"
#include "hls/records.hpp"

#include <cstdint>
#ifdef JITBOX_NATIVE_LEAF
#include <cstring>
#endif

namespace jitbox {
namespace hlsk {

/// The transaction with room for a whole word behind its last byte, so that a load never leaves the array.
constexpr std::uint32_t transaction_buffer_bytes = records::max_transaction_bytes + 2 * records::beat_bytes;

struct Word {
    std::uint64_t limb[4]; ///< least significant first
};

/// Part of the transaction buffer.
struct Span {
    std::uint32_t at;
    std::uint32_t size;
};

inline std::uint64_t load_be64(const std::uint8_t* p) {
#pragma HLS INLINE
    return std::uint64_t{p[0]} << 56 | std::uint64_t{p[1]} << 48 | std::uint64_t{p[2]} << 40 | std::uint64_t{p[3]} << 32 |
           std::uint64_t{p[4]} << 24 | std::uint64_t{p[5]} << 16 | std::uint64_t{p[6]} << 8 | std::uint64_t{p[7]};
}

inline std::uint32_t load_be32(const std::uint8_t* p) {
#pragma HLS INLINE
    return std::uint32_t{p[0]} << 24 | std::uint32_t{p[1]} << 16 | std::uint32_t{p[2]} << 8 | std::uint32_t{p[3]};
}

inline Word zero_word() {
#pragma HLS INLINE
    return Word{{0, 0, 0, 0}};
}

inline Word load_word(const std::uint8_t* p) {
#pragma HLS INLINE
    return Word{{load_be64(p + 24), load_be64(p + 16), load_be64(p + 8), load_be64(p)}};
}

inline bool is_zero(const Word& w) {
#pragma HLS INLINE
    return (w.limb[0] | w.limb[1] | w.limb[2] | w.limb[3]) == 0;
}

inline bool fits_u64(const Word& w) {
#pragma HLS INLINE
    return (w.limb[1] | w.limb[2] | w.limb[3]) == 0;
}

inline bool fits_u32(const Word& w) {
#pragma HLS INLINE
    return fits_u64(w) && w.limb[0] >> 32 == 0;
}

/// Solidity's address and uint160: the upper 96 bits are zero.
inline bool fits_u160(const Word& w) {
#pragma HLS INLINE
    return w.limb[3] == 0 && w.limb[2] >> 32 == 0;
}

inline bool less(const Word& a, const Word& b) {
#pragma HLS INLINE
    if (a.limb[3] != b.limb[3]) return a.limb[3] < b.limb[3];
    if (a.limb[2] != b.limb[2]) return a.limb[2] < b.limb[2];
    if (a.limb[1] != b.limb[1]) return a.limb[1] < b.limb[1];
    return a.limb[0] < b.limb[0];
}

inline void copy20(std::uint8_t out[20], const std::uint8_t* in) {
#pragma HLS INLINE
    for (int i = 0; i < 20; ++i) {
#pragma HLS UNROLL
        out[i] = in[i];
    }
}

inline bool equal20(const std::uint8_t* a, const std::uint8_t* b) {
#pragma HLS INLINE
    return load_be64(a) == load_be64(b) && load_be64(a + 8) == load_be64(b + 8) && load_be32(a + 16) == load_be32(b + 16);
}

/// Order of addresses as numbers.
inline bool less20(const std::uint8_t* a, const std::uint8_t* b) {
#pragma HLS INLINE
    if (load_be64(a) != load_be64(b)) return load_be64(a) < load_be64(b);
    if (load_be64(a + 8) != load_be64(b + 8)) return load_be64(a + 8) < load_be64(b + 8);
    return load_be32(a + 16) < load_be32(b + 16);
}

/// One beat into 64 bytes of a buffer.
inline void store_beat(std::uint8_t* out, const ap_uint<512>& beat) {
#pragma HLS INLINE
#ifdef JITBOX_NATIVE_LEAF
    std::memcpy(out, &beat.v, records::beat_bytes); // little-endian host: byte i of the beat is bits 8 i
#else
    for (int i = 0; i < static_cast<int>(records::beat_bytes); ++i) {
#pragma HLS UNROLL
        out[i] = static_cast<std::uint8_t>(beat.range(8 * i + 7, 8 * i).to_uint());
    }
#endif
}

/// 64 bytes of a buffer as one beat.
inline ap_uint<512> load_beat(const std::uint8_t* in) {
#pragma HLS INLINE
    ap_uint<512> beat;
#ifdef JITBOX_NATIVE_LEAF
    std::memcpy(&beat.v, in, records::beat_bytes);
#else
    for (int i = 0; i < static_cast<int>(records::beat_bytes); ++i) {
#pragma HLS UNROLL
        beat.range(8 * i + 7, 8 * i) = in[i];
    }
#endif
    return beat;
}

inline void put_le16(std::uint8_t* out, std::uint16_t x) {
#pragma HLS INLINE
    out[0] = static_cast<std::uint8_t>(x);
    out[1] = static_cast<std::uint8_t>(x >> 8);
}

inline void put_le32(std::uint8_t* out, std::uint32_t x) {
#pragma HLS INLINE
    for (int i = 0; i < 4; ++i) {
#pragma HLS UNROLL
        out[i] = static_cast<std::uint8_t>(x >> (8 * i));
    }
}

inline void put_le64(std::uint8_t* out, std::uint64_t x) {
#pragma HLS INLINE
    for (int i = 0; i < 8; ++i) {
#pragma HLS UNROLL
        out[i] = static_cast<std::uint8_t>(x >> (8 * i));
    }
}

inline void put_word(std::uint8_t* out, const Word& w) {
#pragma HLS INLINE
    for (std::size_t i = 0; i < 4; ++i) {
#pragma HLS UNROLL
        put_le64(out + 8 * i, w.limb[i]);
    }
}

inline std::uint16_t get_le16(const std::uint8_t* p) {
#pragma HLS INLINE
    return static_cast<std::uint16_t>(p[0] | p[1] << 8);
}

inline std::uint32_t get_le32(const std::uint8_t* p) {
#pragma HLS INLINE
    return std::uint32_t{p[0]} | std::uint32_t{p[1]} << 8 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[3]} << 24;
}

} // namespace hlsk
} // namespace jitbox

#endif
