// Short floats truncate and lose at most their last bit; liquidity from budgets never costs more than the budgets, and little less.
// SPDX-License-Identifier: Apache-2.0
#include "hls/candidate_seed.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace jitbox::hlsk {
namespace {

class Seeds : public ::testing::Test {
protected:
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    /// As many small values as large ones.
    u256 draw(unsigned bits) {
        u256 x = 0;
        for (int i = 0; i < 4; ++i) x = u256((x << 64) | u256(random_()));
        return u256(x >> static_cast<int>(256 - 1 - below(bits)));
    }
    ShortFloat draw_float() {
        return ShortFloat{static_cast<std::uint32_t>(random_()) | 0x80000000U, static_cast<std::int32_t>(below(80)) - 40};
    }

    std::mt19937_64 random_{test::random_seed()};
};

long double exact(const ShortFloat& a) {
    return std::ldexp(static_cast<long double>(a.mantissa), a.exponent); // 64 bits of mantissa hold it
}

/// Truncated, by less than one unit in the 32nd bit.
void expect_short_of(const ShortFloat& got, long double wanted) {
    ASSERT_NE(got.mantissa & 0x80000000U, 0U) << "not normalised";
    ASSERT_LE(exact(got), wanted);
    ASSERT_LT(wanted, exact(short_next(got)));
}

TEST_F(Seeds, AnIntegerKeepsItsLeading32Bits) {
    for (int i = 0; i < 20000; ++i) {
        const u256 x = draw(256);
        if (x == 0) continue;
        const ShortFloat got = short_of(x);
        ASSERT_NE(got.mantissa & 0x80000000U, 0U);
        if (got.exponent <= 0) {
            ASSERT_TRUE(u256(got.mantissa >> -got.exponent) == x);
        } else {
            ASSERT_TRUE(u256(x >> got.exponent) == u256(got.mantissa));
        }
        if (x < (u256(1) << 64)) {
            const ShortFloat again = short_of(x.to_uint64());
            ASSERT_TRUE(again.mantissa == got.mantissa && again.exponent == got.exponent);
        }
    }
    EXPECT_EQ(short_of(u256(0)).mantissa, 0U);
}

TEST_F(Seeds, EveryOperationTruncates) {
    for (int i = 0; i < 40000; ++i) {
        const ShortFloat a = draw_float();
        const ShortFloat b = draw_float();
        expect_short_of(a * b, exact(a) * exact(b));
        // Quotients and roots: judged by multiplying back, which long double does exactly.
        const ShortFloat quotient = a / b;
        ASSERT_LE(exact(quotient) * exact(b), exact(a));
        ASSERT_GT(exact(short_next(quotient)) * exact(b), exact(a));
        const ShortFloat root = short_root(a);
        ASSERT_LE(exact(root) * exact(root), exact(a));
        ASSERT_GT(exact(short_next(root)) * exact(short_next(root)), exact(a));
    }
}

TEST_F(Seeds, SumsAndDifferencesLoseAtMostTheLastBitOfTheLarger) {
    for (int i = 0; i < 40000; ++i) {
        const ShortFloat a = draw_float();
        const ShortFloat b = draw_float();
        const ShortFloat sum = a + b;
        const long double unit = std::ldexp(1.0L, std::max(a.exponent, b.exponent));
        ASSERT_NE(sum.mantissa & 0x80000000U, 0U);
        ASSERT_LE(exact(sum), exact(a) + exact(b));
        ASSERT_LT(exact(a) + exact(b) - exact(sum), 3 * unit);
        const ShortFloat difference = a - b;
        if (!short_less(b, a)) {
            ASSERT_EQ(difference.mantissa, 0U);
            continue;
        }
        ASSERT_NE(difference.mantissa & 0x80000000U, 0U);
        ASSERT_GE(exact(difference), exact(a) - exact(b));
        ASSERT_LT(exact(difference) - (exact(a) - exact(b)), unit);
    }
}

TEST_F(Seeds, ZeroAndDivisionByZeroStayOrdered) {
    const ShortFloat zero = short_zero();
    const ShortFloat one{0x80000000U, -31};
    EXPECT_TRUE(short_less(zero, ShortFloat{0x80000000U, -1024}));
    EXPECT_EQ((zero * one).mantissa, 0U);
    EXPECT_EQ((zero / one).mantissa, 0U);
    EXPECT_TRUE((one + zero).mantissa == one.mantissa && (one - zero).mantissa == one.mantissa);
    EXPECT_TRUE(short_less(short_of(~u256(0)), one / zero));
    EXPECT_TRUE(short_floor(one / zero) == ~u128(0));
    EXPECT_TRUE(short_floor(zero) == 0);
    EXPECT_TRUE(short_floor(ShortFloat{0x80000000U, 96}) == u128(u128(1) << 127));
    EXPECT_TRUE(short_floor(ShortFloat{0x80000000U, 97}) == ~u128(0));
}

TEST_F(Seeds, LiquidityForBudgetsNeverCostsMoreThanTheBudgetsAndLittleLess) {
    std::uint64_t limited = 0;
    for (int i = 0; i < 20000; ++i) {
        Position range = no_position();
        range.active = true;
        const auto tick = static_cast<std::int32_t>(below(1700000)) - 850000;
        range.tick_lower = tick - static_cast<std::int32_t>(below(1 + (1ULL << below(14))));
        range.tick_upper = range.tick_lower + 1 + static_cast<std::int32_t>(below(1ULL << below(14)));
        range.lower_x96 = sqrt_ratio_at_tick(range.tick_lower);
        range.upper_x96 = sqrt_ratio_at_tick(range.tick_upper);
        const u256 price = sqrt_ratio_at_tick(tick);
        const u256 budget0 = draw(120);
        const u256 budget1 = draw(120);
        const Where where = where_of(tick, range);
        range.liquidity = liquidity_for_budgets(range, where, price, budget0, budget1);
        const Amounts mint = position_amounts(range, where, price, true);
        ASSERT_TRUE(mint.amount0 <= budget0 && mint.amount1 <= budget1) << "case " << i;
        // A 2^28th more would be too much, unless mint's own limit or the rounding of a few units stands before.
        const u128 more = u128(range.liquidity + (range.liquidity >> 28) + 1);
        if ((more >> 127) != 0) continue;
        range.liquidity = more;
        const Amounts over = position_amounts(range, where, price, true);
        if (over.amount0 > budget0 || over.amount1 > budget1) ++limited;
    }
    EXPECT_GT(limited, 15000U);
}

} // namespace
} // namespace jitbox::hlsk
