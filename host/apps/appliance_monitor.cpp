// Ten times a second: is what jitd stands on still there? And what stops or goes on when it is not.
// SPDX-License-Identifier: Apache-2.0
#include "apps/appliance_parts.hpp"
#include "apps/runtime/parts.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace jitbox::apps {
namespace {

using namespace std::chrono_literals;
using telemetry::Level;

constexpr auto monitor_period = 100ms;         // RISK-3, ARM-3: 10 Hz
constexpr int prepare_every = 5;               // monitor periods
constexpr std::uint64_t lost_after_blocks = 2; // ARM-3: losing the node for two blocks disarms

} // namespace

void Appliance::Impl::tick() {
    timer.expires_after(monitor_period);
    timer.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        ++ticks;
        monitor();
        tick();
    });
}

void Appliance::Impl::monitor() {
    arming.beat();
    if (ticks % prepare_every == 0) lane_keeper.prepare();
    risk_watch.accessed({.requests = commands.requests() + server.malformed() + admin.counts().requests,
                         .refusals = commands.refusals() + server.malformed() + admin.counts().refusals});
    risk_watch.tick();
    armed_gauge.set(arming.armed() ? 1 : 0);
    tell_health();
    keeper.check();
    if (!halt.standing() && engine->stopped_by_hardware()) emergency_stop("the card's stop line");
    halt.tick();
    if (!arming.armed()) return;
    if (!keeper.error().empty()) disarm_ourselves("engine: " + keeper.error());
    lane_keeper.recover();
    const auto limit = std::chrono::seconds(lost_after_blocks * config.chain.block_time_s);
    const MarketView view = market.view();
    if (view.head_age > limit) disarm_ourselves(fmt::format("no head for {} ms", view.head_age.count()));
    if (const std::string broken = journal->last_error(); !broken.empty()) disarm_ourselves("journal: " + broken);
    if (const std::string lost = audit_problem(config, *audit_log); !lost.empty()) disarm_ourselves(lost);
}

void Appliance::Impl::tell_health() {
    const MarketView view = market.view();
    admin.tell({.state = arming.view().state,
                .node = view.connected && view.head > 0 &&
                        view.head_age <= std::chrono::seconds(lost_after_blocks * config.chain.block_time_s),
                .signer = arming.view().signer_reachable,
                .engine = keeper.error()});
}

void Appliance::Impl::disarm_ourselves(const std::string& why) {
    if (!arming.armed()) return;
    alerts.add();
    risk_watch.note(risk::Severity::critical, "disarmed", why);
}

void Appliance::Impl::disarm_audited(const std::string& why) {
    arming.disarm("jitd", why, [](const auto&) {});
    audit_own("disarm", why, "done");
}

void Appliance::Impl::audit_own(const std::string& action, const std::string& what, const std::string& result) {
    const auto written = audit_log->append({.user = "jitd",
                                            .action = action,
                                            .resource = what,
                                            .result = result,
                                            .source = fmt::format("pid={}", ::getpid()),
                                            .agent = "jitd",
                                            .session = "-"});
    if (!written) telemetry::log(Level::critical, "audit_append_failed", {{"action", action}, {"error", written.error().what}});
}

void Appliance::Impl::alert(const std::string& what) {
    alerts.add();
    risk_watch.note(risk::Severity::error, "alert", what);
}

void Appliance::Impl::on_arm_state(const ArmView& view) {
    events.note(Level::warning, "state", fmt::format("{}: {}", signer::to_text(view.state), view.cause),
                {{"state", signer::to_text(view.state)}});
    armed_gauge.set(view.state == signer::ArmState::armed ? 1 : 0);
    // The signer was stopped by another way (its own socket or signal, or before we started): all of it stops here too.
    if (view.state == signer::ArmState::tripped && !halt.standing()) stop_here(view.cause);
}

void Appliance::Impl::on_engine_lost(const Error& error) {
    market.hold_engine();
    alert("engine: " + error.text());
    disarm_ourselves("engine: " + error.what);
}

void Appliance::Impl::on_engine_back() {
    if (!halt.standing()) engine->unfreeze();
    const auto reloaded = market.reload_engine();
    if (!reloaded) {
        keeper.lost(reloaded.error());
        return;
    }
    events.note(Level::warning, "engine",
                fmt::format("back after a reset, {} pool(s) reloaded; arming is allowed again", *reloaded), {});
}

void Appliance::Impl::on_voided(const VoidingCost& cost) {
    if (cost.gas_cost_wei == 0) return;
    const auto loss = -static_cast<chain::i256>(cost.gas_cost_wei);
    gate.book(loss, std::chrono::system_clock::now());
    risk_watch.booked(loss);
    if (!journal->enqueue(
            store::CostEntry{.time_ns = wall_ns(), .what = "voided " + cost.bundle, .wei = chain::to_decimal(cost.gas_cost_wei)})) {
        alert("journal: the queue is full, the cost of voiding " + cost.bundle + " is not recorded");
    }
    telemetry::log(Level::info, "voiding_cost", {{"bundle", cost.bundle}, {"wei", chain::to_decimal(cost.gas_cost_wei)}});
}

void Appliance::Impl::emergency_stop(const std::string& reason) {
    stop_here(reason);
    arming.estop("jitd", reason, [](const auto&) {});
    audit_own("estop", reason, "done");
}

void Appliance::Impl::stop_here(const std::string& reason) {
    engine->freeze();
    gate.halt(reason);
    halt.begin(reason);
    if (desk) desk->cancel_all(market.view().head);
    alert("emergency stop: " + reason);
}

void Appliance::Impl::on_http_stop(const control::StopCaller& who, const std::string& reason) {
    arming.stopped_elsewhere("emergency stop: " + reason);
    stop_here(reason);
    audit_http_stop(*audit_log, who);
}

} // namespace jitbox::apps
