// One pool with round numbers, and range_profit fed with records as the host makes them. For the tests of range_profit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"
#include "hls/range_profit.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

namespace jitbox::range_test {

using accel::u128;
using accel::u256;
using records::Kind;
using records::Reason;

inline Bytes20 address(std::uint8_t byte) {
    Bytes20 out{};
    out.fill(byte);
    return out;
}

inline u256 pow10(int n) {
    u256 out = 1;
    for (int i = 0; i < n; ++i) out *= 10;
    return out;
}

/// Price 1, tick 0, 0.3 %, liquidity 10^21 from tick -6000 to 6000.
inline accel::PoolRecord plain_pool() {
    accel::PoolRecord pool;
    pool.pool_index = 7;
    pool.fee = 3000;
    pool.tick_spacing = 60;
    pool.tick = 0;
    pool.state_version = 1;
    pool.block_number = 100;
    pool.address = address(0xaa);
    pool.token0 = address(0x01);
    pool.token1 = address(0x02);
    pool.factory = address(0x0f);
    pool.sqrt_price_x96 = static_cast<u256>(1) << 96;
    pool.liquidity = static_cast<u128>(pow10(21));
    pool.max_liquidity_per_tick = static_cast<u128>(pow10(33));
    return pool;
}

inline accel::TicksRecord plain_ticks() {
    accel::TicksRecord ticks;
    ticks.pool_index = 7;
    ticks.known_lower = hlsk::min_tick;
    ticks.known_upper = hlsk::max_tick;
    ticks.state_version = 1;
    const auto size = static_cast<u128>(pow10(21));
    ticks.below = {{.tick = -6000, .liquidity_gross = size, .liquidity_net = static_cast<accel::i128>(size)}};
    ticks.above = {{.tick = 6000, .liquidity_gross = size, .liquidity_net = -static_cast<accel::i128>(size)}};
    return ticks;
}

/// Both tokens worth a wei a unit, budgets of 10^24, no gas.
inline accel::ParamsRecord plain_params() {
    accel::ParamsRecord params;
    params.pool_index = 7;
    params.price0_x96 = params.price1_x96 = static_cast<u256>(1) << 96;
    params.budget0 = params.budget1 = pow10(24);
    return params;
}

/// Bucket of a pool's key in the card's directory: bucket_of of range_records.cpp, whose choice shows outside as pool_table_full
/// only.
inline std::uint64_t bucket_of_key(const accel::PoolRecord& pool) {
    std::uint64_t mixed = pool.fee;
    for (const Bytes20* part : {&pool.factory, &pool.token0, &pool.token1}) {
        const auto word = [part](std::size_t at) {
            std::uint64_t out = 0;
            std::memcpy(&out, part->data() + at, sizeof(out));
            return out;
        };
        mixed = (mixed ^ word(12)) * 0x9e3779b97f4a7c15ULL;
        mixed = (mixed ^ (mixed >> 29U) ^ word(4)) * 0xbf58476d1ce4e5b9ULL;
        mixed = (mixed ^ (mixed >> 32U) ^ word(0)) * 0x94d049bb133111ebULL;
    }
    return mixed >> 53U;
}

/// Pools like plain_pool whose keys, told apart by their factories, share a bucket.
inline std::vector<accel::PoolRecord> pools_of_one_bucket(std::size_t count) {
    std::vector<accel::PoolRecord> out;
    accel::PoolRecord pool = plain_pool();
    for (std::uint32_t i = 1; out.size() < count; ++i) {
        std::memcpy(pool.factory.data(), &i, sizeof(i));
        if (out.empty() || bucket_of_key(pool) == bucket_of_key(out[0])) out.push_back(pool);
    }
    return out;
}

struct Leg {
    std::uint64_t sequence = 50;
    std::uint8_t leg_index = 0;
    std::uint8_t hops = 1;
    bool zero_for_one = true;
    bool exact_in = true;
    bool amount_known = true;
    bool has_deadline = false;
    bool direct_pool = false;
    u256 amount = pow10(19);
    u256 limit = 0;
    u256 sqrt_price_limit_x96 = 0;
    std::uint64_t deadline = 0;
    std::uint32_t fee = 3000;
};

inline Bytes swap_record(const Leg& leg) {
    namespace s = records::swap;
    Bytes out(s::total_bytes);
    const auto put = [&out](std::size_t offset, const auto& value) { std::memcpy(out.data() + offset, &value, sizeof(value)); };
    std::uint32_t flags = 0;
    if (leg.zero_for_one) flags |= records::swap_zero_for_one;
    if (leg.exact_in) flags |= records::swap_exact_in;
    if (leg.amount_known) flags |= records::swap_amount_known;
    if (leg.has_deadline) flags |= records::swap_has_deadline;
    if (leg.direct_pool) flags |= records::swap_direct_pool;
    put(records::header::kind, static_cast<std::uint8_t>(Kind::swap));
    put(records::header::payload_bytes, static_cast<std::uint32_t>(s::total_bytes - records::header_bytes));
    put(records::header::sequence, leg.sequence);
    put(s::leg_index, leg.leg_index);
    put(s::hops, leg.hops);
    put(s::flags, flags);
    put(s::fee, leg.fee);
    put(s::deadline, leg.deadline);
    put(s::token_in, address(leg.zero_for_one ? 0x01 : 0x02));
    put(s::token_out, address(leg.zero_for_one ? 0x02 : 0x01));
    put(s::factory, address(0x0f));
    put(s::amount, leg.amount);
    put(s::limit, leg.limit);
    put(s::sqrt_price_limit_x96, leg.sqrt_price_limit_x96);
    return out;
}

/// The kernel with its streams: feed records, get whole records back.
class Kernel {
public:
    Kernel() { state_->reset(); }

