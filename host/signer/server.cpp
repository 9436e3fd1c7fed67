// The signer put together.
// SPDX-License-Identifier: Apache-2.0
#include "signer/server.hpp"

#include "audit/anchor.hpp"
#include "base/urgent_thread.hpp"
#include "manifest/sha256.hpp"
#include "signer/control_service.hpp"
#include "signer/lane_keys.hpp"
#include "signer/line_server.hpp"
#include "signer/patient_report.hpp"
#include "signer/signing_service.hpp"

#include <boost/asio.hpp>

#include <algorithm>
#include <csignal>

namespace jitbox::signer {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds watch_interval{100};
constexpr std::size_t max_signing_connections = 8;

/// The control thread goes before whatever else runs on the machine, so that a stop is answered under any load. It never computes
/// for long: it parses short lines and posts work to others. Where the unit does not allow it (LimitRTPRIO=10), it is one thread of
/// many.
void put_before_others(const Server::Report& report) {
    if (!make_this_thread_urgent()) report("no_realtime_priority", "a stop is answered with ordinary priority; set LimitRTPRIO=10");
}

} // namespace

struct Server::Impl {
    Impl(Config conf, Report rep)
        : config(std::move(conf)), log_lines(std::move(rep)),
          report([this](const std::string& event, const std::string& text) { log_lines(event, text); }) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        signing_thread.stop();
        admin.drain(); // a stop that was just ordered is still written down
        hsm.reset();   // the last that reports
        log_lines.drain();
    }

    Result<void> open();
    [[nodiscard]] Result<std::unique_ptr<audit::Log>> open_audit() const;
    /// What stands against signing: somebody changed the audit log, or records do not get to its anchor. Empty: nothing does.
    [[nodiscard]] std::string audit_problem() const;
    /// What stands against arming: the same, or that the log is still being verified.
    [[nodiscard]] std::string audit_objection() const;
    Result<void> open_books();
    Result<void> listen();
    SignerStatus status();
    void watch();
    void on_signal();

    Config config;
    PatientReport log_lines;
    const Report report;                                                                    ///< never waits
    const std::string own_binary = manifest::sha256_of_file("/proc/self/exe").value_or(""); ///< of this program, for the manifest
    std::unique_ptr<audit::Log> audit_log;
    std::unique_ptr<TripFile> trip_file;
    std::unique_ptr<BookWitness> approvals_witness; // before the books, which write through them
    std::unique_ptr<BookWitness> limits_witness;
    std::unique_ptr<ApprovalBook> approvals;
    std::unique_ptr<LimitsBook> limits;
    std::unique_ptr<ArmLatch> latch;
    std::unique_ptr<Menu> menu;
    asio::io_context control_io;
    Worker admin; // the contexts outlive all that posts to them; ~Impl ends the threads first
    Worker signing_thread;
    std::unique_ptr<ControlService> control; // before what calls it
    std::unique_ptr<HsmPool> hsm;
    std::unique_ptr<SigningService> signing;
    std::unique_ptr<LineServer> control_socket;
    std::unique_ptr<LineServer> signing_socket;
    std::unique_ptr<asio::steady_timer> timer;
    std::unique_ptr<asio::signal_set> signals;
    LaneKeys lane_keys{[this](const std::string& event, const std::string& text) { control->note(event, text); }};
    ArmState last_state = ArmState::disarmed;
};

Result<std::unique_ptr<audit::Log>> Server::Impl::open_audit() const {
    if (config.audit_anchor.empty()) return audit::Log::open(config.audit_path());
    auto anchor = audit::make_anchor(config.audit_anchor, config.audit_path());
    if (!anchor) return std::unexpected(anchor.error());
    return audit::Log::open(config.audit_path(), std::move(*anchor), audit::Scrub{});
}

