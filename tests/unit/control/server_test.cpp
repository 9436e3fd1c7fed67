// The control socket and its client, against each other and against hostile bytes.
// SPDX-License-Identifier: Apache-2.0
#include "control/client.hpp"
#include "control/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <thread>

namespace jitbox::control {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// A client that stays.
class Connected {
public:
    explicit Connected(const std::string& path) { socket_.connect(path); }
    /// Sends bytes as they are and reads one line; empty when the server closed instead.
    std::string say(const std::string& bytes) {
        boost::system::error_code ended;
        asio::write(socket_, asio::buffer(bytes), ended);
        const std::size_t size = asio::read_until(socket_, asio::dynamic_buffer(unread_), '\n', ended);
        std::string line = unread_.substr(0, size);
        unread_.erase(0, size);
        return line;
    }
    bool is_served() { return !say("{\"op\":\"who\"}\n").empty(); }

private:
    asio::io_context io_;
    asio::local::stream_protocol::socket socket_{io_};
    std::string unread_;
};

class ServerTest : public testing::Test {
protected:
    ServerTest() { fs::create_directories(directory_); }
    ~ServerTest() override {
        stop();
        fs::remove_all(directory_);
    }

    Result<void> start(std::chrono::milliseconds idle_timeout = 10s) {
        server_.emplace(io_, ServerOptions{.socket_path = path(), .idle_timeout = idle_timeout},
                        [this](const Request& request, const Respond& respond) { answer(request, respond); });
        auto started = server_->start();
        thread_ = std::thread([this] { io_.run(); });
        return started;
    }

    void stop() {
        if (!thread_.joinable()) return;
        asio::post(io_, [this] { server_->stop(); });
        work_.reset();
        io_.stop();
        thread_.join();
        server_.reset();
    }

    void answer(const Request& request, const Respond& respond) {
        if (request.op == "echo" || request.op == "estop") respond(request.args_json);
        if (request.op == "who") respond(std::to_string(request.peer.uid));
        if (request.op == "refuse") respond(fail("no", "ask nicely"));
        if (request.op == "watch" && may_watch_) respond("{}");
        if (request.op == "watch" && !may_watch_) respond(fail("not you"));
        // any other op: never answered
    }

    [[nodiscard]] std::string path() const { return (directory_ / "s").string(); }
    [[nodiscard]] Client client(std::chrono::milliseconds deadline = 5s) const { return {path(), deadline}; }

    [[nodiscard]] std::string raw(const std::string& bytes) const { return Connected(path()).say(bytes); }
    /// As many as the server serves at once, each after `first` was answered.
    [[nodiscard]] std::deque<Connected> fill(const std::string& first) const {
        std::deque<Connected> all;
        for (std::size_t i = 0; i < ServerOptions().max_sessions; ++i) {
            all.emplace_back(path());
            if (!first.empty()) EXPECT_NE(all.back().say(first), "");
        }
        return all;
    }

    fs::path directory_ = fs::temp_directory_path() / ("jitbox-server-" + std::to_string(::getpid()));
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
    std::optional<Server> server_;
    bool may_watch_ = true;
    std::thread thread_;
};

TEST_F(ServerTest, a_call_reaches_the_handler_with_its_arguments_and_the_kernels_word_on_who_asks) {
    ASSERT_TRUE(start().has_value());
    EXPECT_EQ(client().call("echo", R"({"a":[1,"two"]})").value(), R"({"a":[1,"two"]})");
    EXPECT_EQ(client().call("who").value(), std::to_string(::getuid()));
    const auto refused = client().call("refuse");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().text(), "no (ask nicely)");
}

