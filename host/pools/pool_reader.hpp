// Reads the state of one pool from a node at one block. Private to host/pools.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pools/node_reader.hpp"
#include "pools/pool_state.hpp"

namespace jitbox::pools {

/// Positions of bitmap words, both ends included.
struct WordRange {
    std::int32_t first = 0;
    std::int32_t last = 0;
};

/// Word that holds a tick: floor(floor(tick / spacing) / 256).
[[nodiscard]] std::int32_t word_of(std::int32_t tick, std::int32_t tick_spacing);
/// The words whose ticks are all in [known_lower, known_upper] of a state that read_pool gave.
[[nodiscard]] WordRange words_known(const PoolState& state, std::int32_t tick_spacing);

struct ReadRequest {
    PoolIdentity pool;
    Bytes32 block_hash{};
    std::optional<WordRange> words; ///< exactly these; empty: around the price, widened until enough ticks are known
    std::int32_t words_each_side = 0;
};

/// Three batches: slot0, liquidity and spacing; bitmap words (more of them while fewer than 64 initialised ticks are known on a
/// side and there is range left); the initialised ticks. Errors: the node's, answers that are malformed or contradict each other, a
/// spacing that is not the configured one.
void read_pool(NodeReader& node, ReadRequest request, Done<PoolState> done);

} // namespace jitbox::pools
