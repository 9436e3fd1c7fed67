// jitctl key: the signer's keys, by its own configuration.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jitbox::apps {

/// list, generate, rotate, retire, unlock. Returns the exit code.
int run_key(int argc, char** argv);

} // namespace jitbox::apps
