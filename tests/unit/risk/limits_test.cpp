// Protection levels and their ladder, the portfolio's figures, the anomaly rules.
// SPDX-License-Identifier: Apache-2.0
#include "risk/limits.hpp"
#include "risk/portfolio.hpp"
#include "risk/screen.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace jitbox::risk {
namespace {

using namespace std::chrono_literals;

const auto day0 = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
const TimePoint noon = day0 + 12h;

Limits some_limits() {
    return {.max_position_value_wei = 1'000,
            .max_gas_price_wei = 100,
            .max_gas_limit = 10,
            .max_price_impact_ppm = 30'000,
            .max_slippage_ppm = 500,
            .max_orders_per_second = 10,
            .max_concurrent_bundles = 3,
            .max_pool_value_wei = 2'000,
            .min_profit_wei = 5,
            .max_daily_loss_wei = 900,
            .portfolio = PortfolioLimits{.max_leverage_ppm = 3'000'000,
                                         .max_concentration_ppm = 300'000,
                                         .max_drawdown_ppm = 150'000,
                                         .max_value_at_risk_wei = 100}};
}

TEST(Protection, EachLevelLetsLessThroughThanTheOneBefore) {
    Limits before = scaled(some_limits(), Protection::none);
    EXPECT_EQ(before.max_position_value_wei, 1'000);
    for (const Protection level : {Protection::conservative, Protection::aggressive}) {
        const Limits now = scaled(some_limits(), level);
        EXPECT_LT(now.max_position_value_wei, before.max_position_value_wei);
        EXPECT_LT(now.max_pool_value_wei, before.max_pool_value_wei);
        EXPECT_LT(now.max_orders_per_second, before.max_orders_per_second);
        EXPECT_LE(now.max_concurrent_bundles, before.max_concurrent_bundles);
        EXPECT_GE(now.max_concurrent_bundles, 1U);
        EXPECT_GT(now.min_profit_wei, before.min_profit_wei);
        EXPECT_LT(now.portfolio->max_leverage_ppm, before.portfolio->max_leverage_ppm);
        EXPECT_LT(now.portfolio->max_concentration_ppm, before.portfolio->max_concentration_ppm);
        EXPECT_EQ(now.max_daily_loss_wei, before.max_daily_loss_wei) << "what moves the ladder is not moved by it";
        EXPECT_EQ(now.max_gas_price_wei, before.max_gas_price_wei);
        before = now;
    }
    Limits huge = some_limits();
    huge.min_profit_wei = ~u256{0} / 3;
    EXPECT_EQ(scaled(huge, Protection::aggressive).min_profit_wei, ~u256{0}) << "saturates, never wraps to less";
}

TEST(Protection, HasNames) {
    for (const Protection level : {Protection::none, Protection::conservative, Protection::aggressive, Protection::emergency})
        EXPECT_EQ(protection_from_text(to_text(level)), level);
    EXPECT_EQ(protection_from_text("OFF"), std::nullopt);
}

TEST(Ladder, StepsAtItsThresholds) {
    Ladder ladder;
    EXPECT_FALSE(ladder.observe(499'999));
    EXPECT_TRUE(ladder.observe(500'000));
    EXPECT_EQ(ladder.level(), Protection::conservative);
    EXPECT_FALSE(ladder.observe(749'999));
    EXPECT_TRUE(ladder.observe(750'000));
    EXPECT_EQ(ladder.level(), Protection::aggressive);
    EXPECT_TRUE(ladder.observe(1'000'000));
    EXPECT_EQ(ladder.level(), Protection::emergency);
}

TEST(Ladder, OnlyTightensByItselfWhateverItSees) {
    const auto seed = test::random_seed();
    std::mt19937_64 random(seed);
    for (int round = 0; round < 2'000; ++round) {
        Ladder ladder(static_cast<Protection>(random() % 4), {});
        for (int step = 0; step < 50; ++step) {
            const Protection before = ladder.level();
            const auto use = static_cast<std::uint32_t>(random() % 1'200'000);
            const bool told = random() % 4 == 0 ? ladder.tighten(static_cast<Protection>(random() % 4)) : ladder.observe(use);
            ASSERT_GE(ladder.level(), before);
            ASSERT_EQ(told, ladder.level() > before) << "every change is told, and nothing else";
        }
    }
}

// From every level, after every use and every order of an operator: what is in force is never less than what the last look asked
// for, except by what the operator accepted, and emergency is never accepted away.
TEST(Ladder, AnOperatorLoosensAndNewTroubleTightensAgain) {
    Ladder ladder;
    ladder.observe(800'000);
    EXPECT_EQ(ladder.level(), Protection::aggressive);
    ladder.set(Protection::none);
    EXPECT_FALSE(ladder.observe(800'000)) << "the same trouble, known to the operator";
    EXPECT_EQ(ladder.level(), Protection::none);
    EXPECT_TRUE(ladder.observe(800'001)) << "it has grown";
    EXPECT_EQ(ladder.level(), Protection::aggressive);
    ladder.set(Protection::conservative);
    EXPECT_FALSE(ladder.observe(100'000)) << "over";
    EXPECT_EQ(ladder.level(), Protection::conservative) << "the end of trouble loosens nothing";
    ladder.set(Protection::none);
    EXPECT_TRUE(ladder.observe(600'000)) << "new trouble, smaller than what was accepted then";
    EXPECT_TRUE(ladder.observe(1'000'000));
    ladder.set(Protection::none);
    EXPECT_TRUE(ladder.observe(1'000'000)) << "at the limit itself, nobody's acceptance counts";
    EXPECT_EQ(ladder.level(), Protection::emergency);
}

TEST(PortfolioValue, SumsAndSaturates) {
    const u256 one = u256{1} << 96;
    const std::vector<Holding> some = {{.amount = 5, .price_x96 = one}, {.amount = 3, .price_x96 = one / 2}};
    EXPECT_EQ(value_of(some), 6);
    const std::vector<Holding> huge = {{.amount = ~u256{0}, .price_x96 = ~u256{0}}, {.amount = 1, .price_x96 = one}};
    EXPECT_EQ(value_of(huge), ~u256{0});
}

TEST(ProfitHistoryTest, DrawdownIsTheFallFromTheHighestPoint) {
    ProfitHistory history;
    EXPECT_EQ(history.drawdown_ppm(1'000), 0U);
    history.load(day0 - std::chrono::days(2), 300);
    history.load(day0 - std::chrono::days(1), -100);
    EXPECT_EQ(history.drawdown_ppm(900), 100'000U) << "from 1000 to 900";
    history.add(200, noon);
    EXPECT_EQ(history.drawdown_ppm(1'100), 0U) << "a new high";
    history.add(-220, noon + 1h);
    EXPECT_EQ(history.drawdown_ppm(880), 200'000U) << "from today's high of 1100 to 880, though the day as a whole is at -20";
    EXPECT_EQ(history.drawdown_ppm(0), 1'000'000U);
}

TEST(ProfitHistoryTest, TheDrawdownIsThatOfAPlainWalkOverAllResults) {
    const auto seed = test::random_seed();
    std::mt19937_64 random(seed);
    for (int round = 0; round < 200; ++round) {
        ProfitHistory history;
        std::int64_t value = 1'000'000;
        std::int64_t highest = value;
        TimePoint now = noon;
        for (int i = 0; i < 60; ++i) {
            const auto result = static_cast<std::int64_t>(random() % 20'001) - 10'000;
            now += std::chrono::hours(random() % 30);
            history.add(result, now);
            value += result;
            highest = std::max(highest, value);
            const auto expected = ((highest - value) * 1'000'000 + highest - 1) / highest;
            ASSERT_EQ(history.drawdown_ppm(static_cast<std::uint64_t>(value)), static_cast<std::uint64_t>(expected));
        }
    }
}

TEST(ProfitHistoryTest, ValueAtRiskIsTheFifthPercentileDayOfTheWindow) {
    ProfitHistory history;
    for (int i = 1; i <= 19; ++i) history.load(day0 - std::chrono::days(i), -i);
    history.add(-1'000'000, noon); // today is not over
    EXPECT_EQ(history.value_at_risk_wei(), std::nullopt) << "19 days are too few";
    history.load(day0 - std::chrono::days(20), -20);
    EXPECT_EQ(history.value_at_risk_wei(), u256{20}) << "of 20 days the worst";
    for (int i = 21; i <= 100; ++i) history.load(day0 - std::chrono::days(i), -i);
    EXPECT_EQ(history.days(), 100U);
    EXPECT_EQ(history.value_at_risk_wei(), u256{96}) << "of 100 days the fifth worst: exceeded on 4";
    history.add(1, noon + std::chrono::days(200));
    EXPECT_EQ(history.days(), 51U) << "what is older than the window is forgotten";
}

TEST(ProfitHistoryTest, DaysOfGainHaveNoValueAtRisk) {
    ProfitHistory history;
    for (int i = 1; i <= 30; ++i) history.load(day0 - std::chrono::days(i), 10);
    history.add(0, noon);
    EXPECT_EQ(history.value_at_risk_wei(), u256{0});
}

constexpr Bytes20 pool_a{0xa};
constexpr Bytes20 pool_b{0xb};

TEST(ScreenTest, BlocksAnUnusualAmount) {
    Screen screen({.unusual_amount_wei = 100});
    screen.known(pool_a);
    EXPECT_FALSE(screen.judge(pool_a, 100, noon));
    const auto finding = screen.judge(pool_a, 101, noon);
    ASSERT_TRUE(finding);
    EXPECT_EQ(finding->anomaly, Anomaly::unusual_amount);
    EXPECT_EQ(finding->response, Response::block);
}

TEST(ScreenTest, HoldsAPatternUntilItIsDecidedAndEachPoolForItself) {
    Screen screen({.unusual_amount_wei = 100, .amount = Response::review});
    for (const auto& pool : {pool_a, pool_b}) screen.known(pool);
    EXPECT_TRUE(screen.judge(pool_a, 101, noon));
    EXPECT_TRUE(screen.judge(pool_a, 500, noon));
    EXPECT_TRUE(screen.judge(pool_b, 500, noon));
    auto reviews = screen.reviews();
    ASSERT_EQ(reviews.size(), 2U);
    EXPECT_EQ(reviews[0].held, 2U);
    EXPECT_EQ(reviews[0].state, Review::State::waiting);
    EXPECT_FALSE(screen.decide(99, true, "alice"));
    ASSERT_TRUE(screen.decide(reviews[0].id, true, "alice"));
    EXPECT_FALSE(screen.judge(pool_a, 500, noon)) << "approved";
    EXPECT_TRUE(screen.judge(pool_b, 500, noon)) << "not this one";
    ASSERT_TRUE(screen.decide(reviews[0].id, false, "bob"));
    const auto finding = screen.judge(pool_a, 500, noon);
    ASSERT_TRUE(finding) << "rejected after all";
    EXPECT_NE(finding->text.find("rejected"), std::string::npos);
    EXPECT_EQ(screen.reviews()[0].decided_by, "bob");
}

TEST(ScreenTest, AlertsPassAndAreToldOnceAnHour) {
    Screen screen({.unusual_orders_per_hour = 3, .frequency = Response::alert});
    screen.known(pool_a);
    for (int i = 0; i < 10; ++i) {
        EXPECT_FALSE(screen.judge(pool_a, 1, noon + std::chrono::seconds(i)));
        screen.passed(noon + std::chrono::seconds(i));
    }
    EXPECT_EQ(screen.take_alerts().size(), 1U);
    EXPECT_TRUE(screen.take_alerts().empty());
    EXPECT_FALSE(screen.judge(pool_a, 1, noon + 1h + 10s));
    EXPECT_TRUE(screen.take_alerts().empty()) << "an hour later the count is low";
    EXPECT_FALSE(screen.judge(pool_b, 1, noon + 2h));
    const auto alerts = screen.take_alerts();
    ASSERT_EQ(alerts.size(), 1U);
    EXPECT_EQ(alerts[0].anomaly, Anomaly::unusual_destination);
}

TEST(DriftTest, TellsWhenTheSuccessRateFallsAndWhenDurationsGrow) {
    Drift success(0.5, 0);
    int told = 0;
    for (int i = 0; i < 200; ++i) told += success.add(i % 10 < 8 ? 1 : 0) ? 1 : 0;
    EXPECT_EQ(told, 0);
    for (int i = 0; i < 60; ++i) told += success.add(i % 10 < 1 ? 1 : 0) ? 1 : 0;
    EXPECT_EQ(told, 1) << "once, while it lasts";
    Drift timing(0, 3);
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(timing.add(10 + i % 3));
    told = 0;
    for (int i = 0; i < 60; ++i) told += timing.add(50) ? 1 : 0;
    EXPECT_EQ(told, 1);
}

} // namespace
} // namespace jitbox::risk
