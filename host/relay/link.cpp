// Exchanges with one relay: deadline first, then everything else.
// SPDX-License-Identifier: Apache-2.0
#include "relay/link.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace jitbox::relay {
namespace {

using std::chrono::steady_clock;
constexpr auto reopen_pause = std::chrono::seconds(1);

Answer failure(AnswerStatus status, std::string text) {
    Answer answer;
    answer.status = status;
    answer.text = std::move(text);
    return answer;
}

} // namespace

Link::Link(boost::asio::io_context& io, std::size_t index, RelayConfig config, Endpoint endpoint,
           std::shared_ptr<boost::asio::ssl::context> tls)
    : io_(io), index_(index), config_(std::move(config)), endpoint_(std::move(endpoint)), tls_(std::move(tls)), reopen_(io) {
    stats_.name = config_.name;
}

void Link::post(std::shared_ptr<const Message> message, Client::Handler handler) {
    auto exchange = std::make_shared<Exchange>(io_);
    exchange->message = std::move(message);
    exchange->handler = std::move(handler);
    exchange->started = steady_clock::now();
    ++stats_.sent;
    ++busy_count_;
    std::erase_if(in_flight_, [](const auto& held) { return held.expired(); });
    in_flight_.push_back(exchange);
    if (busy_count_ > config_.max_connections) {
        boost::asio::post(io_, [self = shared_from_this(), exchange] {
            self->finish(exchange, failure(AnswerStatus::busy, "too many requests in flight to this relay"));
        });
        return;
    }
    exchange->timer.expires_after(config_.deadline);
    exchange->timer.async_wait([self = shared_from_this(), exchange](const boost::system::error_code& error) {
        if (error || exchange->finished) return;
        if (exchange->connection) exchange->connection->close();
        self->finish(exchange, failure(AnswerStatus::timeout, "no answer within the relay's deadline"));
    });
    begin(exchange);
}

void Link::begin(const ExchangePtr& exchange) {
    exchange->connection = take_idle();
    exchange->on_idle_connection = exchange->connection != nullptr;
    if (exchange->connection) return send(exchange);
    open_new(exchange);
}

void Link::open_new(const ExchangePtr& exchange) {
    exchange->on_idle_connection = false;
    exchange->connection = new_connection();
    exchange->connection->open([self = shared_from_this(), exchange](const Result<void>& opened) {
        if (exchange->finished) return;
        if (!opened) return self->finish(exchange, failure(AnswerStatus::connect_failed, opened.error().what));
        self->send(exchange);
    });
}

void Link::send(const ExchangePtr& exchange) {
    exchange->connection->exchange(exchange->message, [self = shared_from_this(), exchange](Result<HttpAnswer> answer) {
        if (!exchange->finished) self->answered(exchange, std::move(answer));
    });
}

void Link::answered(const ExchangePtr& exchange, Result<HttpAnswer> answer) {
    if (!answer) {
        exchange->connection->close();
        // The relay had closed a kept connection while the request was on its way: once more on a new one. A bundle with the same
        // uuid may arrive twice, which replaces it by itself.
        if (exchange->on_idle_connection) return open_new(exchange);
        return finish(exchange, failure(AnswerStatus::connect_failed, answer.error().what));
    }
    if (answer->keep_alive) {
        keep(exchange->connection);
    } else {
        exchange->connection->close();
    }
    finish(exchange, parse_answer(answer->status, answer->body, exchange->message->id));
}

void Link::finish(const ExchangePtr& exchange, Answer answer) {
    if (exchange->finished) return;
    exchange->finished = true;
    exchange->timer.cancel();
    --busy_count_;
    if (closed_) return;
    answer.relay = index_;
    answer.relay_name = config_.name;
    answer.latency = steady_clock::now() - exchange->started;
    count(answer);
    const Client::Handler handler = std::move(exchange->handler);
    if (handler) handler(answer);
}

void Link::count(const Answer& answer) {
    switch (answer.status) {
    case AnswerStatus::accepted:
        ++stats_.accepted;
        break;
    case AnswerStatus::refused:
        ++stats_.refused;
        break;
    case AnswerStatus::timeout:
        ++stats_.timeouts;
        break;
    case AnswerStatus::busy:
        ++stats_.busy;
        break;
    case AnswerStatus::http_error:
    case AnswerStatus::malformed:
    case AnswerStatus::connect_failed:
        ++stats_.failures;
        break;
    }
    if (answer.http_status == 0) return;
    stats_.last_latency = answer.latency;
    stats_.total_latency += answer.latency;
}

std::shared_ptr<Connection> Link::new_connection() {
    ++stats_.connections_opened;
    return make_connection(io_, endpoint_, tls_.get());
}

void Link::keep(std::shared_ptr<Connection> connection) {
    if (closed_) return connection->close();
    connection->watch([weak = weak_from_this(), raw = connection.get()] {
        const auto self = weak.lock();
        if (!self) return;
        const auto gone = std::ranges::find(self->idle_, raw, &std::shared_ptr<Connection>::get);
        if (gone == self->idle_.end()) return;
        (*gone)->close();
        self->idle_.erase(gone);
        self->warm_up();
    });
    idle_.push_back(std::move(connection));
}

std::shared_ptr<Connection> Link::take_idle() {
    if (idle_.empty()) return nullptr;
    auto connection = std::move(idle_.back()); // the one used last is the likeliest to live
    idle_.pop_back();
    connection->unwatch();
    return connection;
}

void Link::warm_up() {
    if (closed_ || opening_ || !idle_.empty()) return;
    opening_ = true;
    auto connection = new_connection();
    connection->open([weak = weak_from_this(), connection](const Result<void>& opened) {
        const auto self = weak.lock();
        if (!self) return;
        self->opening_ = false;
        if (opened) return self->keep(connection);
        if (self->closed_) return;
        self->reopen_.expires_after(reopen_pause);
        self->reopen_.async_wait([weak](const boost::system::error_code& error) {
            if (const auto again = weak.lock(); again && !error) again->warm_up();
        });
    });
}

void Link::close() {
    closed_ = true;
    reopen_.cancel();
    for (const auto& connection : idle_) connection->close();
    idle_.clear();
    for (const auto& held : in_flight_) {
        const auto exchange = held.lock();
        if (!exchange || exchange->finished) continue;
        exchange->finished = true;
        exchange->timer.cancel();
        if (exchange->connection) exchange->connection->close();
    }
}

} // namespace jitbox::relay
