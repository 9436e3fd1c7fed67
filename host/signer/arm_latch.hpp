// The arm latch: DISARMED, ARMED (a lease) or TRIPPED, and the gate through which every signature leaves (ARM-1, ARM-4).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/priority_mutex.hpp"
#include "signer/protocol.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>

namespace jitbox::signer {

/// Time as the latch sees it; tests put their own in.
struct Clock {
    std::function<std::chrono::steady_clock::time_point()> monotonic;
    std::function<std::chrono::system_clock::time_point()> wall;
    [[nodiscard]] static Clock real();
};

/// What an operator armed, with a number that no other lease of this process has.
struct Lease {
    std::uint64_t number = 0;
    std::string id; ///< random: what a renewal's approval names
    ArmRequest terms;
    chain::u256 used_notional_wei = 0;
    chain::u256 used_loss_wei = 0;

    [[nodiscard]] const LeasePool* pool(std::uint16_t pool_id) const;
};

/// What one released bundle takes from its lease.
struct Charge {
    chain::u256 notional_wei = 0;
    chain::u256 worst_loss_wei = 0;
};

struct LatchView {
    ArmState state = ArmState::disarmed;
    std::string cause;
    Lease lease; ///< meaningful when armed
    std::chrono::milliseconds lease_left{0};
    std::string trip_id;     ///< while TRIPPED; random, new at every trip and at every start in TRIPPED
    std::uint64_t trips = 0; ///< how often trip() was called; reset() wants the value it decided on
};

/// Thread-safe. The mutex is never held across disk, HSM or a blocking socket call: trip() waits for at most one non-blocking send.
class ArmLatch {
public:
    /// A wall clock that moves this much against the monotonic one while armed was stepped: the lease's expiry means nothing any
    /// more.
    static constexpr std::chrono::seconds max_clock_step{5};

    /// `max_beat_gap`: an armed latch that sees no heartbeat for so long disarms; zero: it does not want any.
    ArmLatch(Clock clock, bool tripped_at_boot, std::chrono::milliseconds max_beat_gap = std::chrono::milliseconds(0));

    /// DISARMED -> ARMED; ARMED -> ARMED with the new lease and a fresh total. Refused when TRIPPED or when the terms are
    /// senseless.
    [[nodiscard]] Answer<void> arm(const ArmRequest& terms);
    /// ARMED: lease `number` ends `ttl` from now; its limits and what is used of them stay. Refused in another state, or when
    /// another lease is in force.
    [[nodiscard]] Answer<void> renew(std::uint64_t number, std::chrono::seconds ttl, const std::string& cause);
    /// The dead man's handle: puts off the disarming by missed beats. Never arms.
    void heartbeat();
    /// ARMED -> DISARMED; the others stay.
    void disarm(const std::string& cause);
    /// As disarm, after a fault of the HSM.
    void hsm_fault(const std::string& what);
    /// As disarm, when records do not get where they must.
    void audit_lost(const std::string& what);
    /// As disarm, at the end of the process.
    void shutdown();
    /// Any -> TRIPPED. When it returns, no signature leaves any more: one that was being sent has been sent, none starts.
    void trip(const std::string& cause);
    /// TRIPPED -> DISARMED. Refused in another state, or when another trip came after `trips_seen`.
    [[nodiscard]] Answer<void> reset(std::uint64_t trips_seen, const std::string& cause);

    /// Ends a lease whose time is over, then tells the state.
    [[nodiscard]] LatchView view();
    /// The lease when armed; a refusal otherwise.
    [[nodiscard]] Answer<Lease> lease();
    [[nodiscard]] bool tripped() const noexcept { return tripped_.load(std::memory_order_seq_cst); }

    /// Runs `hand_over`, which gives work to the HSM without waiting for it, if and only if lease `number` is in force: after
    /// trip() has returned no signature starts. A refusal of the latch's, or what `hand_over` returned.
    [[nodiscard]] Answer<void> begin(std::uint64_t number, const std::function<Answer<void>()>& hand_over);
    /// Runs `send`, which puts one signature on the wire without blocking, if and only if lease `number` is still in force and
    /// `charge` still fits in its total and its loss budget; counts it. `send` returns false when it could not send.
    [[nodiscard]] Answer<void> release(std::uint64_t number, const Charge& charge, const std::function<bool()>& send);

private:
    struct Stale {
        ArmEvent event;
        std::string cause;
    };
    [[nodiscard]] Refusal refusal() const; ///< why signing is not allowed now
    [[nodiscard]] ArmState state() const { return tripped() ? ArmState::tripped : state_; }
    /// One step of arm_table. `cause` is kept when the state changes, and when an event confirms the state that it leads to by name
    /// (arm, renew, emergency stop, reset). False: refused, nothing has changed. The mutex is held.
    bool step(ArmEvent event, const std::string& cause);
    void end_stale_lease();
    [[nodiscard]] std::optional<Stale> staleness() const;

    Clock clock_;
    const std::chrono::milliseconds max_beat_gap_;
    std::atomic<bool> tripped_;
    PriorityMutex mutex_;
    ArmState state_; ///< TRIPPED here follows tripped_, which is what counts
    std::string cause_;
    Lease lease_;
    std::uint64_t leases_ = 0;
    std::uint64_t trips_ = 0;
    std::string trip_id_;
    std::chrono::steady_clock::time_point last_beat_;
    std::chrono::steady_clock::time_point armed_monotonic_; ///< of the arming or the last renewal
    std::chrono::system_clock::time_point armed_wall_;
};

} // namespace jitbox::signer
