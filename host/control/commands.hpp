// What an operator may ask of jitd, independent of the socket: strict arguments, authorisation, and the audit rule.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/log.hpp"
#include "chain/u256.hpp"
#include "control/server.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace jitbox::control {

struct ArmCommand {
    std::string operator_name; ///< from the peer's uid, e.g. "uid:1000 alice"
    std::chrono::seconds ttl{0};
    chain::u256 max_notional_wei = 0;           ///< of all bundles of the lease together
    std::optional<chain::u256> loss_budget_wei; ///< what the lease may lose at worst; nothing: the configured daily loss
    std::vector<std::string> pools;             ///< addresses as given; empty = every configured pool
    std::vector<std::string> approvals;         ///< as `jitctl approve` printed them, one line each; likewise below
};

/// More time for the lease in force.
struct RenewCommand {
    std::string operator_name;
    std::chrono::seconds ttl{0};
    std::vector<std::string> approvals;
};

/// TRIPPED -> DISARMED; or the end of a halt that the signer has not latched.
struct ResetCommand {
    std::string operator_name;
    std::string reason;
    std::vector<std::string> approvals;
};

/// `jitctl risk` and `jitctl review`.
struct RiskCommand {
    enum class Kind : std::uint8_t { status, events, level, limits, acknowledge, reviews, decide };
    Kind kind = Kind::status;
    std::string operator_name{};
    std::string reason{};                 ///< level, limits, acknowledge, decide
    std::string level{};                  ///< level: its name
    std::size_t limit = 0;                ///< events: the newest so many
    std::uint64_t review = 0;             ///< decide: which
    bool approve = false;                 ///< decide
    std::vector<std::string> approvals{}; ///< level, limits: where they loosen
};

/// What two people may have to approve (API-3).
using Approvable = std::variant<ArmCommand, RenewCommand, ResetCommand, RiskCommand>;

/// The appliance as control sees it. Called on the io_context's thread; slow ones answer later.
class Appliance {
public:
    virtual ~Appliance() = default;
    virtual void arm(const ArmCommand& command, Respond respond) = 0;
    virtual void disarm(const std::string& operator_name, const std::string& reason, Respond respond) = 0;
    /// Latches at once; must not wait for anything before that (ARM-4).
    virtual void estop(const std::string& operator_name, const std::string& reason, Respond respond) = 0;
    virtual void renew(const RenewCommand& command, Respond respond) = 0;
    virtual void reset(const ResetCommand& command, Respond respond) = 0;
    /// The action and the subject that approvals of `what` must name.
    virtual void approval_request(const Approvable& what, Respond respond) = 0;
    virtual void status(Respond respond) = 0;
    virtual void pools(Respond respond) = 0;
    virtual void decisions(std::size_t limit, Respond respond) = 0;
    virtual void bundles(std::size_t limit, Respond respond) = 0;
    virtual void audit_verify(Respond respond) = 0;
    virtual void risk_command(const RiskCommand& command, Respond respond) = 0;
};

/// Turns requests into calls of the appliance. An action that changes something is written to the audit log before it is done, and
/// again with its result; when the first write fails it is refused. Emergency stop is done first and audited after.
class Commands {
public:
    /// `owner_uid`: besides root, the only user who may give commands (anyone who reaches the socket may stop).
    Commands(Appliance& appliance, audit::Log& log, std::uint32_t owner_uid)
        : appliance_(appliance), log_(log), owner_uid_(owner_uid) {}

    void handle(const Request& request, const Respond& respond);
    /// Since the start: requests, and those of them that were refused, for whatever reason.
    [[nodiscard]] std::uint64_t requests() const { return requests_; }
    [[nodiscard]] std::uint64_t refusals() const { return refusals_; }

private:
    void dispatch(const Request& request, const Respond& respond);
    void act(const Request& request, const std::string& what, const std::function<void(Respond)>& action, const Respond& respond);
    void estop(const Request& request, const std::string& reason, const Respond& respond);
    void arm(const Request& request, const Respond& respond);
    void renew(const Request& request, const Respond& respond);
    void reset(const Request& request, const Respond& respond);
    void approval_request(const Request& request, const Respond& respond);
    void stop(const Request& request, const Respond& respond);
    void query(const Request& request, const Respond& respond);
    void risk_query(const Request& request, const Respond& respond);
    void risk_act(const Request& request, const Respond& respond);

    Appliance& appliance_;
    audit::Log& log_;
    std::uint32_t owner_uid_;
    std::uint64_t requests_ = 0;
    std::uint64_t refusals_ = 0;
};

/// "uid:1000 alice"; without a name in the user database "uid:1000".
[[nodiscard]] std::string user_name(std::uint32_t uid);

} // namespace jitbox::control
