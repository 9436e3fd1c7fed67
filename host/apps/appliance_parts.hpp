// What jitd is made of: its parts in the order in which they depend on each other, and what happens between them. For the files
// appliance*.cpp only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/appliance.hpp"
#include "apps/arming/admin_port.hpp"
#include "apps/arming/arming.hpp"
#include "apps/arming/halt.hpp"
#include "apps/desk/desk.hpp"
#include "apps/desk/lane_keeper.hpp"
#include "apps/desk/rehearsal.hpp"
#include "apps/desk/settlement.hpp"
#include "apps/market/market.hpp"
#include "apps/runtime/engine_keeper.hpp"
#include "apps/watch/price_observer.hpp"
#include "apps/watch/risk_watch.hpp"
#include "audit/log.hpp"
#include "control/commands.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace jitbox::apps {

struct Appliance::Impl final : control::Appliance {
    Impl(boost::asio::io_context& context, const Config& c, std::unique_ptr<store::Journal> j, std::unique_ptr<audit::Log> a,
         std::unique_ptr<accel::Engine> e, std::unique_ptr<feed::RpcClient> r, relay::AuthKey key);

    boost::asio::io_context& io;
    Config config;
    telemetry::Metrics metrics;
    std::unique_ptr<store::Journal> journal;
    std::unique_ptr<audit::Log> audit_log;
    std::unique_ptr<feed::RpcClient> rpc;
    relay::AuthKey auth_key;
    control::Commands commands;
    control::Server server;
    EventStream events;
    TokenPrices prices;
    Services services;
    telemetry::Gauge armed_gauge;
    telemetry::Counter alerts;
    Arming arming;
    Halt halt;
    std::unique_ptr<accel::Engine> engine;
    strategy::Lanes lanes;
    strategy::Planner planner;
    risk::Gate gate;
    relay::Tracker tracker;
    Trading trading;
    feed::NodeClient node;
    signer::SigningClient signer;
    strategy::SigningStep signing;
    RiskWatch risk_watch;
    LaneKeeper lane_keeper;
    Settlement settlement;
    std::unique_ptr<relay::Client> relays;
    std::unique_ptr<Desk> desk;
    Market market;
    EngineKeeper keeper;
    AdminPort admin;
    boost::asio::steady_timer timer;
    std::unique_ptr<Rehearsal> rehearsal;
    std::unique_ptr<PriceObserver> observer;
    std::uint64_t ticks = 0;
    const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();

    // ---- start (appliance.cpp)

    Result<void> start();
    Result<void> start_observer();
    /// Only while armed, and while no signature is waited for: the HSM needs the CPU then.
    Result<void> start_rehearsals();
    /// What an earlier run left: bundles without an outcome, which are settled as if nothing had happened, and what limits
    /// remember.
    Result<void> restore();
    /// A stop that nobody has ended stands again, also where the signer has never heard of it.
    Result<void> restore_halt();
    [[nodiscard]] Result<relay::TrackedBundle> tracked_of(const store::BundleEntry& entry) const;

    // ---- the monitor, and what stops by itself (appliance_monitor.cpp)

    void tick();
    void monitor();
    void tell_health();
    void disarm_ourselves(const std::string& why);
    /// Disarms first; that it cannot be written down keeps nobody from stopping.
    void disarm_audited(const std::string& why);
    /// What jitd did or found by itself.
    void audit_own(const std::string& action, const std::string& what, const std::string& result);
    void alert(const std::string& what);
    void on_arm_state(const ArmView& view);
    void on_engine_lost(const Error& error);
    /// It has its pools again and shows what it would decide; arming is an operator's.
    void on_engine_back();
    void on_voided(const VoidingCost& cost);
    /// Stops first; that it cannot be written down keeps nobody from stopping.
    void emergency_stop(const std::string& reason);
    /// What stops in this process, at once.
    void stop_here(const std::string& reason);
    /// The signer is being told, or has latched already; the engine is frozen.
    void on_http_stop(const control::StopCaller& who, const std::string& reason);

    // ---- control::Appliance: what operators ask for (appliance_commands.cpp)

    void answer_state(const signer::Answer<signer::SignerStatus>& answer, const control::Respond& respond) const;
    void arm(const control::ArmCommand& command, control::Respond respond) override;
    static control::Answer refusal(const std::vector<Error>& objections);
    void arm_signer(const signer::ArmRequest& request, const control::Respond& respond);
    void disarm(const std::string& operator_name, const std::string& reason, control::Respond respond) override;
    void estop(const std::string& operator_name, const std::string& reason, control::Respond respond) override;
    /// The signer has not heard of a stop: answers once the journal has it, so that it is told whatever happens to jitd.
    void answer_owed(const Error& untold, const control::Respond& respond);
    void renew(const control::RenewCommand& command, control::Respond respond) override;
    void reset(const control::ResetCommand& command, control::Respond respond) override;
    void reset_signer(const control::ResetCommand& command, const control::Respond& respond);
    /// The signer has not latched this stop, or was reset by its own socket: it is asked for two people's yes all the same.
    void resume_halted(const control::ResetCommand& command, const control::Respond& respond);
    void resume(const control::ResetCommand& command);
    void approval_request(const control::Approvable& what, control::Respond respond) override;
    void status(control::Respond respond) override;
    void pools(control::Respond respond) override;
    void decisions(std::size_t limit, control::Respond respond) override;
    void bundles(std::size_t limit, control::Respond respond) override;
    void audit_verify(control::Respond respond) override;
    /// What loosens is done once the signer has two people's yes to just that.
    void risk_command(const control::RiskCommand& command, control::Respond respond) override;
    void loosen(const control::RiskCommand& command, const Loosening& what, const control::Respond& respond);
};

} // namespace jitbox::apps
