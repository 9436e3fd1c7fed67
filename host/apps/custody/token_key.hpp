// A person's key in a PKCS#11 token, behind a process that can be killed: a module that hangs costs a deadline and no more (KEY-5).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/custody/owner_key.hpp"

namespace jitbox::apps {

/// The program that calls this has to run the worker when it is started with --hsm-worker (signer/hsm_worker.hpp).
/// Errors: PIN file, module, token, PIN, key; no answer within the source's deadline. After an error of sign() the worker is gone,
/// and the next signature starts another; but not after a PIN that was refused: no later signature tries it again.
[[nodiscard]] std::expected<std::unique_ptr<OwnerKey>, KeyFailure> open_token_key(const KeySource& source);

} // namespace jitbox::apps
