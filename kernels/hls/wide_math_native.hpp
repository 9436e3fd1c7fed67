// The CPU form of the leaf arithmetic, over 64-bit limbs (wide_limbs_native.hpp). See wide_math.hpp.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_WIDE_MATH_NATIVE_HPP
#define JITBOX_HLS_WIDE_MATH_NATIVE_HPP

#include "hls/wide_limbs_native.hpp"

namespace jitbox {
namespace hlsk {
namespace native {

/// True when the numerator's part above 2^256 is not below the divisor: the quotient would not fit.
inline bool quotient_overflows(const std::uint64_t* n, int nn, const Limbs4& d) {
    if (nn <= 4) return false;
    for (int i = 3; i >= 0; --i) {
        const std::uint64_t upper = i + 4 < nn ? n[i + 4] : 0;
        if (upper != d.w[i]) return upper > d.w[i];
    }
    return true;
}

/// a * b / d with b and d of one limb, as every fee is: no product array, no general division. False when the quotient does not
/// fit.
inline bool mul_div_word(const Limbs4& a, std::uint64_t b, std::uint64_t d, Limbs4& q, bool& rest) {
    std::uint64_t product[5];
    std::uint64_t carry = 0;
    const int na = length_of(a.w, 4);
    for (int i = 0; i < na; ++i) {
        const wide t = static_cast<wide>(a.w[i]) * b + carry;
        product[i] = static_cast<std::uint64_t>(t);
        carry = static_cast<std::uint64_t>(t >> 64);
    }
    std::uint64_t left = carry;
    if (carry >= d) {
        if (na == 4) return false;
        q.w[na] = divide_2by1(0, carry, d, left);
    }
    for (int i = na - 1; i >= 0; --i) q.w[i] = divide_2by1(left, product[i], d, left);
    rest = left != 0;
    return true;
}

/// Shared body of mul_div and mul_div_rounding_up; `rest` tells whether the division was inexact.
inline bool mul_div_limbs(const u256& a, const u256& b, const u256& d, Limbs4& q, bool& rest) {
    const Limbs4 la = limbs_of(a);
    const Limbs4 lb = limbs_of(b);
    const Limbs4 ld = limbs_of(d);
    rest = false;
    q = Limbs4{{0, 0, 0, 0}};
    if (ld.w[0] != 0 && (lb.w[1] | lb.w[2] | lb.w[3] | ld.w[1] | ld.w[2] | ld.w[3]) == 0)
        return mul_div_word(la, lb.w[0], ld.w[0], q, rest);
    std::uint64_t product[9];
    const int nn = multiply_limbs(la.w, length_of(la.w, 4), lb.w, length_of(lb.w, 4), product);
    const int nd = length_of(ld.w, 4);
    if (nd == 0 || quotient_overflows(product, nn, ld)) return false;
    std::uint64_t digits[5];
    rest = divide_limbs(product, nn, ld.w, nd, digits);
    std::memcpy(q.w, digits, sizeof(q.w));
    return true;
}

/// FullMath.mulDiv: floor(a * b / d) over the whole product. False when the quotient does not fit or d is zero (it reverts there).
inline bool mul_div(const u256& a, const u256& b, const u256& d, u256& out) {
    Limbs4 q;
    bool rest;
    const bool ok = mul_div_limbs(a, b, d, q, rest);
    out = value_of(q);
    return ok;
}

/// FullMath.mulDivRoundingUp.
inline bool mul_div_rounding_up(const u256& a, const u256& b, const u256& d, u256& out) {
    Limbs4 q;
    bool rest;
    if (!mul_div_limbs(a, b, d, q, rest)) {
        out = 0;
        return false;
    }
    out = value_of(q);
    if (rest) {
        out.v += 1;
        return out.v != 0;
    }
    return true;
}

inline bool divide_256(const u256& a, const u256& d, Limbs4& q) {
    const Limbs4 la = limbs_of(a);
    const Limbs4 ld = limbs_of(d);
    const int nd = length_of(ld.w, 4);
    q = Limbs4{{0, 0, 0, 0}};
    if (nd == 0) return false;
    std::uint64_t n[5] = {la.w[0], la.w[1], la.w[2], la.w[3], 0};
    std::uint64_t digits[5];
    const bool rest = divide_limbs(n, length_of(la.w, 4), ld.w, nd, digits);
    std::memcpy(q.w, digits, sizeof(q.w));
    return rest;
}

/// floor(a / d); d must not be zero (the result is then zero).
inline u256 div_floor(const u256& a, const u256& d) {
    Limbs4 q;
    divide_256(a, d, q);
    return value_of(q);
}

/// UnsafeMath.divRoundingUp: ceil(a / d); d must not be zero (the result is then zero).
inline u256 div_rounding_up(const u256& a, const u256& d) {
    Limbs4 q;
    const bool rest = divide_256(a, d, q);
    u256 out = value_of(q);
    if (rest) out.v += 1;
    return out;
}

/// floor(a * b / 2^Shift), or its ceiling. False when it does not fit 256 bits.
template <int Shift>
inline bool mul_shift(const u256& a, const u256& b, bool round_up, u256& out) {
    const Limbs4 la = limbs_of(a);
    const Limbs4 lb = limbs_of(b);
    std::uint64_t p[9] = {0, 0, 0, 0, 0, 0, 0, 0, 0};
    multiply_limbs(la.w, length_of(la.w, 4), lb.w, length_of(lb.w, 4), p);
    constexpr int limb = Shift / 64;
    constexpr int bit = Shift % 64;
    Limbs4 q;
    bool rest = false;
    for (int i = 0; i < limb; ++i) rest = rest || p[i] != 0;
    if (bit != 0) rest = rest || (p[limb] << ((64 - bit) % 64)) != 0;
    std::uint64_t above = 0;
    for (int i = 0; i < 9 - limb; ++i) {
        const std::uint64_t next = limb + i + 1 < 9 ? p[limb + i + 1] : 0;
        const std::uint64_t word = bit == 0 ? p[limb + i] : (p[limb + i] >> bit) | (next << ((64 - bit) % 64));
        if (i < 4) {
            q.w[i] = word;
        } else {
            above |= word;
        }
    }
    out = value_of(q);
    if (round_up && rest) {
        out.v += 1;
        if (out.v == 0) above = 1;
    }
    return above == 0;
}

/// (a * b) >> 128 of a 128-bit b and an a of at most 129 bits: one factor of getSqrtRatioAtTick.
inline u256 mul_high_128(const u256& a, const u128& b) {
    const Limbs4 la = limbs_of(a);
    std::uint64_t lb[2];
    std::memcpy(lb, &b, sizeof(lb));
    std::uint64_t p[6];
    multiply_fixed<2, 3>(lb, la.w, p);
    return value_of(Limbs4{{p[2], p[3], p[4], 0}});
}

/// (x * x) >> 127: one squaring of getTickAtSqrtRatio's logarithm.
inline u256 mul_square_127(const u128& x) {
    std::uint64_t l[2];
    std::memcpy(l, &x, sizeof(l));
    const wide low = static_cast<wide>(l[0]) * l[0];
    const wide cross = static_cast<wide>(l[0]) * l[1];
    const wide high = static_cast<wide>(l[1]) * l[1];
    const wide middle = (low >> 64) + (static_cast<std::uint64_t>(cross) * static_cast<wide>(2));
    const wide upper = high + (cross >> 64) * 2 + (middle >> 64);
    const std::uint64_t p1 = static_cast<std::uint64_t>(middle);
    const std::uint64_t p2 = static_cast<std::uint64_t>(upper);
    const std::uint64_t p3 = static_cast<std::uint64_t>(upper >> 64);
    return value_of(Limbs4{{(p2 << 1) | (p1 >> 63), (p3 << 1) | (p2 >> 63), p3 >> 63, 0}});
}

/// floor or ceil(L * 2^96 * difference / upper / lower), the division of getAmount0Delta, as one division by upper * lower:
/// rounding a rounded quotient the same way again gives the same integer. Prices have at most 160 bits and lower is not zero.
inline u256 amount0_quotient(const u128& liquidity, const u256& difference, const u256& upper, const u256& lower, bool round_up) {
    std::uint64_t ll[2];
    std::memcpy(ll, &liquidity, sizeof(ll));
    const Limbs4 diff = limbs_of(difference);
    const Limbs4 lu = limbs_of(upper);
    const Limbs4 lo = limbs_of(lower);
    std::uint64_t product[5];
    multiply_fixed<2, 3>(ll, diff.w, product);
    std::uint64_t n[9];
    n[0] = 0;
    n[1] = product[0] << 32;
    for (int i = 1; i < 5; ++i) n[i + 1] = (product[i] << 32) | (product[i - 1] >> 32);
    n[6] = product[4] >> 32;
    std::uint64_t d[6];
    multiply_fixed<3, 3>(lu.w, lo.w, d);
    std::uint64_t digits[5];
    const bool rest = divide_limbs(n, length_of(n, 7), d, length_of(d, 5), digits);
    u256 out;
    std::memcpy(&out, digits, sizeof(out));
    if (round_up && rest) out.v += 1;
    return out;
}

inline double to_double(std::uint64_t w1, std::uint64_t w0) {
    return static_cast<double>(w1) * 0x1p64 + static_cast<double>(w0);
}

/// Of a square-root price or a difference of two: 160 bits, of which the upper 96 decide as far as a double goes.
inline double price_to_double(const u256& x) {
    const Limbs4 l = limbs_of(x);
    return l.w[2] != 0 ? to_double(l.w[2], l.w[1]) * 0x1p64 : to_double(l.w[1], l.w[0]);
}

/// floor(fee * 2^128 / L): what a fee adds to feeGrowthGlobalX128. False when it does not fit or L is zero (it reverts there).
inline bool growth_quotient(const u256& fee, const u128& liquidity, u256& out) {
    const Limbs4 lf = limbs_of(fee);
    std::uint64_t ll[2];
    std::memcpy(ll, &liquidity, sizeof(ll));
    out = 0;
    if ((lf.w[2] | lf.w[3]) != 0 || ll[1] == 0) return mul_div(fee, u256(1) << 128, u256(liquidity), out);
    const wide f = (static_cast<wide>(lf.w[1]) << 64) | lf.w[0];
    if (f >= ((static_cast<wide>(ll[1]) << 64) | ll[0])) return mul_div(fee, u256(1) << 128, u256(liquidity), out);
    std::uint64_t n[5] = {0, 0, lf.w[0], lf.w[1], 0}; // the quotient has two limbs
    std::uint64_t q[3];
    q[0] = q[1] = q[2] = 0;
    divide_long<2>(n, 4, ll, q);
    out = value_of(Limbs4{{q[0], q[1], 0, 0}});
    return true;
}

/// floor or ceil(L * difference / 2^96) of prices' difference: getAmount1Delta. At most 192 bits.
inline u256 amount1_quotient(const u128& liquidity, const u256& difference, bool round_up) {
    std::uint64_t ll[2];
    std::memcpy(ll, &liquidity, sizeof(ll));
    const Limbs4 diff = limbs_of(difference);
    std::uint64_t p[5];
    multiply_fixed<2, 3>(ll, diff.w, p);
    const bool rest = (p[0] | (p[1] << 32)) != 0;
    u256 out =
        value_of(Limbs4{{(p[1] >> 32) | (p[2] << 32), (p[2] >> 32) | (p[3] << 32), (p[3] >> 32) | (p[4] << 32), p[4] >> 32}});
    if (round_up && rest) out.v += 1;
    return out;
}

/// True only when `amount` is below getAmount0Delta (or 1) between the prices, for either rounding. False says nothing. The margin
/// is a thousand times the error of the doubles, so it never changes a result: it spares the exact division where it is not needed.
inline bool surely_below_delta(const u256& amount, const u256& lower, const u256& upper, const u128& liquidity, bool token0) {
    constexpr double margin = 1 + 1e-12;
    const Limbs4 la = limbs_of(amount);
    if ((la.w[2] | la.w[3]) != 0) return false; // no pool holds 2^128 of a token
    std::uint64_t ll[2];
    std::memcpy(ll, &liquidity, sizeof(ll));
    const double above = (to_double(la.w[1], la.w[0]) + 2) * margin; // the delta rounded down is more than delta - 1
    const double delta = to_double(ll[1], ll[0]) * price_to_double(u256(upper - lower));
    // No division: delta is L * 2^96 * difference / (lower * upper), or L * difference / 2^96.
    return token0 ? above * price_to_double(lower) * price_to_double(upper) < delta * 0x1p96 : above * 0x1p96 < delta;
}

/// floor(sqrt(x)).
inline ap_uint<64> sqrt_128(const u128& x) {
    wide value;
    std::memcpy(&value, &x, sizeof(value));
    if (value == 0) return ap_uint<64>(0);
    const double estimate = __builtin_sqrt(static_cast<double>(value));
    std::uint64_t root = estimate >= 0x1p64 ? ~0ULL : static_cast<std::uint64_t>(estimate);
    // The double has 53 right bits; one Newton step makes it exact up to the last unit or two.
    const wide better = (root + value / root) >> 1;
    root = better >> 64 != 0 ? ~0ULL : static_cast<std::uint64_t>(better);
    while (static_cast<wide>(root) * root > value) --root;
    while (root != ~0ULL && static_cast<wide>(root + 1) * (root + 1) <= value) ++root;
    return ap_uint<64>(root);
}

} // namespace native
} // namespace hlsk
} // namespace jitbox

#endif
