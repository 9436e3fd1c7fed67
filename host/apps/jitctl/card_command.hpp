// `jitctl card list|test|reset`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jitbox::apps {

/// The command: parses its own arguments. Returns 0, 1 when the card is not as it should be, 2 for a wrong command line.
int card_command(int argc, char** argv);

} // namespace jitbox::apps
