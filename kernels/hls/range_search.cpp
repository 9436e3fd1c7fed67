// The search for the position that earns most beside one swap. See range_search.hpp and docs/kernel-contract.md, "Search".
// SPDX-License-Identifier: Apache-2.0
#include "hls/range_search.hpp"

#include "hls/candidate_seed.hpp"

namespace jitbox {
namespace hlsk {
namespace {

constexpr int passage_slots = 64;
constexpr std::uint32_t scale_one = 1U << 16; ///< a candidate's liquidity over its seed, Q16

/// The swap alone at the moment when it crosses one tick.
struct Passage {
    std::int32_t tick;
    bool used;
    bool reached;
    SwapProgress at; ///< the tick crossed, our liquidity not yet added
};

/// A point of the search: bounds in tick spacings, liquidity as a multiple of the seed.
struct Point {
    std::int32_t lower;
    std::int32_t upper;
    std::uint32_t scale;
};

/// What every amount in one range shares.
struct Prepared {
    bool valid;
    bool reached; ///< the swap comes to the range
    Point bounds;
    Position range;     ///< its liquidity is still to be set
    SwapProgress entry; ///< the swap when it enters, our liquidity not yet added
    u128 seed;
    u128 most; ///< by budgets and maxLiquidityPerTick
};

class Search {
public:
    Search(const SearchInput& input, WindowTicks& ticks, SearchResult& out) : in_(input), ticks_(ticks), out_(out) {
        for (int i = 0; i < passage_slots; ++i) passages_[i].used = false;
        fee_factor_ = fee_factor_x64(input.pool, input.request.zero_for_one);
        prepared_.valid = false;
        bound_lattice();
    }

    void run() {
#pragma HLS INLINE off
        if (hi_ - lo_ < 1) return;
        const std::int32_t stride = coarse_pass();
        if (!out_.best.ok) return;
        for (std::int32_t step = stride / 2; step >= 1; step /= 2) shift(step);
        move_bounds();
        for (int level = 1; level <= 3; ++level) move_scale(scale_one >> level);
        move_bounds();
        for (int level = 3; level <= 8; ++level) move_scale(scale_one >> level);
    }

private:
    bool spent() const { return out_.candidates >= in_.params.candidates; }

    /// The bounds to try: from one spacing beyond the lower of spot and final tick to one beyond the higher, inside the known
    /// ticks.
    void bound_lattice() {
        const std::int32_t spacing = in_.pool.tick_spacing;
        const std::int32_t spot = in_.pool.tick;
        const std::int32_t end = in_.alone.tick_after;
        lo_ = floor_div(spot < end ? spot : end, spacing) - 1;
        hi_ = floor_div(spot < end ? end : spot, spacing) + 2;
        std::int32_t low_tick = ticks_.known_lower() > min_tick ? ticks_.known_lower() : min_tick;
        std::int32_t high_tick = ticks_.known_upper() < max_tick ? ticks_.known_upper() : max_tick;
        const std::int32_t low = -floor_div(-low_tick, spacing); // first multiple at or above
        const std::int32_t high = floor_div(high_tick, spacing);
        if (lo_ < low) lo_ = low;
        if (hi_ > high) hi_ = high;
    }

    /// Ranges of one spacing, evenly over the lattice, with half of the candidates; then those around spot, and on a short
    /// lattice all up to three spacings wide. Returns the distance between neighbours.
    std::int32_t coarse_pass() {
        const std::int32_t cells = hi_ - lo_;
        const std::int32_t share = static_cast<std::int32_t>(in_.params.candidates / 2) + 1;
        const std::int32_t stride = (cells + share - 1) / share;
        for (std::int32_t lower = lo_ + stride / 2; lower < hi_; lower += stride) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1366
            attempt(Point{lower, lower + 1, scale_one});
        }
        const std::int32_t widest = cells <= 7 ? 3 : 2;
        const std::int32_t spot = floor_div(in_.pool.tick, in_.pool.tick_spacing);
        const std::int32_t first = cells <= 7 ? lo_ : spot - 1;
        const std::int32_t last = cells <= 7 ? hi_ : spot + 1;
        for (std::int32_t width = stride == 1 ? 2 : 1; width <= widest; ++width) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 2
            for (std::int32_t lower = first; lower < last; ++lower) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 7
                attempt(Point{lower, lower + width, scale_one});
            }
        }
        return stride;
    }

    /// Tries the best range moved by `step` either way.
    void shift(std::int32_t step) {
        const Point from = best_;
        attempt(Point{from.lower - step, from.upper - step, from.scale});
        attempt(Point{from.lower + step, from.upper + step, from.scale});
    }

    /// Tries the neighbours of the best range, one spacing off, while that helps: grown, moved and shrunk.
    void move_bounds() {
        for (int turn = 0; turn < 8; ++turn) {
            const Point from = best_;
            attempt(Point{from.lower - 1, from.upper, from.scale});
            attempt(Point{from.lower, from.upper + 1, from.scale});
            attempt(Point{from.lower - 1, from.upper + 1, from.scale});
            shift(1);
            attempt(Point{from.lower + 1, from.upper, from.scale});
            attempt(Point{from.lower, from.upper - 1, from.scale});
            if (best_.lower == from.lower && best_.upper == from.upper) return;
        }
    }

