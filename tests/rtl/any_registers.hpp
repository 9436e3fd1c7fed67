// Registers and memories of a model that begin with anything, as a chip's do, so that a reset which forgets one is seen.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <verilated.h>

#include <cstdint>

namespace jitbox::test {

/// For models that are made from now on; gives the seed back.
inline std::uint32_t any_registers(std::uint32_t seed) {
    Verilated::randReset(2);
    Verilated::randSeed(static_cast<int>(seed >> 1U) + 1); // 0 would be another one each time
    return seed;
}

} // namespace jitbox::test
