// What `jitctl safe` asks of a node: the Safe's state, its own idea of a hash, and the execution.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/custody/node_session.hpp"
#include "safe/proposal.hpp"

#include <vector>

namespace jitbox::apps {

/// Errors also: there is no Safe at the address.
[[nodiscard]] Result<safe::SafeState> safe_state(NodeSession& node, const chain::Address& safe);
/// Guard's address from the Safe's storage (keccak256("guard_manager.guard.address")), zero for none.
[[nodiscard]] Result<chain::Address> safe_guard(NodeSession& node, const chain::Address& safe);
/// The first ten accounts that move the Safe without its owners' signatures; there should be none.
[[nodiscard]] Result<std::vector<chain::Address>> safe_modules(NodeSession& node, const chain::Address& safe);
/// Safe.getTransactionHash: only ever compared with our own.
[[nodiscard]] Result<Bytes32> hash_on_chain(NodeSession& node, const safe::Proposal& proposal);
/// The executor's OWNER(): a proposal of another Safe would be signed for nothing.
[[nodiscard]] Result<chain::Address> executor_owner(NodeSession& node, const chain::Address& executor);
/// The node's own view must agree before people are asked to sign: same Safe code, and this Safe is the executor's owner.
[[nodiscard]] Result<void> compare_with_chain(NodeSession& node, const safe::Proposal& proposal);
/// Sends execTransaction from the account that pays the gas (it needs to be no owner) and waits. Returns the transaction's hash.
/// Errors as NodeSession::send, and when the Safe reports ExecutionFailure.
[[nodiscard]] Result<Bytes32> execute_proposal(NodeSession& node, const safe::Proposal& proposal, OwnerKey& sender);

} // namespace jitbox::apps
