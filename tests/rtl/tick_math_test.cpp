// tick_math: tick to price and back against the HLS source; the shared division comes after a random wait.
// SPDX-License-Identifier: Apache-2.0
#include "Vtick_math.h"
#include "hls/tick_math.hpp"
#include "hls/wide_math_hardware.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <random>

namespace {

using namespace jitbox::hlsk;
using jitbox::test::put_wide;
using jitbox::test::take_wide;

class TickMath : public testing::Test {
protected:
    TickMath() {
        dut_.in_valid = 0;
        dut_.md_ready = 0;
        dut_.md_out_valid = 0;
        dut_.rst = 1;
        clock();
        dut_.rst = 0;
        dut_.abandon = 0;
        for (int clocks = 0; clocks < 300 && !dut_.in_ready; ++clocks) clock(); // the memory is cleared
    }

    void clock() {
        dut_.clk = 1;
        dut_.eval();
        dut_.clk = 0;
        dut_.eval();
    }

    /// One request from its valid to its answer; serves the division. Returns the clocks it took.
    int ask(bool to_tick, std::int32_t tick, const u256& price) {
        dut_.to_tick = to_tick;
        dut_.tick = static_cast<std::uint32_t>(tick) & 0xffffffU;
        put_wide(dut_.price, ap_uint<160>(price));
        dut_.in_valid = 1;
        u256 quotient = 0;
        int wait = -1;
        for (int clocks = 1; clocks < 2000; ++clocks) {
            dut_.md_ready = random_() % 2;
            dut_.md_out_valid = wait == 0;
            if (wait == 0) put_wide(dut_.md_quotient, quotient);
            if (wait >= 0) --wait;
            dut_.eval();
            if (dut_.md_valid && dut_.md_ready) {
                quotient = hardware::div_floor(u256(~u256(0)), take_wide<256>(dut_.md_d));
                wait = static_cast<int>(random_() % 50);
            }
            clock();
            dut_.in_valid = 0;
            if (dut_.out_valid) return clocks;
        }
        ADD_FAILURE() << "no answer";
        return -1;
    }
    std::int32_t answered_tick() const { return static_cast<std::int32_t>(dut_.out_tick << 8) >> 8; }

    std::int32_t any_tick() {
        switch (random_() % 4) {
        case 0:
            return static_cast<std::int32_t>(random_() % 20) - 10;
        case 1:
            return (random_() % 2 != 0 ? 1 : -1) * (max_tick - static_cast<std::int32_t>(random_() % 4));
        default:
            return static_cast<std::int32_t>(random_() % (2 * max_tick + 1)) - max_tick;
        }
    }

    std::mt19937 random_{jitbox::test::random_seed()};
    Vtick_math dut_;
};

TEST_F(TickMath, PriceOfATickIsTheContracts) {
    int slowest = 0;
    for (int i = 0; i < 3000; ++i) {
        const std::int32_t tick = any_tick();
        slowest = std::max(slowest, ask(false, tick, 0));
        ASSERT_TRUE(u256(take_wide<160>(dut_.out_price)) == sqrt_ratio_at_tick(tick)) << tick;
        ASSERT_EQ(answered_tick(), tick);
    }
    std::cout << "slowest: " << slowest << " clocks, the wait for the division included\n";
}

TEST_F(TickMath, APriceAskedForAgainComesFromTheMemory) {
    ask(false, 123456, 0);
    EXPECT_EQ(ask(false, 123456, 0), 3);
    EXPECT_TRUE(u256(take_wide<160>(dut_.out_price)) == sqrt_ratio_at_tick(123456));
}

TEST_F(TickMath, WhatIsGivenUpHasNoAnswerAndTheNextIsRight) {
    for (int i = 0; i < 500; ++i) {
        dut_.to_tick = 0;
        dut_.tick = static_cast<std::uint32_t>(any_tick()) & 0xffffffU;
        dut_.in_valid = 1;
        dut_.md_ready = 0;
        dut_.eval();
        bool answered = false;
        for (auto clocks = random_() % 120; clocks > 0 && !answered; --clocks) {
            clock();
            dut_.in_valid = 0;
            answered = dut_.out_valid;
        }
        dut_.in_valid = 0;
        dut_.abandon = 1;
        clock();
        dut_.abandon = 0;
        ASSERT_TRUE(dut_.in_ready && !dut_.out_valid);
        const std::int32_t tick = any_tick();
        ask(false, tick, u256(0));
        ASSERT_TRUE(u256(take_wide<160>(dut_.out_price)) == sqrt_ratio_at_tick(tick)) << tick;
    }
}

TEST_F(TickMath, TickOfAPriceIsTheContracts) {
    int fast = 0;
    for (int i = 0; i < 3000; ++i) {
        const std::int32_t tick = any_tick();
        u256 price = sqrt_ratio_at_tick(tick);
        switch (random_() % 3) { // on a tick, just below it, between two
        case 0:
            break;
        case 1:
            price = u256(price - 1);
            break;
        default:
            price = u256(price + u256((price * u256(static_cast<std::uint32_t>(random_() % 50000))) / u256(1000000000)));
            break;
        }
        if (price < min_sqrt_ratio()) price = min_sqrt_ratio();
        if (price >= max_sqrt_ratio()) price = u256(max_sqrt_ratio() - 1);
        fast += ask(true, 0, price) == 10 ? 1 : 0; // no tick's price is needed
        ASSERT_EQ(answered_tick(), tick_at_sqrt_ratio(price)) << "near tick " << tick;
    }
    EXPECT_GT(fast, 800);
}

} // namespace
