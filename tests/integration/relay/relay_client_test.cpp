// The relay client against the relay stand-in on anvil: what reaches the chain, in which order, and what is said when it does not.
// SPDX-License-Identifier: Apache-2.0
#include "relay_rig.hpp"

#include "relay/tracker.hpp"

#include <gtest/gtest.h>

namespace jitbox::relay {
namespace {

using namespace std::chrono_literals;
using store::Outcome;
using test::RelayRig;
using test::Signed;

constexpr std::size_t lane = 0;   // sends mint and burn
constexpr std::size_t sender = 1; // sends the target
constexpr std::size_t other = 2;
const std::string uuid = "0b0c0d0e-0000-4000-8000-000000000001";

RelayRig& rig() {
    static RelayRig instance;
    return instance;
}

AuthKey auth_key() {
    Bytes32 secret{};
    secret.fill(0x44);
    return *AuthKey::from_secret(secret);
}

// Mint, target and burn as plain transfers; the target waits in the node's pool as it would.
struct Trio {
    Signed mint, target, burn;
    TrackedBundle tracked;
    Bundle bundle;
};

class RelayClientTest : public testing::Test {
protected:
    void SetUp() override {
        if (!rig().problem().empty()) GTEST_SKIP() << rig().problem();
        rig().node("anvil_dropAllTransactions");
        for (const std::size_t relay : {0U, 1U}) rig().fault(relay, {{"mode", "none"}});
        rig().build();
        connect(300ms);
    }

    void connect(std::chrono::milliseconds deadline) {
        std::vector<RelayConfig> relays(2);
        for (std::size_t i = 0; i < 2; ++i) {
            relays[i].name = i == 0 ? "builder" : "second";
            relays[i].url = rig().urls()[i];
            relays[i].deadline = deadline;
        }
        relays[1].cancel_style = CancelStyle::empty_bundle;
        auto made = Client::create(rig().io(), relays, auth_key());
        ASSERT_TRUE(made) << made.error().text();
        client = std::move(*made);
    }

    Trio trio() {
        Trio out{.mint = rig().transfer(lane),
                 .target = rig().transfer(sender),
                 .burn = rig().transfer(lane, 1),
                 .tracked = {},
                 .bundle = {}};
        out.tracked = rig().tracked(out.mint, out.target, sender, out.burn, lane);
        out.bundle.transactions = {out.mint.raw, out.target.raw, out.burn.raw};
        out.bundle.block_number = out.tracked.target_block;
        out.bundle.replacement_uuid = uuid;
        rig().publish(out.target);
        return out;
    }

    void wait_for_answers(std::size_t count) {
        const auto end = std::chrono::steady_clock::now() + 5s;
        while (answers.size() < count && std::chrono::steady_clock::now() < end) {
            rig().io().run_one_for(10ms);
            rig().io().restart();
        }
        ASSERT_EQ(answers.size(), count);
    }
    void send(const Bundle& bundle) {
        answers.clear();
        ASSERT_TRUE(client->send_bundle(bundle, [this](const Answer& answer) { answers.push_back(answer); }));
        wait_for_answers(2);
    }
    void withdraw() {
        answers.clear();
        client->cancel(uuid, rig().head() + 1, [this](const Answer& answer) { answers.push_back(answer); });
        wait_for_answers(2);
    }
    const Answer& answer_of(const std::string& name) {
        for (const Answer& answer : answers)
            if (answer.relay_name == name) return answer;
        throw std::runtime_error("no answer of " + name);
    }
    // Sends, builds, and judges by what the node then says.
    Verdict outcome_of(const Trio& trio) {
        Tracker tracker;
        tracker.add(trio.tracked);
        send(trio.bundle);
        for (const Answer& answer : answers) tracker.note_answer("u", 0, answer);
        rig().build();
        tracker.note_head(trio.tracked.target_block);
        return judge(tracker.due(trio.tracked.target_block).at(0), rig().evidence(trio.tracked, sender, lane), {});
    }

