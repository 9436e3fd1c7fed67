// Parses, authorises and audits; the appliance does the work.
// SPDX-License-Identifier: Apache-2.0
#include "control/commands.hpp"

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

/// The arguments of one request. Each getter remembers the first mistake; unknown members are a mistake too.
class Arguments {
public:
    Arguments(const Request& request, std::initializer_list<std::string_view> known)
        : object_(json::parse(request.args_json).as_object()) {
        for (const auto& [key, value] : object_) {
            bool found = false;
            for (const std::string_view name : known) found = found || name == std::string_view(key);
            if (!found) wrong(std::string(key), "is unknown", "see jitctl " + request.op + " --help");
        }
    }

    std::string text(const char* key, const char* fallback) {
        const json::value* value = object_.if_contains(key);
        if (value == nullptr) return fallback;
        if (value->is_string()) return std::string(value->as_string());
        wrong(key, "is not text", "");
        return {};
    }

    std::uint64_t number(const char* key, std::uint64_t fallback, std::uint64_t low, std::uint64_t high) {
        const json::value* value = object_.if_contains(key);
        if (value == nullptr) return fallback;
        boost::system::error_code error;
        auto number = value->to_number<std::uint64_t>(error);
        if (error || number < low || number > high) {
            wrong(key, "is out of range", "use an integer in " + std::to_string(low) + ".." + std::to_string(high));
        }
        return number;
    }

    chain::u256 amount(const char* key) {
        const auto parsed = chain::parse_u256(text(key, ""));
        if (!parsed) wrong(key, "is no amount", "give wei as decimal text");
        return parsed.value_or(0);
    }

    std::chrono::seconds ttl() {
        if (!has("ttl_s")) wrong("ttl_s", "is missing", "how long the lease lasts, e.g. jitctl arm --ttl 10m");
        return std::chrono::seconds(number("ttl_s", 0, 1, 86'400));
    }

    [[nodiscard]] bool has(const char* key) const { return object_.contains(key); }

    std::vector<std::string> texts(const char* key) {
        std::vector<std::string> out;
        const json::value* value = object_.if_contains(key);
        if (value == nullptr) return out;
        if (!value->is_array()) {
            wrong(key, "is not a list", "");
            return out;
        }
        for (const json::value& entry : value->as_array()) {
            if (entry.is_string()) {
                out.emplace_back(entry.as_string());
            } else {
                wrong(key, "has an entry that is not text", "");
            }
        }
        return out;
    }

    [[nodiscard]] const Result<void>& ok() const { return ok_; }

private:
    void wrong(const std::string& key, const std::string& what, const std::string& hint) {
        if (ok_) ok_ = fail("control: " + key + " " + what, hint);
    }

    json::object object_;
    Result<void> ok_;
};

audit::Event event_for(const Request& request, const std::string& resource, const std::string& result) {
    return {.user = user_name(request.peer.uid),
            .action = request.op,
            .resource = resource,
            .result = result,
            .source = "unix:pid=" + std::to_string(request.peer.pid),
            .agent = "jitctl",
            .session = std::to_string(request.session)};
}

Result<ArmCommand> read_arm(const Request& request) {
    Arguments arguments(request, {"ttl_s", "max_notional_wei", "loss_budget_wei", "pools", "approvals"});
    ArmCommand command{.operator_name = user_name(request.peer.uid),
                       .ttl = arguments.ttl(),
                       .max_notional_wei = arguments.amount("max_notional_wei"),
                       .loss_budget_wei = {},
                       .pools = arguments.texts("pools"),
                       .approvals = arguments.texts("approvals")};
    if (arguments.has("loss_budget_wei")) command.loss_budget_wei = arguments.amount("loss_budget_wei");
    if (!arguments.ok()) return std::unexpected(arguments.ok().error());
    return command;
}

Result<RenewCommand> read_renew(const Request& request) {
    Arguments arguments(request, {"ttl_s", "approvals"});
    RenewCommand command{
        .operator_name = user_name(request.peer.uid), .ttl = arguments.ttl(), .approvals = arguments.texts("approvals")};
    if (!arguments.ok()) return std::unexpected(arguments.ok().error());
    return command;
}

Result<ResetCommand> read_reset(const Request& request) {
    Arguments arguments(request, {"reason", "approvals"});
    ResetCommand command{.operator_name = user_name(request.peer.uid),
                         .reason = arguments.text("reason", "operator"),
                         .approvals = arguments.texts("approvals")};
    if (!arguments.ok()) return std::unexpected(arguments.ok().error());
    return command;
}

Result<RiskCommand> read_risk_action(const Request& request) {
    using Kind = RiskCommand::Kind;
    Arguments arguments(request, {"reason", "level", "review", "approve", "approvals"});
    RiskCommand command{.kind = request.op == "risk-level"         ? Kind::level
                                : request.op == "risk-limits"      ? Kind::limits
                                : request.op == "risk-acknowledge" ? Kind::acknowledge
                                                                   : Kind::decide,
                        .operator_name = user_name(request.peer.uid),
                        .reason = arguments.text("reason", "operator"),
                        .level = arguments.text("level", "")};
    command.review = arguments.number("review", 0, 0, UINT64_MAX);
    command.approve = arguments.text("approve", "no") == "yes";
    command.approvals = arguments.texts("approvals");
    if (!arguments.ok()) return std::unexpected(arguments.ok().error());
    return command;
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
