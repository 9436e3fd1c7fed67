// HTTP in front of the service.
// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace jitbox::relay_sim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable); // errors as values, not exceptions
constexpr std::size_t body_limit = 1U << 20;                  // 300,000 bytes of transactions are 600,000 hex digits
constexpr auto idle_limit = std::chrono::minutes(5);
constexpr auto hang_limit = std::chrono::minutes(10); // a hanging connection is let go in the end

asio::awaitable<void> wait(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> converse(beast::tcp_stream stream, Service& service) {
    beast::flat_buffer buffer;
    while (true) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(body_limit);
        stream.expires_after(idle_limit);
        if (const auto [error, size] = co_await http::async_read(stream, buffer, parser, quietly); error) co_return;
        const auto& request = parser.get();
        const Reply reply = service.handle(request.body(), request["X-Flashbots-Signature"]);
        if (reply.hang) {
            co_await wait(hang_limit);
            co_return;
        }
        if (reply.delay.count() > 0) co_await wait(reply.delay);

        http::response<http::string_body> answer{http::int_to_status(reply.http_status), request.version()};
        answer.set(http::field::content_type, "application/json");
        answer.keep_alive(request.keep_alive());
        answer.body() = reply.body;
        answer.prepare_payload();
        stream.expires_after(std::chrono::seconds(30));
        if (const auto [error, size] = co_await http::async_write(stream, answer, quietly); error || !answer.keep_alive())
            co_return;
    }
}

asio::awaitable<void> accept_all(asio::io_context& io, asio::ip::tcp::acceptor acceptor, Service& service) {
    while (true) {
        auto [error, socket] = co_await acceptor.async_accept(asio::make_strand(io), quietly);
        if (error == asio::error::operation_aborted) co_return;
        if (error) { // out of descriptors: wait for some to close
            co_await wait(std::chrono::milliseconds(100));
            continue;
        }
        socket.set_option(asio::ip::tcp::no_delay(true), error);
        auto executor = socket.get_executor();
        asio::co_spawn(executor, converse(beast::tcp_stream(std::move(socket)), service), asio::detached);
    }
}

} // namespace

Result<std::uint16_t> serve(asio::io_context& io, const std::string& host, std::uint16_t port, Service& service) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    if (error) return fail(fmt::format("listen: \"{}\" is no IP address", host));
    const asio::ip::tcp::endpoint place(address, port);
    asio::ip::tcp::acceptor acceptor(io);
    acceptor.open(place.protocol(), error);
    if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(place, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) return fail(fmt::format("listen: {}:{}: {}", host, port, error.message()), "is another relay running there?");
    const std::uint16_t bound = acceptor.local_endpoint().port();
    asio::co_spawn(io, accept_all(io, std::move(acceptor), service), asio::detached);
    return bound;
}

} // namespace jitbox::relay_sim
