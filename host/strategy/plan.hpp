// A plan: everything that one bundle needs, computed and unsigned. risk::Gate turns it into an Approved<Plan>.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"
#include "base/bytes.hpp"
#include "chain/u256.hpp"
#include "risk/gate.hpp"
#include "telemetry/stage_clock.hpp"

#include <cstdint>
#include <string>

namespace jitbox::strategy {

using chain::i256;
using chain::u128;
using chain::u256;

/// The pending transaction that the plan joins.
struct Target {
    Bytes raw;
    Bytes32 hash{};
    Bytes20 sender{};
    std::uint64_t nonce = 0;
    u256 max_fee_per_gas_wei = 0;
    std::string router; ///< form, for the operator's eye
};

/// One of our two transactions: type 2, value 0, empty access list, `to` the executor.
struct Call {
    std::uint64_t nonce = 0;
    std::uint64_t gas_limit = 0;
    Bytes calldata;
};

/// Bundle [mint, target, burn], valid for `target_block` on top of `parent_hash` only.
struct Plan {
    std::string uuid;          ///< replacementUuid
    std::uint32_t version = 0; ///< 0, +1 for each replacement under the same uuid
    std::uint64_t chain_id = 0;
    Bytes20 executor{};
    std::uint16_t executor_pool_id = 0;
    std::uint32_t lane = 0;
    Bytes20 lane_address{};
    u256 max_fee_per_gas_wei = 0;
    u256 max_priority_fee_per_gas_wei = 0;
    Call mint;
    Target target;
    Call burn;
    std::uint64_t target_block = 0;
    Bytes32 parent_hash{};
    accel::Decision decision; ///< the prediction, to the wei
    u128 pool_liquidity = 0;  ///< in range before the mint, in the state that the decision was made on
    u256 price0_x96 = 0;      ///< wei a unit of token0, Q96: what this plan and its outcome are valued by
    u256 price1_x96 = 0;
    u256 position_value_wei = 0;
    std::uint32_t price_impact_ppm = 0;
    std::uint32_t slippage_ppm = 0;
    telemetry::StageClock clock;
};

/// What the gate looks at. Worst loss: both gas limits at the maximum fee, the tip, and what the tolerance leaves unprotected.
[[nodiscard]] risk::Exposure exposure_of(const Plan& plan);

} // namespace jitbox::strategy
