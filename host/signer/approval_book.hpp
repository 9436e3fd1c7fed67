// Which approvals were used: kept on disk, so that none counts twice, whatever restarts come between.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/approval.hpp"
#include "store/sqlite.hpp"

#include <memory>

namespace jitbox::signer {

/// What needs two people (API-3): `[approvals]` of the signer's configuration. Without people nothing does, which only a
/// development signer may be.
struct ApprovalRules {
    std::vector<Approver> approvers{};
    chain::u256 arm_threshold_wei = 0; ///< a lease whose total notional is above it needs them to be armed and to be renewed

    [[nodiscard]] bool needed_to_arm(const chain::u256& max_total_notional_wei) const {
        return !approvers.empty() && max_total_notional_wei > arm_threshold_wei;
    }
    [[nodiscard]] bool needed_to_reset() const { return !approvers.empty(); }
};

/// Not thread-safe: of the administration thread.
class ApprovalBook {
public:
    /// Opens or creates. Errors: as store::Database.
    [[nodiscard]] static Result<ApprovalBook> open(const std::string& path);

    /// Checks the approvals (check_approvals) and writes every one of them down as used, all or none, fsync'd before it returns.
    /// Refused: what does not count, what was used before, and when the book cannot be written.
    [[nodiscard]] Answer<void> use(std::span<const Approver> approvers, std::string_view action, std::string_view subject,
                                   std::span<const Approval> approvals, std::chrono::system_clock::time_point now);

private:
    ApprovalBook(std::unique_ptr<store::Database> database, store::Statement insert, store::Statement find)
        : database_(std::move(database)), insert_(std::move(insert)), find_(std::move(find)) {}
    [[nodiscard]] Result<void> write_down(const Approval& approval, std::chrono::system_clock::time_point now);

    std::unique_ptr<store::Database> database_; // before the statements, which point to it
    store::Statement insert_;
    store::Statement find_;
};

} // namespace jitbox::signer
