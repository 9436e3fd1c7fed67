// Floating point with 32 bits and truncation: what the seeds of the search are computed in. Integers only, so the same on every
// engine, and short enough that hardware gives a seed in tens of clocks. docs/kernel-contract.md, "Seeds".
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_SHORT_FLOAT_HPP
#define JITBOX_HLS_SHORT_FLOAT_HPP

#include "hls/wide_math.hpp"

namespace jitbox {
namespace hlsk {

/// mantissa * 2^exponent, the mantissa in [2^31, 2^32). Zero has mantissa 0 and an exponent below all others.
struct ShortFloat {
    std::uint32_t mantissa;
    std::int32_t exponent; ///< fits 12 bits with every formula of the seeds
};

constexpr std::int32_t zero_exponent = -2048;

inline ShortFloat short_zero() {
#pragma HLS INLINE
    return ShortFloat{0, zero_exponent};
}

inline ShortFloat short_one() {
#pragma HLS INLINE
    return ShortFloat{0x80000000U, -31};
}

/// What a division by zero gives: above every amount of liquidity.
inline ShortFloat short_unlimited() {
#pragma HLS INLINE
    return ShortFloat{0xffffffffU, 511};
}

/// The leading 32 bits.
inline ShortFloat short_of(std::uint64_t x) {
#pragma HLS INLINE
    if (x == 0) return short_zero();
    const int zeros = __builtin_clzll(x);
    return ShortFloat{static_cast<std::uint32_t>((x << zeros) >> 32), 32 - zeros};
}

inline ShortFloat short_of(const u256& x) {
#pragma HLS INLINE
    for (int word = 3; word > 0; --word) {
#pragma HLS UNROLL
        const std::uint64_t high = u256(x >> (64 * word)).to_uint64();
        if (high == 0) continue;
        const int zeros = __builtin_clzll(high);
        std::uint64_t lead = high << zeros;
        if (zeros > 32) lead |= u256(x >> (64 * (word - 1))).to_uint64() >> (64 - zeros);
        return ShortFloat{static_cast<std::uint32_t>(lead >> 32), 64 * word + 32 - zeros};
    }
    return short_of(x.to_uint64());
}

/// The next one: above every value that short_of gives this for.
inline ShortFloat short_next(const ShortFloat& a) {
#pragma HLS INLINE
    if (a.mantissa == 0) return a;
    if (a.mantissa == 0xffffffffU) return ShortFloat{0x80000000U, a.exponent + 1};
    return ShortFloat{a.mantissa + 1, a.exponent};
}

inline bool short_less(const ShortFloat& a, const ShortFloat& b) {
#pragma HLS INLINE
    return a.exponent != b.exponent ? a.exponent < b.exponent : a.mantissa < b.mantissa;
}

inline ShortFloat short_times_power(const ShortFloat& a, int power) {
#pragma HLS INLINE
    return a.mantissa == 0 ? a : ShortFloat{a.mantissa, a.exponent + power};
}

inline ShortFloat operator*(const ShortFloat& a, const ShortFloat& b) {
#pragma HLS INLINE
    if (a.mantissa == 0 || b.mantissa == 0) return short_zero();
    const std::uint64_t product = static_cast<std::uint64_t>(a.mantissa) * b.mantissa;
    const int carry = static_cast<int>(product >> 63);
    return ShortFloat{static_cast<std::uint32_t>(product >> (31 + carry)), a.exponent + b.exponent + 31 + carry};
}

inline ShortFloat operator/(const ShortFloat& a, const ShortFloat& b) {
#pragma HLS INLINE
    if (b.mantissa == 0) return short_unlimited();
    if (a.mantissa == 0) return a;
    const int shift = a.mantissa >= b.mantissa ? 31 : 32;
    const std::uint64_t quotient = (static_cast<std::uint64_t>(a.mantissa) << shift) / b.mantissa;
    return ShortFloat{static_cast<std::uint32_t>(quotient), a.exponent - b.exponent - shift};
}

inline ShortFloat operator+(const ShortFloat& a, const ShortFloat& b) {
#pragma HLS INLINE
    const ShortFloat& large = short_less(a, b) ? b : a;
    const ShortFloat& small = short_less(a, b) ? a : b;
    const std::int32_t distance = large.exponent - small.exponent;
    const std::uint64_t sum = std::uint64_t(large.mantissa) + (distance < 32 ? small.mantissa >> distance : 0U);
    const int carry = static_cast<int>(sum >> 32);
    return ShortFloat{static_cast<std::uint32_t>(sum >> carry), large.exponent + carry};
}

/// a - b, zero when b is not below a.
inline ShortFloat operator-(const ShortFloat& a, const ShortFloat& b) {
#pragma HLS INLINE
    if (!short_less(b, a)) return short_zero();
    const std::int32_t distance = a.exponent - b.exponent;
    const std::uint32_t difference = a.mantissa - (distance < 32 ? b.mantissa >> distance : 0U);
    const int zeros = __builtin_clz(difference);
    return ShortFloat{difference << zeros, a.exponent - zeros};
}

inline ShortFloat short_root(const ShortFloat& a) {
#pragma HLS INLINE off
    if (a.mantissa == 0) return a;
    const int shift = (a.exponent & 1) == 0 ? 32 : 31;
    const ap_uint<64> root = sqrt_128(u128(static_cast<std::uint64_t>(a.mantissa) << shift));
    return ShortFloat{static_cast<std::uint32_t>(root.to_uint64()), (a.exponent - shift) / 2};
}

/// The integer part, at most 2^128 - 1.
inline u128 short_floor(const ShortFloat& a) {
#pragma HLS INLINE
    if (a.exponent <= -32) return u128(0);
    if (a.exponent <= 0) return u128(a.mantissa >> -a.exponent);
    if (a.exponent > 96) return u128(~u128(0));
    return u128(u128(a.mantissa) << a.exponent);
}

} // namespace hlsk
} // namespace jitbox

#endif
