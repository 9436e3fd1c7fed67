// flow_bounds: rows of bounds along a swap's way, with pauses, against what kernels/hls knows of the ranges between them: gross
// liquidity (tick_window.hpp), and of the swap alone's states the last one before a bound (range_search.cpp, last_before).
// SPDX-License-Identifier: Apache-2.0
#include "Vflow_bounds.h"
#include "hls/tick_window.hpp"
#include "rtl/clocked.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace jitbox::hlsk;
using jitbox::test::put_wide;
using jitbox::test::random_wide;
using jitbox::test::take_wide;

struct Bound {
    std::int32_t tick;
    u256 price;
};

struct State {
    u256 price;
    u128 remaining;
    u128 liquidity;
};

/// A row of ranges, and the leg that it is of.
struct Row {
    bool down = false;
    bool chained = false;
    std::vector<Bound> bounds; ///< along the swap's way: each range's two, or all that lie between ranges once
    std::vector<State> states; ///< of the swap alone, the pool's first
    u256 end_price;
    u128 max_liquidity;
    TickWindow window{};

    [[nodiscard]] bool before(const u256& a, const u256& b) const { return down ? a > b : a < b; }
    [[nodiscard]] std::size_t ranges() const { return chained ? bounds.size() - 1 : bounds.size() / 2; }
    [[nodiscard]] const Bound& near(std::size_t range) const { return bounds.at(chained ? range : 2 * range); }
    [[nodiscard]] const Bound& far(std::size_t range) const { return bounds.at(chained ? range + 1 : 2 * range + 1); }
    /// The last state strictly before the price; the pool's where none is.
    [[nodiscard]] std::size_t last_before(const u256& price) const {
        std::size_t found = 0;
        while (found + 1 < states.size() && before(states.at(found + 1).price, price)) ++found;
        return found;
    }
};

class FlowBounds : public testing::Test {
protected:
    static constexpr int sentinels = 4; // prices that are before nothing, behind the states (snapshots.mjs)

    FlowBounds() : memo_(std::make_unique<RatioMemo>()) {
        memo_->clear();
        dut_.phase = 0;
        dut_.start = 0;
        dut_.state_write = 0;
        dut_.tick_write = 0;
        dut_.in_valid = 0;
        jitbox::test::reset(dut_);
    }

    std::int32_t below(std::int32_t limit) { return static_cast<std::int32_t>(random_() % static_cast<unsigned>(limit)); }

    void clock() {
        jitbox::test::clock(dut_);
        dut_.phase = (dut_.phase + 1) % 7;
        dut_.eval();
    }

    /// Bounds at multiples of a spacing, anywhere.
    void draw_bounds(Row& row, std::int32_t spacing) {
        const std::int32_t count = 1 + below(30);
        const std::int32_t stride = row.chained ? 1 : 2 + below(9);
        const std::int32_t length = (count * stride + 1) * spacing;
        const std::int32_t lowest = -floor_div(max_tick, spacing) * spacing;
        const std::int32_t room = floor_div(-2 * lowest - length, spacing);
        const std::int32_t low = lowest + below(room) * spacing;
        std::int32_t tick = row.down ? low + length : low;
        const std::int32_t way = row.down ? -spacing : spacing;
        const auto bound = [&](std::int32_t at) { row.bounds.push_back({at, sqrt_ratio_at_tick(at)}); };
        for (std::int32_t i = 0; i < count; ++i, tick += way * stride) {
            if (!row.chained || i == 0) bound(tick);
            bound(tick + way);
        }
    }

    /// A price that the swap comes to after `from`: at a bound as often as not, further on or where it stands.
    u256 price_after(const Row& row, const u256& from) {
        const Bound& bound = row.bounds.at(random_() % row.bounds.size());
        if (random_() % 8 == 0 || row.before(bound.price, from)) return from;
        const u256 by = u256(u256(bound.price >> 20) * u256(random_() % 64));
        if (random_() % 2 == 0) return bound.price;
        const u256 price = random_() % 2 == 0 ? u256(bound.price + by) : u256(bound.price - by);
        return row.before(price, from) ? from : price;
    }

    void draw_states(Row& row) {
        const u256 first = row.bounds.front().price;
        const u256 way = u256(u256(first >> 16) * u256(random_() % 3)); // none: the pool stands at the first bound
        const int count = random_() % 4 == 0 ? 1 : 1 + below(62);
        std::vector<u256> prices{row.down ? u256(first + way) : u256(first - way)};
        for (int i = 1; i < count; ++i) prices.push_back(price_after(row, prices.front()));
        std::sort(prices.begin(), prices.end(), [&](const u256& a, const u256& b) { return row.before(a, b); });
        for (const u256& price : prices) row.states.push_back({price, random_wide<128>(random_), random_wide<128>(random_)});
        row.end_price = price_after(row, prices.back());
    }

