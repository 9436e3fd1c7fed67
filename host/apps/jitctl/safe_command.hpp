// jitctl safe: owner transactions of the executor through a Safe, prepared, read, signed, collected and executed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jitbox::apps {

/// propose, show, sign, collect, execute, status. Returns the exit code.
int run_safe(int argc, char** argv);

} // namespace jitbox::apps
