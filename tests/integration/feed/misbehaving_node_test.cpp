// The feed against a node that does everything wrong: nothing is lost for good, nothing is delivered twice, nothing ends the
// process. SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"
#include "feed/feed.hpp"
#include "feed/node_client.hpp"
#include "integration/feed/misbehaving_node.hpp"
#include "integration/feed/run_until.hpp"
#include "support/seed.hpp"
#include "support/transaction_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox {
namespace {

using namespace std::chrono_literals;
using chain::Transaction;
using chain::TransactionType;
using test::NodeBlock;
using testing::ElementsAre;
using testing::HasSubstr;

class MisbehavingNodeTest : public testing::Test {
protected:
    void SetUp() override { node = std::make_unique<test::MisbehavingNode>(io); }

    void start_feed(feed::FeedOptions options = {}) {
        if (options.url.empty()) options.url = node->url();
        options.min_backoff = 5ms;
        options.max_backoff = 100ms;
        rpc = feed::make_rpc_client(io, {.url = options.url, .min_backoff = 5ms, .max_backoff = 100ms}).value();
        feed =
            feed::Feed::start(
                io, *rpc, options,
                {.on_pending = [this](feed::PendingTransaction&& pending) { hashes.push_back(pending.hash); },
                 .on_head =
                     [this](const chain::Head& head) {
                         heads.push_back(head.number);
                         tip = head.hash;
                     },
                 .on_log = {},
                 .on_connection = [this](bool up, const std::string& why) { connection.push_back((up ? "up: " : "down: ") + why); },
                 .on_warning = [this](const std::string& what) { warnings.push_back(what); }})
                .value();
    }
    void start_connected() {
        start_feed();
        ASSERT_TRUE(wait([&] { return feed->counters().connected && !heads.empty(); }));
    }

    bool wait(const std::function<bool()>& met) { return test::run_until(io, met, 10s); }
    bool wait_for_tip(const NodeBlock& block) {
        return wait([&] { return tip == block.hash; });
    }
    Transaction transaction(TransactionType type = TransactionType::dynamic_fee) { return test::random_transaction(random, type); }
    std::ptrdiff_t delivered(const Transaction& wanted) const { return std::ranges::count(hashes, transaction_hash(wanted)); }

