// UniswapV3Pool.swap beside an optional position, step by step and bit for bit, over any source of initialised ticks.
// SPDX-License-Identifier: Apache-2.0
//
// The tick source is a template parameter: the card's window of 64 ticks a side (tick_window.hpp), or any number of ticks on the
// host. It offers
//   int count() const;  std::int32_t tick(int i) const;  i128 net(int i) const;  u256 ratio(int i)      the ticks, ascending
//   u256 ratio_at(std::int32_t tick)                                             any other tick's square-root price
//   u256 known_low() const;  u256 known_high() const                             prices between which every tick is listed
#ifndef JITBOX_HLS_POOL_SWAP_HPP
#define JITBOX_HLS_POOL_SWAP_HPP

#include "hls/position_math.hpp"
#include "hls/records.hpp"
#include "hls/sqrt_price_math.hpp"
#include "hls/tick_math.hpp"
#include "hls/types.hpp"
#include "hls/wide_math.hpp"

namespace jitbox {
namespace hlsk {

using records::PoolKind;
using records::Reason;

/// The part of a pool's state that a swap reads.
struct PoolState {
    PoolKind kind;
    std::uint32_t fee;
    std::uint32_t fee_protocol; ///< as slot0 stores it
    std::int32_t tick_spacing;
    std::int32_t tick;
    u256 sqrt_price_x96;
    u128 liquidity;
    u128 max_liquidity_per_tick;
};

struct SwapRequest {
    bool zero_for_one;
    bool exact_in;
    u256 amount;          ///< magnitude of amountSpecified, at most 2^255
    u256 price_limit_x96; ///< as the pool sees it: never 0
};

/// State between two steps. A later evaluation may start from one that a shared prefix has reached.
struct SwapProgress {
    u256 remaining;
    u256 calculated;
    u256 sqrt_price_x96;
    std::int32_t tick;
    bool tick_is_late; ///< the price moved inside a segment; `tick` is to be computed from it when needed
    u128 liquidity;    ///< in range, the position's included
    int cursor;        ///< listed ticks at or below `tick`
    std::uint32_t steps;
    std::uint32_t crossings;
    u256 fee_growth_inside; ///< of the input token, while the price was in the position's range
};

/// slot0's protocol fee for the input token: Uniswap keeps divisors in 4-bit halves, PancakeSwap V3 ten-thousandths in 16-bit
/// halves.
inline u256 protocol_part(const PoolState& pool, bool zero_for_one, const u256& fee_amount) {
#pragma HLS INLINE
    if (pool.kind == PoolKind::pancake_v3) {
        const std::uint32_t share = zero_for_one ? (pool.fee_protocol & 0xffffU) : (pool.fee_protocol >> 16);
        if (share == 0) return u256(0);
        u256 part;
        mul_div(fee_amount, u256(share), u256(10000), part);
        return part;
    }
    const std::uint32_t divisor = zero_for_one ? (pool.fee_protocol & 15U) : (pool.fee_protocol >> 4);
    return divisor == 0 ? u256(0) : div_floor(fee_amount, u256(divisor));
}

inline Where where_of(std::int32_t tick, const Position& position) {
#pragma HLS INLINE
    if (tick < position.tick_lower) return below_range;
    return tick < position.tick_upper ? in_range : above_range;
}

/// Where the position stands at the end of a swap. A late tick is judged by price, which is the same: tick >= t when price >=
/// ratio(t).
inline Where where_after(const SwapProgress& at, const Position& position) {
#pragma HLS INLINE
    if (!at.tick_is_late) return where_of(at.tick, position);
    if (at.sqrt_price_x96 < position.lower_x96) return below_range;
    return at.sqrt_price_x96 < position.upper_x96 ? in_range : above_range;
}

/// liquidity + net or - net: LiquidityMath.addDelta. False is 'LA' or 'LS'.
inline bool add_liquidity(u128& liquidity, const ap_int<130>& delta) {
#pragma HLS INLINE
    const ap_int<132> sum = ap_int<132>(liquidity) + ap_int<132>(delta);
    liquidity = u128(sum);
    return sum >= 0 && (sum >> 128) == 0;
}

struct NextTick {
    std::int32_t tick;
    bool listed;   ///< initialised in the pool itself
    bool boundary; ///< a bound of the position
};

/// TickBitmap.nextInitializedTickWithinOneWord over the listed ticks and the position's two, clamped to TickMath's range.
template <typename Ticks>
inline NextTick next_tick(const Ticks& ticks, const SwapProgress& at, const Position& position, std::int32_t spacing,
                          bool zero_for_one) {
#pragma HLS INLINE
    NextTick out;
    const std::int32_t compressed = floor_div(at.tick, spacing);
    if (zero_for_one) {
        out.tick = (compressed >> 8) * 256 * spacing;
        out.listed = at.cursor > 0 && ticks.tick(at.cursor - 1) >= out.tick;
        if (out.listed) out.tick = ticks.tick(at.cursor - 1);
        const std::int32_t bound = position.tick_upper <= at.tick ? position.tick_upper : position.tick_lower;
        out.boundary = position.active && bound <= at.tick && bound >= out.tick;
        if (out.boundary) {
            out.listed = out.listed && bound == out.tick;
            out.tick = bound;
        }
        if (out.tick < min_tick) out.tick = min_tick;
    } else {
        out.tick = (((compressed + 1) >> 8) * 256 + 255) * spacing;
        out.listed = at.cursor < ticks.count() && ticks.tick(at.cursor) <= out.tick;
        if (out.listed) out.tick = ticks.tick(at.cursor);
        const std::int32_t bound = position.tick_lower > at.tick ? position.tick_lower : position.tick_upper;
        out.boundary = position.active && bound > at.tick && bound <= out.tick;
        if (out.boundary) {
            out.listed = out.listed && bound == out.tick;
            out.tick = bound;
        }
        if (out.tick > max_tick) out.tick = max_tick;
    }
    return out;
}

/// The swap's state before its first step, with the position minted. False is 'LA'.
template <typename Ticks>
inline bool begin_swap(const PoolState& pool, const Ticks& ticks, int cursor, const SwapRequest& request, const Position& position,
                       SwapProgress& at) {
#pragma HLS INLINE
    (void)ticks;
    at.remaining = request.amount;
    at.calculated = 0;
    at.sqrt_price_x96 = pool.sqrt_price_x96;
    at.tick = pool.tick;
    at.tick_is_late = false;
    at.liquidity = pool.liquidity;
    at.cursor = cursor;
    at.steps = 0;
    at.crossings = 0;
    at.fee_growth_inside = 0;
    if (!position.active || where_of(pool.tick, position) != in_range) return true;
    return add_liquidity(at.liquidity, ap_int<130>(position.liquidity));
}

inline bool swap_finished(const SwapProgress& at, const SwapRequest& request) {
#pragma HLS INLINE
    return at.remaining == 0 || at.sqrt_price_x96 == request.price_limit_x96;
}

/// One turn of the loop of UniswapV3Pool.swap.
template <typename Ticks>
inline Reason swap_step(const PoolState& pool, Ticks& ticks, const SwapRequest& request, const Position& position,
                        SwapProgress& at) {
#pragma HLS INLINE off
    if (at.tick_is_late) {
        at.tick = tick_at_sqrt_ratio(at.sqrt_price_x96);
        at.tick_is_late = false;
    }
    const bool zero_for_one = request.zero_for_one;
    const NextTick next = next_tick(ticks, at, position, pool.tick_spacing, zero_for_one);
    const int listed_at = zero_for_one ? at.cursor - 1 : at.cursor;
    u256 next_x96;
    if (next.boundary) {
        next_x96 = next.tick == position.tick_lower ? position.lower_x96 : position.upper_x96;
    } else if (next.listed) {
        next_x96 = ticks.ratio(listed_at);
    } else {
        next_x96 = ticks.ratio_at(next.tick);
    }
    const bool limit_first = zero_for_one ? next_x96 < request.price_limit_x96 : next_x96 > request.price_limit_x96;
    SwapStep step;
    if (!compute_swap_step(at.sqrt_price_x96, limit_first ? request.price_limit_x96 : next_x96, at.liquidity, at.remaining,
                           request.exact_in, pool.fee, step))
        return Reason::amount_overflow;
    if (zero_for_one ? step.next_price_x96 < ticks.known_low() : step.next_price_x96 > ticks.known_high())
        return Reason::out_of_window;

    const ap_uint<257> paid = step.amount_in + step.fee_amount;
    const ap_uint<258> calculated = at.calculated + (request.exact_in ? ap_uint<257>(step.amount_out) : paid);
    const ap_uint<257> used = request.exact_in ? paid : ap_uint<257>(step.amount_out);
    if ((calculated >> 255) != 0 || used > at.remaining) return Reason::amount_overflow;
    at.remaining = u256(at.remaining - used);
    at.calculated = u256(calculated);
    if (position.active && at.tick >= position.tick_lower && at.tick < position.tick_upper && step.fee_amount != 0) {
        const u256 kept = u256(step.fee_amount - protocol_part(pool, zero_for_one, step.fee_amount));
        u256 growth;
        if (!growth_quotient(kept, at.liquidity, growth)) return Reason::amount_overflow;
        at.fee_growth_inside = u256(at.fee_growth_inside + growth); // wraps as the contract's counter does
    }
    const bool moved = step.next_price_x96 != at.sqrt_price_x96;
    at.sqrt_price_x96 = step.next_price_x96;
    at.steps += 1;
    if (step.next_price_x96 != next_x96) {
        at.tick_is_late = moved;
        return Reason::none;
    }
    ap_int<130> net = next.listed ? ap_int<130>(ticks.net(listed_at)) : ap_int<130>(0);
    if (next.boundary) {
        const ap_int<130> ours = ap_int<130>(position.liquidity);
        net = next.tick == position.tick_lower ? ap_int<130>(net + ours) : ap_int<130>(net - ours);
    }
    if (next.listed) at.cursor += zero_for_one ? -1 : 1;
    if (next.listed || next.boundary) at.crossings += 1;
    at.tick = zero_for_one ? next.tick - 1 : next.tick;
    return add_liquidity(at.liquidity, zero_for_one ? ap_int<130>(-net) : net) ? Reason::none : Reason::amount_overflow;
}

/// UniswapV3Pool.swap from `at` to its end, at most max_steps steps in all.
template <typename Ticks>
inline Reason run_swap(const PoolState& pool, Ticks& ticks, const SwapRequest& request, const Position& position,
                       std::uint32_t max_steps, SwapProgress& at) {
#pragma HLS INLINE off
    while (!swap_finished(at, request)) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1024 avg = 4
        if (at.steps >= max_steps) return Reason::too_many_steps;
        const Reason reason = swap_step(pool, ticks, request, position, at);
        if (reason != Reason::none) return reason;
    }
    return Reason::none;
}

/// slot0.tick after the swap.
inline std::int32_t final_tick(const SwapProgress& at) {
#pragma HLS INLINE
    return at.tick_is_late ? tick_at_sqrt_ratio(at.sqrt_price_x96) : at.tick;
}

/// The amounts of the pool's Swap event: positive into the pool, negative out of it.
struct SwapEvent {
    i256 amount0;
    i256 amount1;
};

inline SwapEvent swap_event(const SwapRequest& request, const SwapProgress& at) {
#pragma HLS INLINE
    const u256 specified = u256(request.amount - at.remaining);
    const i256 in = i256(request.exact_in ? specified : at.calculated);
    const i256 out = i256(i256(0) - i256(request.exact_in ? at.calculated : specified));
    SwapEvent event;
    event.amount0 = request.zero_for_one ? in : out;
    event.amount1 = request.zero_for_one ? out : in;
    return event;
}

/// A position's whole life around the swap: mint -> swap -> burn -> collect.
struct Outcome {
    Amounts mint;
    Amounts burn;
    Amounts fees;
    SwapProgress end;
};

/// Burn and fees at the end of the swap. The pool keeps what it owes in uint128: more is amount_overflow, where it would wrap.
inline Reason close_position(const SwapRequest& request, const Position& position, Outcome& out) {
#pragma HLS INLINE
    out.burn = position_amounts(position, where_after(out.end, position), out.end.sqrt_price_x96, false);
    u256 fee;
    if (!mul_shift<128>(out.end.fee_growth_inside, u256(position.liquidity), false, fee)) return Reason::amount_overflow;
    out.fees.amount0 = request.zero_for_one ? fee : u256(0);
    out.fees.amount1 = request.zero_for_one ? u256(0) : fee;
    const ap_uint<257> owed0 = out.burn.amount0 + out.fees.amount0;
    const ap_uint<257> owed1 = out.burn.amount1 + out.fees.amount1;
    return (owed0 >> 128) == 0 && (owed1 >> 128) == 0 ? Reason::none : Reason::amount_overflow;
}

/// Mint, swap and burn from the beginning. The caller has checked maxLiquidityPerTick and the ticks.
template <typename Ticks>
inline Reason evaluate_position(const PoolState& pool, Ticks& ticks, int cursor, const SwapRequest& request,
                                const Position& position, std::uint32_t max_steps, Outcome& out) {
#pragma HLS INLINE
    out.mint = position_amounts(position, where_of(pool.tick, position), pool.sqrt_price_x96, true);
    if (!begin_swap(pool, ticks, cursor, request, position, out.end)) return Reason::amount_overflow;
    const Reason reason = run_swap(pool, ticks, request, position, max_steps, out.end);
    return reason != Reason::none ? reason : close_position(request, position, out);
}

} // namespace hlsk
} // namespace jitbox

#endif
