// Counts requests and refusals.
// SPDX-License-Identifier: Apache-2.0
#include "risk/access.hpp"

namespace jitbox::risk {

std::string AccessPattern::look(const AccessCounts& totals, TimePoint now) {
    const auto second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    if (second < last_) ring_ = {};
    last_ = second;
    Second& here = ring_.at(static_cast<std::size_t>(second) % seconds);
    if (here.number != second) here = {.number = second, .counts = {}};
    here.counts.requests += totals.requests - before_.requests;
    here.counts.refusals += totals.refusals - before_.refusals;
    before_ = totals;

    AccessCounts minute;
    for (const Second& entry : ring_) {
        if (entry.number <= second - static_cast<std::int64_t>(seconds)) continue;
        minute.requests += entry.counts.requests;
        minute.refusals += entry.counts.refusals;
    }
    const auto over = [](std::uint64_t count, std::uint32_t limit) { return limit != 0 && count > limit; };
    if (over(minute.refusals, rules_.refusals_per_minute))
        return std::to_string(minute.refusals) + " requests were refused in a minute, unusual is over " +
               std::to_string(rules_.refusals_per_minute);
    if (over(minute.requests, rules_.requests_per_minute))
        return std::to_string(minute.requests) + " requests in a minute, unusual is over " +
               std::to_string(rules_.requests_per_minute);
    return {};
}

} // namespace jitbox::risk
