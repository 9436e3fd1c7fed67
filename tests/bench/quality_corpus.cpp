// See quality_corpus.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "quality_corpus.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>

namespace jitbox::bench {
namespace {

using namespace hlsk;

struct Tier {
    std::uint32_t fee;
    std::int32_t spacing;
    double longest_move; ///< in spacings, of the swaps on such pools
    double widest;       ///< in spacings, of the positions
};
constexpr std::array<Tier, 4> tiers{{{100, 1, 60, 400}, {500, 10, 16, 100}, {3000, 60, 12, 30}, {10000, 200, 8, 20}}};

/// A 64-bit generator whose every draw is written down here, so that the corpus does not depend on the standard library.
class Draw {
public:
    Draw(std::uint64_t seed, std::uint64_t index) : engine_(seed * 0x9e3779b97f4a7c15ULL + index) {}
    double unit() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
    double between(double low, double high) { return low + (high - low) * unit(); }
    double log_between(double low, double high) { return std::exp(between(std::log(low), std::log(high))); }
    bool chance(double p) { return unit() < p; }
    std::int32_t pick(std::int32_t count) { return static_cast<std::int32_t>(unit() * count); }

private:
    std::mt19937_64 engine_;
};

u256 from_double(double value) {
    if (value < 1) return u256(0);
    int exponent = 0;
    const double mantissa = std::frexp(value, &exponent);
    const u256 digits = u256(static_cast<std::uint64_t>(std::ldexp(mantissa, 53)));
    return exponent >= 53 ? u256(digits << (exponent - 53)) : u256(digits >> (53 - exponent));
}

double sqrt_price_of(std::int32_t tick) {
    return std::pow(1.0001, tick / 2.0);
}

/// Overlapping positions, one wide, the others of all widths near the price.
std::map<std::int32_t, double> draw_positions(Draw& draw, const Tier& tier, std::int32_t tick) {
    std::map<std::int32_t, double> net;
    const double base = draw.log_between(1e18, 1e24);
    const std::int32_t count = 2 + draw.pick(7);
    for (std::int32_t i = 0; i < count; ++i) {
        const double width = i == 0 ? 6 * tier.widest : std::floor(draw.log_between(1, tier.widest));
        const double offset = i == 0 ? 0 : draw.between(-width, width);
        const auto lower = static_cast<std::int32_t>(std::floor(tick / static_cast<double>(tier.spacing) + offset - width / 2));
        const std::int32_t upper = lower + std::max(1, static_cast<std::int32_t>(width));
        const double liquidity = std::floor(base * draw.log_between(0.05, 3));
        net[lower * tier.spacing] += liquidity;
        net[upper * tier.spacing] -= liquidity;
    }
    return net;
}

void fill_window(QualityCase& out, const std::map<std::int32_t, double>& positions) {
    TickWindow& window = out.window;
    PoolState& pool = out.input.pool;
    window.known_lower = min_tick;
    window.known_upper = max_tick;
    window.known_low_x96 = min_sqrt_ratio();
    window.known_high_x96 = max_sqrt_ratio();
    window.valid = true;
    i128 liquidity = 0;
    i128 total = 0;
    for (const auto& [tick, amount] : positions) {
        const u128 size = u128(from_double(std::abs(amount)));
        WindowTick& entry = window.ticks[window.count];
        entry.tick = tick;
        entry.gross = size;
        entry.net = amount < 0 ? i128(i128(0) - i128(size)) : i128(size);
        entry.ratio_x96 = sqrt_ratio_at_tick(tick);
        total = i128(total + entry.net);
        window.count += 1;
        if (tick <= pool.tick) {
            window.below += 1;
            liquidity = total;
        }
    }
    // Rounding to doubles leaves a remainder: the last tick takes it, so that the liquidity above all ticks is zero.
    WindowTick& last = window.ticks[window.count - 1];
    last.net = i128(last.net - total);
    pool.liquidity = u128(liquidity);
    out.input.cursor = window.below;
}

void draw_pool(Draw& draw, const Tier& tier, PoolState& pool) {
    pool.kind = PoolKind::uniswap_v3;
    pool.fee = tier.fee;
    pool.tick_spacing = tier.spacing;
    pool.fee_protocol = draw.chance(0.3) ? static_cast<std::uint32_t>(4 + draw.pick(7)) * 17U : 0U;
    pool.tick = static_cast<std::int32_t>(draw.between(-80000, 80000));
    const u256 low = sqrt_ratio_at_tick(pool.tick);
    const u256 high = sqrt_ratio_at_tick(pool.tick + 1);
    pool.sqrt_price_x96 = u256(low + u256((high - low) * u256(static_cast<std::uint64_t>(draw.unit() * 1000))) / u256(1000));
    pool.max_liquidity_per_tick = u128((u256(1) << 128) / u256(static_cast<std::uint32_t>(2 * (max_tick / tier.spacing) + 1)));
}

/// A swap that would move the price by so many spacings if the liquidity at the price were everywhere.
double draw_swap(Draw& draw, const Tier& tier, const QualityCase& made, SwapRequest& request) {
    const PoolState& pool = made.input.pool;
    request.zero_for_one = draw.chance(0.5);
    request.exact_in = draw.chance(0.75);
    request.price_limit_x96 = request.zero_for_one ? u256(min_sqrt_ratio() + u256(1)) : u256(max_sqrt_ratio() - u256(1));
    const double ticks = tier.spacing * draw.log_between(0.1, tier.longest_move);
    const double from = sqrt_price_of(pool.tick);
    const double to = from * std::pow(1.0001, (request.zero_for_one ? -ticks : ticks) / 2);
    const double liquidity = static_cast<double>(static_cast<std::uint64_t>(pool.liquidity >> 30)) * 0x1p30;
    const double token0 = liquidity * std::abs(1 / to - 1 / from);
    const double token1 = liquidity * std::abs(to - from);
    request.amount = from_double(request.zero_for_one == request.exact_in ? token0 : token1);
    return token1;
}

/// Token 1 is the native coin; token 0's outside price is the pool's within one and a half fees; budgets from far too little to
/// plenty.
void draw_params(Draw& draw, const Tier& tier, double notional, QualityCase& out) {
    PoolParams& params = out.input.params;
    const double off = 1 + draw.between(-1.5, 1.5) * std::max(tier.fee * 1e-6, 0.0005);
    const double price0 = std::pow(sqrt_price_of(out.input.pool.tick), 2) * off;
    params.valid = true;
    params.candidates = records::default_candidates;
    params.price0_x96 = from_double(price0 * 0x1p96);
    params.price1_x96 = u256(1) << 96;
    params.budget0 = from_double(notional * draw.log_between(0.03, 30) / price0);
    params.budget1 = from_double(notional * draw.log_between(0.03, 30));
    out.notional_wei = from_double(notional);
}

} // namespace

std::unique_ptr<QualityCase> make_quality_case(std::uint64_t seed, std::uint64_t index, std::int32_t max_spacings,
                                               RatioMemo& memo) {
    Draw draw(seed, index);
    const Tier& tier = tiers[static_cast<std::size_t>(draw.pick(static_cast<std::int32_t>(tiers.size())))];
    auto made = std::make_unique<QualityCase>();
    draw_pool(draw, tier, made->input.pool);
    fill_window(*made, draw_positions(draw, tier, made->input.pool.tick));
    const double notional = draw_swap(draw, tier, *made, made->input.request);
    draw_params(draw, tier, notional, *made);
    if (made->input.pool.liquidity == 0 || made->input.request.amount == 0) return nullptr;
    WindowTicks ticks(made->window, memo);
    const Reason reason = run_alone(made->input.pool, ticks, made->input.cursor, made->input.request, made->input.alone);
    if (reason != Reason::none || made->input.alone.end.remaining != 0) return nullptr;
    const std::int32_t span = std::abs(made->input.alone.tick_after - made->input.pool.tick) / tier.spacing;
    return span <= max_spacings ? std::move(made) : nullptr;
}

} // namespace jitbox::bench
