// What follows from what the monitor finds.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/risk_watch.hpp"

#include "apps/watch/durable_answer.hpp"
#include "apps/watch/risk_history.hpp"
#include "apps/watch/risk_parts.hpp"
#include "apps/watch/risk_recorder.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <utility>

namespace jitbox::apps {
namespace {

using risk::Protection;
using risk::Severity;
using SystemClock = std::chrono::system_clock;

constexpr std::uint64_t config_looked_at_every = 10; ///< monitor periods

} // namespace

RiskWatch::Impl::Impl(const Services& s, TokenPrices& p, Trading& t, feed::NodeClient& n, RiskCallbacks c)
    : services(s), prices(p), trading(t), callbacks(std::move(c)), vault(s, n, [this] { return lane_addresses(); }),
      metrics(s.metrics), file(s.config.file), history(static_cast<unsigned>(s.config.risk.value_at_risk_days)),
      screen(s, t.gate.screen(),
             {.note = [this](Severity severity, const std::string& rule, const std::string& text) { note(severity, rule, text); },
              .audit = callbacks.audit,
              .remember = [this](const std::string& key, const std::string& value) { remember(key, value); }}),
      limits(
          s.config, [this] { return callbacks.limits_at_signer(); },
          [this](const std::string& text) { remember("limits", text); }) {}

std::vector<Bytes20> RiskWatch::Impl::lane_addresses() const {
    std::vector<Bytes20> out;
    for (const strategy::Lane& lane : trading.lanes.all()) out.push_back(lane.address);
    return out;
}

Result<void> RiskWatch::Impl::start(std::vector<relay::TrackedBundle>& open) {
    const auto now = SystemClock::now();
    auto past = read_risk_history(services, open, now);
    if (!past) return std::unexpected(past.error());
    marks.restore(past->profits, past->state, now - std::chrono::days(services.config.risk.value_at_risk_days));
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

risk::Ladder::Steps RiskWatch::Impl::ladder_steps() const {
    const RiskConfig& risk = services.config.risk;
    return {.conservative_ppm = static_cast<std::uint32_t>(risk.conservative_ppm),
            .aggressive_ppm = static_cast<std::uint32_t>(risk.aggressive_ppm),
            .emergency_ppm = static_cast<std::uint32_t>(risk.emergency_ppm)};
}

void RiskWatch::Impl::note_configuration(const std::string& before) {
    if (file.loaded().empty() || file.loaded() == before) return;
    remember("configuration", file.loaded());
    if (before.empty()) return; // the first run
    const std::string text = fmt::format("{} is not the configuration of the last run: keccak256 {}, it was {}",
                                         services.config.file.string(), file.loaded(), before);
    note(Severity::warning, "configuration_change", text);
    callbacks.audit("configuration", text);
    screen.configuration_changed(text);
}

void RiskWatch::Impl::start_monitor() {
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

void RiskWatch::Impl::tell() {
    const auto now = SystemClock::now();
    monitor->tell({.at = now, .portfolio_value_wei = vault.value_wei(), .history = history, .usage = trading.gate.usage(now)});
}

void RiskWatch::Impl::tick() {
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

std::pair<std::string, std::string> RiskWatch::Impl::standing_problem() const {
    if (!seen.price_problem.empty()) return {"price", seen.price_problem};
    if (ladder.level() == Protection::emergency) return {"protection", "protection level EMERGENCY: " + seen.level_cause};
    return {"configuration_change", file.problem()};
}

void RiskWatch::Impl::take(risk::Findings findings) {
    prices.take(findings.prices);
    trading.gate.set_portfolio(findings.assessment.portfolio);
    take_price_problem(findings);
    if (seen.price_problem.empty() && vault.value_wei()) marks.look(vault.holdings(), SystemClock::now());
    seen.findings = std::move(findings);
    const risk::Assessment& now = seen.findings.assessment;
    if (ladder.observe(now.loss_use_ppm)) {
        on_level(fmt::format("{} is used to {:.1f} %", now.loss_limit, static_cast<double>(now.loss_use_ppm) / 10'000));
    }
    metrics.show(seen.findings, ladder.level(), trading.gate.limits());
}

void RiskWatch::Impl::take_price_problem(const risk::Findings& findings) {
    const std::string warning = findings.price_warnings.empty() ? std::string() : findings.price_warnings.front();
    if (!warning.empty() && warning != price_warning) note(Severity::warning, "price_file", warning);
    price_warning = warning;
    const bool was = !seen.price_problem.empty();
    seen.price_problem = findings.price_problem;
    trading.gate.forbid(findings.price_problem);
    if (!was && !findings.price_problem.empty()) grave("price", findings.price_problem);
    if (was && findings.price_problem.empty()) note(Severity::info, "price", "prices may be traded on again");
}

void RiskWatch::Impl::keep_level(const std::string& why) {
    seen.level_cause = why;
    seen.level_since = std::to_string(wall_ns());
    trading.gate.set_protection(ladder.level());
    remember("level", std::string(to_text(ladder.level())));
    remember("level_cause", seen.level_cause);
    remember("level_since", seen.level_since);
}

void RiskWatch::Impl::on_level(const std::string& why) {
    keep_level(why);
    const std::string text = fmt::format("protection level {}: {}", to_text(ladder.level()), why);
    if (ladder.level() != Protection::emergency) {
        note(Severity::warning, "protection", text);
        return;
    }
    callbacks.withdraw();
    grave("protection", text);
}

void RiskWatch::Impl::grave(const std::string& rule, const std::string& text) {
    note(callbacks.armed() ? Severity::critical : Severity::error, rule, text);
}

void RiskWatch::Impl::note(Severity severity, const std::string& rule, const std::string& text) {
    if (severity == Severity::critical) callbacks.disarm(text); // first of all
    record_risk_event(services, events, metrics, severity, rule, text);
    if (severity != Severity::critical) return;
    seen.unacknowledged = text;
    remember("unacknowledged", text);
}

void RiskWatch::Impl::remember(const std::string& key, const std::string& value) const {
    if (services.journal.enqueue(store::RiskStateEntry{.time_ns = wall_ns(), .key = key, .value = value})) return;
    telemetry::log(telemetry::Level::error, "journal_queue_full", {{"risk_state", key}});
}

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
    const auto now = SystemClock::now();
    impl_->history.add(profit_wei, now);
    impl_->marks.booked(profit_wei, now);
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
