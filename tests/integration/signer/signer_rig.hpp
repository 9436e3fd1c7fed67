// A real jit-signer on a real SoftHSM2 token, for tests: processes, clients, faults.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/client.hpp"
#include "support/bundles.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace jitbox::test {

inline constexpr const char* softhsm_module = "/usr/lib/softhsm/libsofthsm2.so";

/// One SoftHSM2 token with two lanes' keys, made once a test program.
class Token {
public:
    static Token& instance();
    [[nodiscard]] std::string file(const std::string& name) const { return dir_.file(name); }

private:
    Token();
    TempDir dir_;
};

/// A running program with its standard error in a file.
class Process {
public:
    /// `environment`: NAME=value, besides and before this process's own.
    Process(const std::vector<std::string>& arguments, const std::string& stderr_path,
            const std::vector<std::string>& environment = {});
    ~Process(); ///< kill -9
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    [[nodiscard]] int pid() const noexcept { return pid_; }
    void signal(int number) const;
    /// The exit status, or -signal; waits 10 s at most (then -999).
    int wait();
    [[nodiscard]] bool running();

private:
    int pid_ = 0;
    std::optional<int> status_;
};

/// What a command line ended with.
struct Ran {
    int status = -1;
    std::string output; ///< standard output and standard error
};

/// State directory, configuration and clients of one signer; the process comes and goes.
class SignerRig {
public:
    SignerRig();
    ~SignerRig();
    SignerRig(const SignerRig&) = delete;
    SignerRig& operator=(const SignerRig&) = delete;

    /// Replaces "key = old" of the configuration by "key = value" (value as TOML).
    void set(const std::string& key, const std::string& value);
    void unset(const std::string& key);
    /// The HSM's deadlines of the product's defaults. Without this they are long: a busy machine is no HSM fault.
    void use_product_deadlines();
    /// NAME=value for the processes started from now on, besides what use_fault_module() sets.
    void set_environment(std::vector<std::string> environment) { extra_environment_ = std::move(environment); }
    /// All calls of the signer go through the fault module.
    void use_fault_module();
    void fault(const std::string& command) const; ///< "" clears
    /// The calls of the module that were made while a command stood for them, and all calls that were made; each once a process.
    [[nodiscard]] std::vector<std::string> faulted_calls() const;
    [[nodiscard]] std::vector<std::string> traced_calls() const;
    void forget_calls() const;
    /// What the fault module's "attack" got, one line an attempt.
    [[nodiscard]] std::string attack_results() const;
    void write_config() const;
    /// `jitctl key ...` by this configuration.
    [[nodiscard]] Ran key_command(const std::string& arguments) const;
    /// From now on the test says where the PIN stands; before, it is the token's file.
    void use_own_pin_source() { own_pin_source_ = true; }

    /// Starts and waits until it answers. False: it exited (see output()).
    bool start();
    void kill9();
    [[nodiscard]] std::string output() const; ///< of the last process
    [[nodiscard]] Process& process() { return *process_; }
    [[nodiscard]] std::vector<int> worker_pids() const;

    [[nodiscard]] signer::ControlClient control() const { return {socket("control"), std::chrono::seconds(20)}; }
    [[nodiscard]] signer::SignerStatus status() const;
    void arm() const;
    /// Waits until the HSM is ready again; how long it took, or nothing after 20 s.
    [[nodiscard]] std::optional<std::chrono::milliseconds> wait_ready() const;
    [[nodiscard]] std::string socket(const std::string& name) const { return dir_.file(name + ".sock"); }
    [[nodiscard]] std::string state_dir() const { return state_dir_; }
    void set_state_dir(const std::string& path);
    [[nodiscard]] std::string audit_text() const;
    [[nodiscard]] TempDir& dir() { return dir_; }

private:
    TempDir dir_;
    std::string state_dir_;
    bool own_pin_source_ = false;
    std::map<std::string, std::map<std::string, std::string>> config_;
    std::vector<std::string> environment_;
    std::vector<std::string> extra_environment_;
    std::unique_ptr<Process> process_;
};

/// The signing socket, one request at a time.
class SyncSigner {
public:
    explicit SyncSigner(const std::string& socket, std::chrono::milliseconds deadline = std::chrono::seconds(20));
    ~SyncSigner();
    SyncSigner(const SyncSigner&) = delete;
    SyncSigner& operator=(const SyncSigner&) = delete;

    signer::Answer<signer::SignedBundle> sign(const signer::SignBundleRequest& request);
    signer::Answer<signer::SignedBundle> recall(std::uint32_t lane, std::uint64_t nonce);
    signer::Answer<signer::Lanes> lanes();
    signer::Answer<signer::MenuState> prepare(const signer::SignBundleRequest& request);
    signer::Answer<signer::MenuState> block(std::uint64_t number);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace jitbox::test
