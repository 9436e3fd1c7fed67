// The card's view of one pool: its state, identity, parameters, and the window of initialised ticks around the price.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_TICK_WINDOW_HPP
#define JITBOX_HLS_TICK_WINDOW_HPP

#include "hls/pool_swap.hpp"

namespace jitbox {
namespace hlsk {

constexpr int window_capacity = 2 * static_cast<int>(records::window_ticks_each_side);

struct WindowTick {
    std::int32_t tick;
    u128 gross;
    i128 net;
    u256 ratio_x96;
};

/// What TICKS leaves behind: at most 64 ticks at or below the pool's tick and 64 above, ascending.
struct TickWindow {
    int count;
    int below; ///< of them at or below the pool's tick
    std::int32_t known_lower;
    std::int32_t known_upper;
    u256 known_low_x96;
    u256 known_high_x96;
    std::uint64_t state_version;
    bool valid;
    WindowTick ticks[window_capacity];
};

struct PoolParams {
    bool valid;
    std::uint32_t candidates;
    std::uint32_t tip_ppm;
    u256 price0_x96;
    u256 price1_x96;
    u256 budget0;
    u256 budget1;
    u256 gas_cost_wei;
    u256 tip_floor_wei;
    u256 min_profit_wei;
};

/// Square-root prices of ticks outside the window: candidate bounds and bitmap word boundaries come again and again.
/// Direct-mapped; a miss computes. What it answers does not depend on what it holds.
struct RatioMemo {
    static constexpr int slots = 256;
    std::int32_t tick[slots];
    u256 ratio_x96[slots];

    void clear() {
        for (int i = 0; i < slots; ++i) tick[i] = max_tick + 1;
    }
    u256 ratio_at(std::int32_t wanted) {
#pragma HLS INLINE off
        const std::uint32_t mixed = static_cast<std::uint32_t>(wanted) * 0x9e3779b1U;
        const int slot = static_cast<int>(mixed >> 24);
        if (tick[slot] != wanted) {
            tick[slot] = wanted;
            ratio_x96[slot] = sqrt_ratio_at_tick(wanted);
        }
        return ratio_x96[slot];
    }
};

/// The tick source of pool_swap.hpp over a window.
class WindowTicks {
public:
    WindowTicks(const TickWindow& window, RatioMemo& memo) : window_(window), memo_(memo) {}

    int count() const { return window_.count; }
    std::int32_t tick(int i) const { return window_.ticks[i].tick; }
    const i128& net(int i) const { return window_.ticks[i].net; }
    const u256& ratio(int i) const { return window_.ticks[i].ratio_x96; }
    u256 ratio_at(std::int32_t tick) { return memo_.ratio_at(tick); }
    const u256& known_low() const { return window_.known_low_x96; }
    const u256& known_high() const { return window_.known_high_x96; }

    std::int32_t known_lower() const { return window_.known_lower; }
    std::int32_t known_upper() const { return window_.known_upper; }
    /// liquidityGross of a tick, zero when it is not initialised. Only for ticks in the known range.
    u128 gross_at(std::int32_t wanted) const {
#pragma HLS INLINE off
        int low = 0;
        int high = window_.count;
        for (int turn = 0; turn < 8; ++turn) { // 2^7 ticks at most
            if (low < high) {
                const int middle = (low + high) / 2;
                if (window_.ticks[middle].tick < wanted) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
        }
        return low < window_.count && window_.ticks[low].tick == wanted ? window_.ticks[low].gross : u128(0);
    }

private:
    const TickWindow& window_;
    RatioMemo& memo_;
};

} // namespace hlsk
} // namespace jitbox

#endif
