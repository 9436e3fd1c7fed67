// The limits that gate and signer both hold, each from what it sees itself: the gate from the plan, the signer from the calldata.
// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include "signer/policy.hpp"
#include "strategy/signing.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace jitbox::strategy {
namespace {

using namespace samples;
using signer::RefusalCode;

constexpr std::uint64_t most_value = 2'000'000;
constexpr std::uint64_t most_fee = 3'000;
constexpr std::uint64_t most_gas = 1'100'000; ///< of both; the signer's is of each
constexpr std::uint64_t most_tip = 10'000;

risk::Limits gate_limits() {
    return {.max_position_value_wei = most_value,
            .max_gas_price_wei = most_fee,
            .max_gas_limit = most_gas,
            .max_price_impact_ppm = 1'000'000,
            .max_slippage_ppm = 0,
            .max_orders_per_second = 1'000'000,
            .max_concurrent_bundles = 1'000'000,
            .max_pool_value_wei = ~u256{0},
            .max_retries = 1'000'000,
            .min_profit_wei = 0,
            .max_daily_loss_wei = ~u256{0}};
}

signer::SigningLimits signer_limits() {
    return {.chain_id = 31337,
            .executor = executor,
            .max_gas_limit = most_gas / 2,
            .max_fee_per_gas_wei = most_fee,
            .max_priority_fee_per_gas_wei = 10,
            .max_tip_wei = most_tip};
}

/// As jitd arms: the lease's value a plan is the gate's, its prices are the planner's.
signer::Lease lease() {
    signer::Lease out;
    out.terms.max_plan_notional_wei = most_value;
    out.terms.max_total_notional_wei = ~u256{0};
    out.terms.loss_budget_wei = ~u256{0};
    for (const PlannerPool& pool : config().pools)
        out.terms.pools.push_back({.pool_id = pool.executor_pool_id, .price0_x96 = pool.price0_x96, .price1_x96 = pool.price1_x96});
    return out;
}

/// A plan with random amounts, fees, gas limits and tip, some of them exactly at a limit, some past it.
Plan random_plan(std::mt19937_64& random) {
    const auto around = [&random](std::uint64_t limit) {
        switch (random() % 4) {
        case 0:
            return limit;
        case 1:
            return limit + 1 + random() % 3;
        default:
            return limit - random() % (limit / 2);
        }
    };
    PlannerConfig settings = config();
    settings.mint_gas_limit = settings.burn_gas_limit = around(most_gas / 2);
    settings.fee_headroom_ppm = 0;
    settings.max_priority_fee_per_gas_wei = 3;
    Lanes lanes;
    lanes.add(0, lane_0, 10);
    Planner planner(settings, lanes, [](const Bytes20&) { return std::nullopt; }, 1);
    chain::Head at = head(100);
    at.next_base_fee_wei = around(most_fee) - 3;
    planner.on_head(at, 1);
    planner.on_pool(pool_a, 1, 777, true);
    accel::Decision d = decision(5);
    const std::uint64_t value = around(most_value);
    d.mint1 = random() % (value / 2);
    d.mint0 = static_cast<u256>(value) - 2 * d.mint1; // token1 is worth two
    d.burn0 = d.mint0;
    d.burn1 = d.mint1;
    d.tip_wei = random() % most_tip;
    accel::TxSeen target = seen(5);
    target.max_fee_per_gas = 1'000'000;
    planner.on_submitted(5, pending());
    planner.on_swap(leg(5));
    planner.on_decision(d);
    const auto actions = planner.on_tx_seen(target);
    EXPECT_TRUE(actions.size() == 1 && std::holds_alternative<Plan>(actions[0]));
    return std::get<Plan>(actions.at(0));
}

TEST(GateAndSigner, HoldTheSameLimitsEachByItself) {
    const auto seed = test::random_seed();
    std::mt19937_64 random(seed);
    risk::Gate gate(gate_limits());
    const risk::TimePoint noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + std::chrono::hours(12);
    const std::map<risk::Rule, RefusalCode> same = {{risk::Rule::position_value, RefusalCode::over_plan_notional},
                                                    {risk::Rule::gas_price, RefusalCode::over_gas_cap},
                                                    {risk::Rule::gas_limit, RefusalCode::over_gas_cap}};
    std::map<risk::Rule, int> refused;
    int passed = 0;
    for (int i = 0; i < 3'000; ++i) {
        const Plan plan = random_plan(random);
        const auto signer_says =
            signer::check_bundle(signer_limits(), lease(), unsigned_payload(plan, plan.mint), unsigned_payload(plan, plan.burn));
        const auto gate_says = gate.check(plan, noon + std::chrono::seconds(2 * i));
        ASSERT_EQ(gate_says.has_value(), signer_says.has_value())
            << (gate_says ? "the gate lets it pass" : gate_says.error().text) << "; "
            << (signer_says ? "the signer would sign" : signer_says.error().what);
        if (gate_says) {
            ++passed;
            gate.settle(gate_says->ticket(), 0, noon);
            continue;
        }
        ++refused[gate_says.error().rule];
        ASSERT_TRUE(same.contains(gate_says.error().rule)) << gate_says.error().text;
    }
    EXPECT_GT(passed, 100);
    for (const auto& [rule, code] : same) EXPECT_GT(refused[rule], 50) << risk::to_text(rule);
}

// One limit broken at a time: both name the same one.
TEST(GateAndSigner, RefuseTheSamePlanForTheSameLimit) {
    std::mt19937_64 random(test::random_seed());
    Plan plan = random_plan(random);
    while (!signer::check_bundle(signer_limits(), lease(), unsigned_payload(plan, plan.mint), unsigned_payload(plan, plan.burn)))
        plan = random_plan(random);
    const auto both_refuse = [](const Plan& spoiled, risk::Rule rule, RefusalCode code) {
        risk::Gate gate(gate_limits());
        const auto gate_says = gate.check(spoiled, {});
        const auto signer_says = signer::check_bundle(signer_limits(), lease(), unsigned_payload(spoiled, spoiled.mint),
                                                      unsigned_payload(spoiled, spoiled.burn));
        ASSERT_FALSE(gate_says || signer_says);
        EXPECT_EQ(gate_says.error().rule, rule);
        EXPECT_EQ(signer_says.error().code, code);
    };
    Plan dear = plan;
    dear.max_fee_per_gas_wei = most_fee + 1;
    both_refuse(dear, risk::Rule::gas_price, RefusalCode::over_gas_cap);
    Plan large = plan;
    large.mint.gas_limit = large.burn.gas_limit = most_gas / 2 + 1;
    both_refuse(large, risk::Rule::gas_limit, RefusalCode::over_gas_cap);
}

} // namespace
} // namespace jitbox::strategy
