// The admin port: what it serves, what it refuses, and that slow clients keep nobody from stopping.
// SPDX-License-Identifier: Apache-2.0
#include "control/admin_server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace jitbox::control {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

class AdminServerTest : public testing::Test {
protected:
    void start(AdminOptions options = {}) {
        options.port = 0;
        server_ = std::make_unique<AdminServer>(options, AdminHandlers{.metrics = [] { return std::string("jitbox_armed 1\n"); },
                                                                       .health = [this] { return health; },
                                                                       .stop =
                                                                           [this](const StopCaller& who, auto done) {
                                                                               const std::scoped_lock lock(mutex);
                                                                               callers.push_back(who);
                                                                               done(stop_answer);
                                                                           }});
        const auto port = server_->start();
        ASSERT_TRUE(port.has_value()) << port.error().what;
        port_ = *port;
    }
    Tcp::socket connect() {
        Tcp::socket socket(io_);
        socket.connect(Tcp::endpoint(asio::ip::address_v4::loopback(), port_));
        return socket;
    }
    static std::string read_all(Tcp::socket& socket) {
        std::string out;
        boost::system::error_code ended;
        asio::read(socket, asio::dynamic_buffer(out), ended); // until the server closes
        return out;
    }
    std::string ask(const std::string& text) {
        Tcp::socket socket = connect();
        asio::write(socket, asio::buffer(text));
        return read_all(socket);
    }
    static std::string request(const std::string& line, const std::string& headers = "", const std::string& body = "") {
        return line + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body;
    }

    Health health{.ok = true, .json = R"({"state":"DISARMED"})"};
    Result<std::string> stop_answer = std::string(R"({"signer":"TRIPPED"})");
    std::mutex mutex;
    std::vector<StopCaller> callers;
    std::uint16_t port_ = 0;

private:
    asio::io_context io_;
    std::unique_ptr<AdminServer> server_;
};

TEST_F(AdminServerTest, serves_metrics_and_health) {
    start();
    const std::string metrics = ask(request("GET /metrics"));
    EXPECT_THAT(metrics, StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(metrics, HasSubstr("text/plain; version=0.0.4"));
    EXPECT_THAT(metrics, HasSubstr("jitbox_armed 1"));
    EXPECT_THAT(ask(request("GET /healthz")), HasSubstr(R"({"state":"DISARMED"})"));
    health.ok = false;
    EXPECT_THAT(ask(request("GET /healthz")), StartsWith("HTTP/1.1 503"));
}

TEST_F(AdminServerTest, a_stop_needs_no_credential_and_names_its_caller) {
    start();
    const std::string answer = ask(request("POST /admin/emergency-stop", "User-Agent: curl/7.88\r\n"));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(answer, HasSubstr(R"({"signer":"TRIPPED"})"));
    ASSERT_EQ(callers.size(), 1U);
    EXPECT_THAT(callers[0].source, StartsWith("127.0.0.1:"));
    EXPECT_EQ(callers[0].agent, "curl/7.88");
}

TEST_F(AdminServerTest, a_stop_does_not_wait_for_its_body_and_does_not_read_it) {
    start();
    EXPECT_THAT(ask(request("POST /admin/emergency-stop", "Content-Length: 1000\r\n", "{")), StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(ask(request("POST /admin/emergency-stop", "Content-Length: 5\r\n", "!!!!!")), StartsWith("HTTP/1.1 200"));
    EXPECT_EQ(callers.size(), 2U);
}

TEST_F(AdminServerTest, a_stop_that_the_signer_did_not_take_says_so) {
    stop_answer = fail("signer: cannot connect", "is jit-signer running?");
    start();
    const std::string answer = ask(request("POST /admin/emergency-stop"));
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
    EXPECT_THAT(answer, HasSubstr("cannot connect"));
}

TEST_F(AdminServerTest, whatever_is_not_one_of_its_three_requests_is_refused) {
    start();
    EXPECT_THAT(ask(request("GET /admin/emergency-stop")), StartsWith("HTTP/1.1 405"));
    EXPECT_THAT(ask(request("POST /metrics", "Content-Length: 0\r\n")), StartsWith("HTTP/1.1 405"));
    EXPECT_THAT(ask(request("GET /metrics?x=1")), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(ask(request("GET /")), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(ask(request("POST /admin/emergency-stop/")), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(ask("nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"), StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
                StartsWith("HTTP/1.1 400"));
    EXPECT_THAT(ask(request("GET /metrics", "X: " + std::string(9'000, 'x') + "\r\n")), StartsWith("HTTP/1.1 431"));
    EXPECT_TRUE(callers.empty());
}

TEST_F(AdminServerTest, a_body_of_more_than_16_kib_is_refused_before_it_is_read) {
    start();
    EXPECT_THAT(ask(request("POST /", "Content-Length: 16385\r\n")), StartsWith("HTTP/1.1 413"));
    EXPECT_THAT(ask(request("POST /", "Content-Length: 16384\r\n", std::string(16384, ' '))), StartsWith("HTTP/1.1 404"));
}

TEST_F(AdminServerTest, a_slow_client_is_dropped) {
    start({.timeout = 100ms});
    Tcp::socket half_a_header = connect();
    asio::write(half_a_header, asio::buffer(std::string("GET /metrics HTTP/1.1\r\n")));
    EXPECT_EQ(read_all(half_a_header), "");
    Tcp::socket half_a_body = connect();
    asio::write(half_a_body, asio::buffer(request("POST /", "Content-Length: 10\r\n", "12345")));
    EXPECT_EQ(read_all(half_a_body), "");
}

TEST_F(AdminServerTest, a_connection_too_many_closes_the_oldest_that_owes_its_header) {
    start({.max_connections = 3, .timeout = 60s});
    std::vector<Tcp::socket> slow;
    for (int i = 0; i < 3; ++i) slow.push_back(connect());
    EXPECT_THAT(ask(request("POST /admin/emergency-stop")), StartsWith("HTTP/1.1 200"));
    EXPECT_EQ(read_all(slow[0]), "") << "the oldest made room";
    asio::write(slow[2], asio::buffer(request("GET /healthz")));
    EXPECT_THAT(read_all(slow[2]), StartsWith("HTTP/1.1 200")) << "the newest is still served";
}

TEST_F(AdminServerTest, a_port_that_is_taken_is_named) {
    start();
    AdminServer second({.port = port_}, {});
    const auto refused = second.start();
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().what, HasSubstr("127.0.0.1:" + std::to_string(port_)));
    EXPECT_THAT(refused.error().hint, HasSubstr("admin.port"));
}

} // namespace
} // namespace jitbox::control
