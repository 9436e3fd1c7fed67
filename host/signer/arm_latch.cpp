// The arm latch.
// SPDX-License-Identifier: Apache-2.0
#include "signer/arm_latch.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <mutex>
#include <random>
#include <set>

namespace jitbox::signer {
namespace {

std::unexpected<Refusal> refuse(RefusalCode code, std::string what, std::string hint = {}) {
    return std::unexpected(Refusal{.code = code, .what = std::move(what), .hint = std::move(hint)});
}

std::string random_id() {
    std::random_device random; // the kernel's
    std::array<std::uint8_t, 16> bytes{};
    std::ranges::generate(bytes, [&random] { return static_cast<std::uint8_t>(random()); });
    return to_hex_plain(bytes);
}

Answer<void> check_terms(const ArmRequest& terms) {
    const auto bad = [](const std::string& what) { return refuse(RefusalCode::bad_request, "arm: " + what); };
    if (terms.operator_name.empty()) return bad("operator is empty");
    if (terms.ttl <= std::chrono::seconds(0)) return bad("ttl must be at least one second");
    if (terms.loss_budget_wei == 0) return bad("loss_budget_wei is zero");
    if (terms.max_plan_notional_wei == 0) return bad("max_plan_notional_wei is zero");
    if (terms.max_total_notional_wei < terms.max_plan_notional_wei)
        return bad("max_total_notional_wei is below max_plan_notional_wei");
    if (terms.pools.empty()) return bad("no pool is listed");
    std::set<std::uint16_t> seen;
    for (const LeasePool& pool : terms.pools) {
        const std::string name = "pool " + std::to_string(pool.pool_id);
        if (!seen.insert(pool.pool_id).second) return bad(name + " is listed twice");
        if (pool.price0_x96 == 0 || pool.price1_x96 == 0) return bad(name + ": a price is zero, its notional would not count");
    }
    return {};
}

} // namespace

Clock Clock::real() {
    return {.monotonic = std::chrono::steady_clock::now, .wall = std::chrono::system_clock::now};
}

const LeasePool* Lease::pool(std::uint16_t pool_id) const {
    const auto found = std::ranges::find(terms.pools, pool_id, &LeasePool::pool_id);
    return found == terms.pools.end() ? nullptr : &*found;
}

ArmLatch::ArmLatch(Clock clock, bool tripped_at_boot, std::chrono::milliseconds max_beat_gap)
    : clock_(std::move(clock)), max_beat_gap_(max_beat_gap), tripped_(tripped_at_boot), state_(arm_state_at_start(tripped_at_boot)),
      cause_(tripped_at_boot ? "tripped before the restart" : "boot"), trip_id_(random_id()) {}

bool ArmLatch::step(ArmEvent event, const std::string& cause) {
    const ArmState from = state();
    const ArmStep to = arm_step(from, event);
    if (to.refused) return false;
    const bool confirms = event == ArmEvent::arm || event == ArmEvent::renew || event == ArmEvent::emergency_stop;
    if (to.next != from || confirms) cause_ = cause;
    state_ = to.next;
    return true;
}

Answer<void> ArmLatch::arm(const ArmRequest& terms) {
    if (auto good = check_terms(terms); !good) return good;
    const std::scoped_lock lock(mutex_);
    if (!step(ArmEvent::arm, "armed by " + terms.operator_name)) return std::unexpected(refusal());
    lease_ = {.number = ++leases_, .id = random_id(), .terms = terms, .used_notional_wei = 0, .used_loss_wei = 0};
    armed_monotonic_ = clock_.monotonic();
    armed_wall_ = clock_.wall();
    last_beat_ = armed_monotonic_;
    return {};
}

Answer<void> ArmLatch::renew(std::uint64_t number, std::chrono::seconds ttl, const std::string& cause) {
    if (ttl <= std::chrono::seconds(0)) return refuse(RefusalCode::bad_request, "renew: ttl must be at least one second");
    const std::scoped_lock lock(mutex_);
    end_stale_lease();
    if (state() == ArmState::armed && lease_.number != number)
        return refuse(RefusalCode::wrong_state, "renew: another lease is in force");
    if (!step(ArmEvent::renew, cause)) return std::unexpected(refusal());
    lease_.terms.ttl = ttl;
    armed_monotonic_ = clock_.monotonic();
    armed_wall_ = clock_.wall();
    return {};
}

void ArmLatch::heartbeat() {
    const std::scoped_lock lock(mutex_);
    end_stale_lease(); // a beat that comes too late is too late
    if (step(ArmEvent::heartbeat, {})) last_beat_ = clock_.monotonic();
}

void ArmLatch::disarm(const std::string& cause) {
    const std::scoped_lock lock(mutex_);
    step(ArmEvent::disarm, cause);
}

void ArmLatch::hsm_fault(const std::string& what) {
    const std::scoped_lock lock(mutex_);
    step(ArmEvent::hsm_fault, "HSM fault: " + what);
}

void ArmLatch::audit_lost(const std::string& what) {
    const std::scoped_lock lock(mutex_);
    step(ArmEvent::audit_lost, what);
}

void ArmLatch::shutdown() {
    const std::scoped_lock lock(mutex_);
    step(ArmEvent::shutdown, "shutdown");
}

void ArmLatch::trip(const std::string& cause) {
    tripped_.store(true, std::memory_order_seq_cst); // before the lock: a sender that comes first to the lock sees it
    const std::scoped_lock lock(mutex_);
    ++trips_;
    trip_id_ = random_id();
    step(ArmEvent::emergency_stop, cause);
}

Answer<void> ArmLatch::reset(std::uint64_t trips_seen, const std::string& cause) {
    const std::scoped_lock lock(mutex_);
    if (tripped() && trips_ != trips_seen) return refuse(RefusalCode::tripped, "reset: another stop came meanwhile: " + cause_);
    if (!step(ArmEvent::reset, cause))
        return refuse(RefusalCode::wrong_state, "reset: the signer is " + std::string(to_text(state_)) + ", not TRIPPED");
    tripped_.store(false, std::memory_order_seq_cst);
    return {};
}

std::optional<ArmLatch::Stale> ArmLatch::staleness() const {
    const auto now = clock_.monotonic();
    const auto elapsed = now - armed_monotonic_;
    const auto wall_elapsed = clock_.wall() - armed_wall_;
    const auto moved = std::chrono::duration_cast<std::chrono::milliseconds>(wall_elapsed - elapsed);
    if (moved > max_clock_step || moved < -max_clock_step)
        return Stale{.event = ArmEvent::clock_stepped,
                     .cause = "the wall clock was stepped by " + std::to_string(moved.count()) + " ms"};
    if (elapsed >= lease_.terms.ttl || wall_elapsed >= lease_.terms.ttl)
        return Stale{.event = ArmEvent::lease_over, .cause = "the lease expired"};
    const auto silence = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_beat_);
    if (max_beat_gap_.count() > 0 && silence >= max_beat_gap_)
        return Stale{.event = ArmEvent::beats_missed,
                     .cause = "heartbeats missed: none for " + std::to_string(silence.count()) + " ms, at most " +
                              std::to_string(max_beat_gap_.count()) + " ms are allowed"};
    return std::nullopt;
}

