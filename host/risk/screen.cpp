// The anomaly rules.
// SPDX-License-Identifier: Apache-2.0
#include "risk/screen.hpp"

#include "base/enum_names.hpp"
#include "base/hex.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace jitbox::risk {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_alerts = 64;
constexpr std::size_t most_patterns = 4096; ///< rules x pools; there are at most 1024 pools

constexpr std::array<std::string_view, 3> response_names = {"alert", "review", "block"};
constexpr std::array<std::string_view, 7> anomaly_names = {"unusual_amount", "unusual_frequency", "unusual_destination",
                                                           "success_rate",   "timing_pattern",    "configuration_change",
                                                           "access_pattern"};
constexpr std::array<std::string_view, 3> state_names = {"waiting", "approved", "rejected"};

/// Rules about all pools: their review lives as long as the condition.
bool is_behavioural(Anomaly anomaly) {
    return anomaly == Anomaly::success_rate || anomaly == Anomaly::timing_pattern || anomaly == Anomaly::configuration_change ||
           anomaly == Anomaly::access_pattern;
}

} // namespace

std::string_view to_text(Response response) {
    return response_names.at(static_cast<std::size_t>(response));
}

std::optional<Response> response_from_text(std::string_view text) {
    return enum_from_text<Response>(response_names, text);
}

std::string_view to_text(Anomaly anomaly) {
    return anomaly_names.at(static_cast<std::size_t>(anomaly));
}

std::optional<Anomaly> anomaly_from_text(std::string_view text) {
    return enum_from_text<Anomaly>(anomaly_names, text);
}

std::string_view to_text(Review::State state) {
    return state_names.at(static_cast<std::size_t>(state));
}

std::optional<Review::State> review_state_from_text(std::string_view text) {
    return enum_from_text<Review::State>(state_names, text);
}

std::optional<Finding> Screen::judge(const Bytes20& pool, const u256& position_value_wei, TimePoint now) {
    while (!orders_.empty() && now - orders_.front() >= 1h) orders_.pop_front();
    std::optional<Finding> held;
    const auto take = [&held](std::optional<Finding> finding) {
        if (finding && !held) held = std::move(finding);
    };
    if (rules_.unusual_amount_wei != 0 && position_value_wei > rules_.unusual_amount_wei)
        take(weigh(Anomaly::unusual_amount, rules_.amount, pool, now,
                   "position value " + chain::to_decimal(position_value_wei) + " wei, unusual is over " +
                       chain::to_decimal(rules_.unusual_amount_wei)));
    if (rules_.unusual_orders_per_hour != 0 && orders_.size() >= rules_.unusual_orders_per_hour)
        take(weigh(Anomaly::unusual_frequency, rules_.frequency, Bytes20{}, now,
                   std::to_string(orders_.size() + 1) + " orders in an hour, unusual is over " +
                       std::to_string(rules_.unusual_orders_per_hour)));
    if (!known_.contains(pool))
        take(weigh(Anomaly::unusual_destination, rules_.destination, pool, now,
                   "no bundle on pool " + to_hex(pool) + " was ever included"));
    for (const auto& [anomaly, condition] : conditions_) take(weigh(anomaly, condition.response, Bytes20{}, now, condition.text));
    return held;
}

void Screen::condition(Anomaly anomaly, Response response, bool holds, const std::string& text) {
    if (!holds) {
        conditions_.erase(anomaly);
    } else if (conditions_.insert_or_assign(anomaly, Condition{.response = response, .text = text}).second) {
        changes_ += reviews_.erase({anomaly, Bytes20{}});
    }
}

std::optional<Finding> Screen::weigh(Anomaly anomaly, Response response, const Bytes20& pool, TimePoint now,
                                     const std::string& text) {
    Finding finding{.anomaly = anomaly, .response = response, .pool = pool, .text = std::string(to_text(anomaly)) + ": " + text};
    tell(finding, now);
    if (response == Response::alert) return std::nullopt;
    if (response == Response::block) return finding;
    const auto found = reviews_.find({anomaly, pool});
    if (found == reviews_.end() && reviews_.size() >= most_patterns) return finding;
    Review& review = reviews_[{anomaly, pool}];
    if (review.id == 0) {
        review = {.id = next_id_++, .anomaly = anomaly, .pool = pool, .first = now};
        ++changes_;
    }
    if (review.state == Review::State::approved) return std::nullopt;
    ++review.held;
    finding.text += ", review " + std::to_string(review.id) + " " + std::string(to_text(review.state));
    return finding;
}

void Screen::tell(const Finding& finding, TimePoint now) {
    if (alerts_.size() >= most_alerts || told_.size() >= most_patterns) return;
    const auto [at, first] = told_.try_emplace({finding.anomaly, finding.pool}, now);
    if (!first && now - at->second < 1h) return;
    at->second = now;
    alerts_.push_back(finding);
}

void Screen::passed(TimePoint now) {
    if (rules_.unusual_orders_per_hour == 0) return;
    orders_.push_back(now);
    if (orders_.size() > std::size_t{rules_.unusual_orders_per_hour} + 1) orders_.pop_front();
}

std::vector<Review> Screen::reviews() const {
    std::vector<Review> out;
    out.reserve(reviews_.size());
    for (const auto& [pattern, review] : reviews_) out.push_back(review);
    std::ranges::sort(out, {}, &Review::id);
    return out;
}

bool Screen::decide(std::uint64_t id, bool approve, std::string who) {
    const auto found = std::ranges::find_if(reviews_, [id](const auto& entry) { return entry.second.id == id; });
    if (found == reviews_.end()) return false;
    found->second.state = approve ? Review::State::approved : Review::State::rejected;
    found->second.decided_by = std::move(who);
    ++changes_;
    return true;
}

void Screen::restore(std::vector<Review> reviews) {
    for (Review& review : reviews) {
        next_id_ = std::max(next_id_, review.id + 1);
        if (is_behavioural(review.anomaly) && !conditions_.contains(review.anomaly)) continue;
        if (reviews_.size() >= most_patterns) return;
        const Pattern pattern{review.anomaly, review.pool};
        reviews_.insert_or_assign(pattern, std::move(review));
    }
}

std::vector<Finding> Screen::take_alerts() {
    return std::exchange(alerts_, {});
}

double Drift::recent() const {
    const auto& values = state_.recent;
    return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double Drift::before() const {
    return state_.before_count == 0 ? 0 : state_.before_sum / static_cast<double>(state_.before_count);
}

bool Drift::add(double value) {
    state_.recent.push_back(value);
    if (state_.recent.size() > recent_count) {
        state_.before_sum += state_.recent.front();
        ++state_.before_count;
        state_.recent.pop_front();
    }
    const bool now = judge();
    const bool begins = now && !drifted_;
    drifted_ = now;
    return begins;
}

bool Drift::judge() const {
    if (state_.before_count < recent_count) return false;
    return (low_ > 0 && recent() < low_ * before()) || (high_ > 0 && recent() > high_ * before());
}

void Drift::restore(State state) {
    state_ = std::move(state);
    drifted_ = judge();
}

} // namespace jitbox::risk
