// Builds the next block of the sandbox chain: valid bundles first, then the node's own pending transactions in their order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bundle.hpp"
#include "node.hpp"
#include "simulation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace jitbox::relay_sim {

struct BundleFate {
    Bytes32 hash{};
    std::string replacement_uuid;
    bool included = false;
    std::string reason; ///< why not
};

struct BuiltBlock {
    std::uint64_t number = 0;
    Bytes32 hash{};
    std::size_t transactions = 0;
    std::vector<BundleFate> bundles;
};

class Builder {
public:
    Builder(Node& node, std::uint64_t slot_seconds) : node_(node), slot_seconds_(slot_seconds) {}

    /// Mines one block. `candidates` are the bundles for it. Best payment first; a bundle that fails on top of the chosen ones
    /// stays out. With `only_first`, just so many transactions of each bundle are taken and nothing is checked (the unbundling
    /// fault).
    [[nodiscard]] Result<BuiltBlock> build(std::vector<Bundle> candidates, std::optional<std::uint64_t> only_first);
    [[nodiscard]] Result<NextBlock> next() { return next_block(node_, slot_seconds_); }

private:
    struct Choice {
        std::vector<BundleTransaction> transactions;
        std::vector<BundleFate> fates;
    };

    [[nodiscard]] Result<Choice> choose(const NextBlock& block, std::vector<Bundle> candidates);
    [[nodiscard]] static Choice truncate(const std::vector<Bundle>& candidates, std::uint64_t only_first);
    [[nodiscard]] Result<void> put_first(const std::vector<BundleTransaction>& first);
    [[nodiscard]] Result<BuiltBlock> mine(const NextBlock& block, Choice choice);

    Node& node_;
    std::uint64_t slot_seconds_;
};

} // namespace jitbox::relay_sim
