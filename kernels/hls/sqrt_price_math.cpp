// SqrtPriceMath and SwapMath of v3-core, bit for bit. False is where the contract would revert.
// SPDX-License-Identifier: Apache-2.0
#include "hls/sqrt_price_math.hpp"

#include "hls/wide_math.hpp"

namespace jitbox {
namespace hlsk {
namespace {

inline bool fits_160(const u256& x) {
#pragma HLS INLINE
    return (x >> 160) == 0;
}

/// ceil(numerator * price / denominator) as getNextSqrtPriceFromAmount0RoundingUp ends.
bool next_price_from_amount0(const u256& price, const u128& liquidity, const u256& amount, bool add, u256& out) {
#pragma HLS INLINE
    out = price;
    if (amount == 0) return true; // the contract's short cut: the formula would not give back the price itself
    const u256 numerator = u256(liquidity) << 96;
    u256 product;
    const bool product_fits = mul_shift<0>(amount, price, false, product);
    if (add) {
        const ap_uint<257> denominator = numerator + product;
        if (product_fits && (denominator >> 256) == 0) return mul_div_rounding_up(numerator, price, u256(denominator), out);
        const ap_uint<257> divisor = div_floor(numerator, price) + amount;
        out = div_rounding_up(numerator, u256(divisor));
        return (divisor >> 256) == 0;
    }
    if (!product_fits || numerator <= product) return false;
    return mul_div_rounding_up(numerator, price, u256(numerator - product), out) && fits_160(out);
}

/// getNextSqrtPriceFromAmount1RoundingDown.
bool next_price_from_amount1(const u256& price, const u128& liquidity, const u256& amount, bool add, u256& out) {
#pragma HLS INLINE
    const u256 q96 = u256(1) << 96;
    u256 quotient;
    if (add) {
        if (!mul_div(amount, q96, u256(liquidity), quotient)) return false;
        const ap_uint<257> sum = price + quotient;
        out = u256(sum);
        return (sum >> 160) == 0;
    }
    if (!mul_div_rounding_up(amount, q96, u256(liquidity), quotient) || price <= quotient) return false;
    out = u256(price - quotient);
    return true;
}

} // namespace

u256 amount0_delta(const u256& lower_x96, const u256& upper_x96, const u128& liquidity, bool round_up) {
#pragma HLS INLINE
    return amount0_quotient(liquidity, u256(upper_x96 - lower_x96), upper_x96, lower_x96, round_up);
}

u256 amount1_delta(const u256& lower_x96, const u256& upper_x96, const u128& liquidity, bool round_up) {
#pragma HLS INLINE off
    return amount1_quotient(liquidity, u256(upper_x96 - lower_x96), round_up);
}

bool next_price_from_input(const u256& price_x96, const u128& liquidity, const u256& amount_in, bool zero_for_one, u256& out) {
#pragma HLS INLINE off
    return zero_for_one ? next_price_from_amount0(price_x96, liquidity, amount_in, true, out)
                        : next_price_from_amount1(price_x96, liquidity, amount_in, true, out);
}

bool next_price_from_output(const u256& price_x96, const u128& liquidity, const u256& amount_out, bool zero_for_one, u256& out) {
#pragma HLS INLINE off
    return zero_for_one ? next_price_from_amount1(price_x96, liquidity, amount_out, false, out)
                        : next_price_from_amount0(price_x96, liquidity, amount_out, false, out);
}

bool compute_swap_step(const u256& price_x96, const u256& target_x96, const u128& liquidity, const u256& remaining, bool exact_in,
                       std::uint32_t fee, SwapStep& out) {
#pragma HLS INLINE off
    const bool zero_for_one = price_x96 >= target_x96;
    const u256 keep = u256(fee_units - fee);
    const u256& low = zero_for_one ? target_x96 : price_x96;
    const u256& high = zero_for_one ? price_x96 : target_x96;
    bool ok = true;
    bool reached;
    u256 whole;
    if (exact_in) {
        u256 less_fee;
        ok = mul_div(remaining, keep, u256(fee_units), less_fee);
        reached = !surely_below_delta(less_fee, low, high, liquidity, zero_for_one);
        if (reached) {
            whole = zero_for_one ? amount0_delta(low, high, liquidity, true) : amount1_delta(low, high, liquidity, true);
            reached = less_fee >= whole;
        }
        if (!reached) ok = next_price_from_input(price_x96, liquidity, less_fee, zero_for_one, out.next_price_x96) && ok;
    } else {
        reached = !surely_below_delta(remaining, low, high, liquidity, !zero_for_one);
        if (reached) {
            whole = zero_for_one ? amount1_delta(low, high, liquidity, false) : amount0_delta(low, high, liquidity, false);
            reached = remaining >= whole;
        }
        if (!reached) ok = next_price_from_output(price_x96, liquidity, remaining, zero_for_one, out.next_price_x96);
    }
    if (reached) out.next_price_x96 = target_x96;
    if (!ok) return false;
    const u256& next = out.next_price_x96;
    const bool at_target = next == target_x96; // also when the amount happens to end exactly there
    const bool has_whole = at_target && reached;
    const u256& from = zero_for_one ? next : price_x96;
    const u256& to = zero_for_one ? price_x96 : next;
    if (has_whole && exact_in) {
        out.amount_in = whole;
    } else {
        out.amount_in = zero_for_one ? amount0_delta(from, to, liquidity, true) : amount1_delta(from, to, liquidity, true);
    }
    if (has_whole && !exact_in) {
        out.amount_out = whole;
    } else {
        out.amount_out = zero_for_one ? amount1_delta(from, to, liquidity, false) : amount0_delta(from, to, liquidity, false);
    }
    if (!exact_in && out.amount_out > remaining) out.amount_out = remaining;
    if (exact_in && !at_target) {
        out.fee_amount = u256(remaining - out.amount_in);
        return remaining >= out.amount_in;
    }
    return mul_div_rounding_up(out.amount_in, u256(fee), keep, out.fee_amount);
}

} // namespace hlsk
} // namespace jitbox
