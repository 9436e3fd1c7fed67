// range_profit: state records are checked whole before they change anything, and every malformed one is answered with its reason.
// SPDX-License-Identifier: Apache-2.0
#include "range_fixture.hpp"

#include <algorithm>

namespace jitbox::range_test {
namespace {

class RangeRecords : public testing::Test {
protected:
    Reason refuse(const accel::PoolRecord& pool) { return kernel_.refusal(accel::to_record(1, pool)); }
    Reason refuse(const accel::TicksRecord& ticks) { return kernel_.refusal(accel::to_record(2, ticks)); }
    Reason refuse(const accel::ParamsRecord& params) { return kernel_.refusal(accel::to_record(3, params)); }

    Kernel kernel_;
};

TEST_F(RangeRecords, ALegNeedsPoolTicksAndParamsInThisOrder) {
    EXPECT_EQ(refuse(plain_ticks()), Reason::bad_pool_index);
    EXPECT_EQ(refuse(plain_params()), Reason::bad_pool_index);
    EXPECT_EQ(kernel_.rejection({.sequence = 1}), Reason::pool_unknown);
    ASSERT_EQ(refuse(plain_pool()), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 2}), Reason::pool_stale);
    ASSERT_EQ(refuse(plain_ticks()), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 3}), Reason::params_missing);
    ASSERT_EQ(refuse(plain_params()), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 4}), Reason::none);
}

TEST_F(RangeRecords, ANewStateMakesTheOldTicksStale) {
    kernel_.load_plain_pool();
    accel::PoolRecord pool = plain_pool();
    pool.state_version = 2;
    ASSERT_EQ(refuse(pool), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 1}), Reason::pool_stale);
    EXPECT_EQ(refuse(plain_ticks()), Reason::ticks_stale);
    accel::TicksRecord ticks = plain_ticks();
    ticks.state_version = 2;
    ASSERT_EQ(refuse(ticks), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 2}), Reason::none);
}

TEST_F(RangeRecords, APoolOutOfServiceOrRemovedHasNoDecisions) {
    kernel_.load_plain_pool();
    accel::PoolRecord pool = plain_pool();
    pool.in_service = false;
    ASSERT_EQ(refuse(pool), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 1}), Reason::pool_out_of_service);
    pool.pool_kind = records::PoolKind::removed;
    ASSERT_EQ(refuse(pool), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 2}), Reason::pool_unknown);
    ASSERT_EQ(refuse(plain_pool()), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 3}), Reason::pool_stale) << "a removed pool's ticks and parameters are gone";
}

TEST_F(RangeRecords, ImpossiblePoolsAreRefused) {
    const auto with = [](auto change) {
        accel::PoolRecord pool = plain_pool();
        change(pool);
        return pool;
    };
    EXPECT_EQ(refuse(with([](auto& p) { p.pool_index = 1024; })), Reason::bad_pool_index);
    EXPECT_EQ(refuse(with([](auto& p) { p.fee = 1'000'000; })), Reason::bad_field);
    EXPECT_EQ(refuse(with([](auto& p) { p.tick_spacing = 0; })), Reason::bad_field);
    EXPECT_EQ(refuse(with([](auto& p) { p.tick = 1; })), Reason::bad_field) << "the price is at tick 0";
    EXPECT_EQ(refuse(with([](auto& p) { p.tick = -1; })), Reason::none) << "crossed downwards: one below the price's tick";
    EXPECT_EQ(refuse(with([](auto& p) { p.sqrt_price_x96 = 1; })), Reason::bad_field);
    EXPECT_EQ(refuse(with([](auto& p) { p.fee_protocol = 0x100; })), Reason::bad_field);
    EXPECT_EQ(refuse(with([](auto& p) { p.token0 = p.token1; })), Reason::bad_field);
    EXPECT_EQ(refuse(with([](auto& p) { p.pool_kind = static_cast<records::PoolKind>(9); })), Reason::bad_field);
    EXPECT_EQ(refuse(with([](auto& p) { p.pool_index = 8; })), Reason::bad_pool_index) << "the same pool under a second index";
}

