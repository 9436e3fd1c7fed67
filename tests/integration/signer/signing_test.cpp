// jit-signer end to end on SoftHSM2: what it signs, what it refuses, how it stops and comes back.
// SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include "audit/log.hpp"
#include "chain/keccak.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fstream>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::ArmState;
using signer::RefusalCode;

class Signing : public ::testing::Test {
protected:
    void SetUp() override {
        Token::instance();
        ASSERT_TRUE(rig.start()) << rig.output();
    }
    void expect_code(const signer::Answer<signer::SignedBundle>& answer, RefusalCode code) {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, code) << to_text(answer.error().code) << ": " << answer.error().what;
    }
    SignerRig rig;
};

/// What a node would check: the raw bytes decode to what was asked, sent by the lane's key, low S.
void expect_signed(const signer::SignedTransaction& transaction, BytesView unsigned_payload, const Bytes20& sender) {
    const auto decoded = chain::decode_transaction(transaction.raw);
    ASSERT_TRUE(decoded) << decoded.error().text();
    EXPECT_EQ(chain::signing_hash(*decoded), chain::keccak256(unsigned_payload));
    EXPECT_EQ(transaction.digest, chain::keccak256(unsigned_payload));
    EXPECT_EQ(transaction.hash, chain::keccak256(transaction.raw));
    EXPECT_EQ(chain::recover_sender(*decoded).value(), sender);
    EXPECT_TRUE(chain::has_low_s(decoded->signature));
}

TEST_F(Signing, SignsManyBundlesEachVerifiableAndWithLowS) {
    rig.arm();
    SyncSigner client(rig.socket("signing"));
    const auto lanes = client.lanes().value();
    ASSERT_EQ(lanes.size(), 2U);
    for (std::uint64_t nonce = 0; nonce < 60; nonce += 2) { // half of a module's signatures are high-S: 60 see both
        Bundle bundle(nonce);
        bundle.lane = static_cast<std::uint32_t>(nonce / 2 % 2);
        const auto request = bundle.request();
        const auto answer = client.sign(request);
        ASSERT_TRUE(answer) << answer.error().what;
        EXPECT_EQ(answer->address, lanes[bundle.lane].address);
        expect_signed(answer->mint, request.mint_unsigned, answer->address);
        expect_signed(answer->burn, request.burn_unsigned, answer->address);
        EXPECT_FALSE(answer->mint.replayed);
    }
    EXPECT_EQ(rig.status().signed_bundles, 30U);
    EXPECT_EQ(client.lanes().value()[0].highest_nonce, 57U);
}

TEST_F(Signing, TheSameRequestGivesTheSameSignatureAlsoAfterARestart) {
    rig.arm();
    const auto request = Bundle(0).request();
    const auto first = SyncSigner(rig.socket("signing")).sign(request);
    ASSERT_TRUE(first) << first.error().what;
    rig.kill9();
    ASSERT_TRUE(rig.start()) << rig.output();
    SyncSigner client(rig.socket("signing"));
    expect_code(client.sign(request), RefusalCode::not_armed);
    rig.arm();
    const auto again = client.sign(request);
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(again->mint.raw, first->mint.raw);
    EXPECT_EQ(again->burn.raw, first->burn.raw);
    EXPECT_TRUE(again->mint.replayed);
    const auto recalled = client.recall(0, 0);
    ASSERT_TRUE(recalled) << recalled.error().what;
    EXPECT_EQ(recalled->burn.raw, first->burn.raw);
    expect_code(client.recall(0, 2), RefusalCode::bad_request);
}

TEST_F(Signing, AnotherDigestForTheNonceIsRefused) {
    rig.arm();
    SyncSigner client(rig.socket("signing"));
    ASSERT_TRUE(client.sign(Bundle(0, 100).request()));
    expect_code(client.sign(Bundle(0, 101).request()), RefusalCode::nonce_bound);
    expect_code(client.sign(Bundle(1, 101).request()), RefusalCode::nonce_bound);
    Bundle other_lane(0, 101);
    other_lane.lane = 1;
    EXPECT_TRUE(client.sign(other_lane.request()));
}

