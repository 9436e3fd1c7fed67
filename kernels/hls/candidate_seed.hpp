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

/// What the swap alone does to a range: its price and amount left at the bound where it enters, and where it leaves or ends.
struct RangeTransit {
    u256 entry_x96;     ///< price at entry: the near bound, or spot when the price is inside
    u256 exit_x96;      ///< price of the far bound
    u256 stop_x96;      ///< the far bound, or the swap's final price when it ends inside
    u256 left_at_entry; ///< of amountSpecified
    u256 left_at_stop;
    u128 entry_liquidity; ///< passive, at entry
};

/// L* of docs/kernel-contract.md ("Seeds"), saturated to [0, 2^128 - 1]. All ones when more is always better.
u128 seed_liquidity(const PoolState& pool, const SwapRequest& request, const RangeTransit& transit, const u256& fee_factor,
                    const u256& price0_x96, const u256& price1_x96);

/// The most liquidity whose mint stays within both budgets, in the range at this price; at most 2^127 - 1 (mint takes an int128).
u128 liquidity_for_budgets(const Position& range, Where where, const u256& price_x96, const u256& budget0, const u256& budget1);

} // namespace hlsk
} // namespace jitbox

#endif
