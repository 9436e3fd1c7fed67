// Clocks of the Verilated range_engine from the job to the result, by K and by steps of the swap alone. Prints a markdown table;
// docs/card-range.md has its figures. SPDX-License-Identifier: Apache-2.0
#include "../rtl/range_engine_driver.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace jitbox::test {
namespace {

using namespace hlsk;

constexpr int ticks_each_side = 20;
constexpr std::int32_t spacing = 60;

u256 pow10(int n) {
    u256 out = 1;
    for (int i = 0; i < n; ++i) out = u256(out * u256(10));
    return out;
}

/// 0.3 % pool at price 1 with an initialised tick every spacing, outside price the pool's, budgets and K as asked.
EngineLeg dense_pool(bool zero_for_one, std::uint32_t candidates) {
    EngineLeg leg;
    PoolState& pool = leg.pool;
    pool.kind = records::PoolKind::uniswap_v3;
    pool.fee = 3000;
    pool.tick_spacing = spacing;
    pool.tick = spacing / 2;
    pool.sqrt_price_x96 = sqrt_ratio_at_tick(pool.tick);
    pool.liquidity = u128(pow10(21));
    pool.max_liquidity_per_tick = u128(u128(1) << 100);
    TickWindow& window = leg.window;
    window.known_lower = min_tick;
    window.known_upper = max_tick;
    window.known_low_x96 = min_sqrt_ratio();
    window.known_high_x96 = max_sqrt_ratio();
    window.valid = true;
    for (std::int32_t cell = 1 - ticks_each_side; cell <= ticks_each_side; ++cell) {
        WindowTick& entry = window.ticks[window.count++];
        entry.tick = cell * spacing;
        entry.gross = u128(pow10(18));
        entry.net = cell % 2 == 0 ? i128(entry.gross) : i128(i128(0) - i128(entry.gross));
        entry.ratio_x96 = sqrt_ratio_at_tick(entry.tick);
        if (entry.tick <= pool.tick) window.below += 1;
    }
    leg.params = {.valid = true,
                  .candidates = candidates,
                  .tip_ppm = 500000,
                  .price0_x96 = u256(1) << 96,
                  .price1_x96 = u256(1) << 96,
                  .budget0 = pow10(24),
                  .budget1 = pow10(24),
                  .gas_cost_wei = 1,
                  .tip_floor_wei = 0,
                  .min_profit_wei = 0};
    leg.request = {.zero_for_one = zero_for_one,
                   .exact_in = true,
                   .amount = 0,
                   .price_limit_x96 = zero_for_one ? u256(min_sqrt_ratio() + 1) : u256(max_sqrt_ratio() - 1)};
    return leg;
}

/// The amount whose swap alone has that many steps and ends in the middle of the last.
u256 amount_for(EngineLeg leg, std::uint32_t steps, RatioMemo& memo) {
    const auto alone = std::make_unique<AloneSwap>();
    WindowTicks ticks(leg.window, memo);
    u256 least = 0;
    for (int k = 1; k < 2000; ++k) {
        leg.request.amount = u256(pow10(17) * u256(k));
        if (run_alone(leg.pool, ticks, leg.window.below, leg.request, *alone) != records::Reason::none) break;
        if (alone->end.steps == steps && least == 0) least = leg.request.amount;
        if (alone->end.steps > steps) return u256(u256(least + leg.request.amount) >> 1);
    }
    return least;
}

void bench() {
    std::mt19937_64 random(1);
    const auto memo = std::make_unique<RatioMemo>();
    memo->clear();
    std::puts("| direction | steps alone | K | evaluated | clocks, prices new | clocks, prices known |");
    std::puts("|---|---:|---:|---:|---:|---:|");
    for (const bool zero_for_one : {true, false}) {
        for (const std::uint32_t steps : {1U, 2U, 4U, 8U}) {
            for (const std::uint32_t candidates : {1U, 16U, 64U, 256U}) {
                EngineLeg leg = dense_pool(zero_for_one, candidates);
                leg.request.amount = amount_for(leg, steps, *memo);
                RangeEngineDriver fresh(random);
                const auto first = fresh.run(leg);
                const std::uint64_t cold = fresh.clocks();
                const auto second = fresh.run(leg);
                if (!first || !second) throw std::runtime_error("no result");
                std::printf("| token%d in | %u | %u | %u | %llu | %llu |\n", zero_for_one ? 0 : 1, steps, candidates,
                            second->candidates, static_cast<unsigned long long>(cold),
                            static_cast<unsigned long long>(fresh.clocks()));
            }
        }
    }
}

} // namespace
} // namespace jitbox::test

int main() {
    try {
        jitbox::test::bench();
        return 0;
    } catch (const std::exception& failed) {
        std::fputs(failed.what(), stderr);
        return 1;
    }
}
