// Used approvals and one person's leases, in SQLite.
// SPDX-License-Identifier: Apache-2.0
#include "signer/approval_book.hpp"

#include "signer/book_digest.hpp"

#include <array>

namespace jitbox::signer {
namespace {

constexpr std::array<const char*, 2> migrations = {R"(
CREATE TABLE used (
    approver TEXT NOT NULL, nonce TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, expires_s INTEGER NOT NULL,
    time_ns INTEGER NOT NULL,
    PRIMARY KEY (approver, nonce)) WITHOUT ROWID;
CREATE TRIGGER used_is_for_ever BEFORE UPDATE ON used BEGIN SELECT raise(ABORT, 'a used approval cannot be changed'); END;
CREATE TRIGGER used_stays BEFORE DELETE ON used BEGIN SELECT raise(ABORT, 'a used approval cannot be removed'); END;
)",
                                                   R"(
CREATE TABLE alone (number INTEGER PRIMARY KEY, time_ns INTEGER NOT NULL, total_wei TEXT NOT NULL);
CREATE TRIGGER alone_is_for_ever BEFORE UPDATE ON alone BEGIN SELECT raise(ABORT, 'a lease that was armed is not changed'); END;
CREATE TRIGGER alone_stays BEFORE DELETE ON alone BEGIN SELECT raise(ABORT, 'a lease that was armed is not forgotten'); END;
)"};

constexpr std::array<std::string_view, 6> used_columns = {"approver", "nonce", "action", "subject", "expires_s", "time_ns"};
constexpr std::array<std::string_view, 3> alone_columns = {"number", "time_ns", "total_wei"};
constexpr std::array tables = {BookTable{.name = "used", .columns = used_columns},
                               BookTable{.name = "alone", .columns = alone_columns}};

/// The approver of the row that distrust() leaves: its expiry is until when every approval may have been used. No person has no
/// name.
constexpr std::string_view nobody;

std::unexpected<Refusal> refuse(const Error& error) {
    return std::unexpected(Refusal{.code = RefusalCode::approvals_needed, .what = error.what, .hint = error.hint});
}

std::int64_t nanoseconds(ApprovalBook::Time time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

} // namespace

Result<std::unique_ptr<ApprovalBook>> ApprovalBook::open(const std::string& path, BookWitness& witness) {
    auto database = store::Database::open(path, migrations);
    if (!database) return std::unexpected(database.error());
    std::unique_ptr<ApprovalBook> book(new ApprovalBook(std::move(*database), witness));
    auto digest = book_digest(*book->database_, tables);
    if (!digest) return std::unexpected(digest.error());
    book->digest_ = std::move(*digest);
    return book;
}

Result<void> ApprovalBook::add(const std::string& from, const std::function<Result<void>()>& insert) {
    auto transaction = store::Transaction::begin(*database_);
    if (!transaction) return std::unexpected(transaction.error());
    if (auto untouched = check_untouched(); !untouched) return untouched;
    if (auto inserted = insert(); !inserted) return inserted;
    auto to = book_digest(*database_, tables);
    if (!to) return std::unexpected(to.error());
    return witness_->change(from, *to, [&]() -> Result<void> {
        if (auto durable = transaction->commit(); !durable) return durable;
        digest_ = *to;
        return {};
    });
}

Result<void> ApprovalBook::check_untouched() {
    const auto now = book_digest(*database_, tables);
    if (!now) return std::unexpected(now.error());
    if (*now == digest_) return {};
    return fail(database_->path() + " was changed by somebody else while it was open",
                "restart the signer, which holds it against the audit log, and find out who did it");
}

Result<void> ApprovalBook::distrust(const BookFinding& finding) {
    const auto until = finding.until + max_approval_life;
    const Approval doubt{.action = "distrusted",
                         .subject = finding.objection,
                         .nonce = std::to_string(nanoseconds(finding.until)),
                         .expires_s = std::chrono::ceil<std::chrono::seconds>(until.time_since_epoch()).count(),
                         .approver = std::string(nobody),
                         .signature = {}};
    return add(std::string(distrusted_digest) + digest_, [&]() -> Result<void> {
        if (auto written = insert_used(doubt, finding.until); !written) return written;
        return insert_alone(~chain::u256{0}, finding.until);
    });
}

Result<void> ApprovalBook::check_never_used(const Approval& approval) {
    auto find = database_->prepare("SELECT (SELECT count(*) FROM used WHERE approver = ?1 AND nonce = ?2), "
                                   "(SELECT coalesce(max(expires_s), 0) FROM used WHERE approver = ?3)");
    if (!find) return std::unexpected(find.error());
    const auto row = find->bind(approval.approver, approval.nonce, nobody).step();
    if (!row) return std::unexpected(row.error());
    if (find->integer(0) != 0)
        return fail("approval of '" + approval.approver + "': was used before", "every approval is good once: approve again");
    if (approval.expires_s <= find->integer(1))
        return fail("approval of '" + approval.approver + "': may have been used before: " + database_->path() +
                        " was not what the audit log says",
                    "approve again with --life 24h, and find out who changed it");
    return {};
}

Result<void> ApprovalBook::insert_used(const Approval& approval, Time now) {
    auto insert =
        database_->prepare("INSERT INTO used (approver, nonce, action, subject, expires_s, time_ns) VALUES (?1,?2,?3,?4,?5,?6)");
    if (!insert) return std::unexpected(insert.error());
    return insert->bind(approval.approver, approval.nonce, approval.action, approval.subject, approval.expires_s, nanoseconds(now))
        .run();
}

Result<void> ApprovalBook::insert_alone(const chain::u256& total_notional_wei, Time now) {
    auto insert = database_->prepare("INSERT INTO alone (time_ns, total_wei) VALUES (?1, ?2)");
    if (!insert) return std::unexpected(insert.error());
    return insert->bind(nanoseconds(now), chain::to_decimal(total_notional_wei)).run();
}

Answer<void> ApprovalBook::use(std::span<const Approver> approvers, std::string_view action, std::string_view subject,
                               std::span<const Approval> approvals, Time now) {
    if (auto good = check_approvals(approvers, action, subject, approvals, now); !good) return refuse(good.error());
    const auto done = add(digest_, [&]() -> Result<void> {
        for (const Approval& approval : approvals) {
            if (auto fresh = check_never_used(approval); !fresh) return fresh;
            if (auto written = insert_used(approval, now); !written) return written;
        }
        return {};
    });
    if (!done) return refuse(done.error());
    return {};
}

Result<chain::u512> ApprovalBook::lone_notional_wei(Time now) {
    auto rows = database_->prepare("SELECT total_wei FROM alone WHERE time_ns > ?1");
    if (!rows) return std::unexpected(rows.error());
    rows->bind(nanoseconds(now - lone_window));
    chain::u512 sum = 0;
    for (;;) {
        const auto row = rows->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return sum;
        const auto total = chain::parse_u256(rows->text(0));
        if (!total) return fail(database_->path() + ": a lease's notional is no number: " + total.error().what);
        sum += *total;
    }
}

Answer<void> ApprovalBook::arm_alone(const chain::u256& total_notional_wei, const chain::u256& threshold_wei, Time now) {
    const auto armed = lone_notional_wei(now);
    if (!armed) return refuse(armed.error());
    if (*armed + total_notional_wei > threshold_wei) {
        const chain::u256 left = *armed > threshold_wei ? chain::u256{0} : threshold_wei - static_cast<chain::u256>(*armed);
        return refuse({.what = "arm needs the approvals of 2 different people, there are 0: one person may arm " +
                               chain::to_decimal(left) + " wei more after the leases of the last 24 hours, this one has " +
                               chain::to_decimal(total_notional_wei),
                       .hint = "`jitctl arm ... --request-approval`, `jitctl approve`"});
    }
    const auto done = add(digest_, [&] { return insert_alone(total_notional_wei, now); });
    if (!done) return refuse(done.error());
    return {};
}

} // namespace jitbox::signer
