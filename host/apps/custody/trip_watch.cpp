// Asks jitd and the signer for their state.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/trip_watch.hpp"

#include "signer/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

#include <charconv>
#include <optional>

namespace jitbox::apps {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;

constexpr std::string_view scheme = "http://";
constexpr std::size_t most_bytes = std::size_t{16} * 1024;

Result<Tcp::endpoint> endpoint_of(const std::string& url) {
    const auto wrong = [&url] {
        return fail("appliance_url '" + url + "' is no http://<IPv4 address>:<port>", "jitd's admin port: http://127.0.0.1:9090");
    };
    const std::size_t colon = url.rfind(':');
    if (!url.starts_with(scheme) || colon <= scheme.size()) return wrong();
    boost::system::error_code bad;
    const auto address = asio::ip::make_address_v4(url.substr(scheme.size(), colon - scheme.size()), bad);
    std::uint16_t port = 0;
    const char* const last = url.data() + url.size();
    const auto [end, error] = std::from_chars(url.data() + colon + 1, last, port);
    if (bad || error != std::errc{} || end != last || port == 0) return wrong();
    return Tcp::endpoint(address, port);
}

/// One GET /healthz; its steps follow each other on the loop of whoever runs it.
struct HealthQuestion {
    explicit HealthQuestion(asio::io_context& io) : stream(io) { parser.body_limit(most_bytes); }

    void ask(const Tcp::endpoint& where, std::chrono::milliseconds deadline) {
        request.set(http::field::host, "localhost");
        stream.expires_after(deadline);
        stream.async_connect(where, [this](const beast::error_code& error) {
            if (error) return end(error);
            http::async_write(stream, request, [this](const beast::error_code& unsent, std::size_t) {
                if (unsent) return end(unsent);
                http::async_read(stream, buffer, parser, [this](const beast::error_code& unread, std::size_t) { end(unread); });
            });
        });
    }
    void end(const beast::error_code& error) { done = error; }

    beast::tcp_stream stream;
    http::request<http::empty_body> request{http::verb::get, "/healthz", 11};
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    std::optional<beast::error_code> done;
};

/// 200 and 503 both carry the state: an appliance that has tripped need not be healthy.
Result<bool> jitd_is_tripped(const TripSources& sources) {
    const auto where = endpoint_of(sources.appliance_url);
    if (!where) return std::unexpected(where.error());
    asio::io_context io;
    HealthQuestion question(io);
    question.ask(*where, sources.deadline);
    io.run();
    if (!question.done || *question.done)
        return fail("jitd at " + sources.appliance_url +
                    " does not answer: " + (question.done ? question.done->message() : "it said nothing"));
    boost::system::error_code malformed;
    const auto health = boost::json::parse(question.parser.get().body(), malformed);
    const boost::json::value* const state = !malformed && health.is_object() ? health.get_object().if_contains("state") : nullptr;
    if (state == nullptr || !state->is_string()) return fail("what answers at " + sources.appliance_url + " is no jitd");
    return state->get_string() == "TRIPPED";
}

Result<bool> signer_is_tripped(const TripSources& sources) {
    const auto status = signer::ControlClient(sources.signer_socket, sources.deadline).status();
    if (!status) return fail("the signer at " + sources.signer_socket + " does not answer: " + status.error().what);
    return status->state == signer::ArmState::tripped;
}

} // namespace

Result<void> check_trip_sources(const TripSources& sources) {
    if (sources.appliance_url.empty()) return {};
    if (const auto where = endpoint_of(sources.appliance_url); !where) return std::unexpected(where.error());
    return {};
}

Result<bool> is_tripped(const TripSources& sources) {
    Result<bool> out = fail("nobody is asked: appliance_url, signer_socket");
    for (const auto& [asked, question] : {std::pair{!sources.signer_socket.empty(), &signer_is_tripped},
                                          std::pair{!sources.appliance_url.empty(), &jitd_is_tripped}}) {
        if (!asked) continue;
        auto said = question(sources);
        if (said && *said) return true;
        if (said || !out) out = std::move(said);
    }
    return out;
}

} // namespace jitbox::apps
