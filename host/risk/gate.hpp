// The risk gate: the only place that turns a plan into an Approved plan, which is all that the signing step accepts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "risk/limits.hpp"
#include "risk/portfolio.hpp"
#include "risk/screen.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jitbox::risk {

/// What a plan puts at stake. A plan type offers it through `Exposure exposure_of(const Plan&)`, found by its argument.
struct Exposure {
    u256 position_value_wei = 0;
    u256 gas_price_wei = 0;
    std::uint64_t gas_limit = 0;
    std::uint32_t price_impact_ppm = 0;
    std::uint32_t slippage_ppm = 0;
    i256 profit_wei = 0;     ///< predicted, after gas and tip
    Bytes20 pool{};          ///< where it goes
    Bytes32 target{};        ///< hash of the transaction that it joins
    u256 worst_loss_wei = 0; ///< gas limits at the gas price, plus the tip, plus what slippage may cost
};

enum class Rule : std::uint8_t {
    halted,     ///< halt() is in force
    protection, ///< the protection level is EMERGENCY
    price,      ///< forbid() is in force: prices are stale or contradict each other
    position_value,
    gas_price,
    gas_limit,
    price_impact,
    slippage,
    min_profit,
    daily_loss,
    orders_per_second,
    concurrent_bundles,
    pool_budget,
    retries,
    portfolio, ///< its value is not known
    leverage,
    concentration,
    drawdown,
    value_at_risk,
    anomaly, ///< the screen blocks it
    review,  ///< the screen holds its pattern for an operator
};
[[nodiscard]] std::string_view to_text(Rule rule);

/// Why not: the rule, its limit, the value that broke it (decimal text, units as in Limits) and a sentence.
struct Refusal {
    Rule rule = Rule::halted;
    std::string limit;
    std::string value;
    std::string text;
};

class Gate;

/// A plan that passed the gate. Only Gate makes one. Move-only: one approval is one order.
template <typename Plan>
class Approved {
public:
    Approved(Approved&&) noexcept = default;
    Approved& operator=(Approved&&) noexcept = default;
    Approved(const Approved&) = delete;
    Approved& operator=(const Approved&) = delete;

    [[nodiscard]] const Plan& plan() const& { return plan_; }
    [[nodiscard]] Plan take() && { return std::move(plan_); }
    /// Names the order to Gate::settle.
    [[nodiscard]] std::uint64_t ticket() const { return ticket_; }

private:
    friend class Gate;
    Approved(Plan plan, std::uint64_t ticket) : plan_(std::move(plan)), ticket_(ticket) {}

    Plan plan_;
    std::uint64_t ticket_;
};

/// A bundle without an outcome.
struct OpenOrder {
    u256 worst_loss_wei = 0;
    u256 value_wei = 0; ///< of its position
    Bytes20 pool{};
};

/// An order for a target.
struct Attempt {
    Bytes32 target{};
    TimePoint at{};
};

/// What the gate remembers across a restart; the composition reads it from the journal before the first check.
struct History {
    i256 realised_today_wei = 0;     ///< sum of realised profits of the UTC day of `now`
    std::vector<TimePoint> orders;   ///< of the last second
    std::vector<OpenOrder> open{};   ///< every bundle without an outcome
    std::vector<Attempt> attempts{}; ///< of the last Gate::retry_window
};

/// What the monitor knows of the portfolio.
struct Portfolio {
    u256 value_wei = 0;
    std::uint32_t drawdown_ppm = 0;
    std::optional<u256> value_at_risk_wei{}; ///< empty: too few days; the limit does not apply yet
};

/// A view for status and metrics.
struct Usage {
    i256 realised_today_wei = 0;
    u256 open_worst_loss_wei = 0;
    u256 open_value_wei = 0;
    u256 largest_open_wei = 0;       ///< value of the largest open position
    u256 largest_pool_value_wei = 0; ///< value of all open positions on the pool that has most
    std::size_t open_bundles = 0;
    std::size_t orders_last_second = 0;
    bool halted = false;
    std::string halt_reason{};
};

