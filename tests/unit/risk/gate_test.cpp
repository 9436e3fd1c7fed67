// The risk gate: nothing passes over a limit, an order counts until it is settled, and the day's loss survives a restart.
// SPDX-License-Identifier: Apache-2.0
#include "risk/gate.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <random>
#include <type_traits>

namespace jitbox::risk {
namespace {

using namespace std::chrono_literals;

struct TestPlan {
    Exposure exposure;
};
Exposure exposure_of(const TestPlan& plan) {
    return plan.exposure;
}

Limits generous() {
    return {.max_position_value_wei = 1'000,
            .max_gas_price_wei = 100,
            .max_gas_limit = 1'000'000,
            .max_price_impact_ppm = 30'000,
            .max_slippage_ppm = 500,
            .max_orders_per_second = 10,
            .max_concurrent_bundles = 10,
            .max_pool_value_wei = 20'000,
            .max_retries = 20,
            .min_profit_wei = 5,
            .max_daily_loss_wei = 10'000};
}

// Exactly at every limit.
TestPlan at_the_limits() {
    return {{.position_value_wei = 1'000,
             .gas_price_wei = 100,
             .gas_limit = 1'000'000,
             .price_impact_ppm = 30'000,
             .slippage_ppm = 500,
             .profit_wei = 5,
             .worst_loss_wei = 100}};
}

const TimePoint noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h;

Rule refused_rule(Gate& gate, const TestPlan& plan, TimePoint now = noon) {
    const auto answer = gate.check(plan, now);
    EXPECT_FALSE(answer.has_value());
    return answer ? Rule::halted : answer.error().rule;
}

TEST(Gate, OnlyTheGateCanMakeAnApprovedPlanAndAnApprovalIsOneOrder) {
    using Approval = Approved<TestPlan>;
    static_assert(!std::is_constructible_v<Approval, TestPlan, std::uint64_t>);
    static_assert(!std::is_default_constructible_v<Approval>);
    static_assert(!std::is_copy_constructible_v<Approval> && !std::is_copy_assignable_v<Approval>);
    static_assert(std::is_nothrow_move_constructible_v<Approval>);
    Gate gate(generous());
    const auto approved = gate.check(at_the_limits(), noon);
    ASSERT_TRUE(approved);
    EXPECT_EQ(approved->plan().exposure.gas_price_wei, 100);
}

TEST(Gate, LimitsAreInclusiveAndOnePastEachIsRefusedByItsRule) {
    struct Case {
        Rule rule;
        std::function<void(Exposure&)> spoil;
    };
    const std::vector<Case> cases = {{Rule::position_value, [](Exposure& e) { ++e.position_value_wei; }},
                                     {Rule::gas_price, [](Exposure& e) { ++e.gas_price_wei; }},
                                     {Rule::gas_limit, [](Exposure& e) { ++e.gas_limit; }},
                                     {Rule::price_impact, [](Exposure& e) { ++e.price_impact_ppm; }},
                                     {Rule::slippage, [](Exposure& e) { ++e.slippage_ppm; }},
                                     {Rule::min_profit, [](Exposure& e) { --e.profit_wei; }},
                                     {Rule::min_profit, [](Exposure& e) { e.profit_wei = -1; }},
                                     {Rule::daily_loss, [](Exposure& e) { e.worst_loss_wei = 10'001; }}};
    for (const Case& one : cases) {
        Gate gate(generous());
        EXPECT_TRUE(gate.check(at_the_limits(), noon));
        TestPlan plan = at_the_limits();
        plan.exposure.worst_loss_wei = 0;
        one.spoil(plan.exposure);
        EXPECT_EQ(refused_rule(gate, plan), one.rule) << to_text(one.rule);
    }
}

TEST(Gate, ARefusalNamesRuleLimitAndValue) {
    Gate gate(generous());
    TestPlan plan = at_the_limits();
    plan.exposure.position_value_wei = 1'234;
    const auto answer = gate.check(plan, noon);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().limit, "1000");
    EXPECT_EQ(answer.error().value, "1234");
    EXPECT_EQ(answer.error().text, "risk: position value (wei) 1234 breaks the limit 1000");
}

TEST(Gate, OrdersASecondCountInASlidingWindowAlsoWhenTheClockStepsBack) {
    Limits limits = generous();
    limits.max_orders_per_second = 2;
    Gate gate(limits);
    TestPlan plan = at_the_limits();
    EXPECT_TRUE(gate.check(plan, noon));
    EXPECT_TRUE(gate.check(plan, noon + 900ms));
    EXPECT_EQ(refused_rule(gate, plan, noon + 999ms), Rule::orders_per_second);
    EXPECT_EQ(refused_rule(gate, plan, noon - 10s), Rule::orders_per_second);
    EXPECT_TRUE(gate.check(plan, noon + 1000ms));
    EXPECT_EQ(refused_rule(gate, plan, noon + 1001ms), Rule::orders_per_second);
}

TEST(Gate, ABundleCountsAsConcurrentUntilItIsSettledAndOnlyOnce) {
    Limits limits = generous();
    limits.max_concurrent_bundles = 1;
    Gate gate(limits);
    const auto first = gate.check(at_the_limits(), noon);
    ASSERT_TRUE(first);
    EXPECT_EQ(refused_rule(gate, at_the_limits()), Rule::concurrent_bundles);
    EXPECT_TRUE(gate.settle(first->ticket(), 7, noon));
    EXPECT_FALSE(gate.settle(first->ticket(), 7, noon)) << "a ticket is settled once";
    EXPECT_EQ(gate.usage(noon).realised_today_wei, 7);
    EXPECT_TRUE(gate.check(at_the_limits(), noon));
}

TEST(Gate, TheDaysLossCountsWhatIsLostAndWhatIsStillOpen) {
    Gate gate(generous());
    TestPlan plan = at_the_limits();
    plan.exposure.worst_loss_wei = 4'000;
    const auto first = gate.check(plan, noon);
    ASSERT_TRUE(first);
    ASSERT_TRUE(gate.check(plan, noon));
    EXPECT_EQ(refused_rule(gate, plan), Rule::daily_loss) << "8,000 are open";
    EXPECT_TRUE(gate.settle(first->ticket(), -3'000, noon));
    EXPECT_EQ(refused_rule(gate, plan), Rule::daily_loss) << "3,000 lost, 4,000 open";
    gate.book(1'000, noon);
    EXPECT_TRUE(gate.check(plan, noon)) << "2,000 lost, 4,000 open, 4,000 more";
}

TEST(Gate, AllOpenPositionsOnOnePoolShareItsBudget) {
    Limits limits = generous();
    limits.max_pool_value_wei = 2'500;
    Gate gate(limits);
    TestPlan plan = at_the_limits();
    plan.exposure.pool = Bytes20{0xa};
    const auto first = gate.check(plan, noon);
    ASSERT_TRUE(first);
    ASSERT_TRUE(gate.check(plan, noon));
    EXPECT_EQ(refused_rule(gate, plan), Rule::pool_budget) << "2,000 are open";
    plan.exposure.position_value_wei = 500;
    EXPECT_TRUE(gate.check(plan, noon)) << "2,500, exactly";
    plan.exposure.pool = Bytes20{0xb};
    EXPECT_TRUE(gate.check(plan, noon)) << "another pool has its own";
    plan.exposure.pool = Bytes20{0xa};
    EXPECT_TRUE(gate.settle(first->ticket(), 0, noon));
    EXPECT_TRUE(gate.check(plan, noon));
}

TEST(Gate, ATargetIsTriedAgainSoManyTimesAndARestartDoesNotForgetIt) {
    Limits limits = generous();
    limits.max_retries = 2;
    Gate gate(limits);
    TestPlan plan = at_the_limits();
    plan.exposure.worst_loss_wei = 0;
    plan.exposure.target = Bytes32{0x1};
    gate.restore({.orders = {}, .attempts = {{.target = plan.exposure.target, .at = noon - 9min}}}, noon);
    EXPECT_TRUE(gate.check(plan, noon));
    EXPECT_TRUE(gate.check(plan, noon + 1s));
    EXPECT_EQ(refused_rule(gate, plan, noon + 2s), Rule::retries);
    EXPECT_TRUE(gate.check(plan, noon + 1min)) << "the first is ten minutes old";
    EXPECT_EQ(refused_rule(gate, plan, noon + 1min), Rule::retries);
    plan.exposure.target = Bytes32{0x2};
    EXPECT_TRUE(gate.check(plan, noon + 1min)) << "another target";
}

TEST(Gate, ProfitDoesNotRaiseTheLossLimit) {
    Gate gate(generous());
    gate.book(1'000'000, noon);
    TestPlan plan = at_the_limits();
    plan.exposure.worst_loss_wei = 10'001;
    EXPECT_EQ(refused_rule(gate, plan), Rule::daily_loss);
}

TEST(Gate, ANewUtcDayForgetsTheLossButNotWhatIsOpen) {
    Gate gate(generous());
    TestPlan plan = at_the_limits();
    plan.exposure.worst_loss_wei = 6'000;
    ASSERT_TRUE(gate.check(plan, noon));
    gate.book(-4'000, noon);
    EXPECT_EQ(refused_rule(gate, plan, noon + 11h), Rule::daily_loss);
    EXPECT_EQ(refused_rule(gate, plan, noon + 12h), Rule::daily_loss) << "6,000 are open across midnight";
    plan.exposure.worst_loss_wei = 4'000;
    EXPECT_TRUE(gate.check(plan, noon + 12h));
    EXPECT_EQ(gate.usage(noon + 12h).realised_today_wei, 0);
}

TEST(Gate, HistoryOfAnEarlierRunCountsAfterARestart) {
    Limits limits = generous();
    limits.max_orders_per_second = 2;
    Gate gate(limits);
    const auto tickets = gate.restore(
        {.realised_today_wei = -2'000, .orders = {noon - 500ms}, .open = {{.worst_loss_wei = 3'000}, {.worst_loss_wei = 4'000}}},
        noon);
    ASSERT_EQ(tickets.size(), 2U);
    TestPlan plan = at_the_limits();
    plan.exposure.worst_loss_wei = 1'001;
    EXPECT_EQ(refused_rule(gate, plan), Rule::daily_loss);
    plan.exposure.worst_loss_wei = 1'000;
    EXPECT_TRUE(gate.check(plan, noon));
    EXPECT_EQ(refused_rule(gate, plan), Rule::daily_loss);
    EXPECT_TRUE(gate.settle(tickets[0], 0, noon));
    EXPECT_EQ(refused_rule(gate, plan), Rule::orders_per_second);
}

TEST(Gate, HaltRefusesEverythingUntilResume) {
    Gate gate(generous());
    gate.halt("emergency stop");
    const auto answer = gate.check(at_the_limits(), noon);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().rule, Rule::halted);
    EXPECT_NE(answer.error().text.find("emergency stop"), std::string::npos);
    gate.resume();
    EXPECT_TRUE(gate.check(at_the_limits(), noon));
}

TEST(Gate, FiguresNearTheEndOfTheirTypeSaturateAndAreRefused) {
    Gate gate(generous());
    constexpr u256 huge = ~static_cast<u256>(0);
    const OpenOrder order{.worst_loss_wei = huge, .value_wei = huge};
    EXPECT_EQ(gate.restore({.realised_today_wei = -9'000, .orders = {}, .open = {order, order}}, noon).size(), 2U);
    EXPECT_EQ(refused_rule(gate, at_the_limits()), Rule::daily_loss);
    Gate fresh(generous());
    TestPlan plan = at_the_limits();
    plan.exposure.worst_loss_wei = huge;
    fresh.book(-1, noon);
    EXPECT_EQ(refused_rule(fresh, plan), Rule::daily_loss);
}

TEST(Limits, ProblemsNameEveryLimitThatWouldStopEverything) {
    EXPECT_TRUE(generous().problems().empty());
    EXPECT_EQ(Limits{}.problems().size(), 8U);
    Limits absurd = generous();
    absurd.max_slippage_ppm = 1'000'001;
    ASSERT_EQ(absurd.problems().size(), 1U);
    EXPECT_NE(absurd.problems()[0].find("max_slippage_ppm"), std::string::npos);
}

// A reference that keeps every order and looks at all of them each time.
class Reference {
public:
    explicit Reference(const Limits& limits) : limits_(limits) {}

    [[nodiscard]] bool allows(const Exposure& e, TimePoint now) const {
        const Limits& l = limits_;
        std::size_t recent = 0;
        std::size_t open = 0;
        i256 at_risk = static_cast<i256>(e.worst_loss_wei);
        for (const Order& order : orders) {
            recent += now - order.at < 1s ? 1 : 0;
            open += order.settled ? 0 : 1;
            if (!order.settled) at_risk += static_cast<i256>(order.worst_loss_wei);
        }
        i256 realised = 0;
        for (const auto& [at, profit] : results)
            if (std::chrono::floor<std::chrono::days>(at) == std::chrono::floor<std::chrono::days>(now)) realised += profit;
        if (realised < 0) at_risk -= realised;
        return e.position_value_wei <= l.max_position_value_wei && e.gas_price_wei <= l.max_gas_price_wei &&
               e.gas_limit <= l.max_gas_limit && e.price_impact_ppm <= l.max_price_impact_ppm &&
               e.slippage_ppm <= l.max_slippage_ppm && e.profit_wei >= static_cast<i256>(l.min_profit_wei) &&
               recent < l.max_orders_per_second && open < l.max_concurrent_bundles &&
               at_risk <= static_cast<i256>(l.max_daily_loss_wei);
    }

    struct Order {
        TimePoint at;
        u256 worst_loss_wei;
        std::uint64_t ticket;
        bool settled = false;
    };
    std::vector<Order> orders;
    std::vector<std::pair<TimePoint, i256>> results;

private:
    Limits limits_;
};

Exposure random_exposure(std::mt19937_64& random) {
    const auto up_to = [&random](std::uint64_t limit) { return random() % (limit + limit / 20 + 2); };
    return {.position_value_wei = up_to(1'000),
            .gas_price_wei = up_to(100),
            .gas_limit = up_to(1'000'000),
            .price_impact_ppm = static_cast<std::uint32_t>(up_to(30'000)),
            .slippage_ppm = static_cast<std::uint32_t>(up_to(500)),
            .profit_wei = static_cast<i256>(random() % 100) + 3,
            .target = Bytes32{static_cast<std::uint8_t>(random()), static_cast<std::uint8_t>(random()),
                              static_cast<std::uint8_t>(random())},
            .worst_loss_wei = random() % 2'000};
}

TEST(GateProperty, RandomPlansPassExactlyWhenTheReferenceAllowsThem) {
    const auto seed = test::random_seed();
    std::mt19937_64 random(seed);
    Limits limits = generous();
    limits.max_concurrent_bundles = 6;
    limits.max_orders_per_second = 4;
    Gate gate(limits);
    Reference reference(limits);
    TimePoint now = noon;
    std::size_t approved = 0;
    for (int step = 0; step < 20'000; ++step) {
        now += std::chrono::milliseconds(random() % 600);
        if (random() % 2'000 == 0) now += 7h;
        if (!reference.orders.empty() && random() % 2 == 0) {
            Reference::Order& order = reference.orders[random() % reference.orders.size()];
            const i256 profit = static_cast<i256>(random() % 200) - 100;
            EXPECT_EQ(gate.settle(order.ticket, profit, now), !order.settled);
            if (!order.settled) reference.results.emplace_back(now, profit);
            order.settled = true;
        }
        const Exposure exposure = random_exposure(random);
        const bool allowed = reference.allows(exposure, now);
        const auto answer = gate.check(TestPlan{exposure}, now);
        ASSERT_EQ(answer.has_value(), allowed) << "step " << step << (answer ? "" : ": " + answer.error().text);
        if (!answer) continue;
        ++approved;
        reference.orders.push_back({now, exposure.worst_loss_wei, answer->ticket()});
        if (reference.orders.size() > 50) {
            // Old settled orders are out of every window.
            std::erase_if(reference.orders, [&](const Reference::Order& order) { return order.settled && now - order.at > 2s; });
        }
    }
    EXPECT_GT(approved, 200U) << "the property must not hold because nothing passes";
}

} // namespace
} // namespace jitbox::risk