TEST_F(Signing, OnlyInsideTheLease) {
    SyncSigner client(rig.socket("signing"));
    expect_code(client.sign(Bundle(0).request()), RefusalCode::not_armed);
    rig.arm();
    Bundle big(0);
    big.mint_call.amount0_max = 10'001;
    expect_code(client.sign(big.request()), RefusalCode::over_plan_notional);
    Bundle no_lane(0);
    no_lane.lane = 2;
    expect_code(client.sign(no_lane.request()), RefusalCode::unknown_lane);
    ASSERT_TRUE(rig.control().disarm({.operator_name = "alice", .reason = "test"}));
    expect_code(client.sign(Bundle(0).request()), RefusalCode::not_armed);
    EXPECT_EQ(rig.status().signed_bundles, 0U);
}

TEST_F(Signing, ALeaseEndsByItselfAndThatIsAudited) {
    auto terms = lease_terms();
    terms.ttl = 1s;
    ASSERT_TRUE(rig.control().arm(terms));
    std::this_thread::sleep_for(1300ms);
    EXPECT_EQ(rig.status().state, ArmState::disarmed);
    EXPECT_EQ(rig.status().cause, "the lease expired");
    EXPECT_NE(rig.audit_text().find("ARMED -> DISARMED: the lease expired"), std::string::npos);
    terms.ttl = 3601s;
    const auto too_long = rig.control().arm(terms);
    ASSERT_FALSE(too_long);
    EXPECT_NE(too_long.error().what.find("max_ttl_s"), std::string::npos);
}

TEST_F(Signing, AStopSurvivesARestartAndOnlyAResetClearsIt) {
    rig.arm();
    ASSERT_TRUE(rig.control().estop({.operator_name = "bob", .reason = "smoke"}));
    SyncSigner client(rig.socket("signing"));
    expect_code(client.sign(Bundle(0).request()), RefusalCode::tripped);
    ASSERT_FALSE(rig.control().arm(lease_terms()));
    rig.process().signal(SIGTERM); // an orderly end writes down what was ordered
    EXPECT_EQ(rig.process().wait(), 0);
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_EQ(rig.status().state, ArmState::tripped);
    ASSERT_FALSE(rig.control().arm(lease_terms()));
    ASSERT_TRUE(rig.control().reset({.operator_name = "carol", .reason = "inspected"}));
    EXPECT_EQ(rig.status().state, ArmState::disarmed);
    EXPECT_FALSE(rig.control().reset({.operator_name = "carol", .reason = "twice"}));
    rig.arm();
    EXPECT_TRUE(client.sign(Bundle(0).request()));
    const auto report = audit::verify(rig.state_dir() + "/signer-audit.log").value();
    EXPECT_TRUE(report.ok) << report.problem;
    for (const char* text : {"\"user\":\"bob\",\"action\":\"estop\"", "\"user\":\"carol\",\"action\":\"reset\""})
        EXPECT_NE(rig.audit_text().find(text), std::string::npos) << text;
}

TEST_F(Signing, ASignalStopsToo) {
    rig.arm();
    rig.process().signal(SIGUSR1);
    for (int i = 0; i < 1000 && rig.status().state != ArmState::tripped; ++i) std::this_thread::sleep_for(1ms);
    EXPECT_EQ(rig.status().state, ArmState::tripped);
}

/// A raw line to a socket, and what comes back within half a second.
std::string raw_exchange(const std::string& path, const std::string& line) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    std::string out;
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
        ::send(fd, line.data(), line.size(), MSG_NOSIGNAL) >= 0) {
        const timeval limit{.tv_sec = 20, .tv_usec = 0}; // who is not served is closed
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        char buffer[4096];
        if (const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0); n > 0) out.assign(buffer, static_cast<std::size_t>(n));
    }
    ::close(fd);
    return out;
}

TEST_F(Signing, AMalformedStopStillStops) {
    rig.arm();
    EXPECT_NE(raw_exchange(rig.socket("control"), "{\"op\":\"estop\",\"who\":7}\n").find("TRIPPED"), std::string::npos);
    EXPECT_EQ(rig.status().state, ArmState::tripped);
}