void ArmLatch::end_stale_lease() {
    if (state() != ArmState::armed) return;
    if (const auto stale = staleness()) step(stale->event, stale->cause);
}

LatchView ArmLatch::view() {
    const std::scoped_lock lock(mutex_);
    end_stale_lease();
    LatchView out{.state = state(), .cause = cause_, .lease = {}, .trip_id = {}, .trips = trips_};
    if (out.state == ArmState::tripped) out.trip_id = trip_id_;
    if (out.state == ArmState::armed) {
        out.lease = lease_;
        out.lease_left =
            std::chrono::duration_cast<std::chrono::milliseconds>(lease_.terms.ttl - (clock_.monotonic() - armed_monotonic_));
    }
    return out;
}

Refusal ArmLatch::refusal() const {
    if (tripped())
        return {.code = RefusalCode::tripped, .what = "TRIPPED: " + cause_, .hint = "`jitctl reset` after the cause is understood"};
    return {.code = RefusalCode::not_armed, .what = "DISARMED: " + cause_, .hint = "`jitctl arm`"};
}

Answer<Lease> ArmLatch::lease() {
    const std::scoped_lock lock(mutex_);
    end_stale_lease();
    if (state() != ArmState::armed) return std::unexpected(refusal());
    return lease_;
}

Answer<void> ArmLatch::begin(std::uint64_t number, const std::function<Answer<void>()>& hand_over) {
    const std::scoped_lock lock(mutex_);
    end_stale_lease();
    if (!step(ArmEvent::sign, {})) return std::unexpected(refusal());
    if (lease_.number != number) return refuse(RefusalCode::not_armed, "the lease was replaced before signing", "ask again");
    return hand_over();
}

Answer<void> ArmLatch::release(std::uint64_t number, const Charge& charge, const std::function<bool()>& send) {
    const std::scoped_lock lock(mutex_);
    end_stale_lease();
    if (!step(ArmEvent::sign, {})) return std::unexpected(refusal());
    if (lease_.number != number) return refuse(RefusalCode::not_armed, "the lease was replaced while signing", "ask again");
    if (charge.notional_wei > lease_.terms.max_total_notional_wei - lease_.used_notional_wei)
        return refuse(RefusalCode::over_total_notional,
                      "the plan's notional " + chain::to_decimal(charge.notional_wei) +
                          " wei is above what is left of the lease: " +
                          chain::to_decimal(lease_.terms.max_total_notional_wei - lease_.used_notional_wei) + " wei",
                      "arm again with a larger total");
    if (charge.worst_loss_wei > lease_.terms.loss_budget_wei - lease_.used_loss_wei)
        return refuse(RefusalCode::over_loss_budget,
                      "the plan may lose " + chain::to_decimal(charge.worst_loss_wei) +
                          " wei, what is left of the lease's loss budget is " +
                          chain::to_decimal(lease_.terms.loss_budget_wei - lease_.used_loss_wei) + " wei",
                      "arm again with a larger loss budget");
    lease_.used_notional_wei += charge.notional_wei;
    lease_.used_loss_wei += charge.worst_loss_wei;
    if (!send()) return refuse(RefusalCode::disconnected, "the client does not read its answers");
    return {};
}

} // namespace jitbox::signer
