// The ring of events.
// SPDX-License-Identifier: Apache-2.0
#include "risk/events.hpp"

#include <utility>

namespace jitbox::risk {
namespace {

constexpr std::array<std::string_view, 4> severity_names = {"INFO", "WARNING", "ERROR", "CRITICAL"};

} // namespace

std::string_view to_text(Severity severity) {
    return severity_names.at(static_cast<std::size_t>(severity));
}

const Event& EventRing::add(TimePoint at, Severity severity, std::string rule, std::string text) {
    if (events_.size() == capacity) events_.pop_front();
    events_.push_back({.number = ++added_, .at = at, .severity = severity, .rule = std::move(rule), .text = std::move(text)});
    ++counts_.at(static_cast<std::size_t>(severity));
    return events_.back();
}

std::vector<Event> EventRing::newest(std::size_t limit, Severity least) const {
    std::vector<Event> out;
    for (auto at = events_.rbegin(); at != events_.rend() && out.size() < limit; ++at)
        if (at->severity >= least) out.push_back(*at);
    return out;
}

} // namespace jitbox::risk
