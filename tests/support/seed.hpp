// The seed of a random test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

namespace jitbox::test {

/// That of JITBOX_SEED, or a new one. It is printed: whatever fails can be run again with the same.
inline std::uint32_t random_seed() {
    const char* const given = std::getenv("JITBOX_SEED");
    const auto seed = given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
    std::cout << "seed " << seed << " (JITBOX_SEED=" << seed << " repeats it)\n";
    return seed;
}

} // namespace jitbox::test
