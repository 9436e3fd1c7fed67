// What the executor's owner can do, as data: names, arguments and meaning. Proposals are built from words and read back into words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::safe {

struct Argument {
    std::string_view type; ///< a static ABI type: address, bool, bytes32, uintN, intN
    std::string_view name;
};

/// Whether the executor may want an action announced (`schedule`) and delayed: what gives rights or raises a limit.
enum class Announce : std::uint8_t { never, may_be_needed };

struct Action {
    std::string_view name;
    std::span<const Argument> arguments;
    std::string_view meaning; ///< one sentence for the people who sign
    Announce announce = Announce::never;

    /// "setOperator(address,bool)"
    [[nodiscard]] std::string signature() const;
};

/// Every owner function (but `schedule`, see announce) of deploy/contracts/src/JitExecutor.sol, written by hand from it.
[[nodiscard]] std::span<const Action> owner_actions();
[[nodiscard]] Result<Action> find_action(std::string_view name);

/// Calldata of an action from text arguments: addresses with checksum, decimal or 0x numbers, true or false.
/// Errors: unknown action (the list is given), wrong number of arguments, an argument that does not fit its type.
[[nodiscard]] Result<Bytes> encode_action(std::string_view name, const std::vector<std::string>& arguments);

/// The announcement of a call: calldata of `schedule`. Errors: no owner action, one that waits for nothing.
[[nodiscard]] Result<Bytes> announce(BytesView call);
/// Under what number the executor keeps an announcement: keccak256 of the announced calldata. `cancel` takes it.
[[nodiscard]] Bytes32 call_id_of(BytesView call);

struct DecodedAction {
    Action action;
    std::vector<std::string> values;  ///< in the order of the arguments, as a person writes them
    std::optional<Bytes32> announced; ///< this only announces the action, under this call id
    /// "setOperator(account = 0xAb.., allowed = true): gives or takes ..."
    [[nodiscard]] std::string in_words() const;
};

/// Errors: selector of no owner action, dirty or missing words, an announcement of something else. A proposal that does not decode
/// is never signed.
[[nodiscard]] Result<DecodedAction> decode_action(BytesView calldata);

} // namespace jitbox::safe
