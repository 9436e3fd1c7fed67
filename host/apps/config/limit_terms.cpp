// The limits of a configuration.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/limit_terms.hpp"

#include "base/hex.hpp"
#include "risk/screen.hpp"

namespace jitbox::apps {
namespace {

std::uint64_t rank(const std::string& response) {
    return static_cast<std::uint64_t>(risk::response_from_text(response).value_or(risk::Response::alert));
}

void add_risk(const RiskConfig& risk, LimitTerms& out) {
    const auto wei = [&out](const char* key, const u256& value) { out[std::string("risk.") + key] = chain::to_decimal(value); };
    const auto number = [&out](const char* key, std::uint64_t value) { out[std::string("risk.") + key] = std::to_string(value); };
    wei("max_position_wei", risk.max_position_wei);
    wei("max_pool_value_wei", risk.max_pool_value_wei);
    wei("max_daily_loss_wei", risk.max_daily_loss_wei);
    number("max_drawdown_ppm", risk.max_drawdown_ppm);
    number("max_leverage_ppm", risk.max_leverage_ppm);
    number("max_concentration_ppm", risk.max_concentration_ppm);
    wei("max_value_at_risk_wei", risk.max_value_at_risk_wei);
    number("value_at_risk_days", risk.value_at_risk_days);
    wei("max_gas_price_wei", risk.max_gas_price_wei);
    number("max_price_impact_ppm", risk.max_price_impact_ppm);
    number("max_slippage_ppm", risk.max_slippage_ppm);
    number("max_orders_per_second", risk.max_orders_per_second);
    number("max_concurrent_bundles", risk.max_concurrent_bundles);
    number("max_retries", risk.max_retries);
    wei("min_profit_wei", risk.min_profit_wei);
    number("conservative_ppm", risk.conservative_ppm);
    number("aggressive_ppm", risk.aggressive_ppm);
    number("emergency_ppm", risk.emergency_ppm);
    wei("unusual_amount_wei", risk.unusual_amount_wei);
    number("unusual_orders_per_hour", risk.unusual_orders_per_hour);
    number("unusual_success_ppm", risk.unusual_success_ppm);
    number("unusual_timing_ppm", risk.unusual_timing_ppm);
    number("unusual_refusals_per_minute", risk.unusual_refusals_per_minute);
    number("unusual_requests_per_minute", risk.unusual_requests_per_minute);
    number("unusual_access", rank(risk.unusual_access));
    number("unusual_amount", rank(risk.unusual_amount));
    number("unusual_frequency", rank(risk.unusual_frequency));
    number("unusual_destination", rank(risk.unusual_destination));
    number("unusual_success", rank(risk.unusual_success));
    number("unusual_timing", rank(risk.unusual_timing));
    number("configuration_change", rank(risk.configuration_change));
}

} // namespace

LimitTerms limit_terms(const Config& config) {
    LimitTerms out;
    add_risk(config.risk, out);
    const auto there = [](bool yes) { return std::string(yes ? "1" : "0"); };
    out["prices.file"] = there(!config.prices.file.empty());
    out["prices.second_source"] = there(!config.prices.second_file.empty());
    out["prices.max_age_ms"] = std::to_string(config.prices.max_age_ms);
    out["prices.max_difference_ppm"] = std::to_string(config.prices.max_difference_ppm);
    out["strategy.max_tip_wei"] = chain::to_decimal(config.strategy.max_tip_wei);
    out["arming.manifest"] = there(!config.arming.manifest.empty());
    out["arming.require_synchronised_clock"] = there(config.arming.require_synchronised_clock);
    out["audit.anchor"] = there(!config.audit.anchor.empty());
    out["audit.anchor_max_behind_ms"] = std::to_string(config.audit.anchor_max_behind_ms);
    for (const PoolConfig& pool : config.pools) {
        out["pools." + to_hex(pool.address) + ".budget0"] = chain::to_decimal(pool.budget0);
        out["pools." + to_hex(pool.address) + ".budget1"] = chain::to_decimal(pool.budget1);
    }
    return out;
}

} // namespace jitbox::apps
