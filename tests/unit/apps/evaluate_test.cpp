// jitctl evaluate: one answer a line in order, exact numbers of the contracts, and errors that name line and field.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/evaluate.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

struct Answer {
    int exit_code;
    std::vector<json::object> lines;
};

Answer evaluate(const std::string& input, accel::Engine* engine = nullptr) {
    std::istringstream in(input);
    std::ostringstream out;
    Answer run{.exit_code = run_evaluate(in, out, {.engine = engine}), .lines = {}};
    std::istringstream text(out.str());
    for (std::string line; std::getline(text, line);) run.lines.push_back(json::parse(line).as_object());
    return run;
}

/// Price 1, 0.3 %, 2 * 10^18 of liquidity from -6000 to 6000.
std::string line(const std::string& swap, const std::string& rest = "", const std::string& tick = "0") {
    return R"({"pool":{"fee":3000,"tick_spacing":60,"sqrt_price_x96":"79228162514264337593543950336","tick":)" + tick +
           R"(,"liquidity":"2000000000000000000","ticks":[{"tick":-6000,"liquidity_net":"2000000000000000000"},)"
           R"({"tick":6000,"liquidity_net":"-2000000000000000000"}]},"swap":)" +
           swap + rest + "}\n";
}

const std::string sell = R"({"zero_for_one":true,"amount_specified":"1000000000000000","sqrt_price_limit_x96":null})";

TEST(Evaluate, TheSwapAloneHasTheNumbersOfThePoolsSwapEvent) {
    const Answer run = evaluate(line(sell));
    ASSERT_EQ(run.lines.size(), 1U);
    EXPECT_EQ(run.exit_code, 0);
    const json::object& swap = run.lines[0].at("swap").as_object();
    EXPECT_EQ(swap.at("amount0"), "1000000000000000");
    EXPECT_EQ(swap.at("amount1"), "-996503243133298"); // floor(L * (P - ceil(L P / (L + 0.997 x))))
    EXPECT_EQ(swap.at("tick"), -10);
    EXPECT_EQ(swap.at("crossings"), 0);
    EXPECT_TRUE(run.lines[0].contains("decision"));
}

TEST(Evaluate, APositionIsMintSwapBurnAndFees) {
    const std::string position = R"(,"position":{"tick_lower":-60,"tick_upper":0,"liquidity":"2000000000000000000"})";
    // At tick -1 with the price still on tick 0 the range [-60, 0) is in use from the first unit on.
    const Answer run = evaluate(line(sell, position, "-1"));
    ASSERT_EQ(run.lines.size(), 1U);
    const json::object& found = run.lines[0].at("position").as_object();
    EXPECT_EQ(found.at("swap0"), "1000000000000000");
    EXPECT_EQ(found.at("mint0"), "0");
    EXPECT_EQ(found.at("fee0"), "1499999999999")
        << "half of the liquidity, half of the fee of 3 * 10^12, less what the fee growth's floor takes";
    EXPECT_EQ(found.at("fee1"), "0");
    EXPECT_TRUE(found.contains("profit_wei"));
}

TEST(Evaluate, WhatTheContractWouldRevertIsARejectWithItsReason) {
    const Answer run = evaluate(
        line(R"({"zero_for_one":true,"amount_specified":"0"})") +
        line(R"({"zero_for_one":true,"amount_specified":"1","sqrt_price_limit_x96":"79228162514264337593543950336"})") +
        line(sell, R"(,"position":{"tick_lower":-61,"tick_upper":0,"liquidity":"1"})") +
        line(sell, R"(,"position":{"tick_lower":-60,"tick_upper":0,"liquidity":"170141183460469231731687303715884105727"})"));
    ASSERT_EQ(run.lines.size(), 4U);
    EXPECT_EQ(run.exit_code, 0) << "a revert is an answer, not a malformed line";
    const auto reason = [&run](std::size_t i) { return run.lines[i].at("reject").as_object().at("reason"); };
    EXPECT_EQ(reason(0), "amount_zero");
    EXPECT_EQ(reason(1), "price_limit");
    EXPECT_EQ(reason(2), "bad_position");
    EXPECT_EQ(reason(3), "liquidity_limit");
}

TEST(Evaluate, AMalformedLineIsNamedAndTheOthersAreAnswered) {
    const Answer run = evaluate("{\n" + line(sell) + "\n" + line(R"({"zero_for_one":true,"amount_specified":"x"})") +
                                line(sell, "", "7") + line(sell));
    ASSERT_EQ(run.lines.size(), 5U) << "the empty line has no answer";
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_EQ(run.lines[0].at("line"), 1);
    EXPECT_TRUE(run.lines[1].contains("swap"));
    EXPECT_EQ(run.lines[2].at("line"), 4);
    EXPECT_NE(run.lines[2].at("error").as_string().find("swap.amount_specified"), json::string::npos);
    EXPECT_NE(run.lines[3].at("error").as_string().find("pool.tick is 7"), json::string::npos);
    EXPECT_TRUE(run.lines[4].contains("swap"));
}

TEST(Evaluate, NumbersAreAcceptedForSmallIntegersAndGrossDefaultsToNet) {
    const Answer run = evaluate(line(R"({"zero_for_one":false,"amount_specified":-1000})"));
    ASSERT_EQ(run.lines.size(), 1U);
    EXPECT_EQ(run.lines[0].at("swap").as_object().at("amount0"), "-1000");
}

TEST(Evaluate, AnEngineDecidesAsTheKernelDoes) {
    std::string input;
    for (const char* const amount :
         {"1000000000000000", "70000000000000000", "-30000000000000000", "3", "999999999999999999999999"}) {
        for (const char* const direction : {"true", "false"}) {
            for (const char* const limit : {"null", "\"78831026366734652303669917531\""}) {
                input += line(std::string(R"({"zero_for_one":)") + direction + R"(,"amount_specified":")" + amount +
                              R"(","sqrt_price_limit_x96":)" + limit + "}");
            }
        }
    }
    const auto engine = accel::make_native_engine();
    const Answer kernel = evaluate(input);
    const Answer other = evaluate(input, engine.get());
    EXPECT_EQ(kernel.lines, other.lines);
    EXPECT_TRUE(std::ranges::any_of(other.lines, [](const json::object& of) { return of.contains("decision"); }));
    EXPECT_TRUE(std::ranges::any_of(other.lines, [](const json::object& of) { return of.contains("reject"); }));
}

TEST(Evaluate, MoreTicksThanTheCardHoldsAreExactForTheSwapAndRejectedOnlyWhereTheWindowEnds) {
    std::string ticks;
    for (int tick = -12000; tick <= 12000; tick += 60)
        ticks +=
            (ticks.empty() ? "" : ",") + (R"({"tick":)" + std::to_string(tick) + R"(,"liquidity_net":"0","liquidity_gross":"5"})");
    const std::string input = R"({"pool":{"fee":3000,"tick_spacing":60,"sqrt_price_x96":"79228162514264337593543950336","tick":0,)"
                              R"("liquidity":"2000000000000000000","ticks":[)" +
                              ticks + R"(]},"swap":{"zero_for_one":true,"amount_specified":"1000000000000000000"}})" + "\n";
    const Answer run = evaluate(input);
    ASSERT_EQ(run.lines.size(), 1U);
    EXPECT_GT(run.lines[0].at("swap").as_object().at("crossings").as_int64(), 64);
    EXPECT_EQ(run.lines[0].at("reject").as_object().at("reason"), "out_of_window");
}

} // namespace
} // namespace jitbox::apps
