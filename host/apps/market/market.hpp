// The way in: node -> feed -> pool book -> engine, in one order, and the engine's answers back to who decides.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "apps/runtime/services.hpp"
#include "feed/feed.hpp"
#include "feed/node_client.hpp"
#include "pools/pool_keeper.hpp"
#include "strategy/planner.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace jitbox::apps {

struct MarketCallbacks {
    /// The head is applied to the pools and given to engine and planner.
    std::function<void(const chain::Head&)> on_head;
    std::function<void(strategy::Plan&&)> on_plan;
    /// A transaction that a plan may just have been made for is not from whom the node says: nothing may be posted for it.
    std::function<void(const Bytes32& hash, const std::string& why)> on_false_target;
    std::function<void(const Error&)> on_engine_failure;
    std::function<void(const std::string&)> on_alert;
};

struct MarketView {
    bool connected = false;
    std::uint64_t head = 0;
    std::chrono::milliseconds head_age{0}; ///< since the last head was applied
    std::size_t pools = 0;
    std::size_t pools_in_service = 0;
    std::size_t pools_quarantined = 0;
    std::size_t pending_swaps = 0;
    feed::FeedCounters feed;
    pools::KeeperCounters keeper;
};

class Market {
public:
    /// Engine, planner and node must outlive it.
    Market(const Services& services, accel::Engine& engine, strategy::Planner& planner, feed::NodeClient& node,
           MarketCallbacks callbacks);
    ~Market();
    Market(const Market&) = delete;
    Market& operator=(const Market&) = delete;

    Result<void> start();
    /// The engine is lost: nothing is submitted or drained from the next turn of the loop on. Heads and transactions are still
    /// heard.
    void hold_engine();
    /// The engine is fresh: routers, every pool that it knew, parameters and the head again. Returns how many pools.
    Result<std::size_t> reload_engine();
    [[nodiscard]] MarketView view() const;
    [[nodiscard]] const pools::PoolBook& book() const;
    [[nodiscard]] std::optional<std::uint64_t> nonce_of(const Bytes20& sender) const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::apps
