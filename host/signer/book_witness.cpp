// Databases against the audit log.
// SPDX-License-Identifier: Apache-2.0
#include "signer/book_witness.hpp"

#include <algorithm>
#include <utility>

namespace jitbox::signer {
namespace {

constexpr std::string_view arrow = " -> ";
/// What a look may have to read back of the log; a book that was confirmed longer ago is confirmed anew.
constexpr std::uint64_t near_records = 1000;

/// A digest as the records have it.
std::string named(const std::string& digest) {
    return digest.empty() ? "none" : digest;
}

std::chrono::system_clock::time_point time_of(const audit::Record& record) {
    return std::chrono::system_clock::time_point(
        std::chrono::duration_cast<std::chrono::system_clock::duration>(std::chrono::nanoseconds(record.time_ns)));
}

} // namespace

Result<void> BookWitness::note(Action action, std::string result) {
    const auto written =
        log_.append({.user = "system", .action = actions_.at(action), .resource = book_ + ".db", .result = std::move(result)});
    if (!written) return std::unexpected(written.error());
    return {};
}

Result<BookFinding> BookWitness::distrust(const std::string& why, std::chrono::system_clock::time_point newest) {
    if (auto noted = note(is_distrusted, why); !noted) return std::unexpected(noted.error());
    return BookFinding{.objection = why, .until = std::max(newest, std::chrono::system_clock::now())};
}

std::string BookWitness::expected(const audit::Record& newest, const std::string& digest) const {
    const std::string& said = newest.event.result;
    if (newest.event.action != actions_[is_changing]) return said;
    const std::size_t at = said.find(arrow);
    if (at == std::string::npos) return said;
    return named(digest) == said.substr(at + arrow.size()) ? named(digest) : said.substr(0, at);
}

Result<BookFinding> BookWitness::look(const std::string& digest) {
    const std::array<std::string_view, 3> actions = {actions_[0], actions_[1], actions_[2]};
    const auto found = log_.last_of(actions);
    if (!found) return std::unexpected(found.error());
    const std::optional<audit::Record>& newest = *found;
    if (newest && newest->event.action == actions_[is_distrusted])
        return BookFinding{.objection = newest->event.result,
                           .until = std::max(time_of(*newest), std::chrono::system_clock::now())};
    // Without a record: kept before the log said so, by an earlier version or under a log that was begun anew since.
    const std::string should = newest ? expected(*newest, digest) : named(digest);
    if (named(digest) != should)
        return distrust(book_ + ".db holds " + named(digest) + ", the audit log says " + should +
                            ": it was deleted, edited or replaced by an older copy",
                        newest ? time_of(*newest) : std::chrono::system_clock::time_point{});
    const bool confirmed = newest && newest->event.action == actions_[is_kept] && newest->seq + near_records > log_.head().seq;
    if (!digest.empty() && !confirmed)
        if (auto noted = kept(digest); !noted) return std::unexpected(noted.error());
    return BookFinding{};
}

Result<void> BookWitness::unreadable(const std::string& why) {
    const auto done = distrust(book_ + ".db cannot be read: " + why, {});
    if (!done) return std::unexpected(done.error());
    return {};
}

Result<void> BookWitness::change(const std::string& from, const std::string& to, const std::function<Result<void>()>& write) {
    auto done = changing(from, to);
    if (done) done = write();
    if (done) done = kept(to);
    return done;
}

Result<void> BookWitness::changing(const std::string& from, const std::string& to) {
    return note(is_changing, named(from) + std::string(arrow) + named(to));
}

Result<void> BookWitness::kept(const std::string& digest) {
    return note(is_kept, named(digest));
}

} // namespace jitbox::signer
