// What the limits remember over a restart: everything that they counted before it, from the journal alone.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/risk_history.hpp"

#include "support/seed.hpp"
#include "support/temp_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <random>

namespace jitbox::apps {
namespace {

using namespace std::chrono_literals;

const risk::TimePoint noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 12h;

std::int64_t ns(risk::TimePoint at) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}

class RiskHistoryTest : public testing::Test {
protected:
    RiskHistoryTest() {
        config_.risk.value_at_risk_days = 250;
        reopen();
    }

    /// As a restart finds it.
    void reopen() {
        services_.reset();
        journal_.reset();
        journal_ = store::Journal::open(dir_.file("journal.db")).value();
        services_.emplace(Services{
            .io = io_, .config = config_, .events = events_, .journal = *journal_, .metrics = metrics_, .prices = prices_});
    }

    void bundle(const std::string& uuid, risk::TimePoint at, std::uint8_t target, const std::string& pool) {
        store::BundleEntry entry;
        entry.uuid = uuid;
        entry.time_ns = ns(at);
        entry.target_hash.fill(target);
        entry.pool = pool;
        ASSERT_TRUE(journal_->commit(entry));
    }

    void result(const std::string& uuid, risk::TimePoint at, const std::string& profit, store::Outcome outcome) {
        store::OutcomeEntry entry;
        entry.uuid = uuid;
        entry.time_ns = ns(at);
        entry.outcome = outcome;
        entry.realised_profit_wei = profit;
        ASSERT_TRUE(journal_->commit(entry));
    }

    const test::TempDir dir_;
    boost::asio::io_context io_;
    Config config_;
    EventStream events_{[](const std::string&) {}, [] { return false; }};
    telemetry::Metrics metrics_;
    TokenPrices prices_{config_};
    std::unique_ptr<store::Journal> journal_;
    std::optional<Services> services_;
};

TEST_F(RiskHistoryTest, OfAnEmptyJournalIsNothing) {
    const auto found = read_risk_history(*services_, {}, noon);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->level, risk::Protection::none);
    EXPECT_TRUE(found->profits.empty() && found->gate.open.empty() && found->gate.attempts.empty());
    EXPECT_EQ(found->configuration, "");
}

TEST_F(RiskHistoryTest, HasTodaysLossWithTheCostsOfVoidingTheAttemptsAndTheKnownPools) {
    const std::string pool = "0x" + std::string(40, 'a');
    bundle("u1", noon - 13h, 1, pool);
    result("u1", noon - 13h, "-1000", store::Outcome::included); // yesterday
    bundle("u2", noon - 5min, 2, "0x" + std::string(40, 'b'));
    result("u2", noon - 4min, "0", store::Outcome::outbid);
    ASSERT_TRUE(journal_->commit(store::CostEntry{.time_ns = ns(noon - 3min), .what = "voided u2/0", .wei = "70"}));
    bundle("u3", noon - 500ms, 2, pool);
    reopen();
    const auto found = read_risk_history(*services_, {}, noon);
    ASSERT_TRUE(found) << found.error().text();
    EXPECT_TRUE(found->gate.realised_today_wei == -70);
    EXPECT_EQ(found->profits.size(), 3U) << "the drawdown's window is longer than a day";
    EXPECT_EQ(found->gate.attempts.size(), 2U) << "ten minutes";
    EXPECT_EQ(found->gate.orders.size(), 1U) << "one second";
    Bytes20 known{};
    known.fill(0xaa);
    EXPECT_EQ(found->pools_included, std::vector<Bytes20>{known});
}

TEST_F(RiskHistoryTest, ALevelThatCannotBeReadIsTheTightest) {
    ASSERT_TRUE(journal_->commit(store::RiskStateEntry{.time_ns = 1, .key = "level", .value = "AGGRESSIVE"}));
    EXPECT_EQ(read_risk_history(*services_, {}, noon)->level, risk::Protection::aggressive);
    ASSERT_TRUE(journal_->commit(store::RiskStateEntry{.time_ns = 2, .key = "level", .value = "AGRESSIVE"}));
    EXPECT_EQ(read_risk_history(*services_, {}, noon)->level, risk::Protection::emergency);
}

// A walk of random results over weeks, with restarts at random places: drawdown and value at risk are those of a process that never
// restarted.
TEST_F(RiskHistoryTest, ARestartInTheMiddleOfADrawdownForgetsNothing) {
    const auto seed = test::random_seed();
    std::mt19937_64 random(seed);
    risk::ProfitHistory never_restarted;
    risk::TimePoint now = noon - 60 * 24h;
    for (int i = 0; i < 120; ++i) {
        now += std::chrono::minutes(random() % 1'000);
        const auto profit = static_cast<std::int64_t>(random() % 2'001) - 1'000;
        result("u" + std::to_string(i), now, std::to_string(profit), store::Outcome::included);
        never_restarted.add(profit, now);
        if (random() % 6 != 0) continue;
        reopen();
        const auto found = read_risk_history(*services_, {}, now);
        ASSERT_TRUE(found) << found.error().text();
        risk::ProfitHistory restored;
        for (const store::ProfitEntry& entry : found->profits) {
            restored.add(entry.profit_wei, risk::TimePoint(std::chrono::duration_cast<risk::TimePoint::duration>(
                                               std::chrono::nanoseconds(entry.time_ns))));
        }
        ASSERT_EQ(restored.drawdown_ppm(1'000'000), never_restarted.drawdown_ppm(1'000'000)) << "after result " << i;
        ASSERT_EQ(restored.value_at_risk_wei(), never_restarted.value_at_risk_wei());
    }
}

} // namespace
} // namespace jitbox::apps
