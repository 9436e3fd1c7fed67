// range_engine where random legs seldom come: equals, a list that K cuts, candidates that fail, and the thresholds of
// passed_range.mjs from both sides. The HLS source says of each leg that it is such a one. SPDX-License-Identifier: Apache-2.0
#include "rtl/range_engine_driver.hpp"
#include "rtl/range_legs.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace {

using namespace jitbox::hlsk;
using namespace jitbox::test;

/// What the search makes of one range of one spacing, if it evaluates it.
struct Narrow {
    std::int32_t lower;
    bool ok; ///< it has a gross
    i256 gross;
};

class RangeAimed : public testing::Test {
protected:
    RangeAimed() : memo_(std::make_unique<RatioMemo>()), alone_(std::make_unique<AloneSwap>()), engine_(random_) { memo_->clear(); }

    /// The swap alone of a leg, into *alone_. False where it fails.
    bool run_leg_alone(const EngineLeg& leg) {
        WindowTicks ticks(leg.window, *memo_);
        return run_alone(leg.pool, ticks, leg.window.below, leg.request, *alone_) == Reason::none;
    }

    EngineResult reference(const EngineLeg& leg) { return reference_result(leg, *memo_); }

    /// Ranges of one spacing from one beyond the lower of spot and final tick to one beyond the higher.
    std::int32_t first_lower(const EngineLeg& leg) {
        const std::int32_t spacing = leg.pool.tick_spacing;
        return (floor_div(std::min(leg.pool.tick, alone_->tick_after), spacing) - 1) * spacing;
    }
    std::int32_t cells(const EngineLeg& leg) {
        const std::int32_t spacing = leg.pool.tick_spacing;
        return floor_div(std::max(leg.pool.tick, alone_->tick_after), spacing) + 2 - first_lower(leg) / spacing;
    }

    /// Each range of the list by itself: the search in a window that is known to its two bounds only.
    std::vector<Narrow> narrow_ranges(const EngineLeg& leg) {
        std::vector<Narrow> out;
        const auto input = std::make_unique<SearchInput>();
        const auto window = std::make_unique<TickWindow>(leg.window);
        const auto found = std::make_unique<SearchResult>();
        *input = {.pool = leg.pool, .request = leg.request, .params = leg.params, .alone = *alone_, .cursor = leg.window.below};
        input->params.candidates = 64;
        for (std::int32_t i = 0; i < cells(leg); ++i) {
            window->known_lower = first_lower(leg) + i * leg.pool.tick_spacing;
            window->known_upper = window->known_lower + leg.pool.tick_spacing;
            if (window->known_lower < leg.window.known_lower || window->known_upper > leg.window.known_upper) continue;
            WindowTicks ticks(*window, *memo_);
            search_ranges(*input, ticks, *found);
            if (found->candidates == 1) out.push_back({window->known_lower, found->best.ok, found->best.gross_wei});
        }
        return out;
    }

    /// range_flow has a row of the coarse round's ranges, so many at least: flow_round.mjs.
    bool has_row(const EngineLeg& leg, std::int32_t least = 16) {
        const std::int32_t spacing = leg.pool.tick_spacing;
        const auto share = static_cast<std::int32_t>(leg.params.candidates / 2 + 1);
        const std::int32_t stride = (cells(leg) + share - 1) / share;
        const std::int32_t on_the_way = std::abs(floor_div(alone_->tick_after, spacing) - floor_div(leg.pool.tick, spacing));
        return leg.request.exact_in && leg.params.candidates >= 30 && alone_->end.steps < 60 && cells(leg) > 21 &&
               on_the_way / stride > least && leg.pool.sqrt_price_x96 < u256(u256(1) << 128);
    }

    /// Behind spot's on the swap's way, where range_flow's row is.
    static bool in_row(const EngineLeg& leg, const Narrow& range) {
        return leg.request.zero_for_one ? range.lower + leg.pool.tick_spacing <= leg.pool.tick : range.lower > leg.pool.tick;
    }

