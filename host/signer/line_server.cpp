// A Unix stream socket that serves one line at a time a connection.
// SPDX-License-Identifier: Apache-2.0
#include "signer/line_server.hpp"

#include "signer/protocol.hpp"

#include <boost/asio.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jitbox::signer {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;

namespace {

class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(Protocol::socket socket, Peer peer, const LineServer::Handler& handler)
        : socket_(std::move(socket)), peer_(peer), handler_(handler) {}

    void read() {
        asio::async_read_until(socket_, asio::dynamic_buffer(input_, max_line_bytes), '\n',
                               [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
                                   if (error) return self->close(); // also a line that is too long
                                   self->serve(size);
                               });
    }
    void close() {
        boost::system::error_code ignored; // closing a broken socket may fail; it is gone either way
        socket_.close(ignored);
    }
    [[nodiscard]] bool open() const { return socket_.is_open(); }

private:
    void serve(std::size_t size) {
        line_ = input_.substr(0, size - 1);
        input_.erase(0, size);
        handler_(line_, peer_, [self = shared_from_this()](const std::string& answer) { return self->reply(answer); });
    }
    bool reply(const std::string& answer) {
        if (!open()) return false;
        const ssize_t sent = ::send(socket_.native_handle(), answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        const bool whole = sent == static_cast<ssize_t>(answer.size());
        if (whole)
            asio::post(socket_.get_executor(), [self = shared_from_this()] { self->read(); });
        else
            close();
        return whole;
    }

    Protocol::socket socket_;
    Peer peer_;
    const LineServer::Handler& handler_;
    std::string input_;
    std::string line_;
};

} // namespace

struct LineServer::Impl : std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& io, LineServerOptions opts, Handler handle)
        : acceptor(io), options(std::move(opts)), handler(std::move(handle)) {}

    Result<void> listen() {
        const auto failed = [&](const std::string& action, const std::string& reason) {
            return fail("signer: cannot " + action + " " + options.path + ": " + reason,
                        "check that its directory exists and that this user may write there");
        };
        ::unlink(options.path.c_str()); // ours: the audit log's lock lets one signer run for these paths
        boost::system::error_code error;
        acceptor.open(Protocol(), error);
        if (!error) acceptor.bind(Protocol::endpoint(options.path), error);
        if (error) return failed("bind", error.message());
        // Who may connect is decided by SO_PEERCRED; the mode keeps others out only when nobody else is allowed at all.
        if (::chmod(options.path.c_str(), options.allowed_uids.empty() ? 0600 : 0666) != 0)
            return failed("set the mode of", std::strerror(errno));
        acceptor.listen(128, error);
        if (error) return failed("listen on", error.message());
        return {};
    }

    void accept() {
        acceptor.async_accept([self = shared_from_this()](const boost::system::error_code& error, Protocol::socket socket) {
            if (error == asio::error::operation_aborted) return;
            if (!error) self->admit(std::move(socket));
            self->accept();
        });
    }

    void admit(Protocol::socket socket) {
        ucred credentials{};
        socklen_t size = sizeof credentials;
        if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return;
        const bool allowed = credentials.uid == ::geteuid() || std::find(options.allowed_uids.begin(), options.allowed_uids.end(),
                                                                         credentials.uid) != options.allowed_uids.end();
        if (!allowed) return; // closed without a word
        std::erase_if(connections, [](const auto& weak) { return weak.expired(); });
        while (connections.size() >= options.max_connections) {
            if (const auto oldest = connections.front().lock()) oldest->close();
            connections.pop_front();
        }
        auto connection = std::make_shared<Connection>(
            std::move(socket), Peer{.uid = credentials.uid, .pid = credentials.pid, .session = ++sessions}, handler);
        connections.push_back(connection);
        connection->read();
    }

    Protocol::acceptor acceptor;
    const LineServerOptions options;
    const Handler handler;
    std::list<std::weak_ptr<Connection>> connections;
    std::uint64_t sessions = 0;
};

LineServer::LineServer(asio::io_context& io, LineServerOptions options, Handler handler)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(handler))) {}

LineServer::~LineServer() {
    stop();
}

Result<void> LineServer::start() {
    auto listening = impl_->listen();
    if (listening) impl_->accept();
    return listening;
}

void LineServer::stop() {
    boost::system::error_code ignored; // closing twice is no error of ours
    impl_->acceptor.close(ignored);
    for (const auto& weak : impl_->connections)
        if (const auto connection = weak.lock()) connection->close();
}

} // namespace jitbox::signer
