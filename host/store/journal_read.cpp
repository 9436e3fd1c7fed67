// Journal rows back to entries.
// SPDX-License-Identifier: Apache-2.0
#include "store/journal_rows.hpp"

namespace jitbox::store {
namespace {

constexpr std::string_view bundle_columns =
    "b.uuid, b.version, b.time_ns, b.target_hash, b.target_block, b.pool, b.router, b.lane, b.lane_address, b.mint_nonce, "
    "b.mint_hash, "
    "b.burn_hash, b.mint_raw, b.burn_raw, b.tick_lower, b.tick_upper, b.liquidity, b.predicted, b.latency";

BundleEntry read_bundle(const Statement& row) {
    return {.uuid = row.text(0),
            .version = static_cast<std::uint32_t>(row.integer(1)),
            .time_ns = row.integer(2),
            .target_hash = row.fixed<32>(3),
            .target_block = row.unsigned_integer(4),
            .pool = row.text(5),
            .router = row.text(6),
            .lane = static_cast<std::uint32_t>(row.integer(7)),
            .lane_address = row.text(8),
            .mint_nonce = row.unsigned_integer(9),
            .mint_hash = row.fixed<32>(10),
            .burn_hash = row.fixed<32>(11),
            .mint_raw = row.blob(12),
            .burn_raw = row.blob(13),
            .tick_lower = static_cast<std::int32_t>(row.integer(14)),
            .tick_upper = static_cast<std::int32_t>(row.integer(15)),
            .liquidity = row.text(16),
            .predicted = amounts_from_json(row.text(17)),
            .latency_json = row.text(18)};
}

DecisionEntry read_decision(const Statement& row) {
    return {.time_ns = row.integer(0),
            .block = row.unsigned_integer(1),
            .pool = row.text(2),
            .target_hash = row.fixed<32>(3),
            .kind = row.text(4),
            .reason = row.text(5),
            .tick_lower = static_cast<std::int32_t>(row.integer(6)),
            .tick_upper = static_cast<std::int32_t>(row.integer(7)),
            .liquidity = row.text(8),
            .profit_wei = row.text(9),
            .detail_json = row.text(10)};
}

} // namespace

template <typename... Args, typename Take>
Result<void> RowReader::each(const char* sql, Take take, const Args&... args) {
    auto statement = database_.prepare(sql);
    if (!statement) return std::unexpected(statement.error());
    statement->bind(args...);
    for (;;) {
        const auto row = statement->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return {};
        take(*statement);
    }
}

Result<std::vector<DecisionEntry>> RowReader::decisions(std::size_t limit, std::string_view pool) {
    std::vector<DecisionEntry> out;
    const auto take = [&](const Statement& row) { out.push_back(read_decision(row)); };
    const std::string select =
        "SELECT time_ns, block, pool, target_hash, kind, reason, tick_lower, tick_upper, liquidity, profit_wei, "
        "detail FROM decisions ";
    auto done = pool.empty() ? each((select + "ORDER BY seq DESC LIMIT ?1").c_str(), take, limit)
                             : each((select + "WHERE pool = ?2 ORDER BY seq DESC LIMIT ?1").c_str(), take, limit, pool);
    if (!done) return std::unexpected(done.error());
    return out;
}

Result<std::vector<BundleView>> RowReader::bundles(std::size_t limit, bool only_open) {
    std::vector<BundleView> out;
    const std::string sql = "SELECT " + std::string(bundle_columns) +
                            (only_open ? " FROM open_bundles CROSS JOIN bundles b USING (uuid, version) " : " FROM bundles b ") +
                            "ORDER BY b.time_ns DESC, b.rowid DESC LIMIT ?1";
    auto done = each(
        sql.c_str(), [&](const Statement& row) { out.push_back({.bundle = read_bundle(row), .outcome = {}, .submissions = {}}); },
        limit);
    if (!done) return std::unexpected(done.error());
    for (BundleView& view : out)
        if (auto more = add_details(view); !more) return std::unexpected(more.error());
    return out;
}

Result<std::optional<BundleView>> RowReader::bundle(std::string_view uuid, std::uint32_t version) {
    std::optional<BundleView> out;
    const std::string sql = "SELECT " + std::string(bundle_columns) + " FROM bundles b WHERE uuid = ?1 AND version = ?2";
    auto done = each(
        sql.c_str(), [&](const Statement& row) { out = {.bundle = read_bundle(row), .outcome = {}, .submissions = {}}; }, uuid,
        version);
    if (done && out) done = add_details(*out);
    if (!done) return std::unexpected(done.error());
    return out;
}

Result<void> RowReader::add_details(BundleView& view) {
    const std::string& uuid = view.bundle.uuid;
    const std::uint32_t version = view.bundle.version;
    auto done = each(
        "SELECT time_ns, outcome, reason, block, realised, profit_wei, detail FROM outcomes WHERE uuid = ?1 AND version = ?2",
        [&](const Statement& row) {
            view.outcome = OutcomeEntry{.uuid = uuid,
                                        .version = version,
                                        .time_ns = row.integer(0),
                                        .outcome = outcome_from_text(row.text(1)).value_or(Outcome::unknown),
                                        .reason = row.text(2),
                                        .block = row.unsigned_integer(3),
                                        .realised = amounts_from_json(row.text(4)),
                                        .realised_profit_wei = row.text(5),
                                        .detail_json = row.text(6)};
        },
        uuid, version);
    if (!done) return done;
    return each(
        "SELECT relay, kind, time_ns, latency_us, accepted, answer FROM submissions WHERE uuid = ?1 AND version = ?2 ORDER BY seq",
        [&](const Statement& row) {
            view.submissions.push_back({.uuid = uuid,
                                        .version = version,
                                        .relay = row.text(0),
                                        .kind = row.text(1),
                                        .time_ns = row.integer(2),
                                        .latency_us = row.integer(3),
                                        .accepted = row.integer(4) != 0,
                                        .answer = row.text(5)});
        },
        uuid, version);
}

Result<std::vector<LaneEntry>> RowReader::lanes() {
    std::vector<LaneEntry> out;
    auto done = each("SELECT lane, address, state, next_nonce, uuid, time_ns FROM lanes ORDER BY lane", [&](const Statement& row) {
        out.push_back({.lane = static_cast<std::uint32_t>(row.integer(0)),
                       .address = row.text(1),
                       .state = row.text(2),
                       .next_nonce = row.unsigned_integer(3),
                       .uuid = row.text(4),
                       .time_ns = row.integer(5)});
    });
    if (!done) return std::unexpected(done.error());
    return out;
}

Result<std::vector<RiskEventEntry>> RowReader::risk_events(std::size_t limit) {
    std::vector<RiskEventEntry> out;
    auto done = each(
        "SELECT time_ns, level, rule, text, detail FROM risk_events ORDER BY seq DESC LIMIT ?1",
        [&](const Statement& row) {
            out.push_back({.time_ns = row.integer(0),
                           .level = row.text(1),
                           .rule = row.text(2),
                           .text = row.text(3),
                           .detail_json = row.text(4)});
        },
        limit);
    if (!done) return std::unexpected(done.error());
    return out;
}

Result<std::map<std::string, std::string>> RowReader::risk_state() {
    std::map<std::string, std::string> out;
    auto done = each("SELECT key, value FROM risk_state", [&](const Statement& row) { out[row.text(0)] = row.text(1); });
    if (!done) return std::unexpected(done.error());
    return out;
}

Result<std::vector<ProfitEntry>> RowReader::profits(std::int64_t from_ns, std::int64_t to_ns) {
    std::vector<ProfitEntry> out;
    Result<void> sound;
    auto done = each(
        "SELECT time_ns, profit_wei FROM outcomes WHERE time_ns >= ?1 AND time_ns < ?2 AND profit_wei <> '' "
        "UNION ALL SELECT time_ns, '-' || wei FROM costs WHERE time_ns >= ?1 AND time_ns < ?2 ORDER BY 1",
        [&](const Statement& row) {
            const auto value = chain::parse_i256(row.text(1));
            if (!value) sound = fail("journal: the profit '" + row.text(1) + "' is no number", value.error().what);
            out.push_back({.time_ns = row.integer(0), .profit_wei = value.value_or(0)});
        },
        from_ns, to_ns);
    if (done) done = sound;
    if (!done) return std::unexpected(done.error());
    return out;
}

Result<std::vector<std::string>> RowReader::pools_included() {
    std::vector<std::string> out;
    auto done =
        each("SELECT pool FROM included_pools WHERE bundles > 0", [&](const Statement& row) { out.push_back(row.text(0)); });
    if (!done) return std::unexpected(done.error());
    return out;
}

Result<std::vector<TargetEntry>> RowReader::targets(std::int64_t from_ns) {
    std::vector<TargetEntry> out;
    auto done = each(
        "SELECT time_ns, target_hash FROM bundles WHERE time_ns >= ?1 ORDER BY time_ns",
        [&](const Statement& row) { out.push_back({.time_ns = row.integer(0), .target_hash = row.fixed<32>(1)}); }, from_ns);
    if (!done) return std::unexpected(done.error());
    return out;
}

} // namespace jitbox::store
