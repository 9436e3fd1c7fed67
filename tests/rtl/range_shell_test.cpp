// range_profit around its engine: the same bytes as the HLS kernel for the same stream, whatever the stalls. The bench plays the
// engine with the HLS functions, from what the shell hands it alone. SPDX-License-Identifier: Apache-2.0
#include "../unit/kernels/range_fixture.hpp"
#include "Vrange_shell.h"
#include "range_driver.hpp"
#include "range_streams.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <set>

namespace jitbox::test {
namespace {

using records::Kind;
using records::Reason;

class RangeShell : public testing::Test {
protected:
    void expect_same(const std::vector<Bytes>& records) {
        const auto input = beats_of(records);
        const auto expected = hls_.run(input);
        const auto actual = rtl_.run(input, expected.size());
        const std::string text = difference(expected, actual);
        ASSERT_TRUE(text.empty()) << text;
        count(records, expected);
    }
    /// Decisions and reasons of the module's own answers. A REJECT of the input passes through as it is, whatever is in it.
    void count(const std::vector<Bytes>& records, const std::vector<StreamBeat>& output) {
        std::set<Bytes> passed;
        for (const Bytes& record : records) {
            if (record[0] == static_cast<std::uint8_t>(Kind::reject)) passed.insert(record);
        }
        bool first = true;
        for (const StreamBeat& beat : output) {
            if (first && beat.data[0] == static_cast<std::uint8_t>(Kind::decision)) ++decisions_;
            if (first && beat.data[0] == static_cast<std::uint8_t>(Kind::reject) &&
                !passed.contains(Bytes(beat.data.begin(), beat.data.end()))) {
                const auto reason =
                    static_cast<Reason>(beat.data[records::reject::reason] + 256 * beat.data[records::reject::reason + 1]);
                EXPECT_NE(accel::name_of(reason), "unknown_reason") << static_cast<int>(reason);
                ++reasons_[reason];
            }
            first = beat.last;
        }
    }
    void tell() const {
        std::cout << decisions_ << " decisions;";
        for (const auto& [reason, times] : reasons_) std::cout << ' ' << accel::name_of(reason) << ' ' << times;
        std::cout << "; " << rtl_.clocks() << " clocks\n";
    }
    void restart() {
        hls_.reset();
        rtl_.restart();
    }
    HlsRange hls_;
    RangeBench<Vrange_shell, EngineActor> rtl_;
    std::map<Reason, std::size_t> reasons_;
    std::size_t decisions_ = 0;
};

TEST_F(RangeShell, AnswersAnyStreamLikeTheHlsKernel) {
    const auto seed = random_seed();
    const char* const wanted = std::getenv("JITBOX_RTL_RECORDS");
    const std::size_t total = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 6000;
    std::mt19937_64 random{seed};
    RangeStreams streams{seed};
    for (std::size_t done = 0; done < total; done += 300) {
        rtl_.set_stalls(random() % 3 * 30, random() % 3 * 30, random());
        std::vector<Bytes> records;
        records.reserve(300);
        for (int i = 0; i < 240; ++i) records.push_back(streams.random_record());
        for (int i = 0; i < 10; ++i) streams.append_case(records, 3);
        expect_same(records);
        if (HasFatalFailure()) return;
    }
    tell();
    EXPECT_GT(decisions_, total / 50);
}

TEST_F(RangeShell, AResetAtAnyClockForgetsEverythingAndNothingHangs) {
    const auto seed = random_seed();
    std::mt19937_64 random{seed};
    RangeStreams streams{seed};
    for (int turn = 0; turn < 20; ++turn) {
        std::vector<Bytes> records;
        for (int i = 0; i < 5; ++i) streams.append_case(records, 2);
        std::uint64_t left = 2100 + random() % 6000;
        rtl_.run(beats_of(records), ~std::size_t{0}, [&left] { return --left == 0; });
        restart();
        records.clear();
        streams.append_case(records, 2);
        for (int i = 0; i < 10; ++i) records.push_back(streams.random_record());
        expect_same(records);
        if (HasFatalFailure()) return;
    }
    tell();
}

TEST_F(RangeShell, WhileFrozenEveryLegIsRefused) {
    const auto seed = random_seed();
    RangeStreams streams{seed};
    std::vector<Bytes> records;
    for (int i = 0; i < 10; ++i) streams.append_case(records, 2);
    rtl_.freeze(true);
    hls_.frozen = true;
    expect_same(records);
    EXPECT_EQ(decisions_, 0U);
    EXPECT_EQ(rtl_.actor.jobs(), 0U) << "the engine is not asked";
}

TEST_F(RangeShell, AFreezeWhileTheEngineWorksComesBeforeTheDecision) {
    using namespace range_test;
    expect_same({accel::to_record(1, plain_pool()), accel::to_record(2, plain_ticks()), accel::to_record(3, plain_params())});
    const auto input = beats_of(swap_record({.sequence = 5}));
    const auto expected = hls_.run(input);
    ASSERT_EQ(expected[4].data[0], static_cast<std::uint8_t>(Kind::decision));
    const auto output = rtl_.run(input, 5, [this] {
        if (rtl_.actor.works()) rtl_.freeze(true);
        return false;
    });
    ASSERT_EQ(output.size(), 5U);
    const auto reject = accel::reject_from(output[4].data);
    ASSERT_TRUE(reject);
    EXPECT_EQ(reject->reason, Reason::frozen);
    EXPECT_EQ(reject->candidates, accel::decision_from([&] {
                                      Bytes whole;
                                      for (std::size_t i = 4; i < expected.size(); ++i)
                                          whole.insert(whole.end(), expected[i].data.begin(), expected[i].data.end());
                                      return whole;
                                  }())
                                      ->candidates);
    EXPECT_EQ(reject->best_profit_wei, 0);
}

TEST_F(RangeShell, TheEngineIsAskedFiveClocksAfterTheLegAtTheLatest) {
    using namespace range_test;
    expect_same({accel::to_record(1, plain_pool()), accel::to_record(2, plain_ticks()), accel::to_record(3, plain_params())});
    std::uint64_t least = ~std::uint64_t{0}; // the bench's engine is not always ready
    for (std::uint64_t sequence = 10; sequence < 30; ++sequence) {
        std::uint64_t clocks = 0;
        std::uint64_t asked_at = 0;
        rtl_.run(beats_of(swap_record({.sequence = sequence})), 15, [&] {
            if (asked_at == 0 && rtl_.actor.works()) asked_at = clocks;
            ++clocks;
            return false;
        });
        least = std::min(least, asked_at - 4); // its four beats came in the first four
    }
    std::cout << least << " clocks from the last beat of SWAP to the job\n";
    EXPECT_LE(least, 5U);
}

/// A pool whose key has the place of plain_pool's in key_hint, which folds keys to 14 bits: bits 14 apart are changed together.
accel::PoolRecord pool_of_same_hint(std::uint16_t index) {
    accel::PoolRecord pool = range_test::plain_pool();
    pool.pool_index = index;
    pool.factory[0] ^= 1U << 3U; // bit 3
    pool.factory[2] ^= 1U << 1U; // bit 17
    return pool;
}

TEST_F(RangeShell, APoolThatIsNotGuessedIsFoundByItsBucketAndGuessedTheNextTime) {
    using namespace range_test;
    const auto hidden = plain_pool();
    const auto guessed = pool_of_same_hint(8);
    // What the store has of the two differs, so that a verdict tells whose rows were judged: one has no parameters, the other no
    // ticks either.
    expect_same({accel::to_record(1, hidden), accel::to_record(2, plain_ticks()), accel::to_record(3, guessed)});
    std::map<std::uint16_t, std::size_t> legs;
    const auto leg_clocks = [&](const accel::PoolRecord& pool, std::uint64_t sequence) {
        Bytes leg = swap_record({.sequence = sequence});
        std::ranges::copy(pool.factory, leg.begin() + records::swap::factory);
        const std::uint64_t before = rtl_.clocks();
        expect_same({leg});
        ++legs[pool.pool_index];
        EXPECT_EQ(reasons_[Reason::params_missing], legs[hidden.pool_index]);
        EXPECT_EQ(reasons_[Reason::pool_stale], legs[guessed.pool_index]);
        return rtl_.clocks() - before;
    };
    constexpr std::uint64_t hash_clocks = 19; // pool_hash's, at the least
    const std::uint64_t at_once = leg_clocks(guessed, 10);
    EXPECT_GT(leg_clocks(hidden, 11), at_once + hash_clocks) << "the other one had its place";
    EXPECT_EQ(leg_clocks(hidden, 12), at_once);
    EXPECT_GT(leg_clocks(guessed, 13), at_once + hash_clocks);
    EXPECT_EQ(leg_clocks(guessed, 14), at_once);
}

TEST_F(RangeShell, ABucketHoldsEightPoolsAndAKeyMayChangeWithinIt) {
    using namespace range_test;
    const auto keys = pools_of_one_bucket(11);
    std::vector<Bytes> records;
    const auto add = [&](accel::PoolRecord pool, std::uint16_t index) {
        pool.pool_index = index;
        records.push_back(accel::to_record(records.size(), pool));
    };
    const auto leg = [&](const accel::PoolRecord& pool) {
        Bytes record = swap_record({.sequence = records.size()});
        std::ranges::copy(pool.factory, record.begin() + records::swap::factory);
        records.push_back(record);
    };
    for (std::uint16_t i = 0; i < 8; ++i) add(keys[i], i);
    add(keys[8], 8); // full
    add(keys[9], 3); // another key under an index of the bucket
    for (const auto& key : keys) leg(key);
    accel::PoolRecord gone = keys[5];
    gone.pool_kind = records::PoolKind::removed;
    add(gone, 5);
    add(keys[10], 1023);
    accel::PoolRecord elsewhere = plain_pool();
    add(elsewhere, 0); // out of the bucket
    add(keys[5], 9);
    add(keys[9], 10); // index 3 has it
    for (const auto& key : keys) leg(key);
    expect_same(records);
    tell();
    EXPECT_EQ(reasons_[Reason::pool_table_full], 1U);
    EXPECT_EQ(reasons_[Reason::bad_pool_index], 1U);
}

TEST_F(RangeShell, AWholeCardOfPoolsIsFound) {
    using namespace range_test;
    std::vector<Bytes> records;
    for (std::uint16_t i = 0; i < records::max_pools; i += 3) {
        accel::PoolRecord pool = plain_pool();
        pool.pool_index = i;
        pool.factory[0] = static_cast<std::uint8_t>(i >> 8U);
        pool.factory[1] = static_cast<std::uint8_t>(i);
        records.push_back(accel::to_record(i, pool));
        Bytes leg = swap_record({.sequence = i});
        std::ranges::copy(pool.factory, leg.begin() + records::swap::factory);
        records.push_back(leg);
    }
    expect_same(records);
}

} // namespace
} // namespace jitbox::test
