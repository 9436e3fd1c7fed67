// See exhaustive_search.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "exhaustive_search.hpp"

#include "hls/candidate_seed.hpp"

#include <algorithm>

namespace jitbox::test {
namespace {

using namespace hlsk;

constexpr int coarse_amounts = 160;
constexpr int fine_amounts = 10;                  // each side of the best
constexpr std::uint64_t coarse_ratio_x16 = 60948; // 0.93
constexpr std::uint64_t fine_ratio_x16 = 478;     // 0.0073

class Grid {
public:
    Grid(const SearchInput& input, WindowTicks& ticks) : in_(input), ticks_(ticks) { best_.gross_wei = lowest(); }

    Exhaustive search() {
        const std::int32_t spacing = in_.pool.tick_spacing;
        const std::int32_t spot = in_.pool.tick;
        const std::int32_t end = in_.alone.tick_after;
        const std::int32_t low = floor_div(std::min(spot, end), spacing) - 1;
        const std::int32_t high = floor_div(std::max(spot, end), spacing) + 2;
        for (std::int32_t lower = low; lower < high; ++lower) {
            for (std::int32_t upper = lower + 1; upper <= high; ++upper) try_range(lower * spacing, upper * spacing);
        }
        return best_;
    }

private:
    void try_range(std::int32_t lower, std::int32_t upper) {
        Position range;
        range.active = true;
        range.tick_lower = lower;
        range.tick_upper = upper;
        range.lower_x96 = ticks_.ratio_at(lower);
        range.upper_x96 = ticks_.ratio_at(upper);
        const u256 most = most_in(range);
        u256 amount = most;
        u256 best_amount = most;
        i256 best = lowest();
        for (int i = 0; i < coarse_amounts && amount != 0; ++i) {
            const i256 gross = gross_of(range, amount);
            if (gross > best) {
                best = gross;
                best_amount = amount;
            }
            amount = u256((amount * u256(coarse_ratio_x16)) >> 16);
        }
        const u256 step = u256((best_amount * u256(fine_ratio_x16)) >> 16);
        for (int i = 1; i <= fine_amounts; ++i) {
            const u256 off = u256(step * u256(static_cast<std::uint32_t>(i)));
            gross_of(range, u256(best_amount - off));
            if (best_amount + off <= most) gross_of(range, u256(best_amount + off));
        }
    }

    u256 most_in(const Position& range) const {
        const Where where = where_of(in_.pool.tick, range);
        u256 most(liquidity_for_budgets(range, where, in_.pool.sqrt_price_x96, in_.params.budget0, in_.params.budget1));
        for (const std::int32_t tick : {range.tick_lower, range.tick_upper})
            most = std::min(most, u256(in_.pool.max_liquidity_per_tick - ticks_.gross_at(tick)));
        return most;
    }

    /// Gross profit of one position, which becomes the best when it is.
    i256 gross_of(Position range, const u256& liquidity) {
        range.liquidity = u128(liquidity);
        best_.evaluated += 1;
        Outcome outcome;
        if (evaluate_position(in_.pool, ticks_, in_.cursor, in_.request, range, records::max_swap_steps, outcome) != Reason::none)
            return lowest();
        const Amounts back{u256(outcome.burn.amount0 + outcome.fees.amount0), u256(outcome.burn.amount1 + outcome.fees.amount1)};
        u256 cost;
        u256 worth;
        if (!value_wei(outcome.mint, in_.params.price0_x96, in_.params.price1_x96, cost)) return lowest();
        if (!value_wei(back, in_.params.price0_x96, in_.params.price1_x96, worth)) return lowest();
        const auto gross = i256(i256(worth) - i256(cost));
        if (gross > best_.gross_wei) {
            best_.gross_wei = gross;
            best_.tick_lower = range.tick_lower;
            best_.tick_upper = range.tick_upper;
            best_.liquidity = range.liquidity;
        }
        return gross;
    }

    static i256 lowest() { return i256(i256(1) << 255); }

    const SearchInput& in_;
    WindowTicks& ticks_;
    Exhaustive best_{};
};

} // namespace

Exhaustive exhaustive_search(const SearchInput& input, WindowTicks& ticks) {
    return Grid(input, ticks).search();
}

} // namespace jitbox::test
