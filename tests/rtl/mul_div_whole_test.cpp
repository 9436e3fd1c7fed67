// mul_div at 8 bits with digits of 4 gone through whole: every pair of factors, every divisor and both roundings, in an order
// that mixes quotients of one digit with those of two. A fifth of the clocks is idle: without these a place that an operation could
// begin at is never free again. So operations overtake each other, and an answer is known by its tag. The judge is the plain
// quotient. SPDX-License-Identifier: Apache-2.0
#include "Vmul_div_narrow.h"

#include "clocked.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <optional>

namespace {

struct Operation {
    std::uint32_t product;
    std::uint32_t d;
    bool up;
    std::uint64_t sent; ///< clock of its operands
};

class MulDivWhole : public testing::Test {
protected:
    static constexpr std::uint64_t kLongest = 14;  // 7 + 3 + 2 clocks a digit
    static constexpr std::uint64_t kShortest = 12; // its first digit left out
    static constexpr std::uint64_t kTags = 256;

    MulDivWhole() {
        dut_.in_valid = 0;
        jitbox::test::reset(dut_);
    }

    void send(std::uint32_t a, std::uint32_t b, std::uint32_t d, bool up) {
        const std::uint64_t tag = now_ % kTags;
        dut_.in_valid = 1;
        dut_.in_tag = static_cast<std::uint8_t>(tag);
        dut_.a = static_cast<std::uint8_t>(a);
        dut_.b = static_cast<std::uint8_t>(b);
        dut_.d = static_cast<std::uint8_t>(d);
        dut_.round_up = up;
        inside_.at(tag) = Operation{.product = a * b, .d = d, .up = up, .sent = now_};
        clock();
    }
    void idle(std::uint64_t clocks) {
        dut_.in_valid = 0;
        for (std::uint64_t i = 0; i < clocks && !HasFatalFailure(); ++i) clock();
    }

    std::uint64_t answered_ = 0;
    std::uint64_t overtaking_ = 0; ///< answers behind one that was sent later

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
        overtaking_ += in.sent < latest_ ? 1 : 0;
        latest_ = std::max(latest_, in.sent);
        const std::uint64_t took = now_ - in.sent;
        ASSERT_TRUE(took == kLongest || took == kShortest) << took << " clocks";
        const std::uint32_t wanted = in.d == 0 ? 256 : (in.product + (in.up ? in.d - 1 : 0)) / in.d;
        const bool fits = wanted < 256;
        ASSERT_TRUE((dut_.ok != 0) == fits && dut_.quotient == (fits ? wanted : 0))
            << in.product << " / " << in.d << (in.up ? " up" : " down") << ": got " << int{dut_.quotient} << ", ok "
            << int{dut_.ok};
    }

    Vmul_div_narrow dut_;
    std::array<std::optional<Operation>, kTags> inside_{};
    std::uint64_t now_ = 0;
    std::uint64_t latest_ = 0;
};

TEST_F(MulDivWhole, EveryOperandOfEightBits) {
    constexpr std::uint32_t operands = 1U << 25U;
    constexpr std::uint32_t odd = 0x9e3779b1; // times each number, modulo a power of two: each once, in another order
    for (std::uint32_t i = 0; i < operands && !HasFatalFailure(); ++i) {
        const std::uint32_t x = i * odd % operands;
        if (i * odd >> 29U < 2) idle(1);
        send(x >> 17U, x >> 9U & 0xffU, x >> 1U & 0xffU, x % 2 != 0);
    }
    idle(kLongest);
    EXPECT_EQ(answered_, operands);
    EXPECT_GT(overtaking_, operands / 100);
    std::cout << overtaking_ << " of " << operands << " answers behind one that was sent later\n";
}

} // namespace
