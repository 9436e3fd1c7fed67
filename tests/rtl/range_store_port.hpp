// What range_profit keeps of a pool (rtl/range/range_store_pkg.sv, range_pkg.sv), from the HLS source's state into ports of a
// Verilated module. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/range_profit.hpp"
#include "rtl/packed_port.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace jitbox::test {

constexpr int pool_state_bits = 1 + 20 + 32 + 14 + 24 + 160 + 128 + 128;
constexpr int pool_entry_bits = 1 + 160 + pool_state_bits + 64 + 64;
constexpr int window_frame_bits = 64 + 8 + 8 + 24 + 24 + 160 + 160;
constexpr int params_bits = 13 + 20 + 7 * 256;
constexpr int window_tick_bits = 24 + 128 + 128 + 160;
constexpr int pool_key_bits = 32 + 3 * 160;

template <int Bits>
using PackedPort = VlWide<static_cast<std::size_t>((Bits + 31) / 32)>;

inline ap_uint<24> tick_bits24(std::int32_t tick) {
    return ap_uint<24>(static_cast<std::uint32_t>(tick) & 0xffffffU);
}

inline void put_pool(PackedPort<pool_entry_bits>& port, const hlsk::PoolEntry& pool) {
    const hlsk::PoolState& state = pool.state;
    StructWriter<pool_entry_bits, (pool_entry_bits + 31) / 32> out(port);
    out.flag(pool.in_service).field(pool.address);
    out.flag(state.kind == hlsk::PoolKind::pancake_v3).field(ap_uint<20>(state.fee)).field(ap_uint<32>(state.fee_protocol));
    out.field(ap_uint<14>(static_cast<std::uint32_t>(state.tick_spacing))).field(tick_bits24(state.tick));
    out.field(hlsk::u160(state.sqrt_price_x96)).field(state.liquidity).field(state.max_liquidity_per_tick);
    out.field(ap_uint<64>(pool.state_version)).field(ap_uint<64>(pool.block_number));
}

/// A window that goes beyond TickMath's range ends there on the card.
inline void put_frame(PackedPort<window_frame_bits>& port, const hlsk::TickWindow& window) {
    StructWriter<window_frame_bits, (window_frame_bits + 31) / 32> out(port);
    out.field(ap_uint<64>(window.state_version));
    out.field(ap_uint<8>(static_cast<std::uint32_t>(window.count))).field(ap_uint<8>(static_cast<std::uint32_t>(window.below)));
    out.field(tick_bits24(std::max(window.known_lower, hlsk::min_tick)));
    out.field(tick_bits24(std::min(window.known_upper, hlsk::max_tick)));
    out.field(hlsk::u160(window.known_low_x96)).field(hlsk::u160(window.known_high_x96));
}

inline void put_params(PackedPort<params_bits>& port, const hlsk::PoolParams& params) {
    StructWriter<params_bits, (params_bits + 31) / 32> out(port);
    out.field(ap_uint<13>(params.candidates)).field(ap_uint<20>(params.tip_ppm));
    out.field(params.price0_x96).field(params.price1_x96).field(params.budget0).field(params.budget1);
    out.field(params.gas_cost_wei).field(params.tip_floor_wei).field(params.min_profit_wei);
}

inline void put_window_tick(PackedPort<window_tick_bits>& port, const hlsk::WindowTick& tick) {
    StructWriter<window_tick_bits, (window_tick_bits + 31) / 32> out(port);
    out.field(tick_bits24(tick.tick)).field(tick.gross).field(hlsk::u128(tick.net)).field(hlsk::u160(tick.ratio_x96));
}

inline void put_pool_key(PackedPort<pool_key_bits>& port, const hlsk::PoolKey& key) {
    StructWriter<pool_key_bits, (pool_key_bits + 31) / 32> out(port);
    out.field(ap_uint<32>(key.fee)).field(key.token1).field(key.token0).field(key.factory);
}

template <std::size_t Words>
bool same_port(const VlWide<Words>& a, const VlWide<Words>& b) {
    return std::equal(a.data(), a.data() + Words, b.data());
}

/// present_t.
inline std::uint8_t present_bits(bool pool, bool window, bool params, bool ratios) {
    return static_cast<std::uint8_t>((pool ? 8U : 0U) | (window ? 4U : 0U) | (params ? 2U : 0U) | (ratios ? 1U : 0U));
}

} // namespace jitbox::test
