// amount0_server: token0 between two prices of a liquidity, for all lanes, against the HLS source; prices that are none give zero.
// SPDX-License-Identifier: Apache-2.0
#include "Vamount0_server.h"
#include "hls/wide_math_hardware.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/unit_server.hpp"

#include <utility>

namespace {

using namespace jitbox::hlsk;
using namespace jitbox::test;

constexpr unsigned unit_mul_div = 1;
constexpr unsigned amount0 = 0b1'0000; ///< of mul_div's options

class Amount0Server : public UnitServer<Vamount0_server> {
protected:
    Amount0Server() : UnitServer({.places = 64, .shortest = 15, .longest = 25}) { reset(dut_); }

    static u256 power(int bits) { return u256(u256(1) << bits); }
    static UnitRequest asks(const u256& high, const u256& low, const u128& liquidity, unsigned option) {
        return {
            .unit = unit_mul_div, .option = option, .target = 0, .thread = 0, .d = 0, .a = high, .b = low, .c = u256(liquidity)};
    }
    u256 price() { return u256(power(32) + u256(random_wide<160>(random_) >> 1)); }
    UnitRequest request() override {
        u256 high = random_() % 8 == 0 ? u256(random_wide<160>(random_)) : price(); // maybe below every price
        u256 low = random_() % 4 == 0 ? high : price();
        if (random_() % 3 == 0) low = u256(high - (high >> static_cast<int>(1 + random_() % 140))); // close, as a segment's are
        if (high < low && random_() % 8 != 0) std::swap(high, low);
        const u128 liquidity = random_() % 8 == 0 ? u128(~u128(0)) : random_wide<128>(random_);
        const auto others = static_cast<unsigned>(random_() % 256) & 0b1110'1110U; // of no meaning here
        return asks(high, low, liquidity, static_cast<unsigned>(random_() % 2) | amount0 | others);
    }
    UnitWord expected(const UnitRequest& it) override {
        const u256 high = u256(it.a);
        const u256 low = u256(it.b);
        const bool fits = high >= low && low >= power(32);
        none_ += fits ? 0 : 1;
        if (!fits) return 0;
        return hardware::amount0_quotient(u128(it.c), u256(high - low), high, low, (it.option & 1U) != 0);
    }
    int none_ = 0;
};

TEST_F(Amount0Server, GivesToken0BetweenTwoPricesToWhoAsked) {
    answers_all(60, 300);
    EXPECT_GT(none_, 500);
}
TEST_F(Amount0Server, HoldsWhatNobodyTakes) {
    fills_and_empties();
}
TEST_F(Amount0Server, AnAmountTakesTheClocksOfItsLength) {
    // liquidity 2^96 / price as price goes to twice that: liquidity 2^96 / (2 price)
    for (const auto& [bits, took] : {std::pair{30, 15}, {60, 17}, {90, 19}, {120, 21}, {127, 21}}) {
        EXPECT_EQ(alone(asks(power(97), power(96), u128(u128(1) << bits), amount0)), took) << bits;
    }
    EXPECT_EQ(alone(asks(power(34), power(33), u128(~u128(0)), amount0)), 25) << "189 bits";
}
TEST_F(Amount0Server, KnowsNothingOfBeforeAReset) {
    forgets_at_a_reset(300);
    EXPECT_GT(answers_, 1000);
}

} // namespace
