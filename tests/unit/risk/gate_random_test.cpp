// A million random orders through the gate, each against a reference that knows no gate: plain lists, sums made anew for every
// order, 128-bit arithmetic. JITBOX_RANDOM_ORDERS sets another number (the soak: 10^8). SPDX-License-Identifier: Apache-2.0
#include "risk/gate.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <vector>

namespace jitbox::risk {
namespace {

using namespace std::chrono_literals;
using Wide = __int128;

struct TestPlan {
    Exposure exposure;
};
Exposure exposure_of(const TestPlan& plan) {
    return plan.exposure;
}

std::uint64_t orders_to_try() {
    const char* text = std::getenv("JITBOX_RANDOM_ORDERS");
    return text == nullptr ? 1'000'000 : std::strtoull(text, nullptr, 10);
}

constexpr int million = 1'000'000;

/// The rules in the words of docs/risk.md.
class Reference {
public:
    struct Order {
        Wide position = 0, gas_price = 0, gas = 0, impact = 0, slippage = 0, profit = 0, loss = 0;
        int pool = 0;
        int target = 0;
    };
    struct Open {
        std::uint64_t ticket = 0;
        Wide position = 0, loss = 0;
        int pool = 0;
    };
    struct Review {
        bool approved = false;
    };

    Wide max_position = 1'000'000, max_gas_price = 100, max_gas = 1'000'000, max_impact = 30'000, max_slippage = 500;
    Wide max_a_second = 10, max_open = 6, max_on_pool = 1'500'000, max_retries = 3, min_profit = 5, max_day_loss = 50'000;
    Wide max_leverage = 700'000, max_share = 300'000, max_drawdown = 150'000, max_var = 100'000;
    Wide unusual = 800'000;

    bool stopped = false;
    bool bad_price = false;
    int level = 0;
    bool known = true;
    Wide value = 4'000'000, drawdown = 0, var = 0;
    std::vector<Open> open;
    std::vector<std::int64_t> times_ms;
    std::map<int, std::vector<std::int64_t>> tries_ms; // by target
    std::map<std::int64_t, Wide> results;              // by day
    std::map<int, Review> reviews;                     // by pool
    std::int64_t now_ms = 0;

    [[nodiscard]] bool allows(const Order& o) {
        const int part = level == 0 ? 1 : level == 1 ? 2 : 4;
        if (stopped || bad_price || level == 3) return false;
        if (o.position > max_position / part || o.gas_price > max_gas_price || o.gas > max_gas) return false;
        if (o.impact > max_impact || o.slippage > max_slippage || o.profit < min_profit * part) return false;
        const Wide result = results[now_ms / 86'400'000];
        Wide at_stake = o.loss + (result < 0 ? -result : 0);
        Wide exposed = o.position;
        Wide on_pool = o.position;
        for (const Open& one : open) {
            at_stake += one.loss;
            exposed += one.position;
            if (one.pool == o.pool) on_pool += one.position;
        }
        if (at_stake > max_day_loss) return false;
        Wide lately = 0;
        for (auto at = times_ms.rbegin(); at != times_ms.rend() && now_ms - *at < 1000; ++at) ++lately;
        if (lately >= std::max<Wide>(max_a_second / part, 1)) return false;
        if (static_cast<Wide>(open.size()) >= std::max<Wide>(max_open / part, 1)) return false;
        if (on_pool > max_on_pool / part) return false;
        Wide tries = 0;
        for (const std::int64_t at : tries_ms[o.target]) tries += now_ms - at < 600'000 ? 1 : 0;
        if (tries > max_retries) return false;
        if (!known || value == 0) return false;
        if (exposed * million > value * (max_leverage / part) || o.position * million > value * (max_share / part)) return false;
        if (drawdown > max_drawdown || var > max_var) return false;
        if (o.position > unusual) return reviews[o.pool].approved;
        return true;
    }
};

/// Both, told the same things in the same order.
class Pair {
public:
    explicit Pair(std::uint64_t seed) : random(seed) {
        gate.set_portfolio(Portfolio{.value_wei = static_cast<std::uint64_t>(reference.value)});
    }

