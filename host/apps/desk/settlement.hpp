// How bundles end: the evidence of their block from the node, the verdict, and what follows for gate, lanes, journal and alerts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/services.hpp"
#include "apps/runtime/trading.hpp"
#include "feed/node_client.hpp"

#include <functional>
#include <memory>
#include <string>

namespace jitbox::apps {

struct SettlementCallbacks {
    /// Every bundle that was due at this head has its verdict (or its evidence could not be had this time).
    std::function<void(const chain::Head&)> on_settled;
    /// The gate has booked this result, of a verdict or of the difference to an earlier one.
    std::function<void(const chain::i256& profit_wei)> on_booked;
    /// A bundle's first verdict.
    std::function<void(const Bytes20& pool, bool included)> on_ended;
    /// A part of a bundle is on chain: the appliance must stop.
    std::function<void(const std::string& why)> on_partial;
    std::function<void(const std::string&)> on_alert;
};

class Settlement {
public:
    Settlement(const Services& services, Trading& trading, feed::NodeClient& node, SettlementCallbacks callbacks);
    ~Settlement();
    Settlement(const Settlement&) = delete;
    Settlement& operator=(const Settlement&) = delete;

    void on_head(const chain::Head& head);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::apps