    /// The first leg of those that `draw` gives of which `is_such` holds, when its swap alone succeeds.
    template <typename Draw, typename IsSuch>
    EngineLeg find_leg(Draw draw, IsSuch is_such) {
        for (int tries = 0; tries < 20000; ++tries) {
            EngineLeg leg = draw();
            if (run_leg_alone(leg) && is_such(leg)) return leg;
        }
        ADD_FAILURE() << "no such leg, seed " << seed_;
        return {};
    }

    void expect_equal(const EngineLeg& leg, const char* what) {
        if (HasFailure()) return;
        const EngineResult wanted = reference(leg);
        const auto got = engine_.run(leg);
        if (!got) FAIL() << what << ": no result, seed " << seed_;
        ASSERT_EQ(got->text(), wanted.text()) << what << " of seed " << seed_;
        clocks_ += engine_.clocks();
    }

    void TearDown() override { std::cout << clocks_ << " clocks\n"; }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    std::unique_ptr<RatioMemo> memo_;
    std::unique_ptr<AloneSwap> alone_;
    RangeEngineDriver engine_;
    std::uint64_t clocks_ = 0;
};

u256 power_of_two(int power) {
    return u256(u256(1) << power);
}

/// Both tokens worth so little that the best gross is a few wei; or nothing.
void make_cheap(EngineLeg& leg, const u256& gross, bool worthless) {
    int bits = 0;
    while (bits < 255 && (gross >> bits) != 0) ++bits;
    const int shift = worthless ? 255 : std::max(0, bits - 2);
    leg.params.price0_x96 = u256(leg.params.price0_x96 >> shift);
    leg.params.price1_x96 = u256(leg.params.price1_x96 >> shift);
}

TEST_F(RangeAimed, TakesTheFirstOfEquals) {
    for (const bool row : {false, true}) {
        for (int i = 0; i < 6; ++i) {
            const bool down = i % 2 != 0;
            const bool worthless = i / 2 == 0;
            const auto draw = [&] {
                EngineLeg leg = row ? long_leg(random_, *memo_, 60) : usual_leg(random_, *memo_);
                if (run_leg_alone(leg)) make_cheap(leg, reference(leg).gross_wei, worthless);
                return leg;
            };
            const auto ties = [&](const EngineLeg& leg) {
                if (leg.request.zero_for_one != down || has_row(leg) != row) return false;
                const EngineResult best = reference(leg);
                const auto all = narrow_ranges(leg);
                const auto equal = [&](const Narrow& range) {
                    return range.ok && u256(range.gross) == best.gross_wei && (!row || in_row(leg, range));
                };
                return std::count_if(all.begin(), all.end(), equal) >= 2 && (worthless || best.gross_wei != 0);
            };
            expect_equal(find_leg(draw, ties), row ? "equals in a row" : "equals");
        }
    }
}

/// With an even K and the next one the search offers the same points: where it evaluates one more, the list was cut. A list that is
/// tried whole has at most K points, so this is in the rounds behind a sampled one.
TEST_F(RangeAimed, EvaluatesNoMoreThanK) {
    const auto is_cut = [&](const EngineLeg& leg) {
        if (cells(leg) <= static_cast<std::int32_t>(leg.params.candidates / 2 + 1)) return false;
        EngineLeg more = leg;
        more.params.candidates += 1;
        return reference(leg).candidates == leg.params.candidates && reference(more).candidates == more.params.candidates;
    };
    const auto with_k = [&](EngineLeg leg, std::uint32_t least, std::uint32_t most) {
        leg.params.candidates = least + 2 * static_cast<std::uint32_t>(random_() % ((most - least) / 2 + 1));
        return leg;
    };
    for (int i = 0; i < 6; ++i) {
        const auto few = [&] { return with_k(long_leg(random_, *memo_, 60), 4, 28); };
        expect_equal(find_leg(few, is_cut), "a list that is cut");
        const auto many = [&] { return with_k(long_leg(random_, *memo_, 120), 30, 64); };
        expect_equal(find_leg(many, [&](const EngineLeg& leg) { return has_row(leg) && is_cut(leg); }),
                     "a list that is cut behind a row");
    }
}

