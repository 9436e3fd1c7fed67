// A node for tools that ask one thing after the other: NodeClient with an own loop that waits for each answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/custody/owner_key.hpp"
#include "feed/node_client.hpp"

#include <memory>
#include <string>
#include <vector>

namespace jitbox::apps {

/// Blocking, for one thread; one connection for the life of the object.
class NodeSession {
public:
    /// `url`: ws://host:port. Errors: malformed url. An unreachable node shows at the first question.
    [[nodiscard]] static Result<std::unique_ptr<NodeSession>> open(const std::string& url);
    ~NodeSession();
    NodeSession(const NodeSession&) = delete;
    NodeSession& operator=(const NodeSession&) = delete;

    /// For questions that have no function here: ask, then run_until the answer is there.
    [[nodiscard]] feed::NodeClient& node();
    /// Runs the loop until `done` gives true.
    void run_until(const std::function<bool()>& done);

    [[nodiscard]] Result<std::uint64_t> chain_id();
    [[nodiscard]] Result<Bytes> code(const chain::Address& address);
    [[nodiscard]] Result<Bytes> call(const chain::Address& to, const Bytes& calldata);
    [[nodiscard]] Result<Bytes32> storage(const chain::Address& address, const Bytes32& slot);

    [[nodiscard]] Result<chain::Head> latest_head();
    [[nodiscard]] Result<chain::Head> head(std::uint64_t number);
    [[nodiscard]] Result<std::vector<chain::Log>> logs(const Bytes32& block_hash, const std::vector<chain::Address>& addresses);
    /// Of the latest block: what waits in the node's pool does not count.
    [[nodiscard]] Result<std::uint64_t> transaction_count(const chain::Address& account);
    /// The next nonce after what waits in the node's pool.
    [[nodiscard]] Result<std::uint64_t> free_nonce(const chain::Address& account);

    struct Send {
        std::uint64_t chain_id = 0;
        chain::Address to{};
        Bytes calldata;
    };
    struct Price {
        std::uint64_t nonce = 0;
        chain::u256 max_fee_per_gas = 0;
        chain::u256 max_priority_fee_per_gas = 0;
    };
    /// Signs and sends without waiting; gives the transaction's hash. Errors as send().
    [[nodiscard]] Result<Bytes32> submit(OwnerKey& key, const Send& what, const Price& price);
    /// Signs, sends and waits up to two minutes for the receipt; gas is estimated, so that what would revert is never sent.
    /// Errors: it would revert, the node refuses it, it was mined and reverted, not mined in time.
    [[nodiscard]] Result<feed::Receipt> send(OwnerKey& key, const Send& what);

private:
    struct Impl;
    explicit NodeSession(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace jitbox::apps
