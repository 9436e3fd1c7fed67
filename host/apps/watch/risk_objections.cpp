// The objections in words.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/risk_objections.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace jitbox::apps {

std::vector<Error> risk_objections(const RiskStanding& standing) {
    const RiskView& view = standing.view;
    std::vector<Error> out;
    if (!view.price_problem.empty()) out.push_back({"arm: " + view.price_problem, "see to the price sources; jitctl risk status"});
    if (view.level == risk::Protection::emergency) {
        out.push_back(
            {"arm: the protection level is EMERGENCY: " + view.level_cause, "jitctl risk level, once the cause is dealt with"});
    }
    if (!view.unacknowledged.empty()) {
        out.push_back(
            {"arm: a critical risk event is not acknowledged: " + view.unacknowledged, "jitctl risk acknowledge after looking"});
    }
    if (const auto& looser = standing.looser_limits; !looser.empty()) {
        out.push_back(
            {fmt::format("arm: {} limit(s) are looser than at the last arming: {}", looser.size(), fmt::join(looser, ", ")),
             "two people accept them: jitctl risk limits, with their approvals"});
    }
    if (!standing.configuration_problem.empty())
        out.push_back({"arm: " + standing.configuration_problem, "restart jitd, or put the file back"});
    if (!standing.vault_known)
        out.push_back({"arm: the value of the vault is not known yet", "it is read at every head: try again"});
    return out;
}

} // namespace jitbox::apps
