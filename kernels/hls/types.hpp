// The integer types of the V3 contracts in the kernels' spelling, and the constants of the protocol.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_TYPES_HPP
#define JITBOX_HLS_TYPES_HPP

#include <ap_int.h>
#include <cstdint>

namespace jitbox {
namespace hlsk {

using u128 = ap_uint<128>;
using u160 = ap_uint<160>;
using u256 = ap_uint<256>;
using u512 = ap_uint<512>;
using i128 = ap_int<128>;
using i256 = ap_int<256>;

constexpr std::int32_t min_tick = -887272; ///< TickMath.MIN_TICK
constexpr std::int32_t max_tick = 887272;  ///< TickMath.MAX_TICK
constexpr std::uint32_t fee_units = 1000000;

/// A 256-bit constant from its four 64-bit limbs, most significant first.
inline u256 from_limbs(std::uint64_t w3, std::uint64_t w2, std::uint64_t w1, std::uint64_t w0) {
#pragma HLS INLINE
    u256 out = w3;
    out = u256((out << 64) | u256(w2));
    out = u256((out << 64) | u256(w1));
    return u256((out << 64) | u256(w0));
}

inline u256 min_sqrt_ratio() {
    return u256(4295128739ULL);
} ///< TickMath.MIN_SQRT_RATIO
/// TickMath.MAX_SQRT_RATIO, 1461446703485210103287273052203988822378723970342
inline u256 max_sqrt_ratio() {
    return from_limbs(0, 0xfffd8963ULL, 0xefd1fc6a50648849ULL, 0x5d951d5263988d26ULL);
}

} // namespace hlsk
} // namespace jitbox

#endif