    std::unique_ptr<Client> client;
    std::vector<Answer> answers;
};

TEST_F(RelayClientTest, AnIndependentVerifierAcceptsOurSignature) {
    send(trio().bundle);
    for (const Answer& answer : answers) EXPECT_TRUE(answer.accepted()) << answer.relay_name << ": " << answer.text;
    EXPECT_EQ(answers[0].bundle_hash, answers[1].bundle_hash);
}

TEST_F(RelayClientTest, TheBundleStandsFirstAndInOrderBeforeOlderTransactions) {
    const Signed older = rig().transfer(other);
    rig().publish(older);
    const Trio t = trio();
    const Verdict verdict = outcome_of(t);
    EXPECT_EQ(verdict.outcome, Outcome::included) << verdict.reason;
    EXPECT_EQ(rig().block_transactions(t.tracked.target_block),
              (std::vector<Bytes32>{t.mint.hash, t.target.hash, t.burn.hash, older.hash}));
}

TEST_F(RelayClientTest, ABundleThatWouldFailLeavesItsTargetToTheBlock) {
    Trio t = trio();
    t.burn = rig().failing(lane, 1);
    t.tracked.burn_hash = t.burn.hash;
    t.bundle.transactions[2] = t.burn.raw;
    const Verdict verdict = outcome_of(t);
    EXPECT_EQ(verdict.outcome, Outcome::target_mined_elsewhere) << verdict.reason;
    EXPECT_EQ(rig().block_transactions(t.tracked.target_block), std::vector<Bytes32>{t.target.hash});
}

TEST_F(RelayClientTest, ABundleThatIsTakenApartIsPartialAndAnAlert) {
    rig().fault(0, {{"mode", "partial"}, {"transactions", 1}});
    const Trio t = trio();
    const Verdict verdict = outcome_of(t);
    EXPECT_EQ(verdict.outcome, Outcome::partial) << verdict.reason;
    ASSERT_FALSE(verdict.alerts.empty());
    EXPECT_LT(verdict.realised_profit_wei, 0) << "the mint's gas";
}

TEST_F(RelayClientTest, ARelayThatDropsBundlesLooksLikeALostBlock) {
    rig().fault(0, {{"mode", "drop"}});
    const Trio t = trio();
    const Verdict verdict = outcome_of(t);
    EXPECT_EQ(verdict.outcome, Outcome::target_mined_elsewhere) << verdict.reason;
}

TEST_F(RelayClientTest, ATargetThatItsSenderReplacedIsToldApart) {
    const Trio t = trio();
    rig().node("anvil_dropAllTransactions");
    rig().publish(rig().transfer(sender, 0, 5'000'000'000));
    rig().fault(0, {{"mode", "drop"}});
    const Verdict verdict = outcome_of(t);
    EXPECT_EQ(verdict.outcome, Outcome::target_replaced) << verdict.reason;
}

TEST_F(RelayClientTest, ALaneNonceUsedElsewhereIsANonceConflict) {
    const Trio t = trio();
    rig().node("anvil_dropAllTransactions");
    rig().publish(rig().transfer(lane, 0, 5'000'000'000));
    rig().fault(0, {{"mode", "drop"}});
    const Verdict verdict = outcome_of(t);
    EXPECT_EQ(verdict.outcome, Outcome::nonce_conflict) << verdict.reason;
}

TEST_F(RelayClientTest, ABundleForAPastBlockIsLate) {
    const Trio t = trio();
    rig().node("anvil_dropAllTransactions");
    rig().build();
    Tracker tracker;
    TrackedBundle tracked = t.tracked;
    tracker.add(tracked);
    tracker.note_head(tracked.target_block);
    send(t.bundle);
    for (const Answer& answer : answers) tracker.note_answer("u", 0, answer);
    const Verdict verdict = judge(tracker.due(tracked.target_block).at(0), rig().evidence(tracked, sender, lane), {});
    EXPECT_EQ(verdict.outcome, Outcome::late) << verdict.reason;
}

TEST_F(RelayClientTest, AHungRelayDelaysNeitherTheOtherNorTheBlock) {
    rig().fault(1, {{"mode", "hang"}});
    const Trio t = trio();
    const Verdict verdict = outcome_of(t);
    EXPECT_EQ(verdict.outcome, Outcome::included) << verdict.reason;
    EXPECT_EQ(answer_of("second").status, AnswerStatus::timeout);
    EXPECT_LT(answer_of("builder").latency, 250ms);
}

TEST_F(RelayClientTest, ASlowRelayWithinItsDeadlineIsHeard) {
    connect(2s);
    rig().fault(1, {{"mode", "slow"}, {"ms", 400}});
    send(trio().bundle);
    EXPECT_TRUE(answer_of("second").accepted());
    EXPECT_GE(answer_of("second").latency, 400ms);
    EXPECT_EQ(answers[0].relay_name, "builder") << "the quick one was not held up";
}

TEST_F(RelayClientTest, ErrorsOfEveryKindAreAnswersNotFailuresOfTheClient) {
    const std::vector<std::pair<const char*, AnswerStatus>> cases = {
        {"error", AnswerStatus::refused}, {"http_error", AnswerStatus::http_error}, {"malformed", AnswerStatus::malformed}};
    const Trio t = trio();
    for (const auto& [mode, status] : cases) {
        rig().fault(1, {{"mode", mode}});
        send(t.bundle);
        EXPECT_EQ(answer_of("second").status, status) << mode << ": " << answer_of("second").text;
        EXPECT_TRUE(answer_of("builder").accepted()) << mode;
    }
    rig().fault(1, {{"mode", "none"}});
    send(t.bundle);
    EXPECT_TRUE(answer_of("second").accepted()) << "and it is used again when it is well";
}

TEST_F(RelayClientTest, NoRelayTookIt) {
    for (const std::size_t relay : {0U, 1U}) rig().fault(relay, {{"mode", "error"}});
    const Trio t = trio();
    rig().node("anvil_dropAllTransactions");
    const Verdict verdict = outcome_of(t);
    EXPECT_EQ(verdict.outcome, Outcome::no_relay_slot) << verdict.reason;
}

TEST_F(RelayClientTest, AReplacementTakesThePlaceOfTheFirstAtEveryRelay) {
    const Trio first = trio();
    send(first.bundle);
    Bundle better = first.bundle;
    const Signed mint = rig().transfer(other);
    const Signed burn = rig().transfer(other, 1);
    better.transactions = {mint.raw, first.target.raw, burn.raw};
    send(better);
    rig().build();
    EXPECT_EQ(rig().block_transactions(first.tracked.target_block),
              (std::vector<Bytes32>{mint.hash, first.target.hash, burn.hash}));
}

TEST_F(RelayClientTest, ACancelledBundleIsNotIncluded) {
    const Trio t = trio();
    send(t.bundle);
    withdraw();
    for (const Answer& answer : answers) EXPECT_TRUE(answer.accepted()) << answer.relay_name << ": " << answer.text;
    rig().build();
    EXPECT_EQ(rig().block_transactions(t.tracked.target_block), std::vector<Bytes32>{t.target.hash});
    TrackedBundle withdrawn = t.tracked;
    withdrawn.withdrawn = true;
    EXPECT_EQ(judge(withdrawn, rig().evidence(withdrawn, sender, lane), {}).outcome, Outcome::cancelled);
}

} // namespace
} // namespace jitbox::relay
