// The risk limits at work: what the vault is worth, what the monitor finds, what follows from it (protection levels, disarming),
// and what operators see and decide of it. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/services.hpp"
#include "apps/runtime/trading.hpp"
#include "apps/watch/loosening.hpp"
#include "apps/watch/risk_view.hpp"
#include "apps/watch/vault.hpp"
#include "control/commands.hpp"
#include "relay/outcome.hpp"
#include "risk/access.hpp"
#include "risk/events.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace jitbox::apps {

struct RiskCallbacks {
    std::function<bool()> armed;
    /// signer::limits_digest() of what the signer holds the next arming against; empty: it never armed, or is not known yet.
    std::function<std::string()> limits_at_signer;
    /// A critical event: the appliance must be disarmed, with this cause.
    std::function<void(const std::string& why)> disarm;
    /// The protection level is EMERGENCY: bundles that are out are withdrawn.
    std::function<void()> withdraw;
    /// To the audit log: what jitd itself has found that an operator must be able to find again.
    std::function<void(const std::string& action, const std::string& what)> audit;
};

/// All calls on the io_context's thread; the monitor has its own.
class RiskWatch {
public:
    RiskWatch(const Services& services, TokenPrices& prices, Trading& trading, feed::NodeClient& node, RiskCallbacks callbacks);
    ~RiskWatch();
    RiskWatch(const RiskWatch&) = delete;
    RiskWatch& operator=(const RiskWatch&) = delete;

    /// What an earlier run left in the journal: results of the window, level, unacknowledged alert, orders. Gives each of `open`
    /// (the bundles without an outcome) its ticket. Then the prices are read once and the monitor starts. Errors: the journal.
    [[nodiscard]] Result<void> start(std::vector<relay::TrackedBundle>& open);
    void on_head(const chain::Head& head);
    /// Once a monitor period: tells the monitor how things are.
    void tick();

    /// A risk event: ring, journal, log, metrics. Critical: disarms, and wants to be acknowledged before arming.
    void note(risk::Severity severity, const std::string& rule, const std::string& text);
    void refused(const risk::Refusal& refusal);
    void posted(std::int64_t frame_to_post_ns);
    /// A result that the gate has booked.
    void booked(const chain::i256& profit_wei);
    void ended(const Bytes20& pool, bool included);
    /// Once a monitor period: how often the appliance was spoken to, and refused, since the start.
    void accessed(const risk::AccessCounts& totals);
    /// Every critical event so far is known to an operator.
    void acknowledge(const std::string& who);

    /// Why the appliance may not be armed; each with what to do.
    [[nodiscard]] std::vector<Error> objections() const;
    /// An arming has succeeded: its limits are what later ones are compared with.
    void armed();
    /// What `command` loosens, which needs two people; nothing: it tightens, and one may. Errors: no such level, nothing to accept.
    [[nodiscard]] Result<std::optional<Loosening>> loosening(const control::RiskCommand& command) const;
    [[nodiscard]] RiskView view() const;
    /// Does it: what loosening() needs has been asked for before.
    void answer(const control::RiskCommand& command, const control::Respond& respond);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::apps
