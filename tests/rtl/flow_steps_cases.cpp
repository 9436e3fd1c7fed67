// See flow_steps_cases.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/flow_steps_cases.hpp"

#include "rtl/random_wide.hpp"

#include <algorithm>
#include <iterator>

namespace jitbox::test {
namespace {

using namespace hlsk;

/// No listed tick and no end of what is known: a range of one spacing has neither inside.
struct NoTicks {
    static int count() { return 0; }
    static std::int32_t tick(int /*at*/) { return 0; }
    static i128 net(int /*at*/) { return 0; }
    static u256 ratio(int /*at*/) { return 0; }
    static u256 ratio_at(std::int32_t tick) { return sqrt_ratio_at_tick(tick); }
    static u256 known_low() { return 0; }
    static u256 known_high() { return u256(~u256(0)); }
};

u128 minted(const StepsRange& range) {
    constexpr std::uint64_t least = 1U << 16U;
    return std::min(range.seed == 0 ? u128(least) : range.seed, std::min(range.most, range.room));
}

Position position_of(const StepsLeg& leg, const u128& liquidity) {
    return {.active = true,
            .tick_lower = leg.tick_lower,
            .tick_upper = leg.tick_lower + leg.pool.tick_spacing,
            .lower_x96 = leg.lower_x96,
            .upper_x96 = leg.upper_x96,
            .liquidity = liquidity};
}

/// The token that is paid, between two prices.
u256 paid_between(bool down, const u256& a, const u256& b, const u128& liquidity) {
    const u256& low = std::min(a, b);
    const u256& high = std::max(a, b);
    return down ? amount0_delta(low, high, liquidity, true) : amount1_delta(low, high, liquidity, true);
}

/// The swap at the near bound, our liquidity not yet added. False where it does not come there with these amounts.
bool come_to(const StepsLeg& leg, const StepsRange& range, SwapProgress& at) {
    at = {};
    at.sqrt_price_x96 = leg.near();
    at.tick = leg.request.zero_for_one ? leg.tick_lower + leg.pool.tick_spacing - 1 : leg.tick_lower;
    at.remaining = u256(range.met_remaining);
    at.liquidity = range.met_liquidity;
    if (range.meets) return true;
    at.liquidity = range.from_liquidity;
    SwapStep step;
    if (!compute_swap_step(range.from_price, leg.near(), range.from_liquidity, u256(range.from_remaining), true, leg.pool.fee,
                           step))
        return false;
    const ap_uint<257> spent = step.amount_in + step.fee_amount;
    at.remaining = u256(u256(range.from_remaining) - u256(spent));
    return step.next_price_x96 == leg.near() && spent <= ap_uint<257>(range.from_remaining);
}

/// Whether the pipeline has room for what the step's formulas meet; docs/card-range.md.
Odd step_fits(const StepsLeg& leg, const SwapProgress& at) {
    if (!leg.request.zero_for_one) return Odd::no;
    u256 less_fee;
    mul_div(at.remaining, u256(fee_units - leg.pool.fee), u256(fee_units), less_fee);
    const ap_uint<320> sum = ap_uint<320>(less_fee) * ap_uint<320>(at.sqrt_price_x96) + (ap_uint<320>(at.liquidity) << 96);
    return (sum >> 256) == 0 ? Odd::no : Odd::two_divisions;
}

/// The swap to where it leaves the range or ends.
Odd run_in_range(const StepsLeg& leg, const Position& position, SwapProgress& at, StepsWay& way) {
    NoTicks ticks;
    const bool down = leg.request.zero_for_one;
    const bool limit_first = down ? leg.far() < leg.request.price_limit_x96 : leg.far() > leg.request.price_limit_x96;
    const u256 target = limit_first ? leg.request.price_limit_x96 : leg.far();
    const Odd odd = step_fits(leg, at);
    if (odd != Odd::no) return odd;
    while (!swap_finished(at, leg.request) && at.sqrt_price_x96 != leg.far()) {
        if (swap_step(leg.pool, ticks, leg.request, position, at) != Reason::none) return Odd::other;
    }
    if ((at.fee_growth_inside >> 192) != 0) return Odd::growth;
    way.through = at.sqrt_price_x96 == target;
    way.limited = way.through && limit_first;
    return Odd::no;
}

} // namespace

StepsEnd reference_end(const StepsLeg& leg, const StepsRange& range) {
    StepsEnd out;
    const Position position = position_of(leg, minted(range));
    out.valid = range.reached && position.liquidity != 0;
    if (!out.valid) return out;
    const auto odd = [&](Odd why) {
        out.odd = why;
        return out;
    };
    out.way.least = range.seed == 0 && position.liquidity == u128(1U << 16U);
    Outcome outcome;
    outcome.mint = position_amounts(position, leg.request.zero_for_one ? above_range : below_range, leg.near(), true);
    if (!come_to(leg, range, outcome.end)) return odd(Odd::not_reached);
    if (!add_liquidity(outcome.end.liquidity, ap_int<130>(position.liquidity))) return odd(Odd::liquidity);
    const Odd in_range_odd = run_in_range(leg, position, outcome.end, out.way);
    if (in_range_odd != Odd::no) return odd(in_range_odd);
    if ((outcome.mint.amount0 >> 128) != 0 || (outcome.mint.amount1 >> 128) != 0) return odd(Odd::mint);
    if (close_position(leg.request, position, outcome) != Reason::none) return odd(Odd::other);
    u256 cost;
    u256 worth;
    const Amounts back{u256(outcome.burn.amount0 + outcome.fees.amount0), u256(outcome.burn.amount1 + outcome.fees.amount1)};
    i256 profit;
    u256 tip;
    if (!value_wei(outcome.mint, leg.params.price0_x96, leg.params.price1_x96, cost)) return odd(Odd::other);
    if (!value_wei(back, leg.params.price0_x96, leg.params.price1_x96, worth)) return odd(Odd::other);
    out.gross = i256(i256(worth) - i256(cost));
    if (!profit_of(out.gross, leg.params, profit, tip)) return odd(Odd::other);
    out.earns = profit > 0;
    return out;
}

u128 StepsCases::amount(int bits) {
    const u128 x = random_wide<128>(random_);
    return u128(x >> (128 - bits));
}

void StepsCases::draw_pool(StepsLeg& leg) {
    PoolState& pool = leg.pool;
    const std::int32_t spacings[] = {1, 10, 60, 200, 16383};
    const std::uint32_t fees[] = {100, 500, 3000, 10000, 0, below(fee_units), fee_units - 1};
    pool.kind = below(3) == 0 ? PoolKind::pancake_v3 : PoolKind::uniswap_v3;
    pool.fee = fees[below(std::size(fees))];
    pool.tick_spacing = spacings[below(std::size(spacings))];
    if (below(2) == 0) {
        pool.fee_protocol = (4 + below(7)) | ((4 + below(7)) << 4U);
        if (pool.kind == PoolKind::pancake_v3) pool.fee_protocol = below(10001) | ((below(4) == 0 ? 10000 : below(10001)) << 16U);
    }
    const std::int32_t cells = max_tick / pool.tick_spacing;
    const std::int32_t reach = below(3) == 0 ? cells : std::min(cells, 100000 / pool.tick_spacing + 1);
    place(leg, static_cast<std::int32_t>(below(static_cast<std::uint32_t>(2 * reach))) - reach);
}

void StepsCases::place(StepsLeg& leg, std::int32_t cell) {
    leg.tick_lower = cell * leg.pool.tick_spacing;
    leg.lower_x96 = sqrt_ratio_at_tick(leg.tick_lower);
    leg.upper_x96 = sqrt_ratio_at_tick(leg.tick_lower + leg.pool.tick_spacing);
}

/// Next to an end of the price range, where one token of a unit of liquidity is many: that which is paid, or that which is minted.
void StepsCases::aim_leg(StepsLeg& leg, Odd aim) {
    bool& down = leg.request.zero_for_one;
    if (aim == Odd::growth) {
        leg.pool.fee = fee_units - 1;
        leg.pool.tick_spacing = 16383;
    }
    if (aim == Odd::two_divisions) down = true;
    const std::int32_t cells = max_tick / leg.pool.tick_spacing;
    const bool top = aim == Odd::two_divisions || (aim == Odd::growth ? !down : aim == Odd::mint && down);
    const auto from_end = static_cast<std::int32_t>(below(static_cast<std::uint32_t>(cells / 6)));
    place(leg, top ? cells - 1 - from_end : from_end - cells);
}

/// Behind the range, at its far bound or next to it, or in it: strictly beyond the near bound, as the swap comes to the range.
void StepsCases::draw_limit(StepsLeg& leg) {
    const bool down = leg.request.zero_for_one;
    u256& limit = leg.request.price_limit_x96;
    limit = down ? u256(min_sqrt_ratio() + u256(1)) : u256(max_sqrt_ratio() - u256(1));
    const u256 way = u256(leg.upper_x96 - leg.lower_x96);
    if (below(3) != 0 || way < u256(8)) return;
    u256 by = u256(u256(way >> 10) * u256(below(1024)));
    if (below(2) == 0) by = u256(below(3)); // from the far bound
    limit = down ? u256(leg.lower_x96 + by) : u256(leg.upper_x96 - by);
    if (below(4) == 0) limit = down ? u256(leg.upper_x96 - u256(1)) : u256(leg.lower_x96 + u256(1));
}

/// Any prices outside, or such that the pool's is about right.
void StepsCases::draw_prices(StepsLeg& leg) {
    PoolParams& params = leg.params;
    params.price0_x96 = u256(random_wide<160>(random_));
    params.price1_x96 = u256(random_wide<160>(random_));
    if (below(2) == 0) {
        const u256 square = u256(u256(leg.near() >> 48) * u256(leg.near() >> 48)); // Q96
        params.price1_x96 = u256(u256(1) << (96 + static_cast<int>(below(20))));
        params.price0_x96 = u256(u160(u256(params.price1_x96 >> 96) * square));
    }
    params.gas_cost_wei = u256(ap_uint<200>(random_wide<64>(random_)));
    params.tip_floor_wei = below(2) == 0 ? u256(0) : u256(random_wide<200>(random_));
    params.tip_ppm = below(fee_units);
}

StepsLeg StepsCases::leg(Odd aim) {
    StepsLeg out;
    draw_pool(out);
    out.request.zero_for_one = below(2) == 0;
    out.request.exact_in = true;
    if (aim != Odd::no && aim != Odd::not_reached && aim != Odd::liquidity) aim_leg(out, aim);
    draw_limit(out);
    draw_prices(out);
    return out;
}

/// About what the whole range takes, just that, one less, or anything.
u256 StepsCases::left_at_near(const StepsLeg& leg, const u128& liquidity) {
    const bool down = leg.request.zero_for_one;
    const bool limited = down ? leg.far() < leg.request.price_limit_x96 : leg.far() > leg.request.price_limit_x96;
    const u256 whole = paid_between(down, leg.near(), limited ? leg.request.price_limit_x96 : leg.far(), liquidity);
    u256 fee;
    if (!mul_div_rounding_up(whole, u256(leg.pool.fee), u256(fee_units - leg.pool.fee), fee)) return whole;
    const u256 all = u256(whole + fee);
    switch (below(8)) {
    case 0:
        return all;
    case 1:
        return all == 0 ? u256(1) : u256(all - u256(1));
    case 2:
        return u256(all + u256(below(3)));
    case 3:
        return u256(all + amount(128));
    case 4:
        return u256(1 + below(1000));
    case 5:
        return u256(amount(128));
    default:
        return u256(u256(u256(all >> 10) * u256(below(1024))) + u256(1));
    }
}

/// From a state before the near bound that leaves so much there, or so much too little, as a rounding may; or a step ends there,
/// always where no state leaves as much. What does not apply is anything.
void StepsCases::come_from(const StepsLeg& leg, StepsRange& range, const u256& left, std::uint32_t short_by) {
    const bool down = leg.request.zero_for_one;
    const u256 by = below(4) == 0 ? u256(0) : u256(u256(leg.near() >> static_cast<int>(4 + below(20))) + u256(below(3)));
    const u256 from = down ? u256(leg.near() + by) : u256(leg.near() - by);
    range.from_price = from > max_sqrt_ratio() || from < min_sqrt_ratio() ? leg.near() : from;
    range.from_liquidity = below(8) == 0 ? u128(0) : range.met_liquidity;
    range.met_remaining = u128(left);
    const u256 whole = paid_between(down, range.from_price, leg.near(), range.from_liquidity);
    u256 fee;
    const bool fits = mul_div_rounding_up(whole, u256(leg.pool.fee), u256(fee_units - leg.pool.fee), fee);
    const u256 all = u256(u256(whole + fee) + left);
    range.meets = !fits || (all >> 128) != 0 || below(3) == 0;
    range.from_remaining = u128(all < u256(short_by) ? u256(0) : u256(all - u256(short_by)));
    if (range.meets) {
        range.from_remaining = amount(128);
        range.from_liquidity = amount(128);
    } else {
        range.met_remaining = amount(128);
        range.met_liquidity = amount(128);
    }
}

/// Of the pool and of the position.
void StepsCases::aim_liquidity(const StepsLeg& leg, Odd aim, StepsRange& range) {
    const bool down = leg.request.zero_for_one;
    if (aim == Odd::liquidity) range.met_liquidity = u128(next_to(u256((u256(1) << 128) - u256(minted(range))), 2));
    if (aim == Odd::growth) {
        range.met_liquidity = u128(below(3));
        range.seed = u128(1 + below(3));
    }
    if (aim != Odd::mint) return;
    const u128 unit = u128(u128(1) << 64);
    const u256 minted_of_unit =
        down ? amount1_delta(leg.lower_x96, leg.upper_x96, unit, true) : amount0_delta(leg.lower_x96, leg.upper_x96, unit, true);
    const u256 most = u256(u256(u256(~u256(0)) >> 64) / minted_of_unit); // of liquidity: 2^192 over what 2^64 of it mints
    range.seed = u128(next_to(most, 2));
    range.most = u128(u128(~u128(0)) >> 1);
    range.room = u128(~u128(0));
    range.met_liquidity = amount(60);
}

/// At the near bound: the sum is 2^256 or less, or the fee's growth 2^192.
u256 StepsCases::aimed_left(const StepsLeg& leg, Odd aim, const u128& liquidity) {
    if (aim == Odd::growth)
        return next_to(u256(u256(u256(liquidity) << 64) + u256((u256(liquidity) << 64) / u256(fee_units - 1))), 1U << 17U);
    const u256 less_fee = next_to(u256(u256(u256(0) - (u256(liquidity) << 96)) / leg.near()), 2);
    u256 left;
    mul_div_rounding_up(less_fee, u256(fee_units), u256(fee_units - leg.pool.fee), left);
    return left;
}

StepsRange StepsCases::range(const StepsLeg& leg, Odd aim) {
    StepsRange out;
    const int bits = static_cast<int>(below(4) == 0 ? 128 : 20 + below(80));
    out.reached = below(16) != 0;
    out.met_liquidity = amount(bits);
    out.seed = below(8) == 0 ? u128(0) : amount(bits);
    out.most = below(4) == 0 ? u128(amount(bits) >> 1) : u128(u128(~u128(0)) >> 1);
    out.room = below(4) == 0 ? amount(bits) : u128(~u128(0));
    aim_liquidity(leg, aim, out);
    const u128 all = u128(out.met_liquidity + minted(out));
    const bool aims = aim == Odd::growth || aim == Odd::two_divisions;
    const u256 left = aims ? aimed_left(leg, aim, all) : aim == Odd::not_reached ? u256(0) : left_at_near(leg, all);
    const std::uint32_t short_by = aim == Odd::not_reached || below(16) == 0 ? below(4) : 0;
    come_from(leg, out, (left >> 128) == 0 ? left : u256(amount(128)), short_by);
    return out;
}

} // namespace jitbox::test