/// The window ends at spot on the side that the swap moves away from: no range that contains spot is in the list.
EngineLeg one_sided_leg(std::mt19937_64& random, RatioMemo& memo) {
    EngineLeg leg = long_leg(random, memo, 60);
    TickWindow& window = leg.window;
    if (leg.request.zero_for_one) {
        window.known_upper = leg.pool.tick + 1;
        window.known_high_x96 = sqrt_ratio_at_tick(window.known_upper);
        window.count = window.below;
    } else {
        window.known_lower = leg.pool.tick;
        window.known_low_x96 = sqrt_ratio_at_tick(window.known_lower);
        std::copy(window.ticks + window.below, window.ticks + window.count, window.ticks);
        window.count -= window.below;
        window.below = 0;
    }
    return leg;
}

TEST_F(RangeAimed, LeavesOutSpotsOwnRangeWhereTheWindowEndsInIt) {
    for (int i = 0; i < 8; ++i) {
        const bool down = i % 2 != 0;
        const auto off_the_list = [&](const EngineLeg& leg) {
            const std::int32_t spacing = leg.pool.tick_spacing;
            const std::int32_t bound = down ? leg.window.known_upper : leg.window.known_lower;
            return leg.request.zero_for_one == down && bound % spacing != 0 && has_row(leg, 20) && reference(leg).candidates > 0;
        };
        expect_equal(find_leg([&] { return one_sided_leg(random_, *memo_); }, off_the_list), "a list without spot's own range");
    }
}

/// Behind its second listed tick the swap has nearly all the liquidity that a pool can have: no position has room there.
EngineLeg full_leg(std::mt19937_64& random, RatioMemo& memo) {
    EngineLeg leg = long_leg(random, memo, 60);
    leg.params.candidates = 4096;
    const bool down = leg.request.zero_for_one;
    int listed = down ? leg.window.below - 1 : leg.window.below;
    u256 liquidity = u256(leg.pool.liquidity);
    for (int i = 0; listed >= 0 && listed < leg.window.count; ++i, listed += down ? -1 : 1) {
        const u256 most = u256(u256((u256(1) << (127 + std::min(i, 1))) - u256(2)) - liquidity);
        const u256 more = i < 2 ? most : u256(0);
        leg.window.ticks[listed].net = down ? i128(i256(0) - i256(more)) : i128(more);
        liquidity = u256(liquidity + more);
    }
    return leg;
}

TEST_F(RangeAimed, CountsCandidatesThatFail) {
    const auto fails = [&](const EngineLeg& leg, bool row) {
        const std::vector<Narrow> all = narrow_ranges(leg);
        const auto failing = [&](const Narrow& range) { return !range.ok && (!row || in_row(leg, range)); };
        return std::any_of(all.begin(), all.end(), failing) &&
               std::any_of(all.begin(), all.end(), [](const Narrow& range) { return range.ok; });
    };
    for (int i = 0; i < 6; ++i) {
        const auto wild = [&] { return wild_leg(random_); };
        expect_equal(
            find_leg(wild, [&](const EngineLeg& leg) { return cells(leg) <= 21 && alone_->end.steps < 25 && fails(leg, false); }),
            "a list with one that fails");
        const auto full = [&] { return full_leg(random_, *memo_); };
        expect_equal(find_leg(full, [&](const EngineLeg& leg) { return has_row(leg) && fails(leg, true); }),
                     "a row with one that fails");
    }
}

