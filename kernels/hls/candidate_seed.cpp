// Where the search for a position begins. See candidate_seed.hpp and docs/kernel-contract.md, "Seeds".
// SPDX-License-Identifier: Apache-2.0
#include "hls/candidate_seed.hpp"

#include "hls/wide_math.hpp"

namespace jitbox {
namespace hlsk {
namespace {

inline u256 max_128() {
#pragma HLS INLINE
    return (u256(1) << 128) - u256(1);
}

/// a * b / d, all ones where that does not fit (d = 0 included).
inline u256 mul_div_saturated(const u256& a, const u256& b, const u256& d) {
#pragma HLS INLINE
    u256 out;
    return mul_div(a, b, d, out) ? out : u256(~u256(0));
}

/// floor(sqrt(x)) of at most 128 bits, digit by digit.
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

} // namespace

u256 fee_factor_x64(const PoolState& pool, bool zero_for_one) {
    std::uint64_t kept = 1;
    std::uint64_t whole = 1;
    if (pool.kind == PoolKind::pancake_v3) {
        whole = 10000;
        kept = 10000 - (zero_for_one ? (pool.fee_protocol & 0xffffU) : (pool.fee_protocol >> 16));
    } else {
        const std::uint32_t divisor = zero_for_one ? (pool.fee_protocol & 15U) : (pool.fee_protocol >> 4);
        if (divisor != 0) {
            whole = divisor;
            kept = divisor - 1;
        }
    }
    const u256 one = u256(1) << 64;
    u256 gain;
    mul_div(one, u256(kept * pool.fee), u256(whole * (fee_units - pool.fee)), gain);
    return u256(one + gain);
}

u128 seed_liquidity(const PoolState& pool, const SwapRequest& request, const RangeEntry& entry, const u256& fee_factor,
                    const u256& price0_x96, const u256& price1_x96) {
#pragma HLS INLINE off
    const u256 q96 = u256(1) << 96;
    const u256 one = u256(1) << 64;
    const u256& price = entry.price_x96;
    const u256 passive = u256(entry.liquidity);
    const bool zero_for_one = request.zero_for_one;
    // F / R: the fee factor over (pool price / market price), the other way up for token1 in.
    u256 gain;
    if (zero_for_one) {
        gain = mul_div_saturated(fee_factor, mul_div_saturated(mul_div_saturated(price0_x96, q96, price), q96, price), price1_x96);
    } else {
        gain = mul_div_saturated(fee_factor, mul_div_saturated(mul_div_saturated(price1_x96, price, q96), price, q96), price0_x96);
    }
    // The swap in units of liquidity. A token0 amount is worth amount * sqrt(p), a token1 amount amount / sqrt(p).
    u256 amount = entry.remaining;
    if (request.exact_in) amount = mul_div_saturated(amount, u256(fee_units - pool.fee), u256(fee_units));
    const bool is_token0 = zero_for_one == request.exact_in;
    u256 size = is_token0 ? mul_div_saturated(amount, price, q96) : mul_div_saturated(amount, q96, price);
    if (size > max_128()) size = max_128();
    // A^2 = F/R * P / (C + P) for exact in, F/R * (P - D) / P for exact out.
    u256 square = 0;
    if (request.exact_in) {
        if (passive != 0) square = mul_div_saturated(gain, passive, u256(size + passive));
    } else if (passive > size) {
        square = mul_div_saturated(gain, u256(passive - size), passive);
    }
    if (square >= one) return u128(max_128());
    const u256 root = u256(sqrt_128(u128(square << 64)));
    // T = C A / (1 - A) for exact in, D / (1 - A) for exact out; L* = T - P.
    const u256 total = mul_div_saturated(size, request.exact_in ? root : one, u256(one - root));
    if (total <= passive) return u128(0);
    const u256 best = u256(total - passive);
    return u128(best > max_128() ? max_128() : best);
}

u128 liquidity_for_budgets(const Position& range, Where where, const u256& price_x96, const u256& budget0, const u256& budget1) {
#pragma HLS INLINE off
    u256 most = (u256(1) << 127) - u256(1);
    const u256& from0 = where == in_range ? price_x96 : range.lower_x96;
    const u256& to1 = where == in_range ? price_x96 : range.upper_x96;
    if (where != above_range && from0 < range.upper_x96) {
        u256 product;
        mul_shift<96>(from0, range.upper_x96, false, product);
        const u256 by0 = mul_div_saturated(budget0, product, u256(range.upper_x96 - from0));
        if (by0 < most) most = by0;
    }
    if (where != below_range && range.lower_x96 < to1) {
        const u256 by1 = mul_div_saturated(budget1, u256(1) << 96, u256(to1 - range.lower_x96));
        if (by1 < most) most = by1;
    }
    return u128(most);
}

} // namespace hlsk
} // namespace jitbox
