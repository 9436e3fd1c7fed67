// jitctl chain: profiles of chains, and every configured address against a node.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jitbox::apps {

/// Exit code: 0 when every check holds, 1 when one fails, 2 when configuration, profile or arguments are wrong.
[[nodiscard]] int run_chain(int argc, char** argv);

} // namespace jitbox::apps
