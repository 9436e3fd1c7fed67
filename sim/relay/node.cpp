// The sandbox node as the relay uses it.
// SPDX-License-Identifier: Apache-2.0
#include "node.hpp"

#include "chain/u256.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <mutex>

namespace jitbox::relay_sim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;

constexpr auto call_deadline = std::chrono::seconds(20);

} // namespace

struct Node::Impl {
    std::string host, port;
    asio::io_context io;
    std::unique_ptr<beast::tcp_stream> stream;
    beast::flat_buffer buffer;
    std::uint64_t next_id = 1;
    std::mutex mutex;

    /// beast's deadlines work on asynchronous operations only, so each step is started and the private io_context run to its end.
    template <typename Start>
    boost::system::error_code step(Start&& start) {
        boost::system::error_code result = asio::error::would_block;
        start([&result](boost::system::error_code error, auto&&...) { result = error; });
        io.restart();
        io.run();
        return result;
    }

    boost::system::error_code connect() {
        boost::system::error_code error;
        asio::ip::tcp::resolver resolver(io);
        const auto places = resolver.resolve(host, port, error);
        if (error) return error;
        stream = std::make_unique<beast::tcp_stream>(io);
        stream->expires_after(call_deadline);
        error = step([&](auto handler) { stream->async_connect(places, handler); });
        if (error) stream.reset();
        return error;
    }

    boost::system::error_code exchange(const http::request<http::string_body>& request,
                                       http::response_parser<http::string_body>& answer) {
        stream->expires_after(call_deadline);
        buffer.clear();
        auto error = step([&](auto handler) { http::async_write(*stream, request, handler); });
        if (!error) error = step([&](auto handler) { http::async_read(*stream, buffer, answer, handler); });
        if (error) stream.reset();
        return error;
    }
};

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::create(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    const auto colon = url.rfind(':');
    if (!url.starts_with(scheme) || colon == std::string_view::npos || colon < scheme.size())
        return fail("node: \"" + std::string(url) + "\" is not http://host:port");
    auto impl = std::make_unique<Impl>();
    impl->host = url.substr(scheme.size(), colon - scheme.size());
    impl->port = url.substr(colon + 1);
    if (impl->port.ends_with('/')) impl->port.pop_back();
    return std::unique_ptr<Node>(new Node(std::move(impl)));
}

Result<json::value> Node::call(std::string_view method, json::array params) {
    const std::scoped_lock lock(impl_->mutex);
    http::request<http::string_body> request{http::verb::post, "/", 11};
    request.set(http::field::host, impl_->host);
    request.set(http::field::content_type, "application/json");
    request.body() = json::serialize(
        json::object{{"jsonrpc", "2.0"}, {"id", impl_->next_id++}, {"method", method}, {"params", std::move(params)}});
    request.prepare_payload();

    boost::system::error_code error = asio::error::not_connected;
    for (int attempt = 0; attempt < 2 && error; ++attempt) {
        if (!impl_->stream) {
            error = impl_->connect();
            if (error) continue;
        }
        http::response_parser<http::string_body> parser;
        parser.body_limit(64U << 20);
        error = impl_->exchange(request, parser);
        if (error) continue;
        boost::system::error_code bad_json;
        json::value answer = json::parse(parser.get().body(), bad_json);
        if (bad_json || !answer.is_object()) return fail(fmt::format("node: {}: the answer is no JSON object", method));
        if (const auto* refused = answer.get_object().if_contains("error"))
            return fail(fmt::format("node: {}: {}", method, json::serialize(*refused)));
        if (const auto* result = answer.get_object().if_contains("result")) return *result;
        return fail(fmt::format("node: {}: the answer has no result", method));
    }
    return fail(fmt::format("node: {}: {}:{}: {}", method, impl_->host, impl_->port, error.message()),
                "is the sandbox chain running?");
}

std::string quantity(std::uint64_t value) {
    return fmt::format("0x{:x}", value);
}

Result<std::uint64_t> quantity_of(const json::value& object, std::string_view field) {
    const json::value* value = object.is_object() ? object.get_object().if_contains(field) : nullptr;
    if (value == nullptr || !value->is_string()) return fail(fmt::format("node: {} is missing or no quantity", field));
    const auto number = chain::parse_u256(std::string_view(value->get_string()));
    if (!number || *number > UINT64_MAX) return fail(fmt::format("node: {} is no 64-bit quantity", field));
    return static_cast<std::uint64_t>(*number);
}

} // namespace jitbox::relay_sim