/// Not thread-safe: owned by jitd's loop. Time is given by the caller, so that a test is deterministic; a clock that steps back
/// never frees an order slot early.
class Gate {
public:
    /// How long a target is remembered: a pending transaction that is older is seldom mined.
    static constexpr std::chrono::minutes retry_window{10};

    explicit Gate(const Limits& limits, const ScreenRules& screen = {.destination = Response::alert})
        : configured_(limits), limits_(limits), screen_(screen) {}

    /// Checks every rule. On success the order counts against orders a second, concurrent bundles and the daily loss until
    /// settle(). Errors: the first rule that is broken, in the order of Rule.
    template <typename Plan>
    [[nodiscard]] std::expected<Approved<Plan>, Refusal> check(Plan plan, TimePoint now) {
        const auto ticket = admit(exposure_of(plan), now);
        if (!ticket) return std::unexpected(ticket.error());
        return Approved<Plan>(std::move(plan), *ticket);
    }

    /// The order has ended: frees its slot and books what it earned (negative: cost). False when the ticket is not open.
    bool settle(std::uint64_t ticket, const i256& realised_profit_wei, TimePoint now);
    /// Books a result that belongs to no open ticket (voiding gas that is known later, bundles of an earlier run).
    void book(const i256& realised_profit_wei, TimePoint now);

    /// Takes over what an earlier run left. Returns the tickets of the open bundles, in the order given.
    std::vector<std::uint64_t> restore(const History& history, TimePoint now);

    /// From here on every check is refused with `reason`, until resume(). For emergency stop, a tripped alert, a lost node.
    void halt(std::string reason);
    void resume();

    /// Scales what is in force; EMERGENCY refuses everything.
    void set_protection(Protection level);
    /// Empty: not known (any more).
    void set_portfolio(const std::optional<Portfolio>& portfolio) { portfolio_ = portfolio; }
    /// Refuses everything with Rule::price until called with an empty text.
    void forbid(std::string price_problem) { price_problem_ = std::move(price_problem); }

    [[nodiscard]] Screen& screen() { return screen_; }
    [[nodiscard]] const Limits& limits() const { return limits_; } ///< in force now
    [[nodiscard]] const Limits& configured() const { return configured_; }
    [[nodiscard]] Usage usage(TimePoint now);

private:
    [[nodiscard]] std::expected<std::uint64_t, Refusal> admit(const Exposure& exposure, TimePoint now);
    [[nodiscard]] std::expected<void, Refusal> check_plan(const Exposure& exposure) const;
    [[nodiscard]] std::expected<void, Refusal> check_running(const Exposure& exposure) const;
    [[nodiscard]] std::expected<void, Refusal> check_portfolio(const Exposure& exposure) const;
    [[nodiscard]] std::expected<void, Refusal> check_screen(const Exposure& exposure, TimePoint now);
    void advance(TimePoint now);
    void attempted(const Attempt& attempt);
    void sum_open();
    std::uint64_t open(const OpenOrder& order);

    Limits configured_;
    Limits limits_;
    Screen screen_;
    Protection protection_ = Protection::none;
    std::optional<Portfolio> portfolio_;
    std::string price_problem_;
    bool halted_ = false;
    std::string halt_reason_;
    std::chrono::sys_days day_{};
    i256 realised_today_wei_ = 0;
    std::deque<TimePoint> orders_;
    std::map<std::uint64_t, OpenOrder> open_; ///< by ticket
    u256 open_worst_loss_wei_ = 0;
    u256 open_value_wei_ = 0;
    std::map<Bytes20, u256> open_pool_value_wei_;
    std::deque<Attempt> attempts_; ///< of retry_window, oldest first
    std::map<Bytes32, std::uint32_t> attempts_for_;
    std::uint64_t next_ticket_ = 1;
};

} // namespace jitbox::risk
