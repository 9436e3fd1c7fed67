// The signer's side of the HSM.
// SPDX-License-Identifier: Apache-2.0
#include "signer/hsm_pool.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "signer/pin_guard.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace jitbox::signer {
namespace {

using Time = std::chrono::steady_clock;

constexpr std::chrono::milliseconds first_backoff{50};
constexpr std::chrono::milliseconds liveness_interval{200};

std::unexpected<HsmFailure> hsm_fail(std::string what) {
    return std::unexpected(HsmFailure{.error = {.what = "hsm: " + std::move(what), .hint = {}}, .pin = {}});
}

std::unexpected<Refusal> refuse(RefusalCode code, std::string what) {
    return std::unexpected(
        Refusal{.code = code, .what = std::move(what), .hint = "the signer is DISARMED; the worker restarts by itself"});
}

} // namespace

HsmPool::HsmPool(HsmSettings settings, std::function<void(const std::string&)> on_fault)
    : settings_(std::move(settings)), on_fault_(std::move(on_fault)) {}

HsmPool::~HsmPool() {
    {
        const std::scoped_lock lock(state_mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (supervisor_.joinable()) supervisor_.join();
}

void HsmPool::set_state(bool ready, std::string error) {
    const std::scoped_lock lock(state_mutex_);
    state_.ready = ready;
    state_.error = std::move(error);
}

HsmPool::State HsmPool::state() const {
    const std::scoped_lock lock(state_mutex_);
    return state_;
}

HsmResult<std::vector<HsmKey>> HsmPool::greet(HsmWorker& worker, const Deadline& deadline) const {
    std::string packet = format_hello(settings_.token);
    const bool sent = send_packet(worker.fd(), packet);
    OPENSSL_cleanse(packet.data(), packet.size());
    if (!sent) return hsm_fail("the worker ended at its start");
    switch (receive_packet(worker.fd(), packet, deadline.at)) {
    case Received::packet:
        return parse_ready(packet);
    case Received::closed:
        return hsm_fail("the worker ended at its start");
    case Received::deadline:
        break;
    }
    return hsm_fail("the module was not ready within " + std::to_string(deadline.limit.count()) + " ms");
}

/// Sign, recover, compare, with every key: a session that cannot do its job is found before an operator arms.
HsmResult<void> HsmPool::self_test(HsmWorker& worker, const std::vector<HsmKey>& keys, const Deadline& deadline) const {
    static const Bytes32 digest = chain::keccak256(std::string_view("jitbox signer self-test"));
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto address = chain::address_of_public_key(keys[i].public_key);
        if (!address) return hsm_fail("key '" + keys[i].label + "' is not on secp256k1: " + address.error().what);
        std::string packet;
        if (!send_packet(worker.fd(), format_job({.key = static_cast<std::uint32_t>(i), .digest = digest})) ||
            receive_packet(worker.fd(), packet, deadline.at) != Received::packet)
            return hsm_fail("self-test: no answer in time from key '" + keys[i].label + "'");
        const auto raw = parse_signature(packet);
        if (!raw) return std::unexpected(raw.error());
        if (!chain::complete_signature(raw->r, raw->s, digest, *address))
            return hsm_fail("self-test: the signature of key '" + keys[i].label + "' does not verify");
    }
    return {};
}

HsmResult<HsmPool::Brought> HsmPool::bring_up(const Deadline& deadline) const {
    Brought out;
    for (std::size_t i = 0; i < settings_.sessions; ++i) {
        auto worker = HsmWorker::spawn(settings_.program);
        if (!worker) return std::unexpected(HsmFailure{.error = worker.error(), .pin = {}});
        (*worker)->spread(i);
        auto keys = greet(**worker, deadline);
        if (!keys) return std::unexpected(keys.error());
        if (!keys_.empty() && *keys != keys_) return hsm_fail("the token holds other keys than at the start");
        if (auto tested = self_test(**worker, *keys, deadline); !tested) return std::unexpected(tested.error());
        out.workers.push_back(std::move(*worker));
        out.keys = std::move(*keys);
    }
    return out;
}

HsmResult<HsmPool::Brought> HsmPool::log_in(const Deadline& deadline) const {
    const PinGuard guard(settings_.token.pin_guard);
    if (auto allowed = guard.may_try(); !allowed)
        return std::unexpected(HsmFailure{.error = allowed.error(), .pin = PinVerdict::locked});
    auto brought = bring_up(deadline);
    const bool wrong = !brought && brought.error().pin == PinVerdict::wrong;
    if (auto noted = wrong ? guard.count_wrong() : brought ? guard.clear() : Result<void>(); !noted)
        return std::unexpected(HsmFailure{.error = noted.error(), .pin = wrong ? PinVerdict::wrong : PinVerdict::no_objection});
    return brought;
}

void HsmPool::adopt(Brought brought) {
    const std::scoped_lock lock(workers_mutex_);
    last_used_ = Time::now();
    workers_ = std::move(brought.workers);
    set_state(true, {});
}

Result<void> HsmPool::start() {
    // In the supervisor's thread: the workers are bound to the life of the thread that spawns them (PR_SET_PDEATHSIG).
    std::unique_lock lock(state_mutex_);
    bool tried = false;
    Result<void> first;
    supervisor_ = std::thread([this, &tried, &first] {
        auto brought = log_in(Deadline(settings_.start_deadline));
        if (brought) {
            keys_ = brought->keys;
            for (const HsmKey& key : keys_)
                addresses_.push_back(chain::address_of_public_key(key.public_key).value_or(chain::Address{}));
            adopt(std::move(*brought));
        } else {
            first = std::unexpected(brought.error().error);
        }
        const bool good = first.has_value();
        {
            const std::scoped_lock inner(state_mutex_);
            tried = true;
            wake_.notify_all(); // with the lock: `first` and `tried` are gone once start() sees it
        }
        if (good) supervise();
    });
    wake_.wait(lock, [&] { return tried; });
    return first;
}

void HsmPool::fault(const std::string& reason) {
    on_fault_(reason);
    set_state(false, reason);
    workers_.clear(); // kills them
    wake_.notify_all();
}

void HsmPool::look_after_workers() {
    const std::scoped_lock lock(workers_mutex_);
    const bool died = std::any_of(workers_.begin(), workers_.end(), [](const auto& worker) { return !worker->alive(); });
    if (died) fault("the HSM worker ended");
}

bool HsmPool::restart() {
    auto brought = log_in(Deadline(settings_.restart_deadline));
    if (!brought) {
        const bool refused = brought.error().pin != PinVerdict::no_objection;
        set_state(false, brought.error().error.text() + (refused ? " (not tried again: restart the signer)" : ""));
        return !refused;
    }
    adopt(std::move(*brought));
    const std::scoped_lock lock(state_mutex_);
    ++state_.restarts;
    return true;
}

/// The new sessions are logged in and tested before the old ones go.
void HsmPool::renew_sessions() {
    {
        const std::scoped_lock lock(workers_mutex_);
        if (settings_.session_timeout.count() == 0 || Time::now() - last_used_ < settings_.session_timeout) return;
    }
    auto fresh = log_in(Deadline(settings_.restart_deadline));
    if (fresh) return adopt(std::move(*fresh));
    const std::scoped_lock lock(workers_mutex_);
    fault("the sessions could not be renewed: " + fresh.error().error.what);
}

void HsmPool::supervise() {
    auto backoff = first_backoff;
    auto next_try = Time::now();
    bool may_try = true;
    for (;;) {
        const bool ready = state().ready;
        {
            std::unique_lock lock(state_mutex_);
            const auto until = ready || !may_try ? Time::now() + liveness_interval : next_try;
            wake_.wait_until(lock, until, [&] { return stopping_ || (ready && !state_.ready); });
            if (stopping_) break;
        }
        if (ready) {
            look_after_workers();
            if (state().ready) renew_sessions();
            backoff = first_backoff;
            next_try = Time::now() + backoff;
        } else if (may_try) {
            next_try = Time::now() + backoff; // from the begin of the attempt: one that hung has waited enough
            backoff = std::min(2 * backoff, settings_.max_backoff);
            may_try = restart();
        }
    }
    const std::scoped_lock lock(workers_mutex_);
    workers_.clear();
}

Answer<chain::Signature> HsmPool::collect(HsmWorker& worker, const SignJob& job, Time::time_point deadline) {
    std::string packet;
    switch (receive_packet(worker.fd(), packet, deadline)) {
    case Received::packet:
        break;
    case Received::closed:
        return refuse(RefusalCode::hsm_unavailable, "hsm: the worker ended while it signed");
    case Received::deadline:
        return refuse(RefusalCode::hsm_deadline,
                      "hsm: no signature within " + std::to_string(settings_.call_deadline.count()) + " ms; the worker was killed");
    }
    const auto raw = parse_signature(packet);
    if (!raw) return refuse(RefusalCode::hsm_unavailable, raw.error().error.what);
    auto signature = chain::complete_signature(raw->r, raw->s, job.digest, addresses_[job.key]);
    if (!signature)
        return refuse(RefusalCode::bad_signature, "hsm: what the module returned for " + to_hex(job.digest) +
                                                      " is no signature of key '" + keys_[job.key].label +
                                                      "': " + signature.error().what);
    return *signature;
}

Answer<void> HsmPool::hand_over(const std::array<SignJob, 2>& jobs) {
    for (std::size_t i = 0; i < jobs.size(); ++i)
        if (!send_packet(workers_[i % workers_.size()]->fd(), format_job(jobs[i])))
            return refuse(RefusalCode::hsm_unavailable, "hsm: the worker ended");
    return {};
}

Answer<std::array<chain::Signature, 2>> HsmPool::sign(const std::array<SignJob, 2>& jobs, const Gate& gate) {
    const std::scoped_lock lock(workers_mutex_);
    if (workers_.empty()) return refuse(RefusalCode::hsm_unavailable, "hsm: not ready: " + state().error);
    last_used_ = Time::now();
    const auto deadline = last_used_ + settings_.call_deadline;
    std::array<chain::Signature, 2> out;
    if (auto begun = gate([&] { return hand_over(jobs); }); !begun) {
        if (begun.error().code == RefusalCode::hsm_unavailable) fault("the HSM worker ended");
        return std::unexpected(begun.error());
    }
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        auto signature = collect(*workers_[i % workers_.size()], jobs[i], deadline);
        if (!signature) {
            fault(signature.error().what);
            return std::unexpected(signature.error());
        }
        out[i] = *signature;
    }
    return out;
}

} // namespace jitbox::signer
