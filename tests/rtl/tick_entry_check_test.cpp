// tick_entry_check: entries of TICKS with gaps between them, each verdict against check_tick of kernels/hls/range_records.cpp said
// plainly, and every spacing's multiples against their neighbours. SPDX-License-Identifier: Apache-2.0
#include "Vtick_entry_check.h"
#include "hls/records.hpp"
#include "hls/types.hpp"
#include "rtl/clocked.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <random>

namespace {

using namespace jitbox;
using namespace jitbox::test;
using hlsk::i128;
using hlsk::u128;
using records::Reason;

constexpr std::size_t verdict_clocks = 2;
constexpr std::int32_t most_spacing = 16383;
constexpr std::int32_t least = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();

/// What holds for all entries of a record.
struct Window {
    std::int32_t spacing = 1;
    std::int32_t known_lower = least;
    std::int32_t known_upper = most;
    std::int32_t pool_tick = 0;
};

struct Entry {
    std::int32_t tick = 0;
    u128 gross = 1;
    i128 net = 1;
    bool is_first = true;
    bool is_below = true;
};

class TickEntryCheck : public testing::Test {
protected:
    TickEntryCheck() {
        dut_.in_valid = 0;
        reset(dut_);
    }

    void begin(const Window& window) {
        drain();
        window_ = window;
        dut_.factor = ((1ULL << 46U) + static_cast<std::uint64_t>(window.spacing) - 1) / static_cast<std::uint64_t>(window.spacing);
        dut_.known_lower = static_cast<std::uint32_t>(window.known_lower);
        dut_.known_upper = static_cast<std::uint32_t>(window.known_upper);
        dut_.pool_tick = static_cast<std::uint32_t>(window.pool_tick) & 0xffffffU;
    }
    Reason expected(const Entry& it) const {
        if (it.tick < window_.known_lower || it.tick > window_.known_upper || it.tick % window_.spacing != 0)
            return Reason::bad_field;
        if (!it.is_first && it.tick <= before_) return Reason::ticks_unordered;
        if ((it.tick <= window_.pool_tick) != it.is_below) return Reason::ticks_unordered;
        const ap_int<129> magnitude = it.net < 0 ? ap_int<129>(-it.net) : ap_int<129>(it.net);
        if (it.gross == 0 || magnitude > ap_int<129>(it.gross)) return Reason::bad_field;
        return it.tick < hlsk::min_tick || it.tick > hlsk::max_tick ? Reason::bad_field : Reason::none;
    }
    void give(const Entry& it) {
        dut_.in_valid = 1;
        put(it);
        coming_.emplace_front(expected(it));
        before_ = it.tick;
        step();
    }
    /// What stands there meanwhile is no entry.
    void pause() {
        dut_.in_valid = 0;
        put({.tick = static_cast<std::int32_t>(random_()), .gross = u128(random_()), .net = i128(1), .is_first = false});
        coming_.emplace_front();
        step();
    }
    void put(const Entry& it) {
        dut_.tick = static_cast<std::uint32_t>(it.tick);
        put_wide(dut_.gross, it.gross);
        put_wide(dut_.net, u128(it.net));
        dut_.is_first = it.is_first;
        dut_.is_below = it.is_below;
    }
    void step() {
        dut_.eval();
        clock(dut_);
        if (coming_.size() < verdict_clocks) return;
        const std::optional<Reason> due = coming_.back();
        coming_.pop_back();
        ASSERT_EQ(dut_.out_valid != 0, due.has_value());
        if (!due) return;
        ASSERT_EQ(dut_.reason, static_cast<unsigned>(*due)) << "spacing " << window_.spacing << ", seed " << seed_;
        verdicts_[*due] += 1;
    }
    void drain() {
        for (std::size_t i = 0; i <= verdict_clocks; ++i) pause();
    }

