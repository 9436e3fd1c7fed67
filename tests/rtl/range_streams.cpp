// Random streams for range_profit. See range_streams.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "range_streams.hpp"

#include "../unit/kernels/parser_harness.hpp"
#include "hls/tick_math.hpp"

#include <algorithm>
#include <cstring>

namespace jitbox::test {
namespace {

using accel::u128;
using accel::u256;
using records::Kind;

struct Tier {
    std::uint32_t fee;
    std::int32_t spacing;
};
constexpr std::array<Tier, 5> tiers{{{100, 1}, {500, 10}, {3000, 60}, {10000, 200}, {2500, 50}}};
constexpr std::array<std::uint16_t, 10> indices{0, 1, 2, 7, 100, 511, 512, 900, 1022, 1023};

u256 ratio_at(std::int32_t tick) {
    const hlsk::u256 ratio = hlsk::sqrt_ratio_at_tick(tick);
    u256 out = 0;
    static_assert(sizeof(out) == sizeof(ratio));
    std::memcpy(&out, &ratio, sizeof(out));
    return out;
}

std::int32_t floor_to(std::int32_t tick, std::int32_t spacing) {
    return hlsk::floor_div(tick, spacing) * spacing;
}

template <typename Value>
void put_at(Bytes& record, std::size_t offset, const Value& value) {
    std::memcpy(record.data() + offset, &value, sizeof(value));
}

} // namespace

Bytes blank_record(std::uint8_t kind, std::uint32_t payload, std::uint64_t sequence) {
    Bytes record(std::size_t{records::beats_of(payload)} * records::beat_bytes);
    record[0] = kind;
    put_at(record, records::header::payload_bytes, payload);
    put_at(record, records::header::sequence, sequence);
    return record;
}

u128 RangeStreams::amount(unsigned most_bits) {
    const u128 wide = static_cast<u128>(random_()) << 64U | random_();
    return wide >> (128U - 1U - below(most_bits));
}

void RangeStreams::draw(Pool& pool) {
    const std::size_t slot = static_cast<std::size_t>(&pool - pools_.data());
    const Tier tier = tiers[below(tiers.size())];
    pool.state = {};
    pool.state.pool_index = indices[slot];
    pool.state.pool_kind = one_in(3) ? accel::PoolKind::pancake_v3 : accel::PoolKind::uniswap_v3;
    pool.state.fee = tier.fee;
    pool.state.tick_spacing = tier.spacing;
    pool.state.token0.fill(static_cast<std::uint8_t>(1 + below(100)));
    pool.state.token1.fill(static_cast<std::uint8_t>(101 + below(100)));
    for (std::uint8_t& byte : pool.state.factory) byte = static_cast<std::uint8_t>(random_());
    for (std::uint8_t& byte : pool.state.address) byte = static_cast<std::uint8_t>(random_());
    pool.state.max_liquidity_per_tick = static_cast<u128>(1) << 110U;
    move(pool);
}

/// Another state of the same pool.
void RangeStreams::move(Pool& pool) {
    accel::PoolRecord& state = pool.state;
    const std::int32_t reach = one_in(6) ? 880000 : 100000;
    state.tick = static_cast<std::int32_t>(below(2 * static_cast<std::uint64_t>(reach))) - reach;
    state.sqrt_price_x96 = ratio_at(state.tick);
    if (one_in(5))
        --state.tick; // crossed downwards
    else
        state.sqrt_price_x96 += below(1000);
    state.liquidity = (static_cast<u128>(random_()) << below(24)) + 1;
    const bool pancake = state.pool_kind == accel::PoolKind::pancake_v3;
    state.fee_protocol = one_in(2) ? 0 : pancake ? 3200U << 16U | 3300U : 0x46U;
    state.in_service = !one_in(12);
    state.state_version += 1 + below(3);
    state.block_number = random_();
}

Bytes RangeStreams::pool_record() {
    Pool& pool = any_pool();
    if (!pool.known || one_in(4))
        draw(pool); // a new key under an old index, often
    else if (!one_in(4))
        move(pool);
    pool.known = true;
    accel::PoolRecord record = pool.state;
    if (one_in(8)) {
        record.pool_kind = accel::PoolKind::removed;
        pool.known = false;
    } else if (one_in(10)) {
        record.pool_index = indices[below(indices.size())]; // perhaps under another index
    }
    return accel::to_record(sequence_++, record);
}

Bytes RangeStreams::ticks_of(const Pool& pool) {
    const accel::PoolRecord& state = pool.state;
    const std::int32_t spacing = std::max(state.tick_spacing, 1);
    accel::TicksRecord ticks;
    ticks.pool_index = state.pool_index;
    ticks.state_version = state.state_version;
    const std::uint64_t most = one_in(20) ? 65 : 8;
    const auto entry = [&](std::int32_t tick) {
        accel::TickEntry out{.tick = tick};
        out.liquidity_gross = state.liquidity / 8 + below(1000) + 1;
        const u128 net = below(2) != 0 ? out.liquidity_gross : out.liquidity_gross / (1 + below(9));
        out.liquidity_net = (tick <= state.tick) != one_in(5) ? static_cast<accel::i128>(net) : -static_cast<accel::i128>(net);
        return out;
    };
    std::int32_t at = floor_to(state.tick, spacing);
    for (std::uint64_t left = below(most); left != 0 && at >= hlsk::min_tick; --left) {
        ticks.below.insert(ticks.below.begin(), entry(at));
        at -= spacing * static_cast<std::int32_t>(1 + below(20));
    }
    ticks.known_lower = one_in(3) ? at + 1 : one_in(4) ? -2000000000 : hlsk::min_tick;
    if (ticks.known_lower > state.tick) ticks.known_lower = hlsk::min_tick;
    at = floor_to(state.tick, spacing) + spacing;
    for (std::uint64_t left = below(most); left != 0 && at <= hlsk::max_tick; --left) {
        ticks.above.push_back(entry(at));
        at += spacing * static_cast<std::int32_t>(1 + below(20));
    }
    ticks.known_upper = one_in(3) ? at - 1 : one_in(4) ? 2000000000 : hlsk::max_tick;
    if (one_in(15)) ++ticks.state_version;
    if (one_in(20) && ticks.above.size() > 1) std::swap(ticks.above[0], ticks.above[1]);
    return accel::to_record(sequence_++, ticks);
}

Bytes RangeStreams::params_of(const Pool& pool) {
    constexpr std::array<std::uint16_t, 6> counts{1, 2, 16, 24, 48, 64};
    accel::ParamsRecord params;
    params.pool_index = pool.state.pool_index;
    params.candidates = counts[below(counts.size())];
    params.tip_ppm = static_cast<std::uint32_t>(below(500'000));
    params.price0_x96 =
        static_cast<u256>((static_cast<unsigned _BitInt(512)>(pool.state.sqrt_price_x96) * pool.state.sqrt_price_x96) >> 96U);
    params.price1_x96 = static_cast<u256>(1) << 96U;
    params.budget0 = params.budget1 = pool.state.liquidity;
    params.gas_cost_wei = one_in(2) ? 0 : amount(70);
    params.tip_floor_wei = one_in(2) ? 0 : amount(40);
    params.min_profit_wei = one_in(3) ? amount(60) : 0;
    return accel::to_record(sequence_++, params);
}

Bytes RangeStreams::leg_on(const Pool& pool) {
    namespace s = records::swap;
    const bool zero_for_one = one_in(2);
    const bool exact_in = !one_in(3);
    std::uint32_t flags = (zero_for_one ? records::swap_zero_for_one : 0U) | (exact_in ? records::swap_exact_in : 0U);
    if (!one_in(15)) flags |= records::swap_amount_known;
    if (one_in(4)) flags |= records::swap_has_deadline;
    if (one_in(5)) flags |= records::swap_direct_pool;
    if (!one_in(3)) ++sequence_; // else one more leg of the same transaction
    Bytes record = blank_record(static_cast<std::uint8_t>(Kind::swap), s::total_bytes - records::header_bytes, sequence_);
    record[s::leg_index] = static_cast<std::uint8_t>(below(64));
    record[s::hops] = static_cast<std::uint8_t>(1 + below(2));
    put_at(record, s::flags, flags);
    put_at(record, s::fee, pool.state.fee);
    put_at(record, s::deadline, next_timestamp_ + below(3) - 1);
    put_at(record, s::token_in, zero_for_one ? pool.state.token0 : pool.state.token1);
    put_at(record, s::token_out, zero_for_one ? pool.state.token1 : pool.state.token0);
    put_at(record, s::factory, pool.state.factory);
    u256 specified = pool.state.liquidity / (20 + below(5000)) + (one_in(10) ? amount(100) : 0);
    if (one_in(40)) specified = static_cast<u256>(one_in(2) ? 0 : 1) << 255U;
    put_at(record, s::amount, specified);
    put_at(record, s::limit,
           exact_in ? (one_in(6) ? specified : static_cast<u256>(0)) : (one_in(6) ? specified / 2 : ~static_cast<u256>(0)));
    if (one_in(5)) {
        const u256 price = pool.state.sqrt_price_x96;
        put_at(record, s::sqrt_price_limit_x96,
               zero_for_one != one_in(8) ? price - price / (100 + below(1000)) : price + price / (100 + below(1000)));
    }
    return record;
}

Bytes RangeStreams::block() {
    accel::BlockRecord block;
    block.number = random_();
    next_timestamp_ += below(3);
    block.next_timestamp = next_timestamp_;
    return accel::to_record(sequence_++, block);
}

/// What passes, is swallowed, or has no business here.
Bytes RangeStreams::other() {
    const auto sized = [&](Kind kind, std::size_t total) {
        Bytes record =
            blank_record(static_cast<std::uint8_t>(kind), static_cast<std::uint32_t>(total - records::header_bytes), sequence_++);
        for (std::size_t i = records::header_bytes; i < record.size(); ++i) record[i] = static_cast<std::uint8_t>(random_());
        return record;
    };
    switch (below(6)) {
    case 0:
        return accel::barrier_record(sequence_++, random_());
    case 1:
        return accel::to_record(sequence_++, std::vector<accel::RouterEntry>(below(4)));
    case 2:
        return sized(Kind::tx_seen, records::tx_seen::total_bytes);
    case 3:
        return sized(Kind::reject, records::reject::total_bytes);
    case 4:
        return sized(Kind::swap, records::swap::total_bytes);
    default:
        return blank_record(static_cast<std::uint8_t>(random_()), static_cast<std::uint32_t>(below(400)), sequence_++);
    }
}

void RangeStreams::damage(Bytes& record) {
    std::uint32_t payload = 0;
    std::memcpy(&payload, record.data() + records::header::payload_bytes, sizeof(payload));
    switch (below(5)) {
    case 0:
        payload = static_cast<std::uint32_t>(below(600));
        break;
    case 1:
        payload += static_cast<std::uint32_t>(64 * below(3)) + (one_in(2) ? 1 : 0);
        break;
    case 2:
        if (one_in(4)) payload = records::max_payload_bytes + 1 + static_cast<std::uint32_t>(random_() % 1000);
        record[1 + below(3)] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
    case 3:
        record[below(record.size())] ^= static_cast<std::uint8_t>(1U << below(8));
        std::memcpy(&payload, record.data() + records::header::payload_bytes, sizeof(payload));
        break;
    default:
        record[16 + below(48)] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
    }
    put_at(record, records::header::payload_bytes, payload);
    record.resize(std::size_t{records::beats_of(payload)} * records::beat_bytes);
}

Bytes RangeStreams::random_record() {
    const std::uint64_t draw_of = below(100);
    Bytes record;
    if (draw_of < 40)
        record = leg_on(any_pool());
    else if (draw_of < 55)
        record = pool_record();
    else if (draw_of < 75)
        record = ticks_of(any_pool());
    else if (draw_of < 88)
        record = params_of(any_pool());
    else if (draw_of < 92)
        record = block();
    else
        record = other();
    if (one_in(6)) damage(record);
    return record;
}

/// Its old self is removed first.
void RangeStreams::append_pool(std::vector<Bytes>& records, Pool& pool) {
    if (pool.known) {
        accel::PoolRecord removed = pool.state;
        removed.pool_kind = accel::PoolKind::removed;
        records.push_back(accel::to_record(sequence_++, removed));
    }
    draw(pool);
    pool.known = true;
}

void RangeStreams::append_case(std::vector<Bytes>& records, std::size_t legs) {
    Pool& pool = any_pool();
    append_pool(records, pool);
    records.push_back(accel::to_record(sequence_++, pool.state));
    records.push_back(ticks_of(pool));
    records.push_back(params_of(pool));
    for (std::size_t i = 0; i < legs; ++i) {
        ++sequence_;
        records.push_back(leg_on(pool));
    }
}

Bytes RangeStreams::transaction_on(const Pool& pool, const accel::RouterEntry& router, Reach reach) {
    const accel::PoolRecord& state = pool.state;
    const bool zero_for_one = one_in(2);
    const bool exact_in = !one_in(3);
    const u256 amount = state.liquidity / (20 + below(5000));
    const u256 far = zero_for_one ? static_cast<u256>(4295128740) : state.sqrt_price_x96 * 2;
    const u256 near =
        zero_for_one ? state.sqrt_price_x96 - state.sqrt_price_x96 / 200 : state.sqrt_price_x96 + state.sqrt_price_x96 / 200;
    const u256 limit = reach == Reach::near || one_in(3) ? near : far;
    if (one_in(2)) { // swap(recipient, zeroForOne, amountSpecified, sqrtPriceLimitX96, data)
        const u256 specified = exact_in ? amount : static_cast<u256>(0) - amount;
        return accel::tx_record(
            sequence_++,
            call(state.address,
                 Calldata(0x128acb08).word(3).word(zero_for_one ? 1 : 0).word(specified).word(limit).word(160).word(0).get()));
    }
    // exactInputSingle or exactOutputSingle of SwapRouter02
    const u256 bound = exact_in ? static_cast<u256>(one_in(4) ? amount : 0) : (one_in(4) ? amount / 2 : ~static_cast<u256>(0));
    return accel::tx_record(sequence_++,
                            call(router.address, Calldata(exact_in ? 0x04e45aaf : 0x5023b4df)
                                                     .word(zero_for_one ? state.token0 : state.token1)
                                                     .word(zero_for_one ? state.token1 : state.token0)
                                                     .word(state.fee)
                                                     .word(address_of(0x33))
                                                     .word(amount)
                                                     .word(bound)
                                                     .word(reach == Reach::near || one_in(3) ? limit : static_cast<u256>(0))
                                                     .get()));
}

void RangeStreams::append_card_case(std::vector<Bytes>& records, std::size_t legs, const accel::RouterEntry& router, Reach reach) {
    Pool& pool = any_pool();
    append_pool(records, pool);
    pool.state.factory = router.factory;
    records.push_back(accel::to_record(sequence_++, pool.state));
    records.push_back(ticks_of(pool));
    records.push_back(params_of(pool));
    for (std::size_t i = 0; i < legs; ++i) records.push_back(transaction_on(pool, router, reach));
}

} // namespace jitbox::test
