// Frames of the subscription connection: transactions are re-encoded and checked, everything else is named and survived.
// SPDX-License-Identifier: Apache-2.0
#include "feed/frame_reader.hpp"

#include "base/hex.hpp"
#include "feed/head_line.hpp"
#include "feed/ws_connection.hpp"
#include "support/seed.hpp"
#include "support/shared_data.hpp"
#include "support/transaction_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::feed {
namespace {

using chain::Head;
using chain::Transaction;
using chain::TransactionType;
using test::notification;
using test::transaction_json;
using testing::HasSubstr;

class FrameReaderTest : public testing::Test {
protected:
    FrameReaderTest() : reader(1000) {
        reader.add_subscription("0xaa", Subscription::pending);
        reader.add_subscription("0xbb", Subscription::heads);
        reader.add_subscription("0xcc", Subscription::logs);
    }

    FrameContent read(const std::string& text) {
        const simdjson::padded_string padded(text);
        return reader.read({padded.data(), padded.size()}, 77);
    }
    FrameContent read_pending(const Transaction& transaction) { return read(notification("0xaa", transaction_json(transaction))); }
    std::string malformed(const std::string& text) {
        const FrameContent content = read(text);
        const auto* found = std::get_if<Malformed>(&content);
        return found != nullptr ? found->what : "not malformed";
    }

