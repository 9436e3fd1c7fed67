// The node is asked for one thing and believed only when it answers with that.
// SPDX-License-Identifier: Apache-2.0
#include "feed/node_client.hpp"

#include "base/hex.hpp"
#include "support/transaction_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::feed {
namespace {

using testing::HasSubstr;

/// Answers everything with the same text, at once.
class OneAnswer final : public RpcClient {
public:
    void call(RpcRequest request, Done done, std::chrono::milliseconds) override {
        asked = request.method + request.params_json;
        done(text);
    }
    void batch(std::vector<RpcRequest>, BatchDone, std::chrono::milliseconds) override {}
    void after(std::chrono::milliseconds, std::function<void()>) override {}
    [[nodiscard]] bool connected() const override { return true; }

    std::string text;
    std::string asked;
};

class NodeClientTest : public testing::Test {
protected:
    /// What `ask` is answered with: "ok", or the error.
    template <typename Ask>
    std::string answered(Ask ask) {
        std::string out = "never";
        ask([&out](const auto& result) { out = result ? "ok" : result.error().what; });
        return out;
    }

    const Bytes32 hash_{1};
    OneAnswer rpc_;
    NodeClient node_{rpc_};
};

TEST_F(NodeClientTest, another_block_than_the_one_that_was_asked_for_is_an_error) {
    std::string block = test::head_json(10, hash_, {2});
    block.pop_back();
    rpc_.text = block + R"(,"transactions":[]})";
    EXPECT_EQ(answered([&](auto done) { node_.head_by_number(10, done); }), "ok");
    EXPECT_EQ(answered([&](auto done) { node_.block_by_number(10, done); }), "ok");
    EXPECT_EQ(answered([&](auto done) { node_.head_by_hash(hash_, done); }), "ok");
    EXPECT_EQ(answered([&](auto done) { node_.block_by_hash(hash_, done); }), "ok");
    EXPECT_THAT(answered([&](auto done) { node_.head_by_number(11, done); }), HasSubstr("another block than 11"));
    EXPECT_THAT(answered([&](auto done) { node_.block_by_number(11, done); }), HasSubstr("another block than 11"));
    EXPECT_THAT(answered([&](auto done) { node_.head_by_hash({3}, done); }), HasSubstr("another block than 0x03"));
    EXPECT_THAT(answered([&](auto done) { node_.block_by_hash({3}, done); }), HasSubstr("another block than 0x03"));
}

TEST_F(NodeClientTest, a_block_that_the_node_does_not_know_is_an_error) {
    rpc_.text = "null";
    EXPECT_THAT(answered([&](auto done) { node_.block_by_number(10, done); }), HasSubstr("does not know this block"));
    EXPECT_THAT(answered([&](auto done) { node_.head_by_hash(hash_, done); }), HasSubstr("does not know this block"));
}

TEST_F(NodeClientTest, a_receipt_is_that_of_the_transaction_or_there_is_none) {
    rpc_.text = "null";
    EXPECT_EQ(answered([&](auto done) { node_.receipt(hash_, done); }), "ok") << "not mined";
    rpc_.text = R"({"transactionHash":")" + to_hex(hash_) + R"(","blockHash":")" + to_hex(hash_) +
                R"(","blockNumber":"0x1","transactionIndex":"0x0","status":"0x1","gasUsed":"0x1","logs":[]})";
    EXPECT_EQ(answered([&](auto done) { node_.receipt(hash_, done); }), "ok");
    EXPECT_THAT(answered([&](auto done) { node_.receipt({2}, done); }), HasSubstr("the receipt of another transaction"));
}

TEST_F(NodeClientTest, a_nonce_is_asked_for_at_the_block_or_the_latest) {
    rpc_.text = "\"0x7\"";
    node_.transaction_count_at({0xab}, 300, [](const Result<std::uint64_t>& nonce) { EXPECT_EQ(nonce.value(), 7U); });
    EXPECT_THAT(rpc_.asked, HasSubstr("\"0x12c\""));
    node_.transaction_count({0xab}, false, [](const Result<std::uint64_t>&) {});
    EXPECT_THAT(rpc_.asked, HasSubstr("\"latest\""));
    for (const char* wrong : {"7", "null", "\"7\"", "\"0x10000000000000000\"", "{}"}) {
        rpc_.text = wrong;
        EXPECT_THAT(answered([&](auto done) { node_.transaction_count_at({0xab}, 300, done); }),
                    HasSubstr("eth_getTransactionCount"))
            << wrong;
    }
}

} // namespace
} // namespace jitbox::feed
