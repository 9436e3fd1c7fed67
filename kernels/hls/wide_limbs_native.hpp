// 64-bit limbs for the CPU form of the leaf arithmetic: products, and Knuth's algorithm D with a 3-by-2 reciprocal.
// SPDX-License-Identifier: Apache-2.0
//
// The reciprocal steps are Moeller and Granlund, "Improved division by invariant integers" (IEEE TC 2011), algorithms 2 to 6.
#ifndef JITBOX_HLS_WIDE_LIMBS_NATIVE_HPP
#define JITBOX_HLS_WIDE_LIMBS_NATIVE_HPP

#include "hls/types.hpp"

#include <cstdint>
#include <cstring>

namespace jitbox {
namespace hlsk {
namespace native {

using wide = unsigned __int128;

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

/// n[at .. at + ND) -= digit * d, and the borrow out of it.
template <int ND>
inline std::uint64_t subtract_product(std::uint64_t* n, std::uint64_t digit, const std::uint64_t* d) {
    std::uint64_t carry = 0;
    for (int i = 0; i < ND; ++i) {
        const wide product = static_cast<wide>(digit) * d[i] + carry;
        const std::uint64_t low = static_cast<std::uint64_t>(product);
        carry = static_cast<std::uint64_t>(product >> 64) + (n[i] < low ? 1 : 0);
        n[i] -= low;
    }
    return carry;
}

template <int ND>
inline void add_back(std::uint64_t* n, const std::uint64_t* d) {
    std::uint64_t carry = 0;
    for (int i = 0; i < ND; ++i) {
        const wide sum = static_cast<wide>(n[i]) + d[i] + carry;
        n[i] = static_cast<std::uint64_t>(sum);
        carry = static_cast<std::uint64_t>(sum >> 64);
    }
}

/// Knuth's algorithm D for a divisor of ND >= 2 limbs, divisor[ND - 1] != 0. n: nn >= ND limbs with room for one more, destroyed.
/// q: room for nn - ND + 1 limbs. Returns whether a remainder is left.
template <int ND>
inline bool divide_long(std::uint64_t* n, int nn, const std::uint64_t* divisor, std::uint64_t* q) {
    std::uint64_t d[ND];
    const int shift = __builtin_clzll(divisor[ND - 1]);
    const int back = (64 - shift) & 63; // of a shift by nothing the mask below keeps nothing
    const std::uint64_t keep = shift == 0 ? 0 : ~0ULL;
    for (int i = ND - 1; i > 0; --i) d[i] = (divisor[i] << shift) | ((divisor[i - 1] >> back) & keep);
    d[0] = divisor[0] << shift;
    n[nn] = (n[nn - 1] >> back) & keep;
    for (int i = nn - 1; i > 0; --i) n[i] = (n[i] << shift) | ((n[i - 1] >> back) & keep);
    n[0] <<= shift;
    const std::uint64_t d1 = d[ND - 1];
    const std::uint64_t d0 = d[ND - 2];
    const wide lead = (static_cast<wide>(d1) << 64) | d0;
    const std::uint64_t v = reciprocal_3by2(d1, d0);
    int j = nn - ND;
    if (n[nn] == 0 && n[nn - 1] < d1) q[j--] = 0; // the leading quotient limb is zero
    for (; j >= 0; --j) {
        std::uint64_t* at = n + j;
        const std::uint64_t u2 = at[ND];
        const std::uint64_t u1 = at[ND - 1];
        std::uint64_t digit = ~0ULL;
        if (__builtin_expect(((static_cast<wide>(u2) << 64) | u1) >= lead, 0)) { // the estimate saturates
            const std::uint64_t owed = subtract_product<ND>(at, digit, d);
            if (u2 < owed) {
                --digit;
                add_back<ND>(at, d);
            }
        } else {
            wide rest;
            digit = divide_3by2(u2, u1, at[ND - 2], d1, d0, v, rest);
            const std::uint64_t owed = subtract_product<ND - 2>(at, digit, d);
            const bool too_large = rest < owed;
            rest -= owed;
            at[ND - 2] = static_cast<std::uint64_t>(rest);
            at[ND - 1] = static_cast<std::uint64_t>(rest >> 64);
            if (__builtin_expect(too_large, 0)) {
                --digit;
                add_back<ND>(at, d);
            }
        }
        q[j] = digit;
    }
    std::uint64_t left = 0;
    for (int i = 0; i < ND; ++i) left |= n[i];
    return left != 0;
}

/// Division by one limb. The upper limb of n may be below d: then it gives no quotient limb.
inline bool divide_short(const std::uint64_t* n, int nn, std::uint64_t d, std::uint64_t* q) {
    std::uint64_t rest = 0;
    int i = nn - 1;
    if (n[i] < d) rest = n[i--];
    for (; i >= 0; --i) q[i] = divide_2by1(rest, n[i], d, rest);
    return rest != 0;
}

/// Quotient and whether a remainder is left. n: nn limbs with room for one more, destroyed; d: nd in 1..5 limbs, d[nd - 1] != 0.
/// q: five limbs; the caller has ruled out more than four that count.
inline bool divide_limbs(std::uint64_t* n, int nn, const std::uint64_t* d, int nd, std::uint64_t* q) {
    q[0] = q[1] = q[2] = q[3] = q[4] = 0;
    if (nn < nd) return nn != 0;
    switch (nd) {
    case 1:
        return divide_short(n, nn, d[0], q);
    case 2:
        return divide_long<2>(n, nn, d, q);
    case 3:
        return divide_long<3>(n, nn, d, q);
    case 4:
        return divide_long<4>(n, nn, d, q);
    default:
        return divide_long<5>(n, nn, d, q);
    }
}

template <int NA, int NB>
inline void multiply_fixed(const std::uint64_t* a, const std::uint64_t* b, std::uint64_t* out) {
    for (int j = 0; j < NB; ++j) out[j] = 0;
    for (int i = 0; i < NA; ++i) {
        std::uint64_t carry = 0;
        for (int j = 0; j < NB; ++j) {
            const wide t = static_cast<wide>(a[i]) * b[j] + out[i + j] + carry;
            out[i + j] = static_cast<std::uint64_t>(t);
            carry = static_cast<std::uint64_t>(t >> 64);
        }
        out[i + NB] = carry;
    }
}

/// a * b; returns the product's length. Lengths are at most four.
inline int multiply_limbs(const std::uint64_t* a, int na, const std::uint64_t* b, int nb, std::uint64_t* out) {
    if (na > nb) return multiply_limbs(b, nb, a, na, out);
    if (na == 0) return 0;
    switch (na * 4 + nb) {
    case 5:
        multiply_fixed<1, 1>(a, b, out);
        break;
    case 6:
        multiply_fixed<1, 2>(a, b, out);
        break;
    case 7:
        multiply_fixed<1, 3>(a, b, out);
        break;
    case 8:
        multiply_fixed<1, 4>(a, b, out);
        break;
    case 10:
        multiply_fixed<2, 2>(a, b, out);
        break;
    case 11:
        multiply_fixed<2, 3>(a, b, out);
        break;
    case 12:
        multiply_fixed<2, 4>(a, b, out);
        break;
    case 15:
        multiply_fixed<3, 3>(a, b, out);
        break;
    case 16:
        multiply_fixed<3, 4>(a, b, out);
        break;
    default:
        multiply_fixed<4, 4>(a, b, out);
        break;
    }
    const int n = na + nb;
    return out[n - 1] == 0 ? n - 1 : n; // the product of two leading limbs that are not zero fills at least all but one
}

} // namespace native
} // namespace hlsk
} // namespace jitbox

#endif
