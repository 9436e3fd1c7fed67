// A proposal file: one Safe transaction on its way from the one who prepares it through the owners to its execution.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "safe/transaction.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::safe {

struct OwnerSignature {
    Address owner{};
    Bytes signature; ///< r || s || v, v = 27 or 28 (an ECDSA signature of the safeTxHash itself)
};

struct Proposal {
    std::uint64_t chain_id = 0;
    Address safe{};
    SafeTransaction transaction;
    std::vector<OwnerSignature> signatures; ///< ascending by owner, as Safe.checkSignatures wants them
};

/// What the Safe on chain says about itself.
struct SafeState {
    std::vector<Address> owners;
    std::size_t threshold = 0;
    u256 nonce = 0;
};

[[nodiscard]] Bytes32 hash_of(const Proposal& proposal);
[[nodiscard]] std::string to_json(const Proposal& proposal);
/// Errors: not JSON, a missing or malformed field (named), a safeTxHash in the file that is not the one computed here.
[[nodiscard]] Result<Proposal> proposal_from_json(std::string_view text);
/// Whether it can be read as a proposal, whatever is to be thought of what it says: the errors of proposal_from_json but for a hash
/// or a signature that is not the transaction's.
[[nodiscard]] Result<void> check_form(std::string_view text);

/// The safeTxHash of the same JSON without regard to one that stands in it, and without any policy.
[[nodiscard]] Result<Bytes32> hash_of_fields(std::string_view text);

/// What every command does before it touches a proposal. Errors: delegatecall, a target that is not the executor, value with a
/// call that takes none, gas refund fields (they pay the submitter from the Safe), calldata that is no owner action.
[[nodiscard]] Result<void> check_policy(const Proposal& proposal, const Address& executor);

/// Adds a signature after recovering its signer from the hash computed here. Errors: wrong length, high-S, a signer who is not the
/// one named. A second signature of the same owner replaces the first.
[[nodiscard]] Result<void> add_signature(Proposal& proposal, const OwnerSignature& signature);
/// Errors: signer who is no owner, fewer signatures than the threshold, a nonce that the Safe is not at.
[[nodiscard]] Result<void> check_ready(const Proposal& proposal, const SafeState& state);
/// Calldata of Safe.execTransaction with the signatures concatenated in order.
[[nodiscard]] Bytes exec_transaction_calldata(const Proposal& proposal);

} // namespace jitbox::safe