    /// Tries more and less liquidity on the best range, by `part` (Q16) of what it has.
    void move_scale(std::uint32_t part) {
        for (int turn = 0; turn < 8; ++turn) {
            const Point from = best_;
            const std::uint32_t by = static_cast<std::uint32_t>((static_cast<std::uint64_t>(from.scale) * part) >> 16);
            Point to = from;
            to.scale = from.scale + by;
            attempt(to);
            to.scale = from.scale - by;
            attempt(to);
            if (best_.scale == from.scale) return;
        }
    }

    /// Evaluates one point if it can earn anything and has not just been evaluated; keeps it when it is better.
    void attempt(const Point& point) {
        if (spent() || point.lower < lo_ || point.upper > hi_ || point.lower >= point.upper) return;
        if (point.scale == 0 || point.scale > scale_one * 1024) return;
        if (!prepared_.valid || prepared_.bounds.lower != point.lower || prepared_.bounds.upper != point.upper) prepare(point);
        if (!prepared_.reached) return;
        Position range = prepared_.range;
        range.liquidity = liquidity_of(point.scale);
        if (range.liquidity == 0) return;
        if (out_.best.ok && range.tick_lower == out_.best.tick_lower && range.tick_upper == out_.best.tick_upper &&
            range.liquidity == out_.best.liquidity)
            return; // clamped to what is the best already
        evaluate(range, point);
    }

    void prepare(const Point& point) {
#pragma HLS INLINE off
        prepared_.valid = true;
        prepared_.reached = false;
        prepared_.bounds = point;
        Position& range = prepared_.range;
        range.active = true;
        range.tick_lower = point.lower * in_.pool.tick_spacing;
        range.tick_upper = point.upper * in_.pool.tick_spacing;
        range.liquidity = 0;
        const bool zero_for_one = in_.request.zero_for_one;
        const Where where = where_of(in_.pool.tick, range);
        // A range that the swap moves away from earns nothing.
        if (where == (zero_for_one ? below_range : above_range)) return;
        range.lower_x96 = ticks_.ratio_at(range.tick_lower);
        range.upper_x96 = ticks_.ratio_at(range.tick_upper);
        prepared_.entry = in_.alone.before[0];
        if (where != in_range) {
            const Passage& near = passage(zero_for_one ? range.tick_upper : range.tick_lower);
            if (!near.reached) return;
            prepared_.entry = near.at;
        }
        u128 most = liquidity_for_budgets(range, where, in_.pool.sqrt_price_x96, in_.params.budget0, in_.params.budget1);
        most = minimum(most, room_at(range.tick_lower));
        prepared_.most = minimum(most, room_at(range.tick_upper));
        prepared_.seed = seed_of(range, prepared_.entry);
        prepared_.reached = true;
    }

    u128 liquidity_of(std::uint32_t scale) const {
        u256 wanted;
        if (!mul_shift<16>(u256(prepared_.seed), u256(scale), false, wanted)) return prepared_.most;
        if (wanted == 0) wanted = scale; // no interior optimum: begin from little
        return wanted < prepared_.most ? u128(wanted) : prepared_.most;
    }

    static u128 minimum(const u128& a, const u128& b) { return a < b ? a : b; }

    /// What maxLiquidityPerTick leaves at a tick.
    u128 room_at(std::int32_t tick) const {
        const u128 gross = ticks_.gross_at(tick);
        return gross < in_.pool.max_liquidity_per_tick ? u128(in_.pool.max_liquidity_per_tick - gross) : u128(0);
    }

    u128 seed_of(const Position& range, const SwapProgress& entry) {
        const bool zero_for_one = in_.request.zero_for_one;
        const Passage& far = passage(zero_for_one ? range.tick_lower : range.tick_upper);
        const SwapProgress& stop = far.reached ? far.at : in_.alone.end;
        RangeTransit transit;
        transit.entry_x96 = entry.sqrt_price_x96;
        transit.exit_x96 = zero_for_one ? range.lower_x96 : range.upper_x96;
        transit.stop_x96 = stop.sqrt_price_x96;
        transit.left_at_entry = entry.remaining;
        transit.left_at_stop = stop.remaining;
        transit.entry_liquidity = entry.liquidity;
        return seed_liquidity(in_.pool, in_.request, transit, fee_factor_, in_.params.price0_x96, in_.params.price1_x96);
    }

    /// Where the swap alone crosses a tick, computed once a tick. Bounds of ranges come again and again.
    const Passage& passage(std::int32_t tick) {
        Passage& known = passages_[((static_cast<std::uint32_t>(tick) * 0x9e3779b1U) >> 26)];
        if (known.used && known.tick == tick) return known;
        Position mark = no_position(); // without liquidity it only adds a tick where a step ends
        mark.active = true;
        mark.tick_lower = mark.tick_upper = tick;
        mark.lower_x96 = mark.upper_x96 = ticks_.ratio_at(tick);
        known.used = true;
        known.tick = tick;
        known.at = last_before(mark.lower_x96);
        known.reached = walk_to(mark, known.at);
        return known;
    }

