// The risk figures and the use of every limit, for Prometheus (AUD-3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "risk/events.hpp"
#include "risk/monitor.hpp"
#include "telemetry/metrics.hpp"

#include <array>

namespace jitbox::apps {

class RiskMetrics {
public:
    explicit RiskMetrics(telemetry::Metrics& metrics);

    void show(const risk::Findings& findings, risk::Protection level, const risk::Limits& in_force);
    void count(risk::Severity severity) const { events_.at(static_cast<std::size_t>(severity)).add(); }

private:
    telemetry::Metrics& metrics_;
    std::array<telemetry::Counter, 4> events_;
    telemetry::Gauge portfolio_;
    telemetry::Gauge profit_today_;
    telemetry::Gauge exposure_;
    telemetry::Gauge drawdown_;
    telemetry::Gauge value_at_risk_;
    telemetry::Gauge level_;
    telemetry::Gauge tradable_;
    telemetry::Gauge beats_;
};

} // namespace jitbox::apps
