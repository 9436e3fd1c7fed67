// Where risk events are kept.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/services.hpp"
#include "apps/watch/risk_metrics.hpp"
#include "risk/events.hpp"

#include <string>

namespace jitbox::apps {

/// One event to all of them: ring, counter, journal, log and the live stream. One that does not fit the journal's queue is still in
/// the others.
void record_risk_event(const Services& services, risk::EventRing& ring, const RiskMetrics& metrics, risk::Severity severity,
                       const std::string& rule, const std::string& text);

} // namespace jitbox::apps
