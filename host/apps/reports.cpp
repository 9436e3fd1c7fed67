// jitd's answers to jitctl, as JSON text.
// SPDX-License-Identifier: Apache-2.0
#include "apps/reports.hpp"

#include "audit/anchor.hpp"

#include "apps/runtime/parts.hpp"
#include "apps/watch/risk_reports.hpp"
#include "base/hex.hpp"

#include <boost/json.hpp>
#include <unistd.h>

#include <fstream>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

json::value text(chain::u256 value) {
    return json::value(chain::to_decimal(value));
}

/// Journal text that is itself a JSON object; empty becomes null.
json::value embedded(const std::string& object_text) {
    if (object_text.empty()) return nullptr;
    boost::system::error_code error;
    json::value value = json::parse(object_text, error);
    return error ? json::value(object_text) : value;
}

json::object amounts(const store::BundleAmounts& a) {
    return {{"mint0", a.mint0},
            {"mint1", a.mint1},
            {"swap0", a.swap0},
            {"swap1", a.swap1},
            {"burn0", a.burn0},
            {"burn1", a.burn1},
            {"fee0", a.fee0},
            {"fee1", a.fee1},
            {"gross_profit_wei", a.gross_profit_wei},
            {"tip_wei", a.tip_wei},
            {"gas_cost_wei", a.gas_cost_wei}};
}

json::object state_object(const Arming& arming) {
    const ArmView& view = arming.view();
    return {{"state", std::string(signer::to_text(view.state))},
            {"cause", view.cause},
            {"operator", view.signer.operator_name},
            {"approvers", json::array(view.signer.approvers.begin(), view.signer.approvers.end())},
            {"lease_id", view.signer.lease_id},
            {"loss_budget_wei", text(view.signer.loss_budget_wei)},
            {"used_loss_wei", text(view.signer.used_loss_wei)},
            {"lease_left_ms", arming.lease_left().count()},
            {"used_notional_wei", text(view.signer.used_notional_wei)},
            {"max_notional_wei", text(view.signer.max_total_notional_wei)}};
}

json::object node_object(const MarketView& market) {
    return {{"state", market.connected ? "connected" : "disconnected"},
            {"head", market.head},
            {"head_age_ms", market.head_age.count()},
            {"pending", market.feed.pending},
            {"pending_swaps", market.pending_swaps},
            {"duplicates", market.feed.duplicates},
            {"lying_hashes", market.feed.lying_hashes},
            {"malformed", market.feed.malformed_frames + market.feed.malformed_transactions},
            {"connects", market.feed.connects},
            {"gaps", market.feed.gaps},
            {"reorganisations", market.keeper.reorganisations},
            {"deepest_reorganisation", market.keeper.deepest_reorganisation},
            {"audits", market.keeper.audits},
            {"audit_differences", market.keeper.audit_differences},
            {"node_contradictions", market.keeper.node_contradictions},
            {"unconfirmed_readings", market.keeper.unconfirmed_readings}};
}

json::object engine_object(const accel::Engine& engine) {
    const accel::EngineCounters counters = engine.counters();
    const auto health = engine.health();
    return {{"name", engine.info().name},
            {"detail", engine.info().detail},
            {"health", health ? std::string("ok") : health.error().what},
            {"records_in", counters.records_in},
            {"records_out", counters.records_out},
            {"decisions", counters.decisions},
            {"rejects", counters.rejects}};
}

json::array lane_rows(const strategy::Lanes& lanes) {
    json::array out;
    for (const strategy::Lane& lane : lanes.all()) {
        out.push_back(json::object{{"lane", lane.index},
                                   {"address", to_hex(lane.address)},
                                   {"state", std::string(strategy::to_text(lane.state))},
                                   {"next_nonce", lane.next_nonce},
                                   {"bundle", lane.bundle}});
    }
    return out;
}

json::array latency_rows(const std::vector<std::pair<std::string, telemetry::Quantiles>>& latencies) {
    const auto us = [](std::int64_t duration_ns) { return static_cast<double>(duration_ns) / 1000; };
    json::array out;
    for (const auto& [stage, q] : latencies) {
        out.push_back(json::object{{"stage", stage},
                                   {"count", q.count},
                                   {"p50_us", us(q.p50_ns)},
                                   {"p90_us", us(q.p90_ns)},
                                   {"p99_us", us(q.p99_ns)},
                                   {"p999_us", us(q.p999_ns)},
                                   {"max_us", us(q.max_ns)}});
    }
    return out;
}

json::object bundle_object(const store::BundleView& view) {
    const store::BundleEntry& b = view.bundle;
    json::object out{{"uuid", b.uuid},
                     {"version", b.version},
                     {"time_ns", b.time_ns},
                     {"target", to_hex(b.target_hash)},
                     {"target_block", b.target_block},
                     {"pool", b.pool},
                     {"router", b.router},
                     {"lane", b.lane},
                     {"lane_address", b.lane_address},
                     {"mint_nonce", b.mint_nonce},
                     {"mint_hash", to_hex(b.mint_hash)},
                     {"burn_hash", to_hex(b.burn_hash)},
                     {"tick_lower", b.tick_lower},
                     {"tick_upper", b.tick_upper},
                     {"liquidity", b.liquidity},
                     {"predicted", amounts(b.predicted)},
                     {"latency", embedded(b.latency_json)},
                     {"outcome", "pending"}};
    if (view.outcome) {
        out["outcome"] = std::string(store::to_text(view.outcome->outcome));
        out["reason"] = view.outcome->reason;
        out["block"] = view.outcome->block;
        out["realised"] = amounts(view.outcome->realised);
        out["realised_profit_wei"] = view.outcome->realised_profit_wei;
        out["detail"] = embedded(view.outcome->detail_json);
    }
    json::array submissions;
    for (const store::SubmissionEntry& s : view.submissions) {
        submissions.push_back(json::object{
            {"relay", s.relay}, {"kind", s.kind}, {"latency_us", s.latency_us}, {"accepted", s.accepted}, {"answer", s.answer}});
    }
    out["submissions"] = std::move(submissions);
    return out;
}

} // namespace

