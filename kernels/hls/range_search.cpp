// The search for the position that earns most beside one swap. See range_search.hpp and docs/kernel-contract.md, "Search".
// SPDX-License-Identifier: Apache-2.0
#include "hls/range_search.hpp"

#include "hls/candidate_seed.hpp"

namespace jitbox {
namespace hlsk {
namespace {

constexpr int passage_slots = 64;
constexpr std::uint32_t least_seed = 1U << 16; ///< liquidity to try where the seed is zero
constexpr std::uint32_t finish_from = 128;     ///< K from which a search that had every narrow range goes on around the best

/// The finish round, from the best: bounds moved, in spacings, and its liquidity in sixteenths.
struct Move {
    std::int32_t lower;
    std::int32_t upper;
};
constexpr Move grown[3] = {{-1, 0}, {0, 1}, {-1, 1}};
constexpr std::uint32_t sixteenths[8] = {8, 12, 14, 15, 17, 18, 20, 24};

/// The swap alone at the moment when it crosses one tick.
struct Passage {
    std::int32_t tick;
    bool used;
    bool reached;
    SwapProgress at; ///< the tick crossed, our liquidity not yet added
};

/// A range in tick spacings.
struct Bounds {
    std::int32_t lower;
    std::int32_t upper;
};

inline bool operator==(const Bounds& a, const Bounds& b) {
#pragma HLS INLINE
    return a.lower == b.lower && a.upper == b.upper;
}

/// What every amount in one range shares.
struct Prepared {
    bool valid;
    bool reached; ///< the swap comes to the range
    bool shared;  ///< `entry` holds
    Bounds bounds;
    Position range;     ///< its liquidity is still to be set
    SwapProgress entry; ///< the swap when it enters, our liquidity not yet added
    u128 seeded;        ///< the seed, clamped
    u128 most;          ///< by budgets and maxLiquidityPerTick
};

class Search {
public:
    Search(const SearchInput& input, WindowTicks& ticks, SearchResult& out) : in_(input), ticks_(ticks), out_(out) {
        for (int i = 0; i < passage_slots; ++i) passages_[i].used = false;
        terms_ = seed_terms(input.pool, input.request, input.params.price0_x96, input.params.price1_x96);
        prepared_.valid = false;
        bound_lattice();
    }

    /// Every point of a round follows from the best at its beginning, so hardware can have a whole round in flight.
    void run() {
#pragma HLS INLINE off
        if (hi_ - lo_ < 1) return;
        const std::int32_t share = static_cast<std::int32_t>(in_.params.candidates / 2) + 1;
        coarse_stride_ = (hi_ - lo_ + share - 1) / share;
        coarse_round();
        const std::int32_t quarter = static_cast<std::int32_t>(in_.params.candidates / 4);
        const std::int32_t parts = quarter < 2 ? 2 : (quarter > 16 ? 16 : quarter);
        for (std::int32_t stride = coarse_stride_; stride > 1 && out_.best.ok;) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 20 avg = 0
            const std::int32_t next = (stride + parts - 1) / parts;
            refine_round(stride, next);
            stride = next;
        }
        if (out_.best.ok && (coarse_stride_ > 1 || in_.params.candidates >= finish_from)) finish_round();
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
        spot_cell_ = floor_div(spot, spacing);
    }

    /// Ranges of one spacing, evenly over the lattice; when that is all of them, also those of two and three around spot.
    void coarse_round() {
        for (std::int32_t lower = lo_ + coarse_stride_ / 2; lower < hi_; lower += coarse_stride_) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 2049
            try_seeded(Bounds{lower, lower + 1});
        }
        if (coarse_stride_ > 1) return;
        for (std::int32_t width = 2; width <= 3; ++width) {
            for (std::int32_t lower = spot_cell_ - width + 1; lower <= spot_cell_; ++lower) {
#pragma HLS LOOP_TRIPCOUNT min = 2 max = 3
                try_seeded(Bounds{lower, lower + width});
            }
        }
    }

    /// The best range moved either way, as far as its neighbours of the round before stand.
    void refine_round(std::int32_t stride, std::int32_t step) {
        const Bounds from = best_;
        for (std::int32_t by = step; by < stride; by += step) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 15
            try_seeded(Bounds{from.lower - by, from.upper - by});
            try_seeded(Bounds{from.lower + by, from.upper + by});
        }
    }

    /// Wider ranges, then more and less liquidity.
    void finish_round() {
        const Bounds from = best_;
        const u128 had = out_.best.liquidity;
        for (const Move& move : grown) {
            const Bounds bounds{from.lower + move.lower, from.upper + move.upper};
            if (!in_coarse_round(bounds)) try_seeded(bounds);
        }
        u128 last = 0;
        for (const std::uint32_t part : sixteenths) {
            if (!prepare(from)) return;
            const u128 wanted = u128((ap_uint<136>(had) * ap_uint<8>(part)) >> 4); // below 2^128: had is below 2^127
            const u128 liquidity = minimum(wanted, prepared_.most);
            if (liquidity != had && liquidity != last) try_amount(liquidity);
            last = liquidity;
        }
    }

