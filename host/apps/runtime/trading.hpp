// What desk and settlement share: the open business of the appliance.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "relay/tracker.hpp"
#include "risk/gate.hpp"
#include "strategy/lanes.hpp"
#include "strategy/planner.hpp"

#include <cstdint>

namespace jitbox::apps {

/// Bundles since the start.
struct BundleTotals {
    std::uint64_t sent = 0;
    std::uint64_t included = 0;
    std::uint64_t missed = 0;
};

/// Not thread-safe: owned by jitd's loop.
struct Trading {
    strategy::Lanes& lanes;
    strategy::Planner& planner;
    risk::Gate& gate;
    relay::Tracker& tracker;
    BundleTotals totals;
};

} // namespace jitbox::apps