std::string state_report(const Arming& arming) {
    return json::serialize(state_object(arming));
}

std::string status_report(const StatusInputs& inputs) {
    json::object out = state_object(inputs.arming);
    const ArmView& arm = inputs.arming.view();
    const MarketView market = inputs.market.view();
    out["environment"] = inputs.services.config.environment;
    out["node"] = node_object(market);
    out["engine"] = engine_object(inputs.engine);
    out["signer"] =
        json::object{{"state", arm.signer_reachable ? (arm.signer.hsm_ready ? "ready" : arm.signer.hsm_error) : arm.signer_error},
                     {"reachable", arm.signer_reachable},
                     {"signed", arm.signer.signed_bundles},
                     {"refused", arm.signer.refused},
                     {"hsm_restarts", arm.signer.hsm_restarts}};
    out["pools"] = json::object{{"total", market.pools}, {"in_service", market.pools_in_service}};
    json::object risk{{"realised_today_wei", chain::to_decimal(inputs.usage.realised_today_wei)},
                      {"open_worst_loss_wei", text(inputs.usage.open_worst_loss_wei)},
                      {"open_bundles", inputs.usage.open_bundles},
                      {"orders_last_second", inputs.usage.orders_last_second},
                      {"halted", inputs.usage.halted},
                      {"halt_reason", inputs.usage.halt_reason}};
    add_risk_view(risk, inputs.risk);
    out["risk"] = std::move(risk);
    out["bundles"] =
        json::object{{"sent", inputs.bundles.sent}, {"included", inputs.bundles.included}, {"missed", inputs.bundles.missed}};
    out["journal"] = json::object{{"dropped", inputs.services.journal.dropped()}, {"error", inputs.services.journal.last_error()}};
    out["lanes"] = lane_rows(inputs.lanes);
    out["latency"] = latency_rows(inputs.latencies);
    out["resident_kib"] = resident_kib();
    out["uptime_s"] = inputs.uptime.count();
    out["admin_port"] = inputs.admin_port;
    out["pid"] = ::getpid();
    return json::serialize(out);
}

std::string pools_report(const Services& services, const Market& market) {
    json::array rows;
    const pools::PoolBook& book = market.book();
    for (std::size_t i = 0; i < book.size(); ++i) {
        const PoolConfig& config = services.config.pools[i];
        const auto index = static_cast<std::uint16_t>(i);
        const pools::PoolView view = book.view(index);
        rows.push_back(json::object{{"executor_pool_id", config.executor_pool_id},
                                    {"address", to_hex(config.address)},
                                    {"pair", pool_name(services.config, config)},
                                    {"fee", config.fee},
                                    {"tick", view.tick},
                                    {"sqrt_price_x96", chain::to_decimal(view.sqrt_price_x96)},
                                    {"liquidity", text(chain::u256{view.liquidity})},
                                    {"ticks", view.below.size() + view.above.size()},
                                    {"block", view.block_number},
                                    {"state_version", view.state_version},
                                    {"state", std::string(pools::name_of(book.service(index)))}});
    }
    return json::serialize(json::object{{"pools", std::move(rows)}});
}

Result<std::string> decisions_report(store::Journal& journal, std::size_t limit) {
    const auto decisions = journal.decisions(limit);
    if (!decisions) return std::unexpected(decisions.error());
    json::array rows;
    for (const store::DecisionEntry& d : *decisions) {
        rows.push_back(json::object{{"time_ns", d.time_ns},
                                    {"block", d.block},
                                    {"pool", d.pool},
                                    {"target", to_hex(d.target_hash)},
                                    {"kind", d.kind},
                                    {"reason", d.reason},
                                    {"tick_lower", d.tick_lower},
                                    {"tick_upper", d.tick_upper},
                                    {"liquidity", d.liquidity},
                                    {"profit_wei", d.profit_wei},
                                    {"detail", embedded(d.detail_json)}});
    }
    return json::serialize(json::object{{"decisions", std::move(rows)}});
}

Result<std::string> bundles_report(store::Journal& journal, std::size_t limit) {
    const auto bundles = journal.bundles(limit);
    if (!bundles) return std::unexpected(bundles.error());
    json::array rows;
    for (const store::BundleView& bundle : *bundles) rows.push_back(bundle_object(bundle));
    return json::serialize(json::object{{"bundles", std::move(rows)}});
}

Result<std::string> audit_report(const audit::Log& log) {
    const audit::AnchorStatus anchor = log.anchor_status();
    const auto report =
        audit::verify(log.path(), anchor.name.empty() ? std::optional<audit::Head>() : std::optional(anchor.anchored));
    if (!report) return std::unexpected(report.error());
    return json::serialize(json::object{{"file", log.path()},
                                        {"ok", report->ok},
                                        {"records", report->records},
                                        {"bad_line", report->bad_line},
                                        {"problem", report->problem},
                                        {"note", report->note},
                                        {"anchor", anchor.name},
                                        {"anchored_seq", anchor.anchored.seq},
                                        {"anchor_error", anchor.error}});
}

std::uint64_t resident_kib() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    statm >> total >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

} // namespace jitbox::apps
