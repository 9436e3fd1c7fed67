// Limits of the last arming, in SQLite.
// SPDX-License-Identifier: Apache-2.0
#include "signer/limits_book.hpp"

#include <array>
#include <mutex>

namespace jitbox::signer {
namespace {

constexpr std::array<const char*, 1> migrations = {R"(
CREATE TABLE limits (number INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, terms TEXT NOT NULL);
CREATE TRIGGER limits_are_for_ever BEFORE UPDATE ON limits BEGIN SELECT raise(ABORT, 'limits that were armed are not changed'); END;
CREATE TRIGGER limits_stay BEFORE DELETE ON limits BEGIN SELECT raise(ABORT, 'limits that were armed are not forgotten'); END;
)"};

} // namespace

Result<std::unique_ptr<LimitsBook>> LimitsBook::open(const std::string& path, BookWitness& witness) {
    auto database = store::Database::open(path, migrations);
    if (!database) return std::unexpected(database.error());
    std::unique_ptr<LimitsBook> book(new LimitsBook(std::move(*database), witness));
    auto newest = book->database_->prepare("SELECT terms FROM limits ORDER BY number DESC LIMIT 1");
    if (!newest) return std::unexpected(newest.error());
    const auto found = newest->step();
    if (!found) return std::unexpected(found.error());
    if (!*found) return book;
    if (auto taken = book->take(newest->text(0)); !taken)
        return fail(path + ": the newest row is no set of limits: " + taken.error().what, "find out who changed it");
    return book;
}

std::string LimitsBook::digest() const {
    const std::scoped_lock lock(mutex_);
    return digest_;
}

Result<void> LimitsBook::take(const std::string& text) {
    auto terms = parse_limit_terms(text);
    if (!terms) return std::unexpected(terms.error());
    terms_ = std::move(*terms);
    std::string digest = limits_digest(text);
    objection_.clear();
    const std::scoped_lock lock(mutex_);
    digest_.swap(digest);
    return {};
}

Result<void> LimitsBook::distrust(const BookFinding& finding) {
    objection_ = finding.objection;
    const std::scoped_lock lock(mutex_);
    digest_ = std::string(distrusted_digest) + digest_;
    return {};
}

Result<void> LimitsBook::keep(const std::string& text, std::chrono::system_clock::time_point now) {
    const std::string before = digest();
    if (limits_digest(text) == before) return {};
    auto insert = database_->prepare("INSERT INTO limits (time_ns, terms) VALUES (?1, ?2)");
    if (!insert) return std::unexpected(insert.error());
    const auto time_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
    return witness_.change(before, limits_digest(text), [&]() -> Result<void> {
        if (auto kept = insert->bind(time_ns, text).run(); !kept) return kept;
        return take(text);
    });
}

} // namespace jitbox::signer
