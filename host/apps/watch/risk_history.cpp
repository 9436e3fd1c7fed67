// Reads the journal for the risk limits.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/risk_history.hpp"

#include "base/hex.hpp"
#include "strategy/valuation.hpp"

#include <chrono>

namespace jitbox::apps {
namespace {

risk::TimePoint time_of(std::int64_t time_ns) {
    return risk::TimePoint(std::chrono::duration_cast<risk::TimePoint::duration>(std::chrono::nanoseconds(time_ns)));
}

risk::OpenOrder open_order(const relay::TrackedBundle& bundle) {
    return {.worst_loss_wei = bundle.predicted.gas_cost_wei + bundle.predicted.tip_wei,
            .value_wei = strategy::value_wei(bundle.predicted.mint0, bundle.predicted.mint1, bundle.price0_x96, bundle.price1_x96),
            .pool = bundle.pool};
}

Result<void> read_state(store::Journal& journal, RiskHistory& out) {
    auto state = journal.risk_state();
    if (!state) return std::unexpected(state.error());
    // A level that cannot be read is none that may be loosened: the tightest.
    const std::string level = (*state)["level"];
    out.level = level.empty() ? risk::Protection::none : risk::protection_from_text(level).value_or(risk::Protection::emergency);
    out.level_cause = (*state)["level_cause"];
    out.level_since = (*state)["level_since"];
    out.limits = (*state)["limits"];
    out.reviews = (*state)["reviews"];
    out.success_baseline = (*state)["success_baseline"];
    out.timing_baseline = (*state)["timing_baseline"];
    out.unacknowledged = (*state)["unacknowledged"];
    out.configuration = (*state)["configuration"];
    out.state = std::move(*state);
    return {};
}

} // namespace

Result<RiskHistory> read_risk_history(const Services& services, const std::vector<relay::TrackedBundle>& open,
                                      risk::TimePoint now) {
    using std::chrono::days;
    RiskHistory out;
    auto profits = services.journal.profits(now - days(services.config.risk.value_at_risk_days));
    if (!profits) return std::unexpected(profits.error());
    out.profits = std::move(*profits);
    for (const store::ProfitEntry& entry : out.profits) {
        if (time_of(entry.time_ns) >= std::chrono::floor<days>(now)) out.gate.realised_today_wei += entry.profit_wei;
    }
    const auto targets = services.journal.targets(now - std::chrono::hours(1));
    if (!targets) return std::unexpected(targets.error());
    for (const store::TargetEntry& entry : *targets) {
        out.orders_last_hour.push_back(time_of(entry.time_ns));
        if (time_of(entry.time_ns) < now - risk::Gate::retry_window) continue;
        out.gate.attempts.push_back({.target = entry.target_hash, .at = time_of(entry.time_ns)});
        if (now - time_of(entry.time_ns) < std::chrono::seconds(1)) out.gate.orders.push_back(time_of(entry.time_ns));
    }
    for (const relay::TrackedBundle& bundle : open) out.gate.open.push_back(open_order(bundle));
    const auto pools = services.journal.pools_included();
    if (!pools) return std::unexpected(pools.error());
    for (const std::string& pool : *pools) {
        if (const auto address = fixed_from_hex<20>(pool)) out.pools_included.push_back(*address);
    }
    if (auto read = read_state(services.journal, out); !read) return std::unexpected(read.error());
    return out;
}

} // namespace jitbox::apps
