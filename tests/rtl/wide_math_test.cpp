// mul_div, mul_shift, square_root: each clock another operation or none, the results against the HLS source's hardware form.
// SPDX-License-Identifier: Apache-2.0
#include "Vmul_div.h"
#include "Vmul_shift.h"
#include "Vsquare_root.h"
#include "hls/wide_math_hardware.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <utility>

namespace {

using namespace jitbox::hlsk;
using jitbox::test::put_wide;
using jitbox::test::take_wide;

class WideMath : public testing::Test {
protected:
    /// Corner operands as often as plain random ones: few bits, all ones, powers of two and their neighbours.
    u256 operand() {
        u256 x = 0;
        for (int i = 0; i < 8; ++i) x = u256((x << 32) | u256(static_cast<std::uint32_t>(random_())));
        const int bits = static_cast<int>(random_() % 257);
        switch (random_() % 5) {
        case 0:
            return bits == 0 ? u256(0) : u256(x >> (256 - bits));
        case 1:
            return bits == 256 ? u256(~u256(0)) : u256((u256(1) << bits) - u256(static_cast<std::uint32_t>(random_() % 2)));
        case 2:
            return u256(~u256(0)) - u256(static_cast<std::uint32_t>(random_() % 4));
        case 3:
            return bits == 256 ? u256(1) : u256((u256(1) << bits) + u256(static_cast<std::uint32_t>(random_() % 3)));
        default:
            return x;
        }
    }

