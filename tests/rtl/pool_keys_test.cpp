// pool_keys: keys put, dropped and looked for, each answer against kernels/hls (take_pool and find_pool of range_records.cpp),
// guessed or not. SPDX-License-Identifier: Apache-2.0
#include "../unit/kernels/range_fixture.hpp"
#include "Vpool_keys.h"
#include "hls/range_profit.hpp"
#include "rtl/range_driver.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace jitbox;
using namespace jitbox::test;
using accel::PoolRecord;
using records::Reason;

enum Request : std::uint8_t { find, put, drop };
enum Outcome : std::uint8_t { same, added, elsewhere, full };

constexpr std::size_t one_bucket = 12; ///< keys that share it; it holds eight
constexpr int clear_clocks = 2048;
constexpr int guess_clocks = 2; ///< from `start` to guess_right
constexpr int find_clocks = 28; ///< to `done` where the guess is wrong,
constexpr int way_clocks = 3;   ///< and for each pool of the bucket that is compared

BeatBytes key_of(const PoolRecord& pool) {
    BeatBytes out{};
    std::memcpy(out.data(), pool.factory.data(), 20);
    std::memcpy(out.data() + 20, pool.token0.data(), 20);
    std::memcpy(out.data() + 40, pool.token1.data(), 20);
    std::memcpy(out.data() + 60, &pool.fee, 4);
    return out;
}

hlsk::PoolKey hls_key(const PoolRecord& pool) {
    const auto number = [](const Bytes20& bytes) {
        hlsk::u160 out = 0;
        for (std::size_t i = bytes.size(); i-- > 0;) out = hlsk::u160((out << 8) | hlsk::u160(bytes[i]));
        return out;
    };
    return {.factory = number(pool.factory), .token0 = number(pool.token0), .token1 = number(pool.token1), .fee = pool.fee};
}

class PoolKeys : public testing::Test {
protected:
    PoolKeys() {
        state_->reset();
        dut_.start = dut_.coming = 0;
        reset(dut_);
        int clocks = 0;
        for (; !dut_.ready && clocks <= clear_clocks; ++clocks) clock();
        EXPECT_EQ(clocks, clear_clocks);
        keys_ = range_test::pools_of_one_bucket(one_bucket);
        for (int i = 0; i < 10; ++i) {
            PoolRecord pool = range_test::plain_pool();
            for (std::uint8_t& byte : pool.factory) byte = static_cast<std::uint8_t>(random_());
            pool.fee = static_cast<std::uint32_t>(random_() % 1000000);
            keys_.push_back(pool);
            pool.factory[2] ^= 4U; // bits 14 apart: the same place in key_hint
            pool.factory[4] ^= 1U;
            keys_.push_back(pool);
        }
    }

    void clock() {
        dut_.eval();
        jitbox::test::clock(dut_);
    }

    /// What the HLS source says to the record.
    Reason hls_takes(PoolRecord pool) {
        hlsk::BeatStream in;
        hlsk::BeatStream out;
        for (const StreamBeat& from : beats_of(BytesView(accel::to_record(1, pool)))) {
            hlsk::Beat beat;
            std::memcpy(&beat.data, from.data.data(), from.data.size());
            beat.last = from.last;
            in.write(beat);
        }
        hlsk::range_profit(*state_, in, out, frozen_);
        if (out.empty()) return Reason::none;
        BeatBytes reject{};
        const hlsk::Beat beat = out.read();
        std::memcpy(reject.data(), &beat.data, reject.size());
        return accel::reject_from(reject)->reason;
    }

    /// Clocks from `start` to the answer.
    int ask(Request request, const PoolRecord& pool) {
        put_key(dut_.coming_key, pool);
        dut_.coming = request == find;
        if (request == find) clock();
        dut_.coming = 0;
        put_key(dut_.key, pool);
        dut_.index = pool.pool_index;
        dut_.request = request;
        dut_.start = 1;
        dut_.eval();
        guess_ = dut_.guess;
        clock();
        dut_.start = 0;
        for (int clocks = 1;; ++clocks) {
            dut_.eval();
            if (dut_.done || dut_.guess_right || clocks > 200) return clocks;
            clock();
        }
    }
    template <typename Port>
    static void put_key(Port& port, const PoolRecord& pool) {
        jitbox::test::put(port, key_of(pool));
    }
    void rest() {
        do clock();
        while (random_() % 4 == 0);
    }