    /// Listed ticks on both sides of spot: at the row's bounds, between them and beyond; all of one side, or none.
    void draw_ticks(Row& row, std::int32_t spacing) {
        const std::int32_t first = row.bounds.front().tick;
        const std::int32_t last = row.bounds.back().tick;
        const std::int32_t reach = std::abs(last - first) / spacing + 4;
        std::vector<std::int32_t> ticks;
        for (int i = below(random_() % 4 == 0 ? 300 : 20); i > 0; --i)
            ticks.push_back(first + (below(2 * reach) - reach / 2) * (row.down ? -spacing : spacing));
        std::sort(ticks.begin(), ticks.end());
        ticks.erase(std::unique(ticks.begin(), ticks.end()), ticks.end());
        if (ticks.size() > window_capacity) ticks.resize(window_capacity);
        TickWindow& window = row.window;
        // Spot lies before the first bound, so that an upward swap has passed a tick there.
        const std::int32_t spot = row.down ? first + below(spacing) : first - 1;
        for (const std::int32_t tick : ticks) {
            window.ticks[window.count++] = {.tick = tick, .gross = random_wide<128>(random_), .net = 0, .ratio_x96 = 0};
            window.below += tick <= spot ? 1 : 0;
        }
        row.max_liquidity = random_() % 2 == 0 ? u128(~u128(0)) : random_wide<128>(random_);
    }

    Row draw_row() {
        Row row;
        const std::int32_t spacings[] = {1, 10, 60, 200};
        const std::int32_t spacing = spacings[below(4)];
        row.down = random_() % 2 == 0;
        row.chained = random_() % 2 == 0;
        draw_bounds(row, spacing);
        draw_states(row);
        draw_ticks(row, spacing);
        return row;
    }

    void store(std::size_t at, unsigned field, const ap_uint<260>& word) {
        dut_.state_write = 1;
        dut_.state_at = static_cast<std::uint8_t>(at);
        dut_.state_field = static_cast<std::uint8_t>(field);
        put_wide(dut_.state_word, word);
        clock();
        dut_.state_write = 0;
    }

    /// What the engine stores and reads before the row begins.
    void fill(const Row& row) {
        for (std::size_t at = 0; at < row.states.size(); ++at) {
            const State& state = row.states.at(at);
            store(at, 0, state.price);
            store(at, 1, state.remaining);
            store(at, 2, state.liquidity);
            store(at, 3 + static_cast<unsigned>(random_() % 5), random_wide<260>(random_)); // fields that it has no use for
        }
        for (std::size_t i = 0; i < sentinels; ++i)
            store(row.states.size() + i, 0, row.down ? ap_uint<260>(0) : ap_uint<260>(ap_uint<260>(1) << 255));
        for (int at = 0; at < row.window.count; ++at) {
            dut_.tick_write = 1;
            dut_.tick_at = static_cast<std::uint8_t>(at);
            dut_.tick = static_cast<std::uint32_t>(row.window.ticks[at].tick) & 0xffffffU;
            put_wide(dut_.tick_gross, row.window.ticks[at].gross);
            clock();
        }
        dut_.tick_write = 0;
    }

    void start(const Row& row) {
        dut_.down = row.down;
        dut_.chained = row.chained;
        dut_.below = static_cast<std::uint8_t>(row.window.below);
        dut_.count = static_cast<std::uint8_t>(row.window.count);
        put_wide(dut_.end_price, u160(row.end_price));
        put_wide(dut_.max_liquidity, row.max_liquidity);
        dut_.in_valid = 0;
        dut_.start = 1;
        clock();
        dut_.start = 0;
    }

    void expect_from(const Row& row, std::size_t range, const u256& near) {
        const std::size_t from = row.last_before(near);
        const State& state = row.states.at(from);
        EXPECT_TRUE(u256(take_wide<160>(dut_.from_price)) == state.price);
        EXPECT_TRUE(take_wide<128>(dut_.from_remaining) == state.remaining);
        EXPECT_TRUE(take_wide<128>(dut_.from_liquidity) == state.liquidity);
        const bool meets = from + 1 < row.states.size() && row.states.at(from + 1).price == near;
        ASSERT_EQ(dut_.meets != 0, meets) << "range " << range << " of seed " << seed_;
        if (!meets) return;
        met_ += 1;
        EXPECT_TRUE(take_wide<128>(dut_.met_remaining) == row.states.at(from + 1).remaining);
        EXPECT_TRUE(take_wide<128>(dut_.met_liquidity) == row.states.at(from + 1).liquidity);
    }

    void expect_stop(const Row& row, std::size_t range, const u256& far) {
        const bool ends = !row.before(far, row.end_price);
        ASSERT_EQ(dut_.ends != 0, ends) << "range " << range << " of seed " << seed_;
        (ends ? ending_ : through_) += 1;
        if (ends) return;
        const State& state = row.states.at(row.last_before(far));
        EXPECT_TRUE(u256(take_wide<160>(dut_.stop_price)) == state.price);
        EXPECT_TRUE(take_wide<128>(dut_.stop_remaining) == state.remaining);
        EXPECT_TRUE(take_wide<128>(dut_.stop_liquidity) == state.liquidity);
    }

