// The answers of `jitctl evaluate`. See evaluate_run.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/evaluate_run.hpp"

#include "apps/text/integer_text.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

namespace jitbox::apps {
namespace {

using accel::Reason;
using accel::u128;
using accel::u256;

constexpr std::uint32_t no_step_limit = std::numeric_limits<std::uint32_t>::max();

hlsk::u256 ap(u256 x) {
    hlsk::u256 out;
    out.v = x;
    return out;
}

hlsk::u128 ap128(u128 x) {
    hlsk::u128 out;
    out.v = x;
    return out;
}

/// The tick source of hls/pool_swap.hpp over every tick of the pool: nothing is beyond a window here.
class AllTicks {
public:
    explicit AllTicks(const std::vector<accel::TickEntry>& ticks)
        : ticks_(ticks), low_(hlsk::min_sqrt_ratio()), high_(hlsk::max_sqrt_ratio()) {}

    [[nodiscard]] int count() const { return static_cast<int>(ticks_.size()); }
    [[nodiscard]] std::int32_t tick(int i) const { return at(i).tick; }
    [[nodiscard]] hlsk::i128 net(int i) const {
        hlsk::i128 out;
        out.v = at(i).liquidity_net;
        return out;
    }
    [[nodiscard]] hlsk::u256 ratio(int i) const { return hlsk::sqrt_ratio_at_tick(at(i).tick); }
    [[nodiscard]] hlsk::u256 ratio_at(std::int32_t tick) const { return hlsk::sqrt_ratio_at_tick(tick); }
    [[nodiscard]] const hlsk::u256& known_low() const { return low_; }
    [[nodiscard]] const hlsk::u256& known_high() const { return high_; }

    /// Listed ticks at or below `tick`.
    [[nodiscard]] int at_or_below(std::int32_t tick) const {
        return static_cast<int>(std::ranges::upper_bound(ticks_, tick, {}, &accel::TickEntry::tick) - ticks_.begin());
    }
    [[nodiscard]] u128 gross(std::int32_t tick) const {
        const auto found = std::ranges::lower_bound(ticks_, tick, {}, &accel::TickEntry::tick);
        return found != ticks_.end() && found->tick == tick ? found->liquidity_gross : 0;
    }

private:
    [[nodiscard]] const accel::TickEntry& at(int i) const { return ticks_[static_cast<std::size_t>(i)]; }

    const std::vector<accel::TickEntry>& ticks_;
    hlsk::u256 low_;
    hlsk::u256 high_;
};

hlsk::PoolState pool_state(const accel::PoolRecord& pool) {
    hlsk::PoolState out{};
    out.kind = pool.pool_kind;
    out.fee = pool.fee;
    out.fee_protocol = pool.fee_protocol;
    out.tick_spacing = pool.tick_spacing;
    out.tick = pool.tick;
    out.sqrt_price_x96 = ap(pool.sqrt_price_x96);
    out.liquidity = ap128(pool.liquidity);
    out.max_liquidity_per_tick = ap128(pool.max_liquidity_per_tick);
    return out;
}

/// The request as the pool gets it, or why it would revert at once ('AS', 'SPL').
Reason request_of(const EvaluateLine& line, hlsk::SwapRequest& out) {
    out.zero_for_one = line.zero_for_one;
    out.exact_in = line.amount_specified > 0;
    out.amount = ap(out.exact_in ? static_cast<u256>(line.amount_specified)
                                 : static_cast<u256>(0) - static_cast<u256>(line.amount_specified));
    out.price_limit_x96 = ap(line.sqrt_price_limit_x96);
    if (line.sqrt_price_limit_x96 == 0)
        out.price_limit_x96 = line.zero_for_one ? hlsk::u256(hlsk::min_sqrt_ratio() + 1) : hlsk::u256(hlsk::max_sqrt_ratio() - 1);
    if (line.amount_specified == 0) return Reason::amount_zero;
    const hlsk::u256 price = ap(line.pool.sqrt_price_x96);
    const hlsk::u256& limit = out.price_limit_x96;
    const bool legal =
        line.zero_for_one ? limit < price && limit > hlsk::min_sqrt_ratio() : limit > price && limit < hlsk::max_sqrt_ratio();
    return legal ? Reason::none : Reason::price_limit;
}

/// UniswapV3Pool.mint's own checks: 'TLU', 'TLM', 'TUM', the spacing, amount > 0 and 'LO'.
Reason check_position(const EvaluateLine& line, const AllTicks& ticks, const EvaluatePosition& position) {
    const std::int32_t spacing = line.pool.tick_spacing;
    const bool good = position.tick_lower < position.tick_upper && position.tick_lower >= hlsk::min_tick &&
                      position.tick_upper <= hlsk::max_tick && position.tick_lower % spacing == 0 &&
                      position.tick_upper % spacing == 0 && position.liquidity != 0;
    if (!good) return Reason::bad_position;
    if ((position.liquidity >> 127) != 0) return Reason::liquidity_limit; // the pool casts to int128
    for (const std::int32_t tick : {position.tick_lower, position.tick_upper}) {
        const u128 gross = ticks.gross(tick);
        const u128 most = line.pool.max_liquidity_per_tick;
        if (gross > most || position.liquidity > most - gross) return Reason::liquidity_limit;
    }
    return Reason::none;
}

/// Appends `"name":"digits"` members.
class Members {
public:
    explicit Members(std::string& out) : out_(out) {}

