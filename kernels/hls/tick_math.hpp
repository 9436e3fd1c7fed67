// TickMath of v3-core: tick to square-root price and back, bit for bit.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_TICK_MATH_HPP
#define JITBOX_HLS_TICK_MATH_HPP

#include "hls/types.hpp"

namespace jitbox {
namespace hlsk {

/// TickMath.getSqrtRatioAtTick. The tick must be in [min_tick, max_tick] (the contract reverts with 'T'; callers check).
u256 sqrt_ratio_at_tick(std::int32_t tick);

/// TickMath.getTickAtSqrtRatio: the greatest tick whose ratio is <= sqrt_price_x96. The price must be in
/// [min_sqrt_ratio, max_sqrt_ratio) (the contract reverts with 'R'; callers check).
std::int32_t tick_at_sqrt_ratio(const u256& sqrt_price_x96);

/// floor(tick / spacing), also below zero.
inline std::int32_t floor_div(std::int32_t tick, std::int32_t spacing) {
#pragma HLS INLINE
    const std::int32_t quotient = tick / spacing;
    return tick < 0 && tick % spacing != 0 ? quotient - 1 : quotient;
}

} // namespace hlsk
} // namespace jitbox

#endif
