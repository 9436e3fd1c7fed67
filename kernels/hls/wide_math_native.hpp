// The CPU form of the leaf arithmetic: 64-bit limbs, Knuth's algorithm D with a 3-by-2 reciprocal. See wide_math.hpp.
// SPDX-License-Identifier: Apache-2.0
//
// The reciprocal steps are Moeller and Granlund, "Improved division by invariant integers" (IEEE TC 2011), algorithms 2 to 6.
#ifndef JITBOX_HLS_WIDE_MATH_NATIVE_HPP
#define JITBOX_HLS_WIDE_MATH_NATIVE_HPP

#include "hls/types.hpp"

#include <cstdint>
#include <cstring>

namespace jitbox {
namespace hlsk {
namespace native {

typedef unsigned __int128 wide; // NOLINT(modernize-use-using): one spelling in all of kernels/hls

struct Limbs4 {
    std::uint64_t w[4];
};

inline Limbs4 limbs_of(const u256& x) {
    Limbs4 out;
    static_assert(sizeof(x) == sizeof(out), "ap_uint<256> is four limbs");
    std::memcpy(&out, &x, sizeof(out));
    return out;
}

inline u256 value_of(const Limbs4& x) {
    u256 out;
    std::memcpy(&out, &x, sizeof(x));
    return out;
}

inline int length_of(const std::uint64_t* w, int n) {
    while (n > 0 && w[n - 1] == 0) --n;
    return n;
}

/// floor((high:low) / d) for high < d.
inline std::uint64_t divide_2by1(std::uint64_t high, std::uint64_t low, std::uint64_t d, std::uint64_t& remainder) {
#if defined(__x86_64__)
    std::uint64_t quotient;
    __asm__("divq %4" : "=a"(quotient), "=d"(remainder) : "a"(low), "d"(high), "r"(d) : "cc");
    return quotient;
#else
    const wide n = (static_cast<wide>(high) << 64) | low;
    remainder = static_cast<std::uint64_t>(n % d);
    return static_cast<std::uint64_t>(n / d);
#endif
}

/// floor((2^192 - 1) / (d1:d0)) - 2^64 for a divisor whose leading bit is set.
inline std::uint64_t reciprocal_3by2(std::uint64_t d1, std::uint64_t d0) {
    std::uint64_t ignored;
    std::uint64_t v = divide_2by1(~d1, ~0ULL, d1, ignored);
    std::uint64_t p = d1 * v + d0;
    if (p < d0) {
        --v;
        if (p >= d1) {
            --v;
            p -= d1;
        }
        p -= d1;
    }
    const wide t = static_cast<wide>(v) * d0;
    const std::uint64_t high = static_cast<std::uint64_t>(t >> 64);
    p += high;
    if (p < high) {
        --v;
        const wide rest = (static_cast<wide>(p) << 64) | static_cast<std::uint64_t>(t);
        if (rest >= ((static_cast<wide>(d1) << 64) | d0)) --v;
    }
    return v;
}

/// One quotient limb of (u2:u1:u0) / (d1:d0) for (u2:u1) < (d1:d0), with v = reciprocal_3by2(d1, d0).
inline std::uint64_t divide_3by2(std::uint64_t u2, std::uint64_t u1, std::uint64_t u0, std::uint64_t d1, std::uint64_t d0,
                                 std::uint64_t v, wide& remainder) {
    const wide d = (static_cast<wide>(d1) << 64) | d0;
    const wide q = static_cast<wide>(v) * u2 + ((static_cast<wide>(u2) << 64) | u1);
    std::uint64_t q1 = static_cast<std::uint64_t>(q >> 64);
    const std::uint64_t q0 = static_cast<std::uint64_t>(q);
    const std::uint64_t r1 = u1 - q1 * d1;
    wide r = ((static_cast<wide>(r1) << 64) | u0) - static_cast<wide>(q1) * d0 - d;
    ++q1;
    if (static_cast<std::uint64_t>(r >> 64) >= q0) {
        --q1;
        r += d;
    }
    if (r >= d) {
        ++q1;
        r -= d;
    }
    remainder = r;
    return q1;
}

/// Quotient (at most four limbs; the caller has ruled out overflow) and whether a remainder is left.
/// n: nn limbs with room for one more; d: nd limbs, d[nd - 1] != 0. n is destroyed.
inline bool divide_limbs(std::uint64_t* n, int nn, const std::uint64_t* divisor, int nd, std::uint64_t* q) {
    q[0] = q[1] = q[2] = q[3] = 0;
    if (nn < nd) return nn != 0;
    if (nd == 1) {
        const std::uint64_t d = divisor[0];
        std::uint64_t rest = 0;
        int i = nn - 1;
        if (n[i] < d) rest = n[i--]; // a quotient of at most four limbs: the caller ruled out the others
        for (; i >= 0; --i) q[i] = divide_2by1(rest, n[i], d, rest);
        return rest != 0;
    }
    std::uint64_t d[4] = {0, 0, 0, 0};
    const int shift = __builtin_clzll(divisor[nd - 1]);
    n[nn] = 0;
    if (shift == 0) {
        for (int i = 0; i < nd; ++i) d[i] = divisor[i];
    } else {
        for (int i = nd - 1; i > 0; --i) d[i] = (divisor[i] << shift) | (divisor[i - 1] >> (64 - shift));
        d[0] = divisor[0] << shift;
        n[nn] = n[nn - 1] >> (64 - shift);
        for (int i = nn - 1; i > 0; --i) n[i] = (n[i] << shift) | (n[i - 1] >> (64 - shift));
        n[0] <<= shift;
    }
    const std::uint64_t d1 = d[nd - 1];
    const std::uint64_t d0 = d[nd - 2];
    const wide lead = (static_cast<wide>(d1) << 64) | d0;
    const std::uint64_t v = reciprocal_3by2(d1, d0);
    int j = nn - nd;
    if (n[nn] == 0 && n[nn - 1] < d1) --j; // the leading quotient limb is zero
    for (; j >= 0; --j) {
        const std::uint64_t u2 = n[j + nd];
        const std::uint64_t u1 = n[j + nd - 1];
        std::uint64_t digit;
        if (((static_cast<wide>(u2) << 64) | u1) >= lead) {
            digit = ~0ULL; // the estimate saturates
            std::uint64_t borrow = 0;
            std::uint64_t carry = 0;
            for (int i = 0; i < nd; ++i) {
                const wide product = static_cast<wide>(digit) * d[i] + carry;
                carry = static_cast<std::uint64_t>(product >> 64);
                const wide difference = static_cast<wide>(n[j + i]) - static_cast<std::uint64_t>(product) - borrow;
                n[j + i] = static_cast<std::uint64_t>(difference);
                borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
            }
            n[j + nd] = u2 - carry - borrow;
            if (u2 < static_cast<wide>(carry) + borrow) {
                --digit;
                std::uint64_t add = 0;
                for (int i = 0; i < nd; ++i) {
                    const wide sum = static_cast<wide>(n[j + i]) + d[i] + add;
                    n[j + i] = static_cast<std::uint64_t>(sum);
                    add = static_cast<std::uint64_t>(sum >> 64);
                }
                n[j + nd] += add;
            }
        } else {
            wide rest;
            digit = divide_3by2(u2, u1, n[j + nd - 2], d1, d0, v, rest);
            std::uint64_t borrow = 0;
            std::uint64_t carry = 0;
            for (int i = 0; i < nd - 2; ++i) {
                const wide product = static_cast<wide>(digit) * d[i] + carry;
                carry = static_cast<std::uint64_t>(product >> 64);
                const wide difference = static_cast<wide>(n[j + i]) - static_cast<std::uint64_t>(product) - borrow;
                n[j + i] = static_cast<std::uint64_t>(difference);
                borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
            }
            const wide owed = static_cast<wide>(carry) + borrow;
            const bool too_large = rest < owed;
            rest -= owed;
            n[j + nd - 2] = static_cast<std::uint64_t>(rest);
            n[j + nd - 1] = static_cast<std::uint64_t>(rest >> 64);
            n[j + nd] = 0;
            if (too_large) {
                --digit;
                std::uint64_t add = 0;
                for (int i = 0; i < nd; ++i) {
                    const wide sum = static_cast<wide>(n[j + i]) + d[i] + add;
                    n[j + i] = static_cast<std::uint64_t>(sum);
                    add = static_cast<std::uint64_t>(sum >> 64);
                }
            }
        }
        q[j] = digit;
    }
    for (int i = 0; i < nd; ++i) {
        if (n[i] != 0) return true;
    }
    return false;
}

/// a * b into eight limbs; returns the product's length.
inline int multiply_limbs(const std::uint64_t* a, int na, const std::uint64_t* b, int nb, std::uint64_t* out) {
    for (int i = 0; i < na + nb; ++i) out[i] = 0;
    for (int i = 0; i < na; ++i) {
        std::uint64_t carry = 0;
        for (int j = 0; j < nb; ++j) {
            const wide t = static_cast<wide>(a[i]) * b[j] + out[i + j] + carry;
            out[i + j] = static_cast<std::uint64_t>(t);
            carry = static_cast<std::uint64_t>(t >> 64);
        }
        out[i + nb] = carry;
    }
    return length_of(out, na + nb);
}

/// True when the numerator's part above 2^256 is not below the divisor: the quotient would not fit.
inline bool quotient_overflows(const std::uint64_t* n, int nn, const Limbs4& d) {
    if (nn <= 4) return false;
    for (int i = 3; i >= 0; --i) {
        const std::uint64_t upper = i + 4 < nn ? n[i + 4] : 0;
        if (upper != d.w[i]) return upper > d.w[i];
    }
    return true;
}

/// Shared body of mul_div and mul_div_rounding_up; `rest` tells whether the division was inexact.
inline bool mul_div_limbs(const u256& a, const u256& b, const u256& d, Limbs4& q, bool& rest) {
    const Limbs4 la = limbs_of(a);
    const Limbs4 lb = limbs_of(b);
    const Limbs4 ld = limbs_of(d);
    std::uint64_t product[9];
    const int nn = multiply_limbs(la.w, length_of(la.w, 4), lb.w, length_of(lb.w, 4), product);
    const int nd = length_of(ld.w, 4);
    rest = false;
    q = Limbs4{{0, 0, 0, 0}};
    if (nd == 0 || quotient_overflows(product, nn, ld)) return false;
    rest = divide_limbs(product, nn, ld.w, nd, q.w);
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
    std::uint64_t n[9] = {la.w[0], la.w[1], la.w[2], la.w[3], 0, 0, 0, 0, 0};
    return divide_limbs(n, length_of(la.w, 4), ld.w, nd, q.w);
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
    std::uint64_t p[9];
    const int na = length_of(la.w, 4);
    const int nb = length_of(lb.w, 4);
    multiply_limbs(la.w, na, lb.w, nb, p);
    for (int i = na + nb; i < 9; ++i) p[i] = 0;
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
    multiply_limbs(la.w, 3, lb, 2, p);
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

} // namespace native
} // namespace hlsk
} // namespace jitbox

#endif