    void put_one(const PoolRecord& pool) {
        const auto& old = state_->pools[pool.pool_index];
        const auto key = hls_key(pool);
        const bool had = old.valid && old.key.factory == key.factory && old.key.fee == key.fee; // all have the same tokens
        const Reason reason = hls_takes(pool);
        const std::map<Reason, Outcome> of{
            {Reason::none, had ? same : added}, {Reason::bad_pool_index, elsewhere}, {Reason::pool_table_full, full}};
        ASSERT_TRUE(of.contains(reason)) << accel::name_of(reason);
        ask(put, pool);
        ASSERT_TRUE(dut_.done);
        ASSERT_EQ(dut_.outcome, of.at(reason)) << "seed " << seed_;
        outcomes_[of.at(reason)] += 1;
        rest();
    }
    void drop_one(PoolRecord pool) {
        pool.pool_kind = records::PoolKind::removed;
        ASSERT_EQ(hls_takes(pool), Reason::none);
        ask(drop, pool);
        ASSERT_TRUE(dut_.done);
        rest();
    }
    void find_one(const PoolRecord& pool) {
        const std::uint16_t index = hlsk::find_pool(*state_, hls_key(pool));
        const int clocks = ask(find, pool);
        if (dut_.guess_right) {
            ASSERT_EQ(guess_, index) << "seed " << seed_;
            ASSERT_EQ(clocks, guess_clocks);
            guessed_ += 1;
        } else {
            ASSERT_TRUE(dut_.done);
            ASSERT_EQ(dut_.found != 0, index != hlsk::no_pool) << "seed " << seed_;
            if (dut_.found) ASSERT_EQ(dut_.found_index, index) << "seed " << seed_;
            ASSERT_NE(guess_, index) << "not seen to be right";
            ASSERT_LE(clocks, find_clocks + way_clocks * hlsk::pool_ways);
            searched_ += 1;
        }
        rest();
        ASSERT_FALSE(dut_.done);
        if (index == hlsk::no_pool || random_() % 2 == 0) return;
        ask(find, pool);
        ASSERT_TRUE(dut_.guess_right) << "the next time it is guessed; seed " << seed_;
        rest();
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    std::unique_ptr<hlsk::RangeProfitState> state_ = std::make_unique<hlsk::RangeProfitState>();
    hlsk::FreezeLine frozen_{false};
    Vpool_keys dut_;
    std::vector<PoolRecord> keys_;
    std::map<Outcome, int> outcomes_;
    unsigned guess_ = 0;
    int guessed_ = 0;
    int searched_ = 0;
};

TEST_F(PoolKeys, AnswersAsTheHlsSourcesDirectory) {
    for (int i = 0; i < 6000 && !HasFatalFailure(); ++i) {
        PoolRecord pool = keys_.at(random_() % (random_() % 3 == 0 ? keys_.size() : one_bucket));
        pool.pool_index = static_cast<std::uint16_t>(random_() % 16 == 0 ? 1023 : random_() % 14);
        const auto what = random_() % 10;
        if (what < 4)
            put_one(pool);
        else if (what == 4)
            drop_one(pool);
        else
            find_one(pool);
    }
    std::cout << guessed_ << " guessed, " << searched_ << " searched for; " << outcomes_[same] << " the same, " << outcomes_[added]
              << " new, " << outcomes_[elsewhere] << " elsewhere, " << outcomes_[full] << " refused by a full bucket\n";
    EXPECT_GT(guessed_, 200);
    EXPECT_GT(searched_, 1000);
    for (const auto outcome : {same, added, elsewhere, full}) EXPECT_GT(outcomes_[outcome], 10) << static_cast<int>(outcome);
}

} // namespace
