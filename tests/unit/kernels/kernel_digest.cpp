// Runs range_profit over pools and swaps that it draws itself and prints a digest of every output beat. Built three ways (CPU leaf
// arithmetic, hardware leaf arithmetic, Xilinx's own ap_int.h); all three must print the same (kernel_forms.cmake).
// SPDX-License-Identifier: Apache-2.0
#include "hls/range_profit.hpp"
#include "hls/range_records.hpp"

#include <cstdio>
#include <cstdlib>

using namespace jitbox;
using namespace jitbox::hlsk;

namespace {

/// xorshift64*: the same draws with any standard library.
struct Draw {
    std::uint64_t state;
    std::uint64_t next() {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return state * 0x2545f4914f6cdd1dULL;
    }
    std::uint64_t below(std::uint64_t n) { return next() % n; }
};

int in_beat(std::size_t offset) {
    return static_cast<int>(offset % records::beat_bytes);
}

void write_record(BeatStream& in, ap_uint<512>* beat, int beats) {
    for (int i = 0; i < beats; ++i) write_beat(in, beat[i], i + 1 == beats);
}

ap_uint<512> input(records::Kind kind, std::size_t total_bytes, std::uint64_t sequence) {
    return start_record(kind, static_cast<std::uint32_t>(total_bytes), sequence);
}

void put_address(ap_uint<512>& beat, std::size_t offset, std::uint32_t byte) {
    for (int i = 0; i < 20; ++i) put_le<8>(beat, in_beat(offset) + i, ap_uint<8>(byte));
}

struct Drawn {
    std::int32_t spacing;
    std::int32_t tick;
    std::uint32_t fee;
    u256 price;
    u128 liquidity;
};

void feed_pool(BeatStream& in, const Drawn& pool, std::uint64_t version, std::uint32_t fee_protocol) {
    namespace p = records::pool;
    ap_uint<512> beat[4] = {input(records::Kind::pool, p::total_bytes, 1), 0, 0, 0};
    put_le<8>(beat[0], p::pool_kind, ap_uint<8>(1));
    put_le<8>(beat[0], p::in_service, ap_uint<8>(1));
    put_le<32>(beat[0], p::fee, ap_uint<32>(pool.fee));
    put_le<32>(beat[0], p::tick_spacing, ap_uint<32>(static_cast<std::uint32_t>(pool.spacing)));
    put_le<32>(beat[0], p::tick, ap_uint<32>(static_cast<std::uint32_t>(pool.tick)));
    put_le<32>(beat[0], p::fee_protocol, ap_uint<32>(fee_protocol));
    put_le<64>(beat[0], p::state_version, ap_uint<64>(version));
    put_address(beat[1], p::token0, 1);
    put_address(beat[1], p::token1, 2);
    put_le<256>(beat[2], in_beat(p::sqrt_price_x96), pool.price);
    put_le<128>(beat[3], in_beat(p::liquidity), pool.liquidity);
    put_le<128>(beat[3], in_beat(p::max_liquidity_per_tick), u128(u128(1) << 110));
    write_record(in, beat, 4);
}

void feed_ticks(BeatStream& in, const Drawn& pool, std::uint64_t version, Draw& draw) {
    namespace t = records::ticks;
    const std::int32_t base = floor_div(pool.tick, pool.spacing);
    ap_uint<512> beat[9];
    for (int i = 0; i < 9; ++i) beat[i] = 0;
    beat[0] = input(records::Kind::ticks, 9 * records::beat_bytes, 2);
    put_le<16>(beat[0], t::count_below, ap_uint<16>(4));
    put_le<16>(beat[0], t::count_above, ap_uint<16>(4));
    put_le<32>(beat[0], t::known_lower, ap_uint<32>(static_cast<std::uint32_t>(min_tick)));
    put_le<32>(beat[0], t::known_upper, ap_uint<32>(static_cast<std::uint32_t>(max_tick)));
    put_le<64>(beat[0], t::state_version, ap_uint<64>(version));
    std::int32_t at = base - 40;
    for (int i = 0; i < 8; ++i) {
        if (i == 4) at = base + 1;
        namespace e = records::ticks::entry;
        const u128 step = u128(u128(pool.liquidity / 8) + u128(draw.below(1000)));
        put_le<32>(beat[i + 1], e::tick, ap_uint<32>(static_cast<std::uint32_t>(at * pool.spacing)));
        put_le<128>(beat[i + 1], e::liquidity_gross, step);
        put_le<128>(beat[i + 1], e::liquidity_net, i < 4 ? step : u128(u128(0) - step));
        at += 1 + static_cast<std::int32_t>(draw.below(9));
    }
    write_record(in, beat, 9);
}

void feed_params(BeatStream& in, const Drawn& pool, Draw& draw) {
    namespace p = records::params;
    ap_uint<512> beat[4] = {input(records::Kind::params, p::total_bytes, 3), 0, 0, 0};
    u256 price0;
    mul_shift<96>(pool.price, pool.price, false, price0);
    put_le<16>(beat[0], p::candidates, ap_uint<16>(24));
    put_le<32>(beat[0], p::tip_ppm, ap_uint<32>(static_cast<std::uint32_t>(draw.below(500000))));
    put_le<256>(beat[0], p::price0_x96, price0);
    put_le<256>(beat[1], in_beat(p::price1_x96), u256(1) << 96);
    put_le<256>(beat[1], in_beat(p::budget0), u256(pool.liquidity));
    put_le<256>(beat[2], in_beat(p::budget1), u256(pool.liquidity));
    write_record(in, beat, 4);
}

void feed_swap(BeatStream& in, const Drawn& pool, std::uint64_t sequence, Draw& draw) {
    namespace s = records::swap;
    const bool zero_for_one = draw.below(2) == 0;
    const bool exact_in = draw.below(3) != 0;
    ap_uint<512> beat[4] = {input(records::Kind::swap, s::total_bytes, sequence), 0, 0, 0};
    put_le<8>(beat[0], s::hops, ap_uint<8>(1));
    put_le<32>(beat[0], s::flags,
               ap_uint<32>((zero_for_one ? records::swap_zero_for_one : 0U) | (exact_in ? records::swap_exact_in : 0U) |
                           records::swap_amount_known));
    put_le<32>(beat[0], s::fee, ap_uint<32>(pool.fee));
    put_address(beat[1], s::token_in, zero_for_one ? 1 : 2);
    put_address(beat[1], s::token_out, zero_for_one ? 2 : 1);
    put_le<256>(beat[2], in_beat(s::amount), u256(u256(pool.liquidity) / u256(20 + draw.below(5000))));
    put_le<256>(beat[2], in_beat(s::limit), exact_in ? u256(0) : u256(~u256(0)));
    write_record(in, beat, 4);
}

} // namespace

