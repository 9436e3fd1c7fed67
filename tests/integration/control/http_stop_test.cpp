// POST /admin/emergency-stop with 1,000 slow connections on the port: latched in the signer before it is answered, and in time
// (ARM-4). SPDX-License-Identifier: Apache-2.0
#include "apps/arming/emergency_stop.hpp"
#include "base/urgent_thread.hpp"
#include "control/admin_server.hpp"
#include "signer_rig.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <sys/resource.h>
#include <thread>

namespace jitbox::test {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

/// JITBOX_STOPS: more of them, for the soak.
int rounds(int standard) {
    const char* text = std::getenv("JITBOX_STOPS");
    return text == nullptr ? standard : static_cast<int>(std::strtol(text, nullptr, 10));
}

class HttpStop : public ::testing::Test {
protected:
    void SetUp() override {
        rlimit files{};
        ::getrlimit(RLIMIT_NOFILE, &files);
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
        Token::instance();
        ASSERT_TRUE(rig.start()) << rig.output();
        const auto listening = server.start();
        ASSERT_TRUE(listening) << listening.error().text();
        port = *listening;
    }
    Tcp::socket connect() {
        Tcp::socket socket(client);
        socket.connect(Tcp::endpoint(asio::ip::address_v4::loopback(), port));
        return socket;
    }
    std::string stop() {
        Tcp::socket socket = connect();
        asio::write(socket, asio::buffer(std::string("POST /admin/emergency-stop HTTP/1.1\r\nHost: localhost\r\n\r\n")));
        std::string answer;
        boost::system::error_code ended;
        asio::read_until(socket, asio::dynamic_buffer(answer), "}\n", ended);
        return answer;
    }
    /// Connections that send a byte of their header now and then, on a thread of their own; closed ones come back.
    void slow_clients(std::size_t count) {
        slow = std::jthread([this, count](const std::stop_token& ending) {
            asio::io_context own;
            std::vector<Tcp::socket> sockets;
            sockets.reserve(count);
            for (std::size_t i = 0; i < count; ++i) sockets.emplace_back(own);
            for (std::size_t i = 0; !ending.stop_requested(); i = (i + 1) % count) {
                boost::system::error_code error = asio::error::not_connected;
                if (sockets[i].is_open()) asio::write(sockets[i], asio::buffer(std::string_view("G")), error);
                if (error) {
                    sockets[i].close(error);
                    sockets[i].connect(Tcp::endpoint(asio::ip::address_v4::loopback(), port), error);
                    ++reconnects;
                }
                if (i % 16 == 0) std::this_thread::sleep_for(1ms);
            }
        });
    }

