// near_prices: of each pool state the bounds around spot, nearest first, and the ends of spot's word of the bitmap; anew behind a
// stop; and what waits for it. SPDX-License-Identifier: Apache-2.0
#include "Vnear_prices.h"
#include "rtl/clocked.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <vector>

namespace {

constexpr std::int64_t most_tick = 887272;
constexpr std::int64_t word_cells = 256;
constexpr int states_that_wait = 66;

struct State {
    std::int64_t tick = 0;
    std::int64_t spacing = 1;
};

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

/// What is to be asked for, in this order.
std::vector<std::int64_t> ticks_of(const State& state) {
    const std::int64_t spot = floor_div(state.tick, state.spacing);
    std::vector<std::int64_t> cells{spot};
    for (std::int64_t away = 1; away <= 8; ++away) {
        cells.push_back(spot + away);
        if (away < 8) cells.push_back(spot - away);
    }
    cells.push_back(floor_div(spot, word_cells) * word_cells);                        // a swap of token0 comes to it
    cells.push_back(floor_div(spot + 1, word_cells) * word_cells + (word_cells - 1)); // one of token1
    std::vector<std::int64_t> ticks;
    for (const std::int64_t cell : cells) {
        if (const std::int64_t tick = cell * state.spacing; tick >= -most_tick && tick <= most_tick) ticks.push_back(tick);
    }
    return ticks;
}

class NearPrices : public testing::Test {
protected:
    NearPrices() {
        dut_.in_valid = 0;
        dut_.stop = 0;
        dut_.working = 0;
        dut_.out_ready = 0;
        jitbox::test::reset(dut_);
    }
    State any_state() {
        State state;
        state.tick = static_cast<std::int64_t>(random_() % (2 * most_tick + 1)) - most_tick;
        if (random_() % 8 == 0) state.tick = state.tick < 0 ? -most_tick : most_tick;
        state.spacing = static_cast<std::int64_t>(1 + random_() % (random_() % 2 == 0 ? 16383 : 200));
        return state;
    }
    void tell(const State& state) {
        dut_.tick = static_cast<std::uint32_t>(state.tick) & 0xffffffU;
        dut_.tick_spacing = static_cast<std::uint16_t>(state.spacing);
        dut_.in_valid = 1;
        dut_.eval();
        jitbox::test::clock(dut_);
        dut_.in_valid = 0;
        dut_.eval();
    }
    std::int64_t offered() const { return static_cast<std::int32_t>(dut_.out_tick << 8) >> 8; }

    /// The ticks of a state as they come, with `stops` in a hundred clocks.
    void expect_ticks(const State& state, unsigned stops) {
        const std::vector<std::int64_t> wanted = ticks_of(state);
        std::size_t next = 0;
        dut_.working = 1;
        int rest = static_cast<int>(random_() % 30); // the last prices come so much later
        for (int clocks = 0; next < wanted.size() || rest > 0; ++clocks) {
            ASSERT_LT(clocks, 100000) << "tick " << next << " of " << state.tick << " by " << state.spacing;
            dut_.stop = random_() % 100 < stops;
            dut_.out_ready = dut_.stop == 0 && random_() % 2 == 0;
            dut_.eval();
            if (dut_.out_valid && dut_.out_ready) {
                ASSERT_LT(next, wanted.size());
                ASSERT_EQ(offered(), wanted[next]) << "tick " << next << " of " << state.tick << " by " << state.spacing;
                ++next;
            }
            if (next == wanted.size()) --rest;
            if (dut_.stop) next = 0;
            jitbox::test::clock(dut_);
        }
        dut_.stop = dut_.out_ready = dut_.working = 0;
        dut_.eval();
        for (int clocks = 0; clocks < 100; ++clocks) jitbox::test::clock(dut_); // those beyond TickMath's range are passed
    }

    std::mt19937_64 random_{jitbox::test::random_seed()};
    Vnear_prices dut_;
};

TEST_F(NearPrices, OfAStateTheBoundsAroundSpotNearestFirstAndTheEndsOfItsWord) {
    for (int i = 0; i < 500 && !HasFatalFailure(); ++i) {
        const State state = any_state();
        tell(state);
        expect_ticks(state, 0);
    }
}

TEST_F(NearPrices, BehindAStopTheStateBeginsAnew) {
    for (int i = 0; i < 200 && !HasFatalFailure(); ++i) {
        const State state = any_state();
        tell(state);
        expect_ticks(state, 1);
    }
}

TEST_F(NearPrices, StatesWaitInTheirOrderAndThoseWithoutAPlaceAreLeftOut) {
    std::vector<State> states;
    for (int i = 0; i < 2 * states_that_wait; ++i) {
        states.push_back(any_state());
        tell(states.back());
    }
    for (int i = 0; i < states_that_wait && !HasFatalFailure(); ++i) expect_ticks(states.at(static_cast<std::size_t>(i)), 0);
    dut_.out_ready = 1;
    for (int i = 0; i < 200; ++i) {
        dut_.eval();
        ASSERT_FALSE(dut_.out_valid);
        jitbox::test::clock(dut_);
    }
}

} // namespace
