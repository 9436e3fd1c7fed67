// Wiring: the members below are the appliance, in the order in which they depend on each other.
// SPDX-License-Identifier: Apache-2.0
#include "apps/appliance.hpp"

#include "apps/arming/admin_port.hpp"
#include "apps/arming/arming.hpp"
#include "apps/arming/halt.hpp"
#include "apps/arming/lease_requests.hpp"
#include "apps/arming/preconditions.hpp"
#include "apps/arming/release_check.hpp"
#include "apps/desk/desk.hpp"
#include "apps/desk/lane_keeper.hpp"
#include "apps/desk/rehearsal.hpp"
#include "apps/desk/settlement.hpp"
#include "apps/market/market.hpp"
#include "apps/reports.hpp"
#include "apps/runtime/engine_keeper.hpp"
#include "apps/runtime/parts.hpp"
#include "apps/watch/price_observer.hpp"
#include "apps/watch/risk_watch.hpp"
#include "base/hex.hpp"
#include "control/commands.hpp"
#include "strategy/dispatch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

namespace jitbox::apps {
namespace {

using namespace std::chrono_literals;
using control::Answer;
using control::Respond;
using telemetry::Level;

constexpr auto monitor_period = 100ms;         // RISK-3, ARM-3: 10 Hz
constexpr int prepare_every = 5;               // monitor periods
constexpr std::uint64_t lost_after_blocks = 2; // ARM-3: losing the node for two blocks disarms

} // namespace

struct Appliance::Impl final : control::Appliance {
    Impl(boost::asio::io_context& context, const Config& c, std::unique_ptr<store::Journal> j, std::unique_ptr<audit::Log> a,
         std::unique_ptr<accel::Engine> e, std::unique_ptr<feed::RpcClient> r, relay::AuthKey key)
        : io(context), config(c), journal(std::move(j)), audit_log(std::move(a)), rpc(std::move(r)), auth_key(std::move(key)),
          commands(*this, *audit_log, ::getuid()),
          server(io, {.socket_path = config.control.socket.string(), .max_line_bytes = signer::max_line_bytes},
                 [this](const control::Request& request, const Respond& respond) { commands.handle(request, respond); }),
          events([this](const std::string& line) { server.publish(line); }, [this] { return server.has_watchers(); }),
          prices(config),
          services{.io = io, .config = config, .events = events, .journal = *journal, .metrics = metrics, .prices = prices},
          armed_gauge(metrics.gauge("jitbox_armed", "1 while the appliance may sign")),
          alerts(metrics.counter("jitbox_alerts_total", "alerts raised")),
          arming(services, [this](const ArmView& view) { on_arm_state(view); }), halt(config, arming), engine(std::move(e)),
          planner(planner_config(config, prices), lanes, [this](const Bytes20& sender) { return market.nonce_of(sender); }),
          gate(risk_limits(config), screen_rules(config)),
          trading{.lanes = lanes, .planner = planner, .gate = gate, .tracker = tracker, .totals = {}}, node(*rpc),
          signer(io, config.signer.signing_socket.string(), std::chrono::milliseconds(config.signer.timeout_ms)),
          signing(strategy::signing_port(signer), lanes),
          risk_watch(services, prices, trading, node,
                     {.armed = [this] { return arming.armed(); },
                      .limits_at_signer = [this] { return arming.view().signer.limits_digest; },
                      .disarm = [this](const std::string& why) { disarm_audited(why); },
                      .withdraw =
                          [this] {
                              if (desk) desk->cancel_all(market.view().head);
                          },
                      .audit = [this](const std::string& action, const std::string& what) { audit_own(action, what, "noted"); }}),
          lane_keeper(services, lanes, signer, signing, node, [this](const VoidingCost& cost) { on_voided(cost); }),
          settlement(services, trading, node,
                     {.on_settled = [this](const chain::Head& head) { lane_keeper.on_head(head); },
                      .on_booked = [this](const chain::i256& profit_wei) { risk_watch.booked(profit_wei); },
                      .on_ended = [this](const Bytes20& pool, bool included) { risk_watch.ended(pool, included); },
                      .on_partial = [this](const std::string& why) { emergency_stop("unbundled: " + why); },
                      .on_alert = [this](const std::string& what) { alert(what); }}),
          market(services, *engine, planner, node,
                 {.on_head =
                      [this](const chain::Head& head) {
                          settlement.on_head(head);
                          risk_watch.on_head(head);
                      },
                  .on_plan = [this](strategy::Plan&& plan) { desk->take(std::move(plan)); },
                  .on_false_target =
                      [this](const Bytes32& hash, const std::string& why) {
                          desk->refuse_target(hash);
                          alert("transaction " + to_hex(hash) + ": " + why);
                      },
                  .on_engine_failure = [this](const Error& error) { keeper.lost(error); },
                  .on_alert = [this](const std::string& what) { alert(what); }}),
          keeper(io, *engine,
                 {.on_lost = [this](const Error& error) { on_engine_lost(error); }, .on_back = [this] { on_engine_back(); }}),
          admin(services, *engine,
                [this](const control::StopCaller& who, const std::string& reason) { on_http_stop(who, reason); }),
          timer(io) {}

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

