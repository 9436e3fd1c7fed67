// The control socket over Asio: one coroutine a session for reading, one queue for writing.
// SPDX-License-Identifier: Apache-2.0
#include "control/server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <map>
#include <utility>

namespace jitbox::control {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using Local = asio::local::stream_protocol;

std::string error_line(const Error& error) {
    return json::serialize(json::object{{"ok", false}, {"error", error.what}, {"hint", error.hint}}) + "\n";
}

std::string answer_line(const Answer& answer) {
    return answer ? R"({"ok":true,"result":)" + *answer + "}\n" : error_line(answer.error());
}

Result<Request> parse_request(std::string_view line) {
    boost::system::error_code error;
    const json::value value = json::parse(line, error);
    if (error || !value.is_object()) return fail("control: the line is not a JSON object", R"(send {"op": "status"})");
    Request request;
    request.args_json = "{}";
    for (const auto& [key, member] : value.as_object()) {
        if (key == "op" && member.is_string()) {
            request.op = member.as_string();
        } else if (key == "args" && member.is_object()) {
            request.args_json = json::serialize(member);
        } else {
            return fail("control: member '" + std::string(key) + "' is unknown or of the wrong type", "op is text, args an object");
        }
    }
    if (request.op.empty()) return fail("control: 'op' is missing", R"(send {"op": "status"})");
    std::ignore = json::parse(request.args_json, error); // 1e400 is read as infinity, which is written as no JSON
    if (!error) return request;
    if (request.op != "estop") return fail("control: args have a number that is out of range", "amounts are decimal text");
    request.args_json = "{}"; // a malformed reason stops nobody from stopping
    return request;
}

Result<Peer> peer_of(int socket) {
    ucred credentials{};
    socklen_t size = sizeof(credentials);
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return fail("control: no peer credentials");
    return Peer{.uid = credentials.uid, .gid = credentials.gid, .pid = credentials.pid};
}

bool somebody_listens(asio::io_context& io, const std::string& path) {
    Local::socket probe(io);
    boost::system::error_code error;
    probe.connect(Local::endpoint(path), error);
    return !error;
}

enum class Loss { nothing, view, answer };

/// One connection. Kept alive by its reader, its writer and answers still to come.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(Local::socket socket, Peer peer, std::uint64_t number, std::size_t most_waiting)
        : socket_(std::move(socket)), idle_(socket_.get_executor()), peer_(peer), number_(number), most_waiting_(most_waiting) {}

    asio::awaitable<void> read(const ServerOptions& options, const Handler& handler, std::uint64_t& malformed) {
        const auto self = shared_from_this();
        std::string buffer;
        while (socket_.is_open()) {
            arm_idle_timer(options.idle_timeout);
            boost::system::error_code error;
            const std::size_t size = co_await asio::async_read_until(socket_, asio::dynamic_buffer(buffer, options.max_line_bytes),
                                                                     '\n', asio::redirect_error(asio::use_awaitable, error));
            idle_.cancel();
            if (error == asio::error::not_found) {
                ++malformed;
                send(error_line({"control: a line longer than " + std::to_string(options.max_line_bytes) + " bytes", ""}));
                close_after_writing();
                co_return;
            }
            if (error) break;
            if (!take_line(std::string_view(buffer).substr(0, size - 1), handler)) ++malformed;
            buffer.erase(0, size);
        }
        close();
    }

    void send(std::string line) {
        if (!socket_.is_open()) return;
        if (queue_.size() >= most_waiting_) return close(); // it does not read
        queue_.push_back(std::move(line));
        if (queue_.size() == 1) asio::co_spawn(socket_.get_executor(), write(shared_from_this()), asio::detached);
    }

    void close() {
        boost::system::error_code ignored; // closing a socket that broke: nothing to do about it
        socket_.close(ignored);
        idle_.cancel();
    }

    [[nodiscard]] bool is_open() const { return socket_.is_open(); }
    [[nodiscard]] bool watching() const { return watching_; }
    /// What is lost when it gives way to a newcomer.
    [[nodiscard]] Loss loss() const {
        if (!is_open()) return Loss::nothing;
        if (unanswered_ != 0 || (!watching_ && !queue_.empty())) return Loss::answer;
        return watching_ ? Loss::view : Loss::nothing;
    }

private:
    /// False: it is no request.
    bool take_line(std::string_view line, const Handler& handler) {
        auto request = parse_request(line);
        if (!request) {
            send(error_line(request.error()));
            return false;
        }
        request->peer = peer_;
        request->session = number_;
        const bool watch = request->op == "watch";
        const std::weak_ptr<Session> weak = weak_from_this();
        ++unanswered_;
        handler(*request, [weak, watch](const Answer& answer) {
            const auto self = weak.lock();
            if (!self) return;
            --self->unanswered_;
            if (watch && answer) self->watching_ = true;
            self->send(answer_line(answer));
        });
        return true;
    }

