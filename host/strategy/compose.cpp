// From a decision to the two executor calls, their fees and bounds.
// SPDX-License-Identifier: Apache-2.0
#include "chain/executor_abi.hpp"
#include "strategy/planner.hpp"
#include "strategy/valuation.hpp"

#include <algorithm>

namespace jitbox::strategy {
namespace {

struct Amounts {
    u256 amount0 = 0;
    u256 amount1 = 0;
};

Amounts widened(const Amounts& exact, std::uint32_t tolerance_ppm) {
    return {.amount0 = saturating_add(exact.amount0, mul_div(exact.amount0, tolerance_ppm, ppm)),
            .amount1 = saturating_add(exact.amount1, mul_div(exact.amount1, tolerance_ppm, ppm))};
}

Amounts narrowed(const Amounts& exact, std::uint32_t tolerance_ppm) {
    return {.amount0 = exact.amount0 - mul_div(exact.amount0, tolerance_ppm, ppm),
            .amount1 = exact.amount1 - mul_div(exact.amount1, tolerance_ppm, ppm)};
}

u256 value_of(const Amounts& amounts, const PlannerPool& pool) {
    return value_wei(amounts.amount0, amounts.amount1, pool.price0_x96, pool.price1_x96);
}

// What the bounds leave open, of the position value: more paid at the mint, less received at the burn.
std::uint32_t slippage_of(const Amounts& mint, const Amounts& mint_max, const Amounts& out, const Amounts& out_min,
                          const PlannerPool& pool) {
    const u256 open =
        saturating_add(value_of(mint_max, pool) - value_of(mint, pool), value_of(out, pool) - value_of(out_min, pool));
    const u256 value = value_of(mint, pool);
    if (open == 0) return 0;
    const u256 share = value == 0 ? ~static_cast<u256>(0) : mul_div_up(open, ppm, value);
    constexpr std::uint32_t highest = ~std::uint32_t{0};
    return share > highest ? highest : static_cast<std::uint32_t>(share);
}

Result<Bytes> mint_calldata(const Plan& plan, const Amounts& max) {
    const accel::Decision& d = plan.decision;
    return chain::encode(chain::ExecutorMint{.pool_id = plan.executor_pool_id,
                                             .tick_lower = d.tick_lower,
                                             .tick_upper = d.tick_upper,
                                             .block_number = plan.target_block,
                                             .liquidity = d.liquidity,
                                             .parent_hash = plan.parent_hash,
                                             .amount0_max = max.amount0,
                                             .amount1_max = max.amount1,
                                             .sqrt_price_x96 = d.sqrt_price_before,
                                             .tick = d.tick_before,
                                             .pool_liquidity = plan.pool_liquidity});
}

/// The prices of the plan as the executor takes them; proceeds and cost are valued with these, so that both sides round alike.
struct ExecutorPrices {
    chain::ExecutorPrice price0, price1;

