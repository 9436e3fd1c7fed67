// What desk and settlement share: the open business of the appliance.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/reports.hpp"
#include "relay/tracker.hpp"
#include "risk/gate.hpp"
#include "strategy/lanes.hpp"
#include "strategy/planner.hpp"

namespace jitbox::apps {

/// Not thread-safe: owned by jitd's loop.
struct Trading {
    strategy::Lanes& lanes;
    strategy::Planner& planner;
    risk::Gate& gate;
    relay::Tracker& tracker;
    BundleTotals totals;
};

} // namespace jitbox::apps
