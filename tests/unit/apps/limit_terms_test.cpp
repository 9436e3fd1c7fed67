// Which change of a limit loosens: each in both directions, rules that 0 turns off, new pools, and what goes through the journal.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/limit_terms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::apps {
namespace {

using signer::format_limit_terms;
using signer::looser_terms;
using signer::parse_limit_terms;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string pool = "pools.0x00000000000000000000000000000000000000aa.budget0";

/// What is found when `key` goes from one value to the other.
std::vector<std::string> found(const std::string& key, const std::string& from, const std::string& to) {
    return looser_terms({{key, from}}, {{key, to}});
}

Config configuration() {
    Config out;
    out.risk.max_position_wei = 100;
    out.risk.unusual_amount = "block";
    out.prices.second_file = "second.json";
    out.arming.manifest = "manifest.json";
    out.pools.push_back({});
    out.pools.back().budget0 = 7;
    return out;
}

TEST(LimitTerms, MoreOfALimitIsLooserAndLessIsNot) {
    for (const auto& [key, value] : limit_terms(configuration())) {
        EXPECT_THAT(found(key, value, value), IsEmpty()) << key;
        const bool up = !found(key, "10", "11").empty();
        const bool down = !found(key, "11", "10").empty();
        if (key == "risk.value_at_risk_days")
            EXPECT_TRUE(up && down) << "another window is neither tighter nor looser: people look at it";
        else
            EXPECT_NE(up, down) << key << " loosens in one direction";
    }
    EXPECT_THAT(found("risk.max_daily_loss_wei", "10", "11"), ElementsAre("risk.max_daily_loss_wei: 10 -> 11"));
    EXPECT_THAT(found("risk.min_profit_wei", "11", "10"), ElementsAre("risk.min_profit_wei: 11 -> 10"));
    EXPECT_THAT(found("risk.max_daily_loss_wei", "9", "10"), testing::SizeIs(1)) << "numbers, not text";
}

TEST(LimitTerms, ARuleThatIsTurnedOffIsTheLoosestOfAll) {
    for (const char* key : {"risk.unusual_amount_wei", "risk.unusual_orders_per_hour", "risk.unusual_timing_ppm"}) {
        EXPECT_THAT(found(key, "10", "0"), testing::SizeIs(1)) << key;
        EXPECT_THAT(found(key, "0", "10"), IsEmpty()) << key;
    }
    EXPECT_THAT(found("risk.unusual_success_ppm", "10", "0"), testing::SizeIs(1));
    EXPECT_THAT(found("risk.unusual_success_ppm", "0", "10"), IsEmpty());
}

TEST(LimitTerms, WhatArmingNoLongerAsksForIsLooser) {
    const Config before = configuration();
    Config now = before;
    now.arming.manifest.clear();
    now.prices.second_file.clear();
    now.risk.unusual_amount = "alert";
    EXPECT_THAT(looser_terms(limit_terms(before), limit_terms(now)),
                ElementsAre("arming.manifest: 1 -> 0", "prices.second_source: 1 -> 0", "risk.unusual_amount: 2 -> 0"));
    EXPECT_THAT(looser_terms(limit_terms(now), limit_terms(before)), IsEmpty());
}

TEST(LimitTerms, APoolThatWasNotThereHadNoBudgetAndAKeyThatWasNotKnownIsNotLooser) {
    EXPECT_THAT(looser_terms({{"risk.max_retries", "1"}}, {{"risk.max_retries", "1"}, {pool, "5"}}),
                ElementsAre(pool + ": 0 -> 5"));
    EXPECT_THAT(looser_terms({{pool, "5"}}, {}), IsEmpty());
    EXPECT_THAT(looser_terms({{"risk.max_retries", "1"}}, {{"risk.max_retries", "1"}, {"risk.new_rule", "5"}}), IsEmpty());
    EXPECT_THAT(looser_terms({{"risk.max_retries", "1"}}, {}), ElementsAre("risk.max_retries: 1 -> gone"));
}

TEST(LimitTerms, GoThroughTheJournalAndRubbishDoesNot) {
    const LimitTerms terms = limit_terms(configuration());
    const auto again = parse_limit_terms(format_limit_terms(terms));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, terms);
    for (const char* rubbish : {"", "[]", R"({"risk.max_retries": 1})", R"({"risk.max_retries": "-1"})"})
        EXPECT_FALSE(parse_limit_terms(rubbish)) << rubbish;
}

} // namespace
} // namespace jitbox::apps
