// The judge of the search: every range and a fine grid of amounts, each evaluated to the wei from the beginning of the swap.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/range_search.hpp"

#include <cstdint>

namespace jitbox::test {

/// The best position of the grid.
struct Exhaustive {
    hlsk::i256 gross_wei; ///< V(burn + fees) - V(mint); the lowest number there is when no position can be minted
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    hlsk::u128 liquidity = 0;
    std::uint64_t evaluated = 0; ///< positions looked at
};

/// Every range of whole tick spacings between the spot tick and the tick where the swap ends alone, and one spacing beyond each
/// side; in each, 160 amounts from the most that budgets and maxLiquidityPerTick allow down to its 100,000th, then 20 around the
/// best of them. Nothing of the search's own shortcuts; what the budgets allow comes from liquidity_for_budgets
/// (candidate_seed_test). `input.alone` has been run.
Exhaustive exhaustive_search(const hlsk::SearchInput& input, hlsk::WindowTicks& ticks);

} // namespace jitbox::test