    /// Whether a range wider than one spacing was among the coarse ones.
    bool in_coarse_round(const Bounds& bounds) const {
        return coarse_stride_ == 1 && bounds.upper - bounds.lower <= 3 && bounds.lower <= spot_cell_ && spot_cell_ < bounds.upper;
    }

    void try_seeded(const Bounds& bounds) {
        if (!spent() && prepare(bounds)) try_amount(prepared_.seeded);
    }

    void try_amount(const u128& liquidity) {
        if (spent() || liquidity == 0) return;
        Position range = prepared_.range;
        range.liquidity = liquidity;
        evaluate(range);
    }

    /// False when the range is off the lattice or the swap does not come to it.
    bool prepare(const Bounds& bounds) {
        if (bounds.lower < lo_ || bounds.upper > hi_) return false;
        if (!prepared_.valid || !(prepared_.bounds == bounds)) fill_prepared(bounds);
        return prepared_.reached;
    }

    void fill_prepared(const Bounds& bounds) {
#pragma HLS INLINE off
        prepared_.valid = true;
        prepared_.reached = false;
        prepared_.shared = false;
        prepared_.bounds = bounds;
        Position& range = prepared_.range;
        range.active = true;
        range.tick_lower = bounds.lower * in_.pool.tick_spacing;
        range.tick_upper = bounds.upper * in_.pool.tick_spacing;
        range.liquidity = 0;
        const bool zero_for_one = in_.request.zero_for_one;
        const Where where = where_of(in_.pool.tick, range);
        // A range that the swap moves away from earns nothing.
        if (where == (zero_for_one ? below_range : above_range)) return;
        range.lower_x96 = ticks_.ratio_at(range.tick_lower);
        range.upper_x96 = ticks_.ratio_at(range.tick_upper);
        const u256& near_x96 = zero_for_one ? range.upper_x96 : range.lower_x96;
        if (where != in_range && !ends_beyond(near_x96)) return;
        prepared_.reached = true;
        u128 most = liquidity_for_budgets(range, where, in_.pool.sqrt_price_x96, in_.params.budget0, in_.params.budget1);
        most = minimum(most, room_at(range.tick_lower));
        prepared_.most = minimum(most, room_at(range.tick_upper));
        const u128 seed = short_floor(seed_of(range, where == in_range ? in_.pool.sqrt_price_x96 : near_x96));
        prepared_.seeded = minimum(seed == 0 ? u128(least_seed) : seed, prepared_.most);
        if (where == in_range) return;
        // The steps before the range are the same for every amount. Where a rounding keeps the price from crossing a bound that the
        // swap alone ends beyond, there is nothing to share.
        const Passage& near = passage(zero_for_one ? range.tick_upper : range.tick_lower);
        prepared_.shared = near.reached;
        if (near.reached) prepared_.entry = near.at;
    }

    static u128 minimum(const u128& a, const u128& b) { return a < b ? a : b; }

    /// What maxLiquidityPerTick leaves at a tick.
    u128 room_at(std::int32_t tick) const {
        const u128 gross = ticks_.gross_at(tick);
        return gross < in_.pool.max_liquidity_per_tick ? u128(in_.pool.max_liquidity_per_tick - gross) : u128(0);
    }

    /// The swap alone ends strictly beyond this price.
    bool ends_beyond(const u256& price_x96) const {
        const u256& end = in_.alone.end.sqrt_price_x96;
        return in_.request.zero_for_one ? end < price_x96 : end > price_x96;
    }

    ShortFloat seed_of(const Position& range, const u256& entry_x96) {
        const u256& far_x96 = in_.request.zero_for_one ? range.lower_x96 : range.upper_x96;
        const SwapProgress& before = last_before(entry_x96);
        RangeTransit transit;
        transit.entry_x96 = entry_x96;
        transit.exit_x96 = far_x96;
        transit.left_at_entry = left_at_price(terms_, before, entry_x96);
        transit.entry_liquidity = before.liquidity;
        if (ends_beyond(far_x96)) {
            transit.stop_x96 = far_x96;
            transit.left_at_stop = left_at_price(terms_, last_before(far_x96), far_x96);
        } else {
            transit.stop_x96 = in_.alone.end.sqrt_price_x96;
            transit.left_at_stop = left_of(terms_, in_.alone.end.remaining);
        }
        return seed_liquidity(terms_, transit);
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

    void evaluate(const Position& range) {
        out_.candidates += 1;
        Evaluated tried;
        Outcome& outcome = tried.outcome;
        outcome.mint = position_amounts(range, where_of(in_.pool.tick, range), in_.pool.sqrt_price_x96, true);
        if (prepared_.shared) {
            outcome.end = prepared_.entry;
            if (!add_liquidity(outcome.end.liquidity, ap_int<130>(range.liquidity))) return;
        } else if (!begin_swap(in_.pool, ticks_, in_.cursor, in_.request, range, outcome.end)) {
            return;
        }
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
        best_ = prepared_.bounds;
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
    SeedTerms terms_;
    std::int32_t lo_;
    std::int32_t hi_;
    std::int32_t spot_cell_;     ///< the spot tick in spacings
    std::int32_t coarse_stride_; ///< between the ranges of the coarse round
    Bounds best_;
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
