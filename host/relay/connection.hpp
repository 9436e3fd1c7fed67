// One kept-alive HTTP(S) connection to a relay: opens, exchanges, notices when the relay hangs up.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "relay/protocol.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace jitbox::relay {

/// A signed body, made once and shared by all relays.
struct Message {
    std::string body;
    std::string signature;
    std::uint64_t id = 0;
};

struct HttpAnswer {
    unsigned status = 0;
    std::string body;
    bool keep_alive = false;
};

/// Handlers are called at most once and never from inside the call that took them; after close() they are called with an error or
/// not at all. One operation at a time.
class Connection {
public:
    using OpenHandler = std::function<void(Result<void>)>;
    using ExchangeHandler = std::function<void(Result<HttpAnswer>)>;

    virtual ~Connection() = default;
    virtual void open(OpenHandler handler) = 0;
    virtual void exchange(std::shared_ptr<const Message> message, ExchangeHandler handler) = 0;
    /// While idle: `on_gone` is called when the relay closes or sends something unasked.
    virtual void watch(std::function<void()> on_gone) = 0;
    /// Ends watch(), before the next exchange.
    virtual void unwatch() = 0;
    virtual void close() = 0;
};

/// `tls` may be null for http.
[[nodiscard]] std::shared_ptr<Connection> make_connection(boost::asio::io_context& io, const Endpoint& endpoint,
                                                          boost::asio::ssl::context* tls);

} // namespace jitbox::relay