std::string Server::Impl::audit_problem() const {
    if (std::string damage = audit_log->scrub_status().damage; !damage.empty()) return damage;
    const audit::AnchorStatus status = audit_log->anchor_status();
    if (status.behind <= config.anchor_max_behind) return {};
    return "the audit log's anchor " + status.name + " is " + std::to_string(status.behind.count()) +
           " ms behind: " + (status.error.empty() ? "it does not answer" : status.error);
}

std::string Server::Impl::audit_objection() const {
    std::string problem = audit_problem();
    return problem.empty() && audit_log->scrub_status().pending ? audit::still_verified : problem;
}

Result<void> Server::Impl::open() {
    auto log = open_audit();
    if (!log) return std::unexpected(log.error());
    audit_log = std::move(*log);
    auto trip = TripFile::open(config.trip_path());
    if (!trip) return std::unexpected(trip.error());
    trip_file = std::move(*trip);
    if (auto known = open_books(); !known) return known;
    latch = std::make_unique<ArmLatch>(Clock::real(), trip_file->tripped(), config.max_beat_gap);
    menu = std::make_unique<Menu>(config.menu_candidates, config.menu_max_age);
    last_state = latch->view().state;
    control = std::make_unique<ControlService>(
        ControlService::Parts{.latch = *latch,
                              .audit = *audit_log,
                              .trip_file = *trip_file,
                              .approvals = *approvals,
                              .limits = *limits,
                              .config = config,
                              .status = [this] { return status(); },
                              .key_objection = [this] { return lane_keys.objection(std::chrono::system_clock::now()); },
                              .audit_objection = [this] { return audit_objection(); },
                              .drop_menu = [this] { menu->drop_all(); },
                              .on_admin = [this](ControlService::Task task) { asio::post(admin.io(), std::move(task)); },
                              .on_control = [this](ControlService::Task task) { asio::post(control_io, std::move(task)); },
                              .report = report});
    auto ledger = Ledger::open(config.ledger_path());
    if (!ledger) return std::unexpected(ledger.error());
    const auto labels = config.hsm.token.key_labels;
    hsm = std::make_unique<HsmPool>(std::move(config.hsm), [this](const std::string& reason) {
        latch->hsm_fault(reason);
        menu->drop_all();
        control->note("hsm_fault", reason);
    });
    if (auto started = hsm->start(); !started) return started;
    const auto told = [this](const std::string& why) { report("book_distrusted", why); };
    if (auto known = lane_keys.know(config, labels, hsm->addresses(), told); !known) return known;
    signing = std::make_unique<SigningService>(config.limits, labels, *latch, std::move(*ledger), *hsm, *menu, report);
    return signing->load();
}

/// What people allowed and the limits of the last arming, held against the audit log.
Result<void> Server::Impl::open_books() {
    const auto told = [this](const std::string& why) { report("book_distrusted", why); };
    approvals_witness = std::make_unique<BookWitness>(*audit_log, "approvals");
    auto book = open_book<ApprovalBook>(config.approvals_path(), *approvals_witness, told);
    if (!book) return std::unexpected(book.error());
    approvals = std::move(*book);
    limits_witness = std::make_unique<BookWitness>(*audit_log, "limits");
    auto last_limits = open_book<LimitsBook>(config.limits_path(), *limits_witness, told);
    if (!last_limits) return std::unexpected(last_limits.error());
    limits = std::move(*last_limits);
    return {};
}

