// The way out: plan -> gate -> signer -> relays, with a timestamp at each step.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/arming/arming.hpp"
#include "apps/runtime/services.hpp"
#include "apps/runtime/trading.hpp"
#include "apps/watch/risk_watch.hpp"
#include "relay/client.hpp"
#include "strategy/signing.hpp"
#include "telemetry/metrics.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace jitbox::apps {

class Desk {
public:
    Desk(const Services& services, Trading& trading, RiskWatch& risk, const Arming& arming, strategy::SigningStep& signing,
         relay::Client& relays);
    ~Desk();
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;

    void take(strategy::Plan plan);
    /// Nothing is posted for this transaction any more, also when its bundle is being signed.
    void refuse_target(const Bytes32& hash);
    /// Withdraws every bundle whose block has not come.
    void cancel_all(std::uint64_t head);
    /// Whether a plan is at the signer.
    [[nodiscard]] bool signing() const;
    /// Name and quantiles of each stage, in the order of the way.
    [[nodiscard]] std::vector<std::pair<std::string, telemetry::Quantiles>> latencies() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::apps
