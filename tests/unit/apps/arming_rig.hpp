// A signer of a few lines on a real socket, and jitd's mirror of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/arming/arming.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

namespace jitbox::apps {

/// Answers every control request with a state that the commands change as the real one does.
class FakeSigner {
public:
    explicit FakeSigner(std::string path)
        : path_(std::move(path)), acceptor_(io_, boost::asio::local::stream_protocol::endpoint(path_)) {
        thread_ = std::thread([this] { serve(); });
    }
    ~FakeSigner() {
        stop_ = true;
        boost::system::error_code ignored; // only to wake the acceptor
        boost::asio::local::stream_protocol::socket wake(io_);
        wake.connect(boost::asio::local::stream_protocol::endpoint(path_), ignored);
        wake.close(ignored);
        thread_.join();
        std::filesystem::remove(path_);
    }
    FakeSigner(const FakeSigner&) = delete;
    FakeSigner& operator=(const FakeSigner&) = delete;

    std::atomic<signer::ArmState> state{signer::ArmState::disarmed};
    std::atomic<bool> keep_disarmings = false; ///< they are neither done nor answered, as if they were still on their way
    std::atomic<int> heartbeats = 0;           ///< answered

private:
    void serve() {
        while (!stop_) {
            boost::asio::local::stream_protocol::socket socket(io_);
            acceptor_.accept(socket);
            std::string line;
            boost::system::error_code ended;
            boost::asio::read_until(socket, boost::asio::dynamic_buffer(line), '\n', ended);
            if (ended) continue;
            const auto request = signer::parse_control_request(line);
            if (!request) continue;
            if (keep_disarmings && std::holds_alternative<signer::DisarmRequest>(request->request)) {
                kept_.push_back(std::move(socket));
                continue;
            }
            if (std::holds_alternative<signer::ArmRequest>(request->request)) state = signer::ArmState::armed;
            if (const auto* disarming = std::get_if<signer::DisarmRequest>(&request->request)) {
                state = signer::ArmState::disarmed;
                cause_ = disarming->reason;
            }
            if (std::holds_alternative<signer::EstopRequest>(request->request)) state = signer::ArmState::tripped;
            signer::SignerStatus status;
            status.state = state;
            status.cause = cause_;
            status.lease_left = std::chrono::seconds(60);
            if (std::holds_alternative<signer::EndorseRequest>(request->request)) limits_ = "accepted";
            status.limits_digest = limits_;
            boost::asio::write(
                socket, boost::asio::buffer(signer::format_answer(request->id, signer::Answer<signer::SignerStatus>(status))),
                ended);
            if (std::holds_alternative<signer::HeartbeatRequest>(request->request)) ++heartbeats;
        }
    }

    std::string path_;
    boost::asio::io_context io_;
    boost::asio::local::stream_protocol::acceptor acceptor_;
    std::vector<boost::asio::local::stream_protocol::socket> kept_;
    std::string cause_ = "as asked";
    std::string limits_ = "of the last arming"; ///< digest
    std::atomic<bool> stop_ = false;
    std::thread thread_;
};

class ArmingTest : public testing::Test {
protected:
    ArmingTest() {
        config_.signer.control_socket = directory_ / "control";
        config_.signer.timeout_ms = 1000;
        arming_ = std::make_unique<Arming>(services_, [this](const ArmView& view) { changes_.push_back(view.state); });
    }
    ~ArmingTest() override {
        arming_.reset();
        journal_.reset();
        std::filesystem::remove_all(directory_);
    }

    void run_until(const std::function<bool()>& done) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!done() && std::chrono::steady_clock::now() < end) {
            io_.restart();
            io_.run_for(std::chrono::milliseconds(5));
        }
        ASSERT_TRUE(done());
    }
    void beat_once() {
        arming_->beat();
        run_until([&] { return arming_->view().signer_reachable || arming_->view().signer_error != "not asked yet"; });
        io_.restart();
        io_.run_for(std::chrono::milliseconds(50));
    }
    /// So many heartbeats that were answered, and their answers taken; `between` runs at each.
    void beats(const FakeSigner& signer, int count, const std::function<void()>& between = [] {}) {
        const int enough = signer.heartbeats + count + 1; // one is sent only when the answer before it was taken
        run_until([&] {
            arming_->beat();
            between();
            return signer.heartbeats >= enough;
        });
    }
    void arm() {
        bool answered = false;
        arming_->arm({.operator_name = "test",
                      .ttl = std::chrono::seconds(60),
                      .loss_budget_wei = 1,
                      .max_plan_notional_wei = 1,
                      .max_total_notional_wei = 1,
                      .pools = {{}}},
                     [&](const auto&) { answered = true; });
        run_until([&] { return answered; });
    }

    std::filesystem::path directory_ = std::filesystem::temp_directory_path() / ("jitbox-arming-" + std::to_string(::getpid()));
    boost::asio::io_context io_;
    Config config_;
    EventStream events_{[](const std::string&) {}, [] { return false; }};
    telemetry::Metrics metrics_;
    TokenPrices prices_{config_};
    std::unique_ptr<store::Journal> journal_ = [this] {
        std::filesystem::create_directories(directory_);
        return store::Journal::open((directory_ / "journal.db").string()).value();
    }();
    Services services_{
        .io = io_, .config = config_, .events = events_, .journal = *journal_, .metrics = metrics_, .prices = prices_};
    std::vector<signer::ArmState> changes_;
    std::unique_ptr<Arming> arming_;
};

} // namespace jitbox::apps
