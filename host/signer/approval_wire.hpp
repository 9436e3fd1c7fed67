// Approvals as members of a JSON line; private to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/approval.hpp"
#include "signer/wire.hpp"

namespace jitbox::signer {

inline constexpr std::size_t max_subject_bytes = std::size_t{48} * 1024;

/// Whether every field is of its form, the signature aside.
[[nodiscard]] Result<void> check_approval_fields(const Approval& approval);

[[nodiscard]] boost::json::object approval_object(const Approval& approval);
/// Reads the members; what is wrong stands in the reader.
[[nodiscard]] Approval read_approval(ObjectReader& reader);
/// The optional member `approvals`, a list.
[[nodiscard]] std::vector<Approval> read_approvals(ObjectReader& parent);

} // namespace jitbox::signer
