// That this process has stopped: why, whether the signer has latched it too, and what two people approve before it goes on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/arming/arming.hpp"
#include "apps/config/config.hpp"
#include "control/commands.hpp"

#include <chrono>
#include <string>

namespace jitbox::apps {

/// The action under which the signer endorses the end of a halt that it has not latched; it refuses that while TRIPPED.
inline constexpr const char* resume_action = "resume_halted";

/// On the io_context's thread, like `arming`.
class Halt {
public:
    Halt(const Config& config, Arming& arming);

    /// Every stop is a new one: approvals given before it serve no more.
    void begin(const std::string& reason);
    void end() { reason_.clear(); }
    [[nodiscard]] bool standing() const { return !reason_.empty(); }
    [[nodiscard]] const std::string& reason() const { return reason_; }
    /// What ends it is a reset of the signer.
    [[nodiscard]] bool signer_tripped() const { return !arming_.view().signer.trip_id.empty(); }

    /// Once a monitor period: a stop that did not reach the signer is told again when it answers. TRIPPED outlives this process, a
    /// halt does not.
    void tick();

    /// What approvals of `command` must name where the signer is not TRIPPED; canonical JSON.
    [[nodiscard]] std::string subject(const control::ResetCommand& command) const;

private:
    const Config& config_;
    Arming& arming_;
    std::string reason_; ///< empty: not halted
    std::string since_;  ///< wall clock in nanoseconds, as text
    std::chrono::steady_clock::time_point begun_;
    bool latched_ = false; ///< the signer was TRIPPED since
    bool telling_ = false;
};

} // namespace jitbox::apps
