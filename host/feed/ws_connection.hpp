// One WebSocket connection that comes back by itself. Private to host/feed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
} // namespace boost::asio

namespace jitbox::feed {

struct WsEndpoint {
    std::string host;
    std::string port;
    bool tls = false;
    std::string path;
};
/// ws://host[:port][/path] or wss://, also ws://[::1]:8546. Error names the url.
[[nodiscard]] Result<WsEndpoint> parse_ws_url(std::string_view url);

struct WsOptions {
    WsEndpoint endpoint;
    std::shared_ptr<boost::asio::ssl::context> tls{}; ///< set for wss://: the peer's certificate must be for the host
    std::size_t max_frame_bytes = 0;
    std::chrono::milliseconds min_backoff{50};
    std::chrono::milliseconds max_backoff{5000};
};

/// Endpoint and TLS context. `ca_file`: PEM of the authorities to trust, empty: the system's. Errors: the url; the file.
[[nodiscard]] Result<WsOptions> ws_options(std::string_view url, const std::string& ca_file);

struct WsEvents {
    std::function<void()> on_open;
    /// A whole message. At least 64 readable bytes follow it in memory, as simdjson wants. Valid during the call.
    std::function<void(std::string_view frame, std::uint64_t received_ns)> on_frame;
    /// The connection is gone (or an attempt has failed); the next attempt is already planned.
    std::function<void(const std::string& why)> on_down;
};

/// Steady clock in nanoseconds: what `received_ns` counts in.
[[nodiscard]] std::uint64_t steady_now_ns();

class WsConnection {
public:
    virtual ~WsConnection() = default;
    /// Queued; dropped when the connection goes down before it is out.
    virtual void send(std::string text) = 0;
    /// Drops the connection and connects again after the back-off.
    virtual void restart(const std::string& why) = 0;
};

/// Starts to connect. No event comes after destruction.
[[nodiscard]] std::unique_ptr<WsConnection> make_ws_connection(boost::asio::io_context& io, WsOptions options, WsEvents events);

} // namespace jitbox::feed
