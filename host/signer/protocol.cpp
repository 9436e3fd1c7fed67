// Requests of the signer's wire, parsed strictly and written.
// SPDX-License-Identifier: Apache-2.0
#include "signer/protocol.hpp"

#include "base/enum_names.hpp"
#include "signer/approval_wire.hpp"
#include "signer/wire.hpp"

#include <array>

namespace jitbox::signer {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 27> refusal_names = {
    "bad_request",      "not_armed",     "tripped",         "wrong_state",      "unknown_lane",       "wrong_chain",
    "wrong_contract",   "wrong_call",    "pool_not_listed", "bundle_mismatch",  "over_plan_notional", "over_total_notional",
    "over_loss_budget", "over_gas_cap",  "over_tip_cap",    "nonce_bound",      "ledger_unavailable", "hsm_unavailable",
    "hsm_deadline",     "bad_signature", "key_illegal",     "approvals_needed", "audit_unavailable",  "forbidden",
    "deadline",         "disconnected",  "internal"};
static_assert(refusal_names.size() == static_cast<std::size_t>(RefusalCode::internal) + 1);

constexpr std::uint64_t max_lane = 255;
constexpr std::size_t max_pools = 256;
constexpr std::size_t max_limits_bytes = std::size_t{48} * 1024; // 256 pools with both budgets
constexpr std::uint64_t max_ttl_s = 7ULL * 86'400;

template <typename Variant>
Result<Numbered<Variant>> finish(ObjectReader& reader, std::uint64_t id, Variant request) {
    if (auto done = reader.finish(); !done) return std::unexpected(done.error());
    return Numbered<Variant>{.id = id, .request = std::move(request)};
}

std::string read_limits(ObjectReader& reader) {
    return reader.has("limits") ? reader.text("limits", max_limits_bytes) : "";
}

ArmRequest read_arm(ObjectReader& reader) {
    ArmRequest request;
    request.operator_name = reader.text("operator");
    request.environment = reader.text("environment");
    request.loss_budget_wei = reader.amount("loss_budget_wei");
    request.ttl = std::chrono::seconds(reader.natural("ttl_s", max_ttl_s));
    request.max_plan_notional_wei = reader.amount("max_plan_notional_wei");
    request.max_total_notional_wei = reader.amount("max_total_notional_wei");
    const auto* pools = reader.array("pools", max_pools);
    for (std::size_t i = 0; pools != nullptr && i < pools->size(); ++i) {
        ObjectReader item((*pools)[i].if_object(), "pools[" + std::to_string(i) + "]");
        LeasePool pool;
        pool.pool_id = static_cast<std::uint16_t>(item.natural("pool_id", 0xffff));
        pool.price0_x96 = item.amount("price0_x96");
        pool.price1_x96 = item.amount("price1_x96");
        if (auto done = item.finish(); !done) reader.set_error(done.error().what);
        request.pools.push_back(pool);
    }
    request.limits = read_limits(reader);
    request.approvals = read_approvals(reader);
    return request;
}

RenewRequest read_renew(ObjectReader& reader) {
    RenewRequest request;
    request.operator_name = reader.text("operator");
    request.ttl = std::chrono::seconds(reader.natural("ttl_s", max_ttl_s));
    request.approvals = read_approvals(reader);
    return request;
}

ResetRequest read_reset(ObjectReader& reader) {
    ResetRequest request;
    request.operator_name = reader.text("operator");
    request.reason = reader.text("reason");
    request.approvals = read_approvals(reader);
    return request;
}

EndorseRequest read_endorse(ObjectReader& reader) {
    EndorseRequest request;
    request.operator_name = reader.text("operator");
    request.action = reader.text("action");
    request.subject = reader.text("subject", max_subject_bytes);
    request.limits = read_limits(reader);
    request.approvals = read_approvals(reader);
    return request;
}

template <typename Request>
Request read_reasoned(ObjectReader& reader) {
    Request request;
    request.operator_name = reader.text("operator");
    request.reason = reader.text("reason");
    return request;
}

SignBundleRequest read_bundle(ObjectReader& reader) {
    SignBundleRequest request;
    request.lane = static_cast<std::uint32_t>(reader.natural("lane", max_lane));
    request.mint_unsigned = reader.bytes("mint");
    request.burn_unsigned = reader.bytes("burn");
    return request;
}

json::object start(std::string_view op, std::uint64_t id) {
    json::object out;
    out["op"] = op;
    out["id"] = id;
    return out;
}

std::string line(const json::object& object) {
    return json::serialize(object) + "\n";
}

std::string bundle_line(std::string_view op, std::uint64_t id, const SignBundleRequest& bundle) {
    json::object out = start(op, id);
    out["lane"] = bundle.lane;
    out["mint"] = to_hex(bundle.mint_unsigned);
    out["burn"] = to_hex(bundle.burn_unsigned);
    return line(out);
}

struct ControlFields {
    json::object& out;
    std::string_view operator()(const ArmRequest& request) const {
        out["operator"] = request.operator_name;
        out["environment"] = request.environment;
        out["ttl_s"] = request.ttl.count();
        out["loss_budget_wei"] = chain::to_decimal(request.loss_budget_wei);
        out["max_plan_notional_wei"] = chain::to_decimal(request.max_plan_notional_wei);
        out["max_total_notional_wei"] = chain::to_decimal(request.max_total_notional_wei);
        json::array pools;
        for (const LeasePool& pool : request.pools)
            pools.push_back(json::object{{"pool_id", pool.pool_id},
                                         {"price0_x96", chain::to_decimal(pool.price0_x96)},
                                         {"price1_x96", chain::to_decimal(pool.price1_x96)}});
        out["pools"] = std::move(pools);
        write_limits(request.limits);
        write(request.approvals);
        return "arm";
    }
    std::string_view operator()(const RenewRequest& request) const {
        out["operator"] = request.operator_name;
        out["ttl_s"] = request.ttl.count();
        write(request.approvals);
        return "renew";
    }
    std::string_view operator()(const HeartbeatRequest& /*no fields*/) const { return "heartbeat"; }
    std::string_view operator()(const DisarmRequest& request) const { return reasoned(request, "disarm"); }
    std::string_view operator()(const EstopRequest& request) const { return reasoned(request, "estop"); }
    std::string_view operator()(const ResetRequest& request) const {
        write(request.approvals);
        return reasoned(request, "reset");
    }
    std::string_view operator()(const StatusRequest& /*no fields*/) const { return "status"; }
    std::string_view operator()(const EndorseRequest& request) const {
        out["operator"] = request.operator_name;
        out["action"] = request.action;
        out["subject"] = request.subject;
        write_limits(request.limits);
        write(request.approvals);
        return "endorse";
    }

private:
    void write_limits(const std::string& limits) const {
        if (!limits.empty()) out["limits"] = limits;
    }
    void write(const std::vector<Approval>& approvals) const {
        if (approvals.empty()) return;
        json::array items;
        for (const Approval& approval : approvals) items.push_back(approval_object(approval));
        out["approvals"] = std::move(items);
    }
    template <typename Request>
    std::string_view reasoned(const Request& request, std::string_view op) const {
        out["operator"] = request.operator_name;
        out["reason"] = request.reason;
        return op;
    }
};

} // namespace

