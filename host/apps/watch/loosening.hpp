// What loosens a protection: named as text that two people approve (API-3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/limit_terms.hpp"
#include "control/commands.hpp"
#include "risk/limits.hpp"

#include <string>
#include <vector>

namespace jitbox::apps {

/// An action that the signer endorses, on this subject and no other.
struct Loosening {
    std::string action;
    std::string subject; ///< canonical JSON
    bool operator==(const Loosening&) const = default;
};

/// The protection level as it stands: `since` and `cause` make an approval good for this episode alone.
struct StandingLevel {
    risk::Protection level = risk::Protection::none;
    std::string cause;
    std::string since; ///< wall clock in nanoseconds, as text
};

[[nodiscard]] Loosening level_loosening(const Config& config, const StandingLevel& from, risk::Protection to,
                                        const control::RiskCommand& command);
/// `before`: the digest of the limits of the last arming; `looser`: what of the configuration is looser.
[[nodiscard]] Loosening limits_loosening(const Config& config, const std::string& before, const std::vector<std::string>& looser,
                                         const control::RiskCommand& command);

/// {"action", "subject"} for `jitctl approve`.
[[nodiscard]] std::string loosening_report(const Loosening& what);

} // namespace jitbox::apps
