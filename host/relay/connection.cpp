// Beast connections, plain and TLS.
// SPDX-License-Identifier: Apache-2.0
#include "relay/connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/http/span_body.hpp>

#include <optional>
#include <type_traits>

namespace jitbox::relay {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using PlainStream = tcp::socket;
using TlsStream = asio::ssl::stream<tcp::socket>;

std::unexpected<Error> failed(const char* step, const error_code& error) {
    return fail(std::string("relay: ") + step + ": " + error.message());
}

template <typename Stream>
class HttpConnection final : public Connection, public std::enable_shared_from_this<HttpConnection<Stream>> {
public:
    static constexpr bool tls = std::is_same_v<Stream, TlsStream>;

    HttpConnection(asio::io_context& io, Endpoint endpoint)
        requires(!tls)
        : endpoint_(std::move(endpoint)), resolver_(io), stream_(io) {}
    HttpConnection(asio::io_context& io, Endpoint endpoint, asio::ssl::context& context)
        requires tls
        : endpoint_(std::move(endpoint)), resolver_(io), stream_(io, context) {}

    void open(OpenHandler handler) override {
        resolver_.async_resolve(
            endpoint_.host, endpoint_.port,
            [self = this->shared_from_this(), handler = std::move(handler)](const error_code& error, const auto& results) {
                if (error) return handler(failed("name", error));
                self->connect(results, handler);
            });
    }

    void exchange(std::shared_ptr<const Message> message, ExchangeHandler handler) override {
        message_ = std::move(message);
        request_ = {};
        request_.method(http::verb::post);
        request_.target(endpoint_.path);
        request_.version(11);
        request_.set(http::field::host, endpoint_.host_header);
        request_.set(http::field::content_type, "application/json");
        request_.set("X-Flashbots-Signature", message_->signature);
        request_.body() = {message_->body.data(), message_->body.size()};
        request_.prepare_payload();
        http::async_write(stream_, request_,
                          [self = this->shared_from_this(), handler = std::move(handler)](const error_code& error, std::size_t) {
                              if (error) return handler(failed("sending", error));
                              self->read_answer(handler);
                          });
    }

    void watch(std::function<void()> on_gone) override {
        // A TLS 1.3 server sends session tickets after the handshake, so that readable does not mean gone; such a connection is
        // found dead by the next exchange, which then is tried once more on a new one.
        if constexpr (tls) return;
        const std::uint64_t watch_id = ++watch_id_;
        socket().async_wait(tcp::socket::wait_read,
                            [self = this->shared_from_this(), watch_id, on_gone = std::move(on_gone)](const error_code&) {
                                if (watch_id == self->watch_id_) on_gone();
                            });
    }

    void unwatch() override {
        ++watch_id_;
        error_code ignored;
        socket().cancel(ignored);
    }

    void close() override {
        ++watch_id_;
        error_code ignored;
        resolver_.cancel();
        socket().close(ignored);
    }

private:
    tcp::socket& socket() {
        if constexpr (tls) {
            return stream_.next_layer();
        } else {
            return stream_;
        }
    }

    void connect(const tcp::resolver::results_type& results, OpenHandler handler) {
        asio::async_connect(socket(), results,
                            [self = this->shared_from_this(), handler = std::move(handler)](const error_code& error, const auto&) {
                                if (error) return handler(failed("connecting", error));
                                error_code ignored; // a missing no_delay costs time, not correctness
                                self->socket().set_option(tcp::no_delay(true), ignored);
                                self->handshake(handler);
                            });
    }

    void handshake(const OpenHandler& handler) {
        if constexpr (tls) {
            stream_.set_verify_mode(asio::ssl::verify_peer);
            stream_.set_verify_callback(asio::ssl::host_name_verification(endpoint_.host));
            if (SSL_set_tlsext_host_name(stream_.native_handle(), endpoint_.host.c_str()) != 1)
                return handler(fail("relay: TLS: the host name cannot be sent"));
            stream_.async_handshake(asio::ssl::stream_base::client,
                                    [self = this->shared_from_this(), handler](const error_code& error) {
                                        if (error) return handler(failed("TLS", error));
                                        handler({});
                                    });
        } else {
            handler({});
        }
    }

    void read_answer(ExchangeHandler handler) {
        parser_.emplace();
        parser_->body_limit(max_answer_bytes);
        parser_->header_limit(8 * 1024);
        http::async_read(stream_, buffer_, *parser_,
                         [self = this->shared_from_this(), handler = std::move(handler)](const error_code& error, std::size_t) {
                             if (error) return handler(failed("reading", error));
                             auto message = self->parser_->release();
                             // Bytes after the answer belong to nobody: such a connection is not used again.
                             const bool keep = message.keep_alive() && self->buffer_.size() == 0;
                             handler(HttpAnswer{message.result_int(), std::move(message.body()), keep});
                         });
    }

    Endpoint endpoint_;
    tcp::resolver resolver_;
    Stream stream_;
    std::uint64_t watch_id_ = 0;
    std::shared_ptr<const Message> message_;
    http::request<http::span_body<const char>> request_;
    boost::beast::flat_buffer buffer_;
    std::optional<http::response_parser<http::string_body>> parser_;
};

} // namespace

std::shared_ptr<Connection> make_connection(asio::io_context& io, const Endpoint& endpoint, asio::ssl::context* tls) {
    if (endpoint.tls && tls != nullptr) return std::make_shared<HttpConnection<TlsStream>>(io, endpoint, *tls);
    return std::make_shared<HttpConnection<PlainStream>>(io, endpoint);
}

} // namespace jitbox::relay
