// jitd's start and end: every part is made, connected and given what an earlier run has left.
// SPDX-License-Identifier: Apache-2.0
#include "apps/appliance.hpp"

#include "apps/appliance_parts.hpp"
#include "apps/arming/release_check.hpp"
#include "apps/runtime/parts.hpp"
#include "base/hex.hpp"
#include "strategy/dispatch.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

namespace jitbox::apps {

Appliance::Impl::Impl(boost::asio::io_context& context, const Config& c, std::unique_ptr<store::Journal> j,
                      std::unique_ptr<audit::Log> a, std::unique_ptr<accel::Engine> e, std::unique_ptr<feed::RpcClient> r,
                      relay::AuthKey key)
    : io(context), config(c), journal(std::move(j)), audit_log(std::move(a)), rpc(std::move(r)), auth_key(std::move(key)),
      commands(*this, *audit_log, ::getuid()),
      server(io, {.socket_path = config.control.socket.string(), .max_line_bytes = signer::max_line_bytes},
             [this](const control::Request& request, const control::Respond& respond) { commands.handle(request, respond); }),
      events([this](const std::string& line) { server.publish(line); }, [this] { return server.has_watchers(); }), prices(config),
      services{.io = io, .config = config, .events = events, .journal = *journal, .metrics = metrics, .prices = prices},
      armed_gauge(metrics.gauge("jitbox_armed", "1 while the appliance may sign")),
      alerts(metrics.counter("jitbox_alerts_total", "alerts raised")),
      arming(services, [this](const ArmView& view) { on_arm_state(view); }), halt(services, arming, *audit_log),
      engine(std::move(e)),
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
      admin(services, *engine, [this](const control::StopCaller& who, const std::string& reason) { on_http_stop(who, reason); }),
      timer(io) {}

Result<void> Appliance::Impl::start() {
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

Result<void> Appliance::Impl::start_observer() {
    if (!config.prices.observes()) return {};
    auto made = PriceObserver::start(services, [this](const std::string& problem) {
        risk_watch.note(problem.empty() ? risk::Severity::info : risk::Severity::warning, "price_observer",
                        problem.empty() ? "prices are observed again" : problem);
    });
    if (!made) return std::unexpected(made.error());
    observer = std::move(*made);
    return {};
}

Result<void> Appliance::Impl::start_rehearsals() {
    if (config.strategy.rehearse_ms == 0) return {};
    auto made = Rehearsal::create(*relays);
    if (!made) return std::unexpected(made.error());
    rehearsal = std::move(*made);
    rehearsal->repeat(io, std::chrono::milliseconds(config.strategy.rehearse_ms),
                      [this] { return arming.armed() && !desk->signing(); });
    return {};
}

Result<void> Appliance::Impl::restore() {
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
    return restore_halt();
}

Result<void> Appliance::Impl::restore_halt() {
    const auto state = journal->risk_state();
    if (!state) return std::unexpected(state.error());
    const auto witnessed = witnessed_halt(*audit_log);
    if (!witnessed) return std::unexpected(witnessed.error());
    const auto row = state->find(halt_key);
    const std::string kept = row == state->end() ? "" : row->second;
    if (!halt.restore(kept.empty() ? *witnessed : kept)) return {};
    if (kept.empty())
        audit_own("halt_missing", halt.reason(), "the journal does not hold this halt any more: somebody took it out");
    engine->freeze();
    gate.halt(halt.reason());
    alert("an emergency stop of an earlier run stands: " + halt.objection());
    return {};
}

Result<relay::TrackedBundle> Appliance::Impl::tracked_of(const store::BundleEntry& entry) const {
    const auto& pools = planner.config().pools;
    const auto pool = std::ranges::find_if(pools, [&entry](const auto& p) { return to_hex(p.address) == entry.pool; });
    if (pool == pools.end()) {
        return fail("journal: bundle " + entry.uuid + " is open on the pool " + entry.pool + ", which is not configured",
                    "configure the pool until the bundle has its outcome");
    }
    return strategy::tracked(entry, *pool, config.chain.executor);
}

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
