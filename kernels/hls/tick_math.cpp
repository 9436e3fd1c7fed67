// TickMath of v3-core: tick to square-root price and back, bit for bit.
// SPDX-License-Identifier: Apache-2.0
#include "hls/tick_math.hpp"

#include "hls/wide_math.hpp"

namespace jitbox {
namespace hlsk {
namespace {

/// sqrt(1.0001)^-(2^i) in Q128: v3-core contracts/libraries/TickMath.sol, getSqrtRatioAtTick. High limb, low limb.
const std::uint64_t power_of_tick[20][2] = {
    {0xfffcb933bd6fad37ULL, 0xaa2d162d1a594001ULL}, {0xfff97272373d4132ULL, 0x59a46990580e213aULL},
    {0xfff2e50f5f656932ULL, 0xef12357cf3c7fdccULL}, {0xffe5caca7e10e4e6ULL, 0x1c3624eaa0941cd0ULL},
    {0xffcb9843d60f6159ULL, 0xc9db58835c926644ULL}, {0xff973b41fa98c081ULL, 0x472e6896dfb254c0ULL},
    {0xff2ea16466c96a38ULL, 0x43ec78b326b52861ULL}, {0xfe5dee046a99a2a8ULL, 0x11c461f1969c3053ULL},
    {0xfcbe86c7900a88aeULL, 0xdcffc83b479aa3a4ULL}, {0xf987a7253ac41317ULL, 0x6f2b074cf7815e54ULL},
    {0xf3392b0822b70005ULL, 0x940c7a398e4b70f3ULL}, {0xe7159475a2c29b74ULL, 0x43b29c7fa6e889d9ULL},
    {0xd097f3bdfd2022b8ULL, 0x845ad8f792aa5825ULL}, {0xa9f746462d870fdfULL, 0x8a65dc1f90e061e5ULL},
    {0x70d869a156d2a1b8ULL, 0x90bb3df62baf32f7ULL}, {0x31be135f97d08fd9ULL, 0x81231505542fcfa6ULL},
    {0x09aa508b5b7a84e1ULL, 0xc677de54f3e99bc9ULL}, {0x005d6af8dedb8119ULL, 0x6699c329225ee604ULL},
    {0x00002216e584f5faULL, 0x1ea926041bedfe98ULL}, {0x00000000048a1703ULL, 0x91f7dc42444e8fa2ULL},
};

/// One squaring of the fraction in Q127: returns its next binary digit of log2 and the fraction to go on with.
inline bool log2_digit(u128& fraction) {
#pragma HLS INLINE
    const u256 square = mul_square_127(fraction);
    const bool digit = square[128];
    fraction = u128(digit ? u256(square >> 1) : square);
    return digit;
}

inline int most_significant_bit(const u256& x) {
#pragma HLS INLINE
    return 255 - hardware::leading_zeros(x);
}

} // namespace

u256 sqrt_ratio_at_tick(std::int32_t tick) {
#pragma HLS INLINE off
    const std::uint32_t distance = tick < 0 ? std::uint32_t(-tick) : std::uint32_t(tick);
    u256 ratio = u256(1) << 128;
    for (int i = 0; i < 20; ++i) {
#pragma HLS PIPELINE II = 4
        if (((distance >> i) & 1U) != 0)
            ratio = mul_high_128(ratio, u128((u128(power_of_tick[i][0]) << 64) | u128(power_of_tick[i][1])));
    }
    if (tick > 0) ratio = div_floor(u256(~u256(0)), ratio);
    const bool inexact = ap_uint<32>(ratio) != 0;
    return u256((ratio >> 32) + u256(inexact ? 1 : 0));
}

std::int32_t tick_at_sqrt_ratio(const u256& sqrt_price_x96) {
#pragma HLS INLINE off
    const u256 ratio = sqrt_price_x96 << 32;
    const int msb = most_significant_bit(ratio);
    u128 fraction = u128(msb >= 128 ? ratio >> (msb - 127) : ratio << (127 - msb));
    std::int64_t log_2 = std::int64_t(msb - 128) * 16384; // 14 binary digits after the point, as in the contract
    for (int digit = 13; digit >= 0; --digit) {
#pragma HLS PIPELINE II = 4
        if (log2_digit(fraction)) log_2 += std::int64_t(1) << digit;
    }
    // log_2 is Q64 in the contract with only its upper 14 digits set.
    const i256 log_2_x64 = i256(log_2) << 50;
    const i256 log_sqrt10001 =
        i256(log_2_x64 * i256(ap_int<80>((ap_int<80>(0x3627) << 64) | ap_int<80>(ap_uint<64>(0xa301d71055774c85ULL)))));
    const i256 low_error = i256(from_limbs(0, 0, 0x028f6481ab7f045aULL, 0x5af012a19d003aaaULL));
    const i256 high_error = i256(from_limbs(0, 0, 0xdb2df09e81959a81ULL, 0x455e260799a0632fULL));
    const std::int32_t tick_low = ap_int<32>(i256(log_sqrt10001 - low_error) >> 128).to_int();
    const std::int32_t tick_high = ap_int<32>(i256(log_sqrt10001 + high_error) >> 128).to_int();
    if (tick_low == tick_high) return tick_low;
    return sqrt_ratio_at_tick(tick_high) <= sqrt_price_x96 ? tick_high : tick_low;
}

} // namespace hlsk
} // namespace jitbox
