// A risk event, everywhere.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/risk_recorder.hpp"

#include "apps/runtime/parts.hpp"

#include <array>
#include <chrono>

namespace jitbox::apps {

void record_risk_event(const Services& services, risk::EventRing& ring, const RiskMetrics& metrics, risk::Severity severity,
                       const std::string& rule, const std::string& text) {
    ring.add(std::chrono::system_clock::now(), severity, rule, text);
    metrics.count(severity);
    (void)services.journal.enqueue(store::RiskEventEntry{
        .time_ns = wall_ns(), .level = std::string(to_text(severity)), .rule = rule, .text = text, .detail_json = {}});
    static constexpr std::array levels = {telemetry::Level::info, telemetry::Level::warning, telemetry::Level::error,
                                          telemetry::Level::critical};
    services.events.note(levels.at(static_cast<std::size_t>(severity)), severity < risk::Severity::error ? "risk" : "alert", text,
                         {{"rule", rule}});
}

} // namespace jitbox::apps
