// What an operator commands about the lease, in the signer's terms.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/arming/arming.hpp"
#include "apps/config/config.hpp"
#include "apps/config/token_prices.hpp"
#include "control/commands.hpp"
#include "signer/protocol.hpp"

namespace jitbox::apps {

/// Errors: an address that is no configured pool, an approval that is none (with its number).
[[nodiscard]] Result<signer::ArmRequest> arm_request(const Config& config, const TokenPrices& prices,
                                                     const control::ArmCommand& command);
[[nodiscard]] Result<signer::RenewRequest> renew_request(const control::RenewCommand& command);
[[nodiscard]] Result<signer::ResetRequest> reset_request(const control::ResetCommand& command);

/// `approvals`, as `jitctl approve` printed them, for `action` on `subject`.
[[nodiscard]] Result<signer::EndorseRequest> endorse_request(const std::string& operator_name,
                                                             const std::vector<std::string>& approvals, std::string action,
                                                             std::string subject);

/// {"action", "subject"} for `jitctl approve`. Errors: as above; a renewal without a lease, a reset while not TRIPPED. What loosens
/// a risk limit has its text from RiskWatch::loosening().
[[nodiscard]] Result<std::string> approval_report(const Config& config, const TokenPrices& prices, const ArmView& view,
                                                  const control::Approvable& what);

} // namespace jitbox::apps
