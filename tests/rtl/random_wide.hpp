// Operands for the benches of wide arithmetic.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ap_int.h>

#include <random>

namespace jitbox::test {

/// Few bits as often as many; all ones now and then.
template <int Bits>
ap_uint<Bits> random_wide(std::mt19937_64& random) {
    ap_uint<Bits> x = 0;
    for (int i = 0; i < Bits; i += 64) x = ap_uint<Bits>((x << 64) | ap_uint<Bits>(random()));
    const int bits = static_cast<int>(random() % (Bits + 1));
    if (bits == 0) return 0;
    return random() % 8 == 0 ? ap_uint<Bits>(ap_uint<Bits>(~ap_uint<Bits>(0)) >> (Bits - bits)) : ap_uint<Bits>(x >> (Bits - bits));
}

} // namespace jitbox::test
