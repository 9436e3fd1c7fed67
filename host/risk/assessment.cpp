// The use of every limit.
// SPDX-License-Identifier: Apache-2.0
#include "risk/assessment.hpp"

#include <limits>

namespace jitbox::risk {
namespace {

using chain::u512;

constexpr std::uint32_t million = 1'000'000;

u256 loss_of(const i256& profit) {
    return profit < 0 ? u256{0} - static_cast<u256>(profit) : u256{0};
}

class Uses {
public:
    explicit Uses(Assessment& out) : out_(out) {}

    void add(const char* name, const u256& value, const u256& limit, bool is_loss = false) {
        const std::uint32_t use = share_ppm(value, limit);
        out_.uses.push_back({.limit_name = name,
                             .value = chain::to_decimal(value),
                             .limit = chain::to_decimal(limit),
                             .ppm = use,
                             .is_loss = is_loss});
        if (!is_loss || use <= out_.loss_use_ppm) return;
        out_.loss_use_ppm = use;
        out_.loss_limit = name;
    }

private:
    Assessment& out_;
};

void add_portfolio_uses(const Situation& situation, const PortfolioLimits& limits, const Portfolio& portfolio, Uses& uses) {
    const u256& value = portfolio.value_wei;
    uses.add("max_leverage_ppm", share_ppm(situation.usage.open_value_wei, value), limits.max_leverage_ppm);
    uses.add("max_concentration_ppm", share_ppm(situation.usage.largest_open_wei, value), limits.max_concentration_ppm);
    uses.add("max_drawdown_ppm", portfolio.drawdown_ppm, limits.max_drawdown_ppm, true);
    uses.add("max_value_at_risk_wei", portfolio.value_at_risk_wei.value_or(0), limits.max_value_at_risk_wei, true);
}

} // namespace

std::uint32_t share_ppm(const u256& part, const u256& whole) {
    constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
    if (part == 0) return 0;
    if (whole == 0) return most;
    const u512 share = (static_cast<u512>(part) * million + whole - 1) / whole;
    return share > most ? most : static_cast<std::uint32_t>(share);
}

Assessment assess(const Situation& situation, const Limits& limits) {
    Assessment out{.at = situation.at,
                   .portfolio = {},
                   .profit_today_wei = situation.usage.realised_today_wei,
                   .exposure_wei = situation.usage.open_value_wei,
                   .uses = {},
                   .loss_use_ppm = 0,
                   .loss_limit = {}};
    Uses uses(out);
    uses.add("max_position_wei", situation.usage.largest_open_wei, limits.max_position_value_wei);
    uses.add("max_pool_value_wei", situation.usage.largest_pool_value_wei, limits.max_pool_value_wei);
    uses.add("max_daily_loss_wei", loss_of(situation.usage.realised_today_wei), limits.max_daily_loss_wei, true);
    uses.add("max_orders_per_second", situation.usage.orders_last_second, limits.max_orders_per_second);
    uses.add("max_concurrent_bundles", situation.usage.open_bundles, limits.max_concurrent_bundles);
    if (!situation.portfolio_value_wei) return out;
    out.portfolio = Portfolio{.value_wei = *situation.portfolio_value_wei,
                              .drawdown_ppm = situation.history.drawdown_ppm(*situation.portfolio_value_wei),
                              .value_at_risk_wei = situation.history.value_at_risk_wei()};
    if (limits.portfolio) add_portfolio_uses(situation, *limits.portfolio, *out.portfolio, uses);
    return out;
}

} // namespace jitbox::risk
