// What a position costs, gives back and is worth: mint, burn, fees and valuation as the pool contract and PARAMS define them.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_POSITION_MATH_HPP
#define JITBOX_HLS_POSITION_MATH_HPP

#include "hls/types.hpp"

namespace jitbox {
namespace hlsk {

struct Amounts {
    u256 amount0;
    u256 amount1;
};

/// A position beside the pool's own liquidity; inactive for the swap alone.
struct Position {
    bool active;
    std::int32_t tick_lower;
    std::int32_t tick_upper;
    u256 lower_x96; ///< square-root prices of the two ticks
    u256 upper_x96;
    u128 liquidity;
};

inline Position no_position() {
#pragma HLS INLINE
    Position none;
    none.active = false;
    none.tick_lower = 0;
    none.tick_upper = 0;
    none.lower_x96 = 0;
    none.upper_x96 = 0;
    none.liquidity = 0;
    return none;
}

enum Where { below_range = 0, in_range = 1, above_range = 2 };

/// UniswapV3Pool._modifyPosition: token amounts of `liquidity` in the range at this price; rounded up for mint, down for burn.
Amounts position_amounts(const Position& position, Where where, const u256& price_x96, bool round_up);

/// v = floor(amount0 * price0 / 2^96) + floor(amount1 * price1 / 2^96). False when it is 2^255 or more.
bool value_wei(const Amounts& amounts, const u256& price0_x96, const u256& price1_x96, u256& v);

} // namespace hlsk
} // namespace jitbox

#endif
