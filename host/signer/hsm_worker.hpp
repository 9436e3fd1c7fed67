// The HSM worker: the process that calls into the PKCS#11 module, so that the signer can kill it when the module hangs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jitbox::signer {

/// What `jit-signer --hsm-worker` runs: serves the signer at file descriptor 3 until it closes. The exit status.
[[nodiscard]] int run_hsm_worker();

} // namespace jitbox::signer
