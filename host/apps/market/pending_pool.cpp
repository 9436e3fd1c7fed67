// Pending swaps by hash, oldest first.
// SPDX-License-Identifier: Apache-2.0
#include "apps/market/pending_pool.hpp"

#include <set>
#include <utility>

namespace jitbox::apps {

void PendingPool::add(PendingSwap swap) {
    const Bytes32 hash = swap.hash;
    if (!swaps_.emplace(hash, std::move(swap)).second) return;
    order_.push_back(hash);
    while (swaps_.size() > capacity_) {
        swaps_.erase(order_.front());
        order_.pop_front();
    }
}

void PendingPool::on_block(std::uint64_t number, const std::vector<Bytes32>& mined) {
    for (const Bytes32& hash : mined) swaps_.erase(hash);
    std::erase_if(swaps_, [&](const auto& entry) { return entry.second.seen_at_block + keep_blocks_ < number; });
    std::erase_if(order_, [this](const Bytes32& hash) { return !swaps_.contains(hash); });
}

void PendingPool::set_nonce(const Bytes20& sender, std::uint64_t nonce) {
    nonces_[sender] = nonce;
    std::erase_if(swaps_, [&](const auto& entry) { return entry.second.sender == sender && entry.second.nonce < nonce; });
}

std::optional<std::uint64_t> PendingPool::nonce_of(const Bytes20& sender) const {
    const auto found = nonces_.find(sender);
    return found == nonces_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Bytes20> PendingPool::senders() const {
    std::set<Bytes20> out;
    for (const auto& [hash, swap] : swaps_) out.insert(swap.sender);
    return {out.begin(), out.end()};
}

std::vector<PendingSwap> PendingPool::all() const {
    std::vector<PendingSwap> out;
    for (const Bytes32& hash : order_) {
        if (const auto found = swaps_.find(hash); found != swaps_.end()) out.push_back(found->second);
    }
    return out;
}

} // namespace jitbox::apps
