// Amounts and durations as people type and read them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "chain/u256.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace jitbox::apps {

/// "300eth", "0.5eth", "20gwei", "1000000wei" or plain digits (wei). Errors: no number, unknown unit, a fraction of a wei.
[[nodiscard]] Result<chain::u256> parse_wei(std::string_view text);
/// "90s", "10m", "2h" or plain digits (seconds), at least one second.
[[nodiscard]] Result<std::chrono::seconds> parse_duration(std::string_view text);
/// Decimal wei text as ether with six digits, rounded towards zero, e.g. "-0.001234". Anything that is no integer comes back as is.
[[nodiscard]] std::string as_ether(std::string_view wei);

} // namespace jitbox::apps
