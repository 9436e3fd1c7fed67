// The state of one V3-style pool as far as swaps depend on it, and the arithmetic of the events that change it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/address.hpp"
#include "chain/u256.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace jitbox::pools {

using chain::Address;
using chain::i128;
using chain::u128;
using chain::u256;

inline constexpr std::int32_t min_tick = -887272; ///< TickMath.MIN_TICK
inline constexpr std::int32_t max_tick = 887272;

/// Numbers as records::PoolKind.
enum class Kind : std::uint8_t { uniswap_v3 = 1, pancake_v3 = 2 };

/// What never changes about a pool; from the configuration.
struct PoolIdentity {
    std::string name;
    Address address{};
    Address token0{};
    Address token1{};
    std::uint32_t fee = 0; ///< parts per million
    std::int32_t tick_spacing = 0;
    Kind kind = Kind::uniswap_v3;
    Address factory{};              ///< as routers name it
    chain::PoolDeployer deployer{}; ///< whose CREATE2 made it: the factory for Uniswap, the pool deployer for PancakeSwap
};

/// Errors: tokens not ascending or equal, fee or spacing out of range, or the address is not what CREATE2 gives.
[[nodiscard]] Result<void> check_identity(const PoolIdentity& pool);
/// Tick.tickSpacingToMaxLiquidityPerTick: (2^128 - 1) / number of usable ticks.
[[nodiscard]] u128 max_liquidity_per_tick(std::int32_t tick_spacing);

struct TickInfo {
    u128 liquidity_gross = 0;
    i128 liquidity_net = 0;

    bool operator==(const TickInfo&) const = default;
};

struct PoolState {
    u256 sqrt_price_x96 = 0; ///< 0: not initialised
    std::int32_t tick = 0;
    std::uint32_t fee_protocol = 0; ///< as slot0 stores it
    u128 liquidity = 0;
    std::int32_t known_lower = 0; ///< every initialised tick in [known_lower, known_upper] is in `ticks`, and no other
    std::int32_t known_upper = 0;
    std::map<std::int32_t, TickInfo> ticks{};

    bool operator==(const PoolState&) const = default;
};

/// First difference of two states as text ("liquidity: 5, node says 7"), empty when equal.
[[nodiscard]] std::string describe_difference(const PoolState& ours, const PoolState& node);

struct InitializeEvent {
    u256 sqrt_price_x96 = 0;
    std::int32_t tick = 0;
};
struct SwapEvent {
    u256 sqrt_price_x96 = 0;
    u128 liquidity = 0;
    std::int32_t tick = 0;
};
/// Mint, or Burn when `burn` is set. An amount of zero (a poke) changes nothing.
struct LiquidityEvent {
    bool burn = false;
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    u128 amount = 0;
};
struct SetFeeProtocolEvent {
    std::uint32_t fee_protocol = 0; ///< packed as slot0 stores it
};
using PoolEvent = std::variant<InitializeEvent, SwapEvent, LiquidityEvent, SetFeeProtocolEvent>;

/// What takes one application back: the values that were there before.
struct Undo {
    u256 sqrt_price_x96 = 0;
    std::int32_t tick = 0;
    std::uint32_t fee_protocol = 0;
    u128 liquidity = 0;
    std::vector<std::pair<std::int32_t, std::optional<TickInfo>>> ticks;
};

/// Applies one event. Errors (the state is then unchanged): the pool's own rules would not have allowed it, so that our state is
/// wrong: liquidity below zero or over its type, a range that is not on the spacing.
[[nodiscard]] Result<Undo> apply_event(PoolState& state, const PoolIdentity& pool, const PoolEvent& event);
/// Takes back what apply_event did; in reverse order of application.
void undo_event(PoolState& state, const Undo& undo);

} // namespace jitbox::pools
