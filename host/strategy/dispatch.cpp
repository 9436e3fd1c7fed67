// Plans as relays, tracker and journal take them.
// SPDX-License-Identifier: Apache-2.0
#include "strategy/dispatch.hpp"

#include "base/hex.hpp"
#include "chain/executor_abi.hpp"
#include "chain/transaction.hpp"

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

relay::Amounts predicted(const accel::Decision& d) {
    return {.mint0 = d.mint0,
            .mint1 = d.mint1,
            .swap0 = d.swap0,
            .swap1 = d.swap1,
            .burn0 = d.burn0,
            .burn1 = d.burn1,
            .fee0 = d.fee0,
            .fee1 = d.fee1,
            .gross_profit_wei = d.gross_profit_wei,
            .tip_wei = d.tip_wei,
            .gas_cost_wei = d.gas_cost_wei};
}

// The journal's figures are its own decimal text; one that does not read is zero and shows as a difference.
relay::Amounts from_journal(const store::BundleAmounts& amounts) {
    const auto u = [](const std::string& text) { return chain::parse_u256(text).value_or(u256{0}); };
    const auto i = [](const std::string& text) { return chain::parse_i256(text).value_or(i256{0}); };
    return {.mint0 = u(amounts.mint0),
            .mint1 = u(amounts.mint1),
            .swap0 = i(amounts.swap0),
            .swap1 = i(amounts.swap1),
            .burn0 = u(amounts.burn0),
            .burn1 = u(amounts.burn1),
            .fee0 = u(amounts.fee0),
            .fee1 = u(amounts.fee1),
            .gross_profit_wei = i(amounts.gross_profit_wei),
            .tip_wei = u(amounts.tip_wei),
            .gas_cost_wei = u(amounts.gas_cost_wei)};
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
            .predicted = relay::to_journal(predicted(plan.decision)),
            .latency_json = latency_json(plan.clock)};
}

relay::Bundle bundle_of(const SignedPlan& signed_plan) {
    relay::Bundle out;
    out.transactions = {signed_plan.mint_raw, signed_plan.plan.target.raw, signed_plan.burn_raw};
    out.block_number = signed_plan.plan.target_block;
    out.replacement_uuid = signed_plan.plan.uuid;
    return out;
}

relay::TrackedBundle tracked(const SignedPlan& signed_plan) {
    const Plan& plan = signed_plan.plan;
    relay::TrackedBundle out;
    out.uuid = plan.uuid;
    out.version = plan.version;
    out.ticket = signed_plan.ticket;
    out.lane = plan.lane;
    out.lane_address = plan.lane_address;
    out.mint_nonce = plan.mint.nonce;
    out.target_block = plan.target_block;
    out.parent_hash = plan.parent_hash;
    out.pool = plan.decision.pool_address;
    out.executor = plan.executor;
    out.tick_lower = plan.decision.tick_lower;
    out.tick_upper = plan.decision.tick_upper;
    out.price0_x96 = plan.price0_x96;
    out.price1_x96 = plan.price1_x96;
    out.mint_hash = signed_plan.mint_hash;
    out.target_hash = plan.target.hash;
    out.burn_hash = signed_plan.burn_hash;
    out.burn_raw = signed_plan.burn_raw;
    out.max_fee_per_gas_wei = plan.max_fee_per_gas_wei;
    out.target_sender = plan.target.sender;
    out.target_nonce = plan.target.nonce;
    out.target_max_fee_per_gas_wei = plan.target.max_fee_per_gas_wei;
    out.predicted = predicted(plan.decision);
    return out;
}

Result<relay::TrackedBundle> tracked(const store::BundleEntry& entry, const PlannerPool& pool, const Bytes20& executor) {
    const auto mint = chain::decode_transaction(entry.mint_raw);
    if (!mint) return fail("journal: bundle " + entry.uuid + ": its mint does not decode: " + mint.error().text());
    const auto call = chain::decode_executor_mint(mint->data);
    if (!call) return fail("journal: bundle " + entry.uuid + ": its mint is no executor call: " + call.error().text());
    relay::TrackedBundle out;
    out.uuid = entry.uuid;
    out.version = entry.version;
    out.lane = entry.lane;
    if (const auto address = fixed_from_hex<20>(entry.lane_address); address) out.lane_address = *address;
    out.mint_nonce = entry.mint_nonce;
    out.target_block = entry.target_block;
    out.parent_hash = call->parent_hash;
    out.pool = pool.address;
    out.executor = executor;
    out.tick_lower = entry.tick_lower;
    out.tick_upper = entry.tick_upper;
    out.price0_x96 = pool.price0_x96;
    out.price1_x96 = pool.price1_x96;
    out.mint_hash = entry.mint_hash;
    out.target_hash = entry.target_hash;
    out.burn_hash = entry.burn_hash;
    out.burn_raw = entry.burn_raw;
    out.max_fee_per_gas_wei = mint->max_fee_per_gas;
    out.predicted = from_journal(entry.predicted);
    return out;
}

} // namespace jitbox::strategy
