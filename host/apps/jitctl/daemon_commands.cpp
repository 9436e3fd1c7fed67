// arm, disarm, estop, reset and the queries: parse arguments, ask the daemon, print JSON or a table for people.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/daemon_commands.hpp"

#include "apps/jitctl/commands.hpp"
#include "apps/jitctl/daemon_call.hpp"
#include "apps/jitctl/daemon_tables.hpp"
#include "apps/jitctl/dual_control.hpp"
#include "apps/text/amount_text.hpp"
#include "apps/text/command_line.hpp"
#include "control/commands.hpp"
#include "signer/client.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

/// A command without arguments of its own.
int run_query(int argc, char** argv, const char* op, const char* help, DaemonCall::Printer print) {
    CLI::App app(help);
    DaemonCall daemon;
    daemon.add_options(app);
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    return daemon.ask(op, {}, print);
}

int run_rows(int argc, char** argv, const char* op, const char* help, DaemonCall::Printer print) {
    CLI::App app(help);
    DaemonCall daemon;
    unsigned limit = 50;
    daemon.add_options(app);
    app.add_option("--limit", limit, "newest rows to show")->check(CLI::Range(1, 10'000))->capture_default_str();
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    return daemon.ask(op, {{"limit", limit}}, print);
}

int run_with_reason(int argc, char** argv, const char* op, const char* help) {
    CLI::App app(help);
    DaemonCall daemon;
    std::string reason;
    daemon.add_options(app);
    add_reason(app, reason);
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    return daemon.ask(op, {{"reason", reason}}, print_state);
}

/// The error of a value, with the option that it was given to.
std::unexpected<Error> of_option(const char* option, const Error& error) {
    return fail(std::string(option) + ": " + error.what, error.hint);
}

Result<json::object> arm_arguments(const std::string& ttl, const std::string& notional, const std::string& loss,
                                   const std::vector<std::string>& pools) {
    if (notional.empty())
        return fail("arm: --max-notional is missing", "the sum of the values of all positions of the lease, e.g. 300eth");
    const auto seconds = parse_duration(ttl);
    if (!seconds) return of_option("--ttl", seconds.error());
    const auto wei = parse_wei(notional);
    if (!wei) return of_option("--max-notional", wei.error());
    json::object out{{"ttl_s", seconds->count()}, {"max_notional_wei", chain::to_decimal(*wei)}};
    if (!loss.empty()) {
        const auto budget = parse_wei(loss);
        if (!budget) return of_option("--max-loss", budget.error());
        out["loss_budget_wei"] = chain::to_decimal(*budget);
    }
    if (!pools.empty()) out["pools"] = json::array(pools.begin(), pools.end());
    return out;
}

Result<json::object> renew_arguments(const std::string& ttl) {
    const auto seconds = parse_duration(ttl);
    if (!seconds) return of_option("--ttl", seconds.error());
    return json::object{{"ttl_s", seconds->count()}};
}

/// Where the signer listens when nobody says so: beside jitd, or where its unit puts it.
std::filesystem::path signer_socket_of(const DaemonCall& daemon) {
    std::filesystem::path beside = daemon.socket().parent_path() / "signer-control.sock";
    const std::filesystem::path by_unit = "/run/jit-signer/signer-control.sock";
    std::error_code ignored;
    return !std::filesystem::exists(beside, ignored) && std::filesystem::exists(by_unit, ignored) ? by_unit : beside;
}

/// The signer latches first, whatever state jitd is in; then jitd freezes its engine and cancels what is out.
int stop_everything(const DaemonCall& daemon, const std::string& signer_socket, const std::string& reason) {
    const signer::ControlClient signer(signer_socket.empty() ? signer_socket_of(daemon).string() : signer_socket, daemon.timeout());
    const auto latched = signer.estop({.operator_name = control::user_name(::getuid()), .reason = reason});
    const auto stopped = daemon.client().call("estop", json::serialize(json::object{{"reason", reason}}));
    if (daemon.as_json()) {
        json::object out{{"signer", latched ? json::value(signer::to_text(latched->state)) : json::value(nullptr)},
                         {"jitd", stopped ? json::parse(*stopped) : json::value(nullptr)}};
        if (!latched) out["signer_error"] = latched.error().what;
        if (!stopped) out["jitd_error"] = stopped.error().what;
        std::printf("%s\n", json::serialize(out).c_str());
    } else {
        std::printf("signer: %s\n", latched ? std::string(signer::to_text(latched->state)).c_str() : latched.error().what.c_str());
        std::printf("jitd:   %s\n", stopped ? "stopped" : stopped.error().text().c_str());
    }
    if (latched) return 0;
    std::fputs("jitctl: the signer was not reached: unless jitd has reached it, it still signs\n"
               "    -> name its socket with --signer-socket, or: systemctl kill -s SIGUSR1 jit-signer\n",
               stderr);
    return 1;
}

} // namespace

int run_arm(int argc, char** argv) {
    CLI::App app(
        "arm: lets the appliance sign, for a time, up to an amount, on the pools given. Refused, with the reason, unless the\n"
        "engine's self-test passes, the node is in sync, the contracts are where they should be and the signer is ready. Above\n"
        "the signer's approvals.arm_threshold_wei, all leases of one person in 24 hours together, it needs the approvals of two "
        "people\n"
        "(jitctl approve).");
    DaemonCall daemon(30'000); // jitd asks its node about every configured address
    DualControl dual;
    std::string ttl;
    std::string notional;
    std::string loss;
    std::vector<std::string> pools;
    bool renew = false;
    daemon.add_options(app);
    app.add_option("--ttl", ttl, "how long, e.g. 90s, 10m, 2h")->required();
    auto* renewing = app.add_flag("--renew", renew, "more time for the lease in force; nothing else of it changes");
    auto* amount = app.add_option("--max-notional", notional, "sum of the values of all positions of the lease, e.g. 300eth");
    auto* budget = app.add_option("--max-loss", loss, "what the lease may lose at worst; default: risk.max_daily_loss_wei");
    auto* list = app.add_option("--pools", pools, "addresses, comma-separated; default: every configured pool")->delimiter(',');
    for (CLI::Option* other : {amount, budget, list}) renewing->excludes(other);
    add_dual_control(app, dual);
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    const auto arguments = renew ? renew_arguments(ttl) : arm_arguments(ttl, notional, loss, pools);
    if (!arguments) return print_mistake(arguments.error());
    return dual.ask(daemon, renew ? "renew" : "arm", *arguments, print_state);
}

int run_disarm(int argc, char** argv) {
    return run_with_reason(argc, argv, "disarm", "disarm: ends the lease; bundles that are out are left to their block.");
}

int run_reset(int argc, char** argv) {
    CLI::App app("reset: leaves TRIPPED for DISARMED, after the cause has been dealt with. Where the signer's configuration names\n"
                 "people, it needs the approvals of two of them (jitctl approve).");
    DaemonCall daemon;
    DualControl dual;
    std::string reason;
    daemon.add_options(app);
    add_reason(app, reason);
    add_dual_control(app, dual);
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    return dual.ask(daemon, "reset", {{"reason", reason}}, print_state);
}

int run_estop(int argc, char** argv) {
    CLI::App app(
        "estop: emergency stop. Latches in the signer first (also when jitd is dead), then stops jitd's engine and withdraws\n"
        "bundles. Leaves the appliance TRIPPED; `jitctl reset` clears that.");
    DaemonCall daemon;
    std::string signer_socket;
    std::string reason = "operator";
    daemon.add_options(app);
    app.add_option("--signer-socket", signer_socket,
                   "the signer's control socket; default: signer-control.sock beside jitd's or in /run/jit-signer")
        ->envname("JITBOX_SIGNER_SOCKET");
    app.add_option("--reason", reason, "why, for the audit log")->capture_default_str();
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    return stop_everything(daemon, signer_socket, reason);
}

int run_status(int argc, char** argv) {
    return run_query(argc, argv, "status", "status: arm state, node, engine, signer, lanes, limits, latencies.", print_status);
}

int run_pools(int argc, char** argv) {
    return run_query(argc, argv, "pools", "pools: every configured pool, its state and whether it is in service.", print_pools);
}

int run_decisions(int argc, char** argv) {
    return run_rows(argc, argv, "decisions", "decisions: what the engine said about swaps, newest first.", print_decisions);
}

int run_bundles(int argc, char** argv) {
    return run_rows(argc, argv, "bundles", "bundles: every signed bundle with prediction and outcome, newest first.",
                    print_bundles);
}

int run_watch(int argc, char** argv) {
    CLI::App app("watch: what happens, live, one line a stage, until interrupted or the daemon ends.");
    DaemonCall daemon;
    daemon.add_options(app);
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    const auto ended = daemon.client().watch([&daemon](std::string_view line) {
        if (daemon.as_json()) {
            std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
        } else {
            std::fputs(print_event(json::parse(json::string_view(line.data(), line.size()))).c_str(), stdout);
        }
        std::fflush(stdout);
        return true;
    });
    return ended ? 0 : print_error(ended.error());
}

} // namespace jitbox::apps
