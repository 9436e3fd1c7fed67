// tick_math_server: prices and ticks for all lanes against the HLS source, the shared division slow and out of order; between legs
// prices ahead, which the next leg stops at any clock. SPDX-License-Identifier: Apache-2.0
#include "Vtick_math_server.h"
#include "hls/tick_math.hpp"
#include "hls/wide_math_hardware.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/unit_server.hpp"
#include "rtl/wide_port.hpp"

#include <vector>

namespace {

using namespace jitbox::hlsk;
using namespace jitbox::test;

constexpr unsigned unit_tick_math = 4;
constexpr int prices = 2048;
constexpr long known_price_clocks = 6;
constexpr long tick_clocks = 13;          ///< of a price between two ticks
constexpr long compared_tick_clocks = 16; ///< next to one whose price is known

class TickMathServer : public UnitServer<Vtick_math_server> {
protected:
    TickMathServer() : UnitServer({.places = 16, .shortest = known_price_clocks, .longest = 1000000}) {
        stands_still_ = false; // another unit's answer may come before one that waits
        dut_.rests = 0;
        dut_.ahead_valid = 0;
        dut_.md_ready = 0;
        dut_.md_out_valid = 0;
        for (int i = 0; i < 12; ++i) {
            const std::int32_t tick = any_tick();
            near_.push_back(tick);
            const auto mask = static_cast<std::int32_t>(random_() % 128); // another one that has the same place in the memory
            near_.push_back(inside(tick ^ (mask | mask << 11)));
        }
        clear();
    }

    static std::int32_t inside(std::int32_t tick) { return std::clamp(tick, -max_tick, max_tick); }
    std::int32_t any_tick() {
        const auto near = static_cast<std::int32_t>(random_() % 20);
        switch (random_() % 4) {
        case 0:
            return near - 10;
        case 1:
            return (random_() % 2 != 0 ? 1 : -1) * (max_tick - near);
        default:
            return static_cast<std::int32_t>(random_() % (2U * max_tick + 1U)) - max_tick;
        }
    }
    std::int32_t some_tick() { return random_() % 4 == 0 ? any_tick() : near_.at(random_() % near_.size()); }
    u256 some_price() {
        u256 price = sqrt_ratio_at_tick(some_tick());
        switch (random_() % 4) { // a tick's, one below, next to it, between two
        case 0:
            break;
        case 1:
            price = u256(price - u256(1));
            break;
        case 2:
            price = u256(price + u256(random_() % 1000));
            break;
        default:
            price = u256(price + (price >> 15));
        }
        if (price < min_sqrt_ratio()) return min_sqrt_ratio();
        return price < max_sqrt_ratio() ? price : u256(max_sqrt_ratio() - u256(1));
    }

    UnitRequest asks(bool to_tick, const UnitWord& operand) {
        return {.unit = unit_tick_math,
                .option = (static_cast<unsigned>(random_() % 256) & 0xfeU) | (to_tick ? 1U : 0U),
                .target = 0,
                .thread = 0,
                .d = 0,
                .a = random_wide<unit_word_bits>(random_),
                .b = operand,
                .c = random_wide<256>(random_)};
    }
    static UnitWord word(std::int32_t tick) { return UnitWord(ap_int<unit_word_bits>(i256(tick))); }
    UnitRequest price_of(std::int32_t tick) { return asks(false, word(tick)); }
    UnitRequest tick_of(const u256& price) { return asks(true, price); }
    UnitRequest request() override { return random_() % 2 == 0 ? price_of(some_tick()) : tick_of(some_price()); }
    UnitWord expected(const UnitRequest& it) override {
        if ((it.option & 1U) != 0) return word(tick_at_sqrt_ratio(u256(it.b)));
        return UnitWord(sqrt_ratio_at_tick(static_cast<std::int32_t>(ap_uint<32>(it.b).to_uint())));
    }

    // ---- the other side of the divider: answers after a while, whose turn it is by chance; others' answers come beside
    void drive() override {
        dut_.md_ready = random_() % 4 != 0;
        dut_.md_out_valid = random_() % 8 == 0;
        dut_.md_out_tag = static_cast<std::uint8_t>(14 + random_() % 2);
        put_wide(dut_.md_quotient, random_wide<256>(random_));
        if (dividing_.empty() || random_() % division_clocks_ != 0) return;
        const auto one = std::next(dividing_.begin(), static_cast<std::ptrdiff_t>(random_() % dividing_.size()));
        dut_.md_out_valid = 1;
        dut_.md_out_tag = static_cast<std::uint8_t>(one->first);
        put_wide(dut_.md_quotient, hardware::div_floor(u256(~u256(0)), one->second));
        dividing_.erase(one);
    }
    void observe() override {
        ASSERT_TRUE(dut_.ready);
        if (dut_.md_valid && dut_.md_ready) {
            ASSERT_TRUE(dividing_.emplace(dut_.md_tag, take_wide<256>(dut_.md_d)).second) << "two divisions of a unit";
            ASSERT_LT(dut_.md_tag & 7U, 4U);
            divisions_ += 1;
        }
        ahead_taken_ = dut_.ahead_valid && dut_.ahead_ready;
        if (ahead_taken_)
            ASSERT_TRUE(dut_.rests && !dut_.ahead_works) << "a price ahead begins in all units at once, while the engine rests";
        if (!dut_.rests && !rested_) ASSERT_FALSE(dut_.ahead_works) << "what is not there when a leg begins is given up";
        rested_ = dut_.rests != 0;
    }