    template <typename Integer>
    void text(std::string_view name, Integer value) {
        key(name);
        out_.push_back('"');
        append_decimal(out_, value);
        out_.push_back('"');
    }
    void text(std::string_view name, const hlsk::u256& value) { text(name, value.v); }
    void text(std::string_view name, const hlsk::i256& value) { text(name, value.v); }
    void text(std::string_view name, const hlsk::u128& value) { text(name, static_cast<u256>(value.v)); }
    void number(std::string_view name, std::int64_t value) {
        key(name);
        out_ += std::to_string(value);
    }
    void word(std::string_view name, std::string_view value) {
        key(name);
        out_.push_back('"');
        out_ += value;
        out_.push_back('"');
    }

private:
    void key(std::string_view name) {
        if (out_.back() != '{') out_.push_back(',');
        out_.push_back('"');
        out_ += name;
        out_ += "\":";
    }

    std::string& out_;
};

void append_reject(std::string& out, Reason reason) {
    out += R"("reject":{)";
    Members(out).word("reason", accel::name_of(reason));
    out.push_back('}');
}

void append_swap(std::string& out, const hlsk::SwapRequest& request, const hlsk::SwapProgress& end) {
    const hlsk::SwapEvent event = hlsk::swap_event(request, end);
    out += R"("swap":{)";
    Members members(out);
    members.text("amount0", event.amount0);
    members.text("amount1", event.amount1);
    members.text("sqrt_price_x96", end.sqrt_price_x96);
    members.number("tick", hlsk::final_tick(end));
    members.text("liquidity", end.liquidity);
    members.number("crossings", end.crossings);
    members.number("steps", end.steps);
    out.push_back('}');
}

/// Mint -> swap -> burn -> collect, valued by the parameters.
Reason append_position(std::string& out, const EvaluateLine& line, AllTicks& ticks, const hlsk::PoolState& pool, int cursor,
                       const hlsk::SwapRequest& request, const EvaluatePosition& wanted) {
    if (const Reason bad = check_position(line, ticks, wanted); bad != Reason::none) return bad;
    hlsk::Position position = hlsk::no_position();
    position.active = true;
    position.tick_lower = wanted.tick_lower;
    position.tick_upper = wanted.tick_upper;
    position.lower_x96 = hlsk::sqrt_ratio_at_tick(wanted.tick_lower);
    position.upper_x96 = hlsk::sqrt_ratio_at_tick(wanted.tick_upper);
    position.liquidity = ap128(wanted.liquidity);
    hlsk::Outcome outcome;
    const Reason bad = hlsk::evaluate_position(pool, ticks, cursor, request, position, no_step_limit, outcome);
    if (bad != Reason::none) return bad;

    const accel::ParamsRecord& params = line.params;
    hlsk::PoolParams valued{};
    valued.tip_ppm = params.tip_ppm;
    valued.gas_cost_wei = ap(params.gas_cost_wei);
    valued.tip_floor_wei = ap(params.tip_floor_wei);
    hlsk::Amounts back;
    back.amount0 = hlsk::u256(outcome.burn.amount0 + outcome.fees.amount0);
    back.amount1 = hlsk::u256(outcome.burn.amount1 + outcome.fees.amount1);
    hlsk::u256 cost;
    hlsk::u256 worth;
    hlsk::i256 profit;
    hlsk::u256 tip;
    const bool fits = hlsk::value_wei(outcome.mint, ap(params.price0_x96), ap(params.price1_x96), cost) &&
                      hlsk::value_wei(back, ap(params.price0_x96), ap(params.price1_x96), worth);
    const hlsk::i256 gross = hlsk::i256(hlsk::i256(worth) - hlsk::i256(cost));
    if (!fits || !hlsk::profit_of(gross, valued, profit, tip)) return Reason::value_overflow;

    const hlsk::SwapEvent event = hlsk::swap_event(request, outcome.end);
    out += R"("position":{)";
    Members members(out);
    members.text("mint0", outcome.mint.amount0);
    members.text("mint1", outcome.mint.amount1);
    members.text("swap0", event.amount0);
    members.text("swap1", event.amount1);
    members.text("burn0", outcome.burn.amount0);
    members.text("burn1", outcome.burn.amount1);
    members.text("fee0", outcome.fees.amount0);
    members.text("fee1", outcome.fees.amount1);
    members.text("profit_wei", profit);
    members.text("gross_profit_wei", gross);
    members.text("tip_wei", tip);
    members.text("sqrt_price_x96", outcome.end.sqrt_price_x96);
    members.number("tick", hlsk::final_tick(outcome.end));
    members.text("liquidity", outcome.end.liquidity);
    members.number("crossings", outcome.end.crossings);
    out.push_back('}');
    return Reason::none;
}

/// The card's window: the nearest 64 ticks a side, and how far that makes the list complete.
accel::TicksRecord window_of(const EvaluateLine& line, int at_or_below) {
    constexpr auto side = static_cast<std::ptrdiff_t>(records::window_ticks_each_side);
    const auto middle = line.ticks.begin() + at_or_below;
    const auto first = middle - std::min(side, middle - line.ticks.begin());
    const auto last = middle + std::min(side, line.ticks.end() - middle);
    accel::TicksRecord out;
    out.pool_index = 0;
    out.known_lower = first == line.ticks.begin() ? hlsk::min_tick : (first - 1)->tick + 1;
    out.known_upper = last == line.ticks.end() ? hlsk::max_tick : last->tick - 1;
    out.below.assign(first, middle);
    out.above.assign(middle, last);
    return out;
}

void append_found(std::string& out, const accel::Decision& found) {
    out += R"("decision":{)";
    Members members(out);
    members.number("tick_lower", found.tick_lower);
    members.number("tick_upper", found.tick_upper);
    members.text("liquidity", static_cast<u256>(found.liquidity));
    members.text("mint0", found.mint0);
    members.text("mint1", found.mint1);
    members.text("swap0", found.swap0);
    members.text("swap1", found.swap1);
    members.text("burn0", found.burn0);
    members.text("burn1", found.burn1);
    members.text("fee0", found.fee0);
    members.text("fee1", found.fee1);
    members.text("profit_wei", found.profit_wei);
    members.text("gross_profit_wei", found.gross_profit_wei);
    members.text("tip_wei", found.tip_wei);
    members.text("gas_cost_wei", found.gas_cost_wei);
    members.text("sqrt_price_after", found.sqrt_price_after);
    members.number("tick_after", found.tick_after);
    members.text("sqrt_price_alone", found.sqrt_price_alone);
    members.number("tick_alone", found.tick_alone);
    members.text("alone0", found.alone0);
    members.text("alone1", found.alone1);
    members.number("candidates", found.candidates);
    members.number("profitable", found.profitable);
    out.push_back('}');
}

} // namespace

Evaluator::Evaluator(accel::Engine* engine) : decision_(engine) {}

void Evaluator::append_decision(const EvaluateLine& line, std::string& out) {
    const AllTicks ticks(line.ticks);
    const Bytes record = decision_.answer(line, window_of(line, ticks.at_or_below(line.pool.tick)));
    if (accel::kind_of(record) == records::Kind::decision) {
        append_found(out, *accel::decision_from(record));
        return;
    }
    const accel::Reject reject = *accel::reject_from(record);
    out += R"("reject":{)";
    Members members(out);
    members.word("reason", accel::name_of(reject.reason));
    members.word("stage", accel::name_of(reject.stage));
    members.number("candidates", reject.candidates);
    if (reject.reason == Reason::unprofitable) members.text("best_profit_wei", reject.best_profit_wei);
    out.push_back('}');
}

void Evaluator::answer(const EvaluateLine& line, std::string& out) {
    AllTicks ticks(line.ticks);
    const hlsk::PoolState pool = pool_state(line.pool);
    const int cursor = ticks.at_or_below(line.pool.tick);
    hlsk::SwapRequest request;
    out.push_back('{');
    Reason reason = request_of(line, request);
    hlsk::SwapProgress alone;
    if (reason == Reason::none) {
        const hlsk::Position none = hlsk::no_position();
        hlsk::begin_swap(pool, ticks, cursor, request, none, alone);
        reason = hlsk::run_swap(pool, ticks, request, none, no_step_limit, alone);
    }
    if (reason != Reason::none) {
        append_reject(out, reason);
        out.push_back('}');
        return;
    }
    append_swap(out, request, alone);
    out.push_back(',');
    if (line.position) {
        if (const Reason bad = append_position(out, line, ticks, pool, cursor, request, *line.position); bad != Reason::none)
            append_reject(out, bad);
    } else {
        append_decision(line, out);
    }
    out.push_back('}');
}

} // namespace jitbox::apps
