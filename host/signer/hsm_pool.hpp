// The signer's side of the HSM: worker processes with one session each, a deadline on every call, supervised restart (KEY-5).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/secp256k1.hpp"
#include "signer/hsm_wire.hpp"
#include "signer/priority_mutex.hpp"
#include "signer/protocol.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace jitbox::signer {

struct HsmSettings {
    TokenSettings token;
    std::size_t sessions = 2;                        ///< workers, each with a session; with one, a bundle is signed in sequence
    std::chrono::milliseconds call_deadline{250};    ///< one C_Sign
    std::chrono::milliseconds start_deadline{5000};  ///< the first start: module load, login, key search, self-test of both workers
    std::chrono::milliseconds restart_deadline{600}; ///< the same after a fault: a module that still hangs is killed and asked anew
    std::chrono::milliseconds max_backoff{500};
    std::chrono::seconds session_timeout{0}; ///< sessions idle for longer are replaced by new ones; zero: never
    std::string program = "/proc/self/exe";  ///< run with --hsm-worker
};

/// A child process in the module. Killed, not asked, when it ends.
class HsmWorker {
public:
    [[nodiscard]] static Result<std::unique_ptr<HsmWorker>> spawn(const std::string& program);
    /// Binds it to the `index`th-last CPU that the signer may use: woken at the same moment, two workers would otherwise often be
    /// put on one CPU while another stands idle, and sign one after the other. Does nothing where there are fewer CPUs than
    /// workers.
    void spread(std::size_t index) const;
    ~HsmWorker();
    HsmWorker(const HsmWorker&) = delete;
    HsmWorker& operator=(const HsmWorker&) = delete;

    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] bool alive();

private:
    HsmWorker(int pid, int fd) : pid_(pid), fd_(fd) {}
    int pid_; ///< 0 once it was waited for
    int fd_;
};

/// Two workers, so that the two transactions of a bundle are signed at the same time, or one. Thread-safe.
class HsmPool {
public:
    static constexpr std::size_t most_workers = 2;

    /// `on_fault` is called, with the reason, at every fault before anything else happens: it disarms.
    HsmPool(HsmSettings settings, std::function<void(const std::string&)> on_fault);
    ~HsmPool();
    HsmPool(const HsmPool&) = delete;
    HsmPool& operator=(const HsmPool&) = delete;

    /// The first start, with self-test. Errors: module, token, PIN, keys. Gives the keys and their addresses.
    [[nodiscard]] Result<void> start();
    /// The address of each key label, in their order. After start().
    [[nodiscard]] const std::vector<chain::Address>& addresses() const noexcept { return addresses_; }

    using HandOver = std::function<Answer<void>()>;
    /// Calls the hand-over of the jobs to the workers, which does not wait, or refuses to.
    using Gate = std::function<Answer<void>(const HandOver&)>;
    /// Signs both digests, in parallel with two workers; each signature has low S and was verified against its key. The work starts
    /// inside `gate`. After a refusal with an hsm_ or bad_signature code the workers are gone and restarting.
    [[nodiscard]] Answer<std::array<chain::Signature, 2>> sign(const std::array<SignJob, 2>& jobs, const Gate& gate);

    struct State {
        bool ready = false;
        std::string error;
        std::uint64_t restarts = 0;
    };
    /// Never waits for the HSM.
    [[nodiscard]] State state() const;

private:
    using Workers = std::vector<std::unique_ptr<HsmWorker>>;
    struct Brought {
        Workers workers;
        std::vector<HsmKey> keys;
    };
    struct Deadline {
        explicit Deadline(std::chrono::milliseconds allowed) : limit(allowed), at(std::chrono::steady_clock::now() + allowed) {}
        std::chrono::milliseconds limit;
        std::chrono::steady_clock::time_point at;
    };
    /// With the lock-out: what the module says of the PIN is counted.
    [[nodiscard]] HsmResult<Brought> log_in(const Deadline& deadline) const;
    [[nodiscard]] HsmResult<Brought> bring_up(const Deadline& deadline) const;
    [[nodiscard]] HsmResult<std::vector<HsmKey>> greet(HsmWorker& worker, const Deadline& deadline) const;
    [[nodiscard]] HsmResult<void> self_test(HsmWorker& worker, const std::vector<HsmKey>& keys, const Deadline& deadline) const;
    void adopt(Brought brought);
    [[nodiscard]] Answer<void> hand_over(const std::array<SignJob, 2>& jobs);
    [[nodiscard]] Answer<chain::Signature> collect(HsmWorker& worker, const SignJob& job,
                                                   std::chrono::steady_clock::time_point deadline);
    void fault(const std::string& reason); ///< with workers_mutex_ held
    void supervise();
    void look_after_workers();
    void renew_sessions();
    /// False: the PIN was refused, which is not tried again.
    [[nodiscard]] bool restart();
    void set_state(bool ready, std::string error);

    const HsmSettings settings_;
    const std::function<void(const std::string&)> on_fault_;
    std::vector<HsmKey> keys_; ///< fixed by start()
    std::vector<chain::Address> addresses_;

    std::mutex workers_mutex_; ///< held during HSM calls
    Workers workers_;
    std::chrono::steady_clock::time_point last_used_; ///< with workers_mutex_ held

    mutable PriorityMutex state_mutex_; ///< never held during HSM calls
    std::condition_variable_any wake_;
    State state_;
    bool stopping_ = false;
    std::thread supervisor_;
};

} // namespace jitbox::signer
