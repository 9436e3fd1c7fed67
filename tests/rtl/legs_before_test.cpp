// legs_before: the pools of a transaction's earlier legs, asked for and noted at any time, against a plain list.
// SPDX-License-Identifier: Apache-2.0
#include "Vlegs_before.h"
#include "hls/records.hpp"
#include "rtl/clocked.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <random>
#include <vector>

namespace {

using namespace jitbox;
using namespace jitbox::test;

class LegsBefore : public testing::Test {
protected:
    LegsBefore() {
        dut_.note = 0;
        reset(dut_);
    }

    bool expected() const { return sequence_ == dut_.sequence_number && std::ranges::find(pools_, dut_.pool) != pools_.end(); }
    void ask(std::uint64_t sequence, unsigned pool) {
        dut_.sequence_number = sequence;
        dut_.pool = static_cast<std::uint16_t>(pool);
        dut_.eval();
        ASSERT_EQ(dut_.seen != 0, expected()) << "pool " << pool << " behind " << pools_.size() << " others, seed " << seed_;
        (dut_.seen ? seen_ : new_) += 1;
    }
    /// A clock with the leg that was asked for noted or not.
    void clock(bool note) {
        dut_.note = note;
        dut_.eval();
        const bool known = expected();
        if (note && sequence_ != dut_.sequence_number) pools_.clear();
        if (note) sequence_ = dut_.sequence_number;
        if (note && !known && pools_.size() < records::max_legs) pools_.push_back(dut_.pool);
        jitbox::test::clock(dut_);
        dut_.note = 0;
    }
    void forget() {
        dut_.note = static_cast<std::uint8_t>(random_() % 2); // goes for nothing
        reset(dut_);
        dut_.note = 0;
        sequence_ = 0;
        pools_.clear();
    }
    unsigned any_pool(unsigned of) { return static_cast<unsigned>(random_() % 8 == 0 ? random_() % 1024 : random_() % of); }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vlegs_before dut_;
    std::uint64_t sequence_ = 0;
    std::vector<unsigned> pools_;
    int seen_ = 0;
    int new_ = 0;
};

TEST_F(LegsBefore, AreTheNotedOnesOfTheSameTransaction) {
    std::uint64_t sequence = 0; // that after a reset, where no leg was yet
    for (int i = 0; i < 60000 && !HasFatalFailure(); ++i) {
        if (random_() % 3000 == 0) forget();
        if (random_() % 150 == 0)
            sequence = random_() % 4 == 0 ? 0 : random_() % 4 == 0 ? sequence ^ (1ULL << random_() % 64) : random_();
        const std::uint64_t asked = random_() % 16 == 0 ? sequence ^ (1ULL << random_() % 64) : sequence;
        ask(asked, any_pool(i % 1000 < 500 ? 10 : 200));
        clock(asked == sequence && random_() % 2 == 0);
    }
    std::cout << seen_ << " seen, " << new_ << " not\n";
    EXPECT_GT(seen_, 10000);
    EXPECT_GT(new_, 10000);
}

/// Every bit of a pool's index and of the sequence number counts.
TEST_F(LegsBefore, DifferInAnyBit) {
    const std::uint64_t sequence = random_();
    const auto pool = static_cast<unsigned>(random_() % 1024);
    ask(sequence, pool);
    clock(true);
    for (unsigned bit = 0; bit < 10; ++bit) ask(sequence, pool ^ (1U << bit));
    for (unsigned bit = 0; bit < 64; ++bit) ask(sequence ^ (1ULL << bit), pool);
    ask(sequence, pool);
    EXPECT_EQ(seen_, 1);
}

TEST_F(LegsBefore, AreAsManyAsATransactionMayHave) {
    const std::uint64_t sequence = random_();
    for (unsigned pool = 0; pool < records::max_legs + 6 && !HasFatalFailure(); ++pool) {
        ask(sequence, 7 * pool);
        clock(true);
    }
    for (unsigned pool = 0; pool < records::max_legs + 6 && !HasFatalFailure(); ++pool) ask(sequence, 7 * pool);
    EXPECT_EQ(seen_, static_cast<int>(records::max_legs));
    ask(sequence + 1, 0);
    clock(true);
    ask(sequence, 0);
    EXPECT_FALSE(dut_.seen) << "another transaction was between";
    ask(sequence + 1, 0);
    EXPECT_TRUE(dut_.seen);
}

} // namespace