std::string_view to_text(RefusalCode code) {
    return refusal_names.at(static_cast<std::size_t>(code));
}

std::optional<RefusalCode> refusal_from_text(std::string_view text) {
    return enum_from_text<RefusalCode>(refusal_names, text);
}

Result<Numbered<SigningRequest>> parse_signing_request(std::string_view text) {
    const auto object = parse_line(text);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(&*object);
    const std::string op = reader.text("op");
    const std::uint64_t id = reader.natural("id");
    if (op == "sign_bundle") return finish<SigningRequest>(reader, id, read_bundle(reader));
    if (op == "prepare") return finish<SigningRequest>(reader, id, PrepareRequest{.bundle = read_bundle(reader)});
    if (op == "block") return finish<SigningRequest>(reader, id, BlockRequest{.number = reader.natural("number", INT64_MAX)});
    if (op == "recall") {
        RecallRequest request;
        request.lane = static_cast<std::uint32_t>(reader.natural("lane", max_lane));
        request.nonce = reader.natural("nonce", INT64_MAX - 1);
        return finish<SigningRequest>(reader, id, request);
    }
    if (op == "lanes") return finish<SigningRequest>(reader, id, LanesRequest{});
    if (reader.ok()) reader.set_error("unknown op '" + op + "' (sign_bundle, recall, lanes, prepare, block)");
    return std::unexpected(reader.finish().error());
}

Result<Numbered<ControlRequest>> parse_control_request(std::string_view text) {
    const auto object = parse_line(text);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(&*object);
    const std::string op = reader.text("op");
    const std::uint64_t id = reader.natural("id");
    if (op == "arm") return finish<ControlRequest>(reader, id, read_arm(reader));
    if (op == "renew") return finish<ControlRequest>(reader, id, read_renew(reader));
    if (op == "heartbeat") return finish<ControlRequest>(reader, id, HeartbeatRequest{});
    if (op == "disarm") return finish<ControlRequest>(reader, id, read_reasoned<DisarmRequest>(reader));
    if (op == "estop") return finish<ControlRequest>(reader, id, read_reasoned<EstopRequest>(reader));
    if (op == "reset") return finish<ControlRequest>(reader, id, read_reset(reader));
    if (op == "status") return finish<ControlRequest>(reader, id, StatusRequest{});
    if (op == "endorse") return finish<ControlRequest>(reader, id, read_endorse(reader));
    if (reader.ok()) reader.set_error("unknown op '" + op + "' (arm, renew, heartbeat, disarm, estop, reset, status, endorse)");
    return std::unexpected(reader.finish().error());
}

std::string format(const Numbered<SigningRequest>& request) {
    if (const auto* sign = std::get_if<SignBundleRequest>(&request.request)) return bundle_line("sign_bundle", request.id, *sign);
    if (const auto* prepare = std::get_if<PrepareRequest>(&request.request))
        return bundle_line("prepare", request.id, prepare->bundle);
    if (const auto* block = std::get_if<BlockRequest>(&request.request)) {
        json::object out = start("block", request.id);
        out["number"] = block->number;
        return line(out);
    }
    if (const auto* recall = std::get_if<RecallRequest>(&request.request)) {
        json::object out = start("recall", request.id);
        out["lane"] = recall->lane;
        out["nonce"] = recall->nonce;
        return line(out);
    }
    return line(start("lanes", request.id));
}

std::string format(const Numbered<ControlRequest>& request) {
    json::object out = start("", request.id);
    const std::string_view op = std::visit(ControlFields{out}, request.request);
    out["op"] = op;
    return line(out);
}

} // namespace jitbox::signer
