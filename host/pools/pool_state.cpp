// The state of one V3-style pool as far as swaps depend on it, and the arithmetic of the events that change it.
// SPDX-License-Identifier: Apache-2.0
#include "pools/pool_state.hpp"

namespace jitbox::pools {
namespace {

using chain::i256;
using chain::to_decimal;

constexpr i256 i128_max = (static_cast<i256>(1) << 127) - 1;
constexpr i256 i128_min = -(static_cast<i256>(1) << 127);
constexpr i256 u128_max = (static_cast<i256>(1) << 128) - 1;

/// PancakeV3Pool.initialize sets the protocol fee by the fee tier: both halves 33, 34 or 32 % of the fee.
std::uint32_t initial_fee_protocol(const PoolIdentity& pool) {
    if (pool.kind == Kind::uniswap_v3) return 0;
    const std::uint32_t share = pool.fee == 100 ? 3300U : pool.fee == 500 ? 3400U : 3200U;
    return share | share << 16;
}

Undo remember(const PoolState& state) {
    return {.sqrt_price_x96 = state.sqrt_price_x96,
            .tick = state.tick,
            .fee_protocol = state.fee_protocol,
            .liquidity = state.liquidity,
            .ticks = {}};
}

std::string where(const PoolIdentity& pool) {
    return "pool " + pool.name + " (" + chain::to_checksum(pool.address) + "): ";
}

/// Tick.update: liquidityGross and liquidityNet of one end of a range. Error when a value would leave its type.
Result<TickInfo> updated(TickInfo info, const LiquidityEvent& event, bool upper) {
    const i256 delta = event.burn ? -static_cast<i256>(event.amount) : static_cast<i256>(event.amount);
    const i256 gross = static_cast<i256>(info.liquidity_gross) + delta;
    const i256 net = static_cast<i256>(info.liquidity_net) + (upper ? -delta : delta);
    if (gross < 0 || gross > u128_max) return fail("liquidityGross would be " + to_decimal(gross));
    if (net < i128_min || net > i128_max) return fail("liquidityNet would be " + to_decimal(net));
    return TickInfo{.liquidity_gross = static_cast<u128>(gross), .liquidity_net = static_cast<i128>(net)};
}

Result<Undo> apply(PoolState& state, const PoolIdentity& pool, const InitializeEvent& event) {
    if (state.sqrt_price_x96 != 0) return fail(where(pool) + "initialised twice");
    Undo undo = remember(state);
    state.sqrt_price_x96 = event.sqrt_price_x96;
    state.tick = event.tick;
    state.fee_protocol = initial_fee_protocol(pool);
    return undo;
}

Result<Undo> apply(PoolState& state, const PoolIdentity& pool, const SwapEvent& event) {
    if (state.sqrt_price_x96 == 0) return fail(where(pool) + "swap before it was initialised");
    Undo undo = remember(state);
    state.sqrt_price_x96 = event.sqrt_price_x96;
    state.liquidity = event.liquidity;
    state.tick = event.tick;
    return undo;
}

Result<Undo> apply(PoolState& state, const PoolIdentity& pool, const SetFeeProtocolEvent& event) {
    if (state.sqrt_price_x96 == 0) return fail(where(pool) + "protocol fee set before it was initialised");
    Undo undo = remember(state);
    state.fee_protocol = event.fee_protocol;
    return undo;
}

Result<Undo> apply(PoolState& state, const PoolIdentity& pool, const LiquidityEvent& event) {
    const char* name = event.burn ? "burn" : "mint";
    if (state.sqrt_price_x96 == 0) return fail(where(pool) + name + " before it was initialised");
    if (event.tick_lower >= event.tick_upper || event.tick_lower < min_tick || event.tick_upper > max_tick ||
        event.tick_lower % pool.tick_spacing != 0 || event.tick_upper % pool.tick_spacing != 0)
        return fail(where(pool) + name + " of a range that is not on its spacing");
    Undo undo = remember(state);
    if (event.amount == 0) return undo;

    i256 liquidity = static_cast<i256>(state.liquidity);
    if (state.tick >= event.tick_lower && state.tick < event.tick_upper)
        liquidity += event.burn ? -static_cast<i256>(event.amount) : static_cast<i256>(event.amount);
    if (liquidity < 0 || liquidity > u128_max)
        return fail(where(pool) + name + " would make the liquidity " + to_decimal(liquidity));

    std::vector<std::pair<std::int32_t, TickInfo>> next;
    for (const std::int32_t tick : {event.tick_lower, event.tick_upper}) {
        if (tick < state.known_lower || tick > state.known_upper) continue;
        const auto found = state.ticks.find(tick);
        auto info = updated(found == state.ticks.end() ? TickInfo{} : found->second, event, tick == event.tick_upper);
        if (!info) return fail(where(pool) + name + " at tick " + std::to_string(tick) + ": " + info.error().what);
        undo.ticks.emplace_back(tick, found == state.ticks.end() ? std::nullopt : std::optional(found->second));
        next.emplace_back(tick, *info);
    }
    for (const auto& [tick, info] : next) {
        if (info.liquidity_gross == 0)
            state.ticks.erase(tick);
        else
            state.ticks[tick] = info;
    }
    state.liquidity = static_cast<u128>(liquidity);
    return undo;
}

std::string differs(const char* field, const std::string& ours, const std::string& node) {
    return std::string(field) + ": ours is " + ours + ", the node says " + node;
}

std::string text_of(const std::map<std::int32_t, TickInfo>& ticks, std::int32_t tick) {
    const auto found = ticks.find(tick);
    if (found == ticks.end()) return "not initialised";
    return "gross " + to_decimal(static_cast<u256>(found->second.liquidity_gross)) + " net " +
           to_decimal(static_cast<i256>(found->second.liquidity_net));
}

} // namespace

Result<void> check_identity(const PoolIdentity& pool) {
    if (!(pool.token0 < pool.token1)) return fail(where(pool) + "token0 must be below token1", "swap them if they are reversed");
    if (pool.fee == 0 || pool.fee >= 1'000'000)
        return fail(where(pool) + "fee is " + std::to_string(pool.fee) + ", expected 1..999999");
    if (pool.tick_spacing <= 0 || pool.tick_spacing >= 16384) // UniswapV3Factory.enableFeeAmount
        return fail(where(pool) + "tick_spacing is " + std::to_string(pool.tick_spacing) + ", expected 1..16383");
    const Address expected = chain::pool_address(pool.deployer, pool.token0, pool.token1, pool.fee);
    if (expected != pool.address)
        return fail(where(pool) + "is not the pool of these tokens and fee",
                    "CREATE2 of the configured deployer and code hash gives " + chain::to_checksum(expected));
    return {};
}

u128 max_liquidity_per_tick(std::int32_t tick_spacing) {
    const std::int32_t highest = max_tick / tick_spacing;
    return ~static_cast<u128>(0) / static_cast<u128>(2 * highest + 1);
}

std::string describe_difference(const PoolState& ours, const PoolState& node) {
    if (ours.sqrt_price_x96 != node.sqrt_price_x96)
        return differs("sqrt_price_x96", to_decimal(ours.sqrt_price_x96), to_decimal(node.sqrt_price_x96));
    if (ours.tick != node.tick) return differs("tick", std::to_string(ours.tick), std::to_string(node.tick));
    if (ours.liquidity != node.liquidity)
        return differs("liquidity", to_decimal(static_cast<u256>(ours.liquidity)), to_decimal(static_cast<u256>(node.liquidity)));
    if (ours.fee_protocol != node.fee_protocol)
        return differs("fee_protocol", std::to_string(ours.fee_protocol), std::to_string(node.fee_protocol));
    if (ours.known_lower != node.known_lower || ours.known_upper != node.known_upper) return "the ranges of known ticks differ";
    for (const auto* side : {&ours.ticks, &node.ticks})
        for (const auto& entry : *side)
            if (const std::string a = text_of(ours.ticks, entry.first), b = text_of(node.ticks, entry.first); a != b)
                return differs(("tick " + std::to_string(entry.first)).c_str(), a, b);
    return {};
}

Result<Undo> apply_event(PoolState& state, const PoolIdentity& pool, const PoolEvent& event) {
    return std::visit([&](const auto& typed) { return apply(state, pool, typed); }, event);
}

void undo_event(PoolState& state, const Undo& undo) {
    state.sqrt_price_x96 = undo.sqrt_price_x96;
    state.tick = undo.tick;
    state.fee_protocol = undo.fee_protocol;
    state.liquidity = undo.liquidity;
    for (const auto& [tick, before] : undo.ticks) {
        if (before)
            state.ticks[tick] = *before;
        else
            state.ticks.erase(tick);
    }
}

} // namespace jitbox::pools
