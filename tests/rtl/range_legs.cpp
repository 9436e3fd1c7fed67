// See range_legs.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/range_legs.hpp"

#include "bench/quality_corpus.hpp"

#include <algorithm>
#include <memory>
#include <set>

namespace jitbox::test {
namespace {

using namespace hlsk;

std::int32_t between(std::mt19937_64& random, std::int32_t low, std::int32_t high) {
    return low + static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(high - low + 1));
}

/// A number of `bits` bits, all of them random.
u256 bits_of(std::mt19937_64& random, int bits) {
    u256 out = 0;
    for (int i = 0; i < 4; ++i) out = u256((out << 64) | u256(static_cast<std::uint64_t>(random())));
    return bits == 0 ? u256(0) : u256((out >> (256 - bits)) | (u256(1) << (bits - 1)));
}

void draw_pool(std::mt19937_64& random, PoolState& pool) {
    const std::int32_t spacings[] = {1, 10, 60, 200, 16383, between(random, 1, 16383)};
    pool.kind = random() % 4 == 0 ? PoolKind::pancake_v3 : PoolKind::uniswap_v3;
    const std::uint32_t fees[] = {100, 500, 3000, 10000, 0, static_cast<std::uint32_t>(random() % 1000000), 999999};
    pool.fee = fees[random() % std::size(fees)];
    pool.fee_protocol = 0;
    if (random() % 2 != 0) {
        pool.fee_protocol = pool.kind == PoolKind::pancake_v3
                                ? static_cast<std::uint32_t>(random() % 10001 | (random() % 10001 << 16))
                                : static_cast<std::uint32_t>((4 + random() % 7) | ((4 + random() % 7) << 4));
    }
    pool.tick_spacing = spacings[random() % std::size(spacings)];
    const std::int32_t reach = random() % 4 == 0 ? max_tick - 1 : 100000;
    pool.tick = between(random, -reach, reach);
    const u256 low = sqrt_ratio_at_tick(pool.tick);
    const u256 high = sqrt_ratio_at_tick(pool.tick + 1);
    pool.sqrt_price_x96 = low;
    if (random() % 4 != 0)
        pool.sqrt_price_x96 = u256(low + u256(u256((high - low) * u256(static_cast<std::uint64_t>(random() % 1000))) / u256(1000)));
    if (random() % 16 == 0) { // a swap downwards has just crossed this tick
        pool.sqrt_price_x96 = low;
        pool.tick -= 1;
    }
    pool.max_liquidity_per_tick = u128((u256(1) << 128) / u256(static_cast<std::uint32_t>(2 * (max_tick / pool.tick_spacing) + 1)));
}

/// Random initialised ticks around the price; the liquidity between them stays in [0, 2^128) unless `broken`.
void draw_window(std::mt19937_64& random, EngineLeg& leg, bool broken) {
    PoolState& pool = leg.pool;
    TickWindow& window = leg.window;
    const std::int32_t s = pool.tick_spacing;
    const std::int32_t reach = random() % 2 == 0 ? 40 : 2000;
    const auto count = static_cast<int>(random() % (random() % 4 == 0 ? 128 : 12));
    std::set<std::int32_t> at;
    int sides[2] = {0, 0};
    for (int i = 0; i < count; ++i) {
        const std::int32_t tick = (floor_div(pool.tick, s) + between(random, -reach, reach)) * s;
        if (tick < min_tick || tick > max_tick || at.count(tick) != 0) continue;
        if (++sides[tick <= pool.tick ? 0 : 1] <= 64) at.insert(tick);
    }
    const int scale = between(random, 1, 118);
    pool.liquidity = random() % 8 == 0 ? u128(0) : u128(bits_of(random, scale));
    window.count = 0;
    window.below = 0;
    for (const std::int32_t tick : at) {
        WindowTick& entry = window.ticks[window.count++];
        entry.tick = tick;
        entry.ratio_x96 = sqrt_ratio_at_tick(tick);
        entry.gross = u128(bits_of(random, between(random, 1, scale)));
        entry.net = 0;
        if (tick <= pool.tick) window.below += 1;
    }
    // Away from the price in both directions: nets that keep what is left at or above zero.
    i256 left = i256(u256(pool.liquidity));
    const auto change = [&](int i, bool down) {
        WindowTick& entry = window.ticks[i];
        const i256 size = i256(u256(entry.gross));
        const bool falls = random() % 2 == 0 && (broken || size <= left);
        left = falls ? i256(left - size) : i256(left + size);
        entry.net = falls == down ? i128(entry.gross) : i128(i128(0) - i128(entry.gross));
    };
    for (int i = window.below - 1; i >= 0; --i) change(i, true);
    left = i256(u256(pool.liquidity));
    for (int i = window.below; i < window.count; ++i) change(i, false);

    const bool all = random() % 2 == 0;
    window.known_lower = all ? min_tick : std::max(min_tick, pool.tick - between(random, 0, 3 * reach) * s);
    window.known_upper = all ? max_tick : std::min(max_tick, pool.tick + between(random, 1, 3 * reach) * s);
    if (window.count > 0) {
        window.known_lower = std::min(window.known_lower, window.ticks[0].tick);
        window.known_upper = std::max(window.known_upper, window.ticks[window.count - 1].tick);
    }
    window.known_low_x96 = sqrt_ratio_at_tick(window.known_lower);
    window.known_high_x96 = sqrt_ratio_at_tick(window.known_upper);
    window.valid = true;
}

void draw_request(std::mt19937_64& random, EngineLeg& leg) {
    SwapRequest& request = leg.request;
    request.zero_for_one = random() % 2 == 0;
    request.exact_in = random() % 2 == 0;
    request.price_limit_x96 = request.zero_for_one ? u256(min_sqrt_ratio() + u256(1)) : u256(max_sqrt_ratio() - u256(1));
    request.amount = bits_of(random, between(random, 1, random() % 8 == 0 ? 255 : 120));
    leg.own_limit = random() % 3 == 0;
    if (!leg.own_limit) return;
    const std::int32_t tick = leg.pool.tick + (request.zero_for_one ? -1 : 1) * between(random, 1, 20 * leg.pool.tick_spacing);
    const u256 limit = u256(sqrt_ratio_at_tick(std::clamp(tick, min_tick, max_tick)) + u256(random() % 2));
    if (request.zero_for_one ? limit < leg.pool.sqrt_price_x96 && limit > min_sqrt_ratio()
                             : limit > leg.pool.sqrt_price_x96 && limit < max_sqrt_ratio())
        request.price_limit_x96 = limit;
}

} // namespace