    /// maxLiquidityPerTick less the gross liquidity of the bound that has more.
    u128 room_of(const Row& row, const Bound& near, const Bound& far) {
        const WindowTicks ticks(row.window, *memo_);
        const u128 gross = std::max(ticks.gross_at(near.tick), ticks.gross_at(far.tick));
        full_ += gross >= row.max_liquidity ? 1 : 0;
        listed_ += gross != 0 ? 1 : 0;
        return gross < row.max_liquidity ? u128(row.max_liquidity - gross) : u128(0);
    }

    void expect_range(const Row& row, std::size_t range) {
        ASSERT_LT(range, row.ranges()) << "more ranges than there are: seed " << seed_;
        ASSERT_EQ(dut_.phase, 0) << "seed " << seed_;
        const Bound& near = row.near(range);
        const Bound& far = row.far(range);
        EXPECT_TRUE(u256(take_wide<160>(dut_.near_price)) == near.price);
        EXPECT_TRUE(u256(take_wide<160>(dut_.far_price)) == far.price);
        EXPECT_EQ(dut_.reached != 0, row.before(near.price, row.end_price));
        expect_from(row, range, near.price);
        expect_stop(row, range, far.price);
        EXPECT_TRUE(take_wide<128>(dut_.room) == room_of(row, near, far));
        ASSERT_FALSE(HasFailure()) << "range " << range << " of " << row.ranges() << ", row " << rows_ << " of seed " << seed_;
    }

    /// A bound, if one comes in this clock; else anything.
    void offer(const Row& row, std::size_t next, bool comes) {
        dut_.in_valid = comes && next < row.bounds.size();
        const std::int32_t tick = dut_.in_valid ? row.bounds.at(next).tick : static_cast<std::int32_t>(random_());
        dut_.in_tick = static_cast<std::uint32_t>(tick) & 0xffffffU;
        put_wide(dut_.in_price, dut_.in_valid ? u160(row.bounds.at(next).price) : random_wide<160>(random_));
    }

    /// The row; with `ranges` fewer than it has it is abandoned there, as range_flow does with a reset.
    void run(const Row& row, std::size_t ranges) {
        rows_ += 1;
        fill(row);
        start(row);
        const unsigned pauses = random_() % 2 == 0 ? 0 : static_cast<unsigned>(random_() % 90);
        std::size_t next = 0; // bound
        std::size_t seen = 0; // ranges
        bool offered = false; // a bound stands until it is taken
        for (int clocks = 0; seen < ranges && !HasFailure(); ++clocks) {
            ASSERT_LT(clocks, 20000) << "a range is lost: row " << rows_ << " of seed " << seed_;
            offered = offered || random_() % 100 >= pauses;
            offer(row, next, offered);
            dut_.eval();
            if (dut_.begins) expect_range(row, seen++);
            if (dut_.in_valid && dut_.in_ready) {
                next += 1;
                offered = false;
            }
            clock();
        }
        dut_.in_valid = 0;
        dut_.rst = ranges < row.ranges();
        clock();
        dut_.rst = 0;
        for (int clocks = 0; clocks < 20 && !HasFailure(); ++clocks) {
            dut_.eval();
            ASSERT_FALSE(dut_.begins) << "a range that there is not: row " << rows_ << " of seed " << seed_;
            clock();
        }
    }

    const std::uint32_t seed_ = jitbox::test::random_seed();
    std::mt19937_64 random_{seed_};
    std::unique_ptr<RatioMemo> memo_;
    Vflow_bounds dut_;
    int rows_ = 0;
    int met_ = 0;     // a step of the swap alone ends at the near bound
    int ending_ = 0;  // the swap alone ends before it is behind the far bound
    int through_ = 0; // it goes on
    int full_ = 0;    // no room at a bound
    int listed_ = 0;  // a bound has liquidity
};

TEST_F(FlowBounds, KnowsOfEachRangeWhatTheHlsSourceKnows) {
    for (int i = 0; i < 400 && !HasFailure(); ++i) {
        const Row row = draw_row();
        run(row, random_() % 8 == 0 ? 1 + random_() % row.ranges() : row.ranges());
    }
    std::cout << met_ << " ranges met, " << ending_ << " with the swap's end, " << through_ << " without, " << listed_
              << " with liquidity, " << full_ << " full\n";
    for (const int met : {met_, ending_, through_, full_, listed_}) EXPECT_GT(met, 100);
}

/// Two clocks for each state or tick that is passed, one for a bound, and a range begins at the next phase 0.
TEST_F(FlowBounds, IsAsQuickAsItsHeaderSays) {
    for (int i = 0; i < 50 && !HasFailure(); ++i) {
        const Row row = draw_row();
        fill(row);
        start(row);
        const std::size_t passed = row.states.size() + static_cast<std::size_t>(row.window.count);
        const std::size_t most = 3 + 2 * passed + row.bounds.size() + 7 * (row.ranges() + 1);
        std::size_t next = 0;
        std::size_t seen = 0;
        for (std::size_t clocks = 0; seen < row.ranges(); ++clocks) {
            ASSERT_LT(clocks, most) << "row " << i << " of seed " << seed_;
            offer(row, next, true);
            dut_.eval();
            seen += dut_.begins ? 1 : 0;
            next += dut_.in_valid && dut_.in_ready ? 1 : 0;
            clock();
        }
    }
}

} // namespace
