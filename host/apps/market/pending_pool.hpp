// Pending transactions that call a known router or pool: kept while they are pending, to be judged again on every new head.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

namespace jitbox::apps {

struct PendingSwap {
    Bytes raw;
    Bytes32 hash{};
    Bytes20 sender{};
    std::uint64_t nonce = 0;
    std::uint64_t seen_at_block = 0;
};

/// Also knows the senders' next nonces as far as the node has told. Not thread-safe: owned by jitd's loop.
class PendingPool {
public:
    explicit PendingPool(std::size_t capacity = 4096, std::uint64_t keep_blocks = 32)
        : capacity_(capacity), keep_blocks_(keep_blocks) {}

    /// When full, the oldest goes.
    void add(PendingSwap swap);
    /// A new head: forgets what it mined and what is too old.
    void on_block(std::uint64_t number, const std::vector<Bytes32>& mined);
    /// The sender's next nonce according to the chain; transactions below it are forgotten.
    void set_nonce(const Bytes20& sender, std::uint64_t nonce);
    /// Nonces are only good for the head that they were asked on.
    void forget_nonces() { nonces_.clear(); }

    [[nodiscard]] std::optional<std::uint64_t> nonce_of(const Bytes20& sender) const;
    [[nodiscard]] std::vector<Bytes20> senders() const;
    /// Copies, oldest first.
    [[nodiscard]] std::vector<PendingSwap> all() const;
    [[nodiscard]] std::size_t size() const { return swaps_.size(); }

private:
    std::size_t capacity_;
    std::uint64_t keep_blocks_;
    std::unordered_map<Bytes32, PendingSwap, BytesHash> swaps_;
    std::deque<Bytes32> order_; ///< by arrival; may name hashes that are gone
    std::unordered_map<Bytes20, std::uint64_t, BytesHash> nonces_;
};

} // namespace jitbox::apps