TEST_F(Signing, GarbageIsAnsweredOrCutOffAndHarmsNothing) {
    for (const std::string& path : {rig.socket("control"), rig.socket("signing")}) {
        EXPECT_NE(raw_exchange(path, "hello\n").find("bad_request"), std::string::npos);
        EXPECT_EQ(raw_exchange(path, std::string(signer::max_line_bytes + 10, 'x')), "") << "a line without end is cut off";
    }
    rig.arm();
    EXPECT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(0).request()));
}

TEST_F(Signing, SlowClientsDoNotKeepAStopOut) {
    std::vector<int> slow;
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    rig.socket("control").copy(address.sun_path, sizeof address.sun_path - 1);
    for (int i = 0; i < 300; ++i) {
        slow.push_back(::socket(AF_UNIX, SOCK_STREAM, 0));
        ASSERT_EQ(::connect(slow.back(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ASSERT_GT(::send(slow.back(), "{", 1, MSG_NOSIGNAL), 0);
    }
    const auto stopped = rig.control().estop({.operator_name = "bob", .reason = "crowded"});
    ASSERT_TRUE(stopped) << stopped.error().what;
    for (const int fd : slow) ::close(fd);
}

TEST_F(Signing, OtherUsersGetNoAnswer) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
    rig.process().signal(SIGTERM);
    rig.process().wait();
    rig.set("signer.allowed_uids", "[1]");
    std::filesystem::permissions(rig.dir().path(), std::filesystem::perms(0755));
    ASSERT_TRUE(rig.start()) << rig.output();
    const auto answered_as = [&](uid_t uid) {
        const pid_t child = ::fork();
        if (child == 0) {
            if (::setresuid(uid, uid, uid) != 0) ::_exit(2);
            ::_exit(raw_exchange(rig.socket("control"), "{\"op\":\"status\",\"id\":1}\n").empty() ? 1 : 0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        return WEXITSTATUS(status);
    };
    EXPECT_EQ(answered_as(1), 0) << "a configured user is served";
    EXPECT_EQ(answered_as(65534), 1) << "anybody else is not";
}

/// What a user `uid` is answered at the socket; "" when it is not served.
std::string answer_as(uid_t uid, const std::string& socket, const std::string& line) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setresuid(uid, uid, uid) != 0) ::_exit(2);
        const std::string answer = raw_exchange(socket, line);
        ::_exit(::write(pipe[1], answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()) ? 0 : 3);
    }
    ::close(pipe[1]);
    std::string out;
    std::array<char, 4096> chunk{};
    for (ssize_t size = 0; (size = ::read(pipe[0], chunk.data(), chunk.size())) > 0;)
        out.append(chunk.data(), static_cast<std::size_t>(size));
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
    return out;
}

// The guardian's user: a stolen guardian neither arms nor keeps a lease alive, and gets no signature.
TEST_F(Signing, AWatcherIsToldTheStateAndNothingElse) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
    rig.process().signal(SIGTERM);
    rig.process().wait();
    rig.set("signer.allowed_uids", "[1]");
    rig.set("signer.watcher_uids", "[2]");
    std::filesystem::permissions(rig.dir().path(), std::filesystem::perms(0755));
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    const auto asked = [&](const signer::ControlRequest& request) {
        return answer_as(2, rig.socket("control"), signer::format(signer::Numbered<signer::ControlRequest>{7, request}));
    };
    const signer::ControlRequest arming = lease_terms();
    const std::vector<signer::ControlRequest> commands = {
        arming,
        signer::RenewRequest{.operator_name = "mallory", .ttl = 1h, .approvals = {}},
        signer::HeartbeatRequest{},
        signer::DisarmRequest{.operator_name = "mallory", .reason = "r"},
        signer::EstopRequest{.operator_name = "mallory", .reason = "r"},
        signer::ResetRequest{.operator_name = "mallory", .reason = "r", .approvals = {}},
        signer::EndorseRequest{.operator_name = "mallory", .action = "loosen_level", .subject = "{}", .approvals = {}},
    };
    for (const auto& command : commands)
        EXPECT_NE(asked(command).find(R"("id":7,"ok":false,"code":"forbidden","error":"uid 2 may only ask for the status")"),
                  std::string::npos)
            << asked(command);
    EXPECT_NE(answer_as(2, rig.socket("control"), "{\"op\":\"estop\"\n").find("forbidden"), std::string::npos) << "malformed too";
    EXPECT_EQ(rig.status().state, ArmState::armed) << "nothing of it had an effect";
    EXPECT_EQ(answer_as(2, rig.socket("signing"), "{\"op\":\"lanes\",\"id\":1}\n"), "") << "the signing socket is not for it";
    EXPECT_NE(answer_as(1, rig.socket("control"), signer::format(signer::Numbered<signer::ControlRequest>{7, arming}))
                  .find(R"("ok":true)"),
              std::string::npos)
        << "who may give commands is served as before";
    ASSERT_TRUE(rig.control().estop({.operator_name = "bob", .reason = "a drill"}));
    EXPECT_NE(asked(signer::StatusRequest{}).find(R"("state":"TRIPPED")"), std::string::npos) << "which is what a guardian is for";
}

