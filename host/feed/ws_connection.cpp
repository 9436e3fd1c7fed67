// One WebSocket connection that comes back by itself: Beast, plain or TLS, callbacks on the io_context's thread.
// SPDX-License-Identifier: Apache-2.0
#include "feed/ws_connection.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>
#include <random>

namespace jitbox::feed {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto connect_timeout = 3s;
constexpr auto idle_timeout = 20s;        ///< a ping goes out at half of it; no answer ends the connection
constexpr std::size_t frame_padding = 64; ///< simdjson::SIMDJSON_PADDING

using TlsStream = beast::ssl_stream<beast::tcp_stream>;

/// One TCP connection's life. Its handlers hold it; a session that is no longer current is deaf.
template <typename Stream>
struct Session {
    explicit Session(asio::io_context& io) : resolver(io), socket(io) {}
    Session(asio::io_context& io, asio::ssl::context& tls) : resolver(io), socket(io, tls) {}

    asio::ip::tcp::resolver resolver;
    websocket::stream<Stream> socket;
    beast::flat_buffer buffer;
    std::deque<std::string> outgoing;
    std::chrono::steady_clock::time_point opened;
    bool open = false;
};

/// State shared with the handlers, so that they may outlive the WsConnection.
template <typename Stream>
class Core : public std::enable_shared_from_this<Core<Stream>> {
    using Session = feed::Session<Stream>;
    static constexpr bool is_tls = std::is_same_v<Stream, TlsStream>;

public:
    Core(asio::io_context& io, WsOptions options, WsEvents events)
        : io_(io), options_(std::move(options)), events_(std::make_shared<const WsEvents>(std::move(events))), retry_(io),
          random_(std::random_device{}()) {}

private:
    /// A handler for the current session: errors end it, success goes on with `next(core, session, result...)`.
    template <typename Next>
    auto then(const char* step, Next next) {
        return [self = this->shared_from_this(), session = session_, step, next](error_code error, auto&&... result) {
            if (self->session_ != session || self->stopped_) return;
            if (error) return self->down(std::string(step) + ": " + error.message());
            next(*self, *session, result...);
        };
    }

public:
    void connect() {
        if constexpr (is_tls) {
            session_ = std::make_shared<Session>(io_, *options_.tls);
        } else {
            session_ = std::make_shared<Session>(io_);
        }
        session_->resolver.async_resolve(options_.endpoint.host, options_.endpoint.port,
                                         then("resolve", [](Core& core, Session& session, const auto& addresses) {
                                             beast::get_lowest_layer(session.socket).expires_after(connect_timeout);
                                             core.tcp_connect(addresses);
                                         }));
    }

    void send(std::string text) {
        if (!session_ || !session_->open) return;
        session_->outgoing.push_back(std::move(text));
        if (session_->outgoing.size() == 1) write_next();
    }

    void down(const std::string& why) {
        // Only a connection that has lasted starts the back-off anew: one that is accepted and dropped at once does not.
        if (session_ && session_->open && std::chrono::steady_clock::now() - session_->opened > options_.max_backoff) failures_ = 0;
        drop_session();
        const auto exponential = options_.min_backoff * (1LL << std::min(failures_, 20U));
        const auto longest = std::min<std::chrono::milliseconds>(exponential, options_.max_backoff);
        ++failures_;
        // Jitter over the upper half, so that many clients of a restarted node do not come back in one instant.
        std::uniform_int_distribution<std::int64_t> jitter(longest.count() / 2, longest.count());
        retry_.expires_after(std::chrono::milliseconds(jitter(random_)));
        retry_.async_wait([weak = this->weak_from_this()](error_code error) {
            if (const auto self = weak.lock(); self && !error && !self->stopped_) self->connect();
        });
        // A copy: the callee may stop us.
        if (const auto events = events_; events->on_down) events->on_down(why);
    }

    void stop() {
        stopped_ = true;
        events_ = std::make_shared<const WsEvents>();
        retry_.cancel();
        drop_session();
    }

private:
    void tcp_connect(const asio::ip::tcp::resolver::results_type& addresses) {
        beast::get_lowest_layer(session_->socket)
            .async_connect(addresses, then("connect", [](Core& core, Session& session, const auto&) {
                               beast::get_lowest_layer(session.socket).expires_never();
                               beast::get_lowest_layer(session.socket).socket().set_option(asio::ip::tcp::no_delay(true));
                               if constexpr (is_tls) {
                                   core.tls_handshake();
                               } else {
                                   core.handshake();
                               }
                           }));
    }

    void tls_handshake() {
        TlsStream& stream = session_->socket.next_layer();
        stream.set_verify_mode(asio::ssl::verify_peer);
        stream.set_verify_callback(asio::ssl::host_name_verification(options_.endpoint.host));
        if (SSL_set_tlsext_host_name(stream.native_handle(), options_.endpoint.host.c_str()) != 1)
            return down("TLS: the host name cannot be sent");
        beast::get_lowest_layer(session_->socket).expires_after(connect_timeout);
        stream.async_handshake(asio::ssl::stream_base::client, then("TLS", [](Core& core, Session& session) {
                                   beast::get_lowest_layer(session.socket).expires_never();
                                   core.handshake();
                               }));
    }

