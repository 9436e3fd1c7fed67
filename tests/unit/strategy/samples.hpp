// One swap as the engine reports it, for the tests of strategy.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"
#include "risk/limits.hpp"
#include "strategy/planner.hpp"

namespace jitbox::strategy::samples {

inline Bytes20 address(std::uint8_t tag) {
    Bytes20 out{};
    out.fill(tag);
    return out;
}
inline Bytes32 hash(std::uint8_t tag) {
    Bytes32 out{};
    out.fill(tag);
    return out;
}

inline const Bytes20 pool_a = address(0xa1);
inline const Bytes20 pool_b = address(0xb2);
inline const Bytes20 executor = address(0xee);
inline const Bytes20 lane_0 = address(0x10);
inline const Bytes20 lane_1 = address(0x11);
constexpr u256 q96 = static_cast<u256>(1) << 96;

inline PlannerConfig config() {
    PlannerConfig out;
    out.chain_id = 31337;
    out.executor = executor;
    out.mint_gas_limit = 600'000;
    out.burn_gas_limit = 500'000;
    out.max_priority_fee_per_gas_wei = 3;
    out.fee_headroom_ppm = 1'000'000;
    out.max_tip_wei = 1'000'000;
    out.min_improvement_wei = 10;
    // token0 is worth 1 wei a unit, token1 two.
    out.pools = {{.address = pool_a, .pool_index = 0, .executor_pool_id = 7, .price0_x96 = q96, .price1_x96 = 2 * q96},
                 {.address = pool_b, .pool_index = 1, .executor_pool_id = 8, .price0_x96 = q96, .price1_x96 = 2 * q96}};
    return out;
}

/// Limits that nothing here comes near.
inline risk::Limits wide_open() {
    return {.max_position_value_wei = 1'000'000'000,
            .max_gas_price_wei = 1'000'000,
            .max_gas_limit = 10'000'000,
            .max_price_impact_ppm = 1'000'000,
            .max_slippage_ppm = 1'000'000,
            .max_orders_per_second = 100,
            .max_concurrent_bundles = 100,
            .max_pool_value_wei = 1'000'000'000,
            .max_retries = 100,
            .min_profit_wei = 0,
            .max_daily_loss_wei = static_cast<u256>(1) << 100};
}

inline chain::Head head(std::uint64_t number) {
    chain::Head out;
    out.number = number;
    out.hash = hash(static_cast<std::uint8_t>(number));
    out.next_base_fee_wei = 1'000;
    return out;
}

inline accel::SwapLeg leg(std::uint64_t sequence, std::uint8_t index = 0, std::uint32_t fee = 3000) {
    accel::SwapLeg out;
    out.sequence = sequence;
    out.leg_index = index;
    out.fee = fee;
    out.token_in = address(0x01);
    out.token_out = address(0x02);
    out.factory = address(0xfa);
    return out;
}

inline accel::Decision decision(std::uint64_t sequence, const Bytes20& pool = pool_a) {
    accel::Decision out;
    out.sequence = sequence;
    out.pool_address = pool;
    out.block_number = 100;
    out.state_version = 1;
    out.tick_lower = -120;
    out.tick_upper = 60;
    out.tick_before = -1;
    out.liquidity = 123'456;
    out.sqrt_price_before = q96;
    out.sqrt_price_after = q96 + q96 / 1'000; // 0.1 % on the root: 2,001 ppm on the price
    out.mint0 = 1'000'000;
    out.mint1 = 500'000;
    out.burn0 = 900'000;
    out.burn1 = 560'000;
    out.fee0 = 100;
    out.fee1 = 7;
    out.gross_profit_wei = 20'114;
    out.tip_wei = 5'000;
    out.gas_cost_wei = 1'000;
    out.profit_wei = 14'114;
    return out;
}

inline accel::TxSeen seen(std::uint64_t sequence, std::uint8_t tag = 0x77) {
    accel::TxSeen out;
    out.sequence = sequence;
    out.status = accel::TxStatus::ok;
    out.hash = hash(tag);
    out.has_chain_id = true;
    out.chain_id = 31337;
    out.nonce = 4;
    out.max_fee_per_gas = 5'000;
    return out;
}

inline PendingTransaction pending(std::uint8_t tag = 0x77) {
    return {.raw = {0x02, tag}, .sender = address(0x55), .clock = {}};
}

} // namespace jitbox::strategy::samples