TEST_F(ServerTest, the_socket_is_for_owner_and_group_only) {
    ASSERT_TRUE(start().has_value());
    struct stat info{};
    ASSERT_EQ(::stat(path().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0660U);
}

TEST_F(ServerTest, a_call_that_is_never_answered_ends_at_its_deadline) {
    ASSERT_TRUE(start().has_value());
    const auto answer = client(100ms).call("sleep");
    ASSERT_FALSE(answer.has_value());
    EXPECT_THAT(answer.error().what, HasSubstr("deadline"));
}

TEST_F(ServerTest, malformed_lines_are_answered_with_what_is_wrong) {
    ASSERT_TRUE(start().has_value());
    EXPECT_THAT(raw("hello\n"), HasSubstr("not a JSON object"));
    EXPECT_THAT(raw("{\"op\": 5}\n"), HasSubstr("member 'op'"));
    EXPECT_THAT(raw("{\"op\": \"who\", \"sudo\": true}\n"), HasSubstr("member 'sudo'"));
    EXPECT_THAT(raw("{}\n"), HasSubstr("'op' is missing"));
    EXPECT_THAT(raw(std::string(20'000, 'x')), HasSubstr("longer than 16384 bytes"));
    EXPECT_TRUE(client().call("who").has_value());
}

TEST_F(ServerTest, a_client_that_sends_no_whole_line_is_dropped) {
    ASSERT_TRUE(start(100ms).has_value());
    EXPECT_EQ(raw("{\"op\":"), "");
}

TEST_F(ServerTest, whoever_fills_it_with_idle_sessions_keeps_nobody_from_stopping) {
    ASSERT_TRUE(start());
    auto idle = fill("");
    EXPECT_TRUE(client().call("estop", "{}"));
    EXPECT_FALSE(idle.front().is_served()) << "the oldest gave way";
    EXPECT_TRUE(idle.back().is_served());
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(client().call("estop", "{}")) << i;
}

TEST_F(ServerTest, a_watcher_gives_way_before_who_waits_for_an_answer_and_after_who_is_idle) {
    ASSERT_TRUE(start());
    const std::string never_answered = "{\"op\":\"sleep\"}\n";
    auto sessions = fill("{\"op\":\"watch\"}\n");
    Connected waiting(path()); // the first watcher has gone
    EXPECT_NE(waiting.say(never_answered + "{\"op\":\"who\"}\n"), "");
    EXPECT_FALSE(sessions[0].is_served());
    EXPECT_TRUE(client().call("estop", "{}")) << "the second has gone";
    EXPECT_FALSE(sessions[1].is_served());
    Connected idle(path()); // takes the place that estop left
    EXPECT_TRUE(idle.is_served());
    EXPECT_TRUE(client().call("estop", "{}"));
    EXPECT_FALSE(idle.is_served()) << "the youngest, but it lost nothing";
    for (std::size_t i = 2; i < sessions.size(); ++i) EXPECT_TRUE(sessions[i].is_served()) << i;
    EXPECT_TRUE(waiting.is_served());
}

TEST_F(ServerTest, full_of_requests_in_work_it_still_takes_a_stop) {
    ASSERT_TRUE(start());
    auto busy = fill("{\"op\":\"sleep\"}\n{\"op\":\"who\"}\n");
    EXPECT_TRUE(client().call("estop", "{}"));
    EXPECT_FALSE(busy.front().is_served());
    EXPECT_TRUE(busy.back().is_served());
}

TEST_F(ServerTest, who_asks_and_never_reads_the_answers_is_dropped) {
    ASSERT_TRUE(start());
    asio::io_context io;
    asio::local::stream_protocol::socket deaf(io);
    deaf.connect(path());
    boost::system::error_code dropped;
    for (int i = 0; i < 200'000 && !dropped; ++i) asio::write(deaf, asio::buffer("{\"op\":\"who\"}\n", 13), dropped);
    EXPECT_TRUE(dropped) << "its answers wait in the server's memory";
    EXPECT_TRUE(client().call("who"));
}

// Found by control_command_fuzz: the connection ended without an answer, and an emergency stop was not done.
TEST_F(ServerTest, a_number_that_is_too_large_is_named_and_stops_nobody_from_stopping) {
    ASSERT_TRUE(start());
    EXPECT_THAT(raw("{\"op\":\"echo\",\"args\":{\"a\":1e400}}\n"), HasSubstr("args have a number that is out of range"));
    EXPECT_THAT(raw("{\"op\":\"estop\",\"args\":{\"reason\":1e400}}\n"), HasSubstr(R"("result":{})"));
}

TEST_F(ServerTest, who_may_not_watch_gets_nothing_that_is_published) {
    may_watch_ = false;
    ASSERT_TRUE(start());
    const auto watched = client().watch([](std::string_view) { return true; });
    ASSERT_FALSE(watched);
    EXPECT_THAT(watched.error().what, HasSubstr("not you"));
    std::promise<bool> watching;
    asio::post(io_, [&] { watching.set_value(server_->has_watchers()); });
    EXPECT_FALSE(watching.get_future().get());
}

TEST_F(ServerTest, watchers_get_what_is_published_in_order) {
    ASSERT_TRUE(start().has_value());
    std::atomic<int> lines = 0;
    auto watched = std::async(std::launch::async, [&] {
        return client().watch([&](std::string_view line) {
            EXPECT_EQ(line, "{\"n\":" + std::to_string(lines) + "}");
            return ++lines < 3;
        });
    });
    std::atomic<bool> done = false;
    while (!done) { // until the watcher is known to the server
        std::promise<bool> ready;
        asio::post(io_, [&] { ready.set_value(server_->has_watchers()); });
        done = ready.get_future().get();
    }
    asio::post(io_, [this] {
        for (int i = 0; i < 3; ++i) server_->publish("{\"n\":" + std::to_string(i) + "}");
    });
    EXPECT_TRUE(watched.get().has_value());
    EXPECT_EQ(lines, 3);
}

TEST_F(ServerTest, a_socket_that_somebody_answers_on_is_not_taken_but_a_stale_one_is) {
    ASSERT_TRUE(start().has_value());
    asio::io_context other;
    Server second(other, {.socket_path = path()}, [](const Request&, const Respond&) {});
    const auto taken = second.start();
    ASSERT_FALSE(taken.has_value());
    EXPECT_THAT(taken.error().what, HasSubstr("another process answers"));
    stop();
    std::ofstream(path()) << "left behind";
    Server third(other, {.socket_path = path()}, [](const Request&, const Respond&) {});
    EXPECT_TRUE(third.start().has_value());
}

TEST_F(ServerTest, without_a_daemon_the_client_says_where_it_looked) {
    const auto answer = client().call("status");
    ASSERT_FALSE(answer.has_value());
    EXPECT_THAT(answer.error().what, HasSubstr(path()));
    EXPECT_THAT(answer.error().hint, HasSubstr("is jitd running?"));
}

} // namespace
} // namespace jitbox::control
