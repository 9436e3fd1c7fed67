// What the engine is told: pools, valuation, routers, heads and transactions as records, with their sequence numbers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "accel/records.hpp"
#include "chain/block.hpp"
#include "pools/pool_view.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace jitbox::strategy {

/// Field for field; no arithmetic.
[[nodiscard]] accel::PoolRecord pool_record(const pools::PoolView& view);
[[nodiscard]] accel::TicksRecord ticks_record(const pools::PoolView& view);
/// `next_timestamp`: expected timestamp of the next block.
[[nodiscard]] accel::BlockRecord block_record(const chain::Head& head, std::uint64_t next_timestamp);

/// Owns the record sequence. Not thread-safe: the engine's one producer.
class EngineFeed {
public:
    /// `first_sequence` is given by the caller, so that a capture can be continued. The engine must outlive the feed.
    EngineFeed(accel::Engine& engine, std::vector<accel::RouterEntry> routers, const std::vector<accel::ParamsRecord>& params,
               std::uint64_t first_sequence = 1);

    /// For a fresh engine: sends the router table; every pool has to come (again). Errors (here and below): what Engine::submit
    /// says; the engine cannot be trusted then.
    [[nodiscard]] Result<void> start();
    /// New state of pools (POOL, TICKS, and PARAMS the first time), then the head. A pool without a price is not told to the
    /// engine, or removed from it.
    [[nodiscard]] Result<void> on_block(const std::vector<pools::PoolView>& changed, const chain::Head& head,
                                        std::uint64_t next_timestamp);
    /// A pool outside of a block (it left service).
    [[nodiscard]] Result<void> on_pool(const pools::PoolView& view);
    /// Replaces valuation and budget of a pool; sent at once when the engine knows the pool.
    [[nodiscard]] Result<void> set_params(const accel::ParamsRecord& params);
    /// Returns the transaction's sequence number, which was next_sequence() before the call.
    [[nodiscard]] Result<std::uint64_t> submit_transaction(BytesView raw);

    [[nodiscard]] std::uint64_t next_sequence() const { return next_sequence_; }

private:
    struct Params {
        accel::ParamsRecord record;
        bool sent = false;
    };
    [[nodiscard]] Result<void> submit(const Bytes& record);
    [[nodiscard]] Result<void> without_price(std::uint16_t pool_index);

    accel::Engine& engine_;
    std::vector<accel::RouterEntry> routers_;
    std::map<std::uint16_t, Params> params_; ///< by pool_index
    std::set<std::uint16_t> told_;           ///< pools that the engine knows
    std::uint64_t next_sequence_;
};

} // namespace jitbox::strategy