    boost::asio::io_context io;
    std::mt19937_64 random{test::random_seed()};
    std::unique_ptr<test::MisbehavingNode> node;
    std::unique_ptr<feed::RpcClient> rpc;
    std::unique_ptr<feed::Feed> feed;
    std::vector<Bytes32> hashes;
    std::vector<std::uint64_t> heads;
    Bytes32 tip{};
    std::vector<std::string> connection;
    std::vector<std::string> warnings;
};

TEST_F(MisbehavingNodeTest, a_good_node_is_read_first) {
    node->put_in_pool(transaction());
    start_connected();
    const Transaction sent = transaction();
    node->announce(sent);
    EXPECT_TRUE(wait([&] { return delivered(sent) == 1 && hashes.size() == 2; }));
    EXPECT_EQ(feed->counters().gap_transactions, 1U) << "what was in the node's pool before";
    EXPECT_EQ(feed->counters().gaps, 0U);
}

TEST_F(MisbehavingNodeTest, it_disappears_in_the_middle_of_a_frame_and_what_was_missed_is_filled) {
    start_connected();
    const Transaction before = transaction();
    node->announce(before);
    ASSERT_TRUE(wait([&] { return delivered(before) == 1; }));
    node->disappear_mid_frame();
    const Transaction missed = transaction(TransactionType::blob);
    node->put_in_pool(before);
    node->put_in_pool(missed);
    const NodeBlock first = node->mine(node->tip());
    const NodeBlock second = node->mine(first);
    EXPECT_TRUE(wait([&] { return delivered(missed) == 1 && tip == second.hash; })) << testing::PrintToString(warnings);
    EXPECT_EQ(delivered(before), 1) << "known before, so not delivered again";
    EXPECT_THAT(heads, ElementsAre(100, 101, 102));
    EXPECT_EQ(feed->counters().connects, 2U);
    EXPECT_GE(feed->counters().gaps, 1U);
    const Transaction after = transaction();
    node->announce(after);
    EXPECT_TRUE(wait([&] { return delivered(after) == 1; }));
}

TEST_F(MisbehavingNodeTest, it_disappears_between_two_blocks_and_its_pool_is_read_for_what_was_missed) {
    start_connected();
    node->drop_everyone();
    const Transaction missed = transaction();
    node->put_in_pool(missed);
    ASSERT_TRUE(wait([&] { return delivered(missed) == 1; }));
    EXPECT_EQ(feed->counters().gaps, 1U) << "no head is missing, but announcements may be";
    EXPECT_THAT(testing::PrintToString(warnings), HasSubstr("gap: the connection was lost"));
}

TEST_F(MisbehavingNodeTest, it_lies_about_a_hash_and_is_marked_suspicious) {
    start_connected();
    const Transaction lie = transaction();
    const Transaction truth = transaction();
    node->announce_as(lie, transaction_hash(truth));
    node->announce(truth);
    ASSERT_TRUE(wait([&] { return delivered(truth) == 1; }));
    EXPECT_EQ(delivered(lie), 0);
    EXPECT_EQ(feed->counters().lying_hashes, 1U);
    EXPECT_TRUE(feed->counters().suspicious);
    ASSERT_FALSE(warnings.empty());
    EXPECT_THAT(warnings.back(), HasSubstr(to_hex(transaction_hash(lie))));
    EXPECT_THAT(warnings.back(), HasSubstr(to_hex(transaction_hash(truth))));
}

TEST_F(MisbehavingNodeTest, it_sends_malformed_json_and_the_stream_goes_on) {
    start_connected();
    for (const char* text : {"", "nonsense", "{\"jsonrpc\":\"2.0\"", "[]", "{}", R"({"id":99,"result":"0x1"})",
                             R"({"method":"eth_subscription","params":{}})"})
        node->send_frame(text);
    const Transaction good = transaction();
    node->announce(good);
    ASSERT_TRUE(wait([&] { return delivered(good) == 1; }));
    EXPECT_EQ(feed->counters().malformed_frames, 7U);
    EXPECT_EQ(feed->counters().connects, 1U) << "a bad frame is no reason to leave";
}

TEST_F(MisbehavingNodeTest, it_sends_a_frame_over_the_limit_and_is_left_and_found_again) {
    feed::FeedOptions options;
    options.max_frame_bytes = 100'000;
    start_feed(options);
    ASSERT_TRUE(wait([&] { return feed->counters().connected; }));
    node->send_frame(std::string(200'000, ' '));
    EXPECT_TRUE(wait([&] { return feed->counters().connects == 2; }));
    EXPECT_THAT(testing::PrintToString(connection), HasSubstr("exceeded the locally configured limit"));
}

TEST_F(MisbehavingNodeTest, it_reorganises_1_and_5_blocks) {
    start_connected();
    for (int i = 0; i < 8; ++i) node->announce(node->mine(node->tip()));
    ASSERT_TRUE(wait_for_tip(node->tip()));
    const NodeBlock one = node->mine(node->block(107));
    node->announce(one);
    EXPECT_TRUE(wait_for_tip(one));
    NodeBlock branch = node->block(103);
    for (int i = 0; i < 6; ++i) node->announce(branch = node->mine(branch));
    EXPECT_TRUE(wait_for_tip(branch));
    EXPECT_EQ(heads.size(), 1U + 8U + 1U + 6U);
    EXPECT_EQ(feed->counters().gaps, 0U);
}

TEST_F(MisbehavingNodeTest, it_repeats_and_reorders) {
    start_connected();
    const NodeBlock first = node->mine(node->tip());
    const NodeBlock second = node->mine(first);
    const NodeBlock third = node->mine(second);
    const Transaction sent = transaction(TransactionType::set_code);
    for (int i = 0; i < 5; ++i) node->announce(sent);
    node->announce(first);
    node->announce(first);
    node->announce(third); // before the second
    node->announce(second);
    node->announce(first);
    node->announce(third);
    const NodeBlock fourth = node->mine(third);
    node->announce(fourth);
    ASSERT_TRUE(wait_for_tip(fourth));
    EXPECT_THAT(heads, ElementsAre(100, 101, 102, 103, 104));
    EXPECT_EQ(delivered(sent), 1);
    EXPECT_EQ(feed->counters().gap_heads, 1U);
}

TEST_F(MisbehavingNodeTest, it_skips_heads_which_are_asked_for_by_number) {
    start_connected();
    const Transaction missed = transaction();
    node->put_in_pool(missed);
    NodeBlock block = node->tip();
    for (int i = 0; i < 10; ++i) block = node->mine(block);
    node->announce(block);
    ASSERT_TRUE(wait_for_tip(block));
    EXPECT_EQ(heads.size(), 11U);
    EXPECT_TRUE(std::ranges::is_sorted(heads));
    EXPECT_TRUE(wait([&] { return delivered(missed) == 1; })) << "a gap of heads may be a gap of transactions too";
    for (int i = 0; i < 3; ++i) block = node->mine(block);
    node->announce(block);
    ASSERT_TRUE(wait_for_tip(block));
    EXPECT_EQ(heads.size(), 14U) << "and again";
    EXPECT_EQ(feed->counters().gaps, 2U);
}

TEST_F(MisbehavingNodeTest, after_too_long_an_absence_only_the_latest_head_is_delivered) {
    start_connected();
    NodeBlock block = node->tip();
    for (int i = 0; i < 200; ++i) block = node->mine(block);
    node->announce(block);
    ASSERT_TRUE(wait_for_tip(block));
    EXPECT_THAT(heads, ElementsAre(100, 300));
}

TEST_F(MisbehavingNodeTest, it_falls_silent_and_the_missing_heads_are_noticed) {
    feed::FeedOptions options;
    options.stall = 200ms;
    start_feed(options);
    ASSERT_TRUE(wait([&] { return feed->counters().connected && !heads.empty(); }));
    node->silent = true;
    const NodeBlock block = node->mine(node->tip());
    EXPECT_TRUE(wait_for_tip(block));
    EXPECT_GE(feed->counters().connects, 2U);
    EXPECT_THAT(testing::PrintToString(connection), HasSubstr("silent although the node has moved on"));
}

TEST_F(MisbehavingNodeTest, it_has_nothing_to_say_for_long_and_is_not_left_for_that) {
    feed::FeedOptions options;
    options.stall = 40ms;
    start_feed(options);
    ASSERT_TRUE(wait([&] { return feed->counters().connected && !heads.empty(); }));
    const std::size_t asked = node->asked("eth_getBlockByNumber");
    ASSERT_TRUE(wait([&] { return node->asked("eth_getBlockByNumber") >= asked + 3; })) << "it is asked whether it has moved on";
    EXPECT_EQ(feed->counters().connects, 1U);
}

TEST_F(MisbehavingNodeTest, it_does_not_know_the_blocks_that_it_skipped_and_the_stream_goes_on) {
    start_connected();
    node->forgetful = true;
    const NodeBlock skipped = node->mine(node->mine(node->tip()));
    const NodeBlock block = node->mine(skipped);
    node->announce(block);
    ASSERT_TRUE(wait_for_tip(block));
    const NodeBlock next = node->mine(block);
    node->announce(next);
    ASSERT_TRUE(wait_for_tip(next));
    EXPECT_THAT(heads, ElementsAre(100, 103, 104));
    EXPECT_THAT(testing::PrintToString(warnings), HasSubstr("the node does not know this block"));
    EXPECT_EQ(feed->counters().gaps, 1U) << "it was asked once";
}

TEST_F(MisbehavingNodeTest, it_sends_nothing_but_nonsense_and_the_log_does_not_grow_with_it) {
    start_connected();
    const std::size_t before = warnings.size();
    for (int i = 0; i < 2500; ++i) node->send_frame("nonsense");
    const Transaction good = transaction();
    node->announce(good);
    ASSERT_TRUE(wait([&] { return delivered(good) == 1; }));
    EXPECT_EQ(feed->counters().malformed_frames, 2500U);
    EXPECT_EQ(warnings.size() - before, 22U) << "the first twenty, then every thousandth";
}

TEST_F(MisbehavingNodeTest, it_is_not_there_at_first) {
    const std::uint16_t port = node->port();
    node.reset();
    feed::FeedOptions options;
    options.url = "ws://127.0.0.1:" + std::to_string(port);
    start_feed(options);
    ASSERT_TRUE(wait([&] { return !connection.empty(); }));
    EXPECT_THAT(connection[0], HasSubstr("refused"));
    node = std::make_unique<test::MisbehavingNode>(io, port);
    EXPECT_TRUE(wait([&] { return feed->counters().connected; }));
}

TEST_F(MisbehavingNodeTest, it_refuses_subscriptions_and_is_not_hammered) {
    node->refuse_subscriptions = true;
    start_feed();
    test::run_until(io, [] { return false; }, 600ms);
    EXPECT_LT(node->accepted(), 20U) << "the back-off grows although every connection opens";
    node->refuse_subscriptions = false;
    EXPECT_TRUE(wait([&] { return feed->counters().connected; }));
}

TEST_F(MisbehavingNodeTest, it_answers_twice_and_one_subscription_does_not_stand_for_two) {
    node->answered_twice = {"eth_subscribe", "echo"};
    start_connected();
    EXPECT_EQ(feed->counters().malformed_frames, 2U) << "the second answers";
    const Transaction sent = transaction();
    node->announce(sent);
    ASSERT_TRUE(wait([&] { return delivered(sent) == 1; })) << "the first answer's subscription is the one that counts";
    std::vector<std::string> answers;
    for (const char* word : {R"(["a"])", R"(["b"])"})
        rpc->call({.method = "echo", .params_json = word},
                  [&](const Result<std::string>& result) { answers.push_back(result.value_or("no answer")); });
    ASSERT_TRUE(wait([&] { return answers.size() >= 2; }));
    test::run_until(io, [] { return false; }, 20ms);
    EXPECT_THAT(answers, ElementsAre("\"a\"", "\"b\""));
}

TEST_F(MisbehavingNodeTest, requests_have_deadlines_and_every_one_is_answered_once) {
    node->unanswered = {"slow"};
    start_connected();
    std::vector<std::string> answers;
    const auto note = [&](const Result<std::string>& result) { answers.push_back(result ? *result : result.error().what); };
    rpc->call({.method = "echo", .params_json = R"(["a"])"}, note);
    rpc->call({.method = "fail"}, note);
    rpc->call({.method = "slow"}, note, 100ms);
    ASSERT_TRUE(wait([&] { return answers.size() == 3; }));
    EXPECT_THAT(answers, ElementsAre("\"a\"", HasSubstr("rpc: fail: asked to fail (code -32000)"),
                                     HasSubstr("rpc: slow: no answer within the deadline")));
    rpc->call({.method = "slow"}, note);
    test::run_until(io, [] { return false; }, 50ms);
    node->drop_everyone();
    ASSERT_TRUE(wait([&] { return answers.size() == 4; }));
    EXPECT_THAT(answers[3], HasSubstr("connection lost"));
}

TEST_F(MisbehavingNodeTest, a_batch_keeps_its_order_and_one_failure_is_only_one) {
    start_connected();
    std::vector<feed::RpcRequest> requests;
    requests.reserve(1200);
    for (int i = 0; i < 1200; ++i)
        requests.push_back({.method = i == 700 ? "fail" : "echo", .params_json = "[" + std::to_string(i) + "]"});
    std::vector<Result<std::string>> answers;
    rpc->batch(requests, [&](std::vector<Result<std::string>> all) { answers = std::move(all); });
    ASSERT_TRUE(wait([&] { return !answers.empty(); }));
    ASSERT_EQ(answers.size(), 1200U);
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (i == 700)
            EXPECT_FALSE(answers[i]);
        else
            EXPECT_EQ(answers[i].value(), std::to_string(i));
    }
}

TEST_F(MisbehavingNodeTest, requests_made_while_it_is_away_wait_for_it) {
    start_connected();
    node->drop_everyone();
    std::string answer;
    rpc->call({.method = "echo", .params_json = "[5]"},
              [&](const Result<std::string>& result) { answer = result ? *result : result.error().what; });
    // The client may not have noticed yet that the connection is gone: then the request is lost with it, and says so.
    ASSERT_TRUE(wait([&] { return !answer.empty(); }));
    EXPECT_THAT(answer, testing::AnyOf("5", HasSubstr("connection lost")));
    answer.clear();
    test::run_until(io, [&] { return !rpc->connected(); }, 1s);
    rpc->call({.method = "echo", .params_json = "[6]"},
              [&](const Result<std::string>& result) { answer = result ? *result : result.error().what; });
    ASSERT_TRUE(wait([&] { return !answer.empty(); }));
    EXPECT_EQ(answer, "6");
}

TEST_F(MisbehavingNodeTest, everything_may_be_destroyed_at_any_time) {
    start_connected();
    node->announce(transaction());
    rpc->call({.method = "echo"}, [](const Result<std::string>&) { FAIL() << "the client is gone"; });
    feed.reset();
    rpc.reset();
    test::run_until(io, [] { return false; }, 50ms);
    EXPECT_TRUE(hashes.empty());
}

} // namespace
} // namespace jitbox
