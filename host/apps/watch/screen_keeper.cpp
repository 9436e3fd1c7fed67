// Behavioural rules and their memory.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/screen_keeper.hpp"

#include "apps/watch/screen_memory.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace jitbox::apps {
namespace {

using risk::Anomaly;
using risk::Severity;

constexpr std::uint64_t baselines_kept_every = 10; ///< monitor periods

risk::Response response_of(const std::string& name) {
    return risk::response_from_text(name).value_or(risk::Response::block); // the schema allows no other
}

risk::Drift drift(std::uint64_t low_ppm, std::uint64_t high_ppm) {
    return {static_cast<double>(low_ppm) / 1e6, static_cast<double>(high_ppm) / 1e6};
}

} // namespace

ScreenKeeper::ScreenKeeper(const Services& services, risk::Screen& screen, ScreenCallbacks callbacks)
    : rules_(services.config.risk), screen_(screen), callbacks_(std::move(callbacks)),
      success_(drift(rules_.unusual_success_ppm, 0)), timing_(drift(0, rules_.unusual_timing_ppm)),
      access_({.refusals_per_minute = static_cast<std::uint32_t>(rules_.unusual_refusals_per_minute),
               .requests_per_minute = static_cast<std::uint32_t>(rules_.unusual_requests_per_minute)}) {}

void ScreenKeeper::configuration_changed(const std::string& text) {
    screen_.condition(Anomaly::configuration_change, response_of(rules_.configuration_change), true, text);
}

void ScreenKeeper::restore(const RiskHistory& past, const std::string& configuration) {
    for (const risk::TimePoint at : past.orders_last_hour) screen_.passed(at);
    if (auto state = parse_drift(past.success_baseline)) success_.restore(std::move(*state));
    if (auto state = parse_drift(past.timing_baseline)) timing_.restore(std::move(*state));
    success_condition(); // conditions first: what people decided about them holds on
    timing_condition();
    auto reviews = parse_reviews(past.reviews.empty() ? "[]" : past.reviews);
    if (!reviews) {
        callbacks_.note(Severity::error, "review",
                        "the journal's reviews cannot be read, all is held anew: " + reviews.error().what);
        return;
    }
    const bool changed = past.configuration != configuration;
    std::erase_if(*reviews, [changed](const risk::Review& review) {
        return changed && review.anomaly == Anomaly::configuration_change; // it was about another change
    });
    for (const risk::Review& review : *reviews) {
        if (review.anomaly == Anomaly::configuration_change && review.state != risk::Review::State::approved)
            configuration_changed("a second start approves no changed configuration");
    }
    screen_.restore(std::move(*reviews));
    changes_kept_ = screen_.changes();
}

void ScreenKeeper::posted(std::int64_t frame_to_post_ns) {
    timing_.add(static_cast<double>(frame_to_post_ns));
    baselines_changed_ = true;
    timing_condition();
}

void ScreenKeeper::ended(const Bytes20& pool, bool included) {
    if (included) screen_.known(pool);
    success_.add(included ? 1 : 0);
    baselines_changed_ = true;
    success_condition();
}

void ScreenKeeper::accessed(const risk::AccessCounts& totals) {
    const std::string before = std::exchange(access_problem_, access_.look(totals, std::chrono::system_clock::now()));
    access_condition();
    if (!before.empty() || access_problem_.empty()) return;
    callbacks_.note(Severity::warning, "access_pattern", access_problem_);
    callbacks_.audit("access_pattern", access_problem_);
}

void ScreenKeeper::success_condition() {
    screen_.condition(Anomaly::success_rate, response_of(rules_.unusual_success), success_.drifted(),
                      fmt::format("{:.0f} % of the bundles are included, before it were {:.0f} %", success_.recent() * 100,
                                  success_.before() * 100));
}

void ScreenKeeper::timing_condition() {
    screen_.condition(
        Anomaly::timing_pattern, response_of(rules_.unusual_timing), timing_.drifted(),
        fmt::format("frame to post takes {:.0f} us, before it took {:.0f} us", timing_.recent() / 1e3, timing_.before() / 1e3));
}

void ScreenKeeper::access_condition() {
    screen_.condition(Anomaly::access_pattern, response_of(rules_.unusual_access), !access_problem_.empty(), access_problem_);
}

void ScreenKeeper::keep() {
    if (screen_.changes() != changes_kept_) {
        changes_kept_ = screen_.changes();
        callbacks_.remember("reviews", format_reviews(screen_.reviews()));
    }
    if (++periods_ % baselines_kept_every != 0 || !baselines_changed_) return;
    baselines_changed_ = false;
    callbacks_.remember("success_baseline", format_drift(success_.state()));
    callbacks_.remember("timing_baseline", format_drift(timing_.state()));
}

} // namespace jitbox::apps
