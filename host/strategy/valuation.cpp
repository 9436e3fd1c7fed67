// Wide products with one rounding, as the kernel contract defines values.
// SPDX-License-Identifier: Apache-2.0
#include "strategy/valuation.hpp"

#include "chain/wide_math.hpp"

#include <limits>

namespace jitbox::strategy {
namespace {

using chain::u512;
constexpr u256 u256_max = ~static_cast<u256>(0);

u256 saturate(const u512& value) {
    return value > static_cast<u512>(u256_max) ? u256_max : static_cast<u256>(value);
}

} // namespace

u256 saturating_add(const u256& a, const u256& b) {
    const u256 sum = a + b;
    return sum < a ? u256_max : sum;
}

u256 saturating_mul(const u256& a, const u256& b) {
    return saturate(static_cast<u512>(a) * static_cast<u512>(b));
}

u256 mul_div(const u256& a, const u256& numerator, const u256& denominator) {
    return chain::mul_div(a, numerator, denominator).value_or(u256_max);
}

u256 mul_div_up(const u256& a, const u256& numerator, const u256& denominator) {
    return chain::mul_div_up(a, numerator, denominator).value_or(u256_max);
}

u256 value_wei(const u256& amount0, const u256& amount1, const u256& price0_x96, const u256& price1_x96) {
    const u256 value0 = saturate((static_cast<u512>(amount0) * static_cast<u512>(price0_x96)) >> 96);
    const u256 value1 = saturate((static_cast<u512>(amount1) * static_cast<u512>(price1_x96)) >> 96);
    return saturating_add(value0, value1);
}

std::uint32_t price_impact_ppm(const u256& sqrt_price_before, const u256& sqrt_price_after) {
    constexpr std::uint32_t highest = std::numeric_limits<std::uint32_t>::max();
    if (sqrt_price_before == 0 || (sqrt_price_after >> 160) != 0 || (sqrt_price_before >> 160) != 0) return highest;
    // Squares of 160-bit prices have 320 bits, and ppm adds 20: no overflow in 512.
    const u512 before = static_cast<u512>(sqrt_price_before) * static_cast<u512>(sqrt_price_before);
    const u512 after = static_cast<u512>(sqrt_price_after) * static_cast<u512>(sqrt_price_after);
    const u512 difference = after > before ? after - before : before - after;
    const u512 impact = (difference * ppm + before - 1) / before;
    return impact > highest ? highest : static_cast<std::uint32_t>(impact);
}

} // namespace jitbox::strategy
