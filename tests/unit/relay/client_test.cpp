// The relay client: fan-out that no single relay can delay, kept connections, verified TLS.
// SPDX-License-Identifier: Apache-2.0
#include "relay/client.hpp"

#include "scripted_relay.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <map>

namespace jitbox::relay {
namespace {

using namespace std::chrono_literals;
using test::Script;
using test::ScriptedRelay;

const std::string accept_body = R"({"jsonrpc":"2.0","id":$ID,"result":{"bundleHash":"0x)" + std::string(64, 'c') + "\"}}";
Script accepting(std::size_t, const std::string&) {
    return {.body = accept_body};
}

Bundle bundle() {
    Bundle out;
    out.transactions = {{0x02, 0xaa}};
    out.block_number = 9;
    out.replacement_uuid = "0b0c0d0e-0000-4000-8000-000000000001";
    return out;
}

AuthKey key() {
    Bytes32 secret{};
    secret.fill(0x33);
    return *AuthKey::from_secret(secret);
}

class ClientTest : public testing::Test {
protected:
    void connect(std::vector<RelayConfig> relays) {
        auto made = Client::create(io, std::move(relays), key());
        ASSERT_TRUE(made) << made.error().text();
        client = std::move(*made);
    }
    static RelayConfig relay(const std::string& name, const std::string& url, std::chrono::milliseconds deadline = 2s) {
        RelayConfig out;
        out.name = name;
        out.url = url;
        out.deadline = deadline;
        return out;
    }
    Client::Handler collect() {
        return [this](const Answer& answer) { answers.push_back(answer); };
    }
    void run_until(std::size_t count, std::chrono::milliseconds limit = 5s) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (answers.size() < count && std::chrono::steady_clock::now() < end) io.run_one_for(10ms), io.restart();
        EXPECT_EQ(answers.size(), count);
    }
    void send_and_wait(std::size_t count) {
        ASSERT_TRUE(client->send_bundle(bundle(), collect()));
        run_until(answers.size() + count);
    }

    boost::asio::io_context io;
    std::unique_ptr<Client> client;
    std::vector<Answer> answers;
};

TEST_F(ClientTest, EveryRelayGetsTheSameBodyWithTheSameValidSignature) {
    ScriptedRelay one(accepting);
    ScriptedRelay two(accepting);
    connect({relay("one", one.url()), relay("two", two.url())});
    send_and_wait(2);
    for (const Answer& answer : answers) EXPECT_TRUE(answer.accepted()) << answer.text;
    EXPECT_EQ(answers[0].bundle_hash.size(), 66U);
    ASSERT_EQ(one.requests().size(), 1U);
    EXPECT_EQ(one.requests(), two.requests());
    EXPECT_EQ(verify_signature_header(one.requests()[0].second, one.requests()[0].first), key().address());
}

TEST_F(ClientTest, AHungRelayDelaysNobodyAndEndsAtItsOwnDeadline) {
    ScriptedRelay hung([](std::size_t, const std::string&) { return Script{.hang = true}; });
    ScriptedRelay good(accepting);
    connect({relay("hung", hung.url(), 300ms), relay("good", good.url())});
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(client->send_bundle(bundle(), collect()));
    run_until(1);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 250ms);
    EXPECT_EQ(answers[0].relay_name, "good");
    run_until(2);
    EXPECT_EQ(answers[1].status, AnswerStatus::timeout);
    EXPECT_GE(answers[1].latency, 300ms);
    EXPECT_EQ(client->stats()[0].timeouts, 1U);
    EXPECT_EQ(client->stats()[1].accepted, 1U);
    for (int i = 0; i < 100 && hung.abandoned() == 0; ++i) io.run_one_for(10ms), io.restart();
    EXPECT_EQ(hung.abandoned(), 1U)
        << "the connection is left, so that a relay that always hangs does not fill the table of sockets";
}

TEST_F(ClientTest, ConnectionsAreKept) {
    ScriptedRelay one(accepting);
    connect({relay("one", one.url())});
    for (int i = 0; i < 5; ++i) send_and_wait(1);
    EXPECT_EQ(one.connections(), 1U);
    EXPECT_EQ(one.requests().size(), 5U);
}

TEST_F(ClientTest, WarmUpConnectsBeforeTheFirstBundle) {
    ScriptedRelay one(accepting);
    connect({relay("one", one.url())});
    client->warm_up();
    io.run_for(100ms);
    io.restart();
    EXPECT_EQ(one.connections(), 1U);
    send_and_wait(1);
    EXPECT_EQ(one.connections(), 1U);
}

TEST_F(ClientTest, AConnectionThatTheRelayClosedIsReplacedWithoutAFailure) {
    ScriptedRelay one([](std::size_t number, const std::string&) {
        return Script{.hang_up = number == 1, .close_after = number == 2, .body = accept_body};
    });
    connect({relay("one", one.url())});
    for (int i = 0; i < 4; ++i) send_and_wait(1);
    for (const Answer& answer : answers) EXPECT_TRUE(answer.accepted()) << answer.text;
    EXPECT_EQ(one.requests().size(), 5U) << "the one that was hung up on came again";
}

