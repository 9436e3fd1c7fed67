// 256-bit integers of the EVM and their text forms.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace jitbox::chain {

using u128 = unsigned _BitInt(128);
using i128 = _BitInt(128);
using u160 = unsigned _BitInt(160);
using u256 = unsigned _BitInt(256);
using i256 = _BitInt(256);
using u512 = unsigned _BitInt(512);

[[nodiscard]] std::string to_decimal(u256 value);
[[nodiscard]] std::string to_decimal(i256 value);
/// Decimal digits, or hex with "0x". Errors: empty, a character that is no digit, more than 256 bits.
[[nodiscard]] Result<u256> parse_u256(std::string_view text);
/// As parse_u256 with an optional leading '-'. Errors also when outside [-2^255, 2^255).
[[nodiscard]] Result<i256> parse_i256(std::string_view text);

/// Big-endian, as in calldata and RLP. `from_big_endian` takes at most 32 bytes (the caller checks).
[[nodiscard]] Bytes32 to_big_endian(u256 value);
[[nodiscard]] u256 from_big_endian(BytesView bytes);

/// Nearest double, for display and metrics only.
[[nodiscard]] double to_double(u256 value);
[[nodiscard]] double to_double(i256 value);

} // namespace jitbox::chain
