// Pool logs: any topics and data are decoded or refused without harm, and an event that applies can be undone exactly.
// SPDX-License-Identifier: Apache-2.0
#include "chain/uniswap_abi.hpp"
#include "pools/pool_events.hpp"

#include <algorithm>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace jitbox;
    if (size < 2) return 0;
    const pools::Kind kind = data[0] % 2 == 0 ? pools::Kind::uniswap_v3 : pools::Kind::pancake_v3;
    const std::size_t topic = data[0] / 2 % (chain::uniswap::pool_state_events.size() + 1);
    const std::size_t topics = data[1] % 5;
    BytesView rest = BytesView(data, size).subspan(2);
    chain::Log log;
    const auto take_topic = [&] {
        Bytes32 out{};
        const std::size_t count = std::min<std::size_t>(rest.size(), out.size());
        std::ranges::copy(rest.first(count), out.begin());
        rest = rest.subspan(count);
        return out;
    };
    for (std::size_t i = 0; i < topics; ++i) log.topics.push_back(take_topic());
    if (topics > 0 && topic < chain::uniswap::pool_state_events.size())
        log.topics[0] = chain::uniswap::pool_state_events[topic].topic;
    log.data.assign(rest.begin(), rest.end());
    const auto event = pools::decode_pool_event(log, kind);
    if (!event || !*event) return 0;
    const pools::PoolIdentity pool{.name = "fuzz", .fee = 3000, .tick_spacing = 1, .kind = kind};
    pools::PoolState state{.sqrt_price_x96 = 1, .tick = 5, .liquidity = 1000, .known_lower = -50'000, .known_upper = 50'000};
    state.ticks[0] = {.liquidity_gross = 1000, .liquidity_net = 1000};
    const pools::PoolState before = state;
    const auto undo = pools::apply_event(state, pool, **event);
    if (undo) pools::undo_event(state, *undo);
    if (!(state == before)) std::abort();
    return 0;
}
