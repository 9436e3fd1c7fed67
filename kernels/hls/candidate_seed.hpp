// Where the search for a position begins: the interior optimum of one range against constant passive liquidity, in integers.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_CANDIDATE_SEED_HPP
#define JITBOX_HLS_CANDIDATE_SEED_HPP

#include "hls/pool_swap.hpp"
#include "hls/types.hpp"

namespace jitbox {
namespace hlsk {

/// Fee and prices of one leg, folded: F = 1 + f (1 - phi) / (1 - f) in Q64.
u256 fee_factor_x64(const PoolState& pool, bool zero_for_one);

/// The swap alone when its price enters a range.
struct RangeEntry {
    u256 price_x96; ///< at entry
    u128 liquidity; ///< passive, at entry
    u256 remaining; ///< of amountSpecified, at entry
};

/// L* of docs/kernel-contract.md ("Seeds"), saturated to [0, 2^128 - 1]. All ones when more is always better.
u128 seed_liquidity(const PoolState& pool, const SwapRequest& request, const RangeEntry& entry, const u256& fee_factor,
                    const u256& price0_x96, const u256& price1_x96);

/// The most liquidity whose mint stays within both budgets, in the range at this price; at most 2^127 - 1 (mint takes an int128).
u128 liquidity_for_budgets(const Position& range, Where where, const u256& price_x96, const u256& budget0, const u256& budget1);

} // namespace hlsk
} // namespace jitbox

#endif
