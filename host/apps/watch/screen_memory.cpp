// The screen's memory as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/screen_memory.hpp"

#include "base/hex.hpp"

#include <boost/json.hpp>

#include <exception>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

std::int64_t ms_since_1970(risk::TimePoint at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

Result<risk::Review> review_of(const json::object& row) {
    const auto pool = fixed_from_hex<20>(std::string_view(row.at("pool").as_string()));
    const auto anomaly = risk::anomaly_from_text(std::string_view(row.at("rule").as_string()));
    const auto state = risk::review_state_from_text(std::string_view(row.at("state").as_string()));
    if (!pool || !anomaly || !state) return fail("reviews: a pool, rule or state that is none");
    return risk::Review{.id = row.at("id").to_number<std::uint64_t>(),
                        .anomaly = *anomaly,
                        .pool = *pool,
                        .state = *state,
                        .first = risk::TimePoint(std::chrono::milliseconds(row.at("first_ms").to_number<std::int64_t>())),
                        .held = row.at("held").to_number<std::uint64_t>(),
                        .decided_by = std::string(row.at("decided_by").as_string())};
}

} // namespace

std::string format_reviews(const std::vector<risk::Review>& reviews) {
    json::array rows;
    for (const risk::Review& review : reviews)
        rows.push_back(json::object{{"id", review.id},
                                    {"rule", to_text(review.anomaly)},
                                    {"pool", to_hex(review.pool)},
                                    {"state", to_text(review.state)},
                                    {"first_ms", ms_since_1970(review.first)},
                                    {"held", review.held},
                                    {"decided_by", review.decided_by}});
    return json::serialize(rows);
}

Result<std::vector<risk::Review>> parse_reviews(std::string_view text) try {
    std::vector<risk::Review> out;
    for (const json::value& row : json::parse(json::string_view(text.data(), text.size())).as_array()) {
        auto review = review_of(row.as_object());
        if (!review) return std::unexpected(review.error());
        out.push_back(std::move(*review));
    }
    return out;
} catch (const std::exception& error) { // what Boost.JSON throws at other text
    return fail(std::string("reviews: ") + error.what());
}

std::string format_drift(const risk::Drift::State& state) {
    return json::serialize(json::object{{"recent", json::array(state.recent.begin(), state.recent.end())},
                                        {"before_sum", state.before_sum},
                                        {"before_count", state.before_count}});
}

Result<risk::Drift::State> parse_drift(std::string_view text) try {
    const json::object object = json::parse(json::string_view(text.data(), text.size())).as_object();
    risk::Drift::State out{.recent = {},
                           .before_sum = object.at("before_sum").to_number<double>(),
                           .before_count = object.at("before_count").to_number<std::size_t>()};
    for (const json::value& value : object.at("recent").as_array()) out.recent.push_back(value.to_number<double>());
    if (out.recent.size() > risk::Drift::recent_count) return fail("baseline: too many recent values");
    return out;
} catch (const std::exception& error) {
    return fail(std::string("baseline: ") + error.what());
}

} // namespace jitbox::apps
