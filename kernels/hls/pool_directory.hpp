// Which pool has which address: what the parser has to know about pools to read a call that goes to one directly.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_POOL_DIRECTORY_HPP
#define JITBOX_HLS_POOL_DIRECTORY_HPP

#include "hls/parser_bytes.hpp"

namespace jitbox {
namespace hlsk {

struct PoolIdentity {
    std::uint8_t address[20];
    std::uint8_t token0[20];
    std::uint8_t token1[20];
    std::uint8_t factory[20];
    std::uint32_t fee;
    bool present;
    std::uint16_t next; ///< in its bucket, index + 1, 0 = last
};

/// Rows by pool index, chained by address hash: an update never fails for want of room in a bucket.
struct PoolDirectory {
    PoolIdentity row[records::max_pools];
    std::uint16_t bucket[records::max_pools]; ///< first row, index + 1, 0 = empty
};

/// Notes the identity in a POOL record (its first 192 bytes); PoolKind::removed takes the pool out. Index must be below max_pools.
void note_pool(PoolDirectory& pools, const std::uint8_t record[192]);

/// Index of the pool with this address, or max_pools.
std::uint32_t find_pool(const PoolDirectory& pools, const std::uint8_t address[20]);

} // namespace hlsk
} // namespace jitbox

#endif
