// The limits that the last arming was allowed with, kept where jitd's user cannot reach them: what a looser arming is judged by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/limit_terms.hpp"
#include "signer/priority_mutex.hpp"
#include "store/sqlite.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace jitbox::signer {

/// How digest() begins where the limits are distrusted: then jitd, too, has everything to be accepted by two people.
inline constexpr std::string_view distrusted_digest = "distrusted:";

/// Append-only in SQLite (WAL, synchronous=FULL). One thread keeps, others may ask for the digest.
class LimitsBook {
public:
    /// Errors: those of the database; a row that cannot be read.
    [[nodiscard]] static Result<std::unique_ptr<LimitsBook>> open(const std::string& path);

    /// Of the last arming, or of what two people accepted since; empty: never armed with limits.
    [[nodiscard]] const LimitTerms& terms() const noexcept { return terms_; }
    /// limits_digest() of their text; where they are distrusted, a text that no limits have. From any thread; waits for nothing.
    [[nodiscard]] std::string digest() const;
    /// These are not the limits of the last arming, because of `why`: nothing is armed until others are kept.
    void distrust(const std::string& why);
    /// Empty: they are what they should be.
    [[nodiscard]] const std::string& objection() const noexcept { return objection_; }
    /// `text`: format_limit_terms(). Durable when it returns; nothing is written when they are the newest already.
    [[nodiscard]] Result<void> keep(const std::string& text, std::chrono::system_clock::time_point now);

private:
    explicit LimitsBook(std::unique_ptr<store::Database> database) : database_(std::move(database)) {}
    [[nodiscard]] Result<void> take(const std::string& text);

    std::unique_ptr<store::Database> database_;
    LimitTerms terms_;
    std::string objection_;
    mutable PriorityMutex mutex_; ///< guards the digest; held for copies only
    std::string digest_;
};

} // namespace jitbox::signer
