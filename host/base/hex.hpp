// Hexadecimal text to bytes and back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <string>
#include <string_view>

namespace jitbox {

/// Lower-case hex with a leading "0x".
[[nodiscard]] std::string to_hex(BytesView bytes);
/// Appends "0x..." to a text that is being put together.
void append_hex(std::string& text, BytesView bytes);
/// Lower-case hex without prefix.
[[nodiscard]] std::string to_hex_plain(BytesView bytes);
/// Accepts an optional "0x"; both cases. Errors: odd number of digits, a character that is not a hex digit (its position is named).
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);
/// As from_hex, appending to `out` (cleared first) so that a hot loop does not allocate. False on malformed text.
[[nodiscard]] bool from_hex_into(std::string_view text, Bytes& out);

/// Exactly N bytes. Errors as from_hex, or a wrong length.
template <std::size_t N>
[[nodiscard]] Result<std::array<std::uint8_t, N>> fixed_from_hex(std::string_view text) {
    auto bytes = from_hex(text);
    if (!bytes) return std::unexpected(bytes.error());
    if (bytes->size() != N) return fail("hex: expected " + std::to_string(N) + " bytes, got " + std::to_string(bytes->size()));
    std::array<std::uint8_t, N> out{};
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return out;
}

} // namespace jitbox