Result<void> Server::Impl::listen() {
    std::vector<std::uint32_t> may_connect = config.allowed_uids;
    may_connect.insert(may_connect.end(), config.operator_uids.begin(), config.operator_uids.end());
    may_connect.insert(may_connect.end(), config.watcher_uids.begin(), config.watcher_uids.end());
    control_socket = std::make_unique<LineServer>(
        control_io, LineServerOptions{.path = config.control_socket, .allowed_uids = std::move(may_connect)},
        [this](std::string_view line, const Peer& peer, LineServer::Reply reply) {
            control->handle(line, peer, std::move(reply));
        });
    signing_socket = std::make_unique<LineServer>(signing_thread.io(),
                                                  LineServerOptions{.path = config.signing_socket,
                                                                    .allowed_uids = config.allowed_uids,
                                                                    .max_connections = max_signing_connections},
                                                  [this](std::string_view line, const Peer& /*checked by the server*/,
                                                         const LineServer::Reply& reply) { signing->handle(line, reply); });
    if (auto listening = control_socket->start(); !listening) return listening;
    if (auto listening = signing_socket->start(); !listening) return listening;
    timer = std::make_unique<asio::steady_timer>(control_io);
    watch();
    signals = std::make_unique<asio::signal_set>(control_io, SIGTERM, SIGINT, SIGUSR1);
    on_signal();
    control->note("start", std::string(to_text(latch->view().state)));
    return {};
}

SignerStatus Server::Impl::status() {
    const LatchView view = latch->view();
    const HsmPool::State hsm_state = hsm->state();
    SignerStatus out;
    out.state = view.state;
    out.cause = view.cause;
    out.lease_id = view.lease.id;
    out.trip_id = view.trip_id;
    out.operator_name = view.lease.terms.operator_name;
    for (const Approval& approval : view.lease.terms.approvals) out.approvers.push_back(approval.approver);
    out.environment = config.environment;
    out.loss_budget_wei = view.lease.terms.loss_budget_wei;
    out.used_loss_wei = view.lease.used_loss_wei;
    out.lease_left = std::max(view.lease_left, std::chrono::milliseconds(0));
    out.max_plan_notional_wei = view.lease.terms.max_plan_notional_wei;
    out.max_total_notional_wei = view.lease.terms.max_total_notional_wei;
    out.used_notional_wei = view.lease.used_notional_wei;
    out.pools = view.lease.terms.pools;
    out.lanes = signing->lanes();
    out.hsm_ready = hsm_state.ready;
    out.hsm_error = hsm_state.error;
    out.signed_bundles = signing->signed_bundles();
    out.refused = signing->refused();
    out.hsm_restarts = hsm_state.restarts;
    out.menu_candidates = menu->size();
    out.menu_hits = menu->hits();
    out.chain_id = config.limits.chain_id;
    out.executor = config.limits.executor;
    out.binary_sha256 = own_binary;
    out.config_name = config.source_name;
    out.config_sha256 = config.source_sha256;
    out.limits_digest = limits->digest();
    return out;
}

/// A lease ends by itself: seen here within a tick, and audited like every other change of state.
void Server::Impl::watch() {
    if (const std::string lost = audit_problem(); !lost.empty()) latch->audit_lost(lost);
    const LatchView view = latch->view();
    menu->keep_only(view.lease.number, std::chrono::steady_clock::now()); // no lease: number 0, which no candidate has
    if (view.state != last_state)
        control->note("state", std::string(to_text(last_state)) + " -> " + std::string(to_text(view.state)) + ": " + view.cause);
    last_state = view.state;
    lane_keys.look_at_ages();
    timer->expires_after(watch_interval);
    timer->async_wait([this](const boost::system::error_code& error) {
        if (!error) watch();
    });
}

void Server::Impl::on_signal() {
    signals->async_wait([this](const boost::system::error_code& error, int number) {
        if (error) return;
        if (number != SIGUSR1) {
            control_io.stop();
            return;
        }
        control->trip("estop by SIGUSR1", {.user = "signal", .action = "estop", .resource = "signer", .result = "SIGUSR1"});
        on_signal();
    });
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(Config config, Report report) {
    auto impl = std::make_unique<Impl>(std::move(config), std::move(report));
    if (auto opened = impl->open(); !opened) return std::unexpected(opened.error());
    if (auto listening = impl->listen(); !listening) return std::unexpected(listening.error());
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

void Server::run() {
    put_before_others(impl_->report);
    impl_->control_io.run();
    impl_->latch->shutdown();
}

} // namespace jitbox::signer
