// jitd's answers to jitctl, as JSON text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "apps/arming/arming.hpp"
#include "apps/market/market.hpp"
#include "apps/runtime/services.hpp"
#include "apps/runtime/trading.hpp"
#include "apps/watch/risk_view.hpp"
#include "audit/log.hpp"
#include "risk/gate.hpp"
#include "strategy/lanes.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace jitbox::apps {

struct StatusInputs {
    const Services& services;
    const Arming& arming;
    const Market& market;
    const accel::Engine& engine;
    const strategy::Lanes& lanes;
    risk::Usage usage;
    RiskView risk;
    BundleTotals bundles;
    std::vector<std::pair<std::string, telemetry::Quantiles>> latencies;
    std::uint16_t admin_port = 0;
    std::chrono::seconds uptime{0};
};

[[nodiscard]] std::string status_report(const StatusInputs& inputs);
/// Arm state alone, the answer to arm, disarm, estop and reset.
[[nodiscard]] std::string state_report(const Arming& arming);
[[nodiscard]] std::string pools_report(const Services& services, const Market& market);
[[nodiscard]] Result<std::string> decisions_report(store::Journal& journal, std::size_t limit);
[[nodiscard]] Result<std::string> bundles_report(store::Journal& journal, std::size_t limit);
[[nodiscard]] Result<std::string> audit_report(const audit::Log& log);
/// Resident memory of this process in KiB, from /proc.
[[nodiscard]] std::uint64_t resident_kib();

} // namespace jitbox::apps
