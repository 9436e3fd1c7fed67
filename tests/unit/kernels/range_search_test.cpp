// The search where maxLiquidityPerTick leaves no room at a bound: the only swaps known where a bound beyond the swap's end, or an
// amount other than the seed, is worth something. Exhaustive search is the judge.
// SPDX-License-Identifier: Apache-2.0
#include "support/exhaustive_search.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <ostream>
#include <utility>
#include <vector>

namespace jitbox {
namespace {

using namespace hlsk;

constexpr std::int32_t spacing = 60;

/// Passive liquidity from `tick` upwards, in 10^18.
struct Level {
    std::int32_t tick;
    std::int32_t liquidity;
    bool full; ///< at maxLiquidityPerTick: nothing more can be minted that ends here
};

struct Swap {
    bool zero_for_one;
    bool exact_in;
    std::uint32_t amount_e15;
};

std::ostream& operator<<(std::ostream& out, const Swap& swap) {
    return out << (swap.zero_for_one ? "down, " : "up, ") << (swap.exact_in ? "exact in, " : "exact out, ") << swap.amount_e15
               << "e15";
}

u256 e15(std::uint64_t count) {
    return u256(u256(count) * u256(1'000'000'000'000'000U));
}

/// A swap on a 0.3 % pool at tick 30, with budgets that bind nothing. Token 1 is the native coin; token 0's outside price is that
/// of the bound, of tick 0 or 60, which the swap goes towards: a pool's price is some fee from the market's, or it would be
/// arbitraged.
class Market {
public:
    explicit Market(const std::vector<Level>& levels) {
        memo_.clear();
        window_.known_lower = min_tick;
        window_.known_upper = max_tick;
        window_.known_low_x96 = min_sqrt_ratio();
        window_.known_high_x96 = max_sqrt_ratio();
        window_.valid = true;
        PoolState& pool = in_.pool;
        pool.kind = PoolKind::uniswap_v3;
        pool.fee = 3000;
        pool.tick_spacing = spacing;
        pool.tick = 30;
        pool.sqrt_price_x96 = sqrt_ratio_at_tick(30);
        pool.max_liquidity_per_tick = u128(1) << 110;
        std::int32_t before = 0;
        for (const Level& level : levels) {
            WindowTick& tick = window_.ticks[window_.count++];
            const std::int32_t step = level.liquidity - before;
            const u128 size = u128(e15(1000ULL * static_cast<std::uint32_t>(step < 0 ? -step : step)));
            tick.tick = level.tick;
            tick.net = step < 0 ? i128(i128(0) - i128(size)) : i128(size);
            tick.gross = level.full ? pool.max_liquidity_per_tick : size;
            tick.ratio_x96 = sqrt_ratio_at_tick(level.tick);
            before = level.liquidity;
            if (level.tick > pool.tick) continue;
            window_.below += 1;
            pool.liquidity = u128(e15(1000ULL * static_cast<std::uint32_t>(level.liquidity)));
        }
        in_.cursor = window_.below;
    }

    void swap(const Swap& swap, std::uint32_t candidates) {
        in_.request.zero_for_one = swap.zero_for_one;
        in_.request.exact_in = swap.exact_in;
        in_.request.amount = e15(swap.amount_e15);
        in_.request.price_limit_x96 = swap.zero_for_one ? u256(min_sqrt_ratio() + u256(1)) : u256(max_sqrt_ratio() - u256(1));
        in_.params.candidates = candidates;
        in_.params.price0_x96 = sqrt_ratio_at_tick(swap.zero_for_one ? 0 : 2 * spacing);
        in_.params.price1_x96 = u256(1) << 96;
        in_.params.budget0 = in_.params.budget1 = e15(2'000'000U);
        ASSERT_EQ(run_alone(in_.pool, ticks_, in_.cursor, in_.request, in_.alone), Reason::none);
        search_ranges(in_, ticks_, found);
        ASSERT_TRUE(found.best.ok);
        best = test::exhaustive_search(in_, ticks_);
    }

    /// The part of the exhaustive best that was found.
    [[nodiscard]] double share() const {
        EXPECT_GT(best.gross_wei, i256(0));
        return static_cast<double>(
                   static_cast<std::uint64_t>((u512(u256(found.best.gross_wei)) * u512(1'000'000U)) / u512(u256(best.gross_wei)))) *
               1e-6;
    }
    [[nodiscard]] std::int32_t end() const { return in_.alone.tick_after; }

    SearchResult found{};
    test::Exhaustive best{};

private:
    RatioMemo memo_{};
    TickWindow window_{};
    SearchInput in_{};
    WindowTicks ticks_{window_, memo_};
};

// Both bounds of the spacing that the swap stays in, one after the other: the range has to end one spacing further.
TEST(RangeSearch, ARangeEndsOneSpacingBeyondTheSwapWhereTheNearBoundIsFull) {
    for (const Swap& swap : {Swap{true, true, 500}, Swap{true, false, 500}, Swap{false, true, 500}, Swap{false, false, 500}}) {
        for (const std::int32_t full : {0, 60}) {
            SCOPED_TRACE(testing::Message() << swap << ", tick " << full << " is full");
            const auto market = std::make_unique<Market>(
                std::vector<Level>{{-6000, 1000, false}, {0, 1000, full == 0}, {60, 1000, full == 60}, {6000, 0, false}});
            market->swap(swap, 64);
            ASSERT_EQ(floor_div(market->end(), spacing), 0) << "the swap stays in the spacing of the price";
            if (full == 60) {
                EXPECT_GE(market->found.best.tick_upper, 120);
            } else {
                EXPECT_LE(market->found.best.tick_lower, -60);
            }
            EXPECT_GE(market->share(), 0.9999);
        }
    }
}

// The range has to reach over the full tick into other liquidity, and the seed, which counts with the mean of what the swap alone
// meets, is off: by a tenth of the profit in the last of these pools.
TEST(RangeSearch, OtherAmountsThanTheSeedAreTriedWhereLiquidityChangesWithinTheRange) {
    struct Step {
        std::int32_t beyond; ///< passive liquidity behind the full tick; before it, 1,000
        std::uint32_t amount_e15;
    };
    for (const Step step : {Step{400, 3000}, Step{3000, 6000}, Step{10000, 4000}}) {
        for (const auto& [zero_for_one, exact_in] : {std::pair{true, true}, {true, false}, {false, true}, {false, false}}) {
            const Swap swap{zero_for_one, exact_in, step.amount_e15};
            SCOPED_TRACE(testing::Message() << swap << ", liquidity " << step.beyond << "e18 behind the full tick");
            const auto market = std::make_unique<Market>(
                zero_for_one ? std::vector<Level>{{-6000, step.beyond, false}, {0, 1000, true}, {6000, 0, false}}
                             : std::vector<Level>{{-6000, 1000, false}, {60, step.beyond, true}, {6000, 0, false}});
            market->swap(swap, 128);
            ASSERT_NE(floor_div(market->end(), spacing), 0) << "the swap crosses the full tick";
            EXPECT_GE(market->share(), 0.98);
        }
    }
}

} // namespace
} // namespace jitbox
