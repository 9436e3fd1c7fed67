// The admin port: any bytes on a connection of the real server, in one piece or in two. No crash; an answer is one of those that
// there are; nothing stops but a POST to the one path, and every such request does, whatever follows its header.
// SPDX-License-Identifier: Apache-2.0
#include "control/admin_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace jitbox;
using namespace std::string_view_literals;

void require(bool good) {
    if (!good) std::abort();
}

struct Rig {
    std::atomic<std::uint64_t> stops{0};
    control::AdminServer server{
        {.port = 0, .timeout = std::chrono::seconds(60)},
        {.metrics = [] { return std::string("jitbox_up 1\n"); },
         .health = [] { return control::Health{.ok = true, .json = "{}"}; },
         .stop =
             [this](const control::StopCaller& caller, const std::function<void(Result<std::string>)>& done) {
                 require(caller.agent.size() <= 128);
                 for (const char c : caller.agent) require(c >= 0x20 && c <= 0x7e);
                 ++stops;
                 done("{}");
             }}};
    std::uint16_t port = server.start().value();
};

int connected(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(fd >= 0 && ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    const int yes = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const linger gone{.l_onoff = 1, .l_linger = 0}; // no port stays in TIME_WAIT
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &gone, sizeof gone);
    return fd;
}

/// What the server answers to `first`, then `second`, then the end of what we send.
std::string exchange(std::uint16_t port, std::string_view first, std::string_view second) {
    const int fd = connected(port);
    for (const std::string_view part : {first, second})
        std::ignore = ::send(fd, part.data(), part.size(), MSG_NOSIGNAL); // it may have answered and closed already
    ::shutdown(fd, SHUT_WR);
    std::string answer;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;)
        answer.append(buffer.data(), static_cast<std::size_t>(got));
    ::close(fd);
    return answer;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    static auto* const rig = new Rig; // for ever: the fuzzer ends without destructors
    std::string text(reinterpret_cast<const char*>(data + 2), size - 2);
    const bool as_stop = data[0] == 's'; // half way into a request that stops
    if (as_stop) text.insert(0, "POST /admin/emergency-stop HTTP/1.1\r\n\r\n");
    const std::size_t cut = text.size() * data[1] / 255;
    const std::uint64_t before = rig->stops;
    const std::string answer = exchange(rig->port, std::string_view(text).substr(0, cut), std::string_view(text).substr(cut));
    const bool stopped = rig->stops != before;
    require(!as_stop || stopped);
    require(!stopped || text.find("POST /admin/emergency-stop HTTP/1.") != std::string::npos);
    if (answer.empty()) return 0;
    require(answer.starts_with("HTTP/1.1 "));
    const std::string_view status = std::string_view(answer).substr(9, 3);
    bool known = false;
    for (const auto one : {"200"sv, "400"sv, "404"sv, "405"sv, "413"sv, "431"sv}) known = known || status == one;
    require(known);
    require(answer.find("\r\n\r\n") != std::string::npos);
    return 0;
}
