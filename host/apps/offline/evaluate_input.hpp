// A line of `jitctl evaluate` as typed values. Private to apps.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"
#include "base/error.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace jitbox::apps {

struct EvaluatePosition {
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    accel::u128 liquidity = 0;
};

struct EvaluateLine {
    accel::PoolRecord pool;
    std::vector<accel::TickEntry> ticks; ///< all of the pool's, ascending
    bool zero_for_one = false;
    accel::i256 amount_specified = 0;     ///< positive = exact in
    accel::u256 sqrt_price_limit_x96 = 0; ///< 0 = none
    std::optional<EvaluatePosition> position;
    accel::ParamsRecord params;
};

/// Errors name the field and what it should be.
[[nodiscard]] Result<EvaluateLine> parse_evaluate_line(std::string_view text);

} // namespace jitbox::apps
