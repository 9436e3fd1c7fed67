// What people allowed: which approvals were used, and which leases one person armed alone. Kept on disk, so that no approval counts
// twice and no sum is forgotten, whatever restarts come between.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/approval.hpp"
#include "signer/book_witness.hpp"
#include "store/sqlite.hpp"

#include <memory>

namespace jitbox::signer {

/// What needs two people (API-3): `[approvals]` of the signer's configuration. Without people nothing does, which only a
/// development signer may be.
struct ApprovalRules {
    std::vector<Approver> approvers{};
    chain::u256 arm_threshold_wei = 0; ///< what one person may arm within lone_window, all leases' total notional together

    [[nodiscard]] bool needed_to_reset() const { return !approvers.empty(); }
};

/// Leases that one person armed count against the threshold for so long, whether they were used or not.
inline constexpr std::chrono::hours lone_window{24};

/// Append-only in SQLite (WAL, synchronous=FULL), held against the audit log (open_book). Not thread-safe: of the administration
/// thread.
class ApprovalBook {
public:
    using Time = std::chrono::system_clock::time_point;

    /// Opens or creates. Errors: as store::Database.
    [[nodiscard]] static Result<std::unique_ptr<ApprovalBook>> open(const std::string& path, BookWitness& witness);

    /// Of all that it holds; empty: nothing.
    [[nodiscard]] const std::string& digest() const noexcept { return digest_; }
    /// Something may be missing that was written until `finding.until`. No approval is good that can have been used by then, and no
    /// lease is one person's for lone_window after it.
    [[nodiscard]] Result<void> distrust(const BookFinding& finding);

    /// Checks the approvals (check_approvals) and writes every one of them down as used, all or none, durable and in the audit log
    /// when it returns. Refused: what does not count, what was or may have been used before, and when the book cannot be written.
    [[nodiscard]] Answer<void> use(std::span<const Approver> approvers, std::string_view action, std::string_view subject,
                                   std::span<const Approval> approvals, Time now);
    /// Writes one person's lease down, as use() does. Refused when the leases of lone_window, this one among them, come to more
    /// than `threshold_wei`. A clock that goes back forgets none: those of a later time count too.
    [[nodiscard]] Answer<void> arm_alone(const chain::u256& total_notional_wei, const chain::u256& threshold_wei, Time now);

private:
    ApprovalBook(std::unique_ptr<store::Database> database, BookWitness& witness)
        : database_(std::move(database)), witness_(&witness) {}
    /// Rows that `insert` adds become durable together, and the log knows it. `from`: digest before.
    [[nodiscard]] Result<void> add(const std::string& from, const std::function<Result<void>()>& insert);
    [[nodiscard]] Result<void> check_untouched();
    [[nodiscard]] Result<void> check_never_used(const Approval& approval);
    [[nodiscard]] Result<void> insert_used(const Approval& approval, Time now);
    [[nodiscard]] Result<void> insert_alone(const chain::u256& total_notional_wei, Time now);
    [[nodiscard]] Result<chain::u512> lone_notional_wei(Time now);

    std::unique_ptr<store::Database> database_;
    BookWitness* witness_;
    std::string digest_;
};

} // namespace jitbox::signer
