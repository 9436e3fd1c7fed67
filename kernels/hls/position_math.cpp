// What a position costs, gives back and is worth. See position_math.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "hls/position_math.hpp"

#include "hls/sqrt_price_math.hpp"
#include "hls/wide_math.hpp"

namespace jitbox {
namespace hlsk {

Amounts position_amounts(const Position& position, Where where, const u256& price_x96, bool round_up) {
#pragma HLS INLINE off
    Amounts out;
    out.amount0 = 0;
    out.amount1 = 0;
    const u256& from0 = where == in_range ? price_x96 : position.lower_x96;
    const u256& to1 = where == in_range ? price_x96 : position.upper_x96;
    if (where != above_range) out.amount0 = amount0_delta(from0, position.upper_x96, position.liquidity, round_up);
    if (where != below_range) out.amount1 = amount1_delta(position.lower_x96, to1, position.liquidity, round_up);
    return out;
}

bool value_wei(const Amounts& amounts, const u256& price0_x96, const u256& price1_x96, u256& v) {
#pragma HLS INLINE off
    u256 v0;
    u256 v1;
    const bool fits0 = mul_shift<96>(amounts.amount0, price0_x96, false, v0);
    const bool fits1 = mul_shift<96>(amounts.amount1, price1_x96, false, v1);
    const ap_uint<257> sum = v0 + v1;
    v = u256(sum);
    return fits0 && fits1 && (sum >> 255) == 0;
}

} // namespace hlsk
} // namespace jitbox
