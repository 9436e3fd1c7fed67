// The steps of an owner action from proposal to execution. Each recomputes the safeTxHash and applies the policy before anything
// else. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/custody/owner_key.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jitbox::apps {

struct SafeOptions {
    std::string node = "ws://127.0.0.1:8545";
    std::string safe;
    std::string executor;
    std::string action;
    std::vector<std::string> arguments;
    std::vector<std::string> take; ///< operators that a rotation takes away
    std::vector<std::string> give; ///< operators that it gives
    bool announce = false;         ///< propose the announcement of the action (the executor's `schedule`), not the action
    std::string file;              ///< the proposal
    std::string out;
    std::vector<std::string> signature_files;
    KeySource key;
    bool generate = false;
    std::string expected_hash; ///< what the owner was told over another way; empty: not compared
    std::optional<std::uint64_t> nonce;
    std::string control_socket = "/run/jitbox/jitd.sock";
    bool no_appliance = false; ///< there is no running jitd to disarm
    bool as_json = false;
};

/// What of the command line a step reads besides its files.
struct SafeInputs {
    bool action = false;
    bool key = false;
};
/// Before a step: what the command line says and names can be read. Errors are mistakes of the caller, nothing was tried; what a
/// proposal does is not judged here.
[[nodiscard]] Result<void> check_inputs(const SafeOptions& options, SafeInputs what);

[[nodiscard]] Result<void> safe_propose(const SafeOptions& options);
[[nodiscard]] Result<void> safe_show(const SafeOptions& options);
[[nodiscard]] Result<void> safe_sign(const SafeOptions& options);
[[nodiscard]] Result<void> safe_collect(const SafeOptions& options);
/// Disarms the appliance first, unless the action only announces or takes an announcement back.
[[nodiscard]] Result<void> safe_execute(const SafeOptions& options);
[[nodiscard]] Result<void> safe_status(const SafeOptions& options);
/// Proposals, one JSON object a line, from standard input: what a script compares with another tool's hash. Signs nothing.
[[nodiscard]] Result<void> safe_hash(const SafeOptions& options);
/// What can be proposed: every action with its arguments.
[[nodiscard]] Result<void> safe_actions(const SafeOptions& options);
/// The address of an owner's key; makes the key in a PKCS#11 token when asked to.
[[nodiscard]] Result<void> safe_owner(const SafeOptions& options);

} // namespace jitbox::apps