    SignerRig rig;
    std::unique_ptr<accel::Engine> engine = accel::make_native_engine();
    asio::io_context loop;
    std::atomic<int> told_the_loop = 0;
    std::atomic<int> kept = 0;
    Result<void> disk; ///< what keeping a stop comes to
    apps::EmergencyStop stopper{loop,
                                *engine,
                                rig.socket("control"),
                                1s,
                                [this](const auto&, const auto&) { ++told_the_loop; },
                                [this](const auto&) {
                                    ++kept;
                                    return disk;
                                }};
    control::AdminServer server{
        {.port = 0},
        {.metrics = [] { return std::string(); },
         .health = [] { return control::Health{}; },
         .stop = [this](const control::StopCaller& who, auto done) { stopper.stop(who, std::move(done)); }}};
    asio::io_context client;
    std::uint16_t port = 0;
    std::atomic<std::size_t> reconnects = 0;
    std::jthread slow;
};

TEST_F(HttpStop, LatchesInTheSignerBeforeItAnswersAndTellsTheLoopAfterwards) {
    rig.arm();
    const std::string answer = stop();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(answer, HasSubstr(R"({"signer":"TRIPPED"})"));
    EXPECT_EQ(rig.status().state, signer::ArmState::tripped);
    EXPECT_THAT(rig.status().cause, HasSubstr("estop by http: POST /admin/emergency-stop from 127.0.0.1:"));
    EXPECT_EQ(kept, 0) << "TRIPPED is the signer's to keep: a stop that it took waits for no disk";
    EXPECT_EQ(told_the_loop, 0) << "the loop of this test has not run: the stop did not wait for it";
    loop.run_for(100ms);
    EXPECT_EQ(told_the_loop, 1);
}

TEST_F(HttpStop, ASignerThatHangsIsReportedWithinTheDeadline) {
    rig.process().signal(SIGSTOP);
    const std::string answer = stop();
    rig.process().signal(SIGCONT);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
    EXPECT_THAT(answer, HasSubstr("jitd has stopped, the signer has not answered"));
    EXPECT_THAT(answer, HasSubstr("it is told when it answers, also after a restart"));
    EXPECT_EQ(kept, 1) << "before the answer";
}

TEST_F(HttpStop, AStopThatNeitherTheSignerNorTheDiskTakesSaysSo) {
    disk = fail("journal: the disk is full", "free space");
    rig.process().signal(SIGSTOP);
    const std::string answer = stop();
    rig.process().signal(SIGCONT);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
    EXPECT_THAT(answer, HasSubstr("this is not durable: journal: the disk is full"));
}

/// A thread that only answers: how long the machine takes to wake it and us is what it adds to any answer.
class Echo {
public:
    ~Echo() {
        thread_.request_stop();
        round_trip();
    }
    std::chrono::nanoseconds round_trip() {
        const auto start = std::chrono::steady_clock::now();
        const int asked = ++asked_;
        asked_.notify_all();
        for (int seen = answered_; seen != asked; seen = answered_) answered_.wait(seen);
        return std::chrono::steady_clock::now() - start;
    }

private:
    std::atomic<int> asked_ = 0;
    std::atomic<int> answered_ = 0;
    std::jthread thread_{[this](const std::stop_token& ending) {
        for (int seen = 0; !ending.stop_requested();) {
            asked_.wait(seen);
            seen = asked_;
            answered_ = seen;
            answered_.notify_all();
        }
    }};
};

/// Sorted; the shares of it.
struct Times {
    std::vector<std::chrono::nanoseconds> all;
    [[nodiscard]] std::chrono::microseconds at(double share) {
        std::ranges::sort(all);
        return std::chrono::duration_cast<std::chrono::microseconds>(
            all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))]);
    }
};

TEST_F(HttpStop, AThousandSlowConnectionsDoNotHoldItUp) {
    slow_clients(1000);
    while (reconnects < 1000) std::this_thread::sleep_for(1ms);
    Echo echo; // an ordinary thread: made before this one becomes urgent
    const bool urgent = make_this_thread_urgent();
    if (!urgent) std::cout << "no real-time priority here: what the machine's other load adds is allowed\n";
    Times stops;
    Times wakes;
    for (int i = 0; i < rounds(2000); ++i) {
        wakes.all.push_back(echo.round_trip());
        const auto start = std::chrono::steady_clock::now();
        const std::string answer = stop();
        stops.all.push_back(std::chrono::steady_clock::now() - start);
        ASSERT_THAT(answer, HasSubstr("TRIPPED")) << "stop " << i;
    }
    const auto noise = wakes.at(0.999);
    std::cout << stops.all.size() << " stops with 1000 slow connections (" << reconnects << " connects): p50 "
              << stops.at(0.5).count() << " us, p99 " << stops.at(0.99).count() << " us, p99.9 " << stops.at(0.999).count()
              << " us, worst " << stops.at(1).count() << " us; to wake a thread and back p99.9 " << noise.count() << " us\n";
    EXPECT_LT(stops.at(0.999), urgent ? 5ms : 5ms + noise);
}

} // namespace
} // namespace jitbox::test
