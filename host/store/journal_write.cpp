// Journal entries to rows.
// SPDX-License-Identifier: Apache-2.0
#include "store/journal_rows.hpp"

#include <boost/json.hpp>

#include <array>
#include <utility>

namespace jitbox::store {
namespace {

using AmountField = std::pair<const char*, std::string BundleAmounts::*>;
constexpr std::array<AmountField, 11> amount_fields = {{
    {"mint0", &BundleAmounts::mint0},
    {"mint1", &BundleAmounts::mint1},
    {"swap0", &BundleAmounts::swap0},
    {"swap1", &BundleAmounts::swap1},
    {"burn0", &BundleAmounts::burn0},
    {"burn1", &BundleAmounts::burn1},
    {"fee0", &BundleAmounts::fee0},
    {"fee1", &BundleAmounts::fee1},
    {"gross_profit_wei", &BundleAmounts::gross_profit_wei},
    {"tip_wei", &BundleAmounts::tip_wei},
    {"gas_cost_wei", &BundleAmounts::gas_cost_wei},
}};

} // namespace

std::string amounts_to_json(const BundleAmounts& amounts) {
    boost::json::object object;
    for (const auto& [name, field] : amount_fields)
        if (!(amounts.*field).empty()) object[name] = amounts.*field;
    return boost::json::serialize(object);
}

BundleAmounts amounts_from_json(std::string_view text) {
    BundleAmounts amounts;
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(text, error);
    const boost::json::object* object = error ? nullptr : value.if_object();
    if (object == nullptr) return amounts;
    for (const auto& [name, field] : amount_fields)
        if (const auto* item = object->if_contains(name); item != nullptr && item->is_string()) amounts.*field = item->as_string();
    return amounts;
}

template <typename... Args>
Result<void> RowWriter::run(const char* sql, const Args&... args) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
        auto prepared = database_.prepare(sql);
        if (!prepared) return std::unexpected(prepared.error());
        found = statements_.emplace(sql, std::move(*prepared)).first;
    }
    return found->second.bind(args...).run();
}

Result<void> RowWriter::write(const Entry& entry) {
    return std::visit([this](const auto& row) { return write_row(row); }, entry);
}

Result<void> RowWriter::write_row(const DecisionEntry& row) {
    static constexpr const char* insert =
        "INSERT INTO decisions (time_ns, block, pool, target_hash, kind, reason, tick_lower, tick_upper, liquidity, profit_wei, "
        "detail) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11)";
    static constexpr const char* prune = "DELETE FROM decisions WHERE seq <= (SELECT max(seq) FROM decisions) - ?1";
    if (auto done = run(insert, row.time_ns, row.block, row.pool, row.target_hash, row.kind, row.reason, row.tick_lower,
                        row.tick_upper, row.liquidity, row.profit_wei, row.detail_json);
        !done)
        return done;
    return ++decisions_written_ % 1000 == 0 ? run(prune, options_.keep_decisions) : Result<void>{};
}

Result<void> RowWriter::write_row(const BundleEntry& row) {
    static constexpr const char* insert =
        "INSERT INTO bundles VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19)";
    return run(insert, row.uuid, row.version, row.time_ns, row.target_hash, row.target_block, row.pool, row.router, row.lane,
               row.lane_address, row.mint_nonce, row.mint_hash, row.burn_hash, row.mint_raw, row.burn_raw, row.tick_lower,
               row.tick_upper, row.liquidity, amounts_to_json(row.predicted), row.latency_json);
}

Result<void> RowWriter::write_row(const SubmissionEntry& row) {
    static constexpr const char* insert =
        "INSERT INTO submissions (uuid, version, relay, kind, time_ns, latency_us, accepted, answer) "
        "VALUES (?1,?2,?3,?4,?5,?6,?7,?8)";
    return run(insert, row.uuid, row.version, row.relay, row.kind, row.time_ns, row.latency_us, row.accepted, row.answer);
}

Result<void> RowWriter::write_row(const OutcomeEntry& row) {
    static constexpr const char* insert = "INSERT OR REPLACE INTO outcomes VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9)";
    return run(insert, row.uuid, row.version, row.time_ns, to_text(row.outcome), row.reason, row.block,
               amounts_to_json(row.realised), row.realised_profit_wei, row.detail_json);
}

Result<void> RowWriter::write_row(const LaneEntry& row) {
    static constexpr const char* insert = "INSERT OR REPLACE INTO lanes VALUES (?1,?2,?3,?4,?5,?6)";
    return run(insert, row.lane, row.address, row.state, row.next_nonce, row.uuid, row.time_ns);
}

Result<void> RowWriter::write_row(const RiskEventEntry& row) {
    static constexpr const char* insert = "INSERT INTO risk_events (time_ns, level, rule, text, detail) VALUES (?1,?2,?3,?4,?5)";
    static constexpr const char* prune = "DELETE FROM risk_events WHERE seq <= (SELECT max(seq) FROM risk_events) - ?1";
    if (auto done = run(insert, row.time_ns, row.level, row.rule, row.text, row.detail_json); !done) return done;
    return run(prune, options_.risk_ring);
}

Result<void> RowWriter::write_row(const CostEntry& row) {
    return run("INSERT INTO costs (time_ns, what, wei) VALUES (?1,?2,?3)", row.time_ns, row.what, row.wei);
}

Result<void> RowWriter::write_row(const RiskStateEntry& row) {
    return run("INSERT OR REPLACE INTO risk_state VALUES (?1,?2,?3)", row.key, row.value, row.time_ns);
}

} // namespace jitbox::store
