// Plans as the journal keeps them.
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"
#include "strategy/signing.hpp"

namespace jitbox::strategy {
namespace {

std::string latency_json(const telemetry::StageClock& clock) {
    std::string out = "{";
    for (std::size_t i = 1; i < telemetry::stage_count; ++i) {
        const auto stage = static_cast<telemetry::Stage>(i);
        const std::int64_t duration_ns = clock.duration(stage);
        if (duration_ns < 0) continue;
        if (out.size() > 1) out += ',';
        out += "\"" + std::string(telemetry::name_of(stage)) + "\":" + std::to_string(duration_ns);
    }
    return out + "}";
}

store::BundleAmounts predicted_amounts(const accel::Decision& d) {
    using chain::to_decimal;
    return {.mint0 = to_decimal(d.mint0),
            .mint1 = to_decimal(d.mint1),
            .swap0 = to_decimal(d.swap0),
            .swap1 = to_decimal(d.swap1),
            .burn0 = to_decimal(d.burn0),
            .burn1 = to_decimal(d.burn1),
            .fee0 = to_decimal(d.fee0),
            .fee1 = to_decimal(d.fee1),
            .gross_profit_wei = to_decimal(d.gross_profit_wei),
            .tip_wei = to_decimal(d.tip_wei),
            .gas_cost_wei = to_decimal(d.gas_cost_wei)};
}

} // namespace

store::BundleEntry journal_entry(const SignedPlan& signed_plan, std::int64_t time_ns) {
    const Plan& plan = signed_plan.plan;
    return {.uuid = plan.uuid,
            .version = plan.version,
            .time_ns = time_ns,
            .target_hash = plan.target.hash,
            .target_block = plan.target_block,
            .pool = to_hex(plan.decision.pool_address),
            .router = plan.target.router,
            .lane = plan.lane,
            .lane_address = to_hex(plan.lane_address),
            .mint_nonce = plan.mint.nonce,
            .mint_hash = signed_plan.mint_hash,
            .burn_hash = signed_plan.burn_hash,
            .mint_raw = signed_plan.mint_raw,
            .burn_raw = signed_plan.burn_raw,
            .tick_lower = plan.decision.tick_lower,
            .tick_upper = plan.decision.tick_upper,
            .liquidity = chain::to_decimal(static_cast<u256>(plan.decision.liquidity)),
            .predicted = predicted_amounts(plan.decision),
            .latency_json = latency_json(plan.clock)};
}

} // namespace jitbox::strategy
