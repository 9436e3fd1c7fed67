// RISK-4: how the appliance is spoken to, in a sliding minute; and that reviews and baselines of the anomaly rules go through a
// restart. SPDX-License-Identifier: Apache-2.0
#include "risk/access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::risk {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const TimePoint start = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 12h;
const AccessRules rules{.refusals_per_minute = 10, .requests_per_minute = 100};
const Bytes20 pool{1};

TEST(AccessPattern, TenRefusalsInAMinuteAreUsualAndElevenAreNotUntilTheMinuteIsOver) {
    AccessPattern access(rules);
    EXPECT_EQ(access.look({.requests = 10, .refusals = 10}, start), "");
    EXPECT_EQ(access.look({.requests = 10, .refusals = 10}, start + 59s), "");
    EXPECT_THAT(access.look({.requests = 11, .refusals = 11}, start + 59s), HasSubstr("11 requests were refused in a minute"));
    EXPECT_EQ(access.look({.requests = 11, .refusals = 11}, start + 60s), "") << "the first ten are a minute old";
}

TEST(AccessPattern, AFloodIsUnusualAlsoWhenNothingIsRefused) {
    AccessPattern access(rules);
    EXPECT_EQ(access.look({.requests = 100, .refusals = 0}, start), "");
    EXPECT_THAT(access.look({.requests = 101, .refusals = 0}, start + 30s), HasSubstr("101 requests in a minute"));
    EXPECT_EQ(access.look({.requests = 101, .refusals = 0}, start + 10min), "");
}

TEST(AccessPattern, SlowGuessingUnderTheLimitStaysUsualAndZeroTurnsARuleOff) {
    AccessPattern access(rules);
    for (std::uint64_t i = 1; i <= 100; ++i) EXPECT_EQ(access.look({.requests = i, .refusals = i}, start + i * 6s), "") << i;
    AccessPattern off(AccessRules{});
    EXPECT_EQ(off.look({.requests = 1'000'000, .refusals = 1'000'000}, start), "");
}

TEST(AccessPattern, AClockThatGoesBackBeginsANewMinute) {
    AccessPattern access(rules);
    EXPECT_NE(access.look({.requests = 11, .refusals = 11}, start), "");
    EXPECT_EQ(access.look({.requests = 11, .refusals = 11}, start - 1h), "");
    EXPECT_NE(access.look({.requests = 22, .refusals = 22}, start - 1h), "");
}

Screen holding_pools() {
    return Screen(ScreenRules{.destination = Response::review});
}

TEST(ScreenMemory, ADecisionHoldsAfterARestartAndWhatWaitsGoesOnWaiting) {
    Screen before = holding_pools();
    const Bytes20 other{2};
    EXPECT_TRUE(before.judge(pool, 1, start));
    EXPECT_TRUE(before.judge(other, 1, start));
    const std::uint64_t made = before.changes();
    ASSERT_TRUE(before.decide(before.reviews()[0].id, true, "alice"));
    EXPECT_GT(before.changes(), made);

    Screen after = holding_pools();
    after.restore(before.reviews());
    EXPECT_FALSE(after.judge(pool, 1, start)) << "approved";
    EXPECT_TRUE(after.judge(other, 1, start)) << "nobody has decided on it";
    EXPECT_TRUE(after.judge(Bytes20{3}, 1, start));
    EXPECT_EQ(after.reviews().size(), 3U);
    EXPECT_EQ(after.reviews()[2].id, 3U) << "no id is given twice";
    EXPECT_EQ(after.reviews()[0].decided_by, "alice");
}

TEST(ScreenMemory, AnApprovalOfABehaviouralRuleDiesWithItsCondition) {
    const auto held = [](Screen& screen) { return screen.judge(pool, 1, start).has_value(); };
    Screen before{ScreenRules{}};
    before.condition(Anomaly::access_pattern, Response::review, true, "eleven");
    EXPECT_TRUE(held(before));
    ASSERT_TRUE(before.decide(1, true, "alice"));
    EXPECT_FALSE(held(before));

    Screen goes_on{ScreenRules{}};
    goes_on.condition(Anomaly::access_pattern, Response::review, true, "twelve");
    goes_on.restore(before.reviews());
    EXPECT_FALSE(held(goes_on));
    Screen over{ScreenRules{}};
    over.restore(before.reviews());
    over.condition(Anomaly::access_pattern, Response::review, true, "another time");
    EXPECT_TRUE(held(over));
}

TEST(DriftMemory, WhatWasUsualIsKnownAfterARestart) {
    Drift before(0.5, 0);
    for (std::size_t i = 0; i < 2 * Drift::recent_count; ++i) before.add(1);
    Drift after(0.5, 0);
    after.restore(before.state());
    EXPECT_FALSE(after.drifted());
    bool begun = false;
    for (std::size_t i = 0; i < Drift::recent_count; ++i) begun = after.add(0) || begun;
    EXPECT_TRUE(begun) << "a drift is seen against what was before the restart";
    Drift fresh(0.5, 0);
    for (std::size_t i = 0; i < Drift::recent_count; ++i) EXPECT_FALSE(fresh.add(0)) << "without it nothing would be";
    Drift again(0.5, 0);
    again.restore(after.state());
    EXPECT_TRUE(again.drifted()) << "a drift that holds goes on holding";
}

} // namespace
} // namespace jitbox::risk
