// Files of `jitctl safe`: proposals and signatures.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/custody/owner_key.hpp"
#include "base/error.hpp"
#include "safe/proposal.hpp"

#include <string>

namespace jitbox::apps {

[[nodiscard]] Result<safe::Proposal> read_proposal(const std::string& path);
[[nodiscard]] Result<safe::OwnerSignature> read_signature(const std::string& path);
/// {"owner", "safeTxHash", "signature"}: the hash is for people; the signature is checked against the proposal.
[[nodiscard]] std::string signature_json(const safe::OwnerSignature& signature, const Bytes32& hash);
/// Whole file at once: written beside and renamed, so that a full disk never leaves half a file.
[[nodiscard]] Result<void> write_text(const std::string& path, const std::string& text);
/// What an owner's signature file holds: the key's signature of the hash itself, v = 27 or 28.
[[nodiscard]] Result<safe::OwnerSignature> sign_hash(OwnerKey& key, const Bytes32& hash);

} // namespace jitbox::apps
