// What is known of the risk limits now, for status and reports.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "risk/monitor.hpp"

#include <string>

namespace jitbox::apps {

struct RiskView {
    risk::Protection level = risk::Protection::none;
    std::string level_cause;
    std::string level_since;    ///< wall clock in nanoseconds, as text; empty: never set
    std::string price_problem;  ///< empty while prices may be traded on
    std::string unacknowledged; ///< the newest critical event that no operator has acknowledged
    risk::Findings findings;    ///< of the monitor's last look
};

} // namespace jitbox::apps
