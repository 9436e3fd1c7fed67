// The arm state machine as a table: every state x event, what it leads to or that it is refused (ARM-1). Checked while compiling.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace jitbox::signer {

enum class ArmState : std::uint8_t { disarmed, armed, tripped };
[[nodiscard]] std::string_view to_text(ArmState state); ///< "DISARMED", "ARMED", "TRIPPED"

/// What can happen to the latch. Whatever else happens to the appliance reaches it as one of these: docs/operations.md says which.
enum class ArmEvent : std::uint8_t {
    arm,            ///< an operator's lease that met every precondition
    arm_unmet,      ///< the same without: approvals, keys' age, HSM, audit log, terms
    renew,          ///< more time for the lease in force, approved
    renew_unmet,    ///< the same without its approvals, or for another lease
    sign,           ///< a bundle within lease, limits and ledger is handed to the HSM or released
    sign_unmet,     ///< a bundle beyond them
    heartbeat,      ///< jitd's monitor is alive
    disarm,         ///< an operator, or jitd by itself
    lease_over,     ///< time is up
    beats_missed,   ///< three beats of the 10 Hz monitor (ARM-3)
    clock_stepped,  ///< the wall clock moved against the monotonic one
    hsm_fault,      ///< deadline, error, dead worker, bad signature
    audit_lost,     ///< a record cannot be written, or does not get to the anchor
    shutdown,       ///< the signer ends in order
    emergency_stop, ///< by whoever
    reset,          ///< an operator, after the cause of a stop is understood, approved
    reset_unmet,    ///< the same without its approvals, or another stop came meanwhile
};
inline constexpr std::array arm_states = {ArmState::disarmed, ArmState::armed, ArmState::tripped};
inline constexpr std::array arm_events = {
    ArmEvent::arm,           ArmEvent::arm_unmet,  ArmEvent::renew,      ArmEvent::renew_unmet, ArmEvent::sign,
    ArmEvent::sign_unmet,    ArmEvent::heartbeat,  ArmEvent::disarm,     ArmEvent::lease_over,  ArmEvent::beats_missed,
    ArmEvent::clock_stepped, ArmEvent::hsm_fault,  ArmEvent::audit_lost, ArmEvent::shutdown,    ArmEvent::emergency_stop,
    ArmEvent::reset,         ArmEvent::reset_unmet};

struct ArmStep {
    ArmState next = ArmState::disarmed;
    bool refused = false; ///< then `next` is the state it was in
    bool operator==(const ArmStep&) const = default;
};

struct ArmRow {
    ArmEvent event;
    std::string_view text;       ///< the event, as docs/operations.md says it
    std::array<ArmStep, 3> from; ///< by ArmState
};

namespace detail {
inline constexpr ArmStep to_disarmed{.next = ArmState::disarmed};
inline constexpr ArmStep to_armed{.next = ArmState::armed};
inline constexpr ArmStep to_tripped{.next = ArmState::tripped};
constexpr ArmStep refused(ArmState in) {
    return {.next = in, .refused = true};
}
inline constexpr ArmStep no_disarmed = refused(ArmState::disarmed);
inline constexpr ArmStep no_armed = refused(ArmState::armed);
inline constexpr ArmStep no_tripped = refused(ArmState::tripped);
} // namespace detail

