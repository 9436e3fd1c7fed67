// TickMath: the constants and boundaries that v3-core's own tests name, and both directions against each other.
// SPDX-License-Identifier: Apache-2.0
#include "hls/tick_math.hpp"

#include "chain/u256.hpp"

#include <gtest/gtest.h>

namespace jitbox::hlsk {
namespace {

std::string ratio_text(std::int32_t tick) {
    return chain::to_decimal(sqrt_ratio_at_tick(tick).v);
}

// v3-core test/TickMath.spec.ts
TEST(TickMath, EndsOfTheRangeAreTheContractsConstants) {
    EXPECT_EQ(ratio_text(min_tick), "4295128739");
    EXPECT_EQ(ratio_text(min_tick + 1), "4295343490");
    EXPECT_EQ(ratio_text(max_tick - 1), "1461373636630004318706518188784493106690254656249");
    EXPECT_EQ(ratio_text(max_tick), "1461446703485210103287273052203988822378723970342");
    EXPECT_EQ(ratio_text(0), "79228162514264337593543950336");
    EXPECT_TRUE(sqrt_ratio_at_tick(min_tick) == min_sqrt_ratio());
    EXPECT_TRUE(sqrt_ratio_at_tick(max_tick) == max_sqrt_ratio());
}

// v3-core test/__snapshots__/TickMath.spec.ts.snap
TEST(TickMath, RatiosAreTheContractsSnapshots) {
    EXPECT_EQ(ratio_text(50), "79426470787362580746886972461");
    EXPECT_EQ(ratio_text(100), "79625275426524748796330556128");
    EXPECT_EQ(ratio_text(-50), "79030349367926598376800521322");
    EXPECT_EQ(ratio_text(250000), "21246587762933397357449903968194344");
    EXPECT_EQ(ratio_text(-500000), "1101692437043807371");
}

TEST(TickMath, TheTickOfARatioIsItsOwnAndOneBelowItTheOneBefore) {
    for (std::int32_t tick = min_tick; tick < max_tick; tick += 97) {
        const u256 ratio = sqrt_ratio_at_tick(tick);
        ASSERT_EQ(tick_at_sqrt_ratio(ratio), tick);
        if (tick > min_tick) ASSERT_EQ(tick_at_sqrt_ratio(u256(ratio - 1)), tick - 1);
    }
    EXPECT_EQ(tick_at_sqrt_ratio(min_sqrt_ratio()), min_tick);
    EXPECT_EQ(tick_at_sqrt_ratio(u256(max_sqrt_ratio() - 1)), max_tick - 1);
}

TEST(TickMath, DivisionBySpacingRoundsDownBelowZero) {
    EXPECT_EQ(floor_div(-1, 60), -1);
    EXPECT_EQ(floor_div(-60, 60), -1);
    EXPECT_EQ(floor_div(-61, 60), -2);
    EXPECT_EQ(floor_div(59, 60), 0);
    EXPECT_EQ(floor_div(60, 60), 1);
}

} // namespace
} // namespace jitbox::hlsk
