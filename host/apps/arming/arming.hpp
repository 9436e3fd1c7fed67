// jitd's side of the arm state. The signer's latch is the truth; this asks it, mirrors it, and can only be stricter.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/services.hpp"
#include "signer/client.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace jitbox::apps {

struct ArmView {
    signer::ArmState state = signer::ArmState::disarmed;
    std::string cause = "boot";
    bool signer_reachable = false;
    std::string signer_error = "not asked yet"; ///< empty while reachable
    signer::SignerStatus signer;                ///< the last answer
};

/// All calls and callbacks on the io_context's thread; the signer is asked on threads of its own (one for stopping alone, one for
/// the heartbeat), so that the loop never waits for it.
class Arming {
public:
    using Respond = std::function<void(signer::Answer<signer::SignerStatus>)>;
    using OnChange = std::function<void(const ArmView&)>;

    Arming(const Services& services, OnChange on_change);
    ~Arming();
    Arming(const Arming&) = delete;
    Arming& operator=(const Arming&) = delete;

    /// Signing may be asked for: armed by an operator since this process started, lease not over, nothing has disarmed since.
    [[nodiscard]] bool armed() const;
    [[nodiscard]] const ArmView& view() const;
    [[nodiscard]] std::chrono::milliseconds lease_left() const;

    /// The heartbeat (ARM-3), once every monitor period: its answer is the signer's status. Nothing while an earlier one is open: a
    /// signer that does not answer hears no more of it. One that answers ARMED though this process does not sign is disarmed.
    void beat();
    void arm(signer::ArmRequest request, Respond respond);
    /// armed() is false from the return on, whatever the signer does.
    void disarm(const std::string& operator_name, const std::string& reason, Respond respond);
    /// As disarm, and the signer latches TRIPPED.
    void estop(const std::string& operator_name, const std::string& reason, Respond respond);
    /// More time; the signer refuses when nothing is armed.
    void renew(signer::RenewRequest request, Respond respond);
    void reset(signer::ResetRequest request, Respond respond);
    /// Two people's yes to something of ours: the signer checks and uses up the approvals. Changes no state.
    void endorse(signer::EndorseRequest request, Respond respond);
    /// The signer was told to stop by another way: armed() is false from the return on.
    void stopped_elsewhere(const std::string& cause);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::apps
