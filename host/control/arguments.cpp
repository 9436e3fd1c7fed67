// Requests into commands.
// SPDX-License-Identifier: Apache-2.0
#include "control/arguments.hpp"

#include <boost/json.hpp>

namespace jitbox::control {

namespace json = boost::json;

Arguments::Arguments(const Request& request, std::initializer_list<std::string_view> known)
    : object_(json::parse(request.args_json).as_object()) {
    for (const auto& [key, value] : object_) {
        bool found = false;
        for (const std::string_view name : known) found = found || name == std::string_view(key);
        if (!found) wrong(std::string(key), "is unknown", "see jitctl " + request.op + " --help");
    }
}

std::string Arguments::text(const char* key, const char* fallback) {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr) return fallback;
    if (value->is_string()) return std::string(value->as_string());
    wrong(key, "is not text", "");
    return {};
}

std::uint64_t Arguments::number(const char* key, std::uint64_t fallback, std::uint64_t low, std::uint64_t high) {
    const json::value* value = object_.if_contains(key);
    if (value == nullptr) return fallback;
    boost::system::error_code error;
    auto number = value->to_number<std::uint64_t>(error);
    if (error || number < low || number > high) {
        wrong(key, "is out of range", "use an integer in " + std::to_string(low) + ".." + std::to_string(high));
    }
    return number;
}

chain::u256 Arguments::amount(const char* key) {
    const auto parsed = chain::parse_u256(text(key, ""));
    if (!parsed) wrong(key, "is no amount", "give wei as decimal text");
    return parsed.value_or(0);
}

std::chrono::seconds Arguments::ttl() {
    if (!has("ttl_s")) wrong("ttl_s", "is missing", "how long the lease lasts, e.g. jitctl arm --ttl 10m");
    return std::chrono::seconds(number("ttl_s", 0, 1, 86'400));
}

std::vector<std::string> Arguments::texts(const char* key) {
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

void Arguments::wrong(const std::string& key, const std::string& what, const std::string& hint) {
    if (ok_) ok_ = fail("control: " + key + " " + what, hint);
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

} // namespace jitbox::control
