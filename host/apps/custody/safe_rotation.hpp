// A rotation of the operators' keys as proposals for the Safe (KEY-4): the last step of `jitctl key rotate`, and `jitctl safe
// rotate`. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/custody/safe_steps.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "chain/address.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace jitbox::apps {

struct RotationRequest {
    std::string node; ///< ws://host:port
    chain::Address safe{};
    chain::Address executor{};
    std::vector<chain::Address> take; ///< accounts that may no longer mint and burn
    std::vector<chain::Address> give; ///< accounts that may from now on
    std::string directory;            ///< made when missing; one file a proposal
};

struct RotationProposal {
    std::string file;  ///< in the order in which they have to be executed
    std::string words; ///< what it does, as the owners will see it
    Bytes32 hash{};    ///< safeTxHash
};

struct Rotation {
    std::vector<RotationProposal> proposals;
    std::vector<std::string> remarks; ///< what needs no proposal, or none yet: already so, announced and still waiting
};

/// Writes the proposals, with consecutive nonces from the Safe's own: taking comes first and waits for nothing. Giving waits for
/// the executor's delay: an account that was not announced gets its announcement as a proposal, and another run later gives the
/// action. Errors: an account in both lists or twice, nothing to do, the node, the Safe is not the executor's owner, a file that
/// cannot be written.
[[nodiscard]] Result<Rotation> propose_rotation(const RotationRequest& request);

/// `jitctl safe rotate`: prints what propose_rotation gave.
[[nodiscard]] Result<void> safe_rotate(const SafeOptions& options);

} // namespace jitbox::apps
