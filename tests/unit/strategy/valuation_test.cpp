// Values in wei: one rounding, full width, saturating.
// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include "strategy/valuation.hpp"

#include <gtest/gtest.h>

namespace jitbox::strategy {
namespace {

using samples::q96;
constexpr u256 huge = ~static_cast<u256>(0);

TEST(Valuation, EachTokenIsRoundedDownOnItsOwn) {
    EXPECT_EQ(value_wei(3, 3, q96 / 2, q96 / 2), 2) << "1 + 1, not 3";
    EXPECT_EQ(value_wei(3, 5, q96, 2 * q96), 13);
}

TEST(Valuation, WhatDoesNotFitSaturates) {
    EXPECT_EQ(value_wei(huge, 0, huge, 0), huge);
    EXPECT_EQ(value_wei(huge, 1, q96, q96), huge);
    EXPECT_EQ(saturating_mul(huge, 2), huge);
    EXPECT_EQ(mul_div(huge, huge, 1), huge);
    EXPECT_EQ(mul_div(1, 1, 0), huge);
}

TEST(Valuation, MulDivUsesTheFullProduct) {
    EXPECT_EQ(mul_div(huge, huge, huge), huge);
    EXPECT_EQ(mul_div(7, 3, 2), 10);
    EXPECT_EQ(mul_div_up(7, 3, 2), 11);
    EXPECT_EQ(mul_div_up(6, 3, 2), 9);
}

TEST(Valuation, PriceImpactIsOnThePriceNotItsRootAndRoundsUp) {
    EXPECT_EQ(price_impact_ppm(q96, q96), 0U);
    EXPECT_EQ(price_impact_ppm(q96, 2 * q96), 3'000'000U);
    EXPECT_EQ(price_impact_ppm(2 * q96, q96), 750'000U);
    EXPECT_EQ(price_impact_ppm(q96, q96 + 1), 1U) << "a move too small for a ppm is not none";
    EXPECT_EQ(price_impact_ppm(1, (static_cast<u256>(1) << 160) - 1), ~0U);
    EXPECT_EQ(price_impact_ppm(0, q96), ~0U);
}

} // namespace
} // namespace jitbox::strategy
