// jitctl risk and jitctl review.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/daemon_commands.hpp"

#include "apps/jitctl/daemon_call.hpp"
#include "apps/jitctl/daemon_tables.hpp"
#include "apps/jitctl/dual_control.hpp"
#include "apps/text/command_line.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

namespace jitbox::apps {
int run_risk(int argc, char** argv) {
    CLI::App app("risk: the use of every limit, prices, protection level and events; level loosens or tightens by hand.");
    app.require_subcommand(1);
    DaemonCall call;
    std::string reason;
    std::string level;
    unsigned limit = 50;
    DualControl dual;
    CLI::App* status = app.add_subcommand("status", "portfolio, use of every limit, prices, protection level");
    CLI::App* events = app.add_subcommand("events", "the newest risk events of the journal, newest first");
    CLI::App* set = app.add_subcommand(
        "level", "sets the protection level: NONE, CONSERVATIVE, AGGRESSIVE, EMERGENCY; a lower one needs two people");
    CLI::App* accept = app.add_subcommand("limits", "accepts limits that are looser than at the last arming; needs two people");
    CLI::App* known = app.add_subcommand("acknowledge", "critical events are known to you: arming is allowed again");
    for (CLI::App* command : {status, events, set, accept, known}) call.add_options(*command);
    events->add_option("--limit", limit, "newest rows to show")->check(CLI::Range(1, 10'000))->capture_default_str();
    set->add_option("LEVEL", level, "the level")
        ->required()
        ->check(CLI::IsMember({"NONE", "CONSERVATIVE", "AGGRESSIVE", "EMERGENCY"}));
    add_reason(*set, reason);
    add_reason(*accept, reason);
    for (CLI::App* command : {set, accept}) add_dual_control(*command, dual);
    add_reason(*known, reason);
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    if (status->parsed()) return call.ask("risk", {}, print_risk);
    if (events->parsed()) return call.ask("risk-events", {{"limit", limit}}, print_risk_events);
    if (set->parsed()) return dual.ask(call, "risk-level", {{"level", level}, {"reason", reason}}, print_risk);
    if (accept->parsed()) return dual.ask(call, "risk-limits", {{"reason", reason}}, print_risk);
    return call.ask("risk-acknowledge", {{"reason", reason}}, print_risk);
}

int run_review(int argc, char** argv) {
    CLI::App app(
        "review: what anomaly rules hold for an operator. A plan is gone with its block; what is held, and decided on, is its\n"
        "pattern: the rule and the pool. A decision holds over restarts.");
    app.require_subcommand(1);
    DaemonCall call;
    std::string reason;
    std::uint64_t id = 0;
    CLI::App* list = app.add_subcommand("list", "every pattern that was held, and what was decided");
    CLI::App* approve = app.add_subcommand("approve", "plans of this pattern may pass from now on");
    CLI::App* reject = app.add_subcommand("reject", "plans of this pattern stay refused");
    for (CLI::App* command : {list, approve, reject}) call.add_options(*command);
    for (CLI::App* command : {approve, reject}) {
        command->add_option("ID", id, "as in the list")->required();
        add_reason(*command, reason);
    }
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    if (list->parsed()) return call.ask("reviews", {}, print_reviews);
    return call.ask("review", {{"review", id}, {"approve", approve->parsed() ? "yes" : "no"}, {"reason", reason}}, print_reviews);
}

} // namespace jitbox::apps