    FrameReader reader;
    std::mt19937_64 random{test::random_seed()};
};

class RealAnnouncements : public FrameReaderTest, public testing::WithParamInterface<const char*> {};

TEST_P(RealAnnouncements, become_the_same_raw_bytes) {
    const auto rows = test::read_real_transactions(GetParam());
    if (!rows) GTEST_SKIP() << test::missing_text(GetParam());
    for (const test::RealTransaction& row : *rows) {
        const FrameContent content = read_pending(chain::decode_transaction(row.raw).value());
        const auto* pending = std::get_if<PendingTransaction>(&content);
        ASSERT_NE(pending, nullptr) << to_hex(row.hash);
        EXPECT_EQ(pending->raw, row.raw);
        EXPECT_EQ(pending->hash, row.hash);
    }
}

INSTANTIATE_TEST_SUITE_P(mainnet, RealAnnouncements,
                         testing::Values("mainnet/transactions.jsonl.gz", "mainnet/v3_router_transactions.jsonl.gz"));

TEST_F(FrameReaderTest, every_transaction_type_becomes_its_raw_bytes) {
    for (int i = 0; i < 500; ++i) {
        const Transaction transaction = test::random_transaction(random, static_cast<TransactionType>(i % 5));
        const FrameContent content = read_pending(transaction);
        const auto* pending = std::get_if<PendingTransaction>(&content);
        ASSERT_NE(pending, nullptr) << transaction_json(transaction);
        EXPECT_EQ(pending->raw, encode_signed(transaction));
        EXPECT_EQ(pending->transaction, transaction);
        EXPECT_EQ(pending->received_ns, 77U);
    }
}

TEST_F(FrameReaderTest, the_sender_is_only_claimed_and_may_be_missing) {
    const Transaction transaction = test::random_transaction(random, TransactionType::dynamic_fee);
    const std::string sender = R"("from":"0x0000000000000000000000000000000000000001")";
    std::string text = transaction_json(transaction);
    const std::size_t at = text.find(sender);
    ASSERT_NE(at, std::string::npos) << text;
    const auto claimed_in = [this](const std::string& json) {
        const FrameContent content = read(notification("0xaa", json));
        const auto* pending = std::get_if<PendingTransaction>(&content);
        return pending != nullptr && pending->claimed_sender ? to_hex(*pending->claimed_sender) : std::string("none");
    };
    std::string without = text;
    without.erase(at, sender.size() + (without[at + sender.size()] == ',' ? 1 : 0));
    std::string broken = text;
    broken.replace(at, sender.size(), R"("from":"0x01")");
    EXPECT_THAT(malformed(notification("0xaa", broken)), HasSubstr("from"));
    EXPECT_EQ(claimed_in(without), "none");
    reader = FrameReader(1000); // the transaction is known by now
    reader.add_subscription("0xaa", Subscription::pending);
    EXPECT_EQ(claimed_in(text), "0x0000000000000000000000000000000000000001");
}

TEST_F(FrameReaderTest, a_wrong_hash_is_a_lie_and_does_not_hide_the_true_transaction) {
    const Transaction one = test::random_transaction(random, TransactionType::dynamic_fee);
    const Transaction two = test::random_transaction(random, TransactionType::dynamic_fee);
    const FrameContent content = read(notification("0xaa", transaction_json(one, transaction_hash(two))));
    ASSERT_TRUE(std::holds_alternative<Lying>(content));
    EXPECT_THAT(std::get<Lying>(content).what, HasSubstr(to_hex(transaction_hash(one))));
    EXPECT_THAT(std::get<Lying>(content).what, HasSubstr(to_hex(transaction_hash(two))));
    EXPECT_TRUE(std::holds_alternative<PendingTransaction>(read_pending(two)));
}

TEST_F(FrameReaderTest, any_changed_field_is_a_lie) {
    const Transaction original = test::random_transaction(random, TransactionType::dynamic_fee);
    const auto with = [&](auto change) {
        Transaction changed = original;
        change(changed);
        return std::holds_alternative<Lying>(read(notification("0xaa", transaction_json(changed, transaction_hash(original)))));
    };
    EXPECT_TRUE(with([](Transaction& t) { ++t.nonce; }));
    EXPECT_TRUE(with([](Transaction& t) { ++t.gas_limit; }));
    EXPECT_TRUE(with([](Transaction& t) { ++t.value; }));
    EXPECT_TRUE(with([](Transaction& t) { t.data.push_back(0); }));
    EXPECT_TRUE(with([](Transaction& t) { t.to = chain::Address{9}; }));
    EXPECT_TRUE(with([](Transaction& t) { ++t.max_fee_per_gas; }));
    EXPECT_TRUE(with([](Transaction& t) { ++t.max_priority_fee_per_gas; }));
    EXPECT_TRUE(with([](Transaction& t) { *t.chain_id += 1; }));
    EXPECT_TRUE(with([](Transaction& t) { t.access_list.push_back({}); }));
    EXPECT_TRUE(with([](Transaction& t) { t.signature.y_parity ^= 1; }));
}

TEST_F(FrameReaderTest, a_repeated_transaction_is_ignored_as_long_as_it_is_remembered) {
    const Transaction first = test::random_transaction(random, TransactionType::legacy);
    EXPECT_TRUE(std::holds_alternative<PendingTransaction>(read_pending(first)));
    EXPECT_TRUE(std::holds_alternative<Ignored>(read_pending(first)));
    for (int i = 0; i < 1000; ++i) read_pending(test::random_transaction(random, TransactionType::legacy));
    EXPECT_TRUE(std::holds_alternative<PendingTransaction>(read_pending(first))) << "only the last 1000 are remembered";
}

TEST_F(FrameReaderTest, malformed_frames_say_what_is_wrong) {
    EXPECT_THAT(malformed(""), HasSubstr("frame of 0 bytes"));
    EXPECT_THAT(malformed("{\"jsonrpc\":"), HasSubstr("frame of 11 bytes"));
    EXPECT_THAT(malformed("[1]"), HasSubstr("not a JSON object"));
    EXPECT_THAT(malformed("{}"), HasSubstr("neither an answer nor a notification"));
    EXPECT_THAT(malformed(R"({"method":"eth_other"})"), HasSubstr("eth_other"));
    EXPECT_THAT(malformed(R"({"method":"eth_subscription"})"), HasSubstr("params is missing"));
    EXPECT_THAT(malformed(R"({"method":"eth_subscription","params":{"result":{}}})"), HasSubstr("params.subscription"));
    EXPECT_THAT(malformed(notification("0xaa", "\"0x12\"")), HasSubstr("only its hash"));
    EXPECT_THAT(malformed(notification("0xaa", "5")), HasSubstr("not an object"));
    EXPECT_THAT(malformed(notification("0xaa", "{}")), HasSubstr("hash is missing"));
    EXPECT_THAT(malformed(notification("0xbb", "{}")), HasSubstr("head: number is missing"));
    EXPECT_THAT(malformed(notification("0xcc", R"({"address":"0x12"})")), HasSubstr("log: address is not 20 bytes of hex"));
    EXPECT_THAT(malformed(std::string(5000, '[')), HasSubstr("frame of 5000 bytes"));
}

TEST_F(FrameReaderTest, the_nodes_own_words_are_cut_and_made_ascii) {
    const FrameContent content = read(R"({"id":1,"error":{"code":-1,"message":")" + std::string(499, 'x') + "\u00fc\"}}");
    const auto* answer = std::get_if<Answer>(&content);
    ASSERT_NE(answer, nullptr);
    ASSERT_FALSE(answer->result);
    EXPECT_EQ(answer->result.error().what, std::string(499, 'x') + "?") << "half a character would be no JSON";
    EXPECT_THAT(malformed(R"({"method":"\u001b[2J\u00fc"})"), HasSubstr(R"(" [2J??")"));
}

TEST_F(FrameReaderTest, malformed_transactions_name_the_field) {
    Transaction whole = test::random_transaction(random, TransactionType::set_code);
    whole.access_list.resize(1); // so that every field is there to be broken
    const std::string good = transaction_json(whole);
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string bad = good;
        bad.replace(bad.find(from), from.size(), to);
        return malformed(notification("0xaa", bad));
    };
    EXPECT_THAT(with(R"("type":"0x4")", R"("type":"0x5")"), HasSubstr("type is not a known transaction type"));
    EXPECT_THAT(with(R"("nonce":"0x)", R"("nonce":"0xffffffffffffffff1)"),
                HasSubstr("nonce is not a hex quantity of at most 64 bits"));
    EXPECT_THAT(with(R"("gas":)", R"("gaz":)"), HasSubstr("gas is missing"));
    EXPECT_THAT(with(R"("input":"0x)", R"("input":"0xg)"), HasSubstr("input is not hex bytes"));
    EXPECT_THAT(with(R"("storageKeys")", R"("storage")"), testing::AnyOf(HasSubstr("accessList.storageKeys is missing")));
    EXPECT_THAT(with(R"("authorizationList":[)", R"("authorizationList":[7,)"), HasSubstr("authorizationList.not an object"));
}

TEST_F(FrameReaderTest, heads_carry_the_next_base_fee) {
    const FrameContent content = read(notification("0xbb", test::head_json(10, {1}, {2})));
    const auto* head = std::get_if<Head>(&content);
    ASSERT_NE(head, nullptr);
    EXPECT_EQ(head->number, 10U);
    EXPECT_EQ(head->parent_hash, Bytes32{2});
    EXPECT_EQ(head->next_base_fee_wei, 1'000'000'000U) << "used exactly half of the limit";
}

TEST_F(FrameReaderTest, notifications_of_an_old_connection_are_ignored) {
    reader.forget_subscriptions();
    EXPECT_TRUE(std::holds_alternative<Ignored>(read(notification("0xbb", test::head_json(10, {1}, {2})))));
}

Head head(std::uint64_t number, std::uint8_t hash, std::uint8_t parent) {
    return {.number = number, .hash = {hash}, .parent_hash = {parent}};
}

TEST(head_line, repeated_and_late_heads_are_stale_and_missing_numbers_a_gap) {
    using Verdict = HeadLine::Verdict;
    HeadLine line;
    EXPECT_EQ(line.judge(head(5, 5, 4)), Verdict::next);
    line.delivered(head(5, 5, 4));
    EXPECT_EQ(line.judge(head(5, 5, 4)), Verdict::stale);
    EXPECT_EQ(line.judge(head(7, 7, 6)), Verdict::gap);
    line.delivered(head(6, 6, 5));
    EXPECT_EQ(line.judge(head(5, 5, 4)), Verdict::stale);
    EXPECT_EQ(line.judge(head(6, 16, 5)), Verdict::next) << "another block of the same number: a reorganisation";
    line.delivered(head(6, 16, 5));
    EXPECT_EQ(line.judge(head(6, 6, 5)), Verdict::next) << "and back again";
}

TEST(ws_url, host_port_and_path_are_taken_apart) {
    const auto parsed = parse_ws_url("ws://node.example:8546/ws").value();
    EXPECT_EQ(parsed.host, "node.example");
    EXPECT_EQ(parsed.port, "8546");
    EXPECT_EQ(parsed.path, "/ws");
    EXPECT_EQ(parse_ws_url("ws://[::1]:9").value().host, "::1");
    EXPECT_EQ(parse_ws_url("ws://[::1]:9").value().port, "9");
    EXPECT_EQ(parse_ws_url("ws://host").value().port, "80");
    EXPECT_FALSE(parse_ws_url("ws://host").value().tls);
    EXPECT_TRUE(parse_ws_url("wss://host").value().tls);
    EXPECT_EQ(parse_ws_url("wss://host").value().port, "443");
    EXPECT_FALSE(ws_options("wss://host", "/nowhere/ca.pem")) << "the file is named";
    for (const char* bad : {"", "http://host", "ws://", "ws://:80", "ws://host:", "ws://host:80x", "ws://host:123456", "ws://[::1"})
        EXPECT_FALSE(parse_ws_url(bad)) << bad;
}

} // namespace
} // namespace jitbox::feed
