// Framing: a header of 14 bytes (size, call) before a request; before our answers 9 bytes (size only), before the driver's 14
// again. SPDX-License-Identifier: Apache-2.0
#include "card/rpc_link.hpp"

#include "xrt_messages.pb.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace jitbox::sim {
namespace {

constexpr std::size_t header_bytes = 14;
constexpr std::uint64_t longest_message = std::uint64_t{64} << 20U; // a size beyond this is no message of the driver

} // namespace

RpcLink::RpcLink(const std::string& path, int seconds) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw LinkClosed{"socket path too long: " + path};
    std::memcpy(address.sun_path, path.c_str(), path.size());
    for (int attempt = 0; attempt < seconds * 100; ++attempt) {
        socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
        ::close(socket_);
        socket_ = -1;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    throw LinkClosed{"no XRT at " + path};
}

RpcLink::~RpcLink() {
    if (socket_ >= 0) ::close(socket_);
}

bool RpcLink::readable(int milliseconds) {
    pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&wanted, 1, milliseconds);
    if (ready < 0 && errno != EINTR) throw LinkClosed{std::string("poll: ") + std::strerror(errno)};
    if (ready <= 0) return false;
    if ((wanted.revents & POLLIN) == 0) throw LinkClosed{"XRT has gone"};
    return true;
}

Request RpcLink::receive() {
    xrt::PacketInfo header;
    if (!header.ParseFromString(read_exactly(header_bytes))) throw LinkClosed{"a request without a header"};
    if (header.size() > longest_message) throw LinkClosed{"a request of " + std::to_string(header.size()) + " bytes"};
    return {header.xcl_api(), read_exactly(header.size())};
}

void RpcLink::answer(const google::protobuf::MessageLite& message) {
    const std::string body = message.SerializeAsString();
    xrt::PacketInfo header;
    header.set_size(body.size());
    write_all(header.SerializeAsString() + body);
}

void RpcLink::call(Call call, const google::protobuf::MessageLite& request, google::protobuf::MessageLite& response) {
    const std::string body = request.SerializeAsString();
    xrt::PacketInfo header;
    header.set_size(body.size());
    header.set_xcl_api(static_cast<std::uint32_t>(call));
    write_all(header.SerializeAsString() + body);
    xrt::PacketInfo answer;
    if (!answer.ParseFromString(read_exactly(header_bytes)) || answer.size() > longest_message)
        throw LinkClosed{"an answer without a header"};
    if (!response.ParseFromString(read_exactly(answer.size()))) throw LinkClosed{"an answer that cannot be read"};
}

void RpcLink::call_header_only(Call call) {
    xrt::PacketInfo header;
    header.set_size(0);
    header.set_xcl_api(static_cast<std::uint32_t>(call));
    write_all(header.SerializeAsString());
}

void RpcLink::write_all(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const ssize_t sent = ::send(socket_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) throw LinkClosed{std::string("send: ") + std::strerror(errno)};
        at += static_cast<std::size_t>(sent);
    }
}

std::string RpcLink::read_exactly(std::size_t size) {
    std::string out(size, '\0');
    for (std::size_t at = 0; at < size;) {
        const ssize_t got = ::recv(socket_, out.data() + at, size - at, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) throw LinkClosed{"XRT has gone"};
        at += static_cast<std::size_t>(got);
    }
    return out;
}

} // namespace jitbox::sim
