// Values in wei, and parts per million, saturating: a figure too large for its type must stop at the gate, never wrap past it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/u256.hpp"

#include <cstdint>

namespace jitbox::strategy {

using chain::u256;

inline constexpr std::uint32_t ppm = 1'000'000;

[[nodiscard]] u256 saturating_add(const u256& a, const u256& b);
[[nodiscard]] u256 saturating_mul(const u256& a, const u256& b);
/// ceil(a * numerator / denominator), saturating.
[[nodiscard]] u256 mul_div_up(const u256& a, const u256& numerator, const u256& denominator);
/// floor(a * numerator / denominator), saturating.
[[nodiscard]] u256 mul_div(const u256& a, const u256& numerator, const u256& denominator);
/// floor(amount0 * price0 / 2^96) + floor(amount1 * price1 / 2^96), saturating: V of the kernel contract.
[[nodiscard]] u256 value_wei(const u256& amount0, const u256& amount1, const u256& price0_x96, const u256& price1_x96);
/// |(after / before)^2 - 1| in ppm, rounded up, saturating: how far a swap moves the price.
[[nodiscard]] std::uint32_t price_impact_ppm(const u256& sqrt_price_before, const u256& sqrt_price_after);

} // namespace jitbox::strategy
