// Ports wider than 64 bits of a Verilator model, as the HLS source's integers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ap_int.h>
#include <verilated.h>

namespace jitbox::test {

template <int Bits, std::size_t Words>
void put_wide(VlWide<Words>& port, const ap_uint<Bits>& value) {
    for (std::size_t i = 0; i < Words; ++i) {
        port[i] = static_cast<int>(32 * i) < Bits ? ap_uint<32>(value >> static_cast<int>(32 * i)).to_uint() : 0;
    }
}

template <int Bits, std::size_t Words>
ap_uint<Bits> take_wide(const VlWide<Words>& port) {
    static_assert(32 * Words >= Bits);
    ap_uint<Bits> out = 0;
    for (std::size_t i = Words; i-- > 0;) out = ap_uint<Bits>((out << 32) | ap_uint<Bits>(port[i]));
    return out;
}

} // namespace jitbox::test
