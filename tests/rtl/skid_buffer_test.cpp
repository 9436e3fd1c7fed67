// skid_buffer: every beat once, in order, one a clock, whatever the sink does.
// SPDX-License-Identifier: Apache-2.0
#include "Vskid_buffer.h"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <iostream>
#include <random>

namespace {

class SkidBuffer : public testing::Test {
protected:
    void clock() {
        dut_.clk = 1;
        dut_.eval();
        dut_.clk = 0;
        dut_.eval();
    }
    void reset() {
        dut_.clk = 0;
        dut_.rst = 1;
        dut_.in_valid = 0;
        dut_.out_ready = 0;
        dut_.eval();
        clock();
        dut_.rst = 0;
        dut_.eval();
    }
    Vskid_buffer dut_;
};

TEST_F(SkidBuffer, KeepsEveryBeatInOrderUnderRandomStalls) {
    const auto seed = jitbox::test::random_seed();
    std::mt19937 random{seed};
    reset();
    std::deque<std::uint64_t> expected;
    std::uint64_t next = 0;
    std::uint64_t received = 0;
    for (int i = 0; i < 20000; ++i) {
        if (!dut_.in_valid || dut_.in_ready) { // an offered beat stays until it is taken
            dut_.in_valid = random() % 3 != 0;
            dut_.in_data = next;
        }
        dut_.out_ready = random() % 2;
        dut_.eval();
        const bool taken = dut_.in_valid && dut_.in_ready;
        if (taken) expected.push_back(next++);
        if (dut_.out_valid && dut_.out_ready) {
            ASSERT_FALSE(expected.empty()) << "a beat from nowhere, clock " << i;
            ASSERT_EQ(dut_.out_data, expected.front());
            expected.pop_front();
            ++received;
        }
        clock();
        if (taken) dut_.in_valid = 0;
    }
    EXPECT_GT(received, 5000U);
    EXPECT_LE(expected.size(), 2U);
}

TEST_F(SkidBuffer, PassesOneBeatAClock) {
    reset();
    dut_.out_ready = 1;
    dut_.in_valid = 1;
    int received = 0;
    for (int i = 0; i < 100; ++i) {
        dut_.eval();
        EXPECT_TRUE(dut_.in_ready);
        received += dut_.out_valid;
        clock();
    }
    EXPECT_EQ(received, 99);
}

} // namespace
