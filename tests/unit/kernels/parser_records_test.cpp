// The record stream through the parser: tables change what follows, the rest passes in order, damage stays where it is.
// SPDX-License-Identifier: Apache-2.0
#include "parser_harness.hpp"

#include "chain/keccak.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace jitbox::test {
namespace {

const Bytes20 router = address_of(0x77);

accel::PoolRecord some_pool(std::uint16_t index, std::uint8_t address) {
    accel::PoolRecord pool;
    pool.pool_index = index;
    pool.address = address_of(address);
    pool.token0 = address_of(0x0a);
    pool.token1 = address_of(0x0b);
    pool.factory = address_of(0xfa);
    pool.fee = 3000;
    return pool;
}

Bytes pool_swap(bool zero_for_one, const chain::u256& amount, const chain::u256& price_limit) {
    return Calldata(0x128acb08)
        .word(address_of(0x99))
        .word(zero_for_one ? 1 : 0)
        .word(amount)
        .word(price_limit)
        .word(160)
        .word(0)
        .get();
}

Bytes swap02() {
    return Calldata(0x04e45aaf).word(address_of(1)).word(address_of(2)).word(500).word(address_of(3)).word(5).word(6).word(0).get();
}

void expect_reject(const std::vector<Bytes>& answers, Reason reason) {
    ASSERT_EQ(answers.size(), 1U);
    const auto reject = accel::reject_from(answers[0]);
    ASSERT_TRUE(reject.has_value());
    EXPECT_EQ(reject->reason, reason);
    EXPECT_EQ(reject->stage, accel::Stage::record);
}

TEST(Routers, a_new_table_replaces_the_old_one) {
    ParserHarness parser;
    parser.set_routers({{router, RouterKind::swap_router02, address_of(0xfa)}});
    EXPECT_EQ(parser.parse(call(router, swap02())).legs.size(), 1U);
    parser.set_routers({{address_of(0x78), RouterKind::swap_router02, address_of(0xfb)}});
    EXPECT_TRUE(parser.parse(call(router, swap02())).legs.empty());
    const Parsed parsed = parser.parse(call(address_of(0x78), swap02()));
    ASSERT_EQ(parsed.legs.size(), 1U);
    EXPECT_EQ(parsed.legs[0].factory, address_of(0xfb)) << "forks differ by factory";
    parser.set_routers({});
    EXPECT_TRUE(parser.parse(call(address_of(0x78), swap02())).legs.empty());
}

TEST(Routers, thirty_two_fit) {
    ParserHarness parser;
    std::vector<accel::RouterEntry> table;
    for (std::uint8_t i = 0; i < 32; ++i) table.push_back({address_of(i), RouterKind::swap_router02, address_of(0xfa)});
    parser.set_routers(table);
    EXPECT_EQ(parser.parse(call(address_of(31), swap02())).legs.size(), 1U);
    Bytes record = accel::to_record(1, table);
    record.resize(record.size() + 64);
    record[records::header::payload_bytes] = static_cast<std::uint8_t>(48 + 33 * 64);
    record[records::header::payload_bytes + 1] = static_cast<std::uint8_t>((48 + 33 * 64) >> 8);
    record[records::routers::count] = 33;
    expect_reject(parser.run(record), Reason::too_many_routers);
}

TEST(Routers, a_bad_kind_leaves_no_table) {
    ParserHarness parser;
    Bytes record = accel::to_record(1, std::vector<accel::RouterEntry>{{router, RouterKind::swap_router02, address_of(0xfa)}});
    record[records::routers::entries + records::routers::entry::kind] = 99;
    expect_reject(parser.run(record), Reason::bad_field);
    EXPECT_TRUE(parser.parse(call(router, swap02())).legs.empty());
}

TEST(DirectPool, a_swap_call_on_a_known_pool_is_one_leg) {
    ParserHarness parser;
    parser.set_pool(some_pool(5, 0x55));
    const Parsed parsed = parser.parse(call(address_of(0x55), pool_swap(true, 1000, 77)));
    ASSERT_EQ(parsed.legs.size(), 1U);
    const accel::SwapLeg& leg = parsed.legs[0];
    EXPECT_EQ(parsed.seen.router_kind, RouterKind::pool);
    EXPECT_TRUE(leg.has(records::swap_direct_pool));
    EXPECT_TRUE(leg.has(records::swap_zero_for_one));
    EXPECT_TRUE(leg.has(records::swap_exact_in));
    EXPECT_EQ(leg.pool_address, address_of(0x55));
    EXPECT_EQ(leg.token_in, address_of(0x0a));
    EXPECT_EQ(leg.token_out, address_of(0x0b));
    EXPECT_EQ(leg.fee, 3000U);
    EXPECT_EQ(leg.amount, 1000U);
    EXPECT_EQ(leg.limit, 0U);
    EXPECT_EQ(leg.sqrt_price_limit_x96, 77U);
}

TEST(DirectPool, a_negative_amount_is_an_exact_output) {
    ParserHarness parser;
    parser.set_pool(some_pool(5, 0x55));
    const Parsed parsed = parser.parse(call(address_of(0x55), pool_swap(false, chain::u256{0} - 1000, 77)));
    ASSERT_EQ(parsed.legs.size(), 1U);
    EXPECT_FALSE(parsed.legs[0].has(records::swap_exact_in));
    EXPECT_EQ(parsed.legs[0].amount, 1000U);
    EXPECT_EQ(parsed.legs[0].limit, ~chain::u256{0}) << "no maximum";
    EXPECT_EQ(parsed.legs[0].token_in, address_of(0x0b));
}

TEST(DirectPool, a_price_limit_of_zero_always_reverts) {
    ParserHarness parser;
    parser.set_pool(some_pool(5, 0x55));
    EXPECT_EQ(parser.parse(call(address_of(0x55), pool_swap(true, 1, 0))).seen.reason, Reason::calldata_bad_price_limit);
}

TEST(DirectPool, the_directory_follows_replacement_and_removal) {
    ParserHarness parser;
    const Bytes swap = pool_swap(true, 1, 1);
    for (std::uint16_t i = 0; i < 1024; ++i) {
        auto pool = some_pool(i, 0x55);
        pool.address[0] = static_cast<std::uint8_t>(i);
        pool.address[1] = static_cast<std::uint8_t>(i >> 8);
        parser.set_pool(pool);
    }
    auto address = address_of(0x55);
    address[0] = 0x21;
    address[1] = 0x03;
    EXPECT_EQ(parser.parse(call(address, swap)).legs.size(), 1U) << "pool 0x321";
    parser.set_pool(some_pool(0x321, 0x66));
    EXPECT_TRUE(parser.parse(call(address, swap)).legs.empty()) << "replaced";
    EXPECT_EQ(parser.parse(call(address_of(0x66), swap)).legs.size(), 1U);
    auto removed = some_pool(0x321, 0x66);
    removed.pool_kind = accel::PoolKind::removed;
    parser.set_pool(removed);
    EXPECT_TRUE(parser.parse(call(address_of(0x66), swap)).legs.empty()) << "removed";
    address[0] = 0xff;
    EXPECT_EQ(parser.parse(call(address, swap)).legs.size(), 1U) << "others stay";
}

TEST(Stream, records_for_the_pricing_kernel_pass_unchanged) {
    ParserHarness parser;
    accel::TicksRecord ticks;
    ticks.below.resize(3);
    ticks.above.resize(2);
    const std::vector<Bytes> stream{accel::to_record(1, ticks), accel::to_record(2, accel::ParamsRecord{}),
                                    accel::to_record(3, accel::BlockRecord{}), accel::barrier_record(4, 99)};
    for (const Bytes& record : stream) {
        const auto answers = parser.run(record);
        ASSERT_EQ(answers.size(), 1U);
        EXPECT_EQ(answers[0], record);
    }
}

TEST(Stream, a_malformed_record_is_rejected_and_the_next_one_is_fine) {
    const Bytes good = accel::tx_record(9, transaction(legacy_fields()));
    const auto spoil = [](Bytes record, std::size_t at, std::uint8_t value) {
        record[at] = value;
        return record;
    };
    const Bytes barrier = accel::barrier_record(1, 2);
    const Bytes pool = accel::to_record(1, some_pool(1, 0x55));
    const std::vector<std::pair<Bytes, Reason>> malformed{
        {spoil(barrier, records::header::kind, 0x00), Reason::unknown_kind},
        {spoil(barrier, records::header::kind, 0x42), Reason::unknown_kind},
        {spoil(barrier, records::header::kind, 0x82), Reason::unknown_kind},
        {spoil(barrier, records::header::flags, 1), Reason::bad_header},
        {spoil(barrier, records::header::reserved, 1), Reason::bad_header},
        {spoil(barrier, records::header::payload_bytes, 47), Reason::bad_length},
        {spoil(barrier, records::header::kind, static_cast<std::uint8_t>(records::Kind::pool)), Reason::bad_length},
        {spoil(barrier, records::header::payload_bytes + 3, 0x80), Reason::bad_length}, // framed as one beat
        {spoil(pool, records::pool::pool_index + 1, 4), Reason::bad_pool_index},
    };
    for (const auto& [record, reason] : malformed) {
        ParserHarness parser;
        expect_reject(parser.run(record), reason);
        EXPECT_EQ(parser.run(good).size(), 1U);
    }
}

TEST(Stream, the_largest_transaction_fits_and_one_byte_more_does_not) {
    const auto raw_of = [](std::size_t calldata) {
        auto fields = legacy_fields();
        fields[5] = text(Bytes(calldata, 0x5a));
        return transaction(fields);
    };
    const std::size_t envelope = raw_of(100'000).size() - 100'000;
    const Bytes largest = raw_of(records::max_transaction_bytes - envelope);
    ASSERT_EQ(largest.size(), records::max_transaction_bytes);
    ParserHarness parser;
    const Parsed parsed = parser.parse(largest);
    EXPECT_EQ(parsed.seen.status, TxStatus::no_swap);
    EXPECT_EQ(parsed.seen.hash, chain::keccak256(BytesView(largest)));
    Bytes record(64);
    const std::uint32_t payload = records::max_transaction_bytes + 1;
    record[records::header::kind] = static_cast<std::uint8_t>(records::Kind::tx);
    std::memcpy(record.data() + records::header::payload_bytes, &payload, 4);
    expect_reject(parser.run(record), Reason::bad_length);
}

TEST(Stream, what_a_transaction_left_behind_changes_nothing) {
    // The buffer keeps the bytes of the last transaction: a shorter one must not see them.
    ParserHarness used;
    used.set_routers({{router, RouterKind::swap_router02, address_of(0xfa)}});
    ParserHarness fresh;
    fresh.set_routers({{router, RouterKind::swap_router02, address_of(0xfa)}});
    const Bytes full = call(router, swap02());
    used.parse(full);
    for (std::size_t size = 0; size < swap02().size(); ++size) {
        const Bytes part = call(router, BytesView(swap02()).first(size));
        const Bytes record = accel::tx_record(1, part);
        EXPECT_EQ(used.run(record), fresh.run(record)) << size;
        used.parse(full);
    }
}

} // namespace
} // namespace jitbox::test
