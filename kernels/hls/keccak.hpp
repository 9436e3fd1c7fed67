// Keccak-256 as Ethereum uses it (original Keccak padding, not SHA-3's): a sponge for a byte string in memory.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_KECCAK_HPP
#define JITBOX_HLS_KECCAK_HPP

#include <cstddef>
#include <cstdint>

namespace jitbox {
namespace hlsk {

constexpr std::size_t keccak_rate_bytes = 136; ///< 1600 - 2 * 256 bits
constexpr int keccak_lanes = 25;
constexpr int keccak_rounds = 24;

/// Keccak-f[1600] in place; lane x + 5 y, as FIPS 202 section 3.1.2 numbers them. A round a clock in hardware.
void keccak_f1600(std::uint64_t state[keccak_lanes]);

/// out = keccak256(data[0 .. size)). `data` may be null when size is 0.
void keccak256(const std::uint8_t* data, std::size_t size, std::uint8_t out[32]);

} // namespace hlsk
} // namespace jitbox

#endif