    /// Prices ahead, in so many clocks at most; the leg begins in the next.
    void rest(const std::vector<std::int32_t>& ticks, long clocks) {
        ASSERT_TRUE(idle());
        std::size_t next = 0;
        dut_.rests = 1;
        dut_.ahead_valid = 0;
        for (; clocks > 0 && !HasFatalFailure() && (next < ticks.size() || dut_.ahead_works); --clocks) {
            if (!dut_.ahead_valid && next < ticks.size() && random_() % 3 != 0) {
                dut_.ahead_valid = 1;
                dut_.ahead_tick = static_cast<std::uint32_t>(ticks.at(next)) & 0xffffffU;
            }
            clock();
            if (ahead_taken_) {
                dut_.ahead_valid = 0;
                next += 1;
                aheads_ += 1;
            }
            dut_.eval();
        }
        dut_.rests = 0;
        dut_.ahead_valid = random_() % 2; // from the leg's first clock on it is of no meaning
    }
    std::vector<std::int32_t> some_ticks(unsigned count) {
        std::vector<std::int32_t> out(count);
        for (std::int32_t& tick : out) tick = some_tick();
        return out;
    }

    void clear() {
        dut_.rests = 0;
        dut_.in_valid = 0; // no leg comes before it is ready
        dividing_.clear();
        reset_unit();
        int clocks = 0;
        for (; !dut_.ready && clocks < 2 * prices; ++clocks) jitbox::test::clock(dut_);
        EXPECT_GE(clocks, prices);
        EXPECT_LT(clocks, prices + 8);
        rested_ = false;
    }

    std::vector<std::int32_t> near_;    ///< ticks that are asked for often
    std::map<unsigned, u256> dividing_; ///< divisors by tag
    unsigned division_clocks_ = 20;     ///< about
    int divisions_ = 0;
    int aheads_ = 0;
    bool ahead_taken_ = false;
    bool rested_ = false; ///< a clock ago
};

TEST_F(TickMathServer, GivesPricesAndTicksWhateverWasAheadWhenALegBegan) {
    int asked = 0;
    for (int leg = 0; leg < 300 && !HasFatalFailure(); ++leg) {
        division_clocks_ = leg % 3 == 0 ? 200 : 20;
        eager(leg % 4 == 0);
        if (leg % 3 != 2) rest(some_ticks(random_() % 8), static_cast<long>(random_() % 400));
        const int requests =
            leg % 2 == 0 ? 60 : static_cast<int>(random_() % 3); // so few that a quotient of before is still to come behind them
        ask_many(requests);
        asked += requests;
        run();
    }
    std::cout << answers_ << " answers, " << divisions_ << " divisions, " << aheads_ << " ahead\n";
    EXPECT_EQ(answers_, asked);
    EXPECT_GT(aheads_, 200);
}

TEST_F(TickMathServer, WhatWasAheadIsKnownToEveryUnit) {
    for (int turn = 0; turn < 20 && !HasFatalFailure(); ++turn) {
        const std::int32_t tick = inside(any_tick() - 1);
        rest({tick}, 100000);
        const int divisions = divisions_;
        const u256 price = sqrt_ratio_at_tick(tick);
        ASSERT_EQ(alone(price_of(tick)), known_price_clocks);
        for (unsigned i = 0; i < 24; ++i) { // any unit is asked by one of them
            const u256 at = u256(price + u256(i * 37));
            const bool between = (price >> 64) == 0; // few prices a tick: not next to it
            const long took = alone(tick_of(at));
            ASSERT_TRUE(took == compared_tick_clocks || (between && took == tick_clocks)) << took << " clocks, tick " << tick;
        }
        ASSERT_EQ(divisions_, divisions) << "nothing is divided again";
    }
}

TEST_F(TickMathServer, HoldsWhatNobodyTakes) {
    fills_and_empties();
}

TEST_F(TickMathServer, KnowsNothingOfBeforeAReset) {
    division_clocks_ = 60;
    for (int turn = 0; turn < 12 && !HasFatalFailure(); ++turn) {
        eager(false);
        if (turn % 2 == 0) {
            rest(some_ticks(4), 200);
        } else {
            ask_many(30);
            while (!port_.idle() && !HasFatalFailure()) clock();
        }
        clear();
        const std::int32_t tick = near_.front();
        EXPECT_GT(alone(price_of(tick)), known_price_clocks);
        EXPECT_EQ(alone(price_of(tick)), known_price_clocks);
    }
}

} // namespace
