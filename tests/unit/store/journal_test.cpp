// The journal: what is acknowledged is there after a reopen; queries give what operators and restarts need.
// SPDX-License-Identifier: Apache-2.0
#include "store/journal.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace jitbox::store {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t day_ns = 86'400'000'000'000;

BundleEntry sample_bundle(std::string uuid, std::uint32_t version = 0) {
    BundleEntry bundle;
    bundle.uuid = std::move(uuid);
    bundle.version = version;
    bundle.time_ns = 1000 + version;
    bundle.target_hash.fill(0xab);
    bundle.target_block = 42;
    bundle.pool = "0xpool";
    bundle.lane = 1;
    bundle.mint_nonce = 7;
    bundle.mint_raw = {1, 2, 3};
    bundle.burn_raw = {4, 5};
    bundle.tick_lower = -60;
    bundle.tick_upper = 60;
    bundle.predicted.swap0 = "-340282366920938463463374607431768211456";
    bundle.predicted.gross_profit_wei = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    return bundle;
}

OutcomeEntry outcome(std::string uuid, std::int64_t time_ns, std::string profit) {
    OutcomeEntry entry;
    entry.uuid = std::move(uuid);
    entry.time_ns = time_ns;
    entry.outcome = Outcome::included;
    entry.reason = "mint at index 0";
    entry.block = 42;
    entry.realised.mint0 = "5";
    entry.realised_profit_wei = std::move(profit);
    return entry;
}

TEST(Journal, WhatCommitAcknowledgedIsThereAfterAReopen) {
    const test::TempDir dir;
    {
        auto journal = Journal::open(dir.file("j.db")).value();
        ASSERT_TRUE(journal->commit(sample_bundle("u1")));
    }
    auto journal = Journal::open(dir.file("j.db")).value();
    const auto view = journal->bundle("u1", 0).value();
    ASSERT_TRUE(view);
    EXPECT_EQ(view->bundle.mint_raw, (Bytes{1, 2, 3}));
    EXPECT_EQ(view->bundle.target_hash[31], 0xab);
    EXPECT_EQ(view->bundle.tick_lower, -60);
    EXPECT_EQ(view->bundle.predicted.swap0, "-340282366920938463463374607431768211456") << "no figure passes through a float";
    EXPECT_EQ(view->bundle.predicted.gross_profit_wei.size(), 78U);
    EXPECT_FALSE(view->outcome);
}

TEST(Journal, TheDestructorWritesWhatIsQueued) {
    const test::TempDir dir;
    {
        auto journal = Journal::open(dir.file("j.db")).value();
        for (int i = 0; i < 700; ++i) ASSERT_TRUE(journal->enqueue(DecisionEntry{.block = static_cast<std::uint64_t>(i)}));
    }
    auto journal = Journal::open(dir.file("j.db")).value();
    const auto rows = journal->decisions(1000).value();
    ASSERT_EQ(rows.size(), 700U);
    EXPECT_EQ(rows.front().block, 699U) << "newest first";
}

TEST(Journal, OpenBundlesAreThoseWithoutAnOutcome) {
    const test::TempDir dir;
    auto journal = Journal::open(dir.file("j.db")).value();
    ASSERT_TRUE(journal->commit(sample_bundle("u1", 0)));
    ASSERT_TRUE(journal->commit(sample_bundle("u1", 1)));
    ASSERT_TRUE(journal->commit(SubmissionEntry{.uuid = "u1", .version = 0, .relay = "r", .kind = "send", .accepted = true}));
    ASSERT_TRUE(journal->commit(outcome("u1", 5, "10")));
    const auto open = journal->open_bundles().value();
    ASSERT_EQ(open.size(), 1U);
    EXPECT_EQ(open[0].bundle.version, 1U);
    const auto all = journal->bundles(10).value();
    ASSERT_EQ(all.size(), 2U);
    ASSERT_TRUE(all[1].outcome);
    EXPECT_EQ(all[1].outcome->outcome, Outcome::included);
    EXPECT_EQ(all[1].outcome->realised.mint0, "5");
    ASSERT_EQ(all[1].submissions.size(), 1U);
    EXPECT_TRUE(all[1].submissions[0].accepted);
}

