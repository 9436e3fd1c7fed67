// Kernel range_profit: the dispatcher of records, and one leg from SWAP to DECISION or REJECT. See range_profit.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "hls/range_profit.hpp"

#include "hls/range_records.hpp"

namespace jitbox {
namespace hlsk {
namespace {

using records::Kind;

constexpr int at(std::size_t offset) {
    return static_cast<int>(offset % records::beat_bytes);
}

/// A SWAP record as range_profit reads it.
struct Leg {
    std::uint64_t sequence;
    std::uint8_t leg_index;
    std::uint8_t hops;
    std::uint32_t flags;
    std::uint64_t deadline;
    PoolKey key;
    u256 amount;
    u256 limit;
    u256 price_limit_x96;

    bool has(records::SwapFlag flag) const { return (flags & flag) != 0; }
};

/// Passes a record on, its first beat being given; keeps its first four beats.
void forward(const Header& header, const ap_uint<512>& first, BeatStream& in, BeatStream& out, ap_uint<512> (&kept)[4]) {
#pragma HLS INLINE off
    kept[0] = first;
    write_beat(out, first, header.beats == 1);
    for (std::uint32_t i = 1; i < header.beats; ++i) {
#pragma HLS PIPELINE II = 1
        const ap_uint<512> data = in.read().data;
        if (i < 4) kept[i] = data;
        write_beat(out, data, i + 1 == header.beats);
    }
}

Leg leg_of(const Header& header, const ap_uint<512> (&beat)[4]) {
#pragma HLS INLINE
    namespace s = records::swap;
    Leg leg;
    leg.sequence = header.sequence;
    leg.leg_index = static_cast<std::uint8_t>(get_le<8>(beat[0], s::leg_index).to_uint());
    leg.hops = static_cast<std::uint8_t>(get_le<8>(beat[0], s::hops).to_uint());
    leg.flags = get_le<32>(beat[0], s::flags).to_uint();
    leg.deadline = get_le<64>(beat[0], s::deadline).to_uint64();
    const u160 token_in = get_le<160>(beat[1], at(s::token_in));
    const u160 token_out = get_le<160>(beat[1], at(s::token_out));
    const bool zero_for_one = leg.has(records::swap_zero_for_one);
    leg.key.factory = get_le<160>(beat[1], at(s::factory));
    leg.key.token0 = zero_for_one ? token_in : token_out;
    leg.key.token1 = zero_for_one ? token_out : token_in;
    leg.key.fee = get_le<32>(beat[0], s::fee).to_uint();
    leg.amount = get_le<256>(beat[2], at(s::amount));
    leg.limit = get_le<256>(beat[2], at(s::limit));
    leg.price_limit_x96 = get_le<256>(beat[3], at(s::sqrt_price_limit_x96));
    return leg;
}

/// What the router and the pool check before the first step. Fills in the request and the pool's index.
Reason check_leg(RangeProfitState& state, const Leg& leg, std::uint16_t& index, SwapRequest& request) {
#pragma HLS INLINE off
    index = find_pool(state, leg.key);
    if (index == no_pool) return Reason::pool_unknown;
    const PoolEntry& pool = state.pools[index];
    if (!pool.in_service) return Reason::pool_out_of_service;
    if (!state.windows[index].valid || state.windows[index].state_version != pool.state_version) return Reason::pool_stale;
    if (!state.params[index].valid) return Reason::params_missing;
    if (!leg.has(records::swap_amount_known)) return Reason::amount_unknown;
    if (leg.amount == 0) return Reason::amount_zero;
    if ((leg.amount >> 255) != 0) return Reason::amount_overflow;
    if (leg.has(records::swap_has_deadline) && leg.deadline < state.head.next_timestamp) return Reason::deadline_passed;

    request.zero_for_one = leg.has(records::swap_zero_for_one);
    request.exact_in = leg.has(records::swap_exact_in);
    request.amount = leg.amount;
    request.price_limit_x96 = leg.price_limit_x96;
    if (leg.price_limit_x96 == 0 && !leg.has(records::swap_direct_pool)) // the routers' own default
        request.price_limit_x96 = request.zero_for_one ? u256(min_sqrt_ratio() + 1) : u256(max_sqrt_ratio() - 1);
    const u256& price = pool.state.sqrt_price_x96;
    const u256& limit = request.price_limit_x96;
    const bool legal = request.zero_for_one ? limit < price && limit > min_sqrt_ratio() : limit > price && limit < max_sqrt_ratio();
    return legal ? Reason::none : Reason::price_limit; // the pool's 'SPL'
}

/// What the router checks after the swap. Only of a path of one hop is its minimum out or maximum in this pool's business.
Reason check_result(const Leg& leg, const SwapRequest& request, const SwapProgress& end) {
#pragma HLS INLINE
    if (leg.has(records::swap_direct_pool)) return Reason::none;
    const bool whole = end.remaining == 0;
    if (!request.exact_in && !whole && leg.price_limit_x96 == 0) return Reason::partial_fill;
    if (leg.hops != 1) return Reason::none;
    if (request.exact_in) return end.calculated < leg.limit ? Reason::minimum_out : Reason::none;
    return end.calculated > leg.limit ? Reason::maximum_in : Reason::none;
}

/// A second leg of one transaction on the same pool begins from a state that this card does not have.
bool seen_before(RangeProfitState& state, std::uint64_t sequence, std::uint16_t index) {
#pragma HLS INLINE off
    if (state.leg_sequence != sequence) {
        state.leg_sequence = sequence;
        state.leg_pool_count = 0;
    }
    bool seen = false;
    for (std::uint32_t i = 0; i < records::max_legs; ++i) {
#pragma HLS UNROLL
        if (i < state.leg_pool_count && state.leg_pools[i] == index) seen = true;
    }
    if (!seen && state.leg_pool_count < records::max_legs) {
        state.leg_pools[state.leg_pool_count] = index;
        state.leg_pool_count += 1;
    }
    return seen;
}

void write_decision(BeatStream& out, const Leg& leg, std::uint16_t index, const PoolEntry& pool, const SearchInput& input,
                    const SearchResult& found) {
#pragma HLS INLINE off
    namespace d = records::decision;
    constexpr int beats = static_cast<int>(d::total_bytes / records::beat_bytes);
    ap_uint<512> beat[beats];
    for (int i = 1; i < beats; ++i) beat[i] = 0;
    const Evaluated& best = found.best;
    const SwapEvent with = swap_event(input.request, best.outcome.end);
    const SwapEvent alone = swap_event(input.request, input.alone.end);
    const i256 amount = i256(input.request.amount);

    beat[0] = start_record(Kind::decision, d::total_bytes, leg.sequence);
    put_le<16>(beat[0], d::pool_index, ap_uint<16>(index));
    put_le<8>(beat[0], d::leg_index, ap_uint<8>(leg.leg_index));
    put_le<8>(beat[0], d::flags, ap_uint<8>(leg.flags & 3U));
    put_le<16>(beat[0], d::candidates, ap_uint<16>(found.candidates));
    put_le<16>(beat[0], d::profitable, ap_uint<16>(found.profitable));
    put_le<32>(beat[0], d::tick_lower, ap_uint<32>(best.tick_lower));
    put_le<32>(beat[0], d::tick_upper, ap_uint<32>(best.tick_upper));
    put_le<64>(beat[0], d::state_version, ap_uint<64>(pool.state_version));
    put_le<64>(beat[0], d::block_number, ap_uint<64>(pool.block_number));
    put_le<128>(beat[0], d::liquidity, best.liquidity);
    put_le<160>(beat[1], at(d::pool_address), pool.address);
    put_le<32>(beat[1], at(d::tick_before), ap_uint<32>(pool.state.tick));
    put_le<32>(beat[1], at(d::tick_after), ap_uint<32>(final_tick(best.outcome.end)));
    put_le<32>(beat[1], at(d::tick_alone), ap_uint<32>(input.alone.tick_after));
    put_le<256>(beat[1], at(d::sqrt_price_before), pool.state.sqrt_price_x96);
    put_le<256>(beat[2], at(d::sqrt_price_after), best.outcome.end.sqrt_price_x96);
    put_le<256>(beat[2], at(d::sqrt_price_alone), input.alone.end.sqrt_price_x96);
    put_le<256>(beat[3], at(d::mint0), best.outcome.mint.amount0);
    put_le<256>(beat[3], at(d::mint1), best.outcome.mint.amount1);
    put_le<256>(beat[4], at(d::burn0), best.outcome.burn.amount0);
    put_le<256>(beat[4], at(d::burn1), best.outcome.burn.amount1);
    put_le<256>(beat[5], at(d::fee0), best.outcome.fees.amount0);
    put_le<256>(beat[5], at(d::fee1), best.outcome.fees.amount1);
    put_le<256>(beat[6], at(d::swap0), u256(with.amount0));
    put_le<256>(beat[6], at(d::swap1), u256(with.amount1));
    put_le<256>(beat[7], at(d::alone0), u256(alone.amount0));
    put_le<256>(beat[7], at(d::alone1), u256(alone.amount1));
    put_le<256>(beat[8], at(d::profit_wei), u256(best.profit_wei));
    put_le<256>(beat[8], at(d::gross_profit_wei), u256(best.gross_wei));
    put_le<256>(beat[9], at(d::tip_wei), best.tip_wei);
    put_le<256>(beat[9], at(d::gas_cost_wei), input.params.gas_cost_wei);
    put_le<256>(beat[10], at(d::amount_specified), u256(input.request.exact_in ? amount : i256(-amount)));
    put_le<256>(beat[10], at(d::sqrt_price_limit_x96), input.request.price_limit_x96);
    for (int i = 0; i < beats; ++i) {
#pragma HLS PIPELINE II = 1
        write_beat(out, beat[i], i + 1 == beats);
    }
}

/// The leg after its checks: the swap alone, the search, and what the search found.
Reason decide(RangeProfitState& state, const Leg& leg, std::uint16_t index, const SwapRequest& request, SearchInput& input,
              SearchResult& found) {
#pragma HLS INLINE off
    const TickWindow& window = state.windows[index];
    WindowTicks ticks(window, state.memo);
    input.pool = state.pools[index].state;
    input.request = request;
    input.params = state.params[index];
    input.cursor = window.below;
    const Reason failed = run_alone(input.pool, ticks, input.cursor, request, input.alone);
    if (failed != Reason::none) return failed;
    const Reason refused = check_result(leg, request, input.alone.end);
    if (refused != Reason::none) return refused;
    search_ranges(input, ticks, found);
    if (!found.best.ok) return Reason::no_candidate;
    const bool enough = found.best.profit_wei > 0 && u256(found.best.profit_wei) >= input.params.min_profit_wei;
    return enough ? Reason::none : Reason::unprofitable;
}

void take_leg(RangeProfitState& state, const Leg& leg, BeatStream& out, const FreezeLine& frozen) {
#pragma HLS INLINE off
    RejectNote note;
    note.stage = records::Stage::range;
    note.leg_index = leg.leg_index;
    note.pool_index = no_pool;
    note.input_kind = static_cast<std::uint8_t>(Kind::swap);
    note.candidates = 0;
    note.best_profit_wei = 0;

    SwapRequest request;
    SearchInput input;
    SearchResult found;
    found.candidates = 0;
    found.best.ok = false;
    std::uint16_t index = no_pool;
    Reason reason = check_leg(state, leg, index, request);
    note.pool_index = index;
    const bool again = index != no_pool && seen_before(state, leg.sequence, index);
    if (reason == Reason::none && again) reason = Reason::pool_stale;
    if (frozen) reason = Reason::frozen;
    if (reason == Reason::none) reason = decide(state, leg, index, request, input, found);
    if (reason == Reason::none && frozen) reason = Reason::frozen;
    if (reason == Reason::none) {
        write_decision(out, leg, index, state.pools[index], input, found);
        return;
    }
    note.candidates = static_cast<std::uint16_t>(found.candidates);
    if (reason == Reason::unprofitable) note.best_profit_wei = found.best.profit_wei;
    write_reject(out, leg.sequence, reason, note);
}

void reject_record(const Header& header, std::uint16_t index, Reason reason, BeatStream& out) {
#pragma HLS INLINE
    RejectNote note;
    note.stage = records::Stage::record;
    note.leg_index = 0;
    note.pool_index = index;
    note.input_kind = header.kind;
    note.candidates = 0;
    note.best_profit_wei = 0;
    write_reject(out, header.sequence, reason, note);
}

/// Size of a record that mempool_parser made.
std::uint32_t passed_bytes(Kind kind) {
#pragma HLS INLINE
    if (kind == Kind::tx_seen) return records::tx_seen::total_bytes;
    return kind == Kind::swap ? records::swap::total_bytes : records::reject::total_bytes;
}

void skip_record(const Header& header, BeatStream& in) {
    for (std::uint32_t i = 1; i < header.beats; ++i) {
#pragma HLS PIPELINE II = 1
        in.read();
    }
}

void finish_barrier(const Header& header, const ap_uint<512>& first, BeatStream& out) {
#pragma HLS INLINE
    namespace b = records::barrier;
    ap_uint<512> beat = start_record(Kind::barrier_done, b::total_bytes, header.sequence);
    put_le<64>(beat, b::token, get_le<64>(first, b::token));
    write_beat(out, beat, true);
}

} // namespace

void RangeProfitState::reset() {
    for (std::uint32_t i = 0; i < records::max_pools; ++i) {
        pools[i].valid = false;
        windows[i].valid = false;
        windows[i].count = 0;
        params[i].valid = false;
    }
    for (int bucket = 0; bucket < pool_buckets; ++bucket) {
        for (int way = 0; way < pool_ways; ++way) buckets[bucket][way] = no_pool;
    }
    head.number = 0;
    head.next_timestamp = 0;
    memo.clear();
    leg_sequence = 0;
    leg_pool_count = 0;
}

void range_profit(RangeProfitState& state, BeatStream& in, BeatStream& out, const FreezeLine& frozen) {
#pragma HLS INLINE off
    const ap_uint<512> first = in.read().data;
    const Header header = header_of(first);
    ap_uint<512> kept[4];
    const std::uint16_t index = static_cast<std::uint16_t>(get_le<16>(first, records::pool::pool_index).to_uint());
    Reason reason = Reason::none;
    switch (static_cast<Kind>(header.kind)) {
    case Kind::tx_seen:
    case Kind::reject:
    case Kind::swap:
        if (header.payload_bytes != passed_bytes(static_cast<Kind>(header.kind)) - records::header_bytes) {
            skip_record(header, in);
            reject_record(header, no_pool, Reason::bad_length, out);
            return;
        }
        forward(header, first, in, out, kept);
        if (static_cast<Kind>(header.kind) == Kind::swap) take_leg(state, leg_of(header, kept), out, frozen);
        return;
    case Kind::pool:
        reason = take_pool(state, header, first, in);
        break;
    case Kind::ticks:
        reason = take_ticks(state, header, first, in);
        break;
    case Kind::params:
        reason = take_params(state, header, first, in);
        break;
    case Kind::block:
        reason = take_block(state, header, first, in);
        break;
    case Kind::routers: // the parser's business
        skip_record(header, in);
        return;
    case Kind::barrier:
        skip_record(header, in);
        if (header.payload_bytes == records::barrier::total_bytes - records::header_bytes && header.flags == 0 &&
            header.reserved == 0) {
            finish_barrier(header, first, out);
            return;
        }
        reason = Reason::bad_length;
        break;
    default:
        skip_record(header, in);
        reason = header.payload_bytes > records::max_payload_bytes ? Reason::bad_length : Reason::unknown_kind;
        break;
    }
    if (reason == Reason::none) return;
    const bool has_index = header.kind == static_cast<std::uint8_t>(Kind::pool) ||
                           header.kind == static_cast<std::uint8_t>(Kind::ticks) ||
                           header.kind == static_cast<std::uint8_t>(Kind::params);
    reject_record(header, has_index ? index : no_pool, reason, out);
}

} // namespace hlsk
} // namespace jitbox
