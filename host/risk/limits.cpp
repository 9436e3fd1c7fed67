// Limits, their scaling and the ladder.
// SPDX-License-Identifier: Apache-2.0
#include "risk/limits.hpp"

#include "base/enum_names.hpp"

#include <algorithm>
#include <array>

namespace jitbox::risk {
namespace {

constexpr std::array<std::string_view, 4> level_names = {"NONE", "CONSERVATIVE", "AGGRESSIVE", "EMERGENCY"};

} // namespace

std::string_view to_text(Protection level) {
    return level_names.at(static_cast<std::size_t>(level));
}

std::optional<Protection> protection_from_text(std::string_view text) {
    return enum_from_text<Protection>(level_names, text);
}

std::vector<std::string> Limits::problems() const {
    std::vector<std::string> out;
    const auto positive = [&out](bool ok, const char* name) {
        if (!ok) out.push_back(std::string("limits.") + name + " is zero: nothing would pass the gate");
    };
    positive(max_position_value_wei != 0, "max_position_value_wei");
    positive(max_gas_price_wei != 0, "max_gas_price_wei");
    positive(max_gas_limit != 0, "max_gas_limit");
    positive(max_price_impact_ppm != 0, "max_price_impact_ppm");
    positive(max_orders_per_second != 0, "max_orders_per_second");
    positive(max_concurrent_bundles != 0, "max_concurrent_bundles");
    positive(max_pool_value_wei != 0, "max_pool_value_wei");
    positive(max_daily_loss_wei != 0, "max_daily_loss_wei");
    if (max_price_impact_ppm > 1'000'000) out.emplace_back("limits.max_price_impact_ppm is over 1,000,000 (100 %)");
    if (max_slippage_ppm > 1'000'000) out.emplace_back("limits.max_slippage_ppm is over 1,000,000 (100 %)");
    if (!portfolio) return out;
    positive(portfolio->max_leverage_ppm != 0, "max_leverage_ppm");
    positive(portfolio->max_concentration_ppm != 0, "max_concentration_ppm");
    positive(portfolio->max_drawdown_ppm != 0, "max_drawdown_ppm");
    positive(portfolio->max_value_at_risk_wei != 0, "max_value_at_risk_wei");
    return out;
}

Limits scaled(const Limits& limits, Protection level) {
    if (level == Protection::none) return limits;
    const unsigned part = level == Protection::conservative ? 2 : 4;
    Limits out = limits;
    out.max_position_value_wei /= part;
    out.max_pool_value_wei /= part;
    out.max_orders_per_second = std::max(out.max_orders_per_second / part, 1U);
    out.max_concurrent_bundles = std::max(out.max_concurrent_bundles / part, 1U);
    const u256 most_profit = ~static_cast<u256>(0) / part;
    out.min_profit_wei = out.min_profit_wei > most_profit ? ~static_cast<u256>(0) : out.min_profit_wei * part;
    if (out.portfolio) {
        out.portfolio->max_leverage_ppm /= part;
        out.portfolio->max_concentration_ppm /= part;
    }
    return out;
}

Protection Ladder::wanted(std::uint32_t use_ppm) const {
    if (use_ppm >= steps_.emergency_ppm) return Protection::emergency;
    if (use_ppm >= steps_.aggressive_ppm) return Protection::aggressive;
    return use_ppm >= steps_.conservative_ppm ? Protection::conservative : Protection::none;
}

bool Ladder::observe(std::uint32_t use_ppm) {
    last_use_ppm_ = use_ppm;
    if (use_ppm < steps_.conservative_ppm) accepted_use_ppm_ = 0; // that trouble is over: the next one is a new one
    const Protection level = wanted(use_ppm);
    if (level != Protection::emergency && use_ppm <= accepted_use_ppm_) return false;
    return tighten(level);
}

bool Ladder::tighten(Protection at_least) {
    if (at_least <= level_) return false;
    level_ = at_least;
    return true;
}

void Ladder::set(Protection level) {
    if (level < level_) accepted_use_ppm_ = last_use_ppm_;
    level_ = level;
}

} // namespace jitbox::risk
