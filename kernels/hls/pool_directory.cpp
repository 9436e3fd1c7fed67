// The pool directory: insert, replace, remove, find.
// SPDX-License-Identifier: Apache-2.0
#include "hls/pool_directory.hpp"

namespace jitbox {
namespace hlsk {

namespace {

/// Pool addresses are hashes already (CREATE2), but hosts may send any: fold all of it.
std::uint32_t bucket_of(const std::uint8_t address[20]) {
#pragma HLS INLINE
    const std::uint64_t folded = load_be64(address) ^ load_be64(address + 8) ^ load_be32(address + 16);
    return static_cast<std::uint32_t>((folded * 0x9e3779b97f4a7c15ULL) >> 54);
}
static_assert(records::max_pools == 1024, "bucket_of gives ten bits");

void unlink(PoolDirectory& pools, std::uint32_t index) {
    const std::uint16_t self = static_cast<std::uint16_t>(index + 1);
    const std::uint32_t bucket = bucket_of(pools.row[index].address);
    std::uint16_t at = pools.bucket[bucket];
    if (at == self) pools.bucket[bucket] = pools.row[index].next;
    for (std::uint32_t i = 0; i < records::max_pools && at != 0; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 1024
        PoolIdentity& row = pools.row[at - 1];
        if (row.next == self) row.next = pools.row[index].next;
        at = row.next;
    }
    pools.row[index].present = false;
    pools.row[index].next = 0;
}

} // namespace

void note_pool(PoolDirectory& pools, const std::uint8_t record[192]) {
    const std::uint32_t index = get_le16(record + records::pool::pool_index);
    PoolIdentity& row = pools.row[index];
    const bool present = record[records::pool::pool_kind] != static_cast<std::uint8_t>(records::PoolKind::removed);
    const bool moves = !present || !equal20(row.address, record + records::pool::address);
    if (row.present && moves) unlink(pools, index);
    if (!present) return;
    copy20(row.token0, record + records::pool::token0);
    copy20(row.token1, record + records::pool::token1);
    copy20(row.factory, record + records::pool::factory);
    row.fee = get_le32(record + records::pool::fee);
    if (row.present) return;
    copy20(row.address, record + records::pool::address);
    const std::uint32_t bucket = bucket_of(row.address);
    row.next = pools.bucket[bucket];
    row.present = true;
    pools.bucket[bucket] = static_cast<std::uint16_t>(index + 1);
}

std::uint32_t find_pool(const PoolDirectory& pools, const std::uint8_t address[20]) {
    std::uint16_t at = pools.bucket[bucket_of(address)];
    for (std::uint32_t i = 0; i < records::max_pools && at != 0; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 1024
        if (equal20(pools.row[at - 1].address, address)) return at - 1U;
        at = pools.row[at - 1].next;
    }
    return records::max_pools;
}

} // namespace hlsk
} // namespace jitbox