int main(int argc, char** argv) {
    const std::uint64_t cases = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200;
    static RangeProfitState state;
    state.reset();
    static FreezeLine frozen(false);
    BeatStream in;
    BeatStream out;
    Draw draw = {0x5eed5eed5eedULL};
    std::uint64_t digest = 14695981039346656037ULL;
    std::uint64_t decisions = 0;
    for (std::uint64_t i = 1; i <= cases; ++i) {
        const std::int32_t spacings[4] = {1, 10, 60, 200};
        const std::uint32_t fees[4] = {100, 500, 3000, 10000};
        const std::uint64_t tier = draw.below(4);
        Drawn pool;
        pool.spacing = spacings[tier];
        pool.fee = fees[tier];
        pool.tick = static_cast<std::int32_t>(draw.below(200000)) - 100000;
        pool.price = u256(sqrt_ratio_at_tick(pool.tick) + u256(draw.below(1000)));
        pool.liquidity = u128(u128(draw.next()) << static_cast<int>(draw.below(20)));
        ap_uint<512> removed[4] = {input(records::Kind::pool, records::pool::total_bytes, 1), 0, 0, 0}; // kind 0: forget the pool
        write_record(in, removed, 4);
        feed_pool(in, pool, i, draw.below(2) == 0 ? 0U : 0x66U);
        feed_ticks(in, pool, i, draw);
        feed_params(in, pool, draw);
        feed_swap(in, pool, i, draw);
        while (!in.empty()) range_profit(state, in, out, frozen);
        bool first = true;
        while (!out.empty()) {
            const Beat beat = out.read();
            if (first && get_le<8>(beat.data, 0) == ap_uint<8>(0x83)) ++decisions;
            first = beat.last;
            for (int word = 0; word < 8; ++word) digest = (digest ^ get_le<64>(beat.data, word * 8).to_uint64()) * 1099511628211ULL;
        }
    }
    std::printf("%llu cases, %llu decisions, digest %016llx\n", static_cast<unsigned long long>(cases),
                static_cast<unsigned long long>(decisions), static_cast<unsigned long long>(digest));
    return decisions * 4 >= cases ? 0 : 1; // a digest of rejections would prove little
}
