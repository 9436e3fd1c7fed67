// The hardware form of the leaf arithmetic. See wide_math.hpp.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_WIDE_MATH_HARDWARE_HPP
#define JITBOX_HLS_WIDE_MATH_HARDWARE_HPP

#include "hls/types.hpp"

namespace jitbox {
namespace hlsk {
namespace hardware {

struct Quotient {
    u256 quotient;
    u256 remainder;
    bool overflow; ///< quotient does not fit 256 bits, or the divisor is zero; the other fields are then zero
};

/// Leading zero bits of a 256-bit value, by halving. 256 for zero is never asked for.
inline int leading_zeros(const u256& x) {
#pragma HLS INLINE
    u256 rest = x;
    int count = 0;
    for (int half = 128; half >= 1; half >>= 1) {
#pragma HLS UNROLL
        if ((rest >> (256 - half)) == 0) {
            rest = u256(rest << half);
            count += half;
        }
    }
    return count;
}

/// (numerator / divisor, numerator % divisor) of a 512-bit numerator whose upper half is below the divisor.
/// Knuth's algorithm D in radix 2^32. The estimate of a digit comes from the reciprocal of the divisor's leading digit and is at
/// most two too large (TAOCP 4.3.1, theorem B, with the leading bit set), so two conditional additions correct it.
inline Quotient divide(const u512& numerator, const u256& divisor) {
#pragma HLS INLINE off
    Quotient out;
    out.quotient = 0;
    out.remainder = 0;
    out.overflow = u256(numerator >> 256) >= divisor; // also true for a zero divisor
    if (out.overflow) return out;
    const int shift = leading_zeros(divisor);
    const u256 d = u256(divisor << shift);
    const u512 n = u512(numerator << shift);
    const ap_uint<32> lead = ap_uint<32>(d >> 224);
    // floor((2^64 - 1) / lead), 33 bits: the one true division, of 64 by 32 bits.
    const ap_uint<33> reciprocal = ap_uint<33>(ap_uint<64>(0xffffffffffffffffULL) / ap_uint<64>(lead));
    ap_uint<290> rest = ap_uint<290>(n >> 256); // below d before each digit
    for (int digit = 7; digit >= 0; --digit) {
#pragma HLS PIPELINE II = 8
        rest = ap_uint<290>((rest << 32) | ap_uint<290>(ap_uint<32>(n >> (digit * 32))));
        // rest < d * 2^32, so its upper 65 bits divided by `lead` need 33 bits; the product with the reciprocal is at most two
        // short of that quotient.
        const ap_uint<65> upper = ap_uint<65>(rest >> 224);
        ap_uint<34> q = ap_uint<34>((upper * reciprocal) >> 64);
        ap_int<300> left = ap_int<300>(rest) - ap_int<300>(q * d);
        // The estimate errs by up to two below through the reciprocal and up to two above through the digits that it does not see.
        for (int fix = 0; fix < 3; ++fix) {
#pragma HLS UNROLL
            if (left < 0) {
                left = ap_int<300>(left + ap_int<300>(d));
                q = ap_uint<34>(q - 1);
            }
        }
        for (int fix = 0; fix < 3; ++fix) {
#pragma HLS UNROLL
            if (left >= ap_int<300>(d)) {
                left = ap_int<300>(left - ap_int<300>(d));
                q = ap_uint<34>(q + 1);
            }
        }
        rest = ap_uint<290>(left);
        out.quotient = u256((out.quotient << 32) | u256(ap_uint<32>(q)));
    }
    out.remainder = u256(rest >> shift);
    return out;
}

/// FullMath.mulDiv: floor(a * b / d) over the whole product. False when the quotient does not fit or d is zero (it reverts there).
inline bool mul_div(const u256& a, const u256& b, const u256& d, u256& out) {
#pragma HLS INLINE
    const Quotient q = divide(u512(a * b), d);
    out = q.quotient;
    return !q.overflow;
}

/// FullMath.mulDivRoundingUp.
inline bool mul_div_rounding_up(const u256& a, const u256& b, const u256& d, u256& out) {
#pragma HLS INLINE
    const Quotient q = divide(u512(a * b), d);
    const bool up = q.remainder != 0;
    const bool wraps = up && q.quotient == u256(~u256(0));
    out = up ? u256(q.quotient + 1) : q.quotient;
    return !q.overflow && !wraps;
}

/// floor(a / d); d must not be zero (the result is then zero).
inline u256 div_floor(const u256& a, const u256& d) {
#pragma HLS INLINE
    return divide(u512(a), d).quotient;
}

/// UnsafeMath.divRoundingUp: ceil(a / d); d must not be zero (the result is then zero).
inline u256 div_rounding_up(const u256& a, const u256& d) {
#pragma HLS INLINE
    const Quotient q = divide(u512(a), d);
    return q.remainder != 0 ? u256(q.quotient + 1) : q.quotient;
}

/// floor(a * b / 2^Shift), or its ceiling. False when it does not fit 256 bits.
template <int Shift>
inline bool mul_shift(const u256& a, const u256& b, bool round_up, u256& out) {
#pragma HLS INLINE
    const u512 product = u512(a * b);
    const bool up = round_up && (product << (512 - Shift)) != 0;
    const u512 quotient = u512((product >> Shift) + u512(up ? 1 : 0));
    out = u256(quotient);
    return (quotient >> 256) == 0;
}

/// (a * b) >> 128 of a 128-bit b and an a of at most 129 bits: one factor of getSqrtRatioAtTick.
inline u256 mul_high_128(const u256& a, const u128& b) {
#pragma HLS INLINE
    return u256((ap_uint<129>(a) * b) >> 128);
}

/// (x * x) >> 127: one squaring of getTickAtSqrtRatio's logarithm.
inline u256 mul_square_127(const u128& x) {
#pragma HLS INLINE
    return u256((x * x) >> 127);
}

/// floor or ceil(L * 2^96 * difference / upper / lower): the two divisions of getAmount0Delta, one after the other.
inline u256 amount0_quotient(const u128& liquidity, const u256& difference, const u256& upper, const u256& lower, bool round_up) {
#pragma HLS INLINE off
    u256 outer;
    if (round_up) {
        mul_div_rounding_up(u256(liquidity) << 96, difference, upper, outer);
        return div_rounding_up(outer, lower);
    }
    mul_div(u256(liquidity) << 96, difference, upper, outer);
    return div_floor(outer, lower);
}

/// floor(fee * 2^128 / L): what a fee adds to feeGrowthGlobalX128. False when it does not fit or L is zero (it reverts there).
inline bool growth_quotient(const u256& fee, const u128& liquidity, u256& out) {
#pragma HLS INLINE
    return mul_div(fee, u256(1) << 128, u256(liquidity), out);
}

/// floor or ceil(L * difference / 2^96) of prices' difference: getAmount1Delta. At most 192 bits.
inline u256 amount1_quotient(const u128& liquidity, const u256& difference, bool round_up) {
#pragma HLS INLINE
    u256 out;
    mul_shift<96>(u256(liquidity), difference, round_up, out);
    return out;
}

/// A CPU's short cut (see wide_math_native.hpp); in hardware the exact comparison costs no time.
inline bool surely_below_delta(const u256&, const u256&, const u256&, const u128&, bool) {
#pragma HLS INLINE
    return false;
}

/// floor(sqrt(x)), digit by digit.
inline ap_uint<64> sqrt_128(const u128& x) {
#pragma HLS INLINE off
    ap_uint<64> root = 0;
    for (int bit = 63; bit >= 0; --bit) {
#pragma HLS PIPELINE II = 1
        const ap_uint<64> tried = ap_uint<64>(root | (ap_uint<64>(1) << bit));
        if (u128(tried * tried) <= x) root = tried;
    }
    return root;
}

} // namespace hardware
} // namespace hlsk
} // namespace jitbox

#endif
