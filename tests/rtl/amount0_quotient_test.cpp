// amount0_quotient: one division by both prices against the HLS source's two, one behind the other; and with prices of 9 bits gone
// through whole. SPDX-License-Identifier: Apache-2.0
#include "Vamount0_narrow.h"
#include "Vamount0_quotient.h"
#include "clocked.hpp"
#include "hls/wide_math_hardware.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <utility>

namespace {

using namespace jitbox::hlsk;
using jitbox::test::put_wide;
using jitbox::test::take_wide;

constexpr int kPriceBits = 160;
constexpr long kLongest = 24; ///< clocks; fewer when the quotient is short

struct Operands {
    u256 high;
    u256 low;
    u128 liquidity;
};

u256 power(int bits) {
    return u256(u256(1) << bits);
}

class Amount0 : public testing::Test {
protected:
    Amount0() {
        dut_.in_valid = 0;
        jitbox::test::reset(dut_);
    }

    u256 random_bits(int bits) {
        u256 x = 0;
        for (int i = 0; i < 8; ++i) x = u256((x << 32) | u256(static_cast<std::uint32_t>(random_())));
        return bits == 0 ? u256(0) : u256(x >> (256 - bits));
    }
    int up_to(int most) { return static_cast<int>(random_() % static_cast<std::uint32_t>(most + 1)); }

    u256 price() {
        const int bits = up_to(kPriceBits);
        switch (random_() % 6) {
        case 0:
            return u256(power(33 + up_to(127)) - u256(1 + up_to(2)));
        case 1:
            return u256(power(32 + up_to(127)) + u256(up_to(2)));
        case 2:
            return u256(power(kPriceBits) - u256(1 + up_to(3)));
        case 3:
            return random_bits(bits); // maybe below every price
        default:
            return u256(power(32) + random_bits(bits < 33 ? 32 : bits - 1));
        }
    }
    /// Two prices whose product is next to a power of two, where the upper bits do not say how many bits it has.
    std::pair<u256, u256> product_at_a_power() {
        const u256 a = u256(power(159) + random_bits(159));
        u256 b;
        hardware::mul_div(power(255), power(64), a, b); // 2^319 / a
        b = u256(b + u256(up_to(2)) - u256(1));
        if ((b >> kPriceBits) != 0) b = u256(power(kPriceBits) - u256(1));
        return {u256(a >> up_to(100)), u256(b >> up_to(100))};
    }
    Operands operands() {
        std::pair<u256, u256> prices{price(), price()};
        switch (random_() % 5) {
        case 0:
            prices = product_at_a_power();
            break;
        case 1: // close together, as a segment's are
            prices.second = u256(prices.first + random_bits(up_to(kPriceBits - 8)));
            if ((prices.second >> kPriceBits) != 0) prices.second = prices.first;
            break;
        default:
            break;
        }
        if (prices.first < prices.second && random_() % 32 != 0) std::swap(prices.first, prices.second);
        const u128 liquidity = random_() % 8 == 0 ? u128(~u128(0)) : u128(random_bits(up_to(128)));
        return {.high = prices.first, .low = prices.second, .liquidity = liquidity};
    }

    void put(const Operands& in, bool up, std::uint8_t tag) {
        dut_.in_valid = 1;
        dut_.in_tag = tag;
        put_wide(dut_.high, in.high);
        put_wide(dut_.low, in.low);
        put_wide(dut_.liquidity, in.liquidity);
        dut_.round_up = up;
    }
    static bool fits(const Operands& in) { return in.high >= in.low && in.low >= power(32); }
    static u256 wanted(const Operands& in, bool up) {
        return fits(in) ? hardware::amount0_quotient(in.liquidity, u256(in.high - in.low), in.high, in.low, up) : u256(0);
    }

    std::mt19937 random_{jitbox::test::random_seed()};
    Vamount0_quotient dut_;
};

TEST_F(Amount0, IsTheTwoDivisionsOfTheContractAndOneAClock) {
    struct Expected {
        u256 value;
        bool ok;
        long clock;
    };
    std::map<std::uint8_t, Expected> expected; // by tag: operations may overtake one another
    long checked = 0;
    long refused = 0;
    long short_ones = 0;
    for (long i = 0; i < 40000; ++i) {
        const auto tag = static_cast<std::uint8_t>(i);
        const Operands in = operands();
        const bool up = random_() % 2 != 0;
        put(in, up, tag);
        dut_.in_valid = random_() % 8 != 0;
        if (dut_.in_valid) {
            const Expected e{.value = wanted(in, up), .ok = fits(in), .clock = i};
            ASSERT_TRUE(expected.emplace(tag, e).second) << "an operation is lost";
        }
        jitbox::test::clock(dut_);
        if (!dut_.out_valid) continue;
        const auto found = expected.find(dut_.out_tag);
        ASSERT_NE(found, expected.end());
        const Expected e = found->second;
        expected.erase(found);
        const long latency = i + 1 - e.clock;
        ASSERT_LE(latency, kLongest);
        ASSERT_EQ(latency % 2, kLongest % 2);
        short_ones += latency < kLongest ? 1 : 0;
        refused += e.ok ? 0 : 1;
        ASSERT_EQ(e.ok, dut_.ok != 0) << "operation " << checked;
        ASSERT_TRUE(take_wide<192>(dut_.quotient) == e.value) << "operation " << checked;
        ++checked;
    }
    EXPECT_GT(checked, 30000);
    EXPECT_GT(refused, 300);
    EXPECT_GT(short_ones, 3000);
}

TEST_F(Amount0, LeavesLeadingZerosOut) {
    // (2^100 - 2^99) / (2^100 2^99) 2^96 L = L / 2^4; a divisor that is a power of two leaves a digit room for one bit more
    for (const auto& [bits, latency] :
         {std::pair{5, 14}, {36, 14}, {37, 16}, {68, 16}, {69, 18}, {100, 18}, {101, 20}, {127, 20}}) {
        put({.high = power(100), .low = power(99), .liquidity = u128(power(bits))}, false, 0);
        long clocks = 0;
        do {
            jitbox::test::clock(dut_);
            dut_.in_valid = 0;
            ++clocks;
        } while (!dut_.out_valid && clocks < 100);
        EXPECT_EQ(clocks, latency) << bits;
        EXPECT_TRUE(take_wide<192>(dut_.quotient) == power(bits - 4));
    }
}

TEST_F(Amount0, TheMostThatThereIs) {
    const Operands most{.high = u256(power(kPriceBits) - u256(1)), .low = power(32), .liquidity = u128(~u128(0))};
    put(most, true, 0);
    long clocks = 0;
    do {
        jitbox::test::clock(dut_);
        dut_.in_valid = 0;
        ++clocks;
    } while (!dut_.out_valid && clocks < 100);
    EXPECT_EQ(clocks, kLongest);
    EXPECT_TRUE(dut_.ok);
    EXPECT_TRUE(take_wide<192>(dut_.quotient) == wanted(most, true));
}

/// Prices of 9 bits from 4 on, 4 bits of liquidity, 2^6 in place of 2^96; digits of 2 bits, reciprocals from the prices' 8 upper
/// bits. Idle clocks between, so that operations overtake each other. The judge is the plain quotient.
class Amount0Whole : public testing::Test {
protected:
    struct Operation {
        std::uint32_t numerator;
        std::uint32_t divisor;
        bool up;
        bool ok;
        std::uint64_t sent; ///< clock of its operands
    };
    static constexpr std::uint64_t kNarrowLongest = 20;
    static constexpr std::uint64_t kTags = 256;

