// A secret sealed by a TPM 2.0: a file that is worth nothing on another machine, nor on this one after another boot chain.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::tpm {

inline constexpr std::size_t max_sealed_size = 128; ///< bytes that a TPM seals at least

/// `secret` as text for a file: JSON with the public and the private part of a sealed object (TCG TPM 2.0 library, part 1, "sealed
/// data object") under the owner hierarchy's ECC storage key, which the TPM derives anew from its seed each time. `pcrs`: numbers
/// of the SHA-256 bank whose present values are a condition for unsealing (7: secure boot); none: this TPM alone is the condition.
/// Between this process and the TPM the secret is encrypted (AES-128-CFB session). Errors: the TPM's, senseless arguments.
[[nodiscard]] Result<std::string> seal(const std::string& tcti, std::string_view secret, const std::vector<unsigned>& pcrs);

/// Gives the secret to `take`, whose memory it is wiped from afterwards. Errors: another TPM, PCRs that differ, a changed file, no
/// answer within `deadline` (the thread that waits for it is left behind).
[[nodiscard]] Result<void> unseal(const std::string& tcti, const std::string& sealed, std::chrono::milliseconds deadline,
                                  const std::function<void(std::string_view)>& take);

} // namespace jitbox::tpm
