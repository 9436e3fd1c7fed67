// The monitor's thread.
// SPDX-License-Identifier: Apache-2.0
#include "risk/monitor.hpp"

#include <algorithm>
#include <utility>

namespace jitbox::risk {

Monitor::Monitor(const Limits& limits, const PriceSettings& prices, Report report)
    : limits_(limits), settings_(prices), report_(std::move(report)) {
    if (settings_.first) first_.emplace(*settings_.first, settings_.tokens);
    if (settings_.second) second_.emplace(*settings_.second, settings_.tokens);
}

Monitor::~Monitor() = default;

void Monitor::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Monitor::tell(Situation situation) {
    const std::scoped_lock lock(mutex_);
    situation_ = std::move(situation);
}

Findings Monitor::look(TimePoint now) {
    Situation situation;
    {
        const std::scoped_lock lock(mutex_);
        situation = situation_;
    }
    Findings out;
    out.beat = ++beat_;
    out.assessment = assess(situation, limits_);
    out.situation_age = std::chrono::duration_cast<std::chrono::milliseconds>(now - situation.at);
    if (!first_) return out;
    for (PriceFile* file : {&*first_, second_ ? &*second_ : nullptr}) {
        if (file == nullptr) continue;
        file->refresh(now);
        if (!file->error().empty()) out.price_warnings.push_back(file->error());
    }
    out.prices = first_->quotes();
    out.price_problem = price_problem(*first_, second_ ? &*second_ : nullptr, settings_.tokens, settings_.rules, now);
    return out;
}

void Monitor::run(const std::stop_token& stop) {
    auto next = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        report_(look(std::chrono::system_clock::now()));
        next = std::max(next + period, std::chrono::steady_clock::now()); // a missed beat is missed
        std::unique_lock lock(sleep_mutex_);
        wake_.wait_until(lock, stop, next, [] { return false; });
    }
}

} // namespace jitbox::risk