EngineLeg wild_leg(std::mt19937_64& random) {
    EngineLeg leg;
    draw_pool(random, leg.pool);
    draw_window(random, leg, random() % 16 == 0);
    draw_request(random, leg);
    leg.direct_pool = random() % 2 == 0;
    leg.one_hop = random() % 2 == 0;
    leg.limit = bits_of(random, between(random, 0, 120));
    PoolParams& params = leg.params;
    params.valid = true;
    params.candidates = static_cast<std::uint32_t>(random() % 2 == 0 ? 64 : 1 + random() % 100);
    params.tip_ppm = static_cast<std::uint32_t>(random() % 1000001);
    params.price0_x96 = bits_of(random, between(random, 0, random() % 8 == 0 ? 256 : 140));
    params.price1_x96 = bits_of(random, between(random, 0, random() % 8 == 0 ? 256 : 140));
    params.budget0 = bits_of(random, between(random, 0, random() % 4 == 0 ? 256 : 120));
    params.budget1 = bits_of(random, between(random, 0, random() % 4 == 0 ? 256 : 120));
    params.gas_cost_wei = bits_of(random, between(random, 0, random() % 16 == 0 ? 256 : 60));
    params.tip_floor_wei = bits_of(random, between(random, 0, random() % 16 == 0 ? 256 : 60));
    params.min_profit_wei = bits_of(random, between(random, 0, random() % 16 == 0 ? 256 : 60));
    return leg;
}

