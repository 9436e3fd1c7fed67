// Where the search for a position begins: the interior optimum of one range, and what the budgets allow. In short floating
// point: docs/kernel-contract.md, "Seeds".
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_CANDIDATE_SEED_HPP
#define JITBOX_HLS_CANDIDATE_SEED_HPP

#include "hls/pool_swap.hpp"
#include "hls/short_float.hpp"

namespace jitbox {
namespace hlsk {

/// What all seeds of one leg share.
struct SeedTerms {
    bool zero_for_one;
    bool exact_in;
    bool counts_token0; ///< amountSpecified is in token0
    ShortFloat kept;    ///< 1 - fee
    ShortFloat gain;    ///< F times the market's price ratio: F/R is this over p^2 (token0 in) or times p^2
};

SeedTerms seed_terms(const PoolState& pool, const SwapRequest& request, const u256& price0_x96, const u256& price1_x96);

/// What is left of amountSpecified, less the fee when that is the input.
ShortFloat left_of(const SeedTerms& terms, const u256& remaining);

/// The swap alone at one price, seen from the last state before it: what is left there, as left_of.
ShortFloat left_at_price(const SeedTerms& terms, const SwapProgress& before, const u256& price_x96);

/// What the swap alone does to a range.
struct RangeTransit {
    u256 entry_x96;           ///< price at entry: the near bound, or spot when the price is inside
    u256 exit_x96;            ///< price of the far bound
    u256 stop_x96;            ///< the far bound, or the swap's final price when it ends inside
    ShortFloat left_at_entry; ///< as left_of
    ShortFloat left_at_stop;
    u128 entry_liquidity; ///< passive, before entry
};

/// L* of docs/kernel-contract.md. short_unlimited() when more is always better.
ShortFloat seed_liquidity(const SeedTerms& terms, const RangeTransit& transit);

/// Liquidity whose mint stays within both budgets, in the range at this price: at most 2^-28 of it under the most there is; at most
/// 2^127 - 1 (mint takes an int128).
u128 liquidity_for_budgets(const Position& range, Where where, const u256& price_x96, const u256& budget0, const u256& budget1);

} // namespace hlsk
} // namespace jitbox

#endif
