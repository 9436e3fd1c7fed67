// The host's side of the record stream: typed structs to bytes.
// SPDX-License-Identifier: Apache-2.0
#include "accel/records.hpp"

#include "accel/record_fields.hpp"

namespace jitbox::accel {

Bytes tx_record(std::uint64_t sequence, BytesView raw) {
    Bytes out = new_record(Kind::tx, sequence, records::tx::raw + raw.size());
    // A transaction that is too large for the card keeps its length in the header and is one beat: the card answers it with REJECT.
    const std::size_t room = out.size() - records::tx::raw;
    std::ranges::copy(raw.first(std::min(raw.size(), room)), out.begin() + records::tx::raw);
    return out;
}

Bytes to_record(std::uint64_t sequence, const PoolRecord& pool) {
    namespace p = records::pool;
    Bytes out = new_record(Kind::pool, sequence, p::total_bytes);
    put(out, p::pool_index, pool.pool_index);
    put(out, p::pool_kind, static_cast<std::uint8_t>(pool.pool_kind));
    put(out, p::in_service, static_cast<std::uint8_t>(pool.in_service ? 1 : 0));
    put(out, p::fee, pool.fee);
    put(out, p::tick_spacing, pool.tick_spacing);
    put(out, p::tick, pool.tick);
    put(out, p::fee_protocol, pool.fee_protocol);
    put(out, p::state_version, pool.state_version);
    put(out, p::block_number, pool.block_number);
    put(out, p::address, pool.address);
    put(out, p::token0, pool.token0);
    put(out, p::token1, pool.token1);
    put(out, p::factory, pool.factory);
    put(out, p::sqrt_price_x96, pool.sqrt_price_x96);
    put(out, p::liquidity, pool.liquidity);
    put(out, p::max_liquidity_per_tick, pool.max_liquidity_per_tick);
    return out;
}

Bytes to_record(std::uint64_t sequence, const TicksRecord& ticks) {
    namespace t = records::ticks;
    const std::size_t count = ticks.below.size() + ticks.above.size();
    Bytes out = new_record(Kind::ticks, sequence, t::entries + count * t::entry_bytes);
    put(out, t::pool_index, ticks.pool_index);
    put(out, t::count_below, static_cast<std::uint16_t>(ticks.below.size()));
    put(out, t::count_above, static_cast<std::uint16_t>(ticks.above.size()));
    put(out, t::known_lower, ticks.known_lower);
    put(out, t::known_upper, ticks.known_upper);
    put(out, t::state_version, ticks.state_version);
    std::size_t at = t::entries;
    for (const auto* side : {&ticks.below, &ticks.above}) {
        for (const TickEntry& tick : *side) {
            put(out, at + t::entry::tick, tick.tick);
            put(out, at + t::entry::liquidity_gross, tick.liquidity_gross);
            put(out, at + t::entry::liquidity_net, tick.liquidity_net);
            at += t::entry_bytes;
        }
    }
    return out;
}

Bytes to_record(std::uint64_t sequence, const ParamsRecord& params) {
    namespace p = records::params;
    Bytes out = new_record(Kind::params, sequence, p::total_bytes);
    put(out, p::pool_index, params.pool_index);
    put(out, p::candidates, params.candidates);
    put(out, p::tip_ppm, params.tip_ppm);
    put(out, p::price0_x96, params.price0_x96);
    put(out, p::price1_x96, params.price1_x96);
    put(out, p::budget0, params.budget0);
    put(out, p::budget1, params.budget1);
    put(out, p::gas_cost_wei, params.gas_cost_wei);
    put(out, p::tip_floor_wei, params.tip_floor_wei);
    put(out, p::min_profit_wei, params.min_profit_wei);
    return out;
}

Bytes to_record(std::uint64_t sequence, const std::vector<RouterEntry>& routers) {
    namespace r = records::routers;
    Bytes out = new_record(Kind::routers, sequence, r::entries + routers.size() * r::entry_bytes);
    put(out, r::count, static_cast<std::uint32_t>(routers.size()));
    std::size_t at = r::entries;
    for (const RouterEntry& router : routers) {
        put(out, at + r::entry::address, router.address);
        put(out, at + r::entry::kind, static_cast<std::uint8_t>(router.kind));
        put(out, at + r::entry::factory, router.factory);
        at += r::entry_bytes;
    }
    return out;
}

Bytes to_record(std::uint64_t sequence, const BlockRecord& block) {
    namespace b = records::block;
    Bytes out = new_record(Kind::block, sequence, b::total_bytes);
    put(out, b::number, block.number);
    put(out, b::timestamp, block.timestamp);
    put(out, b::hash, block.hash);
    put(out, b::parent_hash, block.parent_hash);
    put(out, b::base_fee_wei, block.base_fee_wei);
    put(out, b::next_timestamp, block.next_timestamp);
    return out;
}

Bytes barrier_record(std::uint64_t sequence, std::uint64_t token) {
    Bytes out = new_record(Kind::barrier, sequence, records::barrier::total_bytes);
    put(out, records::barrier::token, token);
    return out;
}

} // namespace jitbox::accel
