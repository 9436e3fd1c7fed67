// KEY-3, development only: the lanes' keys in a file encrypted with a passphrase (argon2id and secretbox, libsodium).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/hsm_token.hpp"

namespace jitbox::signer {

/// Opens `settings.key_file` with the PIN as its passphrase. A wrong passphrase is PinVerdict::wrong.
[[nodiscard]] HsmResult<std::unique_ptr<SigningToken>> open_key_file(const TokenSettings& settings);

/// Makes the keys of `settings.key_labels` that are missing, and the file (mode 0600) when it is missing. Replaced as a whole, so
/// that a crash leaves the old one. Gives the labels made.
[[nodiscard]] HsmResult<std::vector<std::string>> generate_in_key_file(const TokenSettings& settings);
/// All keys of the file. Errors as open_key_file().
[[nodiscard]] HsmResult<std::vector<HsmKey>> list_key_file(const TokenSettings& settings);
[[nodiscard]] HsmResult<void> remove_from_key_file(const TokenSettings& settings, const std::string& label);

} // namespace jitbox::signer
