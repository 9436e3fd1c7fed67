// window_server: fields of the listed ticks by their place, beyond the ends too, and the gross liquidity at any tick, asked by all
// lanes while the ticks are still being copied and after, against TickWindow of kernels/hls. SPDX-License-Identifier: Apache-2.0
#include "Vwindow_server.h"
#include "hls/tick_window.hpp"
#include "rtl/unit_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <iostream>
#include <random>
#include <set>

namespace {

using namespace jitbox::hlsk;
using namespace jitbox::test;

constexpr unsigned lanes = 6;
constexpr unsigned unit_window = 3;
constexpr int entry_bits = 24 + 128 + 128 + 160;
constexpr int entry_clocks = 3; ///< of window_store
constexpr int answer_clocks = 6;

enum Field : std::uint8_t { tick, net, ratio, gross_at };

class WindowServer : public testing::Test {
protected:
    WindowServer() {
        dut_.begin_leg = 0;
        dut_.count = 0;
        reset(dut_);
        reads_.fill(-1);
    }

    void begin_leg() {
        constexpr std::array<int, 4> counts{0, 1, 127, 128};
        window_.count = random_() % 3 == 0 ? counts.at(random_() % counts.size()) : static_cast<int>(random_() % 129);
        std::set<std::int32_t> listed;
        const std::int32_t near = random_() % 2 == 0 ? 1000000 : 100;
        while (static_cast<int>(listed.size()) < window_.count) {
            listed.insert(static_cast<std::int32_t>(random_() % static_cast<unsigned>(2 * near)) - near);
        }
        int place = 0;
        for (const std::int32_t at : listed) {
            WindowTick& it = window_.ticks[place++];
            it.tick = at;
            it.gross = u128(wide());
            it.net = i128(u128(wide()));
            it.ratio_x96 = u160(wide());
        }
        zero_for_one_ = random_() % 2 == 0;
        dut_.count = static_cast<std::uint8_t>(window_.count);
        dut_.zero_for_one = zero_for_one_;
        dut_.begin_leg = 1;
        clock();
        dut_.begin_leg = 0;
        copied_ = 0;
    }
    u256 wide() {
        u256 out = 0;
        for (int i = 0; i < 4; ++i) out = u256((out << 64) | u256(random_()));
        return out;
    }

    /// A place up to both sides of the ends, as a thread counts it, or a tick that is listed or not.
    void ask(unsigned lane) {
        const auto field = static_cast<Field>(random_() % 4);
        std::int32_t b = static_cast<std::int32_t>(random_() % 140) - 4;
        if (field == gross_at) {
            b = static_cast<std::int32_t>(random_() % 2000000) - 1000000;
            if (window_.count > 0 && random_() % 3 != 0) {
                b = window_.ticks[random_() % static_cast<unsigned>(window_.count)].tick + static_cast<int>(random_() % 3 == 0);
            }
        }
        port_.ask(lane, {.unit = unit_window,
                         .option = field,
                         .target = 0,
                         .thread = static_cast<unsigned>(random_() % 16),
                         .d = static_cast<unsigned>(random_() % 32),
                         .a = 0,
                         .b = word(b),
                         .c = 0});
    }
    static UnitWord word(const i256& x) { return UnitWord(ap_int<unit_word_bits>(x)); }

    UnitWord expected(const UnitRequest& it) const {
        const std::int32_t b = static_cast<std::int32_t>(ap_uint<32>(it.b).to_uint());
        if (it.option == gross_at) {
            for (int i = 0; i < window_.count; ++i) {
                if (window_.ticks[i].tick == b) return UnitWord(window_.ticks[i].gross);
            }
            return 0;
        }
        if (b < 0 || b >= window_.count) { // a tick that no swap comes to
            constexpr std::int32_t beyond = 1 << 23;
            return it.option == tick ? word(i256(zero_for_one_ ? -beyond : beyond - 1)) : UnitWord(0);
        }
        const WindowTick& listed = window_.ticks[b];
        if (it.option == tick) return word(i256(listed.tick));
        return it.option == net ? word(i256(listed.net)) : UnitWord(listed.ratio_x96);
    }

    /// The store: an entry three clocks after it is read; what is on the wires otherwise says nothing.
    void give_entry() {
        const int at = reads_.back();
        const WindowTick noise{
            .tick = static_cast<std::int32_t>(random_() % 1000), .gross = u128(7), .net = i128(7), .ratio_x96 = u160(7)};
        const WindowTick& it = at >= 0 ? window_.ticks[at] : noise;
        StructWriter<entry_bits, (entry_bits + 31) / 32>(dut_.tick_entry)
            .field(ap_uint<24>(ap_int<24>(it.tick)))
            .field(it.gross)
            .field(u128(it.net))
            .field(u160(it.ratio_x96));
    }
    void expect_copied() {
        if (!dut_.copies_tick) return;
        ASSERT_EQ(dut_.copies_at, copied_) << "each place once";
        ASSERT_EQ(reads_.back(), copied_) << "and with its entry";
        copied_ += 1;
    }

    void clock() {
        give_entry();
        port_.offer();
        dut_.eval();
        for (const UnitTaken& it : port_.taken()) waiting_.push_back({it, clock_});
        if (port_.answers()) {
            const UnitAnswer answer = port_.answer();
            ASSERT_FALSE(waiting_.empty());
            const auto& [asked, since] = waiting_.front();
            const UnitRequest& it = asked.request;
            ASSERT_TRUE(answer.lane == asked.lane && answer.thread == it.thread && answer.d == it.d)
                << "in the order in which they came";
            ASSERT_TRUE(answer.data == expected(it)) << "field " << it.option << ", seed " << seed_;
            least_ = std::min(least_, clock_ - since);
            waiting_.pop_front();
            answers_ += 1;
        }
        expect_copied();
        const int read = dut_.tick_read ? dut_.tick_at : -1;
        ASSERT_LT(read, window_.count);
        jitbox::test::clock(dut_);
        std::rotate(reads_.rbegin(), reads_.rbegin() + 1, reads_.rend());
        reads_.front() = read;
        clock_ += 1;
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vwindow_server dut_;
    UnitPort<Vwindow_server> port_{dut_, random_, lanes};
    TickWindow window_{};
    bool zero_for_one_ = false;
    std::array<int, entry_clocks> reads_{}; ///< places read so many clocks ago; -1: none
    std::deque<std::pair<UnitTaken, int>> waiting_;
    int clock_ = 0;
    int copied_ = 0;
    int answers_ = 0;
    int least_ = 1000;
};

TEST_F(WindowServer, GivesFieldsByPlaceAndGrossLiquidityByTick) {
    for (int leg = 0; leg < 120 && !HasFatalFailure(); ++leg) {
        port_.eager(leg % 3 == 0);
        begin_leg();
        for (auto rest = random_() % 200; rest > 0 && random_() % 2 == 0 && !HasFatalFailure(); --rest) clock();
        for (int i = 0; i < 150; ++i) ask(static_cast<unsigned>(random_() % lanes));
        for (int clocks = 0; !HasFatalFailure() && (!port_.idle() || !waiting_.empty() || copied_ != window_.count); ++clocks) {
            ASSERT_LT(clocks, 5000) << "an answer is lost";
            clock();
        }
    }
    std::cout << answers_ << " answers, the quickest in " << least_ << " clocks\n";
    EXPECT_EQ(answers_, 120 * 150);
    EXPECT_EQ(least_, answer_clocks);
}

} // namespace
