// What the monitor's looks find, and that telling, replacing price files and looking at the same time agree (under TSan too).
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"
#include "risk/events.hpp"
#include "risk/monitor.hpp"
#include "support/temp_dir.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

namespace jitbox::risk {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const TimePoint noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 12h;
const Bytes20 weth{0x1};

Limits some_limits() {
    return {.max_position_value_wei = 1'000,
            .max_gas_price_wei = 100,
            .max_gas_limit = 10,
            .max_price_impact_ppm = 30'000,
            .max_slippage_ppm = 500,
            .max_orders_per_second = 10,
            .max_concurrent_bundles = 4,
            .max_pool_value_wei = 2'000,
            .max_retries = 3,
            .min_profit_wei = 5,
            .max_daily_loss_wei = 1'000,
            .portfolio = PortfolioLimits{.max_leverage_ppm = 3'000'000,
                                         .max_concentration_ppm = 300'000,
                                         .max_drawdown_ppm = 150'000,
                                         .max_value_at_risk_wei = 100}};
}

const Use& use_of(const Assessment& assessment, const std::string& limit) {
    static const Use none;
    for (const Use& use : assessment.uses)
        if (use.limit_name == limit) return use;
    ADD_FAILURE() << limit << " is not assessed";
    return none;
}

TEST(Assess, SaysHowMuchOfEachLimitIsUsed) {
    Situation situation{.at = noon, .portfolio_value_wei = 10'000, .history = ProfitHistory(), .usage = {}};
    situation.history.add(-500, noon);
    situation.usage = {.realised_today_wei = -500,
                       .open_worst_loss_wei = 400,
                       .open_value_wei = 1'500,
                       .largest_open_wei = 900,
                       .largest_pool_value_wei = 1'500,
                       .open_bundles = 2,
                       .orders_last_second = 5,
                       .halted = false,
                       .halt_reason = {}};
    const Assessment found = assess(situation, some_limits());
    EXPECT_EQ(use_of(found, "max_position_wei").ppm, 900'000U);
    EXPECT_EQ(use_of(found, "max_pool_value_wei").ppm, 750'000U);
    EXPECT_EQ(use_of(found, "max_daily_loss_wei").ppm, 500'000U) << "what is lost, not what is open";
    EXPECT_EQ(use_of(found, "max_orders_per_second").ppm, 500'000U);
    EXPECT_EQ(use_of(found, "max_concurrent_bundles").ppm, 500'000U);
    EXPECT_EQ(use_of(found, "max_leverage_ppm").value, "150000");
    EXPECT_EQ(use_of(found, "max_concentration_ppm").ppm, 300'000U) << "9 % of 30 %";
    EXPECT_EQ(use_of(found, "max_drawdown_ppm").value, "47620") << "500 of 10,500, rounded up";
    EXPECT_EQ(use_of(found, "max_value_at_risk_wei").ppm, 0U) << "too few days";
    EXPECT_EQ(found.loss_limit, "max_daily_loss_wei");
    EXPECT_EQ(found.loss_use_ppm, 500'000U) << "positions are no losses";
}

TEST(Assess, WithoutAKnownPortfolioTheDaysLossStillCounts) {
    Situation situation{.at = noon, .portfolio_value_wei = {}, .history = ProfitHistory(), .usage = {}};
    situation.usage.realised_today_wei = -2'000;
    const Assessment found = assess(situation, some_limits());
    EXPECT_FALSE(found.portfolio);
    EXPECT_EQ(found.loss_use_ppm, 2'000'000U);
}

TEST(Assess, SharesSaturateAndRoundUp) {
    EXPECT_EQ(share_ppm(0, 0), 0U);
    EXPECT_EQ(share_ppm(1, 0), UINT32_MAX);
    EXPECT_EQ(share_ppm(~u256{0}, 1), UINT32_MAX);
    EXPECT_EQ(share_ppm(1, ~u256{0}), 1U);
    EXPECT_EQ(share_ppm(1, 3), 333'334U);
}

TEST(EventRingTest, KeepsTheNewestTenThousandAndCountsAll) {
    EventRing ring;
    for (int i = 1; i <= 10'005; ++i)
        ring.add(noon, i % 100 == 0 ? Severity::critical : Severity::warning, "rule", std::to_string(i));
    EXPECT_EQ(ring.newest(20'000).size(), EventRing::capacity);
    EXPECT_EQ(ring.newest(1).at(0).text, "10005");
    EXPECT_EQ(ring.newest(20'000).back().text, "6");
    EXPECT_EQ(ring.newest(20'000, Severity::critical).size(), 100U);
    EXPECT_EQ(ring.count(Severity::warning), 9'905U);
    EXPECT_EQ(ring.count(Severity::critical), 100U);
}

void write_price(const std::string& file, std::uint64_t price, TimePoint at) {
    std::ofstream(file + ".new") << fmt::format(
        R"({{"prices": [{{"token": "{}", "price_wei": "{}", "time_ms": {}}}]}})", to_hex(weth), price,
        std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
    std::filesystem::rename(file + ".new", file);
}

TEST(MonitorTest, ALookSaysWhyPricesMayNotBeTradedOn) {
    const test::TempDir dir;
    const PriceSettings prices{.tokens = {{.address = weth, .symbol = "WETH", .decimals = 0}},
                               .first = dir.file("a"),
                               .second = dir.file("b"),
                               .rules = {.max_age = 1s, .max_difference_ppm = 0}};
    Monitor monitor(some_limits(), prices, [](const Findings&) {});
    write_price(dir.file("a"), 5, noon);
    Findings found = monitor.look(noon);
    EXPECT_THAT(found.price_problem, HasSubstr("b gives no price of WETH"));
    EXPECT_EQ(found.price_warnings.size(), 1U);
    write_price(dir.file("b"), 5, noon);
    found = monitor.look(noon);
    EXPECT_EQ(found.price_problem, "");
    EXPECT_EQ(found.prices.at(weth).price_x96, u256{5} << 96);
    EXPECT_THAT(monitor.look(noon + 1001ms).price_problem, HasSubstr("1001 ms old"));
    EXPECT_EQ(found.beat, 2U);
}

// The loop tells, a source replaces its file, the monitor looks: each finding is of one situation and one file, never a mixture.
TEST(MonitorTest, TellingReadingAndLookingAtTheSameTimeMixNothing) {
    const test::TempDir dir;
    const PriceSettings prices{.tokens = {{.address = weth, .symbol = "WETH", .decimals = 0}},
                               .first = dir.file("a"),
                               .second = {},
                               .rules = {.max_age = 1h, .max_difference_ppm = 0}};
    std::atomic<std::uint64_t> beats = 0;
    std::atomic<std::uint64_t> bad = 0;
    write_price(dir.file("a"), 1, std::chrono::system_clock::now());
    {
        Monitor monitor(some_limits(), prices, [&](const Findings& found) {
            beats = found.beat;
            const u256 loss = static_cast<u256>(-found.assessment.profit_today_wei);
            if (found.assessment.portfolio && found.assessment.portfolio->value_wei != loss) ++bad;
            if (!found.price_problem.empty() || found.prices.at(weth).price_x96 % (u256{1} << 96) != 0) ++bad;
        });
        monitor.start();
        std::uint64_t told = 0;
        while (beats < 8) {
            ++told;
            Situation situation{
                .at = std::chrono::system_clock::now(), .portfolio_value_wei = told, .history = ProfitHistory(), .usage = {}};
            situation.usage.realised_today_wei = -static_cast<i256>(told);
            monitor.tell(std::move(situation));
            if (told % 64 == 0) write_price(dir.file("a"), told, std::chrono::system_clock::now());
            std::this_thread::yield();
        }
        EXPECT_GT(told, 8U);
    }
    EXPECT_EQ(bad, 0U);
}

} // namespace
} // namespace jitbox::risk
