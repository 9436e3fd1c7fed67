// jitd's mirror of the signer's latch, against a signer of a few lines on a real socket.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/arming.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

namespace jitbox::apps {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Local = asio::local::stream_protocol;
using signer::ArmState;
using testing::HasSubstr;

/// Answers every control request with a state that the commands change as the real one does.
class FakeSigner {
public:
    explicit FakeSigner(std::string path) : path_(std::move(path)), acceptor_(io_, Local::endpoint(path_)) {
        thread_ = std::thread([this] { serve(); });
    }
    ~FakeSigner() {
        stop_ = true;
        boost::system::error_code ignored; // only to wake the acceptor
        Local::socket wake(io_);
        wake.connect(Local::endpoint(path_), ignored);
        wake.close(ignored);
        thread_.join();
        fs::remove(path_);
    }
    FakeSigner(const FakeSigner&) = delete;
    FakeSigner& operator=(const FakeSigner&) = delete;

    std::atomic<ArmState> state{ArmState::disarmed};
    std::atomic<bool> keep_disarmings = false; ///< they are neither done nor answered, as if they were still on their way
    std::atomic<int> heartbeats = 0;           ///< answered

private:
    void serve() {
        while (!stop_) {
            Local::socket socket(io_);
            acceptor_.accept(socket);
            std::string line;
            boost::system::error_code ended;
            asio::read_until(socket, asio::dynamic_buffer(line), '\n', ended);
            if (ended) continue;
            const auto request = signer::parse_control_request(line);
            if (!request) continue;
            if (keep_disarmings && std::holds_alternative<signer::DisarmRequest>(request->request)) {
                kept_.push_back(std::move(socket));
                continue;
            }
            if (std::holds_alternative<signer::ArmRequest>(request->request)) state = ArmState::armed;
            if (std::holds_alternative<signer::DisarmRequest>(request->request)) state = ArmState::disarmed;
            if (std::holds_alternative<signer::EstopRequest>(request->request)) state = ArmState::tripped;
            signer::SignerStatus status;
            status.state = state;
            status.cause = "as asked";
            status.lease_left = 60s;
            if (std::holds_alternative<signer::EndorseRequest>(request->request)) limits_ = "accepted";
            status.limits_digest = limits_;
            asio::write(socket, asio::buffer(signer::format_answer(request->id, signer::Answer<signer::SignerStatus>(status))),
                        ended);
            if (std::holds_alternative<signer::HeartbeatRequest>(request->request)) ++heartbeats;
        }
    }

    std::string path_;
    asio::io_context io_;
    Local::acceptor acceptor_;
    std::vector<Local::socket> kept_;
    std::string limits_ = "of the last arming"; ///< digest
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

class ArmingTest : public testing::Test {
protected:
    ArmingTest() {
        fs::create_directories(directory_);
        config_.signer.control_socket = directory_ / "control";
        config_.signer.timeout_ms = 1000;
        journal_ = *store::Journal::open((directory_ / "journal.db").string());
        services_.emplace(Services{
            .io = io_, .config = config_, .events = events_, .journal = *journal_, .metrics = metrics_, .prices = prices_});
        arming_ = std::make_unique<Arming>(*services_, [this](const ArmView& view) { changes_.push_back(view.state); });
    }
    ~ArmingTest() override {
        arming_.reset();
        journal_.reset();
        fs::remove_all(directory_);
    }

    void run_until(const std::function<bool()>& done) {
        const auto end = std::chrono::steady_clock::now() + 10s;
        while (!done() && std::chrono::steady_clock::now() < end) {
            io_.restart();
            io_.run_for(5ms);
        }
        ASSERT_TRUE(done());
    }
    void beat_once() {
        arming_->beat();
        run_until([&] { return arming_->view().signer_reachable || arming_->view().signer_error != "not asked yet"; });
        io_.restart();
        io_.run_for(50ms);
    }
    void arm() {
        bool answered = false;
        arming_->arm({.operator_name = "test",
                      .ttl = 60s,
                      .loss_budget_wei = 1,
                      .max_plan_notional_wei = 1,
                      .max_total_notional_wei = 1,
                      .pools = {{}}},
                     [&](const auto&) { answered = true; });
        run_until([&] { return answered; });
    }

