// The admin port: HTTP on the loopback for metrics, health and the emergency stop, on a thread of its own (ARM-4, API-2).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace jitbox::control {

struct AdminOptions {
    std::uint16_t port = 9090; ///< 0: a free one
    /// One more closes the oldest that has not sent its whole header yet: slow clients keep nobody out.
    std::size_t max_connections = 256;
    std::size_t max_header_bytes = std::size_t{8} * 1024;
    std::size_t max_body_bytes = std::size_t{16} * 1024;
    std::chrono::milliseconds timeout{5000}; ///< for the whole request, and again for the answer
};

/// Who stops, for the audit log.
struct StopCaller {
    std::string source;  ///< "127.0.0.1:50312"
    std::string agent;   ///< the User-Agent header, cut to 128 printable characters
    std::string session; ///< counts connections since the start
};

struct Health {
    bool ok = false;
    std::string json; ///< an object
};

/// Called on the server's thread; none may wait.
struct AdminHandlers {
    std::function<std::string()> metrics; ///< Prometheus text
    std::function<Health()> health;
    /// Stops. `done` comes from any thread once the signer has latched, with its state as a JSON object, or with why it did not.
    std::function<void(const StopCaller&, std::function<void(Result<std::string>)> done)> stop;
};

/// GET /metrics, GET /healthz, POST /admin/emergency-stop. A stop needs no credential and starts when its header is there: its body
/// is not waited for. Every connection has one request.
class AdminServer {
public:
    AdminServer(AdminOptions options, AdminHandlers handlers);
    ~AdminServer(); ///< ends the thread
    AdminServer(const AdminServer&) = delete;
    AdminServer& operator=(const AdminServer&) = delete;

    struct Counts {
        std::uint64_t requests = 0; ///< connections
        std::uint64_t refusals = 0; ///< answered with 4xx
    };
    /// Since the start. Thread-safe.
    [[nodiscard]] Counts counts() const;

    /// Listens on 127.0.0.1 and returns the port. Errors: the port is taken.
    Result<std::uint16_t> start();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::control
