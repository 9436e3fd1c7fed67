// Authorises and audits; the appliance does the work.
// SPDX-License-Identifier: Apache-2.0
#include "control/commands.hpp"

#include "control/arguments.hpp"
#include "telemetry/log.hpp"

#include <boost/json.hpp>
#include <pwd.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace jitbox::control {
namespace {

namespace json = boost::json;

constexpr std::size_t default_rows = 50;
constexpr std::size_t most_rows = 10'000;

audit::Event event_for(const Request& request, const std::string& resource, const std::string& result) {
    return {.user = user_name(request.peer.uid),
            .action = request.op,
            .resource = resource,
            .result = result,
            .source = "unix:pid=" + std::to_string(request.peer.pid),
            .agent = "jitctl",
            .session = std::to_string(request.session)};
}

std::string approved(const std::vector<std::string>& approvals) {
    return approvals.empty() ? "" : " approvals=" + std::to_string(approvals.size());
}

bool is_stop(const Request& request) {
    return request.op == "estop" || request.op == "disarm";
}

} // namespace

std::string user_name(std::uint32_t uid) {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    std::string number = "uid:" + std::to_string(uid);
    if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return number;
    return number + " " + found->pw_name;
}

void Commands::act(const Request& request, const std::string& what, const std::function<void(Respond)>& action,
                   const Respond& respond) {
    if (const auto written = log_.append(event_for(request, what, "requested")); !written) {
        respond(fail("refused: the action cannot be audited: " + written.error().what, written.error().hint));
        return;
    }
    action([this, request, what, respond](const Answer& answer) {
        const auto written = log_.append(event_for(request, what, answer ? "ok" : answer.error().what));
        if (!written) {
            telemetry::log(telemetry::Level::critical, "audit_append_failed",
                           {{"action", request.op}, {"error", written.error().what}});
        }
        respond(answer);
    });
}

void Commands::estop(const Request& request, const std::string& reason, const Respond& respond) {
    appliance_.estop(user_name(request.peer.uid), reason, [this, request, reason, respond](const Answer& answer) {
        respond(answer); // first the answer: stopping waits for nothing (ARM-4)
        const auto written = log_.append(event_for(request, reason, answer ? "ok" : answer.error().what));
        if (!written) {
            telemetry::log(telemetry::Level::critical, "audit_append_failed",
                           {{"action", "estop"}, {"error", written.error().what}});
        }
    });
}

void Commands::arm(const Request& request, const Respond& respond) {
    const auto command = read_arm(request);
    if (!command) {
        respond(std::unexpected(command.error()));
        return;
    }
    const std::string what = "ttl=" + std::to_string(command->ttl.count()) +
                             "s max_notional_wei=" + chain::to_decimal(command->max_notional_wei) +
                             " pools=" + std::to_string(command->pools.size()) + approved(command->approvals);
    act(request, what, [this, &command](Respond done) { appliance_.arm(*command, std::move(done)); }, respond);
}

void Commands::renew(const Request& request, const Respond& respond) {
    const auto command = read_renew(request);
    if (!command) {
        respond(std::unexpected(command.error()));
        return;
    }
    const std::string what = "ttl=" + std::to_string(command->ttl.count()) + "s" + approved(command->approvals);
    act(request, what, [this, &command](Respond done) { appliance_.renew(*command, std::move(done)); }, respond);
}

void Commands::reset(const Request& request, const Respond& respond) {
    const auto command = read_reset(request);
    if (!command) {
        respond(std::unexpected(command.error()));
        return;
    }
    const std::string what = command->reason + approved(command->approvals);
    act(request, what, [this, &command](Respond done) { appliance_.reset(*command, std::move(done)); }, respond);
}

/// {"action": "arm", ...}: the same arguments as the action's own.
void Commands::approval_request(const Request& request, const Respond& respond) {
    json::object arguments = json::parse(request.args_json).as_object();
    const json::value* action = arguments.if_contains("action");
    const std::string name = action != nullptr && action->is_string() ? std::string(action->as_string()) : "";
    arguments.erase("action");
    Request inner = request;
    inner.op = name;
    inner.args_json = json::serialize(arguments);
    const auto ask = [&](const auto& command) {
        if (command)
            appliance_.approval_request(*command, respond);
        else
            respond(std::unexpected(command.error()));
    };
    if (name == "arm") {
        ask(read_arm(inner));
    } else if (name == "renew") {
        ask(read_renew(inner));
    } else if (name == "reset") {
        ask(read_reset(inner));
    } else if (name == "risk-level" || name == "risk-limits") {
        ask(read_risk_action(inner));
    } else {
        respond(fail("control: action '" + name + "' needs no approvals", "arm, renew, reset, risk-level or risk-limits"));
    }
}

