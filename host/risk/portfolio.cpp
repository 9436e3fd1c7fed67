// Value, drawdown and value at risk.
// SPDX-License-Identifier: Apache-2.0
#include "risk/portfolio.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace jitbox::risk {
namespace {

using chain::u512;

constexpr u256 u256_max = ~static_cast<u256>(0);

} // namespace

u256 value_of(std::span<const Holding> holdings) {
    u512 sum = 0;
    for (const Holding& holding : holdings) {
        const u512 value = (static_cast<u512>(holding.amount) * static_cast<u512>(holding.price_x96)) >> 96;
        sum = std::min<u512>(sum + std::min<u512>(value, u256_max), u256_max);
    }
    return static_cast<u256>(sum);
}

ProfitHistory::Day& ProfitHistory::day_of(std::chrono::sys_days date) {
    auto at = std::ranges::lower_bound(days_, date, {}, &Day::date);
    if (at == days_.end() || at->date != date) at = days_.insert(at, Day{.date = date});
    return *at;
}

void ProfitHistory::load(std::chrono::sys_days day, const i256& profit_wei) {
    Day& entry = day_of(day);
    entry.profit += profit_wei;
    entry.highest = std::max(entry.highest, entry.profit);
}

void ProfitHistory::add(const i256& profit_wei, TimePoint now) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    load(today, profit_wei);
    while (!days_.empty() && days_.front().date + window_ < today) days_.pop_front();
}

std::uint32_t ProfitHistory::drawdown_ppm(const u256& value_now_wei) const {
    i256 sum = 0;
    i256 highest = 0;
    for (const Day& day : days_) {
        highest = std::max(highest, sum + day.highest);
        sum += day.profit;
    }
    const auto fall = static_cast<u256>(highest - sum);
    if (fall == 0) return 0;
    // What it was worth then: what it is worth now and what has been lost since.
    const u512 then = static_cast<u512>(value_now_wei) + fall;
    return static_cast<std::uint32_t>((static_cast<u512>(fall) * 1'000'000 + then - 1) / then);
}

std::optional<u256> ProfitHistory::value_at_risk_wei() const {
    std::vector<i256> results;
    if (days_.empty()) return std::nullopt;
    for (std::size_t i = 0; i + 1 < days_.size(); ++i)
        if (days_[i].profit != 0) results.push_back(days_[i].profit);
    if (results.size() < fewest_days) return std::nullopt;
    const std::size_t worst = (results.size() * 5 + 99) / 100 - 1;
    std::ranges::nth_element(results, results.begin() + static_cast<std::ptrdiff_t>(worst));
    const i256 result = results[worst];
    return result < 0 ? static_cast<u256>(-result) : u256{0};
}

std::size_t ProfitHistory::days() const {
    if (days_.empty()) return 0;
    return static_cast<std::size_t>(
        std::ranges::count_if(days_.begin(), days_.end() - 1, [](const Day& day) { return day.profit != 0; }));
}

} // namespace jitbox::risk
