// What follows from what the monitor finds.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/risk_watch.hpp"

#include "apps/runtime/config_watch.hpp"
#include "apps/runtime/parts.hpp"
#include "apps/watch/durable_answer.hpp"
#include "apps/watch/limit_memory.hpp"
#include "apps/watch/risk_history.hpp"
#include "apps/watch/risk_metrics.hpp"
#include "apps/watch/risk_objections.hpp"
#include "apps/watch/risk_recorder.hpp"
#include "apps/watch/risk_reports.hpp"
#include "apps/watch/screen_keeper.hpp"
#include "base/hex.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace jitbox::apps {
namespace {

using risk::Protection;
using risk::Severity;
using SystemClock = std::chrono::system_clock;

constexpr std::uint64_t config_looked_at_every = 10; ///< monitor periods

} // namespace

struct RiskWatch::Impl : std::enable_shared_from_this<Impl> {
    Impl(const Services& s, TokenPrices& p, Trading& t, feed::NodeClient& n, RiskCallbacks c)
        : services(s), prices(p), trading(t), callbacks(std::move(c)), vault(s, n, [this] { return lane_addresses(); }),
          metrics(s.metrics), file(s.config.file), history(static_cast<unsigned>(s.config.risk.value_at_risk_days)),
          screen(
              s, t.gate.screen(),
              {.note = [this](Severity severity, const std::string& rule, const std::string& text) { note(severity, rule, text); },
               .audit = callbacks.audit,
               .remember = [this](const std::string& key, const std::string& value) { remember(key, value); }}),
          limits(
              s.config, [this] { return callbacks.limits_at_signer(); },
              [this](const std::string& text) { remember("limits", text); }) {}

    const Services& services;
    TokenPrices& prices;
    Trading& trading;
    RiskCallbacks callbacks;
    Vault vault;
    RiskMetrics metrics;
    ConfigWatch file;
    risk::ProfitHistory history;
    ScreenKeeper screen;
    risk::Ladder ladder;
    risk::EventRing events;
    RiskView seen;
    LimitMemory limits;
    std::string price_warning;
    std::uint64_t ticks = 0;
    std::unique_ptr<risk::Monitor> monitor;

    [[nodiscard]] std::vector<Bytes20> lane_addresses() const {
        std::vector<Bytes20> out;
        for (const strategy::Lane& lane : trading.lanes.all()) out.push_back(lane.address);
        return out;
    }

    // ---- start

    Result<void> start(std::vector<relay::TrackedBundle>& open) {
        const auto now = SystemClock::now();
        auto past = read_risk_history(services, open, now);
        if (!past) return std::unexpected(past.error());
        for (const store::ProfitEntry& entry : past->profits) {
            history.add(entry.profit_wei, SystemClock::time_point(std::chrono::duration_cast<SystemClock::duration>(
                                              std::chrono::nanoseconds(entry.time_ns))));
        }
        for (const Bytes20& pool : past->pools_included) trading.gate.screen().known(pool);
        const auto tickets = trading.gate.restore(past->gate, now);
        for (std::size_t i = 0; i < open.size(); ++i) open[i].ticket = tickets.at(i);
        ladder = risk::Ladder(past->level, ladder_steps());
        seen.level_cause = past->level_cause;
        seen.level_since = past->level_since;
        limits.restore(past->limits);
        seen.unacknowledged = past->unacknowledged;
        trading.gate.set_protection(ladder.level());
        note_configuration(past->configuration);
        screen.restore(*past, file.loaded());
        start_monitor();
        return {};
    }

    [[nodiscard]] risk::Ladder::Steps ladder_steps() const {
        const RiskConfig& risk = services.config.risk;
        return {.conservative_ppm = static_cast<std::uint32_t>(risk.conservative_ppm),
                .aggressive_ppm = static_cast<std::uint32_t>(risk.aggressive_ppm),
                .emergency_ppm = static_cast<std::uint32_t>(risk.emergency_ppm)};
    }

    void note_configuration(const std::string& before) {
        if (file.loaded().empty() || file.loaded() == before) return;
        remember("configuration", file.loaded());
        if (before.empty()) return; // the first run
        const std::string text = fmt::format("{} is not the configuration of the last run: keccak256 {}, it was {}",
                                             services.config.file.string(), file.loaded(), before);
        note(Severity::warning, "configuration_change", text);
        callbacks.audit("configuration", text);
        screen.configuration_changed(text);
    }

    void start_monitor() {
        monitor = std::make_unique<risk::Monitor>(trading.gate.configured(), price_settings(services.config),
                                                  [weak = weak_from_this(), &io = services.io](auto findings) {
                                                      boost::asio::post(io, [weak, findings = std::move(findings)]() mutable {
                                                          if (const auto self = weak.lock()) self->take(std::move(findings));
                                                      });
                                                  });
        tell();
        take(monitor->look(SystemClock::now())); // before the first head: it wants the prices
        monitor->start();
    }

    // ---- the monitor

    void tell() {
        const auto now = SystemClock::now();
        monitor->tell({.at = now, .portfolio_value_wei = vault.value_wei(), .history = history, .usage = trading.gate.usage(now)});
    }

