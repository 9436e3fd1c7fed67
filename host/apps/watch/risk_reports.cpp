// jitd's answers to `jitctl risk` and `jitctl review`, as JSON text.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/risk_reports.hpp"

#include "base/hex.hpp"

#include <boost/json.hpp>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

constexpr std::size_t events_in_status = 5;

json::value text(const chain::u256& value) {
    return json::value(chain::to_decimal(value));
}

std::int64_t ms_since_1970(risk::TimePoint at) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

json::array limit_rows(const risk::Assessment& assessment) {
    json::array out;
    for (const risk::Use& use : assessment.uses) {
        out.push_back(json::object{
            {"limit", use.limit_name}, {"value", use.value}, {"of", use.limit}, {"use_ppm", use.ppm}, {"loss", use.is_loss}});
    }
    return out;
}

json::array holding_rows(const std::vector<VaultHolding>& holdings, const std::optional<u256>& ether_wei,
                         const risk::Findings& findings) {
    json::array out;
    if (ether_wei)
        out.push_back(json::object{{"token", "ether"},
                                   {"amount", text(*ether_wei)},
                                   {"price_x96", text(u256{1} << 96)},
                                   {"value_wei", text(*ether_wei)},
                                   {"price_time_ms", nullptr}});
    for (const VaultHolding& holding : holdings) {
        json::object row{{"token", holding.token->symbol},
                         {"amount", text(holding.amount)},
                         {"price_x96", text(holding.price_x96)},
                         {"value_wei", text(risk::value_of(
                                           std::array{risk::Holding{.amount = holding.amount, .price_x96 = holding.price_x96}}))}};
        const auto quote = findings.prices.find(holding.token->address);
        row["price_time_ms"] = quote == findings.prices.end() ? json::value(nullptr) : json::value(ms_since_1970(quote->second.at));
        out.push_back(std::move(row));
    }
    return out;
}

json::array event_rows(const std::vector<risk::Event>& events) {
    json::array out;
    for (const risk::Event& event : events) {
        out.push_back(json::object{{"time_ms", ms_since_1970(event.at)},
                                   {"level", std::string(to_text(event.severity))},
                                   {"rule", event.rule},
                                   {"text", event.text}});
    }
    return out;
}

} // namespace

void add_risk_view(json::object& risk, const RiskView& view) {
    const risk::Assessment& now = view.findings.assessment;
    risk["level"] = std::string(to_text(view.level));
    risk["level_cause"] = view.level_cause;
    risk["price_problem"] = view.price_problem;
    risk["unacknowledged"] = view.unacknowledged;
    risk["portfolio_value_wei"] = now.portfolio ? text(now.portfolio->value_wei) : json::value(nullptr);
    risk["exposure_wei"] = text(now.exposure_wei);
    risk["drawdown_ppm"] = now.portfolio ? json::value(now.portfolio->drawdown_ppm) : json::value(nullptr);
    risk["loss_use_ppm"] = now.loss_use_ppm;
    risk["loss_limit"] = now.loss_limit;
}

std::string risk_report(const RiskReportInputs& inputs) {
    const risk::Findings& findings = inputs.view.findings;
    const risk::Assessment& now = findings.assessment;
    json::object out;
    add_risk_view(out, inputs.view);
    out["profit_today_wei"] = chain::to_decimal(now.profit_today_wei);
    out["value_at_risk_wei"] =
        now.portfolio && now.portfolio->value_at_risk_wei ? text(*now.portfolio->value_at_risk_wei) : json::value(nullptr);
    out["value_at_risk_window_days"] = inputs.services.config.risk.value_at_risk_days;
    out["value_at_risk_days"] = inputs.days;
    out["marked_today_wei"] = chain::to_decimal(inputs.marked_today_wei);
    out["limits"] = limit_rows(now);
    out["in_force"] = json::object{{"max_position_wei", text(inputs.in_force.max_position_value_wei)},
                                   {"max_pool_value_wei", text(inputs.in_force.max_pool_value_wei)},
                                   {"max_orders_per_second", inputs.in_force.max_orders_per_second},
                                   {"max_concurrent_bundles", inputs.in_force.max_concurrent_bundles},
                                   {"min_profit_wei", text(inputs.in_force.min_profit_wei)}};
    out["holdings"] = holding_rows(inputs.holdings, inputs.ether_wei, findings);
    out["price_warnings"] = json::array(findings.price_warnings.begin(), findings.price_warnings.end());
    out["monitor"] = json::object{{"beats", findings.beat}, {"situation_age_ms", findings.situation_age.count()}};
    out["events"] = event_rows(inputs.events.newest(events_in_status));
    return json::serialize(out);
}

Result<std::string> risk_events_report(store::Journal& journal, std::size_t limit) {
    const auto events = journal.risk_events(limit);
    if (!events) return std::unexpected(events.error());
    json::array rows;
    for (const store::RiskEventEntry& event : *events) {
        rows.push_back(json::object{
            {"time_ms", event.time_ns / 1'000'000}, {"level", event.level}, {"rule", event.rule}, {"text", event.text}});
    }
    return json::serialize(json::object{{"events", std::move(rows)}});
}

std::string reviews_report(const std::vector<risk::Review>& reviews) {
    json::array rows;
    for (const risk::Review& review : reviews) {
        rows.push_back(json::object{{"id", review.id},
                                    {"rule", std::string(to_text(review.anomaly))},
                                    {"pool", review.pool == Bytes20{} ? std::string("every pool") : to_hex(review.pool)},
                                    {"state", std::string(to_text(review.state))},
                                    {"since_ms", ms_since_1970(review.first)},
                                    {"held", review.held},
                                    {"decided_by", review.decided_by}});
    }
    return json::serialize(json::object{{"reviews", std::move(rows)}});
}

} // namespace jitbox::apps
