// What an operator reads: amounts with their unit, and what is wrong with node or journal where nobody can miss it.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/daemon_tables.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::apps {
namespace {

using boost::json::parse;
using testing::HasSubstr;
using testing::Not;

std::string status(const std::string& node, const std::string& journal) {
    return print_status(parse(R"({"state":"ARMED","cause":"uid:0","node":{"state":"connected","head":9,"head_age_ms":20,)" + node +
                              R"(},"journal":)" + journal + "}"));
}

TEST(StatusText, a_good_node_and_a_whole_journal_need_no_words) {
    const std::string text = status(R"("lying_hashes":0)", R"({"dropped":0,"error":""})");
    EXPECT_THAT(text, HasSubstr("connected, head 9, 20 ms old"));
    EXPECT_THAT(text, Not(HasSubstr("SUSPICIOUS")));
    EXPECT_THAT(text, Not(HasSubstr("journal")));
    EXPECT_THAT(print_status(parse("{}")), Not(HasSubstr("INCOMPLETE"))) << "what an older jitd does not say is no alarm";
}

TEST(StatusText, a_node_that_lied_and_a_journal_that_lost_entries_are_said_aloud) {
    EXPECT_THAT(status(R"("lying_hashes":3)", R"({"dropped":0,"error":""})"),
                HasSubstr("SUSPICIOUS: it announced 3 transaction(s) under a hash that is not theirs"));
    EXPECT_THAT(status(R"("lying_hashes":0)", R"({"dropped":7,"error":""})"), HasSubstr("INCOMPLETE: 7 entries lost"));
    EXPECT_THAT(status(R"("lying_hashes":0)", R"({"dropped":0,"error":"database or disk is full"})"),
                HasSubstr("last error: database or disk is full"));
}

TEST(BundlesTable, profits_are_in_ether_before_and_after_tip_and_gas) {
    const std::string text = print_bundles(parse(
        R"({"bundles":[{"target_block":9,"target":"0x1234567890abcdef12345678","router":"swap_router","lane":1,"outcome":"included",)"
        R"("reason":"transactions 0, 1, 2","predicted":{"gross_profit_wei":"1500000000000000000"},)"
        R"("realised":{"gross_profit_wei":"1500000000000000000"},"realised_profit_wei":"-250000000000000000"},)"
        R"({"target_block":10,"target":"0x12","router":"swap_router","lane":0,"outcome":"pending",)"
        R"("predicted":{"gross_profit_wei":"1"}}]})"));
    for (const char* head : {"predicted gross, ether", "realised gross, ether", "net of tip and gas, ether"})
        EXPECT_THAT(text, HasSubstr(head));
    EXPECT_THAT(text, testing::ContainsRegex("0x12345678..5678 +swap_router +1 +1[.]5[0]* +1[.]5[0]* +-0[.]25[0]* +included"));
    EXPECT_THAT(text, testing::ContainsRegex("10 +0x12 +swap_router +0 .* - +- +pending +-"));
}

TEST(DecisionsTable, a_refusal_has_its_block_and_reason) {
    const std::string text = print_decisions(
        parse(R"({"decisions":[{"block":9,"pool":"0xaa","target":"0xbb","kind":"reject","reason":"unprofitable","tick_lower":0,)"
              R"("tick_upper":0,"profit_wei":"-1000000000000000"}]})"));
    EXPECT_THAT(text, HasSubstr("profit, ether"));
    EXPECT_THAT(text, testing::ContainsRegex("9 +0xaa +0xbb +reject +unprofitable .*-0[.]001"));
}

} // namespace
} // namespace jitbox::apps
