// `jitctl decode` as a filter: one line in, one JSON object out, whatever the line is.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/decode.hpp"

#include "apps/text/json_buffer.hpp"
#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "chain/rlp.hpp"
#include "chain/u256.hpp"
#include "support/seed.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <random>
#include <sstream>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

std::vector<json::object> decode(const std::string& input, const DecodeOptions& options = {}) {
    std::istringstream in(input);
    std::ostringstream out;
    EXPECT_EQ(run_decode(in, out, options), 0);
    std::vector<json::object> answers;
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) answers.push_back(json::parse(line).as_object());
    return answers;
}

std::string text_of(const json::object& object, const char* name) {
    return std::string(object.at(name).as_string());
}

/// A legacy transaction of chain 1 to `to`, signature in range.
Bytes transaction(BytesView to, BytesView calldata, std::uint64_t v = 37) {
    Bytes out;
    chain::RlpWriter rlp(out);
    const std::size_t list = rlp.open_list();
    for (const std::uint64_t value : {std::uint64_t{1}, std::uint64_t{1000}, std::uint64_t{21000}}) rlp.integer(value);
    rlp.string(to);
    rlp.integer(std::uint64_t{0});
    rlp.string(calldata);
    for (const std::uint64_t value : {v, std::uint64_t{1}, std::uint64_t{2}}) rlp.integer(value);
    rlp.close_list(list);
    return out;
}

const Bytes nobody(20, 0x11);

/// SwapRouter02.exactInputSingle, amount 2^200.
Bytes swap_calldata() {
    Bytes data = *from_hex("04e45aaf");
    data.resize(4 + 7 * 32);
    data[4 + 31] = 1;    // token in
    data[4 + 63] = 2;    // token out
    data[4 + 94] = 0x0b; // fee 3000
    data[4 + 95] = 0xb8;
    data[4 + 4 * 32 + 6] = 1;  // amount in
    data[4 + 5 * 32 + 31] = 9; // minimum out
    return data;
}

TEST(Decode, a_line_gives_an_object_with_and_without_0x_and_newline_at_the_end) {
    const Bytes raw = transaction(nobody, {});
    const auto answers = decode(to_hex(raw) + "\n" + to_hex_plain(raw) + "\r\n  " + to_hex(raw));
    ASSERT_EQ(answers.size(), 3U);
    for (const auto& answer : answers) {
        EXPECT_EQ(text_of(answer, "hash"), to_hex(chain::keccak256(BytesView(raw))));
        EXPECT_EQ(text_of(answer, "status"), "no_swap");
        EXPECT_EQ(answer.at("type").as_int64(), 0);
        EXPECT_TRUE(answer.at("from_router").is_null());
        EXPECT_TRUE(answer.at("legs").as_array().empty());
        EXPECT_FALSE(answer.contains("reason"));
    }
}

TEST(Decode, a_swap_has_every_field_that_the_format_names) {
    const Bytes router = *from_hex("68b3465833fb72a70ecdf485e0e4c7bd8665fc45");
    const auto answers = decode(to_hex(transaction(router, swap_calldata())) + "\n");
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(text_of(answers[0], "status"), "ok");
    EXPECT_EQ(text_of(answers[0], "from_router"), "swap_router02");
    const json::object& leg = answers[0].at("legs").as_array().at(0).as_object();
    EXPECT_EQ(text_of(leg, "token_in"), "0x0000000000000000000000000000000000000001");
    EXPECT_EQ(text_of(leg, "token_out"), "0x0000000000000000000000000000000000000002");
    EXPECT_EQ(leg.at("fee").as_int64(), 3000);
    EXPECT_EQ(text_of(leg, "factory"), "0x1f98431c8ad98523631ae4a59f267346ea31f984");
    EXPECT_TRUE(leg.at("zero_for_one").as_bool());
    EXPECT_TRUE(leg.at("exact_in").as_bool());
    EXPECT_EQ(text_of(leg, "amount"), "1606938044258990275541962092341162602522202993782792835301376");
    EXPECT_EQ(text_of(leg, "limit"), "9");
    EXPECT_EQ(leg.at("hop").as_int64(), 0);
    EXPECT_EQ(leg.at("hops").as_int64(), 1);
    EXPECT_TRUE(leg.at("deadline").is_null());
}