/// So few wei are to come out of a pool with so little that a step's whole output is often just what is left.
EngineLeg tiny_leg(std::mt19937_64& random, bool down) {
    constexpr std::int32_t spacing = 60;
    constexpr std::int32_t each_side = 20;
    EngineLeg leg;
    leg.pool.kind = PoolKind::uniswap_v3;
    leg.pool.fee = 200000;
    leg.pool.tick_spacing = spacing;
    leg.pool.tick = static_cast<std::int32_t>(random() % spacing);
    leg.pool.sqrt_price_x96 = sqrt_ratio_at_tick(leg.pool.tick);
    leg.pool.liquidity = u128(1000 + random() % 8000);
    leg.pool.max_liquidity_per_tick = u128(100 + random() % 2000);
    leg.request = {.zero_for_one = down,
                   .exact_in = false,
                   .amount = u256(5 + random() % 120),
                   .price_limit_x96 = down ? u256(min_sqrt_ratio() + u256(1)) : u256(max_sqrt_ratio() - u256(1))};
    for (std::int32_t cell = 1 - each_side; cell <= each_side; ++cell) {
        WindowTick& entry = leg.window.ticks[leg.window.count++];
        entry.tick = cell * spacing;
        entry.ratio_x96 = sqrt_ratio_at_tick(entry.tick);
        entry.gross = u128(10);
        entry.net = cell % 2 == 0 ? i128(10) : i128(-10);
        if (entry.tick <= leg.pool.tick) leg.window.below += 1;
    }
    leg.window.known_lower = min_tick;
    leg.window.known_upper = max_tick;
    leg.window.known_low_x96 = min_sqrt_ratio();
    leg.window.known_high_x96 = max_sqrt_ratio();
    leg.window.valid = true;
    leg.params.valid = true;
    leg.params.candidates = 64;
    leg.params.price0_x96 = leg.params.price1_x96 = power_of_two(126);
    leg.params.budget0 = leg.params.budget1 = u256(1 + random() % 100000);
    return leg;
}

/// candidate_ahead.mjs takes the end of an exact output from the swap alone's segments when it lies short of the next tick. Here
/// the best position's swap passes a tick in the range and ends at the next one, with nothing left; and with a wei more and less.
TEST_F(RangeAimed, EndsAnExactOutputAtATickOfTheRange) {
    for (int i = 0; i < 12; ++i) {
        const bool down = i % 2 != 0;
        const auto at_a_tick = [&](const EngineLeg& leg) {
            const EngineResult best = reference(leg);
            const std::int32_t tick = best.tick_after + (down ? 1 : 0);
            return best.liquidity != 0 && best.price_after == sqrt_ratio_at_tick(tick) && tick % leg.pool.tick_spacing == 0 &&
                   (down ? tick >= best.tick_lower && tick + leg.pool.tick_spacing < best.tick_upper
                         : tick <= best.tick_upper && tick - leg.pool.tick_spacing > best.tick_lower);
        };
        const EngineLeg leg = find_leg([&] { return tiny_leg(random_, down); }, at_a_tick);
        for (const int amount : {-1, 0, 1}) {
            EngineLeg beside = leg;
            beside.request.amount = u256(leg.request.amount + u256(amount + 1) - u256(1));
            expect_equal(beside, "an exact output that ends at a tick");
        }
    }
}

/// Alone it ends at one.
TEST_F(RangeAimed, EndsAnExactOutputAloneAtATick) {
    for (int i = 0; i < 12; ++i) {
        const auto at_a_tick = [&](const EngineLeg& leg) {
            const std::int32_t tick = alone_->tick_after + (leg.request.zero_for_one ? 1 : 0);
            return alone_->end.steps > 2 && alone_->end.sqrt_price_x96 == sqrt_ratio_at_tick(tick);
        };
        expect_equal(find_leg([&] { return tiny_leg(random_, i % 2 != 0); }, at_a_tick),
                     "an exact output that ends at a tick alone");
    }
}

