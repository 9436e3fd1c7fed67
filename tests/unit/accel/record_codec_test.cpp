// The host's codecs: each field lands at the offset that hls/records.hpp gives it, and comes back.
// SPDX-License-Identifier: Apache-2.0
#include "accel/records.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace jitbox::accel {
namespace {

template <typename T>
T at(BytesView record, std::size_t offset) {
    T out;
    std::memcpy(&out, record.data() + offset, sizeof(out));
    return out;
}

template <typename T>
void put(Bytes& record, std::size_t offset, const T& value) {
    std::memcpy(record.data() + offset, &value, sizeof(value));
}

Bytes output(Kind kind, std::size_t total_bytes) {
    Bytes record(total_bytes);
    put(record, records::header::kind, static_cast<std::uint8_t>(kind));
    put(record, records::header::payload_bytes, static_cast<std::uint32_t>(total_bytes - records::header_bytes));
    put(record, records::header::sequence, std::uint64_t{42});
    return record;
}

TEST(RecordCodec, ATransactionIsPaddedToBeatsAndKeepsItsLength) {
    const Bytes raw(49, 0xab);
    const Bytes record = tx_record(7, raw);
    EXPECT_EQ(record.size(), 128U);
    EXPECT_EQ(kind_of(record), Kind::tx);
    EXPECT_EQ(sequence_of(record), 7U);
    EXPECT_EQ(at<std::uint32_t>(record, records::header::payload_bytes), 49U);
    EXPECT_EQ(record[16 + 48], 0xab);
    EXPECT_EQ(record[16 + 49], 0);
}

TEST(RecordCodec, ATransactionThatIsTooLargeIsOneBeatWithItsTrueLength) {
    const Bytes raw(records::max_transaction_bytes + 1, 0xab);
    const Bytes record = tx_record(7, raw);
    EXPECT_EQ(record.size(), records::beat_bytes);
    EXPECT_EQ(at<std::uint32_t>(record, records::header::payload_bytes), raw.size());
}

TEST(RecordCodec, PoolFieldsAreWhereTheContractSays) {
    PoolRecord pool;
    pool.pool_index = 513;
    pool.pool_kind = PoolKind::pancake_v3;
    pool.tick = -5;
    pool.fee = 2500;
    pool.token1[19] = 0x77;
    pool.sqrt_price_x96 = (static_cast<u256>(1) << 159) + 3;
    pool.liquidity = ~static_cast<u128>(0);
    const Bytes record = to_record(1, pool);
    ASSERT_EQ(record.size(), 256U);
    EXPECT_EQ(at<std::uint16_t>(record, 16), 513U);
    EXPECT_EQ(record[18], 2U);
    EXPECT_EQ(record[19], 1U);
    EXPECT_EQ(at<std::uint32_t>(record, 20), 2500U);
    EXPECT_EQ(at<std::int32_t>(record, 28), -5);
    EXPECT_EQ(record[123], 0x77);
    EXPECT_TRUE(at<u256>(record, 160) == pool.sqrt_price_x96);
    EXPECT_TRUE(at<u128>(record, 192) == pool.liquidity);
}

TEST(RecordCodec, TicksAreOneBeatEachInOrder) {
    TicksRecord ticks;
    ticks.below = {{.tick = -60, .liquidity_gross = 5, .liquidity_net = 5}};
    ticks.above = {{.tick = 60, .liquidity_gross = 9, .liquidity_net = -9},
                   {.tick = 120, .liquidity_gross = 1, .liquidity_net = 1}};
    const Bytes record = to_record(1, ticks);
    ASSERT_EQ(record.size(), 4 * 64U);
    EXPECT_EQ(at<std::uint16_t>(record, records::ticks::count_below), 1U);
    EXPECT_EQ(at<std::uint16_t>(record, records::ticks::count_above), 2U);
    EXPECT_EQ(at<std::int32_t>(record, 64), -60);
    EXPECT_EQ(at<std::int32_t>(record, 128), 60);
    EXPECT_TRUE(at<i128>(record, 128 + 32) == -9);
    EXPECT_EQ(at<std::int32_t>(record, 192), 120);
}

TEST(RecordCodec, ADecisionComesBackSigned) {
    Bytes record = output(Kind::decision, records::decision::total_bytes);
    put(record, records::decision::flags, std::uint8_t{2});
    put(record, records::decision::tick_lower, std::int32_t{-887220});
    put(record, records::decision::swap1, static_cast<i256>(-17));
    put(record, records::decision::profit_wei, static_cast<i256>(-1));
    const auto found = decision_from(record);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->sequence, 42U);
    EXPECT_FALSE(found->zero_for_one);
    EXPECT_TRUE(found->exact_in);
    EXPECT_EQ(found->tick_lower, -887220);
    EXPECT_TRUE(found->swap1 == -17);
    EXPECT_TRUE(found->profit_wei == -1);
}

TEST(RecordCodec, ARecordOfAnotherKindOrLengthIsAnErrorThatNamesIt) {
    const Bytes reject = output(Kind::reject, records::reject::total_bytes);
    EXPECT_TRUE(reject_from(reject));
    const auto wrong = decision_from(reject);
    ASSERT_FALSE(wrong);
    EXPECT_NE(wrong.error().what.find("DECISION"), std::string::npos);
    EXPECT_FALSE(reject_from(BytesView{}));
    Bytes cut = output(Kind::swap, records::swap::total_bytes);
    cut.resize(64);
    EXPECT_FALSE(swap_from(cut));
}

TEST(RecordCodec, EveryReasonHasItsName) {
    EXPECT_EQ(name_of(Reason::unprofitable), "unprofitable");
    EXPECT_EQ(name_of(Reason::rlp_trailing_bytes), "rlp_trailing_bytes");
    EXPECT_EQ(name_of(static_cast<Reason>(9999)), "unknown_reason");
}

} // namespace
} // namespace jitbox::accel
