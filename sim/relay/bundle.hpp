// Bundles as they arrive, and their place until their block has passed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "chain/transaction.hpp"

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace jitbox::relay_sim {

/// Limits of the Flashbots protocol.
constexpr std::size_t max_bundle_transactions = 100;
constexpr std::size_t max_bundle_bytes = 300'000;

struct BundleTransaction {
    Bytes raw; ///< as it was sent: a blob transaction with its sidecar
    Bytes32 hash{};
    chain::Address sender{};
    chain::Transaction fields;
    bool may_revert = false; ///< named in revertingTxHashes
};

struct Bundle {
    std::vector<BundleTransaction> transactions;
    std::uint64_t block_number = 0;
    std::uint64_t min_timestamp = 0; ///< 0: none
    std::uint64_t max_timestamp = 0; ///< 0: none
    std::string replacement_uuid;
    chain::Address signer{};          ///< who signed the request; a uuid belongs to its signer
    std::uint64_t received_order = 0; ///< earlier bundles win ties

    /// keccak of the transaction hashes: the bundleHash of the answer.
    [[nodiscard]] Bytes32 hash() const;
};

/// The object in params of eth_sendBundle and eth_callBundle. Errors name the field: missing or malformed txs, a transaction that
/// does not decode, comes without its blobs, or whose sender cannot be recovered, too many transactions or bytes, numbers out of
/// range.
[[nodiscard]] Result<Bundle> parse_bundle(const boost::json::value& parameter);

/// Bundles waiting for their block.
class BundlePool {
public:
    /// Keeps the bundle; one of the same signer with the same replacementUuid is replaced. An empty bundle with a uuid cancels.
    /// Returns whether an earlier one was replaced.
    bool add(Bundle bundle);
    /// Drops the bundles of this signer with this uuid; how many.
    std::size_t cancel(const chain::Address& signer, const std::string& replacement_uuid);
    /// Bundles for this block that the timestamps allow.
    [[nodiscard]] std::vector<Bundle> for_block(std::uint64_t number, std::uint64_t timestamp) const;
    /// Forgets what can no longer be included.
    void drop_before(std::uint64_t number);
    [[nodiscard]] std::size_t size() const { return bundles_.size(); }

private:
    std::vector<Bundle> bundles_;
    std::uint64_t next_order_ = 1;
};

} // namespace jitbox::relay_sim
