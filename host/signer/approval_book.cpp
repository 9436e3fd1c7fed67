// Used approvals, in SQLite.
// SPDX-License-Identifier: Apache-2.0
#include "signer/approval_book.hpp"

#include <array>

namespace jitbox::signer {
namespace {

constexpr std::array<const char*, 1> migrations = {R"(
CREATE TABLE used (
    approver TEXT NOT NULL, nonce TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, expires_s INTEGER NOT NULL,
    time_ns INTEGER NOT NULL,
    PRIMARY KEY (approver, nonce)) WITHOUT ROWID;
CREATE TRIGGER used_is_for_ever BEFORE UPDATE ON used BEGIN SELECT raise(ABORT, 'a used approval cannot be changed'); END;
CREATE TRIGGER used_stays BEFORE DELETE ON used BEGIN SELECT raise(ABORT, 'a used approval cannot be removed'); END;
)"};

std::unexpected<Refusal> refuse(const Error& error) {
    return std::unexpected(Refusal{.code = RefusalCode::approvals_needed, .what = error.what, .hint = error.hint});
}

} // namespace

Result<ApprovalBook> ApprovalBook::open(const std::string& path) {
    auto database = store::Database::open(path, migrations);
    if (!database) return std::unexpected(database.error());
    auto insert =
        (*database)->prepare("INSERT INTO used (approver, nonce, action, subject, expires_s, time_ns) VALUES (?1,?2,?3,?4,?5,?6)");
    if (!insert) return std::unexpected(insert.error());
    auto find = (*database)->prepare("SELECT 1 FROM used WHERE approver = ?1 AND nonce = ?2");
    if (!find) return std::unexpected(find.error());
    return ApprovalBook(std::move(*database), std::move(*insert), std::move(*find));
}

Result<void> ApprovalBook::write_down(const Approval& approval, std::chrono::system_clock::time_point now) {
    const auto found = find_.bind(approval.approver, approval.nonce).step();
    find_.reset();
    if (!found) return std::unexpected(found.error());
    if (*found)
        return fail("approval of '" + approval.approver + "': was used before", "every approval is good once: approve again");
    const auto time_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
    return insert_.bind(approval.approver, approval.nonce, approval.action, approval.subject, approval.expires_s, time_ns).run();
}

Answer<void> ApprovalBook::use(std::span<const Approver> approvers, std::string_view action, std::string_view subject,
                               std::span<const Approval> approvals, std::chrono::system_clock::time_point now) {
    if (auto good = check_approvals(approvers, action, subject, approvals, now); !good) return refuse(good.error());
    auto transaction = store::Transaction::begin(*database_);
    if (!transaction) return refuse(transaction.error());
    for (const Approval& approval : approvals)
        if (auto written = write_down(approval, now); !written) return refuse(written.error());
    if (auto durable = transaction->commit(); !durable) return refuse(durable.error());
    return {};
}

} // namespace jitbox::signer
