// Kernel range_profit: pool state and decoded swap legs in, DECISION or REJECT out.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_RANGE_PROFIT_HPP
#define JITBOX_HLS_RANGE_PROFIT_HPP

#include "hls/beat.hpp"
#include "hls/range_search.hpp"
#include "hls/tick_window.hpp"

#ifdef JITBOX_NATIVE_LEAF
#include <atomic>
#endif

namespace jitbox {
namespace hlsk {

/// What finds a pool: who made it and what it trades.
struct PoolKey {
    u160 factory;
    u160 token0;
    u160 token1;
    std::uint32_t fee;
};

struct PoolEntry {
    bool valid;
    bool in_service;
    PoolKey key;
    u160 address;
    PoolState state;
    std::uint64_t state_version;
    std::uint64_t block_number;
};

struct BlockHead {
    std::uint64_t number;
    std::uint64_t next_timestamp;
};

/// The freeze input: a wire on the card, an atomic in the native engine whose other threads set it.
#ifdef JITBOX_NATIVE_LEAF
using FreezeLine = std::atomic<bool>;
#else
using FreezeLine = volatile bool;
#endif

constexpr int pool_buckets = 2048;
constexpr int pool_ways = 8;
constexpr std::uint16_t no_pool = 0xffff;

/// Everything that range_profit remembers: on the card block memories, on the CPU one object of about 12 MB. Zero is not its
/// initial state: call reset.
struct RangeProfitState {
    PoolEntry pools[records::max_pools];
    TickWindow windows[records::max_pools];
    PoolParams params[records::max_pools];
    std::uint16_t buckets[pool_buckets][pool_ways]; ///< pool indices by key, no_pool where free
    TickWindow scratch; ///< a TICKS record on its way in; `windows` changes only when all of it is right
    BlockHead head;
    RatioMemo memo;
    std::uint64_t leg_sequence; ///< of the transaction whose pools are in leg_pools
    std::uint32_t leg_pool_count;
    std::uint16_t leg_pools[records::max_legs];

    void reset();
};

/// Index of the pool with this key, or no_pool.
std::uint16_t find_pool(const RangeProfitState& state, const PoolKey& key);

/// Takes one whole record from `in`. SWAP is passed on and answered with DECISION or REJECT; TX_SEEN and REJECT are passed on;
/// POOL, TICKS, PARAMS, BLOCK and ROUTERS update the state, or are answered with REJECT; BARRIER is answered with BARRIER_DONE.
/// `frozen` is sampled for each leg, when it begins and again before its DECISION is written.
void range_profit(RangeProfitState& state, BeatStream& in, BeatStream& out, const FreezeLine& frozen);

} // namespace hlsk
} // namespace jitbox

#endif
