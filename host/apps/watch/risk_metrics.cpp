// Gauges of the risk figures. Wei as doubles: a graph's precision.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/risk_metrics.hpp"

namespace jitbox::apps {
namespace {

telemetry::Counter events_of(telemetry::Metrics& metrics, risk::Severity severity) {
    return metrics.counter("jitbox_risk_events_total", "risk events", {{"severity", std::string(to_text(severity))}});
}

double signed_double(const chain::i256& value) {
    return value < 0 ? -chain::to_double(static_cast<chain::u256>(-value)) : chain::to_double(static_cast<chain::u256>(value));
}

} // namespace

RiskMetrics::RiskMetrics(telemetry::Metrics& metrics)
    : metrics_(metrics), events_{events_of(metrics, risk::Severity::info), events_of(metrics, risk::Severity::warning),
                                 events_of(metrics, risk::Severity::error), events_of(metrics, risk::Severity::critical)},
      portfolio_(metrics.gauge("jitbox_portfolio_value_wei", "value of the vault's tokens; 0 while not known")),
      profit_today_(metrics.gauge("jitbox_profit_today_wei", "realised profit of the UTC day")),
      exposure_(metrics.gauge("jitbox_exposure_wei", "values of all open positions")),
      drawdown_(metrics.gauge("jitbox_drawdown_ratio", "fall of the realised profit from its peak, of the portfolio then")),
      value_at_risk_(metrics.gauge("jitbox_value_at_risk_wei", "95 % of a day, historical simulation; 0 while not known")),
      level_(metrics.gauge("jitbox_protection_level", "0 NONE, 1 CONSERVATIVE, 2 AGGRESSIVE, 3 EMERGENCY")),
      tradable_(metrics.gauge("jitbox_prices_tradable", "1 while the outside prices are young and agree")),
      beats_(metrics.gauge("jitbox_risk_monitor_beats", "looks of the risk monitor since the start, 10 a second")) {}

void RiskMetrics::show(const risk::Findings& findings, risk::Protection level, const risk::Limits& in_force) {
    const risk::Assessment& now = findings.assessment;
    const risk::Portfolio portfolio = now.portfolio.value_or(risk::Portfolio{});
    portfolio_.set(chain::to_double(portfolio.value_wei));
    profit_today_.set(signed_double(now.profit_today_wei));
    exposure_.set(chain::to_double(now.exposure_wei));
    drawdown_.set(portfolio.drawdown_ppm / 1e6);
    value_at_risk_.set(chain::to_double(portfolio.value_at_risk_wei.value_or(0)));
    level_.set(static_cast<double>(level));
    tradable_.set(findings.price_problem.empty() ? 1 : 0);
    beats_.set(static_cast<double>(findings.beat));
    for (const risk::Use& use : now.uses) {
        metrics_.gauge("jitbox_limit_use_ratio", "use of a limit of [risk], as configured", {{"limit", use.limit_name}})
            .set(use.ppm / 1e6);
    }
    metrics_.gauge("jitbox_limit_in_force_wei", "limits as the protection level scales them", {{"limit", "max_position_wei"}})
        .set(chain::to_double(in_force.max_position_value_wei));
}

} // namespace jitbox::apps
