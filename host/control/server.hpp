// jitd's control socket: one JSON object a line over a Unix stream socket, the peer's identity taken from the kernel (API-1).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace jitbox::control {

/// Who is at the other end (SO_PEERCRED).
struct Peer {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::int32_t pid = 0;
};

/// One line {"op": "...", "args": {...}}; `args` may be absent.
struct Request {
    std::string op;
    std::string args_json; ///< a JSON object
    Peer peer;
    std::uint64_t session = 0; ///< counts connections since start
};

/// The result as a JSON value in text form, or why not.
using Answer = Result<std::string>;
using Respond = std::function<void(Answer)>;
/// Called on the io_context's thread; `Respond` is called exactly once, there, now or later. Safe after the client is gone.
using Handler = std::function<void(const Request&, Respond)>;

struct ServerOptions {
    std::string socket_path;
    std::size_t max_line_bytes = std::size_t{16} * 1024;
    /// One more closes the oldest that waits for no answer and watches nothing; or else the oldest watcher, or the oldest.
    std::size_t max_sessions = 32;
    std::chrono::milliseconds idle_timeout{30'000}; ///< a client that sends no whole line in this time is dropped
    std::size_t backlog = 4096; ///< answers and events that may wait for a client to read them before it is dropped
};

/// Answers {"ok": true, "result": ...} or {"ok": false, "error": "...", "hint": "..."}. After the
/// handler has allowed the op "watch", every published line is sent until the client goes.
class Server {
public:
    Server(boost::asio::io_context& io, ServerOptions options, Handler handler);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens; a socket file that nobody answers on is replaced, mode 0660. Errors: another process answers on it, no directory.
    Result<void> start();
    void stop();
    /// One JSON object (no newline) to every watcher. Cheap without watchers.
    void publish(const std::string& line);
    [[nodiscard]] bool has_watchers() const;
    /// Lines since the start that were no request.
    [[nodiscard]] std::uint64_t malformed() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::control