    void tick() {
        vault.on_tick();
        tell();
        for (const risk::Finding& finding : trading.gate.screen().take_alerts()) {
            note(Severity::warning, std::string(to_text(finding.anomaly)), finding.text);
        }
        if (const auto [rule, problem] = standing_problem(); callbacks.armed() && !problem.empty())
            note(Severity::critical, rule, problem);
        screen.keep();
        if (++ticks % config_looked_at_every != 0 || !file.look()) return;
        if (file.problem().empty()) {
            note(Severity::info, "configuration_change", "the configuration file is again the one that is in force");
        } else {
            grave("configuration_change", file.problem());
        }
    }

    /// What no armed state may go on with, by its rule. Also what came up while arming was under way.
    [[nodiscard]] std::pair<std::string, std::string> standing_problem() const {
        if (!seen.price_problem.empty()) return {"price", seen.price_problem};
        if (ladder.level() == Protection::emergency) return {"protection", "protection level EMERGENCY: " + seen.level_cause};
        return {"configuration_change", file.problem()};
    }

    void take(risk::Findings findings) {
        prices.take(findings.prices);
        trading.gate.set_portfolio(findings.assessment.portfolio);
        take_price_problem(findings);
        seen.findings = std::move(findings);
        const risk::Assessment& now = seen.findings.assessment;
        if (ladder.observe(now.loss_use_ppm)) {
            on_level(fmt::format("{} is used to {:.1f} %", now.loss_limit, static_cast<double>(now.loss_use_ppm) / 10'000));
        }
        metrics.show(seen.findings, ladder.level(), trading.gate.limits());
    }

    void take_price_problem(const risk::Findings& findings) {
        const std::string warning = findings.price_warnings.empty() ? std::string() : findings.price_warnings.front();
        if (!warning.empty() && warning != price_warning) note(Severity::warning, "price_file", warning);
        price_warning = warning;
        const bool was = !seen.price_problem.empty();
        seen.price_problem = findings.price_problem;
        trading.gate.forbid(findings.price_problem);
        if (!was && !findings.price_problem.empty()) grave("price", findings.price_problem);
        if (was && findings.price_problem.empty()) note(Severity::info, "price", "prices may be traded on again");
    }

    void keep_level(const std::string& why) {
        seen.level_cause = why;
        seen.level_since = std::to_string(wall_ns());
        trading.gate.set_protection(ladder.level());
        remember("level", std::string(to_text(ladder.level())));
        remember("level_cause", seen.level_cause);
        remember("level_since", seen.level_since);
    }

    void on_level(const std::string& why) {
        keep_level(why);
        const std::string text = fmt::format("protection level {}: {}", to_text(ladder.level()), why);
        if (ladder.level() != Protection::emergency) {
            note(Severity::warning, "protection", text);
            return;
        }
        callbacks.withdraw();
        grave("protection", text);
    }

    // ---- events

    /// What must end an armed state; while nothing is armed, arming's own objection is enough.
    void grave(const std::string& rule, const std::string& text) {
        note(callbacks.armed() ? Severity::critical : Severity::error, rule, text);
    }

    void note(Severity severity, const std::string& rule, const std::string& text) {
        if (severity == Severity::critical) callbacks.disarm(text); // first of all
        record_risk_event(services, events, metrics, severity, rule, text);
        if (severity != Severity::critical) return;
        seen.unacknowledged = text;
        remember("unacknowledged", text);
    }

    void remember(const std::string& key, const std::string& value) const {
        if (services.journal.enqueue(store::RiskStateEntry{.time_ns = wall_ns(), .key = key, .value = value})) return;
        telemetry::log(telemetry::Level::error, "journal_queue_full", {{"risk_state", key}});
    }

    // ---- commands

    void acknowledge(const std::string& who) {
        if (seen.unacknowledged.empty()) return;
        const std::string text = std::exchange(seen.unacknowledged, {});
        remember("unacknowledged", "");
        note(Severity::info, "acknowledged", who + " knows of: " + text);
    }

    [[nodiscard]] static Result<Protection> level_of(const control::RiskCommand& command) {
        const auto level = risk::protection_from_text(command.level);
        if (level) return *level;
        return fail("risk: '" + command.level + "' is no protection level", "NONE, CONSERVATIVE, AGGRESSIVE, EMERGENCY");
    }

    [[nodiscard]] Result<std::optional<Loosening>> loosening(const control::RiskCommand& command) const {
        using Kind = control::RiskCommand::Kind;
        if (command.kind == Kind::level) {
            const auto level = level_of(command);
            if (!level) return std::unexpected(level.error());
            if (*level >= ladder.level()) return std::nullopt;
            const StandingLevel from{.level = ladder.level(), .cause = seen.level_cause, .since = seen.level_since};
            return level_loosening(services.config, from, *level, command);
        }
        if (command.kind != Kind::limits) return std::nullopt;
        if (limits.looser().empty())
            return fail("risk: no limit is looser than at the last arming", "arm: tighter limits need nobody's approval");
        return limits_loosening(services.config, limits.before(), limits.looser(), command);
    }

    Result<std::string> accept_limits(const control::RiskCommand& command) {
        const auto looser = limits.looser_than_remembered();
        limits.keep();
        note(Severity::warning, "limits",
             fmt::format("{} ({}): looser limits accepted: {}", command.operator_name, command.reason, fmt::join(looser, ", ")));
        return status();
    }

    Result<std::string> set_level(const control::RiskCommand& command) {
        const auto level = level_of(command);
        if (!level) return std::unexpected(level.error());
        const bool tightens = *level > ladder.level();
        ladder.set(*level);
        if (tightens && *level == Protection::emergency) {
            on_level("set by " + command.operator_name + ": " + command.reason);
            return status();
        }
        keep_level("set by " + command.operator_name + ": " + command.reason);
        note(Severity::info, "protection", fmt::format("protection level {}: {}", to_text(*level), seen.level_cause));
        return status();
    }

    Result<std::string> decide(const control::RiskCommand& command) {
        risk::Screen& reviews = trading.gate.screen();
        if (!reviews.decide(command.review, command.approve, command.operator_name)) {
            return fail(fmt::format("review: there is no review {}", command.review), "jitctl review list");
        }
        screen.keep();
        note(Severity::info, "review",
             fmt::format("{} {} review {}: {}", command.operator_name, command.approve ? "approved" : "rejected", command.review,
                         command.reason));
        return reviews_report(reviews.reviews());
    }

    [[nodiscard]] RiskView view() const {
        RiskView out = seen;
        out.level = ladder.level();
        return out;
    }

    [[nodiscard]] std::string status() const {
        return risk_report({.services = services,
                            .view = view(),
                            .holdings = vault.holdings(),
                            .ether_wei = vault.ether_wei(),
                            .in_force = trading.gate.limits(),
                            .days = history.days(),
                            .events = events});
    }

    Result<std::string> answer(const control::RiskCommand& command) {
        using Kind = control::RiskCommand::Kind;
        switch (command.kind) {
        case Kind::status:
            return status();
        case Kind::events:
            return risk_events_report(services.journal, command.limit);
        case Kind::level:
            return set_level(command);
        case Kind::limits:
            return accept_limits(command);
        case Kind::acknowledge:
            acknowledge(command.operator_name + " (" + command.reason + ")");
            return status();
        case Kind::reviews:
            return reviews_report(trading.gate.screen().reviews());
        case Kind::decide:
            return decide(command);
        }
        return fail("risk: unknown command");
    }

    [[nodiscard]] std::vector<Error> objections() const {
        return risk_objections({.view = view(),
                                .looser_limits = limits.looser(),
                                .configuration_problem = file.problem(),
                                .vault_known = vault.value_wei().has_value()});
    }
};

RiskWatch::RiskWatch(const Services& services, TokenPrices& prices, Trading& trading, feed::NodeClient& node,
                     RiskCallbacks callbacks)
    : impl_(std::make_shared<Impl>(services, prices, trading, node, std::move(callbacks))) {}

RiskWatch::~RiskWatch() {
    impl_->monitor.reset();
}

Result<void> RiskWatch::start(std::vector<relay::TrackedBundle>& open) {
    return impl_->start(open);
}

void RiskWatch::on_head(const chain::Head& head) {
    impl_->vault.on_head(head);
}

void RiskWatch::tick() {
    impl_->tick();
}

void RiskWatch::note(risk::Severity severity, const std::string& rule, const std::string& text) {
    impl_->note(severity, rule, text);
}

void RiskWatch::refused(const risk::Refusal& refusal) {
    impl_->note(Severity::warning, std::string(to_text(refusal.rule)), refusal.text);
}

void RiskWatch::posted(std::int64_t frame_to_post_ns) {
    impl_->screen.posted(frame_to_post_ns);
}

void RiskWatch::booked(const chain::i256& profit_wei) {
    impl_->history.add(profit_wei, SystemClock::now());
}

void RiskWatch::ended(const Bytes20& pool, bool included) {
    impl_->screen.ended(pool, included);
}

void RiskWatch::accessed(const risk::AccessCounts& totals) {
    impl_->screen.accessed(totals);
}

void RiskWatch::acknowledge(const std::string& who) {
    impl_->acknowledge(who);
}

std::vector<Error> RiskWatch::objections() const {
    return impl_->objections();
}

void RiskWatch::armed() {
    impl_->limits.keep();
}

Result<std::optional<Loosening>> RiskWatch::loosening(const control::RiskCommand& command) const {
    return impl_->loosening(command);
}

RiskView RiskWatch::view() const {
    return impl_->view();
}

void RiskWatch::answer(const control::RiskCommand& command, const control::Respond& respond) {
    using Kind = control::RiskCommand::Kind;
    const bool asks = command.kind == Kind::status || command.kind == Kind::events || command.kind == Kind::reviews;
    auto result = impl_->answer(command);
    if (asks || !result)
        respond(std::move(result));
    else
        respond_when_durable(impl_->services, std::move(result), respond);
}

} // namespace jitbox::apps
