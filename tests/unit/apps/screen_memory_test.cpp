// The anomaly rules' memory as text: there and back, and rubbish from a journal that somebody has changed.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/screen_memory.hpp"

#include <gtest/gtest.h>

namespace jitbox::apps {
namespace {

using namespace std::chrono_literals;

TEST(ScreenMemoryText, ReviewsComeBackAsTheyWere) {
    const risk::TimePoint at = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 12h;
    std::vector<risk::Review> reviews;
    for (std::uint64_t i = 0; i < 7; ++i)
        reviews.push_back({.id = i + 1,
                           .anomaly = static_cast<risk::Anomaly>(i),
                           .pool = Bytes20{static_cast<std::uint8_t>(i)},
                           .state = static_cast<risk::Review::State>(i % 3),
                           .first = at + i * 1ms,
                           .held = 10 * i,
                           .decided_by = "uid:0 root \"quoted\""});
    const auto again = parse_reviews(format_reviews(reviews));
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(format_reviews(*again), format_reviews(reviews));
    EXPECT_EQ((*again)[6].anomaly, risk::Anomaly::access_pattern);
    EXPECT_EQ((*again)[1].state, risk::Review::State::approved);
    EXPECT_EQ((*again)[1].first, at + 1ms);
}

TEST(ScreenMemoryText, OtherTextIsNoReview) {
    const std::string good = format_reviews({risk::Review{.id = 1}});
    ASSERT_TRUE(parse_reviews(good));
    for (const auto& [from, to] :
         {std::pair("waiting", "perhaps"), std::pair("unusual_amount", "unusual"), std::pair("0x00", "0xzz"),
          std::pair("\"id\":1", "\"id\":-1"), std::pair("\"held\"", "\"hold\"")}) {
        std::string bad = good;
        bad.replace(bad.find(from), std::string_view(from).size(), to);
        EXPECT_FALSE(parse_reviews(bad)) << bad;
    }
    for (const char* rubbish : {"", "{}", "[1]", "[[]]"}) EXPECT_FALSE(parse_reviews(rubbish)) << rubbish;
}

TEST(ScreenMemoryText, BaselinesComeBackAndRubbishDoesNot) {
    const risk::Drift::State state{.recent = {1, 0.25, 3}, .before_sum = 12.5, .before_count = 40};
    const auto again = parse_drift(format_drift(state));
    ASSERT_TRUE(again) << again.error().what;
    EXPECT_EQ(*again, state);
    for (const char* rubbish :
         {"", "[]", "{}", R"({"recent":1,"before_sum":1,"before_count":1})", R"({"recent":["x"],"before_sum":1,"before_count":1})"})
        EXPECT_FALSE(parse_drift(rubbish)) << rubbish;
    risk::Drift::State long_one;
    long_one.recent.assign(risk::Drift::recent_count + 1, 1);
    EXPECT_FALSE(parse_drift(format_drift(long_one)));
}

} // namespace
} // namespace jitbox::apps
