// The admin port over Beast.
// SPDX-License-Identifier: Apache-2.0
#include "control/admin_server.hpp"

#include "base/urgent_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <atomic>
#include <list>
#include <optional>
#include <thread>
#include <utility>

namespace jitbox::control {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
using Tcp = asio::ip::tcp;

constexpr std::string_view json_type = "application/json";
constexpr std::string_view metrics_type = "text/plain; version=0.0.4; charset=utf-8";

std::string error_text(std::string_view what) {
    return json::serialize(json::object{{"error", what}}) + "\n";
}

std::string printable(std::string_view text) {
    std::string out(text.substr(0, 128));
    std::ranges::replace_if(out, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return out;
}

struct Totals {
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> refusals{0};
};

/// One connection and its one request. All on the server's thread.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    Exchange(std::shared_ptr<asio::io_context> io, Tcp::socket socket, std::uint64_t number, const AdminOptions& options,
             const AdminHandlers& handlers, Totals& totals)
        : io_(std::move(io)), stream_(std::move(socket)), number_(number), options_(options), handlers_(handlers), totals_(totals) {
        parser_.header_limit(static_cast<std::uint32_t>(options.max_header_bytes));
        parser_.body_limit(options.max_body_bytes);
    }

    void read() {
        stream_.expires_after(options_.timeout);
        http::async_read_header(
            stream_, buffer_, parser_,
            [self = shared_from_this()](const beast::error_code& error, std::size_t) { self->on_header(error); });
    }
    void close() {
        beast::error_code ignored; // a socket that broke is closed already
        stream_.socket().close(ignored);
    }
    /// Still owes its header: what may be closed to make room.
    [[nodiscard]] bool idle() const { return !got_header_ && stream_.socket().is_open(); }

private:
    void on_header(const beast::error_code& error) {
        if (error) return on_bad_request(error);
        got_header_ = true;
        const std::string_view target = parser_.get().target();
        if (target == "/admin/emergency-stop" && parser_.get().method() == http::verb::post) return stop();
        http::async_read(stream_, buffer_, parser_, [self = shared_from_this()](const beast::error_code& ended, std::size_t) {
            if (ended)
                self->on_bad_request(ended);
            else
                self->serve();
        });
    }

    void on_bad_request(const beast::error_code& error) {
        got_header_ = true;
        if (error == http::error::body_limit) {
            answer(http::status::payload_too_large, json_type,
                   error_text("the body is larger than " + std::to_string(options_.max_body_bytes) + " bytes"));
        } else if (error == http::error::header_limit) {
            answer(http::status::request_header_fields_too_large, json_type,
                   error_text("the header is larger than " + std::to_string(options_.max_header_bytes) + " bytes"));
        } else if (error.category() == http::make_error_code(http::error::bad_method).category() &&
                   error != http::error::end_of_stream && error != http::error::partial_message) {
            answer(http::status::bad_request, json_type, error_text("not HTTP: " + error.message()));
        } else {
            close(); // it went away, or was too slow
        }
    }

    void stop() {
        beast::error_code unknown; // a peer that has gone already has no address; it stops all the same
        const Tcp::endpoint peer = stream_.socket().remote_endpoint(unknown);
        const StopCaller caller{.source = peer.address().to_string() + ":" + std::to_string(peer.port()),
                                .agent = printable(parser_.get()[http::field::user_agent]),
                                .session = std::to_string(number_)};
        handlers_.stop(caller, [self = shared_from_this()](Result<std::string> done) {
            if (self->io_->stopped()) return; // the server has ended meanwhile
            asio::post(*self->io_, [self, done = std::move(done)] {
                if (done)
                    self->answer(http::status::ok, json_type, *done + "\n");
                else
                    self->answer(http::status::service_unavailable, json_type, error_text(done.error().text()));
            });
        });
    }

    void serve() {
        const auto& request = parser_.get();
        const bool known = request.target() == "/metrics" || request.target() == "/healthz";
        if (request.target() == "/admin/emergency-stop") return refuse_method("POST");
        if (!known)
            return answer(http::status::not_found, json_type,
                          error_text("nothing here: /metrics, /healthz, /admin/emergency-stop"));
        if (request.method() != http::verb::get) return refuse_method("GET");
        if (request.target() == "/metrics") return answer(http::status::ok, metrics_type, handlers_.metrics());
        const Health health = handlers_.health();
        answer(health.ok ? http::status::ok : http::status::service_unavailable, json_type, health.json + "\n");
    }

    void refuse_method(std::string_view allowed) {
        response_.set(http::field::allow, allowed);
        answer(http::status::method_not_allowed, json_type, error_text("only " + std::string(allowed) + " is served here"));
    }

