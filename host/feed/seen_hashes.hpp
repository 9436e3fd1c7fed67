// The last N hashes that were seen: bounded memory for dropping repetitions. Private to host/feed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <unordered_set>
#include <vector>

namespace jitbox::feed {

class SeenHashes {
public:
    explicit SeenHashes(std::size_t capacity) : ring_(capacity == 0 ? 1 : capacity) { set_.reserve(ring_.size()); }

    [[nodiscard]] bool contains(const Bytes32& hash) const { return set_.contains(hash); }
    /// False when it was there already. The oldest one is forgotten when the ring is full.
    bool insert(const Bytes32& hash) {
        if (!set_.insert(hash).second) return false;
        if (used_ == ring_.size()) set_.erase(ring_[next_]);
        ring_[next_] = hash;
        next_ = (next_ + 1) % ring_.size();
        if (used_ < ring_.size()) ++used_;
        return true;
    }

private:
    std::vector<Bytes32> ring_;
    std::unordered_set<Bytes32, BytesHash> set_;
    std::size_t next_ = 0;
    std::size_t used_ = 0;
};

} // namespace jitbox::feed
