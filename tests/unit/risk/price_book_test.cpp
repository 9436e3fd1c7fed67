// Price files as sources write them, and as they must not be believed: missing, malformed, stale, lying.
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"
#include "risk/price_book.hpp"
#include "support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace jitbox::risk {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const TimePoint noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 12h;
const Bytes20 weth{0x1};
const Bytes20 usdc{0x2};
const std::vector<PricedToken> tokens = {{.address = weth, .symbol = "WETH", .decimals = 18},
                                         {.address = usdc, .symbol = "USDC", .decimals = 6}};
const PriceRules rules{.max_age = 30s, .max_difference_ppm = 10'000};

std::string row(const Bytes20& token, const std::string& price_wei, TimePoint at) {
    return fmt::format(R"({{"token": "{}", "price_wei": "{}", "time_ms": {}}})", to_hex(token), price_wei,
                       std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
}

std::string document(TimePoint at, const std::string& usdc_wei = "400000000000000") {
    return R"({"prices": [)" + row(weth, "1000000000000000000", at) + ", " + row(usdc, usdc_wei, at) + "]}";
}

/// As a source writes: beside, then renamed.
void write(const std::string& file, const std::string& text) {
    std::ofstream(file + ".new") << text;
    std::filesystem::rename(file + ".new", file);
}

std::string what_is_wrong_with(const std::string& text) {
    const auto parsed = parse_prices(text, tokens, noon);
    EXPECT_FALSE(parsed.has_value()) << text;
    return parsed ? std::string() : parsed.error().text();
}

TEST(PriceDocument, GivesWeiAUnitInQ96WithTheTimeOfEachPrice) {
    const auto quotes = parse_prices(document(noon - 3s), tokens, noon);
    ASSERT_TRUE(quotes) << quotes.error().text();
    EXPECT_EQ(quotes->at(weth).price_x96, u256{1} << 96);
    EXPECT_EQ(quotes->at(usdc).price_x96, u256{400'000'000} << 96) << "4e14 wei for 1e6 units";
    EXPECT_EQ(quotes->at(weth).at, noon - 3s);
}

TEST(PriceDocument, IgnoresTokensThatNobodyAskedFor) {
    const std::string text = R"({"prices": [)" + row(Bytes20{0x9}, "7", noon) + "," + row(weth, "1", noon) + "]}";
    EXPECT_TRUE(parse_prices(text, std::span(tokens).first(1), noon));
}

TEST(PriceDocument, WhatIsMalformedIsNamed) {
    EXPECT_THAT(what_is_wrong_with(""), HasSubstr("not JSON"));
    EXPECT_THAT(what_is_wrong_with(document(noon).substr(0, 60)), HasSubstr("not JSON"));
    EXPECT_THAT(what_is_wrong_with("[]"), HasSubstr("one list \"prices\""));
    EXPECT_THAT(what_is_wrong_with(R"({"prices": [], "more": 1})"), HasSubstr("one list \"prices\""));
    EXPECT_THAT(what_is_wrong_with(R"({"prices": [7]})"), HasSubstr("no object"));
    EXPECT_THAT(what_is_wrong_with(R"({"prices": [{"token": "0x12"}]})"), HasSubstr("is no address"));
    EXPECT_THAT(what_is_wrong_with(R"({"prices": [{"token": "0x12", "age": 1}]})"), HasSubstr("unknown member age"));
    EXPECT_THAT(what_is_wrong_with(R"({"prices": [)" + row(weth, "1000000000000000000", noon) + "]}"),
                HasSubstr("USDC is missing"));
    EXPECT_THAT(what_is_wrong_with(R"({"prices": [)" + row(weth, "1", noon) + "," + row(weth, "1", noon) + "]}"),
                HasSubstr("WETH is there twice"));
    for (const char* price : {"", "-5", "1.5", "0x10", "1e18"})
        EXPECT_THAT(what_is_wrong_with(document(noon, price)), HasSubstr("USDC: price_wei is no decimal text")) << price;
}

TEST(PriceDocument, APriceOfNothingOrOfTooMuchIsNone) {
    EXPECT_THAT(what_is_wrong_with(document(noon, "0")), HasSubstr("zero or out of range"));
    EXPECT_THAT(what_is_wrong_with(document(noon, std::string(70, '9'))), HasSubstr("zero or out of range"));
    EXPECT_THAT(what_is_wrong_with(document(noon, std::string(90, '9'))), HasSubstr("no decimal text"));
}

TEST(PriceDocument, APriceFromTheFutureIsRefused) {
    EXPECT_TRUE(parse_prices(document(noon + 5s), tokens, noon)) << "clocks differ a little";
    EXPECT_THAT(what_is_wrong_with(document(noon + 5001ms)), HasSubstr("5001 ms in the future"));
    EXPECT_THAT(what_is_wrong_with(R"({"prices": [{"token": ")" + to_hex(weth) + R"(", "price_wei": "1", "time_ms": -1}]})"),
                HasSubstr("time_ms is no time"));
    EXPECT_THAT(what_is_wrong_with(R"({"prices": [{"token": ")" + to_hex(weth) + R"(", "price_wei": "1", "time_ms": 1e12}]})"),
                HasSubstr("time_ms is no time"));
}

class PriceFiles : public testing::Test {
protected:
    [[nodiscard]] std::string problem(TimePoint now) {
        first.refresh(now);
        second.refresh(now);
        return price_problem(first, &second, tokens, rules, now);
    }

    const test::TempDir dir;
    PriceFile first{dir.file("first.json"), tokens};
    PriceFile second{dir.file("second.json"), tokens};
};

TEST_F(PriceFiles, TwoYoungSourcesThatAgreeMayBeTradedOn) {
    write(first.path(), document(noon));
    write(second.path(), document(noon - 29s, "404000000000000"));
    EXPECT_EQ(problem(noon), "") << "1 %, exactly what is allowed";
}

TEST_F(PriceFiles, AFileThatIsNotThereIsAProblemFromTheStart) {
    write(second.path(), document(noon));
    EXPECT_THAT(problem(noon), testing::AllOf(HasSubstr("first.json gives no price of WETH"), HasSubstr("No such file")));
    write(first.path(), document(noon));
    EXPECT_EQ(problem(noon), "");
    std::filesystem::remove(second.path());
    EXPECT_EQ(problem(noon + 10s), "") << "what was read is still young";
    EXPECT_THAT(second.error(), HasSubstr("No such file"));
    EXPECT_THAT(problem(noon + 31s), HasSubstr("old, at most 30000 are allowed"));
}

TEST_F(PriceFiles, AStalePriceIsAProblemThoughTheFileIsWrittenAgainAndAgain) {
    write(second.path(), document(noon + 4s));
    for (const auto after : {0s, 10s, 20s, 30s}) {
        write(first.path(), document(noon));
        EXPECT_EQ(problem(noon + after), "") << after.count();
    }
    EXPECT_THAT(problem(noon + 30'001ms), HasSubstr("the price of WETH in " + first.path().string() + " is 30001 ms old"));
    write(first.path(), document(noon + 31s));
    write(second.path(), document(noon + 31s));
    EXPECT_EQ(problem(noon + 31s), "");
}

TEST_F(PriceFiles, AMalformedFileDoesNotReplaceWhatWasReadAndIsStaleInTheEnd) {
    write(first.path(), document(noon));
    write(second.path(), document(noon));
    EXPECT_EQ(problem(noon), "");
    write(first.path(), "{\"prices\": [");
    EXPECT_EQ(problem(noon + 1s), "");
    EXPECT_THAT(first.error(), HasSubstr("not JSON"));
    EXPECT_EQ(first.quotes().at(weth).at, noon);
    write(second.path(), document(noon + 31s));
    EXPECT_THAT(problem(noon + 31s), testing::AllOf(HasSubstr("31000 ms old"), HasSubstr("not JSON")));
}

TEST_F(PriceFiles, ALyingSourceIsCaughtByTheOther) {
    write(first.path(), document(noon));
    write(second.path(), document(noon, "404000000000001"));
    EXPECT_THAT(problem(noon), HasSubstr("the two sources differ on USDC by 10000 ppm, at most 10000 are allowed"));
    write(second.path(), document(noon, "4"));
    EXPECT_THAT(problem(noon), HasSubstr("more than 4294967295"));
    EXPECT_THAT(price_problem(second, &first, tokens, rules, noon), HasSubstr("differ on USDC")) << "whichever is the first";
}

TEST_F(PriceFiles, TimeDoesNotGoBack) {
    write(first.path(), document(noon));
    write(second.path(), document(noon));
    EXPECT_EQ(problem(noon), "");
    write(first.path(), document(noon - 1ms, "4"));
    EXPECT_EQ(problem(noon), "") << "an older document is not believed";
    EXPECT_THAT(first.error(), HasSubstr("older than the one before it"));
    EXPECT_EQ(first.quotes().at(usdc).price_x96, u256{400'000'000} << 96);
}

TEST_F(PriceFiles, ADirectoryAPipeAndAHugeFileAreNoPriceFiles) {
    std::filesystem::create_directory(first.path());
    first.refresh(noon);
    EXPECT_THAT(first.error(), HasSubstr("is no file"));
    std::filesystem::remove(first.path());
    ASSERT_EQ(::mkfifo(first.path().c_str(), 0600), 0);
    first.refresh(noon);
    EXPECT_THAT(first.error(), HasSubstr("is no file")) << "and nobody waits for a writer";
    write(second.path(), std::string(PriceFile::most_bytes + 1, ' '));
    second.refresh(noon);
    EXPECT_THAT(second.error(), HasSubstr("larger than"));
}

} // namespace
} // namespace jitbox::risk