TEST(Journal, ALaterOutcomeReplacesTheEarlierOne) {
    const test::TempDir dir;
    auto journal = Journal::open(dir.file("j.db")).value();
    ASSERT_TRUE(journal->commit(sample_bundle("u1")));
    ASSERT_TRUE(journal->commit(outcome("u1", 5, "10")));
    OutcomeEntry reorged = outcome("u1", 6, "");
    reorged.outcome = Outcome::target_mined_elsewhere;
    ASSERT_TRUE(journal->commit(reorged));
    EXPECT_EQ(journal->bundle("u1", 0).value()->outcome->outcome, Outcome::target_mined_elsewhere);
}

TEST(Journal, DailyProfitSumsOneUtcDayExactly) {
    const test::TempDir dir;
    auto journal = Journal::open(dir.file("j.db")).value();
    ASSERT_TRUE(journal->commit(outcome("a", 3 * day_ns, "100000000000000000000000000")));
    ASSERT_TRUE(journal->commit(outcome("b", 4 * day_ns - 1, "-1")));
    ASSERT_TRUE(journal->commit(outcome("c", 4 * day_ns, "7")));
    ASSERT_TRUE(journal->commit(outcome("d", 3 * day_ns - 1, "9")));
    const auto noon = std::chrono::system_clock::time_point(std::chrono::days(3) + 12h);
    EXPECT_EQ(chain::to_decimal(journal->realised_profit_wei(noon).value()), "99999999999999999999999999");
}

TEST(Journal, RiskEventsAreARing) {
    const test::TempDir dir;
    auto journal = Journal::open(dir.file("j.db"), {.risk_ring = 10}).value();
    for (int i = 0; i < 25; ++i) ASSERT_TRUE(journal->enqueue(RiskEventEntry{.time_ns = i, .level = "WARNING"}));
    ASSERT_TRUE(journal->flush());
    const auto events = journal->risk_events(100).value();
    ASSERT_EQ(events.size(), 10U);
    EXPECT_EQ(events.front().time_ns, 24);
    EXPECT_EQ(events.back().time_ns, 15);
}

TEST(Journal, OneBadEntryDoesNotTakeItsNeighboursWithIt) {
    const test::TempDir dir;
    auto journal = Journal::open(dir.file("j.db")).value();
    ASSERT_TRUE(journal->commit(sample_bundle("u1")));
    std::atomic<int> failed = 0;
    const auto count = [&](const Result<void>& result) { failed += result ? 0 : 1; };
    ASSERT_TRUE(journal->enqueue(DecisionEntry{.block = 1}, count));
    ASSERT_TRUE(journal->enqueue(sample_bundle("u1"), count)); // the key exists already
    ASSERT_TRUE(journal->enqueue(DecisionEntry{.block = 2}, count));
    std::ignore = journal->flush();
    EXPECT_EQ(failed, 1);
    EXPECT_EQ(journal->decisions(10).value().size(), 2U);
}

TEST(Journal, AFullQueueIsReportedAndCounted) {
    const test::TempDir dir;
    std::mutex mutex; // what the callback uses outlives the journal, whose destructor waits for the writer
    std::condition_variable changed;
    bool writer_waits = false;
    bool go_on = false;
    auto journal = Journal::open(dir.file("j.db"), {.queue_limit = 2}).value();
    ASSERT_TRUE(journal->enqueue(DecisionEntry{}, [&](const Result<void>&) {
        std::unique_lock lock(mutex);
        writer_waits = true;
        changed.notify_all();
        changed.wait(lock, [&] { return go_on; });
    }));
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return writer_waits; });
    }
    EXPECT_TRUE(journal->enqueue(DecisionEntry{}));
    EXPECT_TRUE(journal->enqueue(DecisionEntry{}));
    EXPECT_FALSE(journal->enqueue(DecisionEntry{}));
    EXPECT_FALSE(journal->commit(DecisionEntry{}));
    EXPECT_EQ(journal->dropped(), 2U);
    {
        const std::scoped_lock lock(mutex);
        go_on = true;
    }
    changed.notify_all();
}

