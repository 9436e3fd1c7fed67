// One relay: its idle connections, requests in flight, deadline and statistics. What one relay does touches no other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "relay/connection.hpp"

#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <memory>

namespace jitbox::relay {

class Link : public std::enable_shared_from_this<Link> {
public:
    Link(boost::asio::io_context& io, std::size_t index, RelayConfig config, Endpoint endpoint,
         std::shared_ptr<boost::asio::ssl::context> tls);

    /// The handler is called exactly once, unless close() comes before.
    void post(std::shared_ptr<const Message> message, Client::Handler handler);
    void warm_up();
    void close();

    [[nodiscard]] const RelayConfig& config() const { return config_; }
    [[nodiscard]] const RelayStats& stats() const { return stats_; }

private:
    struct Exchange {
        std::shared_ptr<const Message> message;
        Client::Handler handler;
        std::chrono::steady_clock::time_point started;
        boost::asio::steady_timer timer;
        std::shared_ptr<Connection> connection;
        bool on_idle_connection = false;
        bool finished = false;
        explicit Exchange(boost::asio::io_context& io) : timer(io) {}
    };
    using ExchangePtr = std::shared_ptr<Exchange>;

    void begin(const ExchangePtr& exchange);
    void open_new(const ExchangePtr& exchange);
    void send(const ExchangePtr& exchange);
    void answered(const ExchangePtr& exchange, Result<HttpAnswer> answer);
    void finish(const ExchangePtr& exchange, Answer answer);
    void count(const Answer& answer);
    void keep(std::shared_ptr<Connection> connection);
    [[nodiscard]] std::shared_ptr<Connection> take_idle();
    [[nodiscard]] std::shared_ptr<Connection> new_connection();

    boost::asio::io_context& io_;
    std::size_t index_;
    RelayConfig config_;
    Endpoint endpoint_;
    std::shared_ptr<boost::asio::ssl::context> tls_;
    std::deque<std::shared_ptr<Connection>> idle_;
    std::vector<std::weak_ptr<Exchange>> in_flight_;
    boost::asio::steady_timer reopen_;
    bool opening_ = false;
    bool closed_ = false;
    std::size_t busy_count_ = 0;
    RelayStats stats_;
};

} // namespace jitbox::relay
