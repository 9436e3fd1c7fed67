// That this process has stopped: why, whether the signer has latched it too, and what two people approve before it goes on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/arming/arming.hpp"
#include "apps/runtime/services.hpp"
#include "audit/log.hpp"
#include "control/commands.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace jitbox::apps {

/// The action under which the signer endorses the end of a halt that it has not latched; it refuses that while TRIPPED.
inline constexpr const char* resume_action = "resume_halted";

/// Under which the journal's risk_state has the halt that stands: text of a JSON object; empty: none does.
inline constexpr const char* halt_key = "halt";

/// The newest halt that jitd's audit log knows of and that nobody has ended, as text for Halt::restore(); empty: none stands. The
/// log is anchored outside of jitd's files: a row that is taken out of the journal ends no halt. Where it has to read far back, it
/// records what it found, so that the next start need not. Errors: the log cannot be read or written.
[[nodiscard]] Result<std::string> witnessed_halt(audit::Log& log);

/// Writes a stop down beside the loop, and waits for that at most `patience`: a later process finds it as Halt::restore() says.
/// From any thread. Errors: those of the journal, or no answer of it in time (then it may be written all the same).
[[nodiscard]] Result<void> keep_stop(store::Journal& journal, const std::string& reason, std::chrono::milliseconds patience);

/// On the io_context's thread, like `arming`. Outlives the process: it is in the journal until it is ended, and in the audit log.
class Halt {
public:
    Halt(const Services& services, Arming& arming, audit::Log& log);

    /// Every stop is a new one: approvals given before it serve no more.
    void begin(const std::string& reason);
    void end();
    /// What an earlier process left in the journal: it stands again, and a signer that had not latched it is told. A text that
    /// cannot be read stands for a stop that nobody was told of. True: a halt stands now.
    [[nodiscard]] bool restore(const std::string& kept);
    [[nodiscard]] bool standing() const { return !reason_.empty(); }
    [[nodiscard]] const std::string& reason() const { return reason_; }
    /// Why arming is refused, and whether the signer has heard of it; empty: not halted.
    [[nodiscard]] std::string objection() const;
    /// What ends it is a reset of the signer.
    [[nodiscard]] bool signer_tripped() const { return !arming_.view().signer.trip_id.empty(); }
    /// Calls `done` on the loop once the journal has the halt as it stands now, or has failed to write it.
    void when_durable(const std::function<void(Result<void>)>& done);

    /// Once a monitor period: a stop that did not reach the signer is told again when it answers, and one that did not reach the
    /// journal is written again.
    void tick();

    /// What approvals of `command` must name where the signer is not TRIPPED; canonical JSON.
    [[nodiscard]] std::string subject(const control::ResetCommand& command) const;

private:
    [[nodiscard]] std::string text() const;
    void keep(const std::function<void(Result<void>)>& done = {});
    /// A record of `what`, which is text().
    void witness(const char* action, const std::string& what);

    const Services& services_;
    Arming& arming_;
    audit::Log& log_;
    std::string reason_; ///< empty: not halted
    std::string since_;  ///< wall clock in nanoseconds, as text
    std::chrono::steady_clock::time_point begun_;
    bool latched_ = false; ///< the signer was TRIPPED since
    bool telling_ = false;
    bool kept_ = true;                                                 ///< in the journal as it stands, or on its way there
    const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< for answers of the journal's thread
};

} // namespace jitbox::apps
