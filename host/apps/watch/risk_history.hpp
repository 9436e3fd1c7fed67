// What the journal knows that a risk limit must not forget at a restart.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/services.hpp"
#include "relay/outcome.hpp"
#include "risk/gate.hpp"

#include <map>
#include <string>
#include <vector>

namespace jitbox::apps {

struct RiskHistory {
    risk::History gate;
    std::vector<store::ProfitEntry> profits;  ///< of the window of [risk], oldest first
    std::map<std::string, std::string> state; ///< the journal's risk_state; most of it is in the members below
    std::vector<Bytes20> pools_included;
    risk::Protection level = risk::Protection::none;
    std::string level_cause;
    std::string level_since;
    std::string limits;  ///< limit_terms() of the last arming, with what people accepted since; empty: never armed
    std::string reviews; ///< of the anomaly rules, as text; these three empty: none yet
    std::string success_baseline;
    std::string timing_baseline;
    std::vector<risk::TimePoint> orders_last_hour; ///< oldest first
    std::string unacknowledged;                    ///< the critical event that no operator has acknowledged
    std::string configuration;                     ///< keccak256 of the last run's file; empty at the first
};

/// `open`: the bundles without an outcome, whose worst losses and values count on. Errors: the journal cannot be read.
[[nodiscard]] Result<RiskHistory> read_risk_history(const Services& services, const std::vector<relay::TrackedBundle>& open,
                                                    risk::TimePoint now);

} // namespace jitbox::apps