    std::mt19937 random_{jitbox::test::random_seed()};
};

template <typename Model>
void clock(Model& dut) {
    dut.clk = 1;
    dut.eval();
    dut.clk = 0;
    dut.eval();
}

template <typename Model>
void reset(Model& dut) {
    dut.in_valid = 0;
    dut.rst = 1;
    clock(dut);
    dut.rst = 0;
}

struct Expected {
    u256 value;
    bool ok;
    std::uint8_t tag;
    long clock;
};

TEST_F(WideMath, MulDivIsExactAndOneAClock) {
    constexpr long most = 26; // clocks; fewer when the quotient is short
    Vmul_div dut;
    reset(dut);
    std::map<std::uint8_t, Expected> expected; // by tag: operations may overtake one another
    long checked = 0;
    long overtaking = 0;
    for (long i = 0; i < 40000; ++i) {
        dut.in_valid = random_() % 8 != 0;
        const u256 a = operand();
        const u256 b = operand();
        u256 d = operand();
        if (random_() % 4 == 0) d = u256((a * b) >> (128 + random_() % 129)); // quotients around every size, and around not fitting
        const bool up = random_() % 2 != 0;
        put_wide(dut.a, a);
        put_wide(dut.b, b);
        put_wide(dut.d, d);
        dut.round_up = up;
        dut.in_tag = static_cast<std::uint8_t>(i);
        if (dut.in_valid) {
            Expected e{0, false, static_cast<std::uint8_t>(i), i};
            e.ok = up ? hardware::mul_div_rounding_up(a, b, d, e.value) : hardware::mul_div(a, b, d, e.value);
            ASSERT_TRUE(expected.emplace(e.tag, e).second) << "an operation is lost";
        }
        clock(dut);
        if (!dut.out_valid) continue;
        const auto found = expected.find(dut.out_tag);
        ASSERT_NE(found, expected.end());
        const Expected e = found->second;
        expected.erase(found);
        const long latency = i + 1 - e.clock;
        ASSERT_LE(latency, most);
        ASSERT_EQ(latency % 2, most % 2);
        if (latency < most) ++overtaking;
        ASSERT_EQ(e.ok, dut.ok != 0) << "operation " << checked;
        ASSERT_TRUE(take_wide<256>(dut.quotient) == e.value) << "operation " << checked;
        ++checked;
    }
    EXPECT_GT(checked, 30000);
    EXPECT_GT(overtaking, 3000);
}

TEST_F(WideMath, MulDivLeavesLeadingZerosOut) {
    Vmul_div dut;
    reset(dut);
    for (const auto& [bits, latency] :
         {std::pair{1, 12}, {32, 12}, {33, 14}, {96, 16}, {128, 18}, {160, 20}, {161, 26}, {250, 26}}) {
        put_wide(dut.a, u256(u256(1) << bits));
        put_wide(dut.b, u256(3));
        put_wide(dut.d, u256(3));
        dut.in_valid = 1;
        long clocks = 0;
        do {
            clock(dut);
            dut.in_valid = 0;
            ++clocks;
        } while (!dut.out_valid && clocks < 100);
        EXPECT_EQ(clocks, latency) << bits;
        EXPECT_TRUE(take_wide<256>(dut.quotient) == u256(u256(1) << bits));
    }
}

/// floor or ceil(a b / 2^276); false when it does not fit 256 bits, `out` is then its low ones.
bool shift_276(const ap_uint<277>& a, const u256& b, bool up, u256& out) {
    const ap_uint<533> product = ap_uint<533>(ap_uint<533>(a) * ap_uint<533>(b));
    const bool more = up && ap_uint<276>(product) != 0;
    const ap_uint<258> shifted = ap_uint<258>(ap_uint<258>(product >> 276) + ap_uint<258>(more ? 1 : 0));
    out = u256(shifted);
    return ap_uint<258>(shifted >> 256) == 0;
}

TEST_F(WideMath, MulShiftIsExactAndOneAClock) {
    constexpr long latency = 4;
    Vmul_shift dut;
    reset(dut);
    std::deque<Expected> expected;
    for (long i = 0; i < 20000; ++i) {
        dut.in_valid = random_() % 8 != 0;
        const u256 a = operand();
        const u256 b = operand();
        const bool up = random_() % 2 != 0;
        dut.shift = random_() % 4;
        const ap_uint<277> fraction = ap_uint<277>((ap_uint<277>(a) << 21) | ap_uint<277>(random_() % 0x200000));
        put_wide(dut.a, dut.shift == 1 ? fraction : ap_uint<277>(a));
        put_wide(dut.b, b);
        dut.round_up = up;
        dut.in_tag = static_cast<std::uint8_t>(i);
        if (dut.in_valid) {
            Expected e{0, false, static_cast<std::uint8_t>(i), i + latency};
            switch (dut.shift) {
            case 0:
                e.ok = hardware::mul_shift<0>(a, b, false, e.value);
                break;
            case 1:
                e.ok = shift_276(fraction, b, up, e.value);
                break;
            case 2:
                e.ok = hardware::mul_shift<96>(a, b, up, e.value);
                break;
            default:
                e.ok = hardware::mul_shift<128>(a, b, up, e.value);
                break;
            }
            expected.push_back(e);
        }
        clock(dut);
        if (!dut.out_valid) continue;
        ASSERT_FALSE(expected.empty());
        const Expected e = expected.front();
        expected.pop_front();
        ASSERT_EQ(e.clock, i + 1) << "latency";
        ASSERT_EQ(e.tag, dut.out_tag);
        ASSERT_EQ(e.ok, dut.ok != 0);
        ASSERT_TRUE(take_wide<256>(dut.result) == e.value);
    }
    EXPECT_LT(expected.size(), 5U);
}

TEST_F(WideMath, SquareRootIsExactAndOneAClock) {
    constexpr long latency = 32;
    Vsquare_root dut;
    reset(dut);
    std::deque<Expected> expected;
    for (long i = 0; i < 20000; ++i) {
        dut.in_valid = random_() % 8 != 0;
        u128 x = u128(operand());
        if (random_() % 3 == 0) { // squares and their neighbours below
            const ap_uint<64> r = ap_uint<64>(operand());
            x = u128(u128(r * r) - u128(static_cast<std::uint32_t>(random_() % 2)));
        }
        put_wide(dut.x, x);
        dut.in_tag = static_cast<std::uint8_t>(i);
        if (dut.in_valid) expected.push_back({u256(hardware::sqrt_128(x)), true, static_cast<std::uint8_t>(i), i + latency});
        clock(dut);
        if (!dut.out_valid) continue;
        ASSERT_FALSE(expected.empty());
        const Expected e = expected.front();
        expected.pop_front();
        ASSERT_EQ(e.clock, i + 1) << "latency";
        ASSERT_EQ(e.tag, dut.out_tag);
        ASSERT_EQ(e.value.to_uint64(), dut.root);
    }
    EXPECT_LT(expected.size(), 33U);
}

} // namespace