TEST(Decode, an_unknown_amount_is_null) {
    const Bytes router = *from_hex("68b3465833fb72a70ecdf485e0e4c7bd8665fc45");
    Bytes data = swap_calldata();
    data[4 + 4 * 32 + 6] = 0; // the router's balance
    const auto answers = decode(to_hex(transaction(router, data)) + "\n");
    EXPECT_TRUE(answers.at(0).at("legs").as_array().at(0).at("amount").is_null());
}

TEST(Decode, lines_that_are_no_transactions_are_rejected_and_the_next_one_is_fine) {
    const std::string good = to_hex(transaction(nobody, {}));
    const auto answers = decode("zz\n0x123\n\n0x\nhello world\n0xc0\n" + good + "\n");
    ASSERT_EQ(answers.size(), 7U);
    EXPECT_EQ(text_of(answers[0], "reason"), "bad_hex");
    EXPECT_TRUE(answers[0].at("hash").is_null());
    EXPECT_EQ(text_of(answers[1], "reason"), "bad_hex") << "odd number of digits";
    EXPECT_EQ(text_of(answers[2], "reason"), "tx_empty");
    EXPECT_EQ(text_of(answers[3], "reason"), "tx_empty");
    EXPECT_EQ(text_of(answers[4], "reason"), "bad_hex");
    EXPECT_EQ(text_of(answers[5], "reason"), "tx_field_count");
    EXPECT_EQ(text_of(answers[6], "status"), "no_swap");
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(text_of(answers[i], "status"), "rejected");
}

TEST(Decode, every_character_that_is_no_hex_digit_is_noticed) {
    const std::string good = to_hex_plain(transaction(nobody, {}));
    for (int c = 1; c < 256; ++c) {
        if (std::isxdigit(c) != 0 || c == '\n') continue;
        std::string line = good;
        line[21] = static_cast<char>(c);
        EXPECT_EQ(text_of(decode(line + "\n").at(0), "reason"), "bad_hex") << c;
    }
}

TEST(Decode, a_foreign_chain_is_rejected_when_asked) {
    DecodeOptions options;
    options.chain_id = 1;
    const std::string lines = to_hex(transaction(nobody, {}, 37)) + "\n" + to_hex(transaction(nobody, {}, 39)) + "\n" +
                              to_hex(transaction(nobody, {}, 27)) + "\n";
    const auto answers = decode(lines, options);
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(text_of(answers[0], "status"), "no_swap");
    EXPECT_EQ(text_of(answers[1], "reason"), "wrong_chain");
    EXPECT_EQ(text_of(answers[2], "status"), "no_swap") << "before EIP-155 no chain is named";
    EXPECT_EQ(text_of(decode(lines)[1], "status"), "no_swap");
}

TEST(Decode, larger_than_a_record_is_too_large_with_its_hash) {
    const Bytes raw = transaction(nobody, Bytes(records::max_transaction_bytes, 1));
    const auto answers = decode(to_hex(raw) + "\n" + to_hex(transaction(nobody, {})) + "\n");
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(text_of(answers[0], "reason"), "tx_too_large");
    EXPECT_EQ(text_of(answers[0], "hash"), to_hex(chain::keccak256(BytesView(raw))));
    EXPECT_EQ(text_of(answers[1], "status"), "no_swap");
}

TEST(Decode, a_line_without_end_is_answered_without_being_kept) {
    const auto answers = decode(std::string(std::size_t{20} << 20, 'a') + "\n" + to_hex(transaction(nobody, {})) + "\n");
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(text_of(answers[0], "reason"), "tx_too_large");
    EXPECT_TRUE(answers[0].at("hash").is_null());
    EXPECT_EQ(text_of(answers[1], "status"), "no_swap");
}

