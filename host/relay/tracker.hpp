// The bundles that wait for their block, and those of recent blocks in case the chain reorganises.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "relay/outcome.hpp"

#include <map>

namespace jitbox::relay {

/// Not thread-safe: owned by jitd's loop.
class Tracker {
public:
    /// Earlier versions under its uuid for the same block are replaced by it.
    void add(TrackedBundle bundle);
    /// A relay's answer to the submission of this bundle.
    void note_answer(std::string_view uuid, std::uint32_t version, const Answer& answer);
    /// We replaced or withdrew it. It may still be included, when the builder had it already.
    void note_withdrawn(std::string_view uuid, std::uint32_t version);
    /// A head arrived: acceptances for its block or older ones count as late from now on.
    void note_head(std::uint64_t number);

    /// Bundles whose block has come and that have no verdict yet, to be judged with the evidence of their target block.
    [[nodiscard]] std::vector<TrackedBundle> due(std::uint64_t head) const;
    /// It has its verdict; it is kept for `reorg_blocks` more blocks.
    void judged(std::string_view uuid, std::uint32_t version);
    /// The blocks from `from_block` on were undone: verdicts on bundles for them are void, they become due again.
    void reorganised(std::uint64_t from_block);
    /// Bundles without verdict.
    [[nodiscard]] std::size_t open() const;

    static constexpr std::uint64_t reorg_blocks = 64;

private:
    struct Entry {
        TrackedBundle bundle;
        bool judged = false;
    };
    using Key = std::pair<std::string, std::uint32_t>;
    [[nodiscard]] Entry* find(std::string_view uuid, std::uint32_t version);

    std::map<Key, Entry> bundles_;
    std::uint64_t head_ = 0;
};

} // namespace jitbox::relay
