// What operators ask of the risk limits and decide of them: level, looser limits, reviews, reports.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/risk_objections.hpp"
#include "apps/watch/risk_parts.hpp"
#include "apps/watch/risk_reports.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <utility>

namespace jitbox::apps {

using risk::Protection;
using risk::Severity;

void RiskWatch::Impl::acknowledge(const std::string& who) {
    if (seen.unacknowledged.empty()) return;
    const std::string text = std::exchange(seen.unacknowledged, {});
    remember("unacknowledged", "");
    note(Severity::info, "acknowledged", who + " knows of: " + text);
}

Result<Protection> RiskWatch::Impl::level_of(const control::RiskCommand& command) {
    const auto level = risk::protection_from_text(command.level);
    if (level) return *level;
    return fail("risk: '" + command.level + "' is no protection level", "NONE, CONSERVATIVE, AGGRESSIVE, EMERGENCY");
}

Result<std::optional<Loosening>> RiskWatch::Impl::loosening(const control::RiskCommand& command) const {
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

Result<std::string> RiskWatch::Impl::accept_limits(const control::RiskCommand& command) {
    const auto looser = limits.looser_than_remembered();
    limits.keep();
    note(Severity::warning, "limits",
         fmt::format("{} ({}): looser limits accepted: {}", command.operator_name, command.reason, fmt::join(looser, ", ")));
    return status();
}

Result<std::string> RiskWatch::Impl::set_level(const control::RiskCommand& command) {
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

Result<std::string> RiskWatch::Impl::decide(const control::RiskCommand& command) {
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

RiskView RiskWatch::Impl::view() const {
    RiskView out = seen;
    out.level = ladder.level();
    return out;
}

std::string RiskWatch::Impl::status() const {
    return risk_report({.services = services,
                        .view = view(),
                        .holdings = vault.holdings(),
                        .ether_wei = vault.ether_wei(),
                        .in_force = trading.gate.limits(),
                        .days = history.days(),
                        .marked_today_wei = marks.today_wei(std::chrono::system_clock::now()),
                        .events = events});
}

Result<std::string> RiskWatch::Impl::answer(const control::RiskCommand& command) {
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

std::vector<Error> RiskWatch::Impl::objections() const {
    return risk_objections({.view = view(),
                            .looser_limits = limits.looser(),
                            .configuration_problem = file.problem(),
                            .vault_known = vault.value_wei().has_value()});
}

} // namespace jitbox::apps
