// jitctl key seal: the PIN of standard input, sealed by this machine's TPM.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/secret.hpp"

#include <string>
#include <vector>

namespace jitbox::apps {

struct PinSealing {
    std::string out;            ///< the file to make
    std::string tpm;            ///< how tpm2-tss reaches the TPM; empty: it finds one
    std::vector<unsigned> pcrs; ///< that must be as they are now
};

/// What stands on standard input; a terminal is asked and shows nothing of it. Before any thread is started: see read_hidden().
[[nodiscard]] signer::Secret read_pin_from_input();
/// Seals the PIN, and opens what it has made. Exit code.
[[nodiscard]] int seal_pin(const signer::Secret& pin, const PinSealing& options);

} // namespace jitbox::apps