    void answer(http::status status, std::string_view type, std::string body) {
        if (http::to_status_class(status) == http::status_class::client_error) ++totals_.refusals;
        response_.version(11);
        response_.result(status);
        response_.set(http::field::content_type, type);
        response_.set(http::field::cache_control, "no-store");
        response_.body() = std::move(body);
        response_.keep_alive(false);
        response_.prepare_payload();
        stream_.expires_after(options_.timeout);
        http::async_write(stream_, response_, [self = shared_from_this()](const beast::error_code& error, std::size_t) {
            if (error) return self->close();
            beast::error_code ignored; // the peer may have closed first
            self->stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
            self->linger(self->options_.max_body_bytes);
        });
    }

    /// Reads what the peer still sends, within bounds: closing on unread bytes would take the answer away from it.
    void linger(std::size_t left) {
        stream_.expires_after(std::chrono::seconds(1));
        stream_.async_read_some(asio::buffer(rest_),
                                [self = shared_from_this(), left](const beast::error_code& error, std::size_t size) {
                                    if (error || size >= left) return self->close();
                                    self->linger(left - size);
                                });
    }

    std::shared_ptr<asio::io_context> io_; ///< a stop may be answered after the server has ended
    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    http::request_parser<http::string_body> parser_;
    http::response<http::string_body> response_;
    std::array<char, 1024> rest_{};
    const std::uint64_t number_;
    const AdminOptions& options_;
    const AdminHandlers& handlers_;
    Totals& totals_;
    bool got_header_ = false;
};

} // namespace

struct AdminServer::Impl {
    Impl(AdminOptions opts, AdminHandlers handle) : options(opts), handlers(std::move(handle)) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        io->stop();
        if (thread.joinable()) thread.join();
        beast::error_code ignored; // closing twice is no error of ours
        acceptor.close(ignored);
        for (const auto& weak : exchanges)
            if (const auto exchange = weak.lock()) exchange->close();
        io->restart();
        io->poll(); // what was open ends, and lets go of its exchange
        io->stop();
    }

    Result<std::uint16_t> listen() {
        const Tcp::endpoint here(asio::ip::address_v4::loopback(), options.port);
        beast::error_code error;
        acceptor.open(here.protocol(), error);
        if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
        if (!error) acceptor.bind(here, error);
        if (!error) acceptor.listen(4096, error);
        if (error)
            return fail("admin: cannot listen on 127.0.0.1:" + std::to_string(options.port) + ": " + error.message(),
                        "is the port taken? choose another admin.port");
        return acceptor.local_endpoint().port();
    }

    void accept() {
        acceptor.async_accept([this](const beast::error_code& error, Tcp::socket socket) {
            if (!error) admit(std::move(socket));
            if (error != asio::error::operation_aborted) accept();
        });
    }

    void admit(Tcp::socket socket) {
        std::erase_if(exchanges, [](const auto& weak) { return weak.expired(); });
        if (exchanges.size() >= options.max_connections) make_room();
        auto exchange = std::make_shared<Exchange>(io, std::move(socket), ++accepted, options, handlers, totals);
        ++totals.requests;
        exchanges.push_back(exchange);
        exchange->read();
    }

    void make_room() {
        for (auto at = exchanges.begin(); at != exchanges.end(); ++at) {
            const auto exchange = at->lock();
            if (exchange && !exchange->idle()) continue;
            if (exchange) exchange->close();
            exchanges.erase(at);
            return;
        }
    }

    const AdminOptions options;
    const AdminHandlers handlers;
    const std::shared_ptr<asio::io_context> io = std::make_shared<asio::io_context>(1);
    Tcp::acceptor acceptor{*io};
    std::list<std::weak_ptr<Exchange>> exchanges; ///< the oldest first
    std::uint64_t accepted = 0;
    Totals totals;
    std::thread thread;
};

AdminServer::AdminServer(AdminOptions options, AdminHandlers handlers)
    : impl_(std::make_shared<Impl>(options, std::move(handlers))) {}

AdminServer::~AdminServer() = default;

AdminServer::Counts AdminServer::counts() const {
    return {.requests = impl_->totals.requests, .refusals = impl_->totals.refusals};
}

Result<std::uint16_t> AdminServer::start() {
    auto port = impl_->listen();
    if (!port) return port;
    impl_->accept();
    impl_->thread = std::thread([io = impl_->io] {
        make_this_thread_urgent(); // a stop goes before everything else; where it may not, it is served all the same
        io->run();
    });
    return port;
}

} // namespace jitbox::control
