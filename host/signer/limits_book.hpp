// The limits that the last arming was allowed with, kept where jitd's user cannot reach them: what a looser arming is judged by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/book_witness.hpp"
#include "signer/limit_terms.hpp"
#include "signer/priority_mutex.hpp"
#include "store/sqlite.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace jitbox::signer {

/// Append-only in SQLite (WAL, synchronous=FULL), held against the audit log (open_book). One thread keeps, others may ask for the
/// digest.
class LimitsBook {
public:
    /// Errors: those of the database; a row that cannot be read.
    [[nodiscard]] static Result<std::unique_ptr<LimitsBook>> open(const std::string& path, BookWitness& witness);

    /// Of the last arming, or of what two people accepted since; empty: never armed with limits.
    [[nodiscard]] const LimitTerms& terms() const noexcept { return terms_; }
    /// limits_digest() of their text; where they are distrusted, a text that no limits have, so that jitd, too, has everything to
    /// be accepted by two people. From any thread; waits for nothing.
    [[nodiscard]] std::string digest() const;
    /// These are not the limits of the last arming: nothing is armed until others are kept.
    [[nodiscard]] Result<void> distrust(const BookFinding& finding);
    /// Empty: they are what they should be.
    [[nodiscard]] const std::string& objection() const noexcept { return objection_; }
    /// `text`: format_limit_terms(). Durable and in the audit log when it returns; nothing is written when they are the newest
    /// already.
    [[nodiscard]] Result<void> keep(const std::string& text, std::chrono::system_clock::time_point now);

private:
    LimitsBook(std::unique_ptr<store::Database> database, BookWitness& witness)
        : database_(std::move(database)), witness_(witness) {}
    [[nodiscard]] Result<void> take(const std::string& text);

    std::unique_ptr<store::Database> database_;
    BookWitness& witness_;
    LimitTerms terms_;
    std::string objection_;
    mutable PriorityMutex mutex_; ///< guards the digest; held for copies only
    std::string digest_;
};

} // namespace jitbox::signer
