// What the node answers about blocks, receipts and logs: read to the last figure, or refused by the name of the field.
// SPDX-License-Identifier: Apache-2.0
#include "feed/node_json.hpp"

#include "base/hex.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::feed {
namespace {

using testing::HasSubstr;

std::string hash_text(char digit) {
    return "\"0x" + std::string(64, digit) + "\"";
}
std::string address_text(char digit) {
    return "\"0x" + std::string(40, digit) + "\"";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

const std::string log_text = R"({"address":)" + address_text('a') + R"(,"data":"0x0102","blockNumber":"0x10","blockHash":)" +
                             hash_text('b') + R"(,"transactionHash":)" + hash_text('c') + R"(,"logIndex":"0x3","topics":[)" +
                             hash_text('d') + "," + hash_text('e') + "]}";
const std::string receipt_text = R"({"transactionHash":)" + hash_text('1') + R"(,"blockHash":)" + hash_text('2') +
                                 R"(,"blockNumber":"0x11","transactionIndex":"0x4","status":"0x1","gasUsed":"0x5208",)"
                                 R"("effectiveGasPrice":"0x3b9aca00","logs":[)" +
                                 log_text + "]}";
const std::string block_text = R"({"number":"0x12","timestamp":"0x20","gasLimit":"0x1000","gasUsed":"0x800","hash":)" +
                               hash_text('3') + R"(,"parentHash":)" + hash_text('4') + R"(,"baseFeePerGas":"0x7","miner":)" +
                               address_text('5') + R"(,"transactions":[)" + hash_text('6') + "," + hash_text('7') + "]}";

template <typename Convert>
auto read(const std::string& text, Convert convert) {
    simdjson::dom::parser parser;
    const simdjson::padded_string padded(text);
    return convert(parser.parse(padded).value());
}

template <typename Convert>
std::string refusal(const std::string& text, Convert convert) {
    const auto answer = read(text, convert);
    return answer ? "accepted" : answer.error().what;
}

TEST(NodeAnswers, a_receipt_has_its_place_its_price_and_its_logs) {
    const auto receipt = read(receipt_text, receipt_from_json);
    ASSERT_TRUE(receipt) << receipt.error().text();
    EXPECT_EQ(to_hex(receipt->transaction_hash)[2], '1');
    EXPECT_EQ(to_hex(receipt->block_hash)[2], '2');
    EXPECT_EQ(receipt->block_number, 17U);
    EXPECT_EQ(receipt->transaction_index, 4U);
    EXPECT_TRUE(receipt->success);
    EXPECT_EQ(receipt->gas_used, 21'000U);
    EXPECT_EQ(receipt->effective_gas_price, 1'000'000'000U);
    ASSERT_EQ(receipt->logs.size(), 1U);
    const chain::Log& log = receipt->logs[0];
    EXPECT_EQ(to_hex(log.address)[2], 'a');
    EXPECT_EQ(log.data, (Bytes{1, 2}));
    EXPECT_EQ(log.block_number, 16U);
    EXPECT_EQ(to_hex(log.block_hash)[2], 'b');
    EXPECT_EQ(to_hex(log.transaction_hash)[2], 'c');
    EXPECT_EQ(log.log_index, 3U);
    EXPECT_FALSE(log.removed);
    ASSERT_EQ(log.topics.size(), 2U);
    EXPECT_EQ(to_hex(log.topics[1])[2], 'e');
}

TEST(NodeAnswers, only_status_1_is_success) {
    for (const char* status : {"0x0", "0x2", "0xff"})
        EXPECT_FALSE(
            read(replaced(receipt_text, R"("status":"0x1")", R"("status":")" + std::string(status) + '"'), receipt_from_json)
                ->success)
            << status;
}

TEST(NodeAnswers, a_malformed_receipt_is_refused_by_the_name_of_its_field) {
    const auto with = [](const std::string& from, const std::string& to) {
        return refusal(replaced(receipt_text, from, to), receipt_from_json);
    };
    EXPECT_THAT(with(R"("status":"0x1",)", ""), HasSubstr("receipt: status is missing")) << "before Byzantium, or a lie";
    EXPECT_THAT(with(R"("status":"0x1")", R"("status":null)"), HasSubstr("receipt: status is missing"));
    EXPECT_THAT(with(R"("gasUsed":"0x5208")", R"("gasUsed":21000)"), HasSubstr("receipt: gasUsed is not a hex quantity"));
    EXPECT_THAT(with(R"("gasUsed":"0x5208")", R"("gasUsed":"0x10000000000000000")"), HasSubstr("gasUsed"));
    EXPECT_THAT(with(R"("logs":[)", R"("logs":7,"x":[)"), HasSubstr("logs: not an array"));
    EXPECT_THAT(with(R"("logIndex":"0x3")", R"("logIndex":"3")"), HasSubstr("log: logIndex"));
    EXPECT_THAT(with(R"("data":"0x0102")", R"("data":"0x010")"), HasSubstr("log: data is not hex bytes"));
    EXPECT_THAT(refusal("[]", receipt_from_json), HasSubstr("receipt: not an object"));
}

TEST(NodeAnswers, a_block_has_its_transactions_in_order_and_its_fee_recipient_when_the_node_names_it) {
    const auto block = read(block_text, block_from_json);
    ASSERT_TRUE(block) << block.error().text();
    EXPECT_EQ(block->head.number, 18U);
    EXPECT_EQ(block->head.timestamp, 32U);
    EXPECT_EQ(block->head.gas_limit, 4096U);
    EXPECT_EQ(block->head.gas_used, 2048U);
    EXPECT_EQ(block->head.base_fee_wei, 7U);
    EXPECT_EQ(to_hex(block->head.hash)[2], '3');
    EXPECT_EQ(to_hex(block->head.parent_hash)[2], '4');
    ASSERT_TRUE(block->fee_recipient.has_value());
    EXPECT_EQ(to_hex(block->fee_recipient.value_or(Bytes20{}))[2], '5');
    ASSERT_EQ(block->transaction_hashes.size(), 2U);
    EXPECT_EQ(to_hex(block->transaction_hashes[1])[2], '7');
    EXPECT_FALSE(read(replaced(block_text, R"("miner":)" + address_text('5'), R"("miner":null)"), block_from_json)->fee_recipient);
}

TEST(NodeAnswers, a_malformed_block_is_refused_by_the_name_of_its_field) {
    const auto with = [](const std::string& from, const std::string& to) {
        return refusal(replaced(block_text, from, to), block_from_json);
    };
    EXPECT_THAT(refusal("null", block_from_json), HasSubstr("head: not an object"));
    EXPECT_THAT(with(R"("number":"0x12")", R"("number":null)"), HasSubstr("head: number is missing")) << "a pending block";
    EXPECT_THAT(with(R"("miner":"0x5)", R"("miner":"0x)"), HasSubstr("block: miner is not 20 bytes of hex"));
    EXPECT_THAT(with(hash_text('6'), "{}"), HasSubstr("block: transactions is not 32 bytes of hex"));
    EXPECT_THAT(with(R"("baseFeePerGas":"0x7")", R"("baseFeePerGas":"0x)" + std::string(33, 'f') + '"'), HasSubstr("baseFeePerGas"))
        << "more than 127 bits";
}

TEST(NodeAnswers, quantities_are_hex_with_a_digit_and_within_their_bits) {
    const auto quantity = [](const std::string& text) {
        return read('"' + text + '"', [](auto value) { return quantity_from_json(value); });
    };
    EXPECT_EQ(quantity("0x0").value(), 0U);
    EXPECT_EQ(quantity("0x" + std::string(64, 'f')).value(), ~chain::u256{0});
    for (const char* bad : {"", "0x", "x1", "1", "0x1g", "0x-1", "0x+1", "0x 1"}) EXPECT_FALSE(quantity(bad)) << bad;
    EXPECT_FALSE(quantity("0x1" + std::string(64, '0'))) << "257 bits";
}

} // namespace
} // namespace jitbox::feed
