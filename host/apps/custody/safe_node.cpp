// What `jitctl safe` asks of a node.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/safe_node.hpp"

#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "chain/keccak.hpp"

#include <algorithm>
#include <string_view>

namespace jitbox::apps {
namespace {

Result<Bytes> view(NodeSession& node, const chain::Address& to, std::string_view signature) {
    return node.call(to, chain::AbiWriter(chain::selector_of(signature)).take());
}

Result<chain::Address> address_in(BytesView word, const char* what) {
    chain::AbiReader in(word);
    const chain::Address out = in.address(what);
    if (auto ok = in.finish(); !ok) return std::unexpected(ok.error());
    return out;
}

} // namespace

Result<safe::SafeState> safe_state(NodeSession& node, const chain::Address& safe) {
    const auto owners = view(node, safe, "getOwners()");
    const auto threshold = view(node, safe, "getThreshold()");
    const auto nonce = view(node, safe, "nonce()");
    for (const auto* answer : {&owners, &threshold, &nonce})
        if (!*answer) return std::unexpected(answer->error());
    if (owners->empty() || threshold->empty()) return fail("safe: there is no Safe at " + chain::to_checksum(safe));

    chain::AbiReader list(*owners);
    list.uint("offset");
    const auto count = static_cast<std::size_t>(list.uint("owners", 16));
    safe::SafeState out;
    for (std::size_t i = 0; i < count && !list.failed(); ++i) out.owners.push_back(list.address("owner"));
    chain::AbiReader threshold_word(*threshold);
    chain::AbiReader nonce_word(*nonce);
    out.threshold = static_cast<std::size_t>(threshold_word.uint("threshold", 16));
    out.nonce = nonce_word.uint("nonce");
    for (const chain::AbiReader* read : {&list, &threshold_word, &nonce_word})
        if (auto ok = read->finish(); !ok) return fail("safe: the answer of the Safe is malformed: " + ok.error().what);
    return out;
}

Result<chain::Address> safe_guard(NodeSession& node, const chain::Address& safe) {
    const auto word = node.storage(safe, chain::keccak256("guard_manager.guard.address"));
    if (!word) return std::unexpected(word.error());
    return address_in(*word, "guard");
}

Result<std::vector<chain::Address>> safe_modules(NodeSession& node, const chain::Address& safe) {
    constexpr chain::u256 sentinel = 1; // what the Safe's list begins with
    constexpr chain::u256 at_most = 10;
    const auto answer = node.call(
        safe, chain::AbiWriter(chain::selector_of("getModulesPaginated(address,uint256)")).uint(sentinel).uint(at_most).take());
    if (!answer) return std::unexpected(answer.error());
    chain::AbiReader list(*answer);
    list.uint("offset");
    list.address("next");
    const auto count = static_cast<std::size_t>(list.uint("modules", 16));
    std::vector<chain::Address> out;
    for (std::size_t i = 0; i < count && !list.failed(); ++i) out.push_back(list.address("module"));
    if (auto ok = list.finish(); !ok) return fail("safe: the answer of the Safe is malformed: " + ok.error().what);
    return out;
}

Result<Bytes32> hash_on_chain(NodeSession& node, const safe::Proposal& proposal) {
    const safe::SafeTransaction& transaction = proposal.transaction;
    chain::AbiWriter call(
        chain::selector_of("getTransactionHash(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,uint256)"));
    safe::write_arguments(call, transaction);
    const auto answer = node.call(proposal.safe, call.uint(transaction.nonce).bytes_tail(transaction.data).take());
    if (!answer) return std::unexpected(answer.error());
    if (answer->size() != 32) return fail("safe: getTransactionHash gave " + std::to_string(answer->size()) + " bytes");
    Bytes32 out{};
    std::ranges::copy(*answer, out.begin());
    return out;
}

Result<chain::Address> executor_owner(NodeSession& node, const chain::Address& executor) {
    const auto answer = view(node, executor, "OWNER()");
    if (!answer) return std::unexpected(answer.error());
    if (answer->empty()) return fail("safe: there is no executor at " + chain::to_checksum(executor));
    return address_in(*answer, "OWNER()");
}

Result<void> compare_with_chain(NodeSession& node, const safe::Proposal& proposal) {
    const auto on_chain = hash_on_chain(node, proposal);
    if (!on_chain) return std::unexpected(on_chain.error());
    if (*on_chain != safe::hash_of(proposal))
        return fail("safe: the contract computes safeTxHash " + to_hex(*on_chain) + ", here it is " +
                        to_hex(safe::hash_of(proposal)),
                    "this is no Safe 1.3 or 1.4, or the node lies; nothing was written");
    const auto owner = executor_owner(node, proposal.transaction.to);
    if (!owner) return std::unexpected(owner.error());
    if (*owner != proposal.safe)
        return fail("safe: the executor's owner is " + chain::to_checksum(*owner) + ", not the Safe " +
                    chain::to_checksum(proposal.safe));
    return {};
}

Result<Bytes32> execute_proposal(NodeSession& node, const safe::Proposal& proposal, OwnerKey& sender) {
    const auto receipt = node.send(
        sender, {.chain_id = proposal.chain_id, .to = proposal.safe, .calldata = safe::exec_transaction_calldata(proposal)});
    if (!receipt) return std::unexpected(receipt.error());
    const Bytes32 failure = chain::keccak256("ExecutionFailure(bytes32,uint256)");
    const bool failed = std::ranges::any_of(receipt->logs, [&](const chain::Log& log) {
        return log.address == proposal.safe && !log.topics.empty() && log.topics[0] == failure;
    });
    if (failed) return fail("safe: the owner action failed inside of " + to_hex(receipt->transaction_hash));
    return receipt->transaction_hash;
}

} // namespace jitbox::apps
