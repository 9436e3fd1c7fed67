// The rules of the gate.
// SPDX-License-Identifier: Apache-2.0
#include "risk/gate.hpp"

#include <algorithm>

namespace jitbox::risk {
namespace {

using chain::u512;

constexpr std::uint32_t million = 1'000'000;
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

/// part / whole in ppm, rounded up.
std::string share_text(const u256& part, const u256& whole) {
    const u512 share = (static_cast<u512>(part) * million + whole - 1) / whole;
    return text_of(share >> 256 != 0 ? ~static_cast<u256>(0) : static_cast<u256>(share));
}

} // namespace

std::string_view to_text(Rule rule) {
    switch (rule) {
    case Rule::halted:
        return "halted";
    case Rule::protection:
        return "protection";
    case Rule::price:
        return "price";
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
    case Rule::pool_budget:
        return "pool_budget";
    case Rule::retries:
        return "retries";
    case Rule::portfolio:
        return "portfolio";
    case Rule::leverage:
        return "leverage";
    case Rule::concentration:
        return "concentration";
    case Rule::drawdown:
        return "drawdown";
    case Rule::value_at_risk:
        return "value_at_risk";
    case Rule::anomaly:
        return "anomaly";
    case Rule::review:
        return "review";
    }
    return "invalid";
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
    const auto pool = open_pool_value_wei_.find(e.pool);
    const u256 on_pool = saturating_add(pool == open_pool_value_wei_.end() ? u256{0} : pool->second, e.position_value_wei);
    if (on_pool > l.max_pool_value_wei)
        return refuse(Rule::pool_budget, text_of(l.max_pool_value_wei), text_of(on_pool), "open positions on this pool (wei)");
    // The first bundle is no retry.
    const auto tried = attempts_for_.find(e.target);
    if (tried != attempts_for_.end() && tried->second > l.max_retries)
        return refuse(Rule::retries, text_of(l.max_retries), text_of(tried->second), "retries for this target");
    return {};
}

std::expected<void, Refusal> Gate::check_portfolio(const Exposure& e) const {
    if (!limits_.portfolio) return {};
    const PortfolioLimits& l = *limits_.portfolio;
    if (!portfolio_ || portfolio_->value_wei == 0)
        return std::unexpected(
            Refusal{.rule = Rule::portfolio,
                    .limit = "",
                    .value = "",
                    .text = portfolio_ ? "risk: the portfolio is worth nothing" : "risk: the portfolio is not known yet"});
    const u256& value = portfolio_->value_wei;
    // Shares as cross products: exact, and nothing overflows in 512 bits.
    const auto over = [&value](const u256& part, std::uint32_t limit_ppm) {
        return static_cast<u512>(part) * million > static_cast<u512>(value) * limit_ppm;
    };
    const u256 exposed = saturating_add(open_value_wei_, e.position_value_wei);
    if (over(exposed, l.max_leverage_ppm))
        return refuse(Rule::leverage, text_of(l.max_leverage_ppm), share_text(exposed, value),
                      "open positions, of the portfolio (ppm),");
    if (over(e.position_value_wei, l.max_concentration_ppm))
        return refuse(Rule::concentration, text_of(l.max_concentration_ppm), share_text(e.position_value_wei, value),
                      "this position, of the portfolio (ppm),");
    if (portfolio_->drawdown_ppm > l.max_drawdown_ppm)
        return refuse(Rule::drawdown, text_of(l.max_drawdown_ppm), text_of(portfolio_->drawdown_ppm), "drawdown (ppm)");
    const u256 at_risk = portfolio_->value_at_risk_wei.value_or(0);
    if (at_risk > l.max_value_at_risk_wei)
        return refuse(Rule::value_at_risk, text_of(l.max_value_at_risk_wei), text_of(at_risk), "value at risk (wei)");
    return {};
}

std::expected<void, Refusal> Gate::check_screen(const Exposure& exposure, TimePoint now) {
    auto finding = screen_.judge(exposure.pool, exposure.position_value_wei, now);
    if (!finding) return {};
    return std::unexpected(Refusal{.rule = finding->response == Response::review ? Rule::review : Rule::anomaly,
                                   .limit = "",
                                   .value = "",
                                   .text = "risk: " + finding->text});
}

std::expected<std::uint64_t, Refusal> Gate::admit(const Exposure& exposure, TimePoint now) {
    advance(now);
    const auto stopped = [](Rule rule, const std::string& why) {
        return std::unexpected(Refusal{.rule = rule, .limit = "", .value = "", .text = "risk: " + why});
    };
    if (halted_) return stopped(Rule::halted, "halted: " + halt_reason_);
    if (protection_ == Protection::emergency) return stopped(Rule::protection, "the protection level is EMERGENCY");
    if (!price_problem_.empty()) return stopped(Rule::price, price_problem_);
    if (auto ok = check_plan(exposure); !ok) return std::unexpected(ok.error());
    if (auto ok = check_running(exposure); !ok) return std::unexpected(ok.error());
    if (auto ok = check_portfolio(exposure); !ok) return std::unexpected(ok.error());
    if (auto ok = check_screen(exposure, now); !ok) return std::unexpected(ok.error());
    orders_.push_back(now);
    screen_.passed(now);
    attempted({.target = exposure.target, .at = now});
    return open({.worst_loss_wei = exposure.worst_loss_wei, .value_wei = exposure.position_value_wei, .pool = exposure.pool});
}

void Gate::attempted(const Attempt& attempt) {
    attempts_.push_back(attempt);
    ++attempts_for_[attempt.target];
}

std::uint64_t Gate::open(const OpenOrder& order) {
    open_.emplace(next_ticket_, order);
    sum_open();
    return next_ticket_++;
}

// Made anew each time, because a sum may have been saturated; there are at most max_concurrent_bundles.
void Gate::sum_open() {
    open_worst_loss_wei_ = 0;
    open_value_wei_ = 0;
    open_pool_value_wei_.clear();
    for (const auto& [ticket, order] : open_) {
        open_worst_loss_wei_ = saturating_add(open_worst_loss_wei_, order.worst_loss_wei);
        open_value_wei_ = saturating_add(open_value_wei_, order.value_wei);
        u256& on_pool = open_pool_value_wei_[order.pool];
        on_pool = saturating_add(on_pool, order.value_wei);
    }
}

bool Gate::settle(std::uint64_t ticket, const i256& realised_profit_wei, TimePoint now) {
    const auto found = open_.find(ticket);
    if (found == open_.end()) return false;
    open_.erase(found);
    sum_open();
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
    for (const Attempt& attempt : history.attempts) attempted(attempt);
    std::ranges::sort(attempts_, {}, &Attempt::at);
    std::vector<std::uint64_t> tickets;
    tickets.reserve(history.open.size());
    for (const OpenOrder& order : history.open) tickets.push_back(open(order));
    return tickets;
}

void Gate::set_protection(Protection level) {
    protection_ = level;
    limits_ = scaled(configured_, level);
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
    u256 largest = 0;
    u256 largest_pool = 0;
    for (const auto& [ticket, order] : open_) largest = std::max(largest, order.value_wei);
    for (const auto& [pool, value] : open_pool_value_wei_) largest_pool = std::max(largest_pool, value);
    return {.realised_today_wei = realised_today_wei_,
            .open_worst_loss_wei = open_worst_loss_wei_,
            .open_value_wei = open_value_wei_,
            .largest_open_wei = largest,
            .largest_pool_value_wei = largest_pool,
            .open_bundles = open_.size(),
            .orders_last_second = orders_.size(),
            .halted = halted_,
            .halt_reason = halt_reason_};
}

// Drops orders and attempts that have left their windows and opens a new day. A clock that steps back does neither.
void Gate::advance(TimePoint now) {
    while (!orders_.empty() && now - orders_.front() >= order_window) orders_.pop_front();
    while (!attempts_.empty() && now - attempts_.front().at >= retry_window) {
        const auto counted = attempts_for_.find(attempts_.front().target);
        if (--counted->second == 0) attempts_for_.erase(counted);
        attempts_.pop_front();
    }
    const auto day = std::chrono::floor<std::chrono::days>(now);
    if (day > day_) {
        day_ = day;
        realised_today_wei_ = 0;
    }
}

} // namespace jitbox::risk