/// estop and disarm: what they have in common is their reason.
void Commands::stop(const Request& request, const Respond& respond) {
    Arguments arguments(request, {"reason"});
    const std::string reason = arguments.text("reason", "operator");
    const std::string user = user_name(request.peer.uid);
    if (request.op == "estop") {
        estop(request, reason, respond); // a malformed reason stops nobody from stopping
    } else if (!arguments.ok()) {
        respond(std::unexpected(arguments.ok().error()));
    } else {
        act(request, reason, [this, user, reason](Respond done) { appliance_.disarm(user, reason, std::move(done)); }, respond);
    }
}

void Commands::query(const Request& request, const Respond& respond) {
    const bool rows = request.op == "decisions" || request.op == "bundles";
    Arguments arguments = rows ? Arguments(request, {"limit"}) : Arguments(request, {});
    const std::uint64_t limit = arguments.number("limit", default_rows, 1, most_rows);
    if (!arguments.ok()) {
        respond(std::unexpected(arguments.ok().error()));
    } else if (request.op == "status") {
        appliance_.status(respond);
    } else if (request.op == "pools") {
        appliance_.pools(respond);
    } else if (request.op == "decisions") {
        appliance_.decisions(limit, respond);
    } else if (request.op == "bundles") {
        appliance_.bundles(limit, respond);
    } else {
        appliance_.audit_verify(respond);
    }
}

void Commands::risk_query(const Request& request, const Respond& respond) {
    Arguments arguments = request.op == "risk-events" ? Arguments(request, {"limit"}) : Arguments(request, {});
    RiskCommand command{.kind = request.op == "risk"          ? RiskCommand::Kind::status
                                : request.op == "risk-events" ? RiskCommand::Kind::events
                                                              : RiskCommand::Kind::reviews};
    command.limit = arguments.number("limit", default_rows, 1, most_rows);
    if (arguments.ok()) {
        appliance_.risk_command(command, respond);
    } else {
        respond(std::unexpected(arguments.ok().error()));
    }
}

void Commands::risk_act(const Request& request, const Respond& respond) {
    const auto command = read_risk_action(request);
    if (!command) {
        respond(std::unexpected(command.error()));
        return;
    }
    std::string what = command->reason;
    if (command->kind == RiskCommand::Kind::level) what = command->level + ": " + what;
    if (command->kind == RiskCommand::Kind::decide) {
        what = std::string(command->approve ? "approve " : "reject ") + std::to_string(command->review) + ": " + what;
    }
    what += approved(command->approvals);
    act(request, what, [this, &command](Respond done) { appliance_.risk_command(*command, std::move(done)); }, respond);
}

void Commands::handle(const Request& request, const Respond& respond) {
    ++requests_;
    dispatch(request, [this, respond](const Answer& answer) {
        if (!answer) ++refusals_;
        respond(answer);
    });
}

void Commands::dispatch(const Request& request, const Respond& respond) {
    if (request.peer.uid != 0 && request.peer.uid != owner_uid_ && !is_stop(request)) {
        respond(fail("control: " + user_name(request.peer.uid) + " may not give commands", "run jitctl as root or as jitd's user"));
        return;
    }
    const auto is_one_of = [&request](std::initializer_list<std::string_view> ops) {
        return std::ranges::find(ops, request.op) != ops.end();
    };
    if (request.op == "watch") {
        respond(R"({"watching":true})"); // the server then publishes to whoever asked
    } else if (request.op == "arm") {
        arm(request, respond);
    } else if (request.op == "renew") {
        renew(request, respond);
    } else if (request.op == "reset") {
        reset(request, respond);
    } else if (request.op == "approval-request") {
        approval_request(request, respond);
    } else if (is_one_of({"estop", "disarm"})) {
        stop(request, respond);
    } else if (is_one_of({"status", "pools", "decisions", "bundles", "audit-verify"})) {
        query(request, respond);
    } else if (is_one_of({"risk", "risk-events", "reviews"})) {
        risk_query(request, respond);
    } else if (is_one_of({"risk-level", "risk-limits", "risk-acknowledge", "review"})) {
        risk_act(request, respond);
    } else {
        respond(fail("control: unknown op '" + request.op + "'", "see jitctl --help"));
    }
}

} // namespace jitbox::control
