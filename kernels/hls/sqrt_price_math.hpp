// SqrtPriceMath and SwapMath of v3-core, bit for bit. False is where the contract would revert.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_SQRT_PRICE_MATH_HPP
#define JITBOX_HLS_SQRT_PRICE_MATH_HPP

#include "hls/types.hpp"

namespace jitbox {
namespace hlsk {

/// SqrtPriceMath.getAmount0Delta for lower <= upper, lower > 0: token0 between two prices. Always fits (below 2^224).
u256 amount0_delta(const u256& lower_x96, const u256& upper_x96, const u128& liquidity, bool round_up);

/// SqrtPriceMath.getAmount1Delta for lower <= upper: token1 between two prices. Always fits (below 2^192).
u256 amount1_delta(const u256& lower_x96, const u256& upper_x96, const u128& liquidity, bool round_up);

/// SqrtPriceMath.getNextSqrtPriceFromInput. liquidity > 0.
bool next_price_from_input(const u256& price_x96, const u128& liquidity, const u256& amount_in, bool zero_for_one, u256& out);

/// SqrtPriceMath.getNextSqrtPriceFromOutput. liquidity > 0. False when the liquidity cannot give that much.
bool next_price_from_output(const u256& price_x96, const u128& liquidity, const u256& amount_out, bool zero_for_one, u256& out);

/// Result of SwapMath.computeSwapStep.
struct SwapStep {
    u256 next_price_x96;
    u256 amount_in;
    u256 amount_out;
    u256 fee_amount;
};

/// SwapMath.computeSwapStep. `remaining` is the magnitude of amountRemaining; exact_in its sign. fee < 1e6, in parts per million.
bool compute_swap_step(const u256& price_x96, const u256& target_x96, const u128& liquidity, const u256& remaining, bool exact_in,
                       std::uint32_t fee, SwapStep& out);

} // namespace hlsk
} // namespace jitbox

#endif