    // ---- start

    Result<void> start() {
        auto client = relay::Client::create(io, relay_configs(config), std::move(auth_key));
        if (!client) return std::unexpected(client.error());
        relays = std::move(*client);
        desk = std::make_unique<Desk>(services, trading, risk_watch, arming, signing, *relays);
        relays->warm_up();
        if (auto restored = restore(); !restored) return restored;
        if (auto listening = server.start(); !listening) return listening;
        if (auto listening = admin.start(); !listening) return listening;
        // Whatever a former jitd left armed ends here (ARM-1). A tripped signer stays tripped.
        arming.disarm("jitd", "jitd started", [](const auto&) {});
        if (auto running = market.start(); !running) return running;
        tick();
        if (auto observing = start_observer(); !observing) return observing;
        return start_rehearsals();
    }

    Result<void> start_observer() {
        if (!config.prices.observes()) return {};
        auto made = PriceObserver::start(services, [this](const std::string& problem) {
            risk_watch.note(problem.empty() ? risk::Severity::info : risk::Severity::warning, "price_observer",
                            problem.empty() ? "prices are observed again" : problem);
        });
        if (!made) return std::unexpected(made.error());
        observer = std::move(*made);
        return {};
    }

    /// Only while armed, and while no signature is waited for: the HSM needs the CPU then.
    Result<void> start_rehearsals() {
        if (config.strategy.rehearse_ms == 0) return {};
        auto made = Rehearsal::create(*relays);
        if (!made) return std::unexpected(made.error());
        rehearsal = std::move(*made);
        rehearsal->repeat(io, std::chrono::milliseconds(config.strategy.rehearse_ms),
                          [this] { return arming.armed() && !desk->signing(); });
        return {};
    }

    /// What an earlier run left: bundles without an outcome, which are settled as if nothing had happened, and what limits
    /// remember.
    Result<void> restore() {
        const auto open = journal->open_bundles();
        if (!open) return std::unexpected(open.error());
        std::vector<relay::TrackedBundle> bundles;
        for (const store::BundleView& view : *open) {
            auto bundle = tracked_of(view.bundle);
            if (!bundle) return std::unexpected(bundle.error());
            bundles.push_back(std::move(*bundle));
        }
        if (auto watching = risk_watch.start(bundles); !watching) return watching;
        for (relay::TrackedBundle& bundle : bundles) tracker.add(std::move(bundle));
        return {};
    }

    [[nodiscard]] Result<relay::TrackedBundle> tracked_of(const store::BundleEntry& entry) const {
        const auto& pools = planner.config().pools;
        const auto pool = std::ranges::find_if(pools, [&entry](const auto& p) { return to_hex(p.address) == entry.pool; });
        if (pool == pools.end()) {
            return fail("journal: bundle " + entry.uuid + " is open on the pool " + entry.pool + ", which is not configured",
                        "configure the pool until the bundle has its outcome");
        }
        return strategy::tracked(entry, *pool, config.chain.executor);
    }

    // ---- the monitor

    void tick() {
        timer.expires_after(monitor_period);
        timer.async_wait([this](const boost::system::error_code& error) {
            if (error) return;
            ++ticks;
            monitor();
            tick();
        });
    }

    void monitor() {
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
        if (const std::string lost = anchor_problem(config, *audit_log); !lost.empty()) disarm_ourselves(lost);
    }

    void tell_health() {
        const MarketView view = market.view();
        admin.tell({.state = arming.view().state,
                    .node = view.connected && view.head > 0 &&
                            view.head_age <= std::chrono::seconds(lost_after_blocks * config.chain.block_time_s),
                    .signer = arming.view().signer_reachable,
                    .engine = keeper.error()});
    }