    [[nodiscard]] u256 value(const Amounts& amounts) const {
        return saturating_add(chain::value_at(price0, amounts.amount0), chain::value_at(price1, amounts.amount1));
    }
};

Result<ExecutorPrices> executor_prices(const PlannerPool& pool) {
    const auto price0 = chain::executor_price(pool.price0_x96);
    if (!price0) return std::unexpected(price0.error());
    const auto price1 = chain::executor_price(pool.price1_x96);
    if (!price1) return std::unexpected(price1.error());
    return ExecutorPrices{.price0 = *price0, .price1 = *price1};
}

// The predicted proceeds less the tolerance on the position's value, but never less than position and tip cost: with a tolerance of
// zero the predicted profit or nothing, with any tolerance no loss.
u256 least_proceeds(const ExecutorPrices& prices, const Amounts& mint, const Amounts& out, const u256& tip_wei,
                    std::uint32_t tolerance_ppm) {
    const u256 cost = prices.value(mint);
    const u256 proceeds = prices.value(out);
    const u256 slack = mul_div(cost, tolerance_ppm, ppm);
    const u256 tolerated = proceeds > slack ? proceeds - slack : 0;
    return std::min(proceeds, std::max(tolerated, saturating_add(cost, tip_wei)));
}

Result<Bytes> burn_calldata(const Plan& plan, const Amounts& min, const u256& min_proceeds_wei, const ExecutorPrices& prices) {
    const accel::Decision& d = plan.decision;
    return chain::encode(chain::ExecutorBurn{.pool_id = plan.executor_pool_id,
                                             .tick_lower = d.tick_lower,
                                             .tick_upper = d.tick_upper,
                                             .block_number = plan.target_block,
                                             .liquidity = d.liquidity,
                                             .amount0_min = min.amount0,
                                             .amount1_min = min.amount1,
                                             .tip_wei = d.tip_wei,
                                             .min_proceeds_wei = min_proceeds_wei,
                                             .price0 = prices.price0,
                                             .price1 = prices.price1});
}

Target target_of(const PendingTransaction& transaction, const accel::TxSeen& seen) {
    return {.raw = transaction.raw,
            .hash = seen.hash,
            .sender = transaction.sender,
            .nonce = seen.nonce,
            .max_fee_per_gas_wei = seen.max_fee_per_gas,
            .router = std::string(accel::name_of(seen.router_kind))};
}

} // namespace

Result<Plan> Planner::compose(const chain::Head& head, const Work& work, const accel::TxSeen& seen, const accel::Decision& d,
                              const PlannerPool& pool) const {
    const auto prices = executor_prices(pool);
    if (!prices) return std::unexpected(prices.error());
    if (d.liquidity == 0) return fail("strategy: a decision without liquidity");
    const Amounts mint{.amount0 = d.mint0, .amount1 = d.mint1};
    const Amounts out{.amount0 = saturating_add(d.burn0, d.fee0), .amount1 = saturating_add(d.burn1, d.fee1)};
    const Amounts mint_max = widened(mint, config_.tolerance_ppm);
    const Amounts out_min = narrowed(out, config_.tolerance_ppm);

    Plan plan;
    plan.chain_id = config_.chain_id;
    plan.executor = config_.executor;
    plan.executor_pool_id = pool.executor_pool_id;
    plan.max_priority_fee_per_gas_wei = config_.max_priority_fee_per_gas_wei;
    const auto base_fee = static_cast<u256>(head.next_base_fee_wei);
    plan.max_fee_per_gas_wei = saturating_add(saturating_add(base_fee, mul_div_up(base_fee, config_.fee_headroom_ppm, ppm)),
                                              config_.max_priority_fee_per_gas_wei);
    plan.target = target_of(work.transaction, seen);
    plan.target_block = head.number + 1;
    plan.parent_hash = head.hash;
    plan.decision = d;
    plan.pool_liquidity = states_.at(d.pool_address).liquidity;
    plan.price0_x96 = pool.price0_x96;
    plan.price1_x96 = pool.price1_x96;
    plan.position_value_wei = value_of(mint, pool);
    plan.price_impact_ppm = strategy::price_impact_ppm(d.sqrt_price_before, d.sqrt_price_after);
    plan.slippage_ppm = slippage_of(mint, mint_max, out, out_min, pool);
    auto mint_data = mint_calldata(plan, mint_max);
    if (!mint_data) return std::unexpected(mint_data.error());
    const u256 least = least_proceeds(*prices, mint, out, d.tip_wei, config_.tolerance_ppm);
    auto burn_data = burn_calldata(plan, out_min, least, *prices);
    if (!burn_data) return std::unexpected(burn_data.error());
    plan.mint = {.nonce = 0, .gas_limit = config_.mint_gas_limit, .calldata = std::move(*mint_data)};
    plan.burn = {.nonce = 0, .gas_limit = config_.burn_gas_limit, .calldata = std::move(*burn_data)};
    plan.clock = work.transaction.clock;
    return plan;
}

} // namespace jitbox::strategy
