// Risk events (RISK-3): what happened and how bad it is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "risk/portfolio.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::risk {

/// info: worth knowing. warning: something was refused, as it should be. error: something is wrong, and is kept from doing harm.
/// critical: the appliance must not go on by itself: it is disarmed, and arming wants an operator's acknowledgement first.
enum class Severity : std::uint8_t { info, warning, error, critical };
[[nodiscard]] std::string_view to_text(Severity severity); ///< "INFO" and so on, as in the journal

struct Event {
    std::uint64_t number = 0; ///< counts from 1 since the start of the process
    TimePoint at{};
    Severity severity = Severity::info;
    std::string rule{};
    std::string text{};
};

/// The newest events. Not thread-safe: owned by jitd's loop.
class EventRing {
public:
    static constexpr std::size_t capacity = 10'000;

    const Event& add(TimePoint at, Severity severity, std::string rule, std::string text);
    /// Newest first, at most `limit`, none below `least`.
    [[nodiscard]] std::vector<Event> newest(std::size_t limit, Severity least = Severity::info) const;
    /// How many of each severity there were since the start, also those that have left the ring.
    [[nodiscard]] std::uint64_t count(Severity severity) const { return counts_.at(static_cast<std::size_t>(severity)); }

private:
    std::deque<Event> events_; ///< oldest first
    std::array<std::uint64_t, 4> counts_{};
    std::uint64_t added_ = 0;
};

} // namespace jitbox::risk