// ARM-2: what must hold before an arming is jitd's to know, so that an operator's way to ARMED leads through it, and none to a
// signature.
TEST_F(Signing, AnOperatorStopsAndDisarmsHereButArmsThroughJitdAlone) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become another user";
    rig.process().signal(SIGTERM);
    rig.process().wait();
    rig.set("signer.allowed_uids", "[1]");
    rig.set("signer.operator_uids", "[3]");
    std::filesystem::permissions(rig.dir().path(), std::filesystem::perms(0755));
    ASSERT_TRUE(rig.start()) << rig.output();
    const auto asked = [&](uid_t uid, const signer::ControlRequest& request) {
        return answer_as(uid, rig.socket("control"), signer::format(signer::Numbered<signer::ControlRequest>{7, request}));
    };
    const auto has = [](const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; };
    const signer::ControlRequest arming = lease_terms();
    const std::vector<signer::ControlRequest> jitds = {
        arming,
        signer::RenewRequest{.operator_name = "bob", .ttl = 1h, .approvals = {}},
        signer::HeartbeatRequest{},
        signer::EndorseRequest{.operator_name = "bob", .action = "loosen_level", .subject = "{}", .approvals = {}},
    };
    for (const ArmState state : {ArmState::disarmed, ArmState::armed}) {
        for (const auto& request : jitds) {
            const std::string answer = asked(3, request);
            EXPECT_TRUE(has(answer, R"("code":"forbidden","error":"uid 3 may only stop, disarm, reset and ask)")) << answer;
            EXPECT_EQ(rig.status().state, state);
        }
        EXPECT_TRUE(has(asked(1, arming), R"("state":"ARMED")")) << "jitd's user";
    }
    const auto bundle = signer::format(signer::Numbered<signer::SigningRequest>{.id = 1, .request = Bundle(0).request()});
    EXPECT_EQ(answer_as(3, rig.socket("signing"), bundle), "");
    EXPECT_EQ(rig.status().signed_bundles, 0U);
    EXPECT_TRUE(has(asked(3, signer::StatusRequest{}), R"("state":"ARMED")"));
    EXPECT_TRUE(has(asked(3, signer::DisarmRequest{.operator_name = "bob", .reason = "lunch"}), R"("state":"DISARMED")"));
    EXPECT_TRUE(has(asked(3, signer::EstopRequest{.operator_name = "bob", .reason = "a drill"}), R"("state":"TRIPPED")"));
    EXPECT_TRUE(
        has(asked(3, signer::ResetRequest{.operator_name = "bob", .reason = "seen to", .approvals = {}}), R"("state":"DISARMED")"));
    EXPECT_TRUE(has(answer_as(3, rig.socket("control"), "{\"op\":\"estop\"\n"), R"("state":"TRIPPED")")) << "malformed too";
}

TEST_F(Signing, ASecondSignerOnTheSameStateIsRefused) {
    Process second({"--config", rig.dir().file("signer.toml")}, rig.dir().file("second"));
    EXPECT_EQ(second.wait(), 1);
    std::ifstream in(rig.dir().file("second"));
    std::string text((std::istreambuf_iterator<char>(in)), {});
    EXPECT_NE(text.find("another process"), std::string::npos) << text;
    rig.arm(); // the first is unharmed
}

} // namespace
} // namespace jitbox::test