EngineLeg usual_leg(std::mt19937_64& random, RatioMemo& memo) {
    for (;;) {
        const auto found = bench::make_quality_case(random(), random() % 1000, 40, memo);
        if (!found) continue;
        EngineLeg leg;
        leg.pool = found->input.pool;
        leg.window = found->window;
        leg.params = found->input.params;
        leg.request = found->input.request;
        leg.params.gas_cost_wei = bits_of(random, between(random, 0, 55));
        leg.params.tip_ppm = static_cast<std::uint32_t>(random() % 1000001);
        return leg;
    }
}

EngineLeg long_leg(std::mt19937_64& random, RatioMemo& memo, std::int32_t most_spacings) {
    const auto alone = std::make_unique<AloneSwap>();
    for (;;) {
        EngineLeg leg;
        draw_pool(random, leg.pool);
        if (leg.pool.tick_spacing > 200 || leg.pool.fee > 20000) continue;
        draw_window(random, leg, false);
        if (leg.window.count > 40) continue;
        leg.request.zero_for_one = random() % 2 == 0;
        leg.request.exact_in = true;
        const bool down = leg.request.zero_for_one;
        const std::int32_t way =
            between(random, 20, most_spacings) * leg.pool.tick_spacing + between(random, 0, leg.pool.tick_spacing);
        const std::int32_t end = std::clamp(leg.pool.tick + (down ? -way : way), min_tick + 1, max_tick - 1);
        leg.request.price_limit_x96 = u256(sqrt_ratio_at_tick(end) + u256(random() % 3));
        leg.request.amount = u256(u256(1) << 127);
        WindowTicks ticks(leg.window, memo);
        if (run_alone(leg.pool, ticks, leg.window.below, leg.request, *alone) != Reason::none) continue;
        const u256 paid = u256(leg.request.amount - alone->end.remaining);
        if (paid == 0 || alone->end.steps > 60) continue;
        leg.own_limit = random() % 2 == 0;
        if (!leg.own_limit) { // ends where the amount does
            leg.request.amount = paid;
            leg.request.price_limit_x96 = down ? u256(min_sqrt_ratio() + u256(1)) : u256(max_sqrt_ratio() - u256(1));
            if (run_alone(leg.pool, ticks, leg.window.below, leg.request, *alone) != Reason::none) continue;
        }
        PoolParams& params = leg.params;
        params.valid = true;
        params.candidates = static_cast<std::uint32_t>(random() % 4 == 0 ? between(random, 30, 4096) : 4096);
        params.tip_ppm = static_cast<std::uint32_t>(random() % 1000001);
        // Prices outside that make the pool's about right, or not.
        params.price1_x96 = bits_of(random, between(random, 60, 130));
        const u256 square = u256(u256(leg.pool.sqrt_price_x96 >> 48) * u256(leg.pool.sqrt_price_x96 >> 48)); // Q96
        params.price0_x96 = random() % 4 == 0 ? bits_of(random, between(random, 60, 130))
                                              : u256(u256(params.price1_x96 >> 40) * u256(square >> 56));
        if (params.price0_x96 == 0) continue;
        params.budget0 = bits_of(random, random() % 4 == 0 ? between(random, 0, 120) : 120);
        params.budget1 = bits_of(random, random() % 4 == 0 ? between(random, 0, 120) : 120);
        params.gas_cost_wei = bits_of(random, between(random, 0, 60));
        params.tip_floor_wei = bits_of(random, between(random, 0, 60));
        params.min_profit_wei = 0;
        return leg;
    }
}

} // namespace jitbox::test