    void disarm_ourselves(const std::string& why) {
        if (!arming.armed()) return;
        alerts.add();
        risk_watch.note(risk::Severity::critical, "disarmed", why);
    }

    /// Disarms first; that it cannot be written down keeps nobody from stopping.
    void disarm_audited(const std::string& why) {
        arming.disarm("jitd", why, [](const auto&) {});
        audit_own("disarm", why, "done");
    }

    /// What jitd did or found by itself.
    void audit_own(const std::string& action, const std::string& what, const std::string& result) {
        const auto written = audit_log->append({.user = "jitd",
                                                .action = action,
                                                .resource = what,
                                                .result = result,
                                                .source = fmt::format("pid={}", ::getpid()),
                                                .agent = "jitd",
                                                .session = "-"});
        if (!written) telemetry::log(Level::critical, "audit_append_failed", {{"action", action}, {"error", written.error().what}});
    }

    void alert(const std::string& what) {
        alerts.add();
        risk_watch.note(risk::Severity::error, "alert", what);
    }

    void on_arm_state(const ArmView& view) {
        events.note(Level::warning, "state", fmt::format("{}: {}", signer::to_text(view.state), view.cause),
                    {{"state", signer::to_text(view.state)}});
        armed_gauge.set(view.state == signer::ArmState::armed ? 1 : 0);
        // The signer was stopped by another way (its own socket or signal, or before we started): all of it stops here too.
        if (view.state == signer::ArmState::tripped && !halt.standing()) stop_here(view.cause);
    }

    void on_engine_lost(const Error& error) {
        market.hold_engine();
        alert("engine: " + error.text());
        disarm_ourselves("engine: " + error.what);
    }

    /// It has its pools again and shows what it would decide; arming is an operator's.
    void on_engine_back() {
        if (!halt.standing()) engine->unfreeze();
        const auto reloaded = market.reload_engine();
        if (!reloaded) {
            keeper.lost(reloaded.error());
            return;
        }
        events.note(Level::warning, "engine",
                    fmt::format("back after a reset, {} pool(s) reloaded; arming is allowed again", *reloaded), {});
    }

    void on_voided(const VoidingCost& cost) {
        if (cost.gas_cost_wei == 0) return;
        const auto loss = -static_cast<chain::i256>(cost.gas_cost_wei);
        gate.book(loss, std::chrono::system_clock::now());
        risk_watch.booked(loss);
        if (!journal->enqueue(store::CostEntry{
                .time_ns = wall_ns(), .what = "voided " + cost.bundle, .wei = chain::to_decimal(cost.gas_cost_wei)})) {
            alert("journal: the queue is full, the cost of voiding " + cost.bundle + " is not recorded");
        }
        telemetry::log(Level::info, "voiding_cost", {{"bundle", cost.bundle}, {"wei", chain::to_decimal(cost.gas_cost_wei)}});
    }

    /// Stops first; that it cannot be written down keeps nobody from stopping.
    void emergency_stop(const std::string& reason) {
        stop_here(reason);
        arming.estop("jitd", reason, [](const auto&) {});
        audit_own("estop", reason, "done");
    }

    /// What stops in this process, at once.
    void stop_here(const std::string& reason) {
        engine->freeze();
        gate.halt(reason);
        halt.begin(reason);
        if (desk) desk->cancel_all(market.view().head);
        alert("emergency stop: " + reason);
    }

    /// The signer is being told, or has latched already; the engine is frozen.
    void on_http_stop(const control::StopCaller& who, const std::string& reason) {
        arming.stopped_elsewhere("emergency stop: " + reason);
        stop_here(reason);
        audit_http_stop(*audit_log, who);
    }

    // ---- control::Appliance

    void answer_state(const signer::Answer<signer::SignerStatus>& answer, const Respond& respond) const {
        if (answer) {
            respond(state_report(arming));
        } else {
            respond(std::unexpected(answer.error().error()));
        }
    }