    /// The latest state of the swap alone whose price had not come to `price_x96`: until then the mark makes no difference.
    const SwapProgress& last_before(const u256& price_x96) const {
        int found = 0;
        for (int i = 1; i < in_.alone.snapshots; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 63
            const u256& seen = in_.alone.before[i].sqrt_price_x96;
            const bool earlier = in_.request.zero_for_one ? seen > price_x96 : seen < price_x96;
            if (!earlier) break;
            found = i;
        }
        return in_.alone.before[found];
    }

    /// Steps until the marked tick is crossed. False when the swap ends before or fails.
    bool walk_to(const Position& mark, SwapProgress& at) {
        const bool zero_for_one = in_.request.zero_for_one;
        while (!swap_finished(at, in_.request) && at.steps < records::max_swap_steps) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1024
            if (swap_step(in_.pool, ticks_, in_.request, mark, at) != Reason::none) return false;
            const bool crossed = !at.tick_is_late && (zero_for_one ? at.tick < mark.tick_upper : at.tick >= mark.tick_lower);
            if (crossed) return !swap_finished(at, in_.request);
        }
        return false;
    }

    void evaluate(const Position& range, const Point& point) {
        out_.candidates += 1;
        Evaluated tried;
        Outcome& outcome = tried.outcome;
        outcome.mint = position_amounts(range, where_of(in_.pool.tick, range), in_.pool.sqrt_price_x96, true);
        outcome.end = prepared_.entry;
        if (!add_liquidity(outcome.end.liquidity, ap_int<130>(range.liquidity))) return;
        if (run_swap(in_.pool, ticks_, in_.request, range, records::max_swap_steps, outcome.end) != Reason::none) return;
        if (close_position(in_.request, range, outcome) != Reason::none) return;
        if (!value(tried)) return;
        if (tried.profit_wei > 0) out_.profitable += 1;
        if (out_.best.ok && tried.gross_wei <= out_.best.gross_wei) return;
        tried.ok = true;
        tried.tick_lower = range.tick_lower;
        tried.tick_upper = range.tick_upper;
        tried.liquidity = range.liquidity;
        out_.best = tried;
        best_ = point;
    }

    bool value(Evaluated& tried) const {
        const Outcome& outcome = tried.outcome;
        Amounts back;
        back.amount0 = u256(outcome.burn.amount0 + outcome.fees.amount0);
        back.amount1 = u256(outcome.burn.amount1 + outcome.fees.amount1);
        u256 cost;
        u256 worth;
        if (!value_wei(outcome.mint, in_.params.price0_x96, in_.params.price1_x96, cost)) return false;
        if (!value_wei(back, in_.params.price0_x96, in_.params.price1_x96, worth)) return false;
        tried.gross_wei = i256(i256(worth) - i256(cost));
        return profit_of(tried.gross_wei, in_.params, tried.profit_wei, tried.tip_wei);
    }

    const SearchInput& in_;
    WindowTicks& ticks_;
    SearchResult& out_;
    u256 fee_factor_;
    std::int32_t lo_;
    std::int32_t hi_;
    Point best_;
    Prepared prepared_;
    Passage passages_[passage_slots];
};

} // namespace

bool profit_of(const i256& gross_wei, const PoolParams& params, i256& profit_wei, u256& tip_wei) {
#pragma HLS INLINE off
    const ap_int<258> before_tip = ap_int<258>(gross_wei) - ap_int<258>(params.gas_cost_wei);
    tip_wei = 0;
    if (before_tip > 0) mul_div(u256(before_tip), u256(params.tip_ppm), u256(1000000), tip_wei);
    if (tip_wei < params.tip_floor_wei) tip_wei = params.tip_floor_wei;
    const ap_int<260> profit = ap_int<260>(before_tip) - ap_int<260>(tip_wei);
    profit_wei = i256(profit);
    return ap_int<260>(profit_wei) == profit;
}

Reason run_alone(const PoolState& pool, WindowTicks& ticks, int cursor, const SwapRequest& request, AloneSwap& out) {
#pragma HLS INLINE off
    const Position none = no_position();
    begin_swap(pool, ticks, cursor, request, none, out.end);
    out.before[0] = out.end;
    out.snapshots = 1;
    out.tick_after = pool.tick;
    while (!swap_finished(out.end, request)) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 1024 avg = 4
        if (out.end.steps >= records::max_swap_steps) return Reason::too_many_steps;
        const Reason reason = swap_step(pool, ticks, request, none, out.end);
        if (reason != Reason::none) return reason;
        if (out.snapshots < alone_snapshots) out.before[out.snapshots++] = out.end;
    }
    out.tick_after = final_tick(out.end);
    return Reason::none;
}

void search_ranges(const SearchInput& input, WindowTicks& ticks, SearchResult& out) {
#pragma HLS INLINE off
    out.candidates = 0;
    out.profitable = 0;
    out.best.ok = false;
    Search search(input, ticks, out);
    search.run();
}

} // namespace hlsk
} // namespace jitbox