TEST(Journal, ManyThreadsMayWriteAndRead) {
    const test::TempDir dir;
    auto journal = Journal::open(dir.file("j.db")).value();
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) {
                EXPECT_TRUE(journal->enqueue(DecisionEntry{}));
                EXPECT_TRUE(journal->decisions(3));
            }
        });
    threads.clear();
    ASSERT_TRUE(journal->flush());
    EXPECT_EQ(journal->decisions(1000).value().size(), 200U);
}

TEST(Outcome, TextFormsGoBothWays) {
    for (int i = 0; i <= static_cast<int>(Outcome::unknown); ++i) {
        const auto outcome = static_cast<Outcome>(i);
        EXPECT_EQ(outcome_from_text(to_text(outcome)), outcome);
    }
    EXPECT_FALSE(outcome_from_text("won"));
}

TEST(Journal, CostsCountAgainstTheProfitOfTheirDayAndProfitsComeInOrder) {
    const test::TempDir dir;
    {
        auto journal = Journal::open(dir.file("j.db")).value();
        ASSERT_TRUE(journal->commit(sample_bundle("u1")));
        ASSERT_TRUE(journal->commit(outcome("u1", day_ns + 5, "100")));
        ASSERT_TRUE(journal->commit(CostEntry{.time_ns = day_ns + 3, .what = "voided u0/0", .wei = "30"}));
        ASSERT_TRUE(journal->commit(CostEntry{.time_ns = 2 * day_ns, .what = "voided u2/0", .wei = "7"}));
    }
    auto journal = Journal::open(dir.file("j.db")).value();
    const auto day = std::chrono::system_clock::time_point(std::chrono::days(1));
    EXPECT_TRUE(journal->realised_profit_wei(day).value() == 70);
    EXPECT_TRUE(journal->realised_profit_wei(day + std::chrono::days(1)).value() == -7);
    const auto profits = journal->profits(day).value();
    ASSERT_EQ(profits.size(), 3U);
    EXPECT_TRUE(profits[0].profit_wei == -30 && profits[1].profit_wei == 100 && profits[2].profit_wei == -7);
    EXPECT_TRUE(journal->profits(day + std::chrono::days(2)).value().empty());
}

TEST(Journal, RiskStateIsTheNewestValueOfEachKey) {
    const test::TempDir dir;
    {
        auto journal = Journal::open(dir.file("j.db")).value();
        ASSERT_TRUE(journal->commit(RiskStateEntry{.time_ns = 1, .key = "level", .value = "NONE"}));
        ASSERT_TRUE(journal->commit(RiskStateEntry{.time_ns = 2, .key = "level", .value = "EMERGENCY"}));
        ASSERT_TRUE(journal->commit(RiskStateEntry{.time_ns = 2, .key = "level_cause", .value = "a loss"}));
    }
    auto journal = Journal::open(dir.file("j.db")).value();
    EXPECT_EQ(journal->risk_state().value(),
              (std::map<std::string, std::string>{{"level", "EMERGENCY"}, {"level_cause", "a loss"}}));
}

TEST(Journal, TellsWhichPoolsWereIncludedAndWhichTargetsWereTried) {
    const test::TempDir dir;
    auto journal = Journal::open(dir.file("j.db")).value();
    for (const char* uuid : {"u1", "u2", "u3"}) {
        BundleEntry bundle = sample_bundle(uuid);
        bundle.pool = std::string("0x") + uuid;
        ASSERT_TRUE(journal->commit(bundle));
    }
    ASSERT_TRUE(journal->commit(outcome("u1", 5, "1")));
    OutcomeEntry missed = outcome("u2", 5, "0");
    missed.outcome = Outcome::outbid;
    ASSERT_TRUE(journal->commit(missed));
    EXPECT_EQ(journal->pools_included().value(), std::vector<std::string>{"0xu1"});
    EXPECT_EQ(journal->targets(std::chrono::system_clock::time_point{}).value().size(), 3U);
    EXPECT_TRUE(journal->targets(std::chrono::system_clock::time_point(1h)).value().empty());
}

} // namespace
} // namespace jitbox::store