    void handshake() {
        auto& socket = session_->socket;
        socket.set_option(websocket::stream_base::timeout{connect_timeout, idle_timeout, true});
        socket.read_message_max(options_.max_frame_bytes);
        socket.async_handshake(options_.endpoint.host + ":" + options_.endpoint.port, options_.endpoint.path,
                               then("websocket handshake", [](Core& core, Session& session) {
                                   session.open = true;
                                   session.opened = std::chrono::steady_clock::now();
                                   core.read_next();
                                   if (const auto events = core.events_; events->on_open) events->on_open();
                               }));
    }

    void read_next() {
        session_->socket.async_read(session_->buffer, then("read", [](Core& core, Session& session, std::size_t) {
                                        const std::uint64_t received_ns = steady_now_ns();
                                        session.buffer.prepare(frame_padding); // grows the memory behind the message; may move it
                                        const auto message = session.buffer.cdata();
                                        const auto keep = core.session_;
                                        if (const auto events = core.events_; events->on_frame)
                                            events->on_frame({static_cast<const char*>(message.data()), message.size()},
                                                             received_ns);
                                        if (core.session_ != keep || core.stopped_)
                                            return; // the frame made its reader restart or stop
                                        session.buffer.consume(session.buffer.size());
                                        core.read_next();
                                    }));
    }

    void write_next() {
        session_->socket.async_write(asio::buffer(session_->outgoing.front()),
                                     then("write", [](Core& core, Session& session, std::size_t) {
                                         session.outgoing.pop_front();
                                         if (!session.outgoing.empty()) core.write_next();
                                     }));
    }

    void drop_session() {
        if (!session_) return;
        session_->resolver.cancel();
        beast::get_lowest_layer(session_->socket).close();
        session_.reset();
    }

    asio::io_context& io_;
    WsOptions options_;
    std::shared_ptr<const WsEvents> events_;
    asio::steady_timer retry_;
    std::mt19937_64 random_;
    std::shared_ptr<Session> session_;
    unsigned failures_ = 0;
    bool stopped_ = false;
};

template <typename Stream>
class Connection final : public WsConnection {
public:
    explicit Connection(std::shared_ptr<Core<Stream>> core) : core_(std::move(core)) { core_->connect(); }
    ~Connection() override { core_->stop(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void send(std::string text) override { core_->send(std::move(text)); }
    void restart(const std::string& why) override { core_->down(why); }

private:
    std::shared_ptr<Core<Stream>> core_;
};

} // namespace

Result<WsEndpoint> parse_ws_url(std::string_view url) {
    const auto wrong = [&] { return fail("feed: \"" + std::string(url) + "\" is not ws://host[:port][/path], nor wss://"); };
    const bool tls = url.starts_with("wss://");
    if (!tls && !url.starts_with("ws://")) return wrong();
    std::string_view rest = url.substr(tls ? 6 : 5);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    WsEndpoint out{
        .host = {}, .port = tls ? "443" : "80", .tls = tls, .path = slash < rest.size() ? std::string(rest.substr(slash)) : "/"};
    rest = rest.substr(0, slash);
    const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : 0;
    if (bracket == std::string_view::npos) return wrong();
    const std::size_t colon = rest.find(':', bracket);
    std::string_view host = rest.substr(0, std::min(colon, rest.size()));
    if (colon != std::string_view::npos) out.port = rest.substr(colon + 1);
    if (bracket > 0) host = host.substr(1, host.size() - 2);
    const bool digits = std::ranges::all_of(out.port, [](char c) { return c >= '0' && c <= '9'; });
    if (host.empty() || out.port.empty() || out.port.size() > 5 || !digits) return wrong();
    out.host = host;
    return out;
}

Result<WsOptions> ws_options(std::string_view url, const std::string& ca_file) {
    auto endpoint = parse_ws_url(url);
    if (!endpoint) return std::unexpected(endpoint.error());
    WsOptions out;
    out.endpoint = std::move(*endpoint);
    if (!out.endpoint.tls) return out;
    out.tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    error_code error;
    out.tls->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1 | asio::ssl::context::no_sslv3, error);
    if (!error && ca_file.empty()) out.tls->set_default_verify_paths(error);
    if (!error && !ca_file.empty()) out.tls->load_verify_file(ca_file, error);
    if (error)
        return fail("feed: chain.node_ca_file " + ca_file + ": " + error.message(), "a PEM file of the authorities to trust");
    return out;
}

std::uint64_t steady_now_ns() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

std::unique_ptr<WsConnection> make_ws_connection(asio::io_context& io, WsOptions options, WsEvents events) {
    if (options.tls)
        return std::make_unique<Connection<TlsStream>>(
            std::make_shared<Core<TlsStream>>(io, std::move(options), std::move(events)));
    return std::make_unique<Connection<beast::tcp_stream>>(
        std::make_shared<Core<beast::tcp_stream>>(io, std::move(options), std::move(events)));
}

} // namespace jitbox::feed
