// Answers of the signer's wire, written and parsed strictly.
// SPDX-License-Identifier: Apache-2.0
#include "signer/protocol.hpp"
#include "signer/wire.hpp"

namespace jitbox::signer {
namespace {

namespace json = boost::json;

json::object to_json(const SignedTransaction& transaction) {
    return {{"raw", to_hex(transaction.raw)},
            {"hash", to_hex(transaction.hash)},
            {"digest", to_hex(transaction.digest)},
            {"replayed", transaction.replayed}};
}

json::object to_json(const SignedBundle& bundle) {
    return {
        {"lane", bundle.lane}, {"address", to_hex(bundle.address)}, {"mint", to_json(bundle.mint)}, {"burn", to_json(bundle.burn)}};
}

json::array lanes_to_json(const Lanes& lanes) {
    json::array out;
    for (const Lane& lane : lanes) {
        json::object item = {{"lane", lane.lane}, {"label", lane.label}, {"address", to_hex(lane.address)}};
        if (lane.highest_nonce) item["highest_nonce"] = *lane.highest_nonce;
        out.push_back(std::move(item));
    }
    return out;
}

json::object to_json(const Lanes& lanes) {
    return {{"lanes", lanes_to_json(lanes)}};
}

json::object to_json(const MenuState& menu) {
    return {{"candidates", menu.candidates}};
}

json::object to_json(const SignerStatus& status) {
    json::array pools;
    for (const LeasePool& pool : status.pools)
        pools.push_back(json::object{{"pool_id", pool.pool_id},
                                     {"price0_x96", chain::to_decimal(pool.price0_x96)},
                                     {"price1_x96", chain::to_decimal(pool.price1_x96)}});
    return {{"state", to_text(status.state)},
            {"cause", status.cause},
            {"lease_id", status.lease_id},
            {"trip_id", status.trip_id},
            {"operator", status.operator_name},
            {"approvers", json::array(status.approvers.begin(), status.approvers.end())},
            {"environment", status.environment},
            {"lease_left_ms", status.lease_left.count()},
            {"loss_budget_wei", chain::to_decimal(status.loss_budget_wei)},
            {"used_loss_wei", chain::to_decimal(status.used_loss_wei)},
            {"max_plan_notional_wei", chain::to_decimal(status.max_plan_notional_wei)},
            {"max_total_notional_wei", chain::to_decimal(status.max_total_notional_wei)},
            {"used_notional_wei", chain::to_decimal(status.used_notional_wei)},
            {"pools", std::move(pools)},
            {"lanes", lanes_to_json(status.lanes)},
            {"hsm_ready", status.hsm_ready},
            {"hsm_error", status.hsm_error},
            {"signed_bundles", status.signed_bundles},
            {"refused", status.refused},
            {"hsm_restarts", status.hsm_restarts},
            {"menu_candidates", status.menu_candidates},
            {"menu_hits", status.menu_hits},
            {"chain_id", status.chain_id},
            {"executor", to_hex(status.executor)},
            {"binary_sha256", status.binary_sha256},
            {"config_name", status.config_name},
            {"config_sha256", status.config_sha256},
            {"limits_digest", status.limits_digest}};
}

template <typename T>
std::string answer_line(std::uint64_t id, const Answer<T>& answer) {
    json::object out = {{"id", id}, {"ok", answer.has_value()}};
    if (answer) {
        for (auto& item : to_json(*answer)) out[item.key()] = std::move(item.value());
    } else {
        out["code"] = to_text(answer.error().code);
        out["error"] = answer.error().what;
        out["hint"] = answer.error().hint;
    }
    return json::serialize(out) + "\n";
}

SignedTransaction read_transaction(ObjectReader& parent, std::string_view name) {
    ObjectReader reader(parent.object(name), std::string(name));
    SignedTransaction out;
    out.raw = reader.bytes("raw");
    out.hash = reader.fixed<32>("hash");
    out.digest = reader.fixed<32>("digest");
    out.replayed = reader.flag("replayed");
    if (auto done = reader.finish(); !done) parent.set_error(done.error().what);
    return out;
}

Lanes read_lanes(ObjectReader& parent) {
    Lanes out;
    const json::array* items = parent.array("lanes", 256);
    for (std::size_t i = 0; items != nullptr && i < items->size(); ++i) {
        ObjectReader reader((*items)[i].if_object(), "lanes[" + std::to_string(i) + "]");
        Lane lane;
        lane.lane = static_cast<std::uint32_t>(reader.natural("lane", 255));
        lane.label = reader.text("label");
        lane.address = reader.fixed<20>("address");
        if (reader.has("highest_nonce")) lane.highest_nonce = reader.natural("highest_nonce");
        if (auto done = reader.finish(); !done) parent.set_error(done.error().what);
        out.push_back(std::move(lane));
    }
    return out;
}

SignedBundle read_bundle(ObjectReader& reader) {
    SignedBundle out;
    out.lane = static_cast<std::uint32_t>(reader.natural("lane", 255));
    out.address = reader.fixed<20>("address");
    out.mint = read_transaction(reader, "mint");
    out.burn = read_transaction(reader, "burn");
    return out;
}

ArmState read_state(ObjectReader& reader) {
    const std::string name = reader.text("state");
    for (const ArmState state : {ArmState::disarmed, ArmState::armed, ArmState::tripped})
        if (to_text(state) == name) return state;
    reader.set_error("unknown state '" + name + "'");
    return ArmState::disarmed;
}

SignerStatus read_status(ObjectReader& reader) {
    SignerStatus out;
    out.state = read_state(reader);
    out.cause = reader.text("cause", 4096);
    out.lease_id = reader.text("lease_id");
    out.trip_id = reader.text("trip_id");
    out.operator_name = reader.text("operator");
    const json::array* approvers = reader.array("approvers", 256);
    for (std::size_t i = 0; approvers != nullptr && i < approvers->size(); ++i) {
        const json::string* name = (*approvers)[i].if_string();
        if (name == nullptr) reader.set_error("approvers[" + std::to_string(i) + "] is no text");
        out.approvers.emplace_back(name == nullptr ? json::string_view() : json::string_view(*name));
    }
    out.environment = reader.text("environment");
    out.lease_left = std::chrono::milliseconds(reader.natural("lease_left_ms", INT64_MAX));
    out.loss_budget_wei = reader.amount("loss_budget_wei");
    out.used_loss_wei = reader.amount("used_loss_wei");
    out.max_plan_notional_wei = reader.amount("max_plan_notional_wei");
    out.max_total_notional_wei = reader.amount("max_total_notional_wei");
    out.used_notional_wei = reader.amount("used_notional_wei");
    const json::array* pools = reader.array("pools", 256);
    for (std::size_t i = 0; pools != nullptr && i < pools->size(); ++i) {
        ObjectReader item((*pools)[i].if_object(), "pools[" + std::to_string(i) + "]");
        out.pools.push_back({.pool_id = static_cast<std::uint16_t>(item.natural("pool_id", 0xffff)),
                             .price0_x96 = item.amount("price0_x96"),
                             .price1_x96 = item.amount("price1_x96")});
        if (auto done = item.finish(); !done) reader.set_error(done.error().what);
    }
    out.lanes = read_lanes(reader);
    out.hsm_ready = reader.flag("hsm_ready");
    out.hsm_error = reader.text("hsm_error", 4096);
    out.signed_bundles = reader.natural("signed_bundles");
    out.refused = reader.natural("refused");
    out.hsm_restarts = reader.natural("hsm_restarts");
    out.menu_candidates = reader.natural("menu_candidates");
    out.menu_hits = reader.natural("menu_hits");
    out.chain_id = reader.natural("chain_id");
    out.executor = reader.fixed<20>("executor");
    out.binary_sha256 = reader.text("binary_sha256");
    out.config_name = reader.text("config_name");
    out.config_sha256 = reader.text("config_sha256");
    out.limits_digest = reader.text("limits_digest");
    return out;
}

Refusal read_refusal(ObjectReader& reader) {
    const std::string code = reader.text("code");
    const auto known = refusal_from_text(code);
    if (!known) reader.set_error("unknown refusal code '" + code + "'");
    Refusal out{.code = known.value_or(RefusalCode::internal), .what = {}, .hint = {}};
    out.what = reader.text("error", 4096);
    out.hint = reader.text("hint", 4096);
    return out;
}

template <typename T, typename Read>
Result<NumberedAnswer<T>> parse_answer(std::string_view text, Read read) {
    const auto object = parse_line(text);
    if (!object) return std::unexpected(object.error());
    ObjectReader reader(&*object);
    NumberedAnswer<T> out{.id = reader.natural("id"), .answer = T{}};
    if (reader.flag("ok"))
        out.answer = read(reader);
    else
        out.answer = std::unexpected(read_refusal(reader));
    if (auto done = reader.finish(); !done) return fail("signer: malformed answer: " + done.error().what);
    return out;
}

} // namespace

std::string format_answer(std::uint64_t id, const Answer<SignedBundle>& answer) {
    return answer_line(id, answer);
}

std::string format_answer(std::uint64_t id, const Answer<Lanes>& answer) {
    return answer_line(id, answer);
}

std::string format_answer(std::uint64_t id, const Answer<MenuState>& answer) {
    return answer_line(id, answer);
}

std::string format_answer(std::uint64_t id, const Answer<SignerStatus>& answer) {
    return answer_line(id, answer);
}

Result<NumberedAnswer<SignedBundle>> parse_bundle_answer(std::string_view line) {
    return parse_answer<SignedBundle>(line, read_bundle);
}

Result<NumberedAnswer<Lanes>> parse_lanes_answer(std::string_view line) {
    return parse_answer<Lanes>(line, read_lanes);
}

Result<NumberedAnswer<MenuState>> parse_menu_answer(std::string_view line) {
    return parse_answer<MenuState>(line,
                                   [](ObjectReader& reader) { return MenuState{.candidates = reader.natural("candidates")}; });
}

Result<NumberedAnswer<SignerStatus>> parse_status_answer(std::string_view line) {
    return parse_answer<SignerStatus>(line, read_status);
}

} // namespace jitbox::signer
