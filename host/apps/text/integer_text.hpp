// Decimal text of wide integers for the bulk tools: chain/u256's meaning, without a wide division a digit. Private to apps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/u256.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace jitbox::apps {

/// Decimal digits, or hex with "0x". Nothing when empty, malformed or over 256 bits.
[[nodiscard]] std::optional<chain::u256> unsigned_from_text(std::string_view text);
/// The same with an optional '-', in [-2^255, 2^255).
[[nodiscard]] std::optional<chain::i256> signed_from_text(std::string_view text);

void append_decimal(std::string& out, chain::u256 value);
void append_decimal(std::string& out, chain::i256 value);
[[nodiscard]] std::string decimal_text(chain::i256 value);

} // namespace jitbox::apps
