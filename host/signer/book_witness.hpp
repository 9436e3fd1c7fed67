// What the audit log says of a database of the signer's (limits.db, approvals.db, keys.db). The log is chained and anchored outside
// of the machine's files, a database is a file like any other: whoever deletes it, edits it or puts an older copy in its place is
// found out when it is opened next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/log.hpp"

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace jitbox::signer {

/// What was found when a book was opened.
struct BookFinding {
    std::string objection; ///< empty: the book holds what the log says
    /// With an objection: no record about the book is younger, nor is now. What the book held before may be missing in it.
    std::chrono::system_clock::time_point until{};
};

/// Holds one database against the log and writes what it finds there. A digest is of all that the database holds; empty: nothing.
/// One thread at a time.
class BookWitness {
public:
    /// `book`: "limits" for limits.db.
    BookWitness(audit::Log& log, std::string book)
        : log_(log), book_(std::move(book)), actions_{book_ + "_changing", book_ + "_kept", book_ + "_distrusted"} {}

    /// `digest`: of what the database holds. An objection stands in the log from now on: a later look says the same, whatever the
    /// database holds then, until kept(). Errors: the log cannot be read or written.
    [[nodiscard]] Result<BookFinding> look(const std::string& digest);
    /// The same for a database that cannot be read. Errors: the log cannot be read or written.
    [[nodiscard]] Result<void> unreadable(const std::string& why);

    /// `write` takes the database from `from` to `to`, durably. Both are in the log before, and `to` after it: a crash in between
    /// leaves either, and both are sound. Errors: the log's, and those of `write`.
    [[nodiscard]] Result<void> change(const std::string& from, const std::string& to, const std::function<Result<void>()>& write);
    /// The two halves of change().
    [[nodiscard]] Result<void> changing(const std::string& from, const std::string& to);
    [[nodiscard]] Result<void> kept(const std::string& digest);

private:
    enum Action : std::size_t { is_changing, is_kept, is_distrusted };
    [[nodiscard]] Result<void> note(Action action, std::string result);
    [[nodiscard]] Result<BookFinding> distrust(const std::string& why, std::chrono::system_clock::time_point newest);
    /// What the database must hold, by the newest record about it, given that it holds `digest`.
    [[nodiscard]] std::string expected(const audit::Record& newest, const std::string& digest) const;

    audit::Log& log_;
    const std::string book_;
    const std::array<std::string, 3> actions_;
};

/// How the digest of a book begins that is distrusted: no database has it, so that a crash while it is put right leaves it
/// distrusted.
inline constexpr std::string_view distrusted_digest = "distrusted:";

/// Opens a book and holds it against the log: the one way in. A Book has open(path, witness), digest() and distrust(finding), after
/// which it allows only what no tampering could have made possible; `report` is told why. Errors: those of the database, the log,
/// and of distrust().
template <typename Book>
[[nodiscard]] Result<std::unique_ptr<Book>> open_book(const std::string& path, BookWitness& witness,
                                                      const std::function<void(const std::string& why)>& report) {
    Result<std::unique_ptr<Book>> book = Book::open(path, witness);
    if (!book) {
        if (auto noted = witness.unreadable(book.error().what); !noted) return std::unexpected(noted.error());
        return fail("signer: " + path + " cannot be read: " + book.error().what,
                    "keep it as evidence, outside of state_dir, and start again: docs/signer.md, \"Books\"");
    }
    const auto found = witness.look((*book)->digest());
    if (!found) return std::unexpected(found.error());
    if (found->objection.empty()) return book;
    report(found->objection);
    if (auto done = (*book)->distrust(*found); !done) return std::unexpected(done.error());
    return book;
}

} // namespace jitbox::signer
