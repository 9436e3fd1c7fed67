// One look at everything that the limits of RISK-1 are about: what is used of each, and what the ladder should see.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "risk/gate.hpp"

#include <optional>
#include <string>
#include <vector>

namespace jitbox::risk {

/// What the loop knows; copied to the monitor's thread.
struct Situation {
    TimePoint at{};
    std::optional<u256> portfolio_value_wei{}; ///< empty: not known (any more)
    ProfitHistory history{};
    Usage usage{};
};

/// Use of one limit, in ppm of it. `value` and `limit` are decimal text in the limit's unit.
struct Use {
    std::string limit_name{}; ///< the key in [risk]
    std::string value{};
    std::string limit{};
    std::uint32_t ppm = 0;
    bool is_loss = false; ///< moves the ladder
};

struct Assessment {
    TimePoint at{};
    std::optional<Portfolio> portfolio{};
    i256 profit_today_wei = 0;
    u256 exposure_wei = 0; ///< values of all open positions
    std::vector<Use> uses{};
    std::uint32_t loss_use_ppm = 0; ///< of the most used loss limit
    std::string loss_limit{};       ///< its name; empty while nothing is used
};

/// part of whole in ppm, rounded up; the largest value when whole is 0 and part is not.
[[nodiscard]] std::uint32_t share_ppm(const u256& part, const u256& whole);

/// `limits` as configured: a tightened level does not move the ladder. Loss limits are daily loss (realised), drawdown and value at
/// risk; what is only open or unknown moves nothing.
[[nodiscard]] Assessment assess(const Situation& situation, const Limits& limits);

} // namespace jitbox::risk
