// Objections to arming from the machine itself: the signed manifest and the clock (ARM-2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config.hpp"
#include "signer/protocol.hpp"

#include <sys/timex.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace jitbox::apps {

/// What the manifest says of contracts, and what is wrong with binaries and configurations.
struct ReleaseCheck {
    std::vector<Error> objections;
    std::map<std::string, std::string> contracts; ///< lower-case address: code hash that the chain must show
};

/// What runs here, as SHA-256.
struct InstalledRelease {
    std::string own_binary;         ///< of jitd
    std::filesystem::path programs; ///< the folder with the other programs of the manifest; empty: not looked at
    std::string image;              ///< of the card; empty for an engine without a card
    std::string profile;            ///< of the chain's profile; empty without one
};
/// Hashes are taken once, at the first call: as things were when jitd started.
[[nodiscard]] InstalledRelease installed_release(const Config& config);

/// Every contract whose code hash the configuration or its chain profile states: executor, factories and their deployers, routers,
/// tokens and the others. Lower-case address: code hash.
[[nodiscard]] std::map<std::string, std::string> released_contracts(const Config& config);

/// Without `arming.manifest` nothing is checked (refused in production by check_config). Else the manifest must list, with these
/// hashes: jitd and the signer with their configurations, the chain's profile, the card's image, released_contracts(); and a
/// program of the manifest that stands beside jitd must be that one.
[[nodiscard]] ReleaseCheck check_release(const Config& config, const InstalledRelease& installed,
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
