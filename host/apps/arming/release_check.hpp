// Objections to arming from the machine itself: the signed manifest and the clock (ARM-2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config.hpp"
#include "signer/protocol.hpp"

#include <sys/timex.h>

#include <map>
#include <string>
#include <vector>

namespace jitbox::apps {

/// What the manifest says of contracts, and what is wrong with binaries and configurations.
struct ReleaseCheck {
    std::vector<Error> objections;
    std::map<std::string, std::string> contracts; ///< lower-case address: code hash that the chain must show
};

/// Without `arming.manifest` nothing is checked (refused in production by check_config). `own_binary` is jitd's SHA-256.
/// `image` is the SHA-256 of the card's image, empty for an engine without a card.
[[nodiscard]] ReleaseCheck check_release(const Config& config, const std::string& own_binary, const std::string& image,
                                         const signer::SignerStatus& signer);

/// SHA-256 of the program that runs; computed once. Empty when it cannot be read.
[[nodiscard]] const std::string& own_binary_hash();

/// SHA-256 of the card's image as it was when it was first asked for; computed once. Empty without a card, "unreadable" when it
/// cannot be read.
[[nodiscard]] const std::string& card_image_hash(const Config& config);

/// Why the clock is not good enough, from what adjtimex(2) returned; empty when it is.
[[nodiscard]] std::string clock_problem(int state, const timex& clock);
/// Asks the kernel. Empty too when the configuration does not want it.
[[nodiscard]] std::string clock_problem(const Config& config);

} // namespace jitbox::apps
