// The search for the position that earns most beside one swap: candidates, their exact evaluation, and the best of K.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_RANGE_SEARCH_HPP
#define JITBOX_HLS_RANGE_SEARCH_HPP

#include "hls/tick_window.hpp"

namespace jitbox {
namespace hlsk {

constexpr int alone_snapshots = 64;

/// The swap without us, with the states before its first steps: what a position meets at its near bound begins from one of them.
struct AloneSwap {
    SwapProgress end;
    std::int32_t tick_after;
    int snapshots; ///< at least one: the beginning
    SwapProgress before[alone_snapshots];
};

/// One candidate, evaluated to the wei.
struct Evaluated {
    bool ok;
    std::int32_t tick_lower;
    std::int32_t tick_upper;
    u128 liquidity;
    Outcome outcome;
    i256 gross_wei;  ///< V(burn + fees) - V(mint)
    i256 profit_wei; ///< after gas and tip
    u256 tip_wei;
};

struct SearchResult {
    std::uint32_t candidates; ///< evaluated, at most K
    std::uint32_t profitable; ///< of them with profit > 0
    Evaluated best;           ///< highest gross profit; the first of equals
};

/// Everything that stays the same while one leg is searched.
struct SearchInput {
    PoolState pool;
    SwapRequest request;
    PoolParams params;
    AloneSwap alone;
    int cursor; ///< listed ticks at or below the pool's tick
};

/// gross -> profit and tip. False when it does not fit (value_overflow).
bool profit_of(const i256& gross_wei, const PoolParams& params, i256& profit_wei, u256& tip_wei);

/// Runs the swap alone. Reasons as run_swap.
Reason run_alone(const PoolState& pool, WindowTicks& ticks, int cursor, const SwapRequest& request, AloneSwap& out);

/// Looks for the best of at most params.candidates candidates. docs/kernel-contract.md, "Search", is its specification.
void search_ranges(const SearchInput& input, WindowTicks& ticks, SearchResult& out);

} // namespace hlsk
} // namespace jitbox

#endif
