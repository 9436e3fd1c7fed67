// divide_digit with 8 bits and digits of 4: every divisor, rest, next digit and permitted reciprocal. The step of an induction:
// with it any number of digits gives numerator = quotient * d + rest with rest < 2 d, and mul_div's last comparison the exact
// quotient.
// SPDX-License-Identifier: Apache-2.0
#include "Vdivide_digit.h"

#include "clocked.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>

namespace {

struct Operands {
    std::uint32_t d;
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
        const std::uint32_t q = (dut_.out_quotient - (in.quotient << 4)) & 0xffU;
        ASSERT_LT(dut_.out_rest, 2 * in.d);
        ASSERT_EQ(in.rest * 16 + in.next, q * in.d + dut_.out_rest) << "rest " << in.rest << " next " << in.next << " d " << in.d;
        ASSERT_EQ(dut_.out_d, in.d);
    }

    void put(const Operands& in, std::uint32_t recip) {
        dut_.in_valid = 1;
        dut_.in_d = static_cast<std::uint8_t>(in.d);
        dut_.in_rest = static_cast<std::uint16_t>(in.rest);
        dut_.in_low = static_cast<std::uint8_t>(in.next << 4);
        dut_.in_quotient = static_cast<std::uint8_t>(in.quotient);
        dut_.in_recip = static_cast<std::uint16_t>(recip);
        inside_.push_back(in);
        clock();
    }

    Vdivide_digit dut_;
    std::deque<Operands> inside_;
    std::uint64_t seen_ = 0;
};

TEST_F(DivideDigit, EveryOperandOfEightBitsKeepsTheInvariant) {
    std::uint64_t sent = 0;
    for (std::uint32_t d = 128; d < 256; ++d) {
        const std::uint32_t most = 65536 / (d + 1); // 2^(2 Digit + 8) over the leading Digit + 4 bits and 1
        const std::uint32_t least = 65536 / (d + 2) - 2;
        for (std::uint32_t rest = 0; rest < 2 * d; ++rest) {
            for (std::uint32_t next = 0; next < 16; ++next) {
                for (std::uint32_t recip = least; recip <= most; ++recip) {
                    put({.d = d, .rest = rest, .next = next, .quotient = (rest + next) & 15U}, recip);
                    ++sent;
                    if (HasFatalFailure()) return;
                }
            }
        }
    }
    dut_.in_valid = 0;
    for (int i = 0; i < 4; ++i) clock();
    EXPECT_EQ(seen_, sent);
}

} // namespace
