// Typed calls to an Ethereum node on top of the JSON-RPC client.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "feed/rpc_client.hpp"
#include "pools/node_reader.hpp"

#include <optional>

namespace jitbox::feed {

using pools::Done;

struct Receipt {
    Bytes32 transaction_hash{};
    Bytes32 block_hash{};
    std::uint64_t block_number = 0;
    std::uint64_t transaction_index = 0;
    bool success = false;
    std::uint64_t gas_used = 0;
    chain::u256 effective_gas_price = 0;
    std::vector<chain::Log> logs;
};

struct Block {
    chain::Head head;
    std::optional<Bytes20> fee_recipient; ///< "miner"; a node may leave it out
    std::vector<Bytes32> transaction_hashes;
};

class NodeClient final : public pools::NodeReader {
public:
    explicit NodeClient(RpcClient& rpc) : rpc_(rpc) {}

    void call_many(std::vector<pools::ContractCall> calls, const Bytes32& block_hash, Done<std::vector<Bytes>> done) override;
    void logs_of_block(const Bytes32& block_hash, const std::vector<chain::Address>& addresses,
                       Done<std::vector<chain::Log>> done) override;
    void head_by_hash(const Bytes32& block_hash, Done<chain::Head> done) override;
    void latest_head(Done<chain::Head> done) override;
    void after(std::chrono::milliseconds delay, std::function<void()> run) override { rpc_.after(delay, std::move(run)); }

    void head_by_number(std::uint64_t number, Done<chain::Head> done);
    void block_by_hash(const Bytes32& block_hash, Done<Block> done);
    void block_by_number(std::uint64_t number, Done<Block> done);
    void chain_id(Done<std::uint64_t> done);
    /// eth_call at the latest block.
    void call(const pools::ContractCall& call, Done<Bytes> done);
    /// With `pending`, transactions in the node's pool count too.
    void transaction_count(const chain::Address& account, bool pending, Done<std::uint64_t> done);
    /// After this block. Errors also when the node has not kept its state.
    void transaction_count_at(const chain::Address& account, std::uint64_t block_number, Done<std::uint64_t> done);
    void balance(const chain::Address& account, Done<chain::u256> done);
    void code(const chain::Address& account, Done<Bytes> done);
    /// Gives the hash under which the node took it.
    void send_raw_transaction(BytesView raw, Done<Bytes32> done);
    /// Empty while the transaction is not in a block.
    void receipt(const Bytes32& transaction_hash, Done<std::optional<Receipt>> done);

    [[nodiscard]] RpcClient& rpc() { return rpc_; }

private:
    RpcClient& rpc_;
};

} // namespace jitbox::feed