    void arm(const control::ArmCommand& command, Respond respond) override {
        auto asked = arm_request(config, prices, command);
        if (!asked) {
            respond(std::unexpected(asked.error()));
            return;
        }
        check_preconditions(
            {.services = services,
             .market = market,
             .arming = arming,
             .node = node,
             .lanes_ready = lane_keeper.ready(),
             .engine_error = keeper.error(),
             .engine_is_card = engine->info().name != "native",
             .unresolved_alert = halt.reason(),
             .audit_problem = anchor_problem(config, *audit_log),
             .risk_objections = risk_watch.objections()},
            [this, request = std::move(*asked), respond = std::move(respond)](const std::vector<Error>& objections) {
                if (halt.standing() && objections.empty()) {
                    respond(fail("arm: stopped meanwhile: " + halt.reason(), "jitctl reset after looking"));
                } else if (objections.empty()) {
                    arm_signer(request, respond);
                } else {
                    respond(refusal(objections));
                }
            });
    }

    static Answer refusal(const std::vector<Error>& objections) {
        std::string text = fmt::format("refused, {} reason(s):", objections.size());
        for (const Error& objection : objections) text += "\n  - " + objection.text();
        return fail(text);
    }

    void arm_signer(const signer::ArmRequest& request, const Respond& respond) {
        arming.arm(request, [this, respond](const signer::Answer<signer::SignerStatus>& answer) {
            if (answer) {
                risk_watch.armed();
                if (keeper.error().empty()) engine->unfreeze(); // else the monitor disarms in its next turn
                lane_keeper.recover();
            }
            answer_state(answer, respond);
        });
    }

    void disarm(const std::string& operator_name, const std::string& reason, Respond respond) override {
        arming.disarm(operator_name, reason,
                      [this, respond = std::move(respond)](const auto& answer) { answer_state(answer, respond); });
    }

    void estop(const std::string& operator_name, const std::string& reason, Respond respond) override {
        stop_here(reason);
        arming.estop(operator_name, reason,
                     [this, respond = std::move(respond)](const auto& answer) { answer_state(answer, respond); });
    }

    void renew(const control::RenewCommand& command, Respond respond) override {
        auto asked = renew_request(command);
        if (!asked) {
            respond(std::unexpected(asked.error()));
            return;
        }
        arming.renew(std::move(*asked),
                     [this, respond = std::move(respond)](const auto& answer) { answer_state(answer, respond); });
    }

    void reset(const control::ResetCommand& command, Respond respond) override {
        if (engine->stop_line_on()) { // it would trip again at once
            respond(fail("the card's stop line is on", "take it off at the card, then reset"));
            return;
        }
        if (halt.standing() && !halt.signer_tripped())
            resume_halted(command, respond);
        else
            reset_signer(command, respond);
    }

    void reset_signer(const control::ResetCommand& command, const Respond& respond) {
        auto asked = reset_request(command);
        if (!asked) {
            respond(std::unexpected(asked.error()));
            return;
        }
        arming.reset(std::move(*asked), [this, command, respond](const signer::Answer<signer::SignerStatus>& answer) {
            if (answer) resume(command);
            answer_state(answer, respond);
        });
    }

    /// The signer has not latched this stop, or was reset by its own socket: it is asked for two people's yes all the same.
    void resume_halted(const control::ResetCommand& command, const Respond& respond) {
        const std::string subject = halt.subject(command);
        auto asked = endorse_request(command.operator_name, command.approvals, resume_action, subject);
        if (!asked) {
            respond(std::unexpected(asked.error()));
            return;
        }
        arming.endorse(std::move(*asked), [this, command, subject, respond](const signer::Answer<signer::SignerStatus>& endorsed) {
            if (endorsed && (!halt.standing() || halt.subject(command) != subject)) {
                respond(fail("reset: another stop came meanwhile", "look again, and approve again"));
                return;
            }
            if (endorsed) resume(command);
            answer_state(endorsed, respond);
        });
    }

    void resume(const control::ResetCommand& command) {
        gate.resume();
        halt.end();
        risk_watch.acknowledge(command.operator_name + " (reset: " + command.reason + ")");
        if (keeper.error().empty()) engine->unfreeze();
    }

    void approval_request(const control::Approvable& what, Respond respond) override {
        const auto* const reset = std::get_if<control::ResetCommand>(&what);
        if (reset != nullptr && halt.standing() && !halt.signer_tripped()) {
            respond(loosening_report({.action = resume_action, .subject = halt.subject(*reset)}));
            return;
        }
        const auto* const risk = std::get_if<control::RiskCommand>(&what);
        const auto loosens = risk == nullptr ? Result<std::optional<Loosening>>(std::nullopt) : risk_watch.loosening(*risk);
        if (!loosens) {
            respond(std::unexpected(loosens.error()));
            return;
        }
        const std::optional<Loosening>& named = *loosens;
        respond(named ? loosening_report(*named) : approval_report(config, prices, arming.view(), what));
    }

