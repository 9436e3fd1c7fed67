// best_copy beside a memory whose port the lanes take now and then: when it says that all is copied, the result has the words of
// the slot that was the best last, as they were when it became it. SPDX-License-Identifier: Apache-2.0
#include "Vbest_copy.h"
#include "rtl/clocked.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <random>

namespace {

constexpr std::size_t slots = 128;
constexpr std::size_t pairs = 6;         // that the result takes of a slot
constexpr std::size_t pairs_of_slot = 8; // that a slot has

class BestCopy : public testing::Test {
protected:
    BestCopy() {
        for (std::uint64_t& pair : memory_) pair = random_();
        dut_.begin_leg = 0;
        dut_.better = 0;
        dut_.better_slot = 0;
        dut_.pair_taken = 0;
        jitbox::test::reset(dut_);
    }

    /// One clock with the inputs as they are; the memory's port is a lane's when it `loads`.
    void clock(bool loads) {
        dut_.pair_taken = 0;
        dut_.eval();
        dut_.pair_taken = dut_.pair_read && !loads;
        dut_.eval();
        if (dut_.pair_valid) result_.at(dut_.pair_of_slot) = read_;
        read_ = dut_.pair_taken ? memory_.at(dut_.pair_at) : random_();
        jitbox::test::clock(dut_);
    }

    /// Its words are in the memory when a slot becomes the best.
    void make_best(std::size_t slot) {
        for (std::size_t pair = 0; pair < pairs_of_slot; ++pair) memory_.at(slot * pairs_of_slot + pair) = random_();
        dut_.better = 1;
        dut_.better_slot = static_cast<std::uint8_t>(slot);
        best_ = slot;
    }

    void expect_copied(int clock) {
        if (!best_) return;
        for (std::size_t pair = 0; pair < pairs; ++pair)
            ASSERT_EQ(result_.at(pair), memory_.at(*best_ * pairs_of_slot + pair))
                << "pair " << pair << " in clock " << clock << " of seed " << seed_;
    }

    const std::uint32_t seed_ = jitbox::test::random_seed();
    std::mt19937_64 random_{seed_};
    Vbest_copy dut_;
    std::array<std::uint64_t, slots * pairs_of_slot> memory_{}; // a number for each pair of words
    std::array<std::uint64_t, pairs_of_slot> result_{};
    std::uint64_t read_ = 0; // what the memory gives in this clock
    std::optional<std::size_t> best_;
};

TEST_F(BestCopy, HasTheWordsOfTheLastBestSlotWhenItSaysSo) {
    int whole = 0; // copies that came to their end
    int cut = 0;   // by another best one
    unsigned busy = 0;
    for (int clocks = 0; clocks < 50000 && !HasFatalFailure(); ++clocks) {
        if (clocks % 1000 == 0) busy = static_cast<unsigned>(random_() % 90);
        const bool copied = dut_.copied;
        if (copied) expect_copied(clocks);
        dut_.better = 0;
        dut_.begin_leg = random_() % 200 == 0;
        if (dut_.begin_leg) best_.reset();
        // Another slot, or the same one with other words; in one clock with a leg's begin it is of no leg.
        if (random_() % (copied ? 4 : 12) == 0) {
            const std::optional<std::size_t> was = best_;
            make_best(was && random_() % 4 == 0 ? *was : random_() % slots);
            (copied ? whole : cut) += was ? 1 : 0;
            if (dut_.begin_leg) best_.reset();
        }
        const bool began = dut_.begin_leg;
        const bool copies = dut_.better && !began;
        clock(random_() % 100 < busy);
        if (copies) {
            ASSERT_FALSE(dut_.copied) << "clock " << clocks << " of seed " << seed_;
        }
        if (began) {
            ASSERT_TRUE(dut_.copied && !dut_.pair_valid) << "clock " << clocks << " of seed " << seed_;
        }
    }
    EXPECT_GT(whole, 500);
    EXPECT_GT(cut, 500);
}

TEST_F(BestCopy, TakesEightClocksWhenNoLaneLoads) {
    make_best(5);
    for (int clocks = 0; clocks < 8; ++clocks) {
        if (clocks > 0) {
            ASSERT_FALSE(dut_.copied) << clocks;
        }
        clock(false);
        dut_.better = 0;
    }
    EXPECT_TRUE(dut_.copied);
    expect_copied(8);
}

} // namespace
