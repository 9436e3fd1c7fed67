// What a list of transactions would do in the next block, asked of the node without mining.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bundle.hpp"
#include "node.hpp"

#include <span>

namespace jitbox::relay_sim {

/// The block that would be built now.
struct NextBlock {
    std::uint64_t number = 0;
    std::uint64_t timestamp = 0;
    std::uint64_t base_fee_wei = 0;
    chain::Address coinbase{};
};

struct TransactionResult {
    Bytes32 hash{};
    chain::Address from{};
    std::optional<chain::Address> to;
    std::uint64_t gas_used = 0;
    chain::u256 priority_fee_wei = 0;     ///< effective, per gas
    chain::u256 sent_to_coinbase_wei = 0; ///< by value transfers
    bool success = false;
    std::string error; ///< of a failed one
};

struct SimulationResult {
    std::vector<TransactionResult> transactions;
    bool valid = false; ///< every transaction that may not revert succeeds
    std::string error;  ///< the first reason why not
    /// Why the sandbox node cannot mine what a builder could: its pool holds back a nonce that an authorization of the same block
    /// makes.
    std::string not_minable;

    [[nodiscard]] std::uint64_t gas_used() const;
    /// What the block's producer gets: priority fees and direct payments.
    [[nodiscard]] chain::u256 coinbase_wei() const;
};

/// `slot_seconds` after the latest block.
[[nodiscard]] Result<NextBlock> next_block(Node& node, std::uint64_t slot_seconds);
/// Nonces and fees are checked here, execution is the node's (eth_simulateV1 on the latest state, which does not check nonces).
/// Errors: the node cannot be asked; a transaction that cannot be simulated is a result that is not valid.
[[nodiscard]] Result<SimulationResult> simulate(Node& node, const NextBlock& block,
                                                std::span<const BundleTransaction> transactions);

} // namespace jitbox::relay_sim