TEST_F(ClientTest, EachKindOfFailureIsToldApart) {
    ScriptedRelay refusing([](std::size_t, const std::string&) {
        return Script{.status = 403, .body = R"({"id":$ID,"error":{"code":-32600,"message":"no"}})"};
    });
    ScriptedRelay failing([](std::size_t, const std::string&) { return Script{.status = 503, .body = "busy"}; });
    ScriptedRelay babbling([](std::size_t, const std::string&) { return Script{.body = "{{{"}; });
    ScriptedRelay flooding([](std::size_t, const std::string&) { return Script{.body = std::string(1'000'000, 'x')}; });
    ScriptedRelay leaving([](std::size_t, const std::string&) { return Script{.hang_up = true}; });
    std::uint16_t closed_port = 0;
    {
        const ScriptedRelay gone(accepting);
        closed_port = gone.port();
    }
    connect({relay("refusing", refusing.url()), relay("failing", failing.url()), relay("babbling", babbling.url()),
             relay("flooding", flooding.url()), relay("leaving", leaving.url()),
             relay("gone", "http://127.0.0.1:" + std::to_string(closed_port))});
    send_and_wait(6);
    std::map<std::string, AnswerStatus> by_name;
    for (const Answer& answer : answers) by_name[answer.relay_name] = answer.status;
    EXPECT_EQ(by_name["refusing"], AnswerStatus::refused);
    EXPECT_EQ(by_name["failing"], AnswerStatus::http_error);
    EXPECT_EQ(by_name["babbling"], AnswerStatus::malformed);
    EXPECT_EQ(by_name["flooding"], AnswerStatus::connect_failed) << "an answer over the limit is not read to its end";
    EXPECT_EQ(by_name["leaving"], AnswerStatus::connect_failed);
    EXPECT_EQ(by_name["gone"], AnswerStatus::connect_failed);
}

TEST_F(ClientTest, RequestsBeyondTheLimitInFlightAreAnsweredBusyAtOnce) {
    ScriptedRelay hung([](std::size_t, const std::string&) { return Script{.hang = true}; });
    RelayConfig config = relay("hung", hung.url(), 200ms);
    config.max_connections = 2;
    connect({config});
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(client->send_bundle(bundle(), collect()));
    run_until(3);
    EXPECT_EQ(answers[0].status, AnswerStatus::busy);
    EXPECT_EQ(client->stats()[0].busy, 1U);
    EXPECT_EQ(client->stats()[0].timeouts, 2U);
}

TEST_F(ClientTest, CancelGoesOutInEachRelaysStyle) {
    ScriptedRelay flashbots(accepting);
    ScriptedRelay beaver(accepting);
    RelayConfig empty = relay("beaver", beaver.url());
    empty.cancel_style = CancelStyle::empty_bundle;
    connect({relay("flashbots", flashbots.url()), empty});
    client->cancel(bundle().replacement_uuid, 9, collect());
    run_until(2);
    EXPECT_NE(flashbots.requests()[0].first.find("eth_cancelBundle"), std::string::npos);
    EXPECT_NE(beaver.requests()[0].first.find("\"txs\":[]"), std::string::npos);
}

TEST_F(ClientTest, ADestroyedClientCallsNobody) {
    ScriptedRelay hung([](std::size_t, const std::string&) { return Script{.hang = true}; });
    connect({relay("hung", hung.url(), 100ms)});
    ASSERT_TRUE(client->send_bundle(bundle(), collect()));
    io.run_for(50ms);
    client.reset();
    io.restart();
    io.run_for(200ms);
    EXPECT_TRUE(answers.empty());
}

TEST_F(ClientTest, TlsIsVerifiedAgainstTheTrustedAuthorityAndTheName) {
    const test::TempDir dir;
    ScriptedRelay trusted(accepting, test::self_signed_context("127.0.0.1", dir.file("good.pem")));
    ScriptedRelay misnamed(accepting, test::self_signed_context("relay.example", dir.file("other.pem")));
    RelayConfig good = relay("good", trusted.url());
    good.ca_file = dir.file("good.pem");
    RelayConfig stranger = relay("stranger", trusted.url()); // the system's authorities do not know this certificate
    RelayConfig wrong_name = relay("wrong_name", misnamed.url());
    wrong_name.ca_file = dir.file("other.pem");
    connect({good, stranger, wrong_name});
    send_and_wait(3);
    send_and_wait(3);
    for (const Answer& answer : answers) {
        EXPECT_EQ(answer.accepted(), answer.relay_name == "good") << answer.relay_name << ": " << answer.text;
        if (!answer.accepted()) EXPECT_NE(answer.text.find("TLS"), std::string::npos) << answer.text;
    }
    EXPECT_EQ(client->stats()[0].connections_opened, 1U) << "kept, also over TLS";
}

TEST_F(ClientTest, EveryMistakeInTheConfigurationIsNamedAtOnce) {
    RelayConfig slow = relay("slow", "http://127.0.0.1:1", 0ms);
    RelayConfig lost = relay("lost", "https://127.0.0.1:1");
    lost.ca_file = "/does/not/exist.pem";
    const auto made = Client::create(io, {slow, lost, relay("slow", "gopher://x")}, key());
    ASSERT_FALSE(made);
    for (const char* part : {"deadline", "ca_file", "stands twice", "gopher"})
        EXPECT_NE(made.error().what.find(part), std::string::npos) << part << " in " << made.error().what;
}

TEST_F(ClientTest, ABundleOverTheProtocolsLimitsGoesNowhere) {
    ScriptedRelay one(accepting);
    connect({relay("one", one.url())});
    Bundle large = bundle();
    large.transactions = {Bytes(300'001)};
    EXPECT_FALSE(client->send_bundle(large, collect()));
    io.run_for(50ms);
    EXPECT_TRUE(one.requests().empty());
}

} // namespace
} // namespace jitbox::relay
