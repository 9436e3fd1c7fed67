// What an engine needs to know of a pool, as plain data: field for field the POOL and TICKS records.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pools/pool_state.hpp"

namespace jitbox::pools {

inline constexpr std::size_t view_ticks_each_side = 64; ///< records::window_ticks_each_side

struct TickView {
    std::int32_t tick = 0;
    u128 liquidity_gross = 0;
    i128 liquidity_net = 0;

    bool operator==(const TickView&) const = default;
};

struct PoolView {
    std::uint16_t pool_index = 0; ///< position in the configuration
    Kind kind = Kind::uniswap_v3;
    bool in_service = false;
    std::uint32_t fee = 0;
    std::int32_t tick_spacing = 0;
    std::int32_t tick = 0;
    std::uint32_t fee_protocol = 0;
    std::uint64_t state_version = 0; ///< grows with every change of this pool, also when a block is undone
    std::uint64_t block_number = 0;  ///< the block after which this state holds
    Address address{};
    Address token0{};
    Address token1{};
    Address factory{};
    u256 sqrt_price_x96 = 0;
    u128 liquidity = 0;
    u128 max_liquidity_per_tick = 0;
    std::int32_t known_lower = 0; ///< every initialised tick in [known_lower, known_upper] is listed
    std::int32_t known_upper = 0;
    std::vector<TickView> below; ///< ascending, tick <= pool tick, the nearest 64
    std::vector<TickView> above; ///< ascending, tick > pool tick, the nearest 64
};

} // namespace jitbox::pools
