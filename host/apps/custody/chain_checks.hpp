// What must be true on the chain before the appliance may be armed on it (CHAIN-4): every configured address against the node, one
// check a fact. jitd refuses to arm by them; `jitctl chain check` prints them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config.hpp"
#include "feed/rpc_client.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::apps {

enum class CheckState : std::uint8_t {
    ok,
    unverified, ///< nothing to compare with (an empty code hash, an owner that is no Safe): refused in production
    failed,
};
[[nodiscard]] std::string_view name_of(CheckState state);

struct ChainCheck {
    std::string name; ///< of the field: "pools[0].fee", "executor.owner"
    CheckState state = CheckState::ok;
    std::string what; ///< what was found
    std::string hint; ///< what to do; empty when ok
};

struct ChainSubject {
    const Config* config = nullptr;        ///< null: the profile alone
    const ChainProfile* profile = nullptr; ///< null: the configuration has none
    std::vector<Bytes20> operators;        ///< the signing lanes' accounts
};

/// Asks the node for everything, a few questions at once. `done` gets every check in the order of the configuration; a question
/// without an answer is a failed check, and a node that is away one for all. What the subject points to is not needed after the
/// call.
void check_chain(const ChainSubject& subject, feed::RpcClient& rpc, std::function<void(std::vector<ChainCheck>)> done);

/// Whether a check stands against arming in this environment.
[[nodiscard]] bool objects(const ChainCheck& check, std::string_view environment);

} // namespace jitbox::apps
