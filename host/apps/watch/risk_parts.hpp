// What RiskWatch is made of, and what happens between its parts. For risk_watch.cpp and risk_commands.cpp only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/runtime/config_watch.hpp"
#include "apps/runtime/parts.hpp"
#include "apps/watch/limit_memory.hpp"
#include "apps/watch/mark_keeper.hpp"
#include "apps/watch/risk_metrics.hpp"
#include "apps/watch/risk_watch.hpp"
#include "apps/watch/screen_keeper.hpp"
#include "risk/monitor.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace jitbox::apps {

struct RiskWatch::Impl : std::enable_shared_from_this<RiskWatch::Impl> {
    Impl(const Services& s, TokenPrices& p, Trading& t, feed::NodeClient& n, RiskCallbacks c);

    const Services& services;
    TokenPrices& prices;
    Trading& trading;
    RiskCallbacks callbacks;
    Vault vault;
    RiskMetrics metrics;
    ConfigWatch file;
    risk::ProfitHistory history;
    MarkKeeper marks{history, [this](const std::string& key, const std::string& value) { remember(key, value); }};
    ScreenKeeper screen;
    risk::Ladder ladder;
    risk::EventRing events;
    RiskView seen;
    LimitMemory limits;
    std::string price_warning;
    std::uint64_t ticks = 0;
    std::unique_ptr<risk::Monitor> monitor;

    // ---- start (risk_watch.cpp)

    [[nodiscard]] std::vector<Bytes20> lane_addresses() const;
    Result<void> start(std::vector<relay::TrackedBundle>& open);
    [[nodiscard]] risk::Ladder::Steps ladder_steps() const;
    void note_configuration(const std::string& before);
    void start_monitor();

    // ---- the monitor (risk_watch.cpp)

    void tell();
    void tick();
    /// What no armed state may go on with, by its rule. Also what came up while arming was under way.
    [[nodiscard]] std::pair<std::string, std::string> standing_problem() const;
    void take(risk::Findings findings);
    void take_price_problem(const risk::Findings& findings);
    void keep_level(const std::string& why);
    void on_level(const std::string& why);

    // ---- events (risk_watch.cpp)

    /// What must end an armed state; while nothing is armed, arming's own objection is enough.
    void grave(const std::string& rule, const std::string& text);
    void note(risk::Severity severity, const std::string& rule, const std::string& text);
    void remember(const std::string& key, const std::string& value) const;

    // ---- commands (risk_commands.cpp)

    void acknowledge(const std::string& who);
    [[nodiscard]] static Result<risk::Protection> level_of(const control::RiskCommand& command);
    [[nodiscard]] Result<std::optional<Loosening>> loosening(const control::RiskCommand& command) const;
    Result<std::string> accept_limits(const control::RiskCommand& command);
    Result<std::string> set_level(const control::RiskCommand& command);
    Result<std::string> decide(const control::RiskCommand& command);
    [[nodiscard]] RiskView view() const;
    [[nodiscard]] std::string status() const;
    Result<std::string> answer(const control::RiskCommand& command);
    [[nodiscard]] std::vector<Error> objections() const;
};

} // namespace jitbox::apps
