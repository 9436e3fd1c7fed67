// The leaf arithmetic: the hardware form, the CPU form and plain wide integers give the same results, at corners and at random.
// SPDX-License-Identifier: Apache-2.0
#include "hls/wide_math.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace jitbox::hlsk {
namespace {

class WideMath : public testing::Test {
protected:
    /// Any width from 0 to 256 bits, limbs often all ones or zero: where estimates of quotient digits go wrong.
    u256 draw() {
        const auto limb = [this] {
            const std::uint64_t shape = random_() % 6;
            return shape == 0 ? 0 : shape == 1 ? ~0ULL : shape == 2 ? 1ULL << 63U : random_();
        };
        const u256 value = from_limbs(limb(), limb(), limb(), limb());
        const int bits = static_cast<int>(random_() % 257);
        return bits == 0 ? u256(0) : u256(value >> (256 - bits));
    }

    std::mt19937_64 random_{test::random_seed()};
};

const std::array<u256, 12> corners{u256(0),        u256(1),        u256(2),        u256(0xffffffffULL),
                                   u256(~0ULL),    u256(1) << 64,  u256(1) << 127, (u256(1) << 128) - u256(1),
                                   u256(1) << 160, u256(1) << 255, ~u256(0),       ~u256(0) - u256(1)};

/// The definition, in plain wide integers.
bool plain_mul_div(const u256& a, const u256& b, const u256& d, bool up, u256& out) {
    if (d == 0) return false;
    const u512 product = u512(a * b);
    u512 quotient = u512(product / u512(d));
    if (up && u512(product % u512(d)) != 0) quotient = u512(quotient + 1);
    out = u256(quotient);
    return (quotient >> 256) == 0;
}

void expect_mul_div(const u256& a, const u256& b, const u256& d) {
    for (const bool up : {false, true}) {
        u256 wanted;
        u256 by_hardware;
        u256 by_cpu;
        const bool fits = plain_mul_div(a, b, d, up, wanted);
        const bool hardware_fits =
            up ? hardware::mul_div_rounding_up(a, b, d, by_hardware) : hardware::mul_div(a, b, d, by_hardware);
        const bool cpu_fits = up ? native::mul_div_rounding_up(a, b, d, by_cpu) : native::mul_div(a, b, d, by_cpu);
        ASSERT_EQ(fits, hardware_fits);
        ASSERT_EQ(fits, cpu_fits);
        if (!fits) continue;
        ASSERT_TRUE(wanted == by_hardware);
        ASSERT_TRUE(wanted == by_cpu);
    }
}

TEST_F(WideMath, MulDivIsExactAtCornersAndReportsWhatDoesNotFit) {
    for (const u256& a : corners) {
        for (const u256& b : corners) {
            for (const u256& d : corners) expect_mul_div(a, b, d);
        }
    }
}

TEST_F(WideMath, MulDivIsExactOnRandomOperands) {
    for (int i = 0; i < 40000; ++i) expect_mul_div(draw(), draw(), draw());
}

TEST_F(WideMath, DivisionByAlmostTheNumeratorsLeadingDigitsIsExact) {
    for (int i = 0; i < 20000; ++i) {
        const u256 d = u256(draw() | (u256(1) << 200));
        const u256 q = draw();
        const u512 product = u512(q * d);
        const u256 a = u256(product >> 256) < d ? u256(product) : d;
        expect_mul_div(a, u256(1), d);
        expect_mul_div(d, q, d);
        if (d > 1) expect_mul_div(u256(d - 1), q, d);
    }
}

TEST_F(WideMath, PlainDivisionRoundsAsAsked) {
    for (int i = 0; i < 40000; ++i) {
        const u256 a = draw();
        const u256 d = draw();
        if (d == 0) continue;
        const u256 floor = u256(a / d);
        const u256 ceiling = u256(a % d) == 0 ? floor : u256(floor + 1);
        ASSERT_TRUE(native::div_floor(a, d) == floor);
        ASSERT_TRUE(hardware::div_floor(a, d) == floor);
        ASSERT_TRUE(native::div_rounding_up(a, d) == ceiling);
        ASSERT_TRUE(hardware::div_rounding_up(a, d) == ceiling);
    }
}

template <int Shift>
void expect_mul_shift(const u256& a, const u256& b) {
    for (const bool up : {false, true}) {
        u256 by_hardware;
        u256 by_cpu;
        const u512 product = u512(a * b);
        u512 wanted = u512(product >> Shift);
        if (up && u512(wanted << Shift) != product) wanted = u512(wanted + 1);
        ASSERT_EQ((wanted >> 256) == 0, hardware::mul_shift<Shift>(a, b, up, by_hardware));
        ASSERT_EQ((wanted >> 256) == 0, native::mul_shift<Shift>(a, b, up, by_cpu));
        if ((wanted >> 256) != 0) continue;
        ASSERT_TRUE(by_hardware == u256(wanted));
        ASSERT_TRUE(by_cpu == u256(wanted));
    }
}

TEST_F(WideMath, ProductsOverAPowerOfTwoRoundAsAsked) {
    for (int i = 0; i < 20000; ++i) {
        const u256 a = draw();
        const u256 b = draw();
        expect_mul_shift<0>(a, b);
        expect_mul_shift<16>(a, b);
        expect_mul_shift<96>(a, b);
        expect_mul_shift<128>(a, b);
    }
}

/// Two square-root prices in the protocol's range, the lower first.
std::array<u256, 2> draw_prices(std::mt19937_64& random) {
    const auto one = [&random] {
        const u256 bits = from_limbs(0, random(), random(), random());
        const u256 price = u256(bits >> (random() % 128));
        return price < min_sqrt_ratio() ? u256(min_sqrt_ratio() + price) : price >= max_sqrt_ratio() ? u256(price >> 40) : price;
    };
    u256 low = one();
    u256 high = one();
    if (low > high) std::swap(low, high);
    return {low, high};
}

TEST_F(WideMath, TheTwoDivisionsOfAmount0AreOneOnTheCpu) {
    for (int i = 0; i < 40000; ++i) {
        const auto [low, high] = draw_prices(random_);
        const u128 liquidity = u128(draw());
        const u256 difference = u256(high - low);
        for (const bool up : {false, true}) {
            ASSERT_TRUE(native::amount0_quotient(liquidity, difference, high, low, up) ==
                        hardware::amount0_quotient(liquidity, difference, high, low, up));
        }
    }
}

TEST_F(WideMath, FeeGrowthIsTheSameInBothForms) {
    for (int i = 0; i < 40000; ++i) {
        const u256 fee = draw();
        const u128 liquidity = u128(draw());
        u256 on_cpu;
        u256 in_hardware;
        ASSERT_EQ(native::growth_quotient(fee, liquidity, on_cpu), hardware::growth_quotient(fee, liquidity, in_hardware));
        ASSERT_TRUE(on_cpu == in_hardware);
        const u256 small = u256(u128(fee));
        ASSERT_EQ(native::growth_quotient(small, liquidity, on_cpu), hardware::growth_quotient(small, liquidity, in_hardware));
        ASSERT_TRUE(on_cpu == in_hardware);
    }
}

TEST_F(WideMath, Amount1IsTheSameInBothForms) {
    for (int i = 0; i < 40000; ++i) {
        const auto [low, high] = draw_prices(random_);
        const u128 liquidity = u128(draw());
        for (const bool up : {false, true}) {
            ASSERT_TRUE(native::amount1_quotient(liquidity, u256(high - low), up) ==
                        hardware::amount1_quotient(liquidity, u256(high - low), up));
        }
    }
}

TEST_F(WideMath, FactorsAndDivisorsOfOneLimbAreExact) {
    for (int i = 0; i < 40000; ++i) {
        const u256 b = u256(ap_uint<64>(draw()));
        const u256 d = u256(ap_uint<64>(draw() >> (i % 50)));
        expect_mul_div(draw(), b, d);
    }
}

TEST_F(WideMath, TheShortCutOnlySaysBelowWhereItIsTrue) {
    int said = 0;
    for (int i = 0; i < 40000; ++i) {
        const auto [low, high] = draw_prices(random_);
        const u128 liquidity = u128(draw());
        for (const bool token0 : {false, true}) {
            u256 delta;
            if (token0) {
                delta = hardware::amount0_quotient(liquidity, u256(high - low), high, low, false);
            } else {
                hardware::mul_shift<96>(u256(liquidity), u256(high - low), false, delta);
            }
            ASSERT_FALSE(native::surely_below_delta(delta, low, high, liquidity, token0));
            ASSERT_FALSE(native::surely_below_delta(u256(delta + 1), low, high, liquidity, token0));
            const u256 half = u256(delta >> 1);
            if (native::surely_below_delta(half, low, high, liquidity, token0)) {
                ASSERT_TRUE(half < delta);
                ++said;
            }
        }
    }
    EXPECT_GT(said, 10000) << "the short cut never fires";
}

TEST_F(WideMath, SquareRootsAreTheFloor) {
    for (int i = 0; i < 40000; ++i) {
        const u128 x = i < 12 ? u128(corners[static_cast<std::size_t>(i)]) : u128(draw());
        const ap_uint<64> root = native::sqrt_128(x);
        ASSERT_TRUE(root == hardware::sqrt_128(x));
        ASSERT_TRUE(root * root <= x);
        ASSERT_TRUE((root + 1) * (root + 1) > x);
    }
}

TEST_F(WideMath, TheFactorsOfTickMathAreTheSame) {
    for (int i = 0; i < 40000; ++i) {
        const u128 a = u128(draw());
        const u128 b = u128(draw());
        ASSERT_TRUE(native::mul_square_127(a) == hardware::mul_square_127(a));
        ASSERT_TRUE(native::mul_high_128(u256(a), b) == hardware::mul_high_128(u256(a), b));
        ASSERT_TRUE(native::mul_high_128(u256(1) << 128, b) == u256(b));
    }
}

} // namespace
} // namespace jitbox::hlsk
