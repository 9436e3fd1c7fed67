// How the appliance is spoken to (RISK-4, access pattern): refused commands and wrong approvals in a minute, and floods of
// requests. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "risk/screen.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace jitbox::risk {

struct AccessRules {
    std::uint32_t refusals_per_minute = 0; ///< more are unusual; 0 turns the rule off
    std::uint32_t requests_per_minute = 0; ///< likewise
};

/// Totals since the start, over all doors.
struct AccessCounts {
    std::uint64_t requests = 0;
    std::uint64_t refusals = 0; ///< refused, malformed, or by somebody who may not
};

/// A sliding minute, in seconds. Not thread-safe: owned by jitd's loop.
class AccessPattern {
public:
    explicit AccessPattern(const AccessRules& rules) : rules_(rules) {}

    /// What is unusual now; empty: nothing. Totals may be told as seldom as wanted; a clock that goes back begins a new minute.
    [[nodiscard]] std::string look(const AccessCounts& totals, TimePoint now);

private:
    struct Second {
        std::int64_t number = -1; ///< since 1970
        AccessCounts counts{};
    };
    static constexpr std::size_t seconds = 60;

    AccessRules rules_;
    AccessCounts before_;
    std::array<Second, seconds> ring_{};
    std::int64_t last_ = 0;
};

} // namespace jitbox::risk
