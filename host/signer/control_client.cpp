// The synchronous client of the control socket.
// SPDX-License-Identifier: Apache-2.0
#include "signer/client.hpp"

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace jitbox::signer {
namespace {

using Time = std::chrono::steady_clock;

std::unexpected<Refusal> refuse(RefusalCode code, std::string what, std::string hint = {}) {
    return std::unexpected(Refusal{.code = code, .what = std::move(what), .hint = std::move(hint)});
}

/// A connected non-blocking socket and the one exchange on it.
class Exchange {
public:
    Exchange(const std::string& path, Time::time_point deadline) : path_(path), deadline_(deadline) {}
    ~Exchange() {
        if (fd_ >= 0) ::close(fd_);
    }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    Answer<void> connect() {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        if (path_.size() >= sizeof address.sun_path)
            return refuse(RefusalCode::disconnected, "the socket's name is too long: " + path_);
        std::memcpy(address.sun_path, path_.data(), path_.size());
        fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        // A full backlog gives EAGAIN at once on Unix sockets: try again until the deadline.
        while (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            if (errno != EAGAIN && errno != EINTR)
                return refuse(RefusalCode::disconnected, "cannot connect to " + path_ + ": " + std::strerror(errno),
                              "is jit-signer running?");
            if (Time::now() >= deadline_) return refuse(RefusalCode::deadline, "no connection to " + path_ + " in time");
            ::usleep(1000);
        }
        return {};
    }

    Answer<void> send(std::string_view text) {
        while (!text.empty()) {
            if (auto ready = wait(POLLOUT); !ready) return ready;
            const ssize_t n = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (n <= 0) return refuse(RefusalCode::disconnected, "the signer closed the connection");
            text.remove_prefix(static_cast<std::size_t>(n));
        }
        return {};
    }

    Answer<std::string> receive_line() {
        std::string line;
        for (std::array<char, 4096> chunk{}; line.size() < max_line_bytes;) {
            if (auto ready = wait(POLLIN); !ready) return std::unexpected(ready.error());
            const ssize_t n = ::recv(fd_, chunk.data(), chunk.size(), 0);
            if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (n <= 0)
                return refuse(RefusalCode::disconnected, "the signer closed the connection",
                              "is this user allowed (signer.operator_uids)?");
            line.append(chunk.data(), static_cast<std::size_t>(n));
            if (line.ends_with('\n')) return line;
        }
        return refuse(RefusalCode::internal, "the signer's answer is too long");
    }

private:
    Answer<void> wait(short events) {
        for (;;) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Time::now());
            if (left.count() <= 0) return refuse(RefusalCode::deadline, "no answer from the signer in time");
            pollfd entry{.fd = fd_, .events = events, .revents = 0};
            if (::poll(&entry, 1, static_cast<int>(left.count())) > 0) return {};
        }
    }

    const std::string& path_;
    Time::time_point deadline_;
    int fd_ = -1;
};

} // namespace

ControlClient::ControlClient(std::string socket_path, std::chrono::milliseconds deadline)
    : socket_path_(std::move(socket_path)), deadline_(deadline) {}

Answer<SignerStatus> ControlClient::call(ControlRequest request) const {
    Exchange exchange(socket_path_, Time::now() + deadline_);
    if (auto connected = exchange.connect(); !connected) return std::unexpected(connected.error());
    if (auto sent = exchange.send(format(Numbered<ControlRequest>{.id = 1, .request = std::move(request)})); !sent)
        return std::unexpected(sent.error());
    const auto line = exchange.receive_line();
    if (!line) return std::unexpected(line.error());
    auto answer = parse_status_answer(*line);
    if (!answer) return refuse(RefusalCode::internal, answer.error().what);
    return std::move(answer->answer);
}

Answer<SignerStatus> ControlClient::arm(const ArmRequest& request) const {
    return call(request);
}

Answer<SignerStatus> ControlClient::renew(const RenewRequest& request) const {
    return call(request);
}

Answer<SignerStatus> ControlClient::heartbeat() const {
    return call(HeartbeatRequest{});
}

Answer<SignerStatus> ControlClient::disarm(const DisarmRequest& request) const {
    return call(request);
}

Answer<SignerStatus> ControlClient::estop(const EstopRequest& request) const {
    return call(request);
}

Answer<SignerStatus> ControlClient::reset(const ResetRequest& request) const {
    return call(request);
}

Answer<SignerStatus> ControlClient::status() const {
    return call(StatusRequest{});
}

Answer<SignerStatus> ControlClient::endorse(const EndorseRequest& request) const {
    return call(request);
}

} // namespace jitbox::signer