/// The swap alone ends at its own limit, with something left, behind a tick; and so it does with a small position around both.
TEST_F(RangeAimed, EndsAnExactOutputAtItsLimitInTheRange) {
    for (int i = 0; i < 8; ++i) {
        const bool down = i % 2 != 0;
        const auto draw = [&] {
            EngineLeg leg = tiny_leg(random_, down);
            leg.pool.liquidity = u128(power_of_two(70));
            leg.pool.max_liquidity_per_tick = u128(power_of_two(64 + static_cast<int>(random_() % 5)));
            leg.params.budget0 = leg.params.budget1 = power_of_two(100);
            const std::int32_t beyond = leg.pool.tick_spacing + static_cast<std::int32_t>(random_() % 60);
            leg.request.price_limit_x96 = sqrt_ratio_at_tick(leg.pool.tick + (down ? -beyond : beyond));
            leg.own_limit = true;
            leg.request.amount = u256(power_of_two(58) * u256(8 + random_() % 64));
            return leg;
        };
        const auto at_the_limit = [&](const EngineLeg& leg) {
            const EngineResult best = reference(leg);
            const u256 limit = leg.request.price_limit_x96;
            return best.liquidity != 0 && best.price_alone == limit && best.price_after == limit &&
                   best.tick_lower < best.tick_after && best.tick_after < best.tick_upper &&
                   best.tick_upper - best.tick_lower == 3 * leg.pool.tick_spacing;
        };
        expect_equal(find_leg(draw, at_the_limit), "an exact output that ends at its limit");
    }
}

/// Down from next to the highest price over so many ranges of 16,383 ticks whose bounds are listed, which are all that the list
/// has. It ends far below, by its amount.
EngineLeg highest_leg(std::mt19937_64& random, const u256& amount, int ranges) {
    constexpr std::int32_t spacing = 16383;
    constexpr std::int32_t top = 54;
    EngineLeg leg;
    leg.pool.kind = PoolKind::uniswap_v3;
    leg.pool.fee = 3000;
    leg.pool.tick_spacing = spacing;
    leg.pool.tick = top * spacing + static_cast<std::int32_t>(random() % 2000);
    leg.pool.sqrt_price_x96 = sqrt_ratio_at_tick(leg.pool.tick);
    leg.pool.liquidity = u128(power_of_two(60 + static_cast<int>(random() % 40)));
    leg.pool.max_liquidity_per_tick = u128(power_of_two(110));
    leg.request = {.zero_for_one = true, .exact_in = true, .amount = amount, .price_limit_x96 = u256(min_sqrt_ratio() + u256(1))};
    for (std::int32_t cell = top - ranges; cell <= top; ++cell) {
        WindowTick& entry = leg.window.ticks[leg.window.count++];
        entry.tick = cell * spacing;
        entry.ratio_x96 = sqrt_ratio_at_tick(entry.tick);
        entry.gross = u128(power_of_two(static_cast<int>(random() % 50)));
        entry.net = i128(entry.gross); // a swap downwards leaves it behind
    }
    leg.window.below = leg.window.count;
    leg.window.known_lower = (top - ranges) * spacing;
    leg.window.known_upper = max_tick;
    leg.window.known_low_x96 = min_sqrt_ratio();
    leg.window.known_high_x96 = max_sqrt_ratio();
    leg.window.valid = true;
    leg.params.valid = true;
    leg.params.candidates = random() % 2 == 0 ? 20 : 4096;
    leg.params.price0_x96 = power_of_two(140 + static_cast<int>(random() % 16));
    leg.params.price1_x96 = power_of_two(8 + static_cast<int>(random() % 8));
    leg.params.budget0 = leg.params.budget1 = power_of_two(60 + static_cast<int>(random() % 60));
    return leg;
}

/// token0 of 2^96 and more, whose product with a price may not fit 256 bits: there passed_range.mjs takes nothing for sure and
/// range_flow abandons its row.
TEST_F(RangeAimed, PassesARangeWithAnAmountNextTo2To96) {
    const u256 limit = power_of_two(96);
    for (const u256& amount : {u256(limit - u256(1)), limit, u256(limit + u256(1)), power_of_two(98)}) {
        for (const int ranges : {6, 30}) {
            const auto draw = [&] { return highest_leg(random_, amount, ranges); };
            const auto passes = [&](const EngineLeg& leg) {
                const EngineResult best = reference(leg);
                return best.liquidity != 0 && best.tick_upper <= leg.pool.tick && best.tick_after < best.tick_lower;
            };
            expect_equal(find_leg(draw, passes), "an amount next to 2^96");
        }
    }
}

