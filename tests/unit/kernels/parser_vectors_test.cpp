// The parser against ethereum/tests: TransactionTests (210) and the RLP vectors.
// SPDX-License-Identifier: Apache-2.0
#include "parser_harness.hpp"

#include "base/hex.hpp"
#include "hls/parser_rlp.hpp"
#include "support/shared_data.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace jitbox::test {
namespace {

namespace json = boost::json;

/// Invalid for reasons that are no matter of encoding: gas that the payload would need, code size, the point that r does not name.
const std::set<std::string, std::less<>> not_encoding = {
    "ttData/DataTestNotEnoughGAS",           "ttData/dataTx_bcValidBlockTestFrontier",
    "ttEIP2028/DataTestInsufficientGas2028", "ttEIP3860/DataTestNotEnoughGasInitCode",
    "ttGasLimit/NotEnoughGasLimit",          "ttEIP3860/DataTestInitCodeTooBig",
    "ttRSValue/TransactionWithRvalueHigh",   "ttSignature/PointAtInfinity",
};

/// Well formed, for a chain other than mainnet, which the tests are about. `jitctl decode --chain-id 1` rejects them.
const std::set<std::string, std::less<>> other_chain = {
    "ttRSValue/RightVRSTestF0000000a", "ttRSValue/RightVRSTestF0000000b", "ttRSValue/RightVRSTestF0000000c",
    "ttSignature/Vitalik_15",          "ttSignature/Vitalik_16",          "ttSignature/Vitalik_17",
    "ttVValue/V_overflow64bitSigned",  "ttVValue/V_wrongvalue_101",       "ttVValue/V_wrongvalue_121",
    "ttVValue/V_wrongvalue_122",       "ttVValue/V_wrongvalue_123",       "ttVValue/V_wrongvalue_124",
    "ttVValue/V_wrongvalue_ff",        "ttVValue/V_wrongvalue_ffff",      "ttVValue/ValidChainID1InvalidV1",
    "ttVValue/WrongVRSTestVEqual39",   "ttVValue/WrongVRSTestVEqual41",   "ttWrongRLP/tr201506052141PYTHON",
};

std::string read_gzip(const std::string& path) {
    std::string out;
    gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) return out;
    std::array<char, 65536> chunk{};
    for (int got = 0; (got = gzread(file, chunk.data(), chunk.size())) > 0;)
        out.append(chunk.data(), static_cast<std::size_t>(got));
    gzclose(file);
    return out;
}

/// The newest fork that the file knows decides.
const json::object& newest_result(const json::object& results) {
    for (const char* fork : {"Osaka", "Prague", "Cancun", "Shanghai", "Paris", "London"}) {
        if (const auto* const result = results.if_contains(fork)) return result->as_object();
    }
    throw std::runtime_error("no fork that this test knows");
}

TEST(EthereumTests, valid_transactions_are_accepted_and_invalid_ones_rejected) {
    const std::string name = "vectors/ethereum_tests_transaction_tests.jsonl.gz";
    const std::string lines = read_gzip(shared_data_folder() + "/" + name);
    if (lines.empty()) GTEST_SKIP() << missing_text(name);
    std::istringstream stream(lines);
    std::size_t count = 0;
    for (std::string line; std::getline(stream, line); ++count) {
        const json::value row = json::parse(line);
        const std::string test(row.at("name").as_string());
        const json::object& result = newest_result(row.at("result").as_object());
        ParserHarness parser;
        const Parsed parsed = parser.parse(*from_hex(std::string_view(row.at("txbytes").as_string())));
        const bool valid = !result.contains("exception");
        const bool accepted = parsed.seen.status != TxStatus::rejected;
        if (valid) {
            EXPECT_EQ(to_hex(parsed.seen.hash), std::string_view(result.at("hash").as_string())) << test;
        }
        if (other_chain.contains(test)) {
            EXPECT_TRUE(accepted && parsed.seen.has_chain_id && parsed.seen.chain_id != 1) << test;
        } else {
            EXPECT_EQ(accepted, valid || not_encoding.contains(test)) << test << " " << accel::name_of(parsed.seen.reason);
        }
    }
    EXPECT_EQ(count, 210U);
}

/// Reads one item with everything in it; the nesting of the vectors is small.
void walk(hlsk::RlpReader& reader) {
    const hlsk::RlpItem item = hlsk::next_item(reader);
    if (reader.reason != Reason::none || !item.list) return;
    hlsk::RlpReader inner{reader.raw, item.content.at, item.content.at + item.content.size, Reason::none};
    while (!hlsk::at_end(inner)) walk(inner);
    hlsk::refuse(reader, inner.reason);
}

Reason whole_item(Bytes raw) {
    const std::uint32_t size = static_cast<std::uint32_t>(raw.size());
    raw.resize(raw.size() + 64);
    hlsk::RlpReader reader{raw.data(), 0, size, Reason::none};
    walk(reader);
    hlsk::finish(reader, Reason::rlp_trailing_bytes);
    return reader.reason;
}

void judge_rlp(const std::string& name, bool valid) {
    std::ifstream file(shared_data_folder() + "/" + name);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text.empty()) GTEST_SKIP() << missing_text(name);
    const json::value vectors = json::parse(text);
    for (const auto& vector : vectors.as_object()) {
        const Reason reason = whole_item(*from_hex(std::string_view(vector.value().at("out").as_string())));
        EXPECT_EQ(reason == Reason::none, valid) << std::string_view(vector.key()) << " " << accel::name_of(reason);
    }
}

TEST(RlpVectors, valid_items_are_read_to_their_end) {
    judge_rlp("vectors/rlp_valid.json", true);
}

TEST(RlpVectors, invalid_items_have_a_reason) {
    judge_rlp("vectors/rlp_invalid.json", false);
}

} // namespace
} // namespace jitbox::test
