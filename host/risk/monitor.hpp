// The 10 Hz monitor (RISK-3): a thread of its own that reads the price files and assesses what the loop last told it, so that
// neither a slow disk nor a busy loop keeps the other from being seen.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "risk/assessment.hpp"
#include "risk/price_book.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace jitbox::risk {

/// Where prices come from. No first file: the configuration's static prices (development only).
struct PriceSettings {
    std::vector<PricedToken> tokens{};
    std::optional<std::filesystem::path> first{};
    std::optional<std::filesystem::path> second{};
    PriceRules rules{};
};

/// What one look has found.
struct Findings {
    std::uint64_t beat = 0; ///< counts from 1
    Assessment assessment;
    std::chrono::milliseconds situation_age{0};
    Quotes prices;             ///< of the first file; empty without one
    std::string price_problem; ///< empty: prices may be traded on
    std::vector<std::string>
        price_warnings; ///< files that could not be read just now; what was read before holds until it is stale
};

class Monitor {
public:
    static constexpr std::chrono::milliseconds period{100};
    /// Called on the monitor's thread, once a period.
    using Report = std::function<void(Findings)>;

    Monitor(const Limits& limits, const PriceSettings& prices, Report report);
    ~Monitor();
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    void start();
    /// From any thread: what the next looks are at.
    void tell(Situation situation);
    /// One look, without the thread: for the start, before start() is called.
    [[nodiscard]] Findings look(TimePoint now);

private:
    void run(const std::stop_token& stop);

    const Limits limits_;
    const PriceSettings settings_;
    const Report report_;
    std::optional<PriceFile> first_;
    std::optional<PriceFile> second_;
    std::uint64_t beat_ = 0;
    std::mutex mutex_; ///< guards the situation; held for copies only
    Situation situation_;
    std::mutex sleep_mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_; ///< last: ends before what it uses
};

} // namespace jitbox::risk
