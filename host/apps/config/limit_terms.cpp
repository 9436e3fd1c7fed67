// Compares limits.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/limit_terms.hpp"

#include "base/hex.hpp"
#include "risk/screen.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

/// Terms of which less is looser.
constexpr std::array<std::string_view, 13> less_is_looser = {
    "risk.unusual_access", "arming.manifest",        "arming.require_synchronised_clock", "audit.anchor",
    "prices.file",         "prices.second_source",   "risk.configuration_change",         "risk.min_profit_wei",
    "risk.unusual_amount", "risk.unusual_frequency", "risk.unusual_destination",          "risk.unusual_success",
    "risk.unusual_timing",
};
/// Terms of which neither more nor less is tighter: any other value counts as looser.
constexpr std::array<std::string_view, 1> other_is_looser = {"risk.value_at_risk_days"};
/// Terms of which 0 turns the rule off, which is the loosest of all.
constexpr std::array<std::string_view, 5> zero_is_off = {"risk.unusual_refusals_per_minute", "risk.unusual_requests_per_minute",
                                                         "risk.unusual_amount_wei", "risk.unusual_orders_per_hour",
                                                         "risk.unusual_timing_ppm"};
/// Below so much of what it was a success rate is unusual: less is looser, 0 is off.
constexpr std::string_view success_share = "risk.unusual_success_ppm";

bool is_one_of(std::string_view key, std::span<const std::string_view> keys) {
    return std::ranges::find(keys, key) != keys.end();
}

bool is_looser(std::string_view key, const u256& before, const u256& now) {
    if (before == now) return false;
    if (is_one_of(key, other_is_looser)) return true;
    if (is_one_of(key, less_is_looser) || key == success_share) return now < before;
    if (is_one_of(key, zero_is_off) && (before == 0 || now == 0)) return now == 0;
    return now > before;
}

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

std::string format_limit_terms(const LimitTerms& terms) {
    json::object out;
    for (const auto& [key, value] : terms) out[key] = value;
    return json::serialize(out);
}

Result<LimitTerms> parse_limit_terms(std::string_view text) {
    boost::system::error_code error;
    const json::value value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !value.is_object()) return fail("limits: no JSON object");
    LimitTerms out;
    for (const auto& [key, term] : value.get_object()) {
        if (!term.is_string() || !chain::parse_u256(std::string_view(term.get_string())))
            return fail("limits: " + std::string(key) + " is no decimal text");
        out[std::string(key)] = std::string(term.get_string());
    }
    return out;
}

std::vector<std::string> looser_terms(const LimitTerms& before, const LimitTerms& now) {
    std::vector<std::string> out;
    for (const auto& [key, value] : now) {
        const auto found = before.find(key);
        if (found == before.end() && !key.starts_with("pools.")) continue;
        const std::string old = found == before.end() ? "0" : found->second;
        if (is_looser(key, chain::parse_u256(old).value_or(0), chain::parse_u256(value).value_or(0)))
            out.push_back(fmt::format("{}: {} -> {}", key, old, value));
    }
    return out;
}

} // namespace jitbox::apps