/// A swap over so many steps, all but the last to the end of a word of the bitmap, below tick 0, where prices come sooner. The only
/// range that is tried is spot's, which the first step passes: it ends at the far bound.
EngineLeg words_leg(bool down, std::int32_t steps) {
    constexpr std::int32_t word = 256;
    EngineLeg leg;
    const std::int32_t begin = (down ? -50 : -1100) * word; // of spot's word
    leg.pool.kind = PoolKind::uniswap_v3;
    leg.pool.fee = 3000;
    leg.pool.tick_spacing = 1;
    leg.pool.tick = down ? begin : begin + word - 2;
    leg.pool.sqrt_price_x96 = u256((sqrt_ratio_at_tick(leg.pool.tick) + sqrt_ratio_at_tick(leg.pool.tick + 1)) >> 1);
    leg.pool.liquidity = u128(power_of_two(60));
    leg.request = {.zero_for_one = down, .exact_in = true, .amount = power_of_two(127), .price_limit_x96 = 0};
    const std::int32_t way = word * (steps - 1);
    leg.request.price_limit_x96 = sqrt_ratio_at_tick(down ? begin - way + 100 : begin + way + 100);
    leg.window.known_low_x96 = min_sqrt_ratio();
    leg.window.known_high_x96 = max_sqrt_ratio();
    leg.window.known_lower = leg.pool.tick;
    leg.window.known_upper = leg.pool.tick + 1;
    leg.window.valid = true;
    leg.params.valid = true;
    leg.params.candidates = 1;
    leg.params.price0_x96 = power_of_two(down ? 150 : 40);
    leg.params.price1_x96 = power_of_two(down ? 40 : 150);
    leg.params.budget0 = leg.params.budget1 = power_of_two(200);
    return leg;
}

/// From a thousand steps alone on passed_range.mjs takes nothing for sure. The position takes what the swap has left but for a few
/// of them, so that with it the swap ends soon. What is calculated comes never near its limit of 2^255: a step gives less than
/// 2^224.
TEST_F(RangeAimed, PassesARangeOfASwapOfAThousandSteps) {
    struct Case {
        bool down;
        std::int32_t steps;
    };
    std::vector<Case> cases{{false, 999}, {true, 1000}};
    if (std::getenv("JITBOX_SOAK_CASES") != nullptr) // NOLINT(concurrency-mt-unsafe): one thread
        cases = {{false, 999}, {true, 999}, {false, 1000}, {true, 1000}, {false, 1024}, {true, 1024}};
    for (const Case& it : cases) {
        EngineLeg leg = words_leg(it.down, it.steps);
        leg.own_limit = true;
        ASSERT_TRUE(run_leg_alone(leg));
        leg.request.amount = u256(leg.request.amount - alone_->end.remaining);
        const u256 left = u256(alone_->before[1].remaining - alone_->before[9].remaining); // for eight words behind the range
        const u256 taken = u256(u256(u256(leg.request.amount - left) / u256(1000000)) * u256(997000));
        const u256 far = sqrt_ratio_at_tick(leg.pool.tick + (it.down ? 0 : 1));
        const u256 unit = it.down ? amount0_delta(far, leg.pool.sqrt_price_x96, u128(power_of_two(100)), true)
                                  : amount1_delta(leg.pool.sqrt_price_x96, far, u128(power_of_two(100)), true);
        leg.pool.max_liquidity_per_tick = u128(u256(u256(u256(taken << 100) / unit) - u256(leg.pool.liquidity)));
        ASSERT_TRUE(run_leg_alone(leg));
        ASSERT_EQ(alone_->end.steps, static_cast<std::uint32_t>(it.steps));
        const EngineResult with = reference(leg);
        ASSERT_EQ(with.liquidity, leg.pool.max_liquidity_per_tick);
        expect_equal(leg, "a thousand steps");
    }
}

} // namespace
