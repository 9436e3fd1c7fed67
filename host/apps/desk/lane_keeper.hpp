// Keeps lanes moving: fills them at start, recalls what a crash lost, publishes what must be voided, and frees them by the chain.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/services.hpp"
#include "feed/node_client.hpp"
#include "risk/gate.hpp"
#include "signer/client.hpp"
#include "strategy/lanes.hpp"
#include "strategy/signing.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

namespace jitbox::apps {

/// What voiding a bundle cost, once both receipts are there.
struct VoidingCost {
    std::string bundle; ///< as Lane::bundle
    chain::u256 gas_cost_wei = 0;
};

class LaneKeeper {
public:
    using OnVoided = std::function<void(const VoidingCost&)>;

    LaneKeeper(const Services& services, strategy::Lanes& lanes, signer::SigningClient& signer, strategy::SigningStep& signing,
               feed::NodeClient& node, OnVoided on_voided);
    ~LaneKeeper();
    LaneKeeper(const LaneKeeper&) = delete;
    LaneKeeper& operator=(const LaneKeeper&) = delete;

    /// Asks signer and node for the lanes until both have answered once; call it again and again until ready().
    void prepare();
    [[nodiscard]] bool ready() const;
    /// Publishes what voids and asks for the nonces of the lanes that wait.
    void on_head(const chain::Head& head);
    /// Recalls uncertain lanes; needs an armed signer.
    void recover();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::apps
