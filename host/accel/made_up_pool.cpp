// The made-up pool's records.
// SPDX-License-Identifier: Apache-2.0
#include "accel/made_up_pool.hpp"

namespace jitbox::accel {
namespace {

constexpr std::int32_t outermost = 887'220; ///< the largest multiple of the spacing 60 that is a tick

} // namespace

Bytes20 made_up_address(std::uint8_t last) {
    Bytes20 out{};
    out.back() = last;
    return out;
}

PoolRecord made_up_pool() {
    PoolRecord pool;
    pool.fee = 3000;
    pool.tick_spacing = 60;
    pool.state_version = 1;
    pool.block_number = 1;
    pool.address = made_up_address(0xa1);
    pool.token0 = made_up_address(1);
    pool.token1 = made_up_address(2);
    pool.factory = made_up_address(0xf1);
    pool.sqrt_price_x96 = chain::u256{1} << 96;
    pool.liquidity = static_cast<chain::u128>(made_up_ether * 1000);
    pool.max_liquidity_per_tick = ~chain::u128{0} / 29'575U; // Tick.tickSpacingToMaxLiquidityPerTick(60)
    return pool;
}

TicksRecord made_up_ticks(const PoolRecord& pool) {
    const auto net = static_cast<chain::i128>(pool.liquidity);
    return {.pool_index = pool.pool_index,
            .known_lower = -outermost,
            .known_upper = outermost,
            .state_version = pool.state_version,
            .below = {{.tick = -outermost, .liquidity_gross = pool.liquidity, .liquidity_net = net}},
            .above = {{.tick = outermost, .liquidity_gross = pool.liquidity, .liquidity_net = -net}}};
}

ParamsRecord made_up_params(std::uint32_t tip_ppm) {
    ParamsRecord params;
    params.tip_ppm = tip_ppm;
    params.price0_x96 = params.price1_x96 = chain::u256{1} << 96;
    params.budget0 = params.budget1 = made_up_ether * 1000;
    params.gas_cost_wei = 1'000'000;
    return params;
}

} // namespace jitbox::accel
