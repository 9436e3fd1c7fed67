// jitctl key seal: the PIN of standard input, sealed by this machine's TPM.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace jitbox::apps {

struct PinSealing {
    std::string out;            ///< the file to make
    std::string tpm;            ///< how tpm2-tss reaches the TPM; empty: it finds one
    std::vector<unsigned> pcrs; ///< that must be as they are now
};

/// Asks for the PIN, seals it, and opens what it has made. Exit code.
[[nodiscard]] int seal_pin(const PinSealing& options);

} // namespace jitbox::apps
