// See dense_pool.hpp. SPDX-License-Identifier: Apache-2.0
#include "dense_pool.hpp"

#include <memory>

namespace jitbox::test {

using namespace hlsk;

u256 ten_to(int power) {
    u256 out = 1;
    for (int i = 0; i < power; ++i) out = u256(out * u256(10));
    return out;
}

DensePool dense_pool() {
    constexpr int ticks_each_side = 20;
    DensePool dense;
    PoolState& pool = dense.state;
    pool.kind = records::PoolKind::uniswap_v3;
    pool.fee = 3000;
    pool.tick_spacing = dense_spacing;
    pool.tick = dense_spacing / 2;
    pool.sqrt_price_x96 = sqrt_ratio_at_tick(pool.tick);
    pool.liquidity = u128(ten_to(21));
    pool.max_liquidity_per_tick = u128(u128(1) << 100);
    TickWindow& window = dense.window;
    window.known_lower = min_tick;
    window.known_upper = max_tick;
    window.known_low_x96 = min_sqrt_ratio();
    window.known_high_x96 = max_sqrt_ratio();
    window.valid = true;
    for (std::int32_t cell = 1 - ticks_each_side; cell <= ticks_each_side; ++cell) {
        WindowTick& entry = window.ticks[window.count++];
        entry.tick = cell * dense_spacing;
        entry.gross = u128(ten_to(18));
        entry.net = cell % 2 == 0 ? i128(entry.gross) : i128(i128(0) - i128(entry.gross));
        entry.ratio_x96 = sqrt_ratio_at_tick(entry.tick);
        if (entry.tick <= pool.tick) window.below += 1;
    }
    return dense;
}

PoolParams generous_params(std::uint32_t candidates) {
    return {.valid = true,
            .candidates = candidates,
            .tip_ppm = 500000,
            .price0_x96 = u256(1) << 96,
            .price1_x96 = u256(1) << 96,
            .budget0 = ten_to(24),
            .budget1 = ten_to(24),
            .gas_cost_wei = 1,
            .tip_floor_wei = 0,
            .min_profit_wei = 0};
}

SwapRequest dense_swap(bool zero_for_one, bool exact_in) {
    return {.zero_for_one = zero_for_one,
            .exact_in = exact_in,
            .amount = 0,
            .price_limit_x96 = zero_for_one ? u256(min_sqrt_ratio() + 1) : u256(max_sqrt_ratio() - 1)};
}

u256 amount_for(const DensePool& pool, SwapRequest request, std::uint32_t steps, RatioMemo& memo) {
    const auto alone = std::make_unique<AloneSwap>();
    WindowTicks ticks(pool.window, memo);
    u256 least = 0;
    for (int k = 1; k < 2000; ++k) {
        request.amount = u256(ten_to(17) * u256(k));
        if (run_alone(pool.state, ticks, pool.window.below, request, *alone) != records::Reason::none) break;
        if (alone->end.steps == steps && least == 0) least = request.amount;
        if (alone->end.steps > steps) return u256(u256(least + request.amount) >> 1);
    }
    return least;
}

} // namespace jitbox::test
