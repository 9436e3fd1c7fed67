// A Unix stream socket that serves one line at a time a connection, the peer's identity checked by the kernel; private to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace jitbox::signer {

struct Peer {
    std::uint32_t uid = 0;
    std::int32_t pid = 0;
    std::uint64_t session = 0; ///< counts connections since the start
};

struct LineServerOptions {
    std::string path;
    std::vector<std::uint32_t> allowed_uids; ///< besides our own
    std::size_t max_connections = 64;        ///< one more closes the oldest: slow clients cannot keep others out
};

/// All on the io_context's thread.
class LineServer {
public:
    /// Puts a line (with its newline) on the wire without blocking and lets the connection go on. False, and the connection is
    /// closed, when the client does not read. Call exactly once a request, on the io_context's thread; safe after the client is
    /// gone.
    using Reply = std::function<bool(const std::string&)>;
    using Handler = std::function<void(std::string_view line, const Peer& peer, Reply reply)>;

    LineServer(boost::asio::io_context& io, LineServerOptions options, Handler handler);
    ~LineServer();
    LineServer(const LineServer&) = delete;
    LineServer& operator=(const LineServer&) = delete;

    /// Replaces a socket file left by a killed process. Errors: no directory, no permission, name too long.
    [[nodiscard]] Result<void> start();
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::signer