    void step() {
        pass_time();
        if (chance(4)) settle_one();
        if (chance(200)) change_portfolio();
        if (chance(500)) change_state();
        if (chance(300)) decide();
        try_order();
    }

    std::uint64_t passed = 0;
    std::uint64_t refused = 0;
    std::map<Rule, std::uint64_t> rules;

private:
    [[nodiscard]] bool chance(unsigned one_in) { return random() % one_in == 0; }
    [[nodiscard]] Wide below(std::uint64_t end) { return static_cast<Wide>(random() % end); }
    /// Around a limit: mostly under it, sometimes at it, sometimes over.
    [[nodiscard]] Wide around(Wide limit) {
        const auto kind = random() % 120;
        if (kind == 0) return limit + 1;
        if (kind == 1) return limit;
        if (kind == 2) return limit + 1 + below(1000);
        return below(static_cast<std::uint64_t>(limit) + 1);
    }
    [[nodiscard]] TimePoint now() const { return TimePoint(std::chrono::milliseconds(reference.now_ms)); }

    void pass_time() {
        reference.now_ms += static_cast<std::int64_t>(chance(2'000) ? random() % 86'400'000 : random() % 120);
        if (reference.times_ms.size() > 4096) reference.times_ms.erase(reference.times_ms.begin(), reference.times_ms.end() - 64);
    }

    void settle_one() {
        while (!reference.open.empty()) {
            const std::size_t i = random() % reference.open.size();
            const bool bad_day = reference.now_ms / 86'400'000 % 2 == 1;
            const Wide result = chance(3) == bad_day ? below(1'000) : -below(1'000);
            ASSERT_TRUE(gate.settle(reference.open[i].ticket, static_cast<std::int64_t>(result), now()));
            reference.results[reference.now_ms / 86'400'000] += result;
            reference.open.erase(reference.open.begin() + static_cast<std::ptrdiff_t>(i));
            if (chance(3)) break;
        }
    }

    void change_portfolio() {
        reference.known = !chance(30);
        reference.value = chance(10) ? 2 * below(2) : 2'000'000 + below(8'000'000);
        reference.drawdown = around(reference.max_drawdown);
        const bool days = !chance(4);
        reference.var = days ? around(reference.max_var) : 0;
        gate.set_portfolio(
            reference.known
                ? std::optional(Portfolio{.value_wei = static_cast<std::uint64_t>(reference.value),
                                          .drawdown_ppm = static_cast<std::uint32_t>(reference.drawdown),
                                          .value_at_risk_wei =
                                              days ? std::optional(u256(static_cast<std::uint64_t>(reference.var))) : std::nullopt})
                : std::nullopt);
    }

    void change_state() {
        reference.level = chance(8) ? 3 : chance(2) ? 0 : static_cast<int>(random() % 3);
        gate.set_protection(static_cast<Protection>(reference.level));
        reference.bad_price = chance(8);
        gate.forbid(reference.bad_price ? "stale" : "");
        reference.stopped = chance(8);
        if (reference.stopped) {
            gate.halt("test");
        } else {
            gate.resume();
        }
    }

    void decide() {
        for (const Review& review : gate.screen().reviews()) {
            if (chance(2)) continue;
            const bool approve = chance(2);
            ASSERT_TRUE(gate.screen().decide(review.id, approve, "alice"));
            reference.reviews[review.pool.at(0)].approved = approve;
        }
    }

    void try_order() {
        Reference& r = reference;
        const Reference::Order o{.position = around(r.max_position),
                                 .gas_price = around(r.max_gas_price),
                                 .gas = around(r.max_gas),
                                 .impact = around(r.max_impact),
                                 .slippage = around(r.max_slippage),
                                 .profit = chance(40) ? below(5) - 2 : r.min_profit + below(50),
                                 .loss = chance(30) ? around(r.max_day_loss) : below(2'000),
                                 .pool = static_cast<int>(random() % 5),
                                 .target = static_cast<int>(random() % 500)};
        Bytes20 pool{};
        pool.at(0) = static_cast<std::uint8_t>(o.pool);
        Bytes32 target{};
        target.at(0) = static_cast<std::uint8_t>(o.target % 256);
        target.at(1) = static_cast<std::uint8_t>(o.target / 256);
        const auto answer = gate.check(TestPlan{{.position_value_wei = static_cast<std::uint64_t>(o.position),
                                                 .gas_price_wei = static_cast<std::uint64_t>(o.gas_price),
                                                 .gas_limit = static_cast<std::uint64_t>(o.gas),
                                                 .price_impact_ppm = static_cast<std::uint32_t>(o.impact),
                                                 .slippage_ppm = static_cast<std::uint32_t>(o.slippage),
                                                 .profit_wei = static_cast<std::int64_t>(o.profit),
                                                 .pool = pool,
                                                 .target = target,
                                                 .worst_loss_wei = static_cast<std::uint64_t>(o.loss)}},
                                       now());
        ASSERT_EQ(answer.has_value(), r.allows(o)) << (answer ? "passed" : answer.error().text);
        if (!answer) {
            ++refused;
            ++rules[answer.error().rule];
            return;
        }
        ++passed;
        r.times_ms.push_back(r.now_ms);
        r.open.push_back({.ticket = answer->ticket(), .position = o.position, .loss = o.loss, .pool = o.pool});
        std::vector<std::int64_t>& tries = r.tries_ms[o.target];
        tries.push_back(r.now_ms);
        if (tries.size() > 8) tries.erase(tries.begin()); // one more than can count
    }

    std::mt19937_64 random;
    Reference reference;
    Gate gate{Limits{.max_position_value_wei = 1'000'000,
                     .max_gas_price_wei = 100,
                     .max_gas_limit = 1'000'000,
                     .max_price_impact_ppm = 30'000,
                     .max_slippage_ppm = 500,
                     .max_orders_per_second = 10,
                     .max_concurrent_bundles = 6,
                     .max_pool_value_wei = 1'500'000,
                     .max_retries = 3,
                     .min_profit_wei = 5,
                     .max_daily_loss_wei = 50'000,
                     .portfolio = PortfolioLimits{.max_leverage_ppm =
                                                      700'000, // under max_concurrent x max_concentration, or it would never bind
                                                  .max_concentration_ppm = 300'000,
                                                  .max_drawdown_ppm = 150'000,
                                                  .max_value_at_risk_wei = 100'000}},
              ScreenRules{.unusual_amount_wei = 800'000,
                          .amount = Response::review,
                          .unusual_orders_per_hour = 100,
                          .frequency = Response::alert,
                          .destination = Response::alert}};
};

TEST(GateRandom, DecidesEveryOrderAsTheReferenceDoes) {
    const auto seed = test::random_seed();
    Pair pair(seed);
    const std::uint64_t orders = orders_to_try();
    for (std::uint64_t i = 0; i < orders; ++i) {
        pair.step();
        if (HasFatalFailure()) FAIL() << "order " << i;
    }
    std::printf("seed %llu: %llu orders passed, %llu refused:", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(pair.passed), static_cast<unsigned long long>(pair.refused));
    for (const auto& [rule, count] : pair.rules)
        std::printf(" %s %llu", std::string(to_text(rule)).c_str(), static_cast<unsigned long long>(count));
    std::printf("\n");
    if (orders < 100'000) return;
    EXPECT_GT(pair.passed, orders / 100) << "a test that refuses everything shows nothing";
    for (const Rule rule : {Rule::halted,
                            Rule::protection,
                            Rule::price,
                            Rule::position_value,
                            Rule::gas_price,
                            Rule::gas_limit,
                            Rule::price_impact,
                            Rule::slippage,
                            Rule::min_profit,
                            Rule::daily_loss,
                            Rule::orders_per_second,
                            Rule::concurrent_bundles,
                            Rule::pool_budget,
                            Rule::retries,
                            Rule::portfolio,
                            Rule::leverage,
                            Rule::concentration,
                            Rule::drawdown,
                            Rule::value_at_risk,
                            Rule::review})
        EXPECT_GT(pair.rules[rule], 0U) << to_text(rule) << " was never what refused";
}

} // namespace
} // namespace jitbox::risk
