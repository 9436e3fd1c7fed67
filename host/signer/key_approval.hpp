// Dual control of keys (API-3): a rotation and the destruction of keys need the approvals of two people, where the configuration
// names any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/approval.hpp"
#include "signer/config.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace jitbox::signer {

/// The subject of "rotate_keys", "retire_keys" and "discard_key": chain, executor, the label and the addresses that its keys have
/// now (none, where the private half is alone).
[[nodiscard]] std::string key_subject(const Config& config, std::string_view label, const std::vector<std::string>& addresses);

/// Checks the approvals and uses them up, in key_approvals.db: the running signer uses none for keys. Errors: those of
/// open_key_log(), open_book() and ApprovalBook::use.
[[nodiscard]] Result<void> use_key_approvals(const Config& config, std::string_view action, const std::string& subject,
                                             const std::vector<Approval>& approvals);

} // namespace jitbox::signer