    /// Every record that this one caused.
    std::vector<Bytes> feed(const Bytes& record) {
        for (std::size_t at = 0; at < record.size(); at += records::beat_bytes) {
            hlsk::Beat beat;
            std::memcpy(&beat.data, record.data() + at, records::beat_bytes);
            beat.last = at + records::beat_bytes == record.size();
            in_.write(beat);
        }
        hlsk::range_profit(*state_, in_, out_, frozen);
        EXPECT_TRUE(in_.empty()) << "a record was not consumed whole";
        std::vector<Bytes> out;
        while (!out_.empty()) {
            Bytes one;
            for (bool last = false; !last;) {
                const hlsk::Beat beat = out_.read();
                last = beat.last;
                one.resize(one.size() + records::beat_bytes);
                std::memcpy(one.data() + one.size() - records::beat_bytes, &beat.data, records::beat_bytes);
            }
            out.push_back(std::move(one));
        }
        return out;
    }

    /// Reason of the REJECT that answers a state record, none when it was taken.
    Reason refusal(const Bytes& record) {
        const auto out = feed(record);
        if (out.empty()) return Reason::none;
        EXPECT_EQ(out.size(), 1U);
        return accel::reject_from(out[0])->reason;
    }

    void load_plain_pool() {
        EXPECT_EQ(refusal(accel::to_record(1, plain_pool())), Reason::none);
        EXPECT_EQ(refusal(accel::to_record(2, plain_ticks())), Reason::none);
        EXPECT_EQ(refusal(accel::to_record(3, plain_params())), Reason::none);
    }

    /// The answer to a leg: SWAP is handed on first.
    Bytes answer(const Leg& leg) {
        const Bytes record = swap_record(leg);
        auto out = feed(record);
        EXPECT_EQ(out.size(), 2U);
        EXPECT_EQ(out.at(0), record) << "SWAP goes on unchanged";
        return out.at(1);
    }
    Reason rejection(const Leg& leg) {
        const auto reject = accel::reject_from(answer(leg));
        return reject ? reject->reason : Reason::none;
    }

    hlsk::FreezeLine frozen{false};

private:
    std::unique_ptr<hlsk::RangeProfitState> state_ = std::make_unique<hlsk::RangeProfitState>();
    hlsk::BeatStream in_;
    hlsk::BeatStream out_;
};

} // namespace jitbox::range_test