/// Columns: DISARMED, ARMED, TRIPPED.
inline constexpr std::array<ArmRow, arm_events.size()> arm_table = {{
    {ArmEvent::arm, "arm, every precondition met", {detail::to_armed, detail::to_armed, detail::no_tripped}},
    {ArmEvent::arm_unmet,
     "arm, an approval or another precondition missing",
     {detail::no_disarmed, detail::no_armed, detail::no_tripped}},
    {ArmEvent::renew, "renew, approved", {detail::no_disarmed, detail::to_armed, detail::no_tripped}},
    {ArmEvent::renew_unmet,
     "renew, an approval missing or another lease in force",
     {detail::no_disarmed, detail::no_armed, detail::no_tripped}},
    {ArmEvent::sign, "sign, within lease, limits and ledger", {detail::no_disarmed, detail::to_armed, detail::no_tripped}},
    {ArmEvent::sign_unmet, "sign, beyond one of them", {detail::no_disarmed, detail::no_armed, detail::no_tripped}},
    {ArmEvent::heartbeat, "heartbeat", {detail::to_disarmed, detail::to_armed, detail::to_tripped}},
    {ArmEvent::disarm, "disarm", {detail::to_disarmed, detail::to_disarmed, detail::to_tripped}},
    {ArmEvent::lease_over, "lease over", {detail::to_disarmed, detail::to_disarmed, detail::to_tripped}},
    {ArmEvent::beats_missed, "three heartbeats missed", {detail::to_disarmed, detail::to_disarmed, detail::to_tripped}},
    {ArmEvent::clock_stepped, "clock stepped by more than 5 s", {detail::to_disarmed, detail::to_disarmed, detail::to_tripped}},
    {ArmEvent::hsm_fault, "HSM fault", {detail::to_disarmed, detail::to_disarmed, detail::to_tripped}},
    {ArmEvent::audit_lost, "audit log or its anchor lost", {detail::to_disarmed, detail::to_disarmed, detail::to_tripped}},
    {ArmEvent::shutdown, "the signer ends", {detail::to_disarmed, detail::to_disarmed, detail::to_tripped}},
    {ArmEvent::emergency_stop, "emergency stop", {detail::to_tripped, detail::to_tripped, detail::to_tripped}},
    {ArmEvent::reset, "reset, approved", {detail::no_disarmed, detail::no_armed, detail::to_disarmed}},
    {ArmEvent::reset_unmet,
     "reset, an approval missing or another stop meanwhile",
     {detail::no_disarmed, detail::no_armed, detail::no_tripped}},
}};

[[nodiscard]] constexpr ArmStep arm_step(ArmState from, ArmEvent event) {
    return arm_table[static_cast<std::size_t>(event)].from[static_cast<std::size_t>(from)];
}

/// Whatever it was before it ended: the trip file alone decides.
[[nodiscard]] constexpr ArmState arm_state_at_start(bool trip_file_says_tripped) {
    return trip_file_says_tripped ? ArmState::tripped : ArmState::disarmed;
}

/// The promises of ARM-1, as a predicate over the table.
[[nodiscard]] constexpr bool arm_table_holds() {
    for (std::size_t i = 0; i < arm_table.size(); ++i) {
        if (arm_table[i].event != static_cast<ArmEvent>(i) || arm_events[i] != arm_table[i].event) return false;
        for (const ArmState from : arm_states) {
            const ArmEvent event = arm_events[i];
            const ArmStep step = arm_step(from, event);
            if (step.refused && step.next != from) return false;
            // ARMED is entered by an arming alone, and never out of TRIPPED.
            if (step.next == ArmState::armed && from != ArmState::armed && (event != ArmEvent::arm || from != ArmState::disarmed))
                return false;
            // TRIPPED is latched: only a reset leaves it, and it leads to DISARMED.
            if (from == ArmState::tripped && step.next != ArmState::tripped &&
                (event != ArmEvent::reset || step.next != ArmState::disarmed))
                return false;
            if (event == ArmEvent::emergency_stop && step.next != ArmState::tripped) return false;
            // Only these four may leave it armed.
            if (step.next == ArmState::armed && event != ArmEvent::arm && event != ArmEvent::renew && event != ArmEvent::sign &&
                event != ArmEvent::heartbeat && !step.refused)
                return false;
            // Nothing is signed out of another state.
            if (event == ArmEvent::sign && step.refused != (from != ArmState::armed)) return false;
        }
    }
    return arm_state_at_start(false) != ArmState::armed && arm_state_at_start(true) == ArmState::tripped;
}
static_assert(arm_table_holds());

/// The table in Markdown, as it stands in docs/operations.md.
[[nodiscard]] std::string arm_table_markdown();

} // namespace jitbox::signer
