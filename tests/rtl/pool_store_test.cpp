// pool_store: rows of the four tables written and read at any time, full tables and resets in the middle, against plain arrays.
// SPDX-License-Identifier: Apache-2.0
#include "Vpool_store.h"
#include "rtl/clocked.hpp"
#include "rtl/range_store_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace {

using namespace jitbox::test;

constexpr unsigned rows = 1024;
constexpr int clear_clocks = 1024;

/// What stands at an index; nothing that was not written.
struct Row {
    std::optional<PackedPort<pool_entry_bits>> pool;
    std::optional<PackedPort<window_frame_bits>> frame;
    std::optional<PackedPort<params_bits>> params;
    std::uint8_t present = 0;
};

class PoolStore : public testing::Test {
protected:
    PoolStore() { start(); }

    void start() {
        write_nothing();
        reset(dut_);
        for (Row& row : rows_) row.present = 0; // the rest stays as it was
        shown_.reset();
        expect_to_be_clearing(clear_clocks);
        ASSERT_TRUE(dut_.ready);
    }
    void expect_to_be_clearing(int clocks) {
        for (int i = 0; i < clocks; ++i) {
            ASSERT_FALSE(dut_.ready) << "clock " << i;
            dut_.at = static_cast<std::uint16_t>(random_() % rows);
            jitbox::test::clock(dut_);
        }
    }
    void write_nothing() { dut_.write_present = dut_.write_pool = dut_.write_frame = dut_.write_params = 0; }

    template <int Bits, std::size_t Words>
    void draw(VlWide<Words>& port) {
        for (std::size_t i = 0; i < Words; ++i) port[i] = static_cast<std::uint32_t>(random_());
        if (Bits % 32 != 0) port[Words - 1] &= (1U << Bits % 32) - 1U;
    }
    /// Which of the four, as bits.
    void write(unsigned which) {
        draw<pool_entry_bits>(dut_.new_pool);
        draw<window_frame_bits>(dut_.new_frame);
        draw<params_bits>(dut_.new_params);
        dut_.new_present = static_cast<std::uint8_t>(random_() % 16);
        dut_.write_pool = which & 1U;
        dut_.write_frame = which >> 1U & 1U;
        dut_.write_params = which >> 2U & 1U;
        dut_.write_present = which >> 3U & 1U;
    }
    void note(Row& row) {
        if (dut_.write_pool) row.pool = dut_.new_pool;
        if (dut_.write_frame) row.frame = dut_.new_frame;
        if (dut_.write_params) row.params = dut_.new_params;
        if (dut_.write_present) row.present = dut_.new_present;
    }

    template <typename Port>
    static bool shows(const Port& port, const std::optional<Port>& expected) {
        return !expected || same_port(port, *expected);
    }
    void expect(const Row& row) {
        ASSERT_EQ(dut_.present, row.present) << "seed " << seed_;
        ASSERT_TRUE(shows(dut_.pool, row.pool)) << "seed " << seed_;
        ASSERT_TRUE(shows(dut_.frame, row.frame)) << "seed " << seed_;
        ASSERT_TRUE(shows(dut_.params, row.params)) << "seed " << seed_;
    }
    /// A clock at an index: what stood there before comes, and what is written is there from then on.
    void clock(unsigned at) {
        dut_.at = static_cast<std::uint16_t>(at);
        dut_.eval();
        if (shown_) expect(*shown_); // for as long as the clock lasts
        shown_ = rows_.at(at);
        note(rows_.at(at));
        jitbox::test::clock(dut_);
        write_nothing();
        expect(*shown_);
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vpool_store dut_;
    std::array<Row, rows> rows_{};
    std::optional<Row> shown_;
};

TEST_F(PoolStore, GivesWhatWasLastWrittenAClockLater) {
    std::array<unsigned, 6> few{0, 1, 511, 512, 1022, 1023};
    for (int i = 0; i < 20000 && !HasFatalFailure(); ++i) {
        if (random_() % 3 == 0) write(static_cast<unsigned>(random_() % 16));
        clock(random_() % 2 == 0 ? few.at(random_() % few.size()) : static_cast<unsigned>(random_() % rows));
    }
}

/// All tables full, then read in another order: no row is another's.
TEST_F(PoolStore, HoldsEveryRow) {
    for (unsigned at = 0; at < rows && !HasFatalFailure(); ++at) {
        write(15);
        clock(at);
    }
    for (unsigned at = 0; at < rows && !HasFatalFailure(); ++at) clock(at * 331 % rows);
}

TEST_F(PoolStore, HasNothingBehindAReset) {
    for (int turn = 0; turn < 4 && !HasFatalFailure(); ++turn) {
        for (unsigned at = 0; at < rows && !HasFatalFailure(); ++at) {
            write(15);
            dut_.new_present = 15;
            clock(at);
        }
        if (turn % 2 == 1) { // the next reset comes while it clears
            reset(dut_);
            expect_to_be_clearing(static_cast<int>(random_() % clear_clocks));
        }
        start();
        for (unsigned at = 0; at < rows && !HasFatalFailure(); ++at) clock(at);
    }
}

} // namespace
