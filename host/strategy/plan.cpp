// Figures of a plan that the gate looks at.
// SPDX-License-Identifier: Apache-2.0
#include "strategy/plan.hpp"

#include "strategy/valuation.hpp"

namespace jitbox::strategy {

risk::Exposure exposure_of(const Plan& plan) {
    const std::uint64_t gas_limit = plan.mint.gas_limit + plan.burn.gas_limit;
    const u256 gas_wei = saturating_mul(plan.max_fee_per_gas_wei, gas_limit);
    const u256 slippage_wei = mul_div_up(plan.position_value_wei, plan.slippage_ppm, ppm);
    return {.position_value_wei = plan.position_value_wei,
            .gas_price_wei = plan.max_fee_per_gas_wei,
            .gas_limit = gas_limit,
            .price_impact_ppm = plan.price_impact_ppm,
            .slippage_ppm = plan.slippage_ppm,
            .profit_wei = plan.decision.profit_wei,
            .pool = plan.decision.pool_address,
            .target = plan.target.hash,
            .worst_loss_wei = saturating_add(saturating_add(gas_wei, plan.decision.tip_wei), slippage_wei)};
}

} // namespace jitbox::strategy
