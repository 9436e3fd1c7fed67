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

inline u256 saturated_128(const u256& x) {
#pragma HLS INLINE
    return x > max_128() ? max_128() : x;
}

/// The constant liquidity that turns `amount` of one token into a move between two prices.
u256 liquidity_between(const u256& amount, bool is_token0, const u256& a_x96, const u256& b_x96) {
#pragma HLS INLINE off
    const u256 q96 = u256(1) << 96;
    const u256 distance = a_x96 > b_x96 ? u256(a_x96 - b_x96) : u256(b_x96 - a_x96);
    if (!is_token0) return mul_div_saturated(amount, q96, distance);
    return mul_div_saturated(mul_div_saturated(amount, a_x96, q96), b_x96, distance);
}

/// F / R: the fee factor over (pool price / market price), the other way up for token1 in. Q64.
u256 gain_over_market(bool zero_for_one, const u256& fee_factor, const u256& price, const u256& price0_x96,
                      const u256& price1_x96) {
#pragma HLS INLINE off
    const u256 q96 = u256(1) << 96;
    if (zero_for_one)
        return mul_div_saturated(fee_factor, mul_div_saturated(mul_div_saturated(price0_x96, q96, price), q96, price), price1_x96);
    return mul_div_saturated(fee_factor, mul_div_saturated(mul_div_saturated(price1_x96, price, q96), price, q96), price0_x96);
}

inline u256 without_fee(const PoolState& pool, const SwapRequest& request, const u256& amount) {
#pragma HLS INLINE
    return request.exact_in ? mul_div_saturated(amount, u256(fee_units - pool.fee), u256(fee_units)) : amount;
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

u128 seed_liquidity(const PoolState& pool, const SwapRequest& request, const RangeTransit& transit, const u256& fee_factor,
                    const u256& price0_x96, const u256& price1_x96) {
#pragma HLS INLINE off
    const u256 one = u256(1) << 64;
    const bool is_token0 = request.zero_for_one == request.exact_in; // the side that amountSpecified counts
    const u256& price = transit.entry_x96;
    const u256 gain = gain_over_market(request.zero_for_one, fee_factor, price, price0_x96, price1_x96);
    const u256 left = without_fee(pool, request, transit.left_at_entry);
    // P: constant liquidity that would take as much of the swap between entry and stop as the pool's ticks do.
    u256 passive = u256(transit.entry_liquidity);
    if (transit.stop_x96 != price) {
        const u256 taken = without_fee(pool, request, u256(transit.left_at_entry - transit.left_at_stop));
        passive = saturated_128(liquidity_between(taken, is_token0, price, transit.stop_x96));
    }
    // The swap in units of liquidity. A token0 amount is worth amount * sqrt(p), a token1 amount amount / sqrt(p).
    const u256 q96 = u256(1) << 96;
    const u256 size = saturated_128(is_token0 ? mul_div_saturated(left, price, q96) : mul_div_saturated(left, q96, price));
    // A^2 = F/R * P / (C + P) for exact in, F/R * (P - D) / P for exact out.
    u256 square = 0;
    if (request.exact_in) {
        if (passive != 0) square = mul_div_saturated(gain, passive, u256(size + passive));
    } else if (passive > size) {
        square = mul_div_saturated(gain, u256(passive - size), passive);
    }
    if (square >= one) return u128(max_128());
    const u256 root = u256(sqrt_128(u128(square << 64)));
    // T = C A / (1 - A) for exact in, D / (1 - A) for exact out. With less than what keeps the price inside the range the profit
    // is linear in the liquidity, so its best is never there. L* = T - P.
    u256 total = mul_div_saturated(size, request.exact_in ? root : one, u256(one - root));
    const u256 contains = liquidity_between(left, is_token0, price, transit.exit_x96);
    if (total < contains) total = contains;
    return total <= passive ? u128(0) : u128(saturated_128(u256(total - passive)));
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