TEST_F(RangeRecords, WrongTicksAreRefusedAndTheOldOnesStay) {
    kernel_.load_plain_pool();
    const auto with = [](auto change) {
        accel::TicksRecord ticks = plain_ticks();
        change(ticks);
        return ticks;
    };
    EXPECT_EQ(refuse(with([](auto& t) { t.below[0].tick = -6001; })), Reason::bad_field) << "off the spacing";
    EXPECT_EQ(refuse(with([](auto& t) { t.below[0].liquidity_gross = 0; })), Reason::bad_field);
    EXPECT_EQ(refuse(with([](auto& t) { t.below[0].liquidity_gross = 1; })), Reason::bad_field) << "net above gross";
    EXPECT_EQ(refuse(with([](auto& t) { t.known_lower = -5000; })), Reason::bad_field) << "a tick outside of what is known";
    EXPECT_EQ(refuse(with([](auto& t) { t.known_lower = 60; })), Reason::bad_field) << "the price outside of what is known";
    EXPECT_EQ(refuse(with([](auto& t) { t.below.push_back(t.below[0]); })), Reason::ticks_unordered);
    EXPECT_EQ(refuse(with([](auto& t) { std::swap(t.below, t.above); })), Reason::ticks_unordered);
    EXPECT_EQ(refuse(with([](auto& t) { t.below.assign(65, t.below[0]); })), Reason::too_many_ticks);
    EXPECT_EQ(kernel_.rejection({}), Reason::none);
}

TEST_F(RangeRecords, WrongParametersAreRefused) {
    kernel_.load_plain_pool();
    accel::ParamsRecord params = plain_params();
    params.candidates = 0;
    EXPECT_EQ(refuse(params), Reason::bad_field);
    params.candidates = 4097;
    EXPECT_EQ(refuse(params), Reason::bad_field);
    params.candidates = 64;
    params.tip_ppm = 1'000'001;
    EXPECT_EQ(refuse(params), Reason::bad_field);
}

TEST_F(RangeRecords, FramesThatAreNoRecordsAreAnsweredAndPassed) {
    Bytes record = accel::to_record(9, plain_pool());
    record[records::header::flags] = 1;
    EXPECT_EQ(kernel_.refusal(record), Reason::bad_header);
    record = accel::to_record(9, plain_pool());
    record[records::header::payload_bytes] = 0xec; // four bytes short, as many beats
    EXPECT_EQ(kernel_.refusal(record), Reason::bad_length);
    Bytes unknown(64);
    unknown[records::header::kind] = 0x42;
    EXPECT_EQ(kernel_.refusal(unknown), Reason::unknown_kind);
    kernel_.load_plain_pool();
    EXPECT_EQ(kernel_.rejection({}), Reason::none) << "the records after them are read as ever";
}

TEST_F(RangeRecords, ABarrierIsAnsweredWithItsTokenAndSequence) {
    const auto out = kernel_.feed(accel::barrier_record(1234, 0xfeedULL));
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(accel::kind_of(out[0]), Kind::barrier_done);
    EXPECT_EQ(accel::sequence_of(out[0]), 1234U);
    std::uint64_t token = 0;
    std::memcpy(&token, out[0].data() + records::barrier::token, sizeof(token));
    EXPECT_EQ(token, 0xfeedULL);
}

TEST_F(RangeRecords, AnIndexMayTakeAnotherKeyOfItsBucketEvenWhenThatIsFull) {
    const auto keys = pools_of_one_bucket(9);
    for (std::uint16_t i = 0; i < 8; ++i) {
        accel::PoolRecord pool = keys[i];
        pool.pool_index = i;
        ASSERT_EQ(refuse(pool), Reason::none);
    }
    accel::PoolRecord other = keys[8];
    other.pool_index = 8;
    EXPECT_EQ(refuse(other), Reason::pool_table_full);
    other.pool_index = 3;
    ASSERT_EQ(refuse(other), Reason::none);
    Bytes leg = swap_record({.sequence = 1});
    std::ranges::copy(other.factory, leg.begin() + records::swap::factory);
    const auto reject = accel::reject_from(kernel_.feed(leg).at(1));
    ASSERT_TRUE(reject);
    EXPECT_EQ(reject->pool_index, 3U) << "found under its index";
    EXPECT_EQ(reject->reason, Reason::pool_stale);
}

TEST_F(RangeRecords, EveryPoolOfAFullCardIsFound) {
    for (std::uint16_t i = 0; i < records::max_pools; ++i) {
        accel::PoolRecord pool = plain_pool();
        pool.pool_index = i;
        pool.factory[0] = static_cast<std::uint8_t>(i >> 8U);
        pool.factory[1] = static_cast<std::uint8_t>(i);
        ASSERT_EQ(refuse(pool), Reason::none) << i;
    }
    for (std::uint16_t i = 0; i < records::max_pools; ++i) {
        Bytes leg = swap_record({.sequence = i});
        leg[records::swap::factory] = static_cast<std::uint8_t>(i >> 8U);
        leg[records::swap::factory + 1] = static_cast<std::uint8_t>(i);
        const auto out = kernel_.feed(leg);
        ASSERT_EQ(out.size(), 2U);
        const auto reject = accel::reject_from(out[1]);
        ASSERT_TRUE(reject);
        EXPECT_EQ(reject->reason, Reason::pool_stale) << "known, but without ticks";
        EXPECT_EQ(reject->pool_index, i);
    }
}

} // namespace
} // namespace jitbox::range_test
