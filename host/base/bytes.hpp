// Byte strings as they travel through the host.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jitbox {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;
using Bytes20 = std::array<std::uint8_t, 20>;
using Bytes32 = std::array<std::uint8_t, 32>;

/// FNV-1a over a fixed byte array, for unordered containers keyed by hash or address.
struct BytesHash {
    template <std::size_t N>
    std::size_t operator()(const std::array<std::uint8_t, N>& value) const noexcept {
        std::size_t hash = 14695981039346656037ULL;
        for (const std::uint8_t byte : value) hash = (hash ^ byte) * 1099511628211ULL;
        return hash;
    }
};

} // namespace jitbox