    std::int32_t any_tick() {
        constexpr std::array<std::int32_t, 8> ends{
            hlsk::min_tick - 1, hlsk::min_tick, hlsk::max_tick, hlsk::max_tick + 1, least, most, 0, -1};
        const auto draw = random_() % 16;
        if (draw == 0) return ends.at(random_() % ends.size());
        if (draw == 1) return static_cast<std::int32_t>(random_());
        if (draw == 2)
            return window_.known_lower + static_cast<std::int32_t>(random_() % 3) - (window_.known_lower > least ? 1 : 0);
        if (draw == 3) return window_.known_upper - static_cast<std::int32_t>(random_() % 3) + (window_.known_upper < most ? 1 : 0);
        if (draw == 4) return window_.pool_tick + static_cast<std::int32_t>(random_() % 3) - 1;
        if (draw == 5) return before_;
        return window_.spacing * (static_cast<std::int32_t>(random_() % 1774544) / window_.spacing) +
               hlsk::min_tick / window_.spacing * window_.spacing;
    }
    Entry any_entry() {
        Entry out{.tick = any_tick(), .gross = random_wide<128>(random_), .net = 0};
        out.net = i128(random_() % 3 == 0 ? out.gross : u128(out.gross >> static_cast<int>(random_() % 4)));
        if (random_() % 2 == 0) out.net = i128(-out.net);
        if (random_() % 8 == 0) out.net = i128(out.net + (random_() % 2 == 0 ? 1 : -1));
        if (random_() % 32 == 0) out.net = i128(u128(1) << 127); // whose magnitude has no sign
        if (random_() % 64 == 0) out.gross = u128(u128(1) << 127);
        out.is_first = random_() % 4 == 0;
        out.is_below = random_() % 6 == 0 ? random_() % 2 == 0 : out.tick <= window_.pool_tick;
        return out;
    }
    Window any_window() {
        Window out;
        constexpr std::array<std::int32_t, 6> spacings{1, 2, 60, 200, 16382, most_spacing};
        out.spacing =
            random_() % 2 == 0 ? spacings.at(random_() % spacings.size()) : static_cast<std::int32_t>(1 + random_() % most_spacing);
        out.pool_tick = static_cast<std::int32_t>(random_() % 1774545) + hlsk::min_tick - 1;
        if (random_() % 2 == 0) out.known_lower = out.pool_tick - static_cast<std::int32_t>(random_() % 100000);
        if (random_() % 2 == 0) out.known_upper = out.pool_tick + 1 + static_cast<std::int32_t>(random_() % 100000);
        return out;
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vtick_entry_check dut_;
    Window window_;
    std::int32_t before_ = 0;
    std::deque<std::optional<Reason>> coming_;
    std::map<Reason, int> verdicts_;
};

TEST_F(TickEntryCheck, JudgesAnEntryAClock) {
    for (int record = 0; record < 600 && !HasFatalFailure(); ++record) {
        begin(any_window());
        const unsigned pauses = static_cast<unsigned>(random_() % 3 * 30);
        for (auto left = random_() % 129; left > 0 && !HasFatalFailure();) {
            if (random_() % 100 < pauses) {
                pause();
                continue;
            }
            give(any_entry());
            left -= 1;
        }
    }
    std::cout << verdicts_[Reason::none] << " good, " << verdicts_[Reason::bad_field] << " with a bad field, "
              << verdicts_[Reason::ticks_unordered] << " out of order\n";
    EXPECT_GT(verdicts_[Reason::none], 1000);
    EXPECT_GT(verdicts_[Reason::bad_field], 1000);
    EXPECT_GT(verdicts_[Reason::ticks_unordered], 1000);
}

/// By a product and no division: multiples and both their neighbours, from zero to the ends of 32 bits.
TEST_F(TickEntryCheck, KnowsTheMultiplesOfEverySpacing) {
    for (std::int32_t spacing = 1; spacing <= most_spacing && !HasFatalFailure(); ++spacing) {
        begin({.spacing = spacing});
        const std::int32_t last = most / spacing * spacing;
        const std::int32_t edge = hlsk::max_tick / spacing * spacing;
        const std::int32_t any = static_cast<std::int32_t>(random_() % static_cast<std::uint64_t>(edge + 1)) / spacing * spacing;
        for (const std::int32_t multiple : {0, spacing, any, edge, last}) {
            for (const std::int32_t tick : {multiple - 1, multiple, multiple == most ? multiple : multiple + 1}) {
                give({.tick = tick, .is_below = tick <= 0});
                give({.tick = -tick, .is_below = -tick <= 0});
            }
        }
        give({.tick = least});
    }
}

TEST_F(TickEntryCheck, SaysNothingOfAnEntryBehindAReset) {
    begin({});
    give({.tick = 1, .is_below = false});
    dut_.in_valid = 0;
    reset(dut_);
    for (int i = 0; i < 4; ++i) {
        EXPECT_FALSE(dut_.out_valid);
        clock(dut_);
    }
}

} // namespace
