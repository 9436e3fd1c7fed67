// How range_profit reads state records: every field is checked before anything changes. docs/kernel-contract.md, "Validation".
// SPDX-License-Identifier: Apache-2.0
#include "hls/range_records.hpp"

namespace jitbox {
namespace hlsk {
namespace {

using records::Kind;

constexpr int bytes_in_beat = static_cast<int>(records::beat_bytes);

/// Offset of a field within its beat.
constexpr int in_beat(std::size_t offset) {
    return static_cast<int>(offset) % bytes_in_beat;
}

/// Beats of the small fixed records.
struct Beats {
    ap_uint<512> beat[4];
};

Beats read_fixed(const Header& header, const ap_uint<512>& first, BeatStream& in) {
#pragma HLS INLINE off
    Beats out;
    out.beat[0] = first;
    for (std::uint32_t i = 1; i < header.beats; ++i) {
#pragma HLS PIPELINE II = 1
        const ap_uint<512> data = in.read().data;
        if (i < 4) out.beat[i] = data;
    }
    return out;
}

template <int Bits>
ap_uint<Bits> field(const Beats& beats, std::size_t offset) {
#pragma HLS INLINE
    return get_le<Bits>(beats.beat[offset / records::beat_bytes], in_beat(offset));
}

std::uint32_t field_u32(const Beats& beats, std::size_t offset) {
#pragma HLS INLINE
    return field<32>(beats, offset).to_uint();
}

std::int32_t field_i32(const Beats& beats, std::size_t offset) {
#pragma HLS INLINE
    return static_cast<std::int32_t>(field_u32(beats, offset));
}

std::uint64_t field_u64(const Beats& beats, std::size_t offset) {
#pragma HLS INLINE
    return field<64>(beats, offset).to_uint64();
}

Reason check_header(const Header& header, std::size_t total_bytes) {
#pragma HLS INLINE
    if (header.flags != 0 || header.reserved != 0) return Reason::bad_header;
    return header.payload_bytes == total_bytes - records::header_bytes ? Reason::none : Reason::bad_length;
}

int bucket_of(const PoolKey& key) {
#pragma HLS INLINE
    std::uint64_t mixed = key.fee;
    const u160 parts[3] = {key.factory, key.token0, key.token1};
    for (int i = 0; i < 3; ++i) {
#pragma HLS UNROLL
        mixed = (mixed ^ u160(parts[i] >> 96).to_uint64()) * 0x9e3779b97f4a7c15ULL;
        mixed = (mixed ^ (mixed >> 29) ^ u160(parts[i] >> 32).to_uint64()) * 0xbf58476d1ce4e5b9ULL;
        mixed = (mixed ^ (mixed >> 32) ^ parts[i].to_uint64()) * 0x94d049bb133111ebULL;
    }
    return static_cast<int>(mixed >> 53); // 11 bits: pool_buckets
}

bool same_key(const PoolKey& a, const PoolKey& b) {
#pragma HLS INLINE
    return a.token0 == b.token0 && a.token1 == b.token1 && a.fee == b.fee && a.factory == b.factory;
}

void forget_key(RangeProfitState& state, std::uint16_t index, const PoolKey& key) {
    const int bucket = bucket_of(key);
    for (int way = 0; way < pool_ways; ++way) {
#pragma HLS UNROLL
        if (state.buckets[bucket][way] == index) state.buckets[bucket][way] = no_pool;
    }
}

bool remember_key(RangeProfitState& state, std::uint16_t index, const PoolKey& key) {
    const int bucket = bucket_of(key);
    for (int way = 0; way < pool_ways; ++way) {
        if (state.buckets[bucket][way] == no_pool) {
            state.buckets[bucket][way] = index;
            return true;
        }
    }
    return false;
}

bool legal_fee_protocol(PoolKind kind, std::uint32_t value) {
#pragma HLS INLINE
    if (kind == PoolKind::pancake_v3) return (value & 0xffffU) <= 10000 && (value >> 16) <= 10000;
    return value <= 0xff;
}

/// An address as the number that the pool contract compares: the record has its bytes in big-endian order.
u160 number_of(const u160& address) {
#pragma HLS INLINE
    u160 out = 0;
    for (int i = 0; i < 20; ++i) {
#pragma HLS UNROLL
        out = u160((out << 8) | u160(ap_uint<8>(address >> (8 * i))));
    }
    return out;
}

Reason check_pool(const PoolEntry& entry) {
#pragma HLS INLINE
    const PoolState& pool = entry.state;
    const bool plain = pool.fee < fee_units && pool.tick_spacing > 0 && pool.tick_spacing < 16384 &&
                       legal_fee_protocol(pool.kind, pool.fee_protocol);
    if (!plain || number_of(entry.key.token0) >= number_of(entry.key.token1)) return Reason::bad_field;
    if (pool.sqrt_price_x96 < min_sqrt_ratio() || pool.sqrt_price_x96 >= max_sqrt_ratio()) return Reason::bad_field;
    // slot0.tick is the price's tick, or one below it when the price stands on a tick that was crossed downwards.
    const std::int32_t tick = tick_at_sqrt_ratio(pool.sqrt_price_x96);
    const bool on_the_edge = pool.tick == tick - 1 && sqrt_ratio_at_tick(tick) == pool.sqrt_price_x96;
    return pool.tick == tick || on_the_edge ? Reason::none : Reason::bad_field;
}

WindowTick read_tick(const ap_uint<512>& beat) {
#pragma HLS INLINE
    namespace e = records::ticks::entry;
    WindowTick out;
    out.tick = static_cast<std::int32_t>(get_le<32>(beat, e::tick).to_uint());
    out.gross = get_le<128>(beat, e::liquidity_gross);
    out.net = i128(get_le<128>(beat, e::liquidity_net));
    out.ratio_x96 = 0;
    return out;
}

/// One entry of TICKS against the pool and the entry before it.
Reason check_tick(const WindowTick& tick, const TickWindow& window, const PoolState& pool, int at, std::int32_t before) {
#pragma HLS INLINE
    if (tick.tick < window.known_lower || tick.tick > window.known_upper || tick.tick % pool.tick_spacing != 0)
        return Reason::bad_field;
    if (at > 0 && tick.tick <= before) return Reason::ticks_unordered;
    if ((tick.tick <= pool.tick) != (at < window.below)) return Reason::ticks_unordered;
    const ap_int<129> magnitude = tick.net < 0 ? ap_int<129>(-tick.net) : ap_int<129>(tick.net);
    return tick.gross != 0 && magnitude <= ap_int<129>(tick.gross) ? Reason::none : Reason::bad_field;
}

/// The square-root prices of a new window. Those that the old one has are taken over: both are ascending.
void fill_ratios(TickWindow& window, const TickWindow& old) {
    int from = 0;
    for (int i = 0; i < window.count; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 128
        WindowTick& tick = window.ticks[i];
        while (from < old.count && old.ticks[from].tick < tick.tick) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 128
            ++from;
        }
        const bool known = from < old.count && old.ticks[from].tick == tick.tick;
        tick.ratio_x96 = known ? old.ticks[from].ratio_x96 : sqrt_ratio_at_tick(tick.tick);
    }
    window.known_low_x96 = sqrt_ratio_at_tick(window.known_lower < min_tick ? min_tick : window.known_lower);
    window.known_high_x96 = sqrt_ratio_at_tick(window.known_upper > max_tick ? max_tick : window.known_upper);
}

void drain(BeatStream& in, std::uint32_t beats) {
    for (std::uint32_t i = 0; i < beats; ++i) {
#pragma HLS PIPELINE II = 1
        in.read();
    }
}

/// The header part of TICKS, before its entries.
Reason start_window(const RangeProfitState& state, const Header& header, const Beats& head, std::uint16_t index,
                    TickWindow& window) {
    namespace t = records::ticks;
    if (header.flags != 0 || header.reserved != 0) return Reason::bad_header;
    if (header.payload_bytes < t::entries - records::header_bytes) return Reason::bad_length;
    const std::uint32_t below = field<16>(head, t::count_below).to_uint();
    const std::uint32_t above = field<16>(head, t::count_above).to_uint();
    if (below > records::window_ticks_each_side || above > records::window_ticks_each_side) return Reason::too_many_ticks;
    if (header.payload_bytes != t::entries - records::header_bytes + (below + above) * t::entry_bytes) return Reason::bad_length;
    if (index >= records::max_pools || !state.pools[index].valid) return Reason::bad_pool_index;
    window.count = static_cast<int>(below + above);
    window.below = static_cast<int>(below);
    window.known_lower = field_i32(head, t::known_lower);
    window.known_upper = field_i32(head, t::known_upper);
    window.state_version = field_u64(head, t::state_version);
    if (window.state_version != state.pools[index].state_version) return Reason::ticks_stale;
    // The pool's own tick must be among what is known: otherwise "nothing listed" would mean nothing.
    const std::int32_t tick = state.pools[index].state.tick;
    return window.known_lower <= tick && tick < window.known_upper ? Reason::none : Reason::bad_field;
}

} // namespace

Header header_of(const ap_uint<512>& beat) {
#pragma HLS INLINE
    namespace h = records::header;
    Header out;
    out.kind = static_cast<std::uint8_t>(get_le<8>(beat, h::kind).to_uint());
    out.flags = static_cast<std::uint8_t>(get_le<8>(beat, h::flags).to_uint());
    out.reserved = static_cast<std::uint16_t>(get_le<16>(beat, h::reserved).to_uint());
    out.payload_bytes = get_le<32>(beat, h::payload_bytes).to_uint();
    out.sequence = get_le<64>(beat, h::sequence).to_uint64();
    out.beats = records::beats_of(out.payload_bytes);
    return out;
}

ap_uint<512> start_record(Kind kind, std::uint32_t total_bytes, std::uint64_t sequence) {
#pragma HLS INLINE
    namespace h = records::header;
    ap_uint<512> beat = 0;
    put_le<8>(beat, h::kind, ap_uint<8>(static_cast<std::uint8_t>(kind)));
    put_le<32>(beat, h::payload_bytes, ap_uint<32>(total_bytes - records::header_bytes));
    put_le<64>(beat, h::sequence, ap_uint<64>(sequence));
    return beat;
}

void write_reject(BeatStream& out, std::uint64_t sequence, Reason reason, const RejectNote& note) {
#pragma HLS INLINE off
    namespace r = records::reject;
    ap_uint<512> beat = start_record(Kind::reject, r::total_bytes, sequence);
    put_le<8>(beat, r::stage, ap_uint<8>(static_cast<std::uint8_t>(note.stage)));
    put_le<8>(beat, r::leg_index, ap_uint<8>(note.leg_index));
    put_le<16>(beat, r::reason, ap_uint<16>(static_cast<std::uint16_t>(reason)));
    put_le<16>(beat, r::pool_index, ap_uint<16>(note.pool_index));
    put_le<8>(beat, r::input_kind, ap_uint<8>(note.input_kind));
    put_le<16>(beat, r::candidates, ap_uint<16>(note.candidates));
    put_le<256>(beat, r::best_profit_wei, ap_uint<256>(note.best_profit_wei));
    write_beat(out, beat, true);
}

std::uint16_t find_pool(const RangeProfitState& state, const PoolKey& key) {
#pragma HLS INLINE off
    const int bucket = bucket_of(key);
    for (int way = 0; way < pool_ways; ++way) {
        const std::uint16_t index = state.buckets[bucket][way];
        if (index != no_pool && same_key(state.pools[index].key, key)) return index;
    }
    return no_pool;
}

Reason take_pool(RangeProfitState& state, const Header& header, const ap_uint<512>& first, BeatStream& in) {
#pragma HLS INLINE off
    namespace p = records::pool;
    const Beats beats = read_fixed(header, first, in);
    const Reason bad = check_header(header, p::total_bytes);
    if (bad != Reason::none) return bad;
    const std::uint16_t index = static_cast<std::uint16_t>(field<16>(beats, p::pool_index).to_uint());
    const std::uint32_t kind = field<8>(beats, p::pool_kind).to_uint();
    const std::uint32_t in_service = field<8>(beats, p::in_service).to_uint();
    if (index >= records::max_pools) return Reason::bad_pool_index;
    if (kind > 2 || in_service > 1) return Reason::bad_field;
    if (kind == static_cast<std::uint32_t>(PoolKind::removed)) {
        if (state.pools[index].valid) forget_key(state, index, state.pools[index].key);
        state.pools[index].valid = false;
        state.windows[index].valid = false;
        state.params[index].valid = false;
        return Reason::none;
    }
    PoolEntry entry;
    entry.valid = true;
    entry.in_service = in_service == 1;
    entry.key.factory = field<160>(beats, p::factory);
    entry.key.token0 = field<160>(beats, p::token0);
    entry.key.token1 = field<160>(beats, p::token1);
    entry.key.fee = field_u32(beats, p::fee);
    entry.address = field<160>(beats, p::address);
    entry.state.kind = static_cast<PoolKind>(kind);
    entry.state.fee = entry.key.fee;
    entry.state.fee_protocol = field_u32(beats, p::fee_protocol);
    entry.state.tick_spacing = field_i32(beats, p::tick_spacing);
    entry.state.tick = field_i32(beats, p::tick);
    entry.state.sqrt_price_x96 = field<256>(beats, p::sqrt_price_x96);
    entry.state.liquidity = field<128>(beats, p::liquidity);
    entry.state.max_liquidity_per_tick = field<128>(beats, p::max_liquidity_per_tick);
    entry.state_version = field_u64(beats, p::state_version);
    entry.block_number = field_u64(beats, p::block_number);
    const Reason wrong = check_pool(entry);
    if (wrong != Reason::none) return wrong;
    PoolEntry& old = state.pools[index];
    const bool same = old.valid && same_key(old.key, entry.key);
    if (!same) {
        if (find_pool(state, entry.key) != no_pool) return Reason::bad_pool_index; // that pool has another index already
        // Within one bucket the index is where it has to be: its key changes with the entry.
        const bool moves = !old.valid || bucket_of(old.key) != bucket_of(entry.key);
        if (moves && !remember_key(state, index, entry.key)) return Reason::pool_table_full;
        if (moves && old.valid) forget_key(state, index, old.key);
        state.params[index].valid = false;
    }
    // The window belongs to one state. The same version with another tick would be a host's mistake: the window goes too.
    if (!same || old.state_version != entry.state_version || old.state.tick != entry.state.tick ||
        old.state.tick_spacing != entry.state.tick_spacing)
        state.windows[index].valid = false;
    old = entry;
    return Reason::none;
}

Reason take_ticks(RangeProfitState& state, const Header& header, const ap_uint<512>& first, BeatStream& in) {
#pragma HLS INLINE off
    Beats head;
    head.beat[0] = first;
    const std::uint16_t index = static_cast<std::uint16_t>(field<16>(head, records::ticks::pool_index).to_uint());
    TickWindow& window = state.scratch;
    const Reason bad = start_window(state, header, head, index, window);
    if (bad != Reason::none) {
        drain(in, header.beats - 1);
        return bad;
    }
    const PoolState& pool = state.pools[index].state;
    Reason reason = Reason::none;
    for (int i = 0; i < window.count; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 128
        window.ticks[i] = read_tick(in.read().data);
        if (reason == Reason::none) reason = check_tick(window.ticks[i], window, pool, i, i > 0 ? window.ticks[i - 1].tick : 0);
        if (reason == Reason::none && (window.ticks[i].tick < min_tick || window.ticks[i].tick > max_tick))
            reason = Reason::bad_field;
    }
    if (reason != Reason::none) return reason;
    fill_ratios(window, state.windows[index]);
    window.valid = true;
    state.windows[index] = window;
    return Reason::none;
}

Reason take_params(RangeProfitState& state, const Header& header, const ap_uint<512>& first, BeatStream& in) {
#pragma HLS INLINE off
    namespace p = records::params;
    const Beats beats = read_fixed(header, first, in);
    const Reason bad = check_header(header, p::total_bytes);
    if (bad != Reason::none) return bad;
    const std::uint32_t index = field<16>(beats, p::pool_index).to_uint();
    PoolParams params;
    params.valid = true;
    params.candidates = field<16>(beats, p::candidates).to_uint();
    params.tip_ppm = field_u32(beats, p::tip_ppm);
    params.price0_x96 = field<256>(beats, p::price0_x96);
    params.price1_x96 = field<256>(beats, p::price1_x96);
    params.budget0 = field<256>(beats, p::budget0);
    params.budget1 = field<256>(beats, p::budget1);
    params.gas_cost_wei = field<256>(beats, p::gas_cost_wei);
    params.tip_floor_wei = field<256>(beats, p::tip_floor_wei);
    params.min_profit_wei = field<256>(beats, p::min_profit_wei);
    if (index >= records::max_pools || !state.pools[index].valid) return Reason::bad_pool_index;
    const bool plain = params.candidates >= 1 && params.candidates <= records::max_candidates && params.tip_ppm <= 1000000;
    if (!plain) return Reason::bad_field;
    state.params[index] = params;
    return Reason::none;
}

Reason take_block(RangeProfitState& state, const Header& header, const ap_uint<512>& first, BeatStream& in) {
#pragma HLS INLINE off
    namespace b = records::block;
    const Beats beats = read_fixed(header, first, in);
    const Reason bad = check_header(header, b::total_bytes);
    if (bad != Reason::none) return bad;
    state.head.number = field_u64(beats, b::number);
    state.head.next_timestamp = field_u64(beats, b::next_timestamp);
    return Reason::none;
}

} // namespace hlsk
} // namespace jitbox
