// What the risk limits have against an arming.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/watch/risk_view.hpp"
#include "base/error.hpp"

#include <string>
#include <vector>

namespace jitbox::apps {

struct RiskStanding {
    RiskView view;                          ///< prices, level, unacknowledged event
    std::vector<std::string> looser_limits; ///< than at the last arming, in words
    std::string configuration_problem;      ///< the file is not the one that is in force; empty: it is
    bool vault_known = false;               ///< what it is worth
};

/// Each with what to do; none: the risk limits have nothing against it.
[[nodiscard]] std::vector<Error> risk_objections(const RiskStanding& standing);

} // namespace jitbox::apps
