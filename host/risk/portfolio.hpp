// What the appliance owns and how it has fared: value, exposure, drawdown, value at risk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "risk/limits.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <span>

namespace jitbox::risk {

using TimePoint = std::chrono::system_clock::time_point;

/// Units of one token in the vault, with its price: wei a unit, Q96.
struct Holding {
    u256 amount = 0;
    u256 price_x96 = 0;
};

/// Sum of floor(amount * price / 2^96), saturating.
[[nodiscard]] u256 value_of(std::span<const Holding> holdings);

/// Profit, day by day (UTC), over a window of days: what was realised, and what held tokens gained or lost by their prices, as the
/// caller adds it. What is put in or taken out is neither.
class ProfitHistory {
public:
    static constexpr unsigned usual_window_days = 250; ///< a year of trading days, as is usual for historical simulation
    static constexpr std::size_t fewest_days = 20;     ///< below that a 5 % quantile is a guess

    explicit ProfitHistory(unsigned window_days = usual_window_days) : window_(window_days) {}

    /// A past day; days may be given in any order, before the first add().
    void load(std::chrono::sys_days day, const i256& profit_wei);
    /// A result of now.
    void add(const i256& profit_wei, TimePoint now);

    /// Fall of the cumulative profit from its highest point in the window (within today: to the order; before: to the day), in ppm
    /// of what the portfolio was worth at that point. Rounded up.
    [[nodiscard]] std::uint32_t drawdown_ppm(const u256& value_now_wei) const;
    /// The loss that was not exceeded on 95 % of the days with a result, today left out: the ceil(5 % of n)-th worst day; zero when
    /// that day was a gain. Empty with fewer than `fewest_days` such days.
    [[nodiscard]] std::optional<u256> value_at_risk_wei() const;
    /// Days with a result before today.
    [[nodiscard]] std::size_t days() const;

private:
    struct Day {
        std::chrono::sys_days date;
        i256 profit = 0;
        i256 highest = 0; ///< of the day's running sum, at least 0
    };
    Day& day_of(std::chrono::sys_days date);

    std::chrono::days window_;
    std::deque<Day> days_; ///< oldest first
};

} // namespace jitbox::risk
