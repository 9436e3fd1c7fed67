// Journal entries to rows and back; private to store.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/journal.hpp"
#include "store/sqlite.hpp"

#include <map>

namespace jitbox::store {

/// Writes entries on the writer's connection, inside the caller's transaction.
class RowWriter {
public:
    RowWriter(Database& database, const Journal::Options& options) : database_(database), options_(options) {}
    [[nodiscard]] Result<void> write(const Entry& entry);

private:
    [[nodiscard]] Result<void> write_row(const DecisionEntry& row);
    [[nodiscard]] Result<void> write_row(const BundleEntry& row);
    [[nodiscard]] Result<void> write_row(const SubmissionEntry& row);
    [[nodiscard]] Result<void> write_row(const OutcomeEntry& row);
    [[nodiscard]] Result<void> write_row(const LaneEntry& row);
    [[nodiscard]] Result<void> write_row(const RiskEventEntry& row);
    [[nodiscard]] Result<void> write_row(const CostEntry& row);
    [[nodiscard]] Result<void> write_row(const RiskStateEntry& row);
    /// Prepared once by text.
    template <typename... Args>
    [[nodiscard]] Result<void> run(const char* sql, const Args&... args);

    Database& database_;
    const Journal::Options& options_;
    std::map<const char*, Statement> statements_;
    std::uint64_t decisions_written_ = 0;
};

/// Reads on a connection of its own.
class RowReader {
public:
    explicit RowReader(Database& database) : database_(database) {}
    [[nodiscard]] Result<std::vector<DecisionEntry>> decisions(std::size_t limit, std::string_view pool);
    [[nodiscard]] Result<std::vector<BundleView>> bundles(std::size_t limit, bool only_open);
    [[nodiscard]] Result<std::optional<BundleView>> bundle(std::string_view uuid, std::uint32_t version);
    [[nodiscard]] Result<std::vector<LaneEntry>> lanes();
    [[nodiscard]] Result<std::vector<RiskEventEntry>> risk_events(std::size_t limit);
    [[nodiscard]] Result<std::map<std::string, std::string>> risk_state();
    [[nodiscard]] Result<std::vector<ProfitEntry>> profits(std::int64_t from_ns, std::int64_t to_ns);
    [[nodiscard]] Result<std::vector<std::string>> pools_included();
    [[nodiscard]] Result<std::vector<TargetEntry>> targets(std::int64_t from_ns);

private:
    template <typename... Args, typename Take>
    [[nodiscard]] Result<void> each(const char* sql, Take take, const Args&... args);
    [[nodiscard]] Result<void> add_details(BundleView& view);

    Database& database_;
};

[[nodiscard]] std::string amounts_to_json(const BundleAmounts& amounts);
[[nodiscard]] BundleAmounts amounts_from_json(std::string_view text);

} // namespace jitbox::store