/// A blob transaction in its network form with one blob: larger than a record.
struct BlobTransaction {
    Bytes network;
    Bytes consensus;
};

BlobTransaction blob_transaction() {
    Bytes payload;
    chain::RlpWriter rlp(payload);
    const std::size_t list = rlp.open_list();
    for (const std::uint64_t value : {1U, 2U, 3U, 4U, 21000U}) rlp.integer(value);
    rlp.string(nobody);
    rlp.integer(std::uint64_t{0});
    rlp.string({});
    rlp.close_list(rlp.open_list());
    rlp.integer(std::uint64_t{5});
    const std::size_t hashes = rlp.open_list();
    rlp.string(Bytes(32, 1));
    rlp.close_list(hashes);
    for (const std::uint64_t value : {0U, 1U, 2U}) rlp.integer(value);
    rlp.close_list(list);
    BlobTransaction out;
    out.consensus = payload;
    out.consensus.insert(out.consensus.begin(), 0x03);
    chain::RlpWriter outer(out.network);
    const std::size_t wrapper = outer.open_list();
    outer.raw(payload);
    for (const std::size_t size : {131072U, 48U, 48U}) {
        const std::size_t items = outer.open_list();
        outer.string(Bytes(size, 0x5a));
        outer.close_list(items);
    }
    outer.close_list(wrapper);
    out.network.insert(out.network.begin(), 0x03);
    return out;
}

TEST(Decode, a_blob_transaction_with_its_sidecar_has_the_hash_without_it) {
    const BlobTransaction blob = blob_transaction();
    Bytes damaged = blob.network;
    damaged.push_back(0);
    const auto answers = decode(to_hex(blob.network) + "\n" + to_hex(blob.consensus) + "\n" + to_hex(damaged) + "\n");
    ASSERT_EQ(answers.size(), 3U);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_EQ(text_of(answers[i], "hash"), to_hex(chain::keccak256(BytesView(blob.consensus))));
        EXPECT_EQ(text_of(answers[i], "status"), "no_swap");
        EXPECT_EQ(answers[i].at("type").as_int64(), 3);
    }
    EXPECT_EQ(text_of(answers[2], "reason"), "rlp_trailing_bytes");
}

TEST(Decode, lines_across_any_chunk_border_are_whole) {
    // Chunks are 256 KiB: many lines of uneven length cross their borders at every offset.
    std::string input;
    std::vector<std::string> hashes;
    for (std::size_t i = 0; i < 6000; ++i) {
        const Bytes raw = transaction(nobody, Bytes(i % 257, 1));
        input += to_hex(raw) + "\n";
        hashes.push_back(to_hex(chain::keccak256(BytesView(raw))));
    }
    const auto answers = decode(input);
    ASSERT_EQ(answers.size(), hashes.size());
    for (std::size_t i = 0; i < hashes.size(); ++i) ASSERT_EQ(text_of(answers[i], "hash"), hashes[i]) << i;
}

TEST(JsonBuffer, decimals_are_those_of_u256) {
    std::mt19937_64 random(test::random_seed());
    std::vector<chain::u256> values{0, 9, 10, ~chain::u256{0}, chain::u256{1} << 255, chain::u256{10'000'000'000'000'000'000ULL}};
    for (int i = 0; i < 2000; ++i) {
        chain::u256 value = 0;
        for (int limb = 0; limb < 4; ++limb) value = value << 64 | random();
        values.push_back(value >> (random() % 256));
    }
    for (chain::u256 power = 1, i = 0; i < 77; ++i, power *= 10) {
        values.push_back(power);
        values.push_back(power - 1);
    }
    for (const chain::u256& value : values) {
        std::array<std::uint8_t, 32> bytes{};
        for (std::size_t i = 0; i < 32; ++i) bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
        JsonBuffer buffer;
        buffer.append_decimal(bytes.data());
        EXPECT_EQ(buffer.text(), "\"" + chain::to_decimal(value) + "\"");
    }
}

} // namespace
} // namespace jitbox::apps
