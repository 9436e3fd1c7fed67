// What we say to relays, and what we make of anything that they say.
// SPDX-License-Identifier: Apache-2.0
#include "relay/protocol.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace jitbox::relay {
namespace {

namespace json = boost::json;

Bundle bundle() {
    Bundle out;
    out.transactions = {{0x02, 0xaa}, {0x02, 0xbb}};
    out.block_number = 255;
    out.replacement_uuid = "0b0c0d0e-0000-4000-8000-000000000001";
    return out;
}

TEST(BundleBody, HoldsTheFieldsOfTheProtocol) {
    Bundle full = bundle();
    full.min_timestamp = 5;
    full.max_timestamp = 9;
    full.reverting_hashes = {Bytes32{}};
    const json::value body = json::parse(send_bundle_body(full, 7));
    EXPECT_EQ(body.at("method").as_string(), "eth_sendBundle");
    EXPECT_EQ(body.at("id").as_int64(), 7);
    const json::value& params = body.at("params").at(0);
    EXPECT_EQ(params.at("txs"), (json::value{"0x02aa", "0x02bb"}));
    EXPECT_EQ(params.at("blockNumber").as_string(), "0xff");
    EXPECT_EQ(params.at("minTimestamp").as_int64(), 5);
    EXPECT_EQ(params.at("maxTimestamp").as_int64(), 9);
    EXPECT_EQ(params.at("revertingTxHashes").at(0).as_string().size(), 66U);
    EXPECT_EQ(params.at("replacementUuid").as_string(), full.replacement_uuid);
}

TEST(BundleBody, LeavesOutWhatIsNotSet) {
    Bundle plain = bundle();
    plain.replacement_uuid.clear();
    const json::value params = json::parse(send_bundle_body(plain, 1)).at("params").at(0);
    for (const char* name : {"minTimestamp", "maxTimestamp", "replacementUuid"})
        EXPECT_FALSE(params.as_object().contains(name)) << name;
}

TEST(CancelBody, IsEachRelaysOwn) {
    const json::value flashbots = json::parse(cancel_body(CancelStyle::cancel_bundle, "u-1", 9, 1));
    EXPECT_EQ(flashbots.at("method").as_string(), "eth_cancelBundle");
    EXPECT_EQ(flashbots.at("params").at(0).at("replacementUuid").as_string(), "u-1");
    const json::value beaver = json::parse(cancel_body(CancelStyle::empty_bundle, "u-1", 9, 1));
    EXPECT_EQ(beaver.at("method").as_string(), "eth_sendBundle");
    EXPECT_TRUE(beaver.at("params").at(0).at("txs").as_array().empty());
}

TEST(BundleLimits, AreThoseOfTheProtocol) {
    EXPECT_TRUE(check_bundle(bundle()));
    Bundle many = bundle();
    many.transactions.assign(100, Bytes(3'000));
    EXPECT_TRUE(check_bundle(many));
    many.transactions.emplace_back();
    EXPECT_FALSE(check_bundle(many)) << "101 transactions";
    Bundle large = bundle();
    large.transactions = {Bytes(300'001)};
    EXPECT_FALSE(check_bundle(large));
    Bundle nowhere = bundle();
    nowhere.block_number = 0;
    EXPECT_FALSE(check_bundle(nowhere));
    Bundle injected = bundle();
    injected.replacement_uuid = "\",\"x\":\"";
    EXPECT_FALSE(check_bundle(injected));
    EXPECT_FALSE(check_bundle(Bundle{}));
}

TEST(RelayAnswer, AcceptedInEveryFormThatBuildersUse) {
    const std::string hash = "0x" + std::string(64, 'a');
    EXPECT_EQ(parse_answer(200, R"({"jsonrpc":"2.0","id":3,"result":{"bundleHash":")" + hash + "\"}}", 3).bundle_hash, hash);
    for (const char* result : {"null", "{}", "\"ok\"", R"({"bundleHash":null})"}) {
        const Answer answer = parse_answer(200, std::string(R"({"id":3,"result":)") + result + "}", 3);
        EXPECT_TRUE(answer.accepted()) << result;
        EXPECT_TRUE(answer.bundle_hash.empty());
    }
}

TEST(RelayAnswer, AnErrorIsARefusalWithItsWordsWhateverTheHttpStatus) {
    for (const unsigned status : {200U, 400U, 403U, 500U}) {
        const Answer answer = parse_answer(status, R"({"id":null,"error":{"code":-32600,"message":"bad\nsignature"}})", 3);
        EXPECT_EQ(answer.status, AnswerStatus::refused);
        EXPECT_EQ(answer.error_code, -32600);
        EXPECT_EQ(answer.text, "bad signature") << "no control character reaches a log";
    }
    EXPECT_EQ(parse_answer(200, R"({"id":3,"error":"text only"})", 3).text, "text only");
    EXPECT_EQ(parse_answer(200, R"({"id":3,"error":{"message":")" + std::string(1'000, 'x') + "\"}}", 3).text.size(), 256U);
    EXPECT_FALSE(parse_answer(200, R"({"id":3,"error":{}})", 3).text.empty());
}

// What a relay says goes through journal and control socket as JSON: one broken byte, and jitctl could not read the bundles any
// more.
TEST(RelayAnswer, ItsWordsAreAsciiWhateverItSends) {
    const auto ascii = [](const std::string& text) {
        return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
    };
    EXPECT_EQ(parse_answer(200, R"({"id":3,"error":{"message":"für uns"}})", 3).text, "f??r uns");
    EXPECT_TRUE(ascii(parse_answer(200, R"({"id":3,"error":{"message":")" + std::string(255, 'x') + "\u00fc\"}}", 3).text))
        << "cut";
    for (const char* body : {"\xff\xfe no JSON", "\x1b[2J", "{\"id\":3,\"error\":\"\xc3\"}"})
        EXPECT_TRUE(ascii(parse_answer(502, body, 3).text)) << parse_answer(502, body, 3).text;
}

TEST(RelayAnswer, AnythingElseIsMalformed) {
    const std::vector<std::string> bodies = {"",
                                             "{",
                                             "[]",
                                             "5",
                                             "null",
                                             "{}",
                                             R"({"id":3})",
                                             R"({"id":4,"result":{}})",
                                             R"({"result":{}})",
                                             R"({"id":"3","result":{}})",
                                             R"({"id":3,"result":{"bundleHash":5}})",
                                             R"({"id":3,"result":{"bundleHash":"0x12"}})",
                                             std::string(70'000, ' '),
                                             std::string(50, '[')};
    for (const std::string& body : bodies)
        EXPECT_EQ(parse_answer(200, body, 3).status, AnswerStatus::malformed) << body.substr(0, 60);
    EXPECT_EQ(parse_answer(502, "<html>bad gateway</html>", 3).status, AnswerStatus::http_error);
    EXPECT_EQ(parse_answer(404, R"({"id":3,"result":{}})", 3).status, AnswerStatus::http_error);
}

TEST(RelayAddress, HostPortAndPath) {
    const auto plain = parse_endpoint("http://127.0.0.1:8080/rpc");
    ASSERT_TRUE(plain);
    EXPECT_FALSE(plain->tls);
    EXPECT_EQ(plain->host, "127.0.0.1");
    EXPECT_EQ(plain->port, "8080");
    EXPECT_EQ(plain->path, "/rpc");
    const auto tls = parse_endpoint("https://relay.example");
    ASSERT_TRUE(tls);
    EXPECT_TRUE(tls->tls);
    EXPECT_EQ(tls->port, "443");
    EXPECT_EQ(tls->path, "/");
    const auto six = parse_endpoint("http://[::1]:81");
    ASSERT_TRUE(six);
    EXPECT_EQ(six->host, "::1");
    EXPECT_EQ(six->port, "81");
    for (const char* bad : {"", "relay.example", "ftp://x", "http://", "http://user@x", "http://x:0", "http://x:65536",
                            "http://x:abc", "http://x:", "http://[::1", "http://x y", "http://x/\r\nHost: y"})
        EXPECT_FALSE(parse_endpoint(bad)) << bad;
}

} // namespace
} // namespace jitbox::relay