    Amount0Whole() {
        dut_.in_valid = 0;
        jitbox::test::reset(dut_);
    }
    void send(std::uint32_t high, std::uint32_t low, std::uint32_t liquidity, bool up) {
        dut_.in_valid = 1;
        dut_.in_tag = static_cast<std::uint8_t>(now_ % kTags);
        dut_.high = static_cast<std::uint16_t>(high);
        dut_.low = static_cast<std::uint16_t>(low);
        dut_.liquidity = static_cast<std::uint8_t>(liquidity);
        dut_.round_up = up;
        inside_.at(now_ % kTags) = Operation{.numerator = liquidity * (high - low) << 6U,
                                             .divisor = high * low,
                                             .up = up,
                                             .ok = high >= low && low >= 4,
                                             .sent = now_};
        clock();
    }
    void idle(std::uint64_t clocks) {
        dut_.in_valid = 0;
        for (std::uint64_t i = 0; i < clocks && !HasFatalFailure(); ++i) clock();
    }

    std::uint64_t answered_ = 0;
    std::uint64_t overtaking_ = 0; ///< answers sooner than the longest

private:
    void clock() {
        jitbox::test::clock(dut_);
        ++now_;
        if (dut_.out_valid) judge();
    }
    void judge() {
        std::optional<Operation>& slot = inside_.at(dut_.out_tag);
        if (!slot.has_value()) FAIL() << "an answer that nobody waits for, tag " << int{dut_.out_tag};
        const Operation in = *slot;
        slot.reset();
        ++answered_;
        const std::uint64_t took = now_ - in.sent;
        ASSERT_TRUE(took <= kNarrowLongest && took % 2 == kNarrowLongest % 2) << took << " clocks";
        overtaking_ += took < kNarrowLongest ? 1 : 0;
        const std::uint32_t wanted = in.ok ? (in.numerator + (in.up ? in.divisor - 1 : 0)) / in.divisor : 0;
        ASSERT_TRUE((dut_.ok != 0) == in.ok && dut_.quotient == wanted)
            << in.numerator << " / " << in.divisor << (in.up ? " up" : " down") << ": got " << int{dut_.quotient} << ", ok "
            << int{dut_.ok};
    }

    Vamount0_narrow dut_;
    std::array<std::optional<Operation>, kTags> inside_{};
    std::uint64_t now_ = 0;
};

/// The prices' 8 upper bits give a product that may have a bit more than the true one has.
bool looks_longer(std::uint32_t high, std::uint32_t low) {
    while (high < 256) high *= 2;
    while (low < 256) low *= 2;
    return high * low < 1U << 17U && (high / 2) * (low / 2) + (1U << 9U) >= 1U << 15U;
}

TEST_F(Amount0Whole, EveryOperandOfNineBits) {
    constexpr std::uint32_t operands = 1U << 23U;
    constexpr std::uint32_t odd = 0x9e3779b1; // times each number, modulo a power of two: each once, in another order
    std::uint32_t longer = 0;
    for (std::uint32_t i = 0; i < operands && !HasFatalFailure(); ++i) {
        const std::uint32_t x = i * odd % operands;
        if (i * odd >> 29U < 2) idle(1);
        const std::uint32_t high = x >> 14U;
        const std::uint32_t low = x >> 5U & 0x1ffU;
        send(high, low, x >> 1U & 0xfU, x % 2 != 0);
        longer += low >= 4 && high >= low && looks_longer(high, low) ? 1 : 0;
    }
    idle(kNarrowLongest);
    EXPECT_EQ(answered_, operands);
    EXPECT_GT(overtaking_, operands / 100);
    EXPECT_GT(longer, 1000U);
    std::cout << overtaking_ << " of " << operands << " answers before their time, " << longer
              << " with a divisor that looks longer than it is\n";
}

} // namespace
