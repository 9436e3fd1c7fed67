// Keeps the pool book true: reads the first state, follows heads, fills gaps, audits against the node, reads again when in doubt.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pools/node_reader.hpp"
#include "pools/pool_book.hpp"

#include <memory>

namespace jitbox::pools {

struct KeeperOptions {
    /// Bitmap words read on each side of the price. 128 words cover 32,768 spacings: the whole range from spacing 60 up. Fewer
    /// than 64 initialised ticks found on a side doubles the range until there are or the end of the range is reached.
    std::int32_t bitmap_words_each_side = 128;
    std::uint64_t audit_every_blocks = 16;
};

struct KeeperCounters {
    std::uint64_t blocks = 0;
    std::uint64_t reorganisations = 0;
    std::uint64_t deepest_reorganisation = 0;
    std::uint64_t snapshots = 0;
    std::uint64_t audits = 0;
    std::uint64_t audit_differences = 0;    ///< the node's state was not that of a pool in service
    std::uint64_t node_contradictions = 0;  ///< of these: asked again about the same block, the node said what we had
    std::uint64_t unconfirmed_readings = 0; ///< the node's state was not that of a pool that had just been read again
    std::uint64_t node_errors = 0;
};

struct KeeperCallbacks {
    /// A block has been applied (or undone): pools whose view changed since the last call, then the tip.
    std::function<void(const std::vector<std::uint16_t>& changed, const chain::Head& tip)> on_block;
    /// Something an operator must see: a pool out of service, a difference from the node, a deep reorganisation.
    std::function<void(const std::string& what)> on_alert;
};

/// Single-threaded: call everything from the thread that drives the NodeReader. Must outlive no callback: destroying it makes
/// pending answers be ignored.
class PoolKeeper {
public:
    PoolKeeper(std::vector<PoolIdentity> pools, NodeReader& node, KeeperOptions options, KeeperCallbacks callbacks);
    ~PoolKeeper();
    PoolKeeper(const PoolKeeper&) = delete;
    PoolKeeper& operator=(const PoolKeeper&) = delete;

    /// Starts from the node's latest block.
    void start();
    void on_head(const chain::Head& head);
    void on_log(const chain::Log& log);
    /// Reads a pool again (operator's command).
    void resnapshot(std::uint16_t pool_index);

    [[nodiscard]] const PoolBook& book() const;
    [[nodiscard]] KeeperCounters counters() const;
    /// Every head that was announced is followed, and no pool waits for being read or audited.
    [[nodiscard]] bool idle() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::pools
