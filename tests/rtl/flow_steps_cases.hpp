// Legs and ranges for flow_steps, aimed at every way that a candidate can go, and what kernels/hls makes of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "hls/range_search.hpp"

#include <cstdint>
#include <random>

namespace jitbox::test {

/// What stands while a leg's ranges come.
struct StepsLeg {
    hlsk::PoolState pool{};
    hlsk::SwapRequest request{};
    hlsk::PoolParams params{};
    std::int32_t tick_lower = 0; ///< of its ranges: they are one range at different times
    hlsk::u256 lower_x96;
    hlsk::u256 upper_x96;

    [[nodiscard]] const hlsk::u256& near() const { return request.zero_for_one ? upper_x96 : lower_x96; }
    [[nodiscard]] const hlsk::u256& far() const { return request.zero_for_one ? lower_x96 : upper_x96; }
};

/// A range as flow_bounds, flow_seed and budget_unit tell it.
struct StepsRange {
    bool reached = true;
    hlsk::u256 from_price; ///< the swap alone's last state before the near bound
    hlsk::u128 from_remaining;
    hlsk::u128 from_liquidity;
    bool meets = false; ///< a step of it ends there and leaves this
    hlsk::u128 met_remaining;
    hlsk::u128 met_liquidity;
    hlsk::u128 room;
    hlsk::u128 most; ///< below 2^127
    hlsk::u128 seed;
};

/// How a candidate goes.
struct StepsWay {
    bool through = false; ///< to the far bound or the price limit
    bool limited = false; ///< to the limit
    bool least = false;   ///< minted is what is tried where the seed is nothing
};

/// Why one does not fit; of several the first. Nothing else can be: token0 between two prices has 192 bits, since a price has 33,
/// and what comes back of either token is no more than what was left of the swap or minted.
enum class Odd { no, not_reached, liquidity, two_divisions, growth, mint, other };

struct StepsEnd {
    bool valid = false; ///< evaluated
    Odd odd = Odd::no;
    hlsk::i256 gross;
    bool earns = false;
    StepsWay way;
};

/// From the near bound on with swap_step, close_position and value_wei; what docs/card-range.md excludes is odd.
StepsEnd reference_end(const StepsLeg& leg, const StepsRange& range);

class StepsCases {
public:
    explicit StepsCases(std::mt19937_64& random) : random_(random) {}
    /// Aimed at where the pipeline's room for this ends, from both sides; any other where `aim` is no.
    StepsLeg leg(Odd aim = Odd::no);
    StepsRange range(const StepsLeg& leg, Odd aim = Odd::no);

private:
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_() % limit); }
    /// limit - by .. limit + by
    hlsk::u256 next_to(const hlsk::u256& limit, std::uint32_t by) {
        return hlsk::u256(limit + hlsk::u256(below(2 * by + 1)) - hlsk::u256(by));
    }
    hlsk::u128 amount(int bits);
    void draw_pool(StepsLeg& leg);
    void place(StepsLeg& leg, std::int32_t cell);
    void aim_leg(StepsLeg& leg, Odd aim);
    void aim_liquidity(const StepsLeg& leg, Odd aim, StepsRange& range);
    hlsk::u256 aimed_left(const StepsLeg& leg, Odd aim, const hlsk::u128& liquidity);
    void draw_limit(StepsLeg& leg);
    void draw_prices(StepsLeg& leg);
    hlsk::u256 left_at_near(const StepsLeg& leg, const hlsk::u128& liquidity);
    void come_from(const StepsLeg& leg, StepsRange& range, const hlsk::u256& left, std::uint32_t short_by);

    std::mt19937_64& random_;
};

} // namespace jitbox::test
