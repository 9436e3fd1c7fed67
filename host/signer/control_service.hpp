// The control socket's commands: arm, renew, heartbeat, disarm, estop, reset, status; what is audited and what never waits. Private
// to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/log.hpp"
#include "signer/approval_book.hpp"
#include "signer/arm_latch.hpp"
#include "signer/config.hpp"
#include "signer/limits_book.hpp"
#include "signer/line_server.hpp"
#include "signer/trip_file.hpp"

namespace jitbox::signer {

class ControlService {
public:
    using Task = std::function<void()>;
    struct Parts {
        ArmLatch& latch;
        audit::Log& audit;
        TripFile& trip_file;
        ApprovalBook& approvals;
        LimitsBook& limits;
        const Config& config;                         ///< environment, chain, executor, longest lease, who must approve
        std::function<SignerStatus()> status;         ///< never waits
        std::function<std::string()> key_objection;   ///< what stands against arming with these keys; empty: nothing does
        std::function<std::string()> audit_objection; ///< what stands against arming with this audit log; empty: nothing does
        std::function<void()> drop_menu;              ///< destroys what was signed and not asked for; never waits
        std::function<void(Task)> on_admin;           ///< runs a task on the administration thread, in order
        std::function<void(Task)> on_control;         ///< runs a task on the control thread
        std::function<void(const std::string& event, const std::string& text)> report;
    };

    explicit ControlService(Parts parts) : parts_(std::move(parts)) {}

    /// One line of the control socket. Emergency stop latches before anything else is looked at, and answers at once. A watcher's
    /// line (signer.watcher_uids) is answered when it asks for the status, and refused otherwise, a stop too.
    void handle(std::string_view line, const Peer& peer, LineServer::Reply reply);
    /// Emergency stop by signal, or by a part that must stop everything.
    void trip(const std::string& cause, const audit::Event& event);
    /// Audits something that happened by itself (HSM fault, a lease that ended).
    void note(std::string action, std::string result);

private:
    [[nodiscard]] bool only_watches(const Peer& peer) const;
    [[nodiscard]] std::string answer_watcher(std::string_view line, const Peer& peer);
    /// An operator (signer.operator_uids) reaches ARMED through jitd alone, whose preconditions (ARM-2) are not known here.
    [[nodiscard]] Answer<void> check_role(const ControlRequest& request, const Peer& peer) const;
    void arm(std::uint64_t id, const ArmRequest& request, const Peer& peer, LineServer::Reply reply);
    void renew(std::uint64_t id, const RenewRequest& request, const Peer& peer, LineServer::Reply reply);
    void reset(std::uint64_t id, const ResetRequest& request, const Peer& peer, LineServer::Reply reply);
    void disarm(std::uint64_t id, const DisarmRequest& request, const Peer& peer, LineServer::Reply reply);
    [[nodiscard]] Answer<void> arm_now(const ArmRequest& request, audit::Event event);
    [[nodiscard]] Answer<void> check_arm(const ArmRequest& request) const;
    /// API-3: what of the limits is looser than at the last arming.
    [[nodiscard]] Answer<void> check_limits(const ArmRequest& request) const;
    /// loosen_limits: the request's limits are those of the subject, and so are those that they replace. Other actions bring none.
    [[nodiscard]] Answer<void> check_loosening(const EndorseRequest& request) const;
    [[nodiscard]] Answer<void> keep_limits(const std::string& action, const std::string& limits);
    [[nodiscard]] Answer<void> renew_now(const RenewRequest& request, audit::Event event);
    [[nodiscard]] Answer<void> check_renew(const RenewRequest& request, const LatchView& now) const;
    /// Two people's yes to a lease when it is given; without it the lease is one person's, and counts as such.
    [[nodiscard]] Answer<void> authorise(const ArmRequest& request);
    [[nodiscard]] Answer<void> use_approvals(std::string_view action, const std::string& subject,
                                             const std::vector<Approval>& approvals);
    void endorse(std::uint64_t id, const EndorseRequest& request, const Peer& peer, LineServer::Reply reply);
    [[nodiscard]] Answer<void> endorse_now(const EndorseRequest& request, audit::Event event);
    [[nodiscard]] Answer<void> reset_now(const ResetRequest& request, audit::Event event);
    [[nodiscard]] Answer<void> record(const audit::Event& event);
    void answer_later(std::uint64_t id, LineServer::Reply reply, Answer<void> done);
    [[nodiscard]] std::string answer(std::uint64_t id, const Answer<void>& done);

    Parts parts_;
};

} // namespace jitbox::signer
