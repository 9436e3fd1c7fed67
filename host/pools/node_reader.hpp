// What pools ask of a node. The feed implements it over JSON-RPC; tests implement it in memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/block.hpp"

#include <chrono>
#include <functional>

namespace jitbox::pools {

struct ContractCall {
    chain::Address to{};
    Bytes data{};
};

template <typename T>
using Done = std::function<void(Result<T>)>;

/// Asynchronous; each `done` is called exactly once, later, on the thread that drives the node connection.
class NodeReader {
public:
    virtual ~NodeReader() = default;

    /// eth_call of each at the block with this hash, as one batch; answers in order. One failing call fails all.
    virtual void call_many(std::vector<ContractCall> calls, const Bytes32& block_hash, Done<std::vector<Bytes>> done) = 0;
    /// eth_getLogs of one block.
    virtual void logs_of_block(const Bytes32& block_hash, const std::vector<chain::Address>& addresses,
                               Done<std::vector<chain::Log>> done) = 0;
    virtual void head_by_hash(const Bytes32& block_hash, Done<chain::Head> done) = 0;
    virtual void latest_head(Done<chain::Head> done) = 0;
    /// Calls `run` after the delay: for asking again after an error.
    virtual void after(std::chrono::milliseconds delay, std::function<void()> run) = 0;
};

} // namespace jitbox::pools
