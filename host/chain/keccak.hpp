// Keccak-256 as Ethereum uses it (the original padding, not SHA-3's).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"

#include <string_view>

namespace jitbox::chain {

/// Keccak-256 of the bytes.
[[nodiscard]] Bytes32 keccak256(BytesView bytes);
/// Keccak-256 of the characters, for signatures such as "transfer(address,uint256)".
[[nodiscard]] Bytes32 keccak256(std::string_view text);

} // namespace jitbox::chain