    fs::path directory_ = fs::temp_directory_path() / ("jitbox-arming-" + std::to_string(::getpid()));
    asio::io_context io_;
    Config config_;
    EventStream events_{[](const std::string&) {}, [] { return false; }};
    telemetry::Metrics metrics_;
    TokenPrices prices_{config_};
    std::unique_ptr<store::Journal> journal_;
    std::optional<Services> services_;
    std::vector<ArmState> changes_;
    std::unique_ptr<Arming> arming_;
};

TEST_F(ArmingTest, a_heartbeat_that_is_answered_before_a_disarming_arrives_does_not_change_its_cause) {
    FakeSigner signer(config_.signer.control_socket);
    arm();
    signer.keep_disarmings = true;
    arming_->disarm("jitd", "the prices are old", [](const auto&) {});
    const int before = signer.heartbeats;
    arming_->beat();
    run_until([&] { return signer.heartbeats > before; });
    io_.restart();
    io_.run_for(50ms);
    EXPECT_FALSE(arming_->armed());
    EXPECT_EQ(arming_->view().cause, "the prices are old");
}

TEST_F(ArmingTest, limits_that_the_signer_accepts_are_known_with_its_answer_and_not_a_heartbeat_later) {
    FakeSigner signer(config_.signer.control_socket);
    beat_once();
    EXPECT_EQ(arming_->view().signer.limits_digest, "of the last arming");
    std::string known;
    arming_->endorse({}, [&](const auto& answer) {
        ASSERT_TRUE(answer);
        known = arming_->view().signer.limits_digest;
    });
    run_until([&] { return !known.empty(); });
    EXPECT_EQ(known, "accepted");
}

TEST_F(ArmingTest, a_lease_that_another_process_left_does_not_arm_this_one) {
    FakeSigner signer(config_.signer.control_socket);
    signer.state = ArmState::armed;
    beat_once();
    EXPECT_TRUE(arming_->view().signer_reachable);
    EXPECT_FALSE(arming_->armed());
    EXPECT_EQ(arming_->view().state, ArmState::disarmed);
    EXPECT_THAT(arming_->view().cause, HasSubstr("not armed through this process"));
}

TEST_F(ArmingTest, arming_and_disarming_follow_the_signer) {
    FakeSigner signer(config_.signer.control_socket);
    arm();
    EXPECT_TRUE(arming_->armed());
    bool answered = false;
    arming_->disarm("test", "enough", [&](const auto&) { answered = true; });
    EXPECT_FALSE(arming_->armed()) << "at once, before the signer has answered";
    run_until([&] { return answered; });
    EXPECT_EQ(signer.state, ArmState::disarmed);
    EXPECT_EQ(changes_, (std::vector{ArmState::armed, ArmState::disarmed}));
}

TEST_F(ArmingTest, an_emergency_stop_wins_over_an_arming_that_is_on_its_way) {
    FakeSigner signer(config_.signer.control_socket);
    int answered = 0;
    arming_->arm({.operator_name = "test",
                  .ttl = 60s,
                  .loss_budget_wei = 1,
                  .max_plan_notional_wei = 1,
                  .max_total_notional_wei = 1,
                  .pools = {{}}},
                 [&](const auto&) { ++answered; });
    arming_->estop("test", "smoke", [&](const auto&) { ++answered; });
    run_until([&] { return answered == 2; });
    EXPECT_FALSE(arming_->armed());
    beat_once();
    EXPECT_FALSE(arming_->armed()) << "not even when the signer still says ARMED";
}

TEST_F(ArmingTest, a_signer_that_is_gone_disarms_and_its_return_does_not_arm) {
    {
        FakeSigner signer(config_.signer.control_socket);
        arm();
        ASSERT_TRUE(arming_->armed());
    }
    arming_->beat();
    run_until([&] { return !arming_->view().signer_reachable; });
    EXPECT_FALSE(arming_->armed());
    EXPECT_THAT(arming_->view().cause, HasSubstr("signer not reachable"));
    FakeSigner back(config_.signer.control_socket);
    back.state = ArmState::armed;
    arming_->beat();
    run_until([&] { return arming_->view().signer_reachable; });
    EXPECT_FALSE(arming_->armed());
}

} // namespace
} // namespace jitbox::apps