    void arm_idle_timer(std::chrono::milliseconds timeout) {
        if (watching_) return;
        idle_.expires_after(timeout);
        idle_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
            const auto self = weak.lock();
            if (!error && self && !self->watching_) self->close();
        });
    }

    asio::awaitable<void> write(std::shared_ptr<Session> self) {
        while (!self->queue_.empty()) {
            boost::system::error_code error;
            co_await asio::async_write(self->socket_, asio::buffer(self->queue_.front()),
                                       asio::redirect_error(asio::use_awaitable, error));
            if (error) self->close();
            self->queue_.pop_front();
        }
        if (self->closing_) self->close();
    }

    void close_after_writing() {
        closing_ = true;
        if (queue_.empty()) close();
    }

    Local::socket socket_;
    asio::steady_timer idle_;
    std::deque<std::string> queue_;
    Peer peer_;
    std::uint64_t number_;
    std::size_t most_waiting_;
    std::size_t unanswered_ = 0; ///< requests with the handler
    bool watching_ = false;
    bool closing_ = false;
};

} // namespace

struct Server::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& context, ServerOptions o, Handler h)
        : io(context), options(std::move(o)), handler(std::move(h)), acceptor(context) {}

    asio::io_context& io;
    ServerOptions options;
    Handler handler;
    Local::acceptor acceptor;
    std::map<std::uint64_t, std::shared_ptr<Session>> sessions; ///< by number: the oldest first
    std::uint64_t accepted = 0;
    std::uint64_t malformed = 0;

    asio::awaitable<void> accept_loop(std::shared_ptr<Impl> self) {
        while (acceptor.is_open()) {
            boost::system::error_code error;
            Local::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
            if (error) continue;
            const auto peer = peer_of(socket.native_handle());
            if (!peer) continue; // the socket closes with its scope
            if (sessions.size() >= options.max_sessions) make_room();
            const std::uint64_t number = ++accepted;
            auto session = std::make_shared<Session>(std::move(socket), *peer, number, options.backlog);
            sessions.emplace(number, session);
            asio::co_spawn(io, session->read(options, handler, malformed),
                           [weak = weak_from_this(), number](const std::exception_ptr&) {
                               if (const auto alive = weak.lock()) alive->sessions.erase(number);
                           });
        }
        (void)self; // keeps this alive while the loop runs
    }

    /// Whoever fills the socket keeps nobody from stopping: of those that lose least the oldest gives way.
    void make_room() {
        const auto at = std::ranges::min_element(sessions, {}, [](const auto& entry) { return entry.second->loss(); });
        at->second->close();
        sessions.erase(at);
    }
};

std::uint64_t Server::malformed() const {
    return impl_->malformed;
}

Server::Server(asio::io_context& io, ServerOptions options, Handler handler)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(handler))) {}

Server::~Server() {
    stop();
}

Result<void> Server::start() {
    const std::string& path = impl_->options.socket_path;
    if (somebody_listens(impl_->io, path)) {
        return fail("control: another process answers on " + path, "stop the other jitd, or change control.socket");
    }
    ::unlink(path.c_str());
    try {
        impl_->acceptor.open(Local());
        const mode_t before = ::umask(0117); // 0660 from the first moment
        impl_->acceptor.bind(Local::endpoint(path));
        ::umask(before);
        impl_->acceptor.listen();
    } catch (const std::exception& error) {
        return fail("control: cannot listen on " + path + ": " + error.what(), "does the directory exist and belong to this user?");
    }
    asio::co_spawn(impl_->io, impl_->accept_loop(impl_), asio::detached);
    return {};
}

void Server::stop() {
    if (!impl_->acceptor.is_open()) return;
    boost::system::error_code ignored; // already closed is closed
    impl_->acceptor.close(ignored);
    ::unlink(impl_->options.socket_path.c_str());
    for (const auto& [number, session] : impl_->sessions) session->close();
}

void Server::publish(const std::string& line) {
    for (const auto& [number, session] : impl_->sessions) {
        if (session->watching()) session->send(line + "\n");
    }
}

bool Server::has_watchers() const {
    for (const auto& [number, session] : impl_->sessions) {
        if (session->watching() && session->is_open()) return true;
    }
    return false;
}

} // namespace jitbox::control
