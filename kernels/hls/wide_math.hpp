// Leaf arithmetic of the contracts' fixed point: products of 512 bits and their division, exact, in two forms behind one face.
// SPDX-License-Identifier: Apache-2.0
//
// hardware::  what Vitis synthesises: a digit-by-digit division (radix 2^32) by the reciprocal of the divisor's leading digit,
//             eight steps of two multiplications, no wide `/`.
// native::    the same functions over 64-bit limbs for the CPU (wide_math_native.hpp).
// JITBOX_NATIVE_LEAF selects the form that the rest of the kernels uses. tests/unit/kernels/wide_math_test.cpp proves both equal.
#ifndef JITBOX_HLS_WIDE_MATH_HPP
#define JITBOX_HLS_WIDE_MATH_HPP

#include "hls/types.hpp"
#include "hls/wide_math_hardware.hpp"
#ifdef JITBOX_NATIVE_LEAF
#include "hls/wide_math_native.hpp"
#endif

namespace jitbox {
namespace hlsk {

#ifdef JITBOX_NATIVE_LEAF
namespace leaf = native;
#else
namespace leaf = hardware;
#endif

using leaf::amount0_quotient;
using leaf::amount1_quotient;
using leaf::div_floor;
using leaf::div_rounding_up;
using leaf::growth_quotient;
using leaf::mul_div;
using leaf::mul_div_rounding_up;
using leaf::mul_high_128;
using leaf::mul_shift;
using leaf::mul_square_127;
using leaf::sqrt_128;
using leaf::surely_below_delta;

} // namespace hlsk
} // namespace jitbox

#endif
