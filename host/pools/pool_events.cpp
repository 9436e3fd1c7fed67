// Logs of pools as typed events.
// SPDX-License-Identifier: Apache-2.0
#include "pools/pool_events.hpp"

#include "chain/uniswap_abi.hpp"

namespace jitbox::pools {
namespace {

namespace uniswap = chain::uniswap;
using chain::AbiReader;
using chain::Log;

using Decoded = Result<std::optional<PoolEvent>>;

Decoded finish(const char* name, const AbiReader& reader, PoolEvent event) {
    if (auto ok = reader.finish(); !ok) return fail(std::string(name) + " log: " + ok.error().what);
    return event;
}

Decoded swap(const Log& log, bool pancake) {
    AbiReader data(log.data);
    data.sint("amount0");
    data.sint("amount1");
    SwapEvent event;
    event.sqrt_price_x96 = data.uint("sqrtPriceX96", 160);
    event.liquidity = static_cast<u128>(data.uint("liquidity", 128));
    event.tick = static_cast<std::int32_t>(data.sint("tick", 24));
    if (pancake) {
        data.uint("protocolFeesToken0", 128);
        data.uint("protocolFeesToken1", 128);
    }
    return finish("Swap", data, event);
}

Result<std::int32_t> indexed_tick(const Log& log, std::size_t topic) {
    AbiReader reader(log.topics[topic]);
    const auto tick = static_cast<std::int32_t>(reader.sint("tick", 24));
    if (auto ok = reader.finish(); !ok) return std::unexpected(ok.error());
    return tick;
}

/// Mint(sender, owner indexed, tickLower indexed, tickUpper indexed, amount, ...); Burn has no sender in its data.
Decoded liquidity(const Log& log, bool burn) {
    const char* name = burn ? "Burn" : "Mint";
    const auto lower = indexed_tick(log, 2);
    const auto upper = indexed_tick(log, 3);
    if (!lower || !upper) return fail(std::string(name) + " log: " + (lower ? upper : lower).error().what);
    LiquidityEvent event{.burn = burn, .tick_lower = *lower, .tick_upper = *upper};
    AbiReader data(log.data);
    if (!burn) data.address("sender");
    event.amount = static_cast<u128>(data.uint("amount", 128));
    data.uint("amount0");
    data.uint("amount1");
    return finish(name, data, event);
}

Decoded set_fee_protocol(const Log& log, bool pancake) {
    const unsigned bits = pancake ? 32 : 8;
    AbiReader data(log.data);
    data.uint("feeProtocol0Old", bits);
    data.uint("feeProtocol1Old", bits);
    const auto fee0 = static_cast<std::uint32_t>(data.uint("feeProtocol0New", pancake ? 16 : 4));
    const auto fee1 = static_cast<std::uint32_t>(data.uint("feeProtocol1New", pancake ? 16 : 4));
    return finish("SetFeeProtocol", data, SetFeeProtocolEvent{fee0 | fee1 << (pancake ? 16 : 4)});
}

Decoded initialize(const Log& log) {
    AbiReader data(log.data);
    InitializeEvent event;
    event.sqrt_price_x96 = data.uint("sqrtPriceX96", 160);
    event.tick = static_cast<std::int32_t>(data.sint("tick", 24));
    return finish("Initialize", data, event);
}

} // namespace

Result<std::optional<PoolEvent>> decode_pool_event(const Log& log, Kind kind) {
    if (log.topics.empty()) return std::nullopt;
    const Bytes32& topic = log.topics[0];
    const bool pancake = kind == Kind::pancake_v3;
    const auto expect_topics = [&](std::size_t count) { return log.topics.size() == count; };
    const auto wrong_topics = [&] {
        return fail("pool log: " + std::to_string(log.topics.size()) + " topics are not right for its event");
    };
    if (topic == (pancake ? uniswap::pancake_swap_event : uniswap::swap_event).topic)
        return expect_topics(3) ? swap(log, pancake) : wrong_topics();
    if (topic == uniswap::mint_event.topic) return expect_topics(4) ? liquidity(log, false) : wrong_topics();
    if (topic == uniswap::burn_event.topic) return expect_topics(4) ? liquidity(log, true) : wrong_topics();
    if (topic == (pancake ? uniswap::pancake_set_fee_protocol_event : uniswap::set_fee_protocol_event).topic)
        return expect_topics(1) ? set_fee_protocol(log, pancake) : wrong_topics();
    if (topic == uniswap::initialize_event.topic) return expect_topics(1) ? initialize(log) : wrong_topics();
    return std::nullopt;
}

} // namespace jitbox::pools