    void status(Respond respond) override {
        respond(status_report(
            {.services = services,
             .arming = arming,
             .market = market,
             .engine = *engine,
             .lanes = lanes,
             .usage = gate.usage(std::chrono::system_clock::now()),
             .risk = risk_watch.view(),
             .bundles = trading.totals,
             .latencies = desk->latencies(),
             .admin_port = admin.port(),
             .uptime = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - started)}));
    }

    void pools(Respond respond) override { respond(pools_report(services, market)); }
    void decisions(std::size_t limit, Respond respond) override { respond(decisions_report(*journal, limit)); }
    void bundles(std::size_t limit, Respond respond) override { respond(bundles_report(*journal, limit)); }
    void audit_verify(Respond respond) override { respond(audit_report(*audit_log)); }
    /// What loosens is done once the signer has two people's yes to just that.
    void risk_command(const control::RiskCommand& command, Respond respond) override {
        const auto loosens = risk_watch.loosening(command);
        if (!loosens) {
            respond(std::unexpected(loosens.error()));
            return;
        }
        const std::optional<Loosening>& named = *loosens;
        if (named)
            loosen(command, *named, respond);
        else
            risk_watch.answer(command, respond);
    }

    void loosen(const control::RiskCommand& command, const Loosening& what, const Respond& respond) {
        auto asked = endorse_request(command.operator_name, command.approvals, what.action, what.subject);
        if (!asked) {
            respond(std::unexpected(asked.error()));
            return;
        }
        if (command.kind == control::RiskCommand::Kind::limits) asked->limits = signer::format_limit_terms(limit_terms(config));
        arming.endorse(std::move(*asked), [this, command, what, respond](const signer::Answer<signer::SignerStatus>& endorsed) {
            // Limits are those of the file that this process has read; a level may have moved meanwhile.
            const bool moves = command.kind == control::RiskCommand::Kind::level;
            const auto now = moves ? risk_watch.loosening(command) : Result<std::optional<Loosening>>(what);
            if (!endorsed) {
                respond(std::unexpected(endorsed.error().error()));
            } else if (!now || *now != what) {
                respond(fail("risk: what was approved is not what stands now", "look again, and approve again"));
            } else {
                risk_watch.answer(command, respond);
            }
        });
    }
};

Appliance::Appliance(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Appliance::~Appliance() = default;

Result<std::unique_ptr<Appliance>> Appliance::start(boost::asio::io_context& io, const Config& config) {
    (void)installed_release(config); // as it is now: what is replaced later does not become what was released
    std::error_code error;
    for (const auto& directory : {config.paths.runtime_dir, config.paths.state_dir}) {
        std::filesystem::create_directories(directory, error);
        if (error) return fail("jitd: cannot make " + directory.string() + ": " + error.message(), "check [paths] and its owner");
    }
    auto journal = store::Journal::open((config.paths.state_dir / "journal.db").string());
    if (!journal) return std::unexpected(journal.error());
    auto audit_log = open_audit(config);
    if (!audit_log) return std::unexpected(audit_log.error());
    auto engine = open_engine(config);
    if (!engine) return std::unexpected(engine.error());
    auto auth_key = relay::AuthKey::load_or_create(config.relay.auth_key_file.string());
    if (!auth_key) return std::unexpected(auth_key.error());
    auto rpc = feed::make_rpc_client(io, {.url = config.chain.node_ws, .ca_file = config.chain.node_ca_file.string()});
    if (!rpc) return std::unexpected(rpc.error());
    auto impl = std::make_unique<Impl>(io, config, std::move(*journal), std::move(*audit_log), std::move(*engine), std::move(*rpc),
                                       std::move(*auth_key));
    if (auto started = impl->start(); !started) return std::unexpected(started.error());
    return std::unique_ptr<Appliance>(new Appliance(std::move(impl)));
}

void Appliance::shut_down(std::function<void()> done) {
    impl_->timer.cancel();
    impl_->rehearsal.reset();
    impl_->observer.reset();
    impl_->server.stop();
    impl_->arming.disarm("jitd", "jitd stops", [done = std::move(done)](const auto&) { done(); });
}

void Appliance::emergency_stop(const std::string& reason) {
    impl_->emergency_stop(reason);
}

} // namespace jitbox::apps
