// The signer: sockets, threads and state put together. What jit-signer runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/config.hpp"

#include <functional>
#include <memory>

namespace jitbox::signer {

/// Three threads: control (the caller's; never waits for disk or HSM), signing (may wait for both), administration (audit log, trip
/// file).
class Server {
public:
    /// One event for the log; callable from all threads.
    using Report = std::function<void(const std::string& event, const std::string& text)>;

    /// Opens audit log, trip file, ledger and HSM (with self-test) and listens. Always DISARMED, or TRIPPED when it was before.
    [[nodiscard]] static Result<std::unique_ptr<Server>> start(Config config, Report report);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Serves until SIGTERM or SIGINT. SIGUSR1 is an emergency stop (ARM-4).
    void run();

private:
    struct Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace jitbox::signer
