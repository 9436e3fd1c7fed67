// window_store: entries of every pool's window written and read a clock each, against a plain array; every place has its own entry.
// SPDX-License-Identifier: Apache-2.0
#include "Vwindow_store.h"
#include "rtl/clocked.hpp"
#include "rtl/range_store_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <iostream>
#include <optional>
#include <random>
#include <vector>

namespace {

using namespace jitbox::test;

constexpr unsigned pools = 1024;
constexpr unsigned places = 128;
constexpr std::size_t entry_clocks = 3;
using Entry = PackedPort<window_tick_bits>;

class WindowStore : public testing::Test {
protected:
    WindowStore() { dut_.clk = dut_.read = dut_.write = 0; }

    /// An entry that its number gives, so that the model is a list of numbers. 0: never written.
    static Entry entry(std::uint32_t number) {
        Entry out{};
        constexpr std::size_t words = (window_tick_bits + 31) / 32;
        for (std::size_t i = 0; i < words; ++i)
            out[i] = static_cast<std::uint32_t>((number * words + i) * 0x9e3779b97f4a7c15ULL >> 32U);
        out[words - 1] &= (1U << window_tick_bits % 32) - 1U;
        return out;
    }
    void write(unsigned at, std::uint32_t number) {
        dut_.write = 1;
        dut_.write_pool = static_cast<std::uint16_t>(at / places);
        dut_.write_at = static_cast<std::uint8_t>(at % places);
        dut_.new_entry = entry(number);
        writes_ = at;
        numbers_.at(at) = number;
    }
    /// One that is being written just then may be the old or the new: it is not asked for.
    void read(unsigned at) {
        dut_.read = 1;
        dut_.read_pool = static_cast<std::uint16_t>(at / places);
        dut_.read_at = static_cast<std::uint8_t>(at % places);
        reads_ = at;
    }
    bool on_its_way(unsigned at) const {
        return std::find(coming_.begin(), coming_.end(), at) != coming_.end() || reads_ == at || writes_ == at;
    }

    void clock() {
        dut_.eval();
        jitbox::test::clock(dut_);
        coming_.push_front(reads_);
        dut_.read = dut_.write = 0;
        reads_.reset();
        writes_.reset();
        if (coming_.size() < entry_clocks) return;
        const std::optional<unsigned> due = coming_.back();
        coming_.pop_back();
        if (!due || numbers_.at(*due) == 0) return;
        ASSERT_TRUE(same_port(dut_.entry, entry(numbers_.at(*due)))) << "place " << *due << ", seed " << seed_;
        compared_ += 1;
    }
    /// Without a read nothing is to be trusted: the other inputs say anything.
    void noise() {
        dut_.read_pool = static_cast<std::uint16_t>(random_() % pools);
        dut_.read_at = static_cast<std::uint8_t>(random_() % places);
        dut_.write_pool = static_cast<std::uint16_t>(random_() % pools);
        dut_.write_at = static_cast<std::uint8_t>(random_() % places);
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vwindow_store dut_;
    std::vector<std::uint32_t> numbers_ = std::vector<std::uint32_t>(std::size_t{pools} * places);
    std::deque<std::optional<unsigned>> coming_;
    std::optional<unsigned> reads_;
    std::optional<unsigned> writes_;
    int compared_ = 0;
};

TEST_F(WindowStore, GivesAnEntryThreeClocksBehindItsRead) {
    std::array<unsigned, 40> few{};
    for (unsigned& at : few) at = static_cast<unsigned>(random_() % (std::uint64_t{pools} * places));
    for (std::size_t i = 1; i < few.size(); i += 2) few.at(i) = few.at(i - 1) ^ (1U << random_() % 17); // near another
    std::uint32_t number = 0;
    for (int i = 0; i < 60000 && !HasFatalFailure(); ++i) {
        noise();
        const unsigned writes = few.at(random_() % few.size());
        if (random_() % 2 == 0 && !on_its_way(writes)) write(writes, ++number);
        const unsigned reads = few.at(random_() % few.size());
        if (random_() % 3 != 0 && writes_ != reads) read(reads);
        clock();
    }
    std::cout << compared_ << " entries\n";
    EXPECT_GT(compared_, 20000);
}

/// 1,024 full windows.
TEST_F(WindowStore, HoldsEveryPlace) {
    constexpr unsigned all = pools * places;
    for (unsigned at = 0; at < all; ++at) {
        write(at, at + 1);
        clock();
    }
    for (unsigned at = 0; at < all + 3 && !HasFatalFailure(); ++at) {
        if (at < all) read(at * 40503U % all);
        clock();
    }
    EXPECT_EQ(compared_, static_cast<int>(all));
}

} // namespace
