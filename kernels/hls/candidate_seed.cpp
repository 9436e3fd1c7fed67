// Where the search for a position begins. See candidate_seed.hpp and docs/kernel-contract.md, "Seeds".
// SPDX-License-Identifier: Apache-2.0
#include "hls/candidate_seed.hpp"

namespace jitbox {
namespace hlsk {
namespace {

inline u256 distance_of(const u256& a, const u256& b) {
#pragma HLS INLINE
    return a > b ? u256(a - b) : u256(b - a);
}

/// The constant liquidity that turns an amount of one token into a move between two prices, a unit of the amount.
inline ShortFloat liquidity_per_amount(bool token0, const u256& a_x96, const u256& b_x96) {
#pragma HLS INLINE
    const ShortFloat distance = short_of(distance_of(a_x96, b_x96));
    if (!token0) return short_times_power(short_one(), 96) / distance;
    return short_times_power(short_of(a_x96) * short_of(b_x96), -96) / distance;
}

/// And the amount that constant liquidity takes between two prices.
inline ShortFloat amount_between(const ShortFloat& liquidity, bool token0, const u256& a_x96, const u256& b_x96) {
#pragma HLS INLINE
    const ShortFloat moved = liquidity * short_of(distance_of(a_x96, b_x96));
    if (!token0) return short_times_power(moved, -96);
    return short_times_power(moved, 96) / (short_of(a_x96) * short_of(b_x96));
}

/// The protocol's share of a fee: kept / whole stays with the liquidity.
void fee_share(const PoolState& pool, bool zero_for_one, std::uint64_t& kept, std::uint64_t& whole) {
#pragma HLS INLINE
    kept = 1;
    whole = 1;
    if (pool.kind == PoolKind::pancake_v3) {
        whole = 10000;
        kept = 10000 - (zero_for_one ? (pool.fee_protocol & 0xffffU) : (pool.fee_protocol >> 16));
        return;
    }
    const std::uint32_t divisor = zero_for_one ? (pool.fee_protocol & 15U) : (pool.fee_protocol >> 4);
    if (divisor == 0) return;
    whole = divisor;
    kept = divisor - 1;
}

} // namespace

SeedTerms seed_terms(const PoolState& pool, const SwapRequest& request, const u256& price0_x96, const u256& price1_x96) {
#pragma HLS INLINE off
    SeedTerms terms;
    terms.zero_for_one = request.zero_for_one;
    terms.exact_in = request.exact_in;
    terms.counts_token0 = request.zero_for_one == request.exact_in;
    terms.kept = short_of(std::uint64_t(fee_units - pool.fee)) / short_of(std::uint64_t(fee_units));
    std::uint64_t kept;
    std::uint64_t whole;
    fee_share(pool, request.zero_for_one, kept, whole);
    const std::uint64_t without = whole * (fee_units - pool.fee);
    const ShortFloat factor = short_of(without + kept * pool.fee) / short_of(without);
    const ShortFloat price0 = short_times_power(short_of(price0_x96), 96);
    const ShortFloat price1 = short_times_power(short_of(price1_x96), -96);
    if (request.zero_for_one) {
        terms.gain = factor * price0 / price1;
    } else {
        terms.gain = factor * price1 / price0;
    }
    return terms;
}

ShortFloat left_of(const SeedTerms& terms, const u256& remaining) {
#pragma HLS INLINE
    const ShortFloat left = short_of(remaining);
    return terms.exact_in ? left * terms.kept : left;
}

ShortFloat left_at_price(const SeedTerms& terms, const SwapProgress& before, const u256& price_x96) {
#pragma HLS INLINE off
    return left_of(terms, before.remaining) -
           amount_between(short_of(u256(before.liquidity)), terms.counts_token0, before.sqrt_price_x96, price_x96);
}

ShortFloat seed_liquidity(const SeedTerms& terms, const RangeTransit& transit) {
#pragma HLS INLINE off
    const ShortFloat price = short_of(transit.entry_x96);
    const ShortFloat square_price = price * price;
    const ShortFloat gain = terms.zero_for_one ? terms.gain / square_price : terms.gain * square_price;
    const ShortFloat left = transit.left_at_entry;
    // P: constant liquidity that would take as much of the swap between entry and stop as the pool's ticks do.
    ShortFloat passive = short_of(u256(transit.entry_liquidity));
    if (transit.stop_x96 != transit.entry_x96)
        passive = (left - transit.left_at_stop) * liquidity_per_amount(terms.counts_token0, transit.entry_x96, transit.stop_x96);
    // The swap in units of liquidity. A token0 amount is worth amount * sqrt(p), a token1 amount amount / sqrt(p).
    const ShortFloat size = terms.counts_token0 ? short_times_power(left * price, -96) : short_times_power(left, 96) / price;
    // A^2 = Q / S: F/R * P / (C + P) for exact in, F/R * (P - D) / P for exact out. root = A S.
    const ShortFloat all = terms.exact_in ? size + passive : passive;
    const ShortFloat part = gain * (terms.exact_in ? passive : passive - size);
    if (passive.mantissa != 0 && !short_less(part, all)) return short_unlimited();
    const ShortFloat root = short_root(part * all);
    // T = C A / (1 - A) for exact in, D / (1 - A) for exact out. With less than what keeps the price inside the range the profit
    // is linear in the liquidity, so its best is never there. L* = T - P.
    ShortFloat total = size * (terms.exact_in ? root : all) / (all - root);
    if (passive.mantissa == 0) total = terms.exact_in ? short_zero() : size;
    const ShortFloat contains = left * liquidity_per_amount(terms.counts_token0, transit.entry_x96, transit.exit_x96);
    if (short_less(total, contains)) total = contains;
    return total - passive;
}

u128 liquidity_for_budgets(const Position& range, Where where, const u256& price_x96, const u256& budget0, const u256& budget1) {
#pragma HLS INLINE off
    u128 most = u128((u128(1) << 127) - u128(1));
    const u256& from0 = where == in_range ? price_x96 : range.lower_x96;
    const u256& to1 = where == in_range ? price_x96 : range.upper_x96;
    if (where != above_range && from0 < range.upper_x96) {
        const ShortFloat product = short_times_power(short_of(budget0) * short_of(from0) * short_of(range.upper_x96), -96);
        const u128 by0 = short_floor(product / short_next(short_of(u256(range.upper_x96 - from0))));
        if (by0 < most) most = by0;
    }
    if (where != below_range && range.lower_x96 < to1) {
        const ShortFloat product = short_times_power(short_of(budget1), 96);
        const u128 by1 = short_floor(product / short_next(short_of(u256(to1 - range.lower_x96))));
        if (by1 < most) most = by1;
    }
    return most;
}

} // namespace hlsk
} // namespace jitbox
