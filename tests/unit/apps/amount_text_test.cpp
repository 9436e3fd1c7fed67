// Amounts, durations and tables as people type and read them.
// SPDX-License-Identifier: Apache-2.0
#include "apps/text/amount_text.hpp"
#include "apps/text/table.hpp"

#include <gtest/gtest.h>

namespace jitbox::apps {
namespace {

std::string wei(std::string_view text) {
    const auto parsed = parse_wei(text);
    return parsed ? chain::to_decimal(*parsed) : "error";
}

TEST(AmountTextTest, amounts_carry_their_unit) {
    EXPECT_EQ(wei("300eth"), "300000000000000000000");
    EXPECT_EQ(wei("0.5eth"), "500000000000000000");
    EXPECT_EQ(wei("20gwei"), "20000000000");
    EXPECT_EQ(wei("7wei"), "7");
    EXPECT_EQ(wei("7"), "7");
    for (const char* bad : {"", "eth", "1.5", "1.5wei", "0.0000000000000000001eth", "5usd", "-1eth", "1.2.3eth",
                            "115792089237316195423570985008687907853269984665640564039458eth"}) {
        EXPECT_EQ(wei(bad), "error") << bad;
    }
}

TEST(AmountTextTest, durations_are_whole_seconds_minutes_or_hours) {
    EXPECT_EQ(parse_duration("90s").value().count(), 90);
    EXPECT_EQ(parse_duration("10m").value().count(), 600);
    EXPECT_EQ(parse_duration("2h").value().count(), 7200);
    EXPECT_EQ(parse_duration("5").value().count(), 5);
    for (const char* bad : {"", "0s", "m", "-5s", "5d", "1.5h"}) EXPECT_FALSE(parse_duration(bad).has_value()) << bad;
}

TEST(AmountTextTest, wei_reads_as_ether_with_six_digits) {
    EXPECT_EQ(as_ether("1234567890000000000"), "1.234567");
    EXPECT_EQ(as_ether("-1999999999999"), "-0.000001");
    EXPECT_EQ(as_ether("0"), "0.000000");
    EXPECT_EQ(as_ether(""), "");
}

TEST(TableTest, columns_are_as_wide_as_their_longest_cell_and_short_rows_are_fine) {
    EXPECT_EQ(render_table({"a", "long"}, {{"1234", "x"}, {"5"}}), "a     long\n----  ----\n1234  x\n5\n");
}

} // namespace
} // namespace jitbox::apps
