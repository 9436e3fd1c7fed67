// A plain blocking client: connect, write a line, read lines with a deadline.
// SPDX-License-Identifier: Apache-2.0
#include "control/client.hpp"

#include <boost/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace jitbox::control {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

class Connection {
public:
    explicit Connection(int fd) : fd_(fd) {}
    ~Connection() { ::close(fd_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    Result<void> write(std::string_view text) const {
        while (!text.empty()) {
            const ssize_t written = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) return fail("control: the daemon closed the connection", "see its log");
            text.remove_prefix(static_cast<std::size_t>(written));
        }
        return {};
    }

    /// Without a deadline it waits for ever (watch).
    Result<std::string> read_line(std::optional<Clock::time_point> deadline) {
        for (;;) {
            if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) {
                std::string line = buffer_.substr(0, end);
                buffer_.erase(0, end + 1);
                return line;
            }
            if (auto filled = fill(deadline); !filled) return std::unexpected(filled.error());
        }
    }

private:
    Result<void> fill(std::optional<Clock::time_point> deadline) {
        pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
        int timeout = -1;
        if (deadline) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(*deadline - Clock::now()).count();
            timeout = left > 0 ? static_cast<int>(left) : 0;
        }
        const int ready = ::poll(&wait, 1, timeout);
        if (ready < 0 && errno == EINTR) return {};
        if (ready == 0)
            return fail("control: no answer within the deadline", "is jitd hanging? give a longer --timeout or see its log");
        char chunk[16384];
        const ssize_t got = ::recv(fd_, chunk, sizeof(chunk), 0);
        if (got < 0 && errno == EINTR) return {};
        if (got <= 0) return fail("control: the daemon closed the connection", "see its log");
        buffer_.append(chunk, static_cast<std::size_t>(got));
        return {};
    }

    int fd_;
    std::string buffer_;
};

Result<int> connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) return fail("control: the socket path is too long: " + path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return fail(std::string("control: no socket: ") + std::strerror(errno));
    // The sockaddr cast is how the BSD interface takes an address.
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        const std::string why = std::strerror(errno);
        ::close(fd);
        return fail("control: cannot reach jitd at " + path + ": " + why, "is jitd running? give its socket with --socket");
    }
    return fd;
}

Result<std::string> result_of(std::string_view line) {
    boost::system::error_code error;
    const json::value value = json::parse(line, error);
    const json::object* answer = error ? nullptr : value.if_object();
    const json::value* ok = answer == nullptr ? nullptr : answer->if_contains("ok");
    if (ok == nullptr || !ok->is_bool()) return fail("control: the answer is not one of jitd: " + std::string(line.substr(0, 200)));
    const auto text = [answer](const char* key) {
        const json::value* member = answer->if_contains(key);
        return member != nullptr && member->is_string() ? std::string(member->as_string()) : std::string();
    };
    if (!ok->as_bool()) return fail(text("error"), text("hint"));
    const json::value* result = answer->if_contains("result");
    return result == nullptr ? std::string("null") : json::serialize(*result);
}

std::string request_line(std::string_view op, std::string_view args_json) {
    return R"({"op":)" + json::serialize(json::string_view(op.data(), op.size())) + R"(,"args":)" + std::string(args_json) + "}\n";
}

} // namespace

Result<std::string> Client::call(std::string_view op, std::string_view args_json) const {
    const auto fd = connect_to(path_);
    if (!fd) return std::unexpected(fd.error());
    Connection connection(*fd);
    if (auto sent = connection.write(request_line(op, args_json)); !sent) return std::unexpected(sent.error());
    const auto line = connection.read_line(Clock::now() + deadline_);
    if (!line) return std::unexpected(line.error());
    return result_of(*line);
}

Result<void> Client::watch(const std::function<bool(std::string_view)>& on_line) const {
    const auto fd = connect_to(path_);
    if (!fd) return std::unexpected(fd.error());
    Connection connection(*fd);
    if (auto sent = connection.write(request_line("watch", "{}")); !sent) return sent;
    const auto first = connection.read_line(Clock::now() + deadline_);
    if (!first) return std::unexpected(first.error());
    if (const auto accepted = result_of(*first); !accepted) return std::unexpected(accepted.error());
    for (;;) {
        const auto line = connection.read_line(std::nullopt);
        if (!line) return std::unexpected(line.error());
        if (!on_line(*line)) return {};
    }
}

} // namespace jitbox::control
