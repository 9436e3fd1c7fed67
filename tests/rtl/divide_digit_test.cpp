// divide_digit with digits of 2 and a fraction of 12: every e that its header allows, every rest and next digit. The step of an
// induction: with it any number of digits gives numerator = quotient * divisor + rest with rest < 2 divisors, and long_divide's
// last comparison the exact quotient. SPDX-License-Identifier: Apache-2.0
#include "Vdivide_digit.h"

#include "clocked.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>

namespace {

constexpr std::uint32_t kWhole = 1U << 12U; ///< what the divisor is e below

struct Operands {
    std::uint32_t e;
    std::uint32_t rest;
    std::uint32_t next;
    std::uint32_t quotient;
};

class DivideDigit : public testing::Test {
protected:
    DivideDigit() {
        dut_.in_valid = 0;
        jitbox::test::reset(dut_);
    }

    void clock() {
        jitbox::test::clock(dut_);
        if (!dut_.out_valid) return;
        ASSERT_FALSE(inside_.empty());
        const Operands in = inside_.front();
        inside_.pop_front();
        ++seen_;
        const std::uint32_t divisor = kWhole - in.e;
        const std::uint32_t q = (dut_.out_quotient - (in.quotient << 2U)) & 0x3fU;
        ASSERT_LT(dut_.out_rest, 2 * divisor);
        ASSERT_EQ(in.rest * 4 + in.next, q * divisor + dut_.out_rest) << "rest " << in.rest << " next " << in.next << " e " << in.e;
        ASSERT_EQ(dut_.out_e, in.e);
    }

    void put(const Operands& in) {
        dut_.in_valid = 1;
        dut_.in_e = static_cast<std::uint16_t>(in.e);
        dut_.in_rest = static_cast<std::uint16_t>(in.rest);
        dut_.in_low = static_cast<std::uint8_t>(in.next << 4U);
        dut_.in_quotient = static_cast<std::uint8_t>(in.quotient);
        inside_.push_back(in);
        clock();
    }

    Vdivide_digit dut_;
    std::deque<Operands> inside_;
    std::uint64_t seen_ = 0;
};

TEST_F(DivideDigit, EveryOperandKeepsTheInvariant) {
    std::uint64_t sent = 0;
    for (std::uint32_t e = 0; e < 11 * kWhole / 128; ++e) {
        for (std::uint32_t rest = 0; rest < 2 * kWhole; ++rest) {
            for (std::uint32_t next = 0; next < 4; ++next) {
                put({.e = e, .rest = rest, .next = next, .quotient = (rest + next) & 15U});
                ++sent;
                if (HasFatalFailure()) return;
            }
        }
    }
    dut_.in_valid = 0;
    for (int i = 0; i < 2; ++i) clock();
    EXPECT_EQ(seen_, sent);
}

} // namespace
