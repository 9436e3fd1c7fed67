// The whole way of a record without a card: XrtEngine, XRT's stock hw_emu driver, its sockets, the model process, AXI, the RTL, and
// back. One program opens the device once: XRT's load alone sleeps ten seconds. Its long form (tests/soak/card.sh):
// JITBOX_LOOP_FRAMES damaged transactions, JITBOX_LOOP_CASES pools with swaps on them. SPDX-License-Identifier: Apache-2.0
#include "support/shared_data.hpp"
#include "xrt_loop.hpp"

#include <array>

namespace jitbox::test {
namespace {

constexpr std::array real_files{"mainnet/v3_router_transactions.jsonl.gz", "mainnet/transactions.jsonl.gz"};
constexpr std::size_t at_once = 500; // records between two comparisons

// First: the device is whole. The tests of one suite run in the order of this file.
TEST_F(XrtLoop, AnswersEveryRealTransactionLikeTheNativeEngine) {
    for (const char* const file : real_files) {
        const auto transactions = read_real_transactions(file);
        if (!transactions) GTEST_SKIP() << missing_text(file);
        StreamMaker maker{seed_};
        std::vector<Bytes> records{maker.mainnet_routers()};
        for (std::size_t i = 0; i < transactions->size(); ++i) {
            const Bytes& raw = (*transactions)[i].raw;
            if (raw.size() <= records::max_transaction_bytes) records.push_back(maker.transaction(raw));
            if (records.size() < at_once && i + 1 < transactions->size()) continue;
            expect_same(records);
            if (HasFatalFailure()) return;
            records.clear();
        }
    }
    report();
}

// What is left of real transactions after damage, pools with swaps on them, and records that no host makes, all in one stream.
TEST_F(XrtLoop, AnswersDamagedTransactionsAndPoolsWithSwapsLikeTheNativeEngine) {
    const std::size_t frames = wanted("JITBOX_LOOP_FRAMES", 300);
    const std::size_t cases = wanted("JITBOX_LOOP_CASES", 60);
    const auto reach = long_form() ? RangeStreams::Reach::far : RangeStreams::Reach::near;
    StreamMaker maker{seed_};
    RangeStreams pools{seed_};
    if (const auto real = read_real_transactions(real_files[0])) {
        for (const auto& transaction : *real) {
            if (transaction.raw.size() < 20'000) maker.add_sample(transaction.raw);
        }
    } else {
        std::cout << missing_text(real_files[0]) << ": hand-made transactions only\n";
        maker.add_sample(transaction(legacy_fields()));
    }
    std::vector<Bytes> records{maker.mainnet_routers()};
    std::size_t done = 0;
    for (std::size_t pool = 0; pool < cases; ++pool) {
        for (; done < frames * (pool + 1) / cases; ++done) maker.append_random(records);
        records.push_back(accel::to_record(records.size(), std::vector{test_router()}));
        pools.append_card_case(records, 2, test_router(), reach);
        records.push_back(pools.random_record());
        if (records.size() < at_once && pool + 1 < cases) continue;
        expect_same(records);
        if (HasFatalFailure()) return;
        records.clear();
    }
    report();
    EXPECT_GT(decisions_, 0U);
}

TEST_F(XrtLoop, StartsAgainAfterAResetInTheMiddleOfItsWork) {
    RangeStreams pools{seed_ + 1};
    std::vector<Bytes> records{accel::to_record(1, std::vector{test_router()})};
    for (int i = 0; i < 10; ++i) pools.append_card_case(records, 2, test_router());
    for (const Bytes& record : records) ASSERT_TRUE(engine_->submit(record, 10s));
    std::this_thread::sleep_for(std::chrono::milliseconds{seed_ % 50});
    ASSERT_TRUE(engine_->reset());
    records.clear();
    records.push_back(accel::to_record(1, std::vector{test_router()}));
    for (int i = 0; i < 3; ++i) pools.append_card_case(records, 2, test_router());
    expect_same(records);
}

TEST_F(XrtLoop, AfterAFreezeAtAnyMomentThereIsNoDecisionAndEveryRecordIsAnswered) {
    RangeStreams pools{seed_ + 2};
    std::vector<Bytes> records{accel::to_record(1, std::vector{test_router()})};
    for (int i = 0; i < 10; ++i) pools.append_card_case(records, 3, test_router());
    const std::size_t expected = native_.answers(records).size();
    for (const Bytes& record : records) ASSERT_TRUE(engine_->submit(record, 10s));
    std::vector<Bytes> out;
    const auto take = [&](BytesView record) { out.emplace_back(record.begin(), record.end()); };
    (void)within(std::chrono::milliseconds{seed_ % 400}, [&] { return engine_->drain(take), false; });
    engine_->freeze();
    const std::size_t before = out.size();
    EXPECT_TRUE(within(60s, [&] { return engine_->drain(take), out.size() >= expected; }));
    EXPECT_EQ(count_of({out.begin() + static_cast<std::ptrdiff_t>(before), out.end()}, Kind::decision), 0U);
    EXPECT_EQ(out.size(), expected) << "frozen or not, each has its answer";
    engine_->unfreeze();
}

// That none becomes visible from the acknowledgement on, clock by clock: whole_card_test.cpp.
TEST_F(XrtLoop, AfterTheStopPinThereIsNoDecisionUntilItIsLowAndUnfrozen) {
    const std::vector<Bytes> records = stream_with_decisions(seed_ + 3, 6);
    const std::vector<Bytes> expected = native_.answers(records);
    std::vector<Bytes> before;
    const auto take = [&](BytesView record) { before.emplace_back(record.begin(), record.end()); };
    for (const Bytes& record : records) ASSERT_TRUE(engine_->submit(record, 10s));
    (void)within(std::chrono::milliseconds{seed_ % 400}, [&] { return engine_->drain(take), false; });
    ASSERT_EQ(kill(model_process(), SIGUSR1), 0);
    EXPECT_TRUE(within(30s, [&] { return engine_->drain(take), engine_->stopped_by_hardware(); }));
    EXPECT_TRUE(within(60s, [&] { return engine_->drain(take), before.size() >= expected.size(); }));
    EXPECT_EQ(before.size(), expected.size()) << "stopped or not, each has its answer";

    const std::vector<Bytes> after = through_the_card(records, expected.size());
    EXPECT_EQ(after.size(), expected.size());
    EXPECT_EQ(count_of(after, Kind::decision), 0U) << "all this came after the stop was seen";
    EXPECT_TRUE(engine_->stopped_by_hardware());

    ASSERT_EQ(kill(model_process(), SIGUSR2), 0);
    SetUp(); // the reset clears the register
    engine_->unfreeze();
    expect_same(records);
    EXPECT_FALSE(engine_->stopped_by_hardware());
}

// Last: nothing comes after it.
TEST_F(XrtLoop, NoticesThatTheModelWasKilled) {
    const pid_t model = model_process();
    ASSERT_GT(model, 1);
    ASSERT_EQ(kill(model, SIGKILL), 0);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(within(deadline() + 10s, [&] { return !engine_->health(); }));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto health = engine_->health();
    ASSERT_FALSE(health);
    std::cout << "noticed after " << took.count() << " s: " << health.error().text() << '\n';
    EXPECT_FALSE(health.error().hint.empty());
    StreamMaker maker{seed_};
    EXPECT_FALSE(engine_->submit(maker.mainnet_routers(), 100ms)) << "it must not take what nobody will answer";
    EXPECT_FALSE(engine_->reset()) << "nobody is there";
}

} // namespace
} // namespace jitbox::test
