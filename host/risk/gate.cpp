// The rules of the gate.
// SPDX-License-Identifier: Apache-2.0
#include "risk/gate.hpp"

#include <algorithm>

namespace jitbox::risk {
namespace {

constexpr auto order_window = std::chrono::seconds(1);
constexpr i256 i256_max = static_cast<i256>(~static_cast<u256>(0) >> 1);
constexpr i256 i256_min = -i256_max - 1;

u256 saturating_add(const u256& a, const u256& b) {
    const u256 sum = a + b;
    return sum < a ? ~static_cast<u256>(0) : sum;
}

i256 saturating_add(const i256& a, const i256& b) {
    if (b > 0 && a > i256_max - b) return i256_max;
    if (b < 0 && a < i256_min - b) return i256_min;
    return a + b;
}

std::unexpected<Refusal> refuse(Rule rule, std::string limit, std::string value, std::string_view what) {
    std::string text = "risk: " + std::string(what) + " " + value + " breaks the limit " + limit;
    return std::unexpected(Refusal{.rule = rule, .limit = std::move(limit), .value = std::move(value), .text = std::move(text)});
}

template <typename T>
std::string text_of(const T& value) {
    return chain::to_decimal(static_cast<u256>(value));
}

} // namespace

std::string_view to_text(Rule rule) {
    switch (rule) {
    case Rule::halted:
        return "halted";
    case Rule::position_value:
        return "position_value";
    case Rule::gas_price:
        return "gas_price";
    case Rule::gas_limit:
        return "gas_limit";
    case Rule::price_impact:
        return "price_impact";
    case Rule::slippage:
        return "slippage";
    case Rule::min_profit:
        return "min_profit";
    case Rule::daily_loss:
        return "daily_loss";
    case Rule::orders_per_second:
        return "orders_per_second";
    case Rule::concurrent_bundles:
        return "concurrent_bundles";
    }
    return "invalid";
}

std::vector<std::string> Limits::problems() const {
    std::vector<std::string> out;
    const auto positive = [&out](bool ok, const char* name) {
        if (!ok) out.push_back(std::string("limits.") + name + " is zero: nothing would pass the gate");
    };
    positive(max_position_value_wei != 0, "max_position_value_wei");
    positive(max_gas_price_wei != 0, "max_gas_price_wei");
    positive(max_gas_limit != 0, "max_gas_limit");
    positive(max_price_impact_ppm != 0, "max_price_impact_ppm");
    positive(max_orders_per_second != 0, "max_orders_per_second");
    positive(max_concurrent_bundles != 0, "max_concurrent_bundles");
    positive(max_daily_loss_wei != 0, "max_daily_loss_wei");
    if (max_price_impact_ppm > 1'000'000) out.emplace_back("limits.max_price_impact_ppm is over 1,000,000 (100 %)");
    if (max_slippage_ppm > 1'000'000) out.emplace_back("limits.max_slippage_ppm is over 1,000,000 (100 %)");
    return out;
}

std::expected<void, Refusal> Gate::check_plan(const Exposure& e) const {
    const Limits& l = limits_;
    if (e.position_value_wei > l.max_position_value_wei)
        return refuse(Rule::position_value, text_of(l.max_position_value_wei), text_of(e.position_value_wei),
                      "position value (wei)");
    if (e.gas_price_wei > l.max_gas_price_wei)
        return refuse(Rule::gas_price, text_of(l.max_gas_price_wei), text_of(e.gas_price_wei), "gas price (wei)");
    if (e.gas_limit > l.max_gas_limit) return refuse(Rule::gas_limit, text_of(l.max_gas_limit), text_of(e.gas_limit), "gas limit");
    if (e.price_impact_ppm > l.max_price_impact_ppm)
        return refuse(Rule::price_impact, text_of(l.max_price_impact_ppm), text_of(e.price_impact_ppm), "price impact (ppm)");
    if (e.slippage_ppm > l.max_slippage_ppm)
        return refuse(Rule::slippage, text_of(l.max_slippage_ppm), text_of(e.slippage_ppm), "slippage (ppm)");
    if (e.profit_wei < 0 || static_cast<u256>(e.profit_wei) < l.min_profit_wei)
        return refuse(Rule::min_profit, text_of(l.min_profit_wei), chain::to_decimal(e.profit_wei), "profit (wei)");
    return {};
}

std::expected<void, Refusal> Gate::check_running(const Exposure& e) const {
    const Limits& l = limits_;
    const u256 lost =
        realised_today_wei_ < 0 ? static_cast<u256>(0) - static_cast<u256>(realised_today_wei_) : static_cast<u256>(0);
    const u256 at_risk = saturating_add(saturating_add(lost, open_worst_loss_wei_), e.worst_loss_wei);
    if (at_risk > l.max_daily_loss_wei)
        return refuse(Rule::daily_loss, text_of(l.max_daily_loss_wei), text_of(at_risk),
                      "loss of the day with everything open (wei)");
    if (orders_.size() >= l.max_orders_per_second)
        return refuse(Rule::orders_per_second, text_of(l.max_orders_per_second), text_of(orders_.size() + 1),
                      "orders in one second");
    if (open_.size() >= l.max_concurrent_bundles)
        return refuse(Rule::concurrent_bundles, text_of(l.max_concurrent_bundles), text_of(open_.size() + 1), "concurrent bundles");
    return {};
}

std::expected<std::uint64_t, Refusal> Gate::admit(const Exposure& exposure, TimePoint now) {
    advance(now);
    if (halted_)
        return std::unexpected(Refusal{.rule = Rule::halted, .limit = "", .value = "", .text = "risk: halted: " + halt_reason_});
    if (auto ok = check_plan(exposure); !ok) return std::unexpected(ok.error());
    if (auto ok = check_running(exposure); !ok) return std::unexpected(ok.error());
    orders_.push_back(now);
    const std::uint64_t ticket = next_ticket_++;
    open_.emplace(ticket, exposure.worst_loss_wei);
    // No overflow: the sum passed the daily-loss rule.
    open_worst_loss_wei_ += exposure.worst_loss_wei;
    return ticket;
}

bool Gate::settle(std::uint64_t ticket, const i256& realised_profit_wei, TimePoint now) {
    const auto found = open_.find(ticket);
    if (found == open_.end()) return false;
    open_.erase(found);
    open_worst_loss_wei_ = 0;
    // Summed anew, because a restored sum may have been saturated.
    for (const auto& [id, loss] : open_) open_worst_loss_wei_ = saturating_add(open_worst_loss_wei_, loss);
    book(realised_profit_wei, now);
    return true;
}

void Gate::book(const i256& realised_profit_wei, TimePoint now) {
    advance(now);
    realised_today_wei_ = saturating_add(realised_today_wei_, realised_profit_wei);
}

std::vector<std::uint64_t> Gate::restore(const History& history, TimePoint now) {
    book(history.realised_today_wei, now);
    for (const TimePoint order : history.orders) orders_.push_back(order);
    std::ranges::sort(orders_);
    std::vector<std::uint64_t> tickets;
    for (const u256& loss : history.open_worst_losses_wei) {
        tickets.push_back(next_ticket_);
        open_.emplace(next_ticket_++, loss);
        open_worst_loss_wei_ = saturating_add(open_worst_loss_wei_, loss);
    }
    return tickets;
}

void Gate::halt(std::string reason) {
    halted_ = true;
    halt_reason_ = std::move(reason);
}

void Gate::resume() {
    halted_ = false;
    halt_reason_.clear();
}

Usage Gate::usage(TimePoint now) {
    advance(now);
    return {.realised_today_wei = realised_today_wei_,
            .open_worst_loss_wei = open_worst_loss_wei_,
            .open_bundles = open_.size(),
            .orders_last_second = orders_.size(),
            .halted = halted_,
            .halt_reason = halt_reason_};
}

// Drops orders that have left the window and opens a new day. A clock that steps back does neither.
void Gate::advance(TimePoint now) {
    while (!orders_.empty() && now - orders_.front() >= order_window) orders_.pop_front();
    const auto day = std::chrono::floor<std::chrono::days>(now);
    if (day > day_) {
        day_ = day;
        realised_today_wei_ = 0;
    }
}

} // namespace jitbox::risk
