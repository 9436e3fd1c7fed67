// state_records: POOL, PARAMS and BLOCK, whole, damaged and at the ends of every field, against kernels/hls (range_records.cpp),
// with store, directory and tick_math played by the bench, and resets in the middle. SPDX-License-Identifier: Apache-2.0
#include "../unit/kernels/range_fixture.hpp"
#include "Vstate_records.h"
#include "hls/range_profit.hpp"
#include "hls/tick_math.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/range_store_port.hpp"
#include "rtl/stream_beats.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace jitbox;
using namespace jitbox::test;
using hlsk::u256;
using records::Kind;
using records::Reason;

enum Request : std::uint8_t { find, put, drop };
enum Outcome : std::uint8_t { same, added, elsewhere, full };

constexpr unsigned rows = records::max_pools;
constexpr std::size_t one_bucket = 14;    ///< keys that share it; it holds eight
constexpr std::size_t record_bytes = 256; ///< of `beats`

/// pool_store's row of one index, as the module has written it.
struct Row {
    PackedPort<pool_entry_bits> pool{};
    PackedPort<params_bits> params{};
    std::uint8_t present = 0;
};

class StateRecords : public testing::Test {
protected:
    StateRecords() {
        keys_ = range_test::pools_of_one_bucket(one_bucket);
        for (int i = 0; i < 9; ++i) {
            keys_.push_back(range_test::plain_pool());
            for (std::uint8_t& byte : keys_.back().factory) byte = static_cast<std::uint8_t>(random_());
        }
        dut_.start = dut_.key_done = dut_.tick_valid = dut_.tick_ready = 0;
        forget();
    }

    // ---- records
    template <typename Value>
    static void put_at(Bytes& record, std::size_t offset, const Value& value) {
        std::memcpy(record.data() + offset, &value, sizeof(value));
    }
    template <typename Value>
    void put_one_of(Bytes& record, std::size_t offset, const std::vector<Value>& values) {
        put_at(record, offset, values.at(random_() % values.size()));
    }
    std::uint16_t any_index() {
        return static_cast<std::uint16_t>(random_() % 16 == 0 ? 1023
                                                              : random_() % 14); // fewer than keys: they are moved and refused
    }
    /// At any price, the least and the highest too; on a tick or between two, or crossed downwards.
    void put_price(accel::PoolRecord& pool) {
        const auto draw = random_() % 10;
        pool.tick = draw == 0   ? hlsk::min_tick
                    : draw == 1 ? hlsk::max_tick - 1
                                : static_cast<std::int32_t>(random_() % 1774544) + hlsk::min_tick;
        u256 price = hlsk::sqrt_ratio_at_tick(pool.tick);
        const u256 above = random_() % 3 == 0 ? u256(0) : u256(price + (u256(1) << static_cast<int>(random_() % 90)));
        if (above > price && above < hlsk::max_sqrt_ratio()) price = above;
        pool.tick = hlsk::tick_at_sqrt_ratio(price);
        if (random_() % 4 == 0) pool.tick -= 1; // right only where the price stands on the tick
        std::memcpy(&pool.sqrt_price_x96, &price, sizeof(price));
    }
    Bytes pool_record() {
        const std::uint16_t index = any_index();
        accel::PoolRecord pool = random_() % 2 == 0 && last_.contains(index)
                                     ? last_[index]
                                     : keys_.at(random_() % (random_() % 4 == 0 ? keys_.size() : one_bucket));
        pool.pool_index = index;
        pool.pool_kind = random_() % 2 == 0 ? records::PoolKind::pancake_v3 : records::PoolKind::uniswap_v3;
        if (random_() % 16 == 0) pool.pool_kind = records::PoolKind::removed;
        pool.in_service = random_() % 4 != 0;
        if (random_() % 4 == 0) pool.tick_spacing = static_cast<std::int32_t>(1 + random_() % 16383);
        if (random_() % 2 == 0) pool.state_version ^= 1ULL << random_() % 64;
        if (random_() % 2 == 0) put_price(pool);
        pool.block_number = random_();
        pool.fee_protocol = static_cast<std::uint32_t>(random_() % 256);
        for (std::uint8_t& byte : pool.address) byte = static_cast<std::uint8_t>(random_());
        pool.liquidity = random_() | static_cast<accel::u128>(random_()) << 64U;
        pool.max_liquidity_per_tick = random_() | static_cast<accel::u128>(random_()) << 64U;
        if (pool.pool_kind != records::PoolKind::removed) last_[index] = pool;
        return accel::to_record(random_(), pool);
    }
    void spoil_pool(Bytes& record) {
        namespace p = records::pool;
        const u256 least = hlsk::min_sqrt_ratio();
        const u256 most = hlsk::max_sqrt_ratio();
        switch (random_() % 9) {
        case 0:
            return put_one_of<std::uint16_t>(record, p::pool_index, {1023, 1024, 1025, 0x2001, 0xffff});
        case 1:
            return put_one_of<std::uint8_t>(record, p::pool_kind, {0, 1, 2, 3, 0x81, 255});
        case 2:
            return put_one_of<std::uint8_t>(record, p::in_service, {0, 1, 2, 128, 255});
        case 3:
            return put_one_of<std::uint32_t>(record, p::fee, {0, 1, 999'999, 1'000'000, 1U << 20U, 1U << 31U});
        case 4:
            return put_one_of<std::uint32_t>(record, p::tick_spacing, {0, 1, 16383, 16384, 0x10001, 0xffffffff});
        case 5:
            return put_one_of<std::uint32_t>(record, p::fee_protocol,
                                             {0xff, 0x100, 10000U << 16U | 10000U, 10001U, 10001U << 16U, 0x80000000U});
        case 6:
            return put_one_of<u256>(record, p::sqrt_price_x96,
                                    {u256(least - 1), least, u256(most - 1), most, u256(least + (u256(1) << 160)),
                                     u256(least + (u256(1) << 255)), 0, u256(~u256(0))});
        case 7: { // the true tick's neighbours, also those that a card of 24 bits would take for it
            std::uint32_t tick = 0;
            std::memcpy(&tick, record.data() + p::tick, sizeof(tick));
            return put_one_of<std::uint32_t>(record, p::tick,
                                             {tick - 1, tick + 1, tick ^ 1U << 24U, tick ^ 1U << 31U, 0x7fffff, 0x800000});
        }
        default:
            return spoil_tokens(record);
        }
    }
    void spoil_tokens(Bytes& record) {
        namespace p = records::pool;
        std::uint8_t* const token0 = record.data() + p::token0;
        std::uint8_t* const token1 = record.data() + p::token1;
        std::memcpy(token0, token1, 20);
        if (random_() % 4 == 0) return; // both the same
        const std::size_t high = random_() % 20;
        token0[high] = 4; // a lower byte says something else
        token1[high] = random_() % 2 == 0 ? 5 : 3;
        if (high < 19) token0[high + 1 + random_() % (19 - high)] = static_cast<std::uint8_t>(random_());
    }
    Bytes params_record() {
        accel::ParamsRecord params;
        params.pool_index = any_index();
        params.candidates = static_cast<std::uint16_t>(1 + random_() % 4096);
        params.tip_ppm = static_cast<std::uint32_t>(random_() % 1'000'001);
        Bytes record = accel::to_record(random_(), params);
        for (std::size_t at = records::params::price0_x96; at < record.size(); ++at)
            record[at] = static_cast<std::uint8_t>(random_());
        return record;
    }
    void spoil_params(Bytes& record) {
        namespace p = records::params;
        switch (random_() % 3) {
        case 0:
            return put_one_of<std::uint16_t>(record, p::pool_index, {500, 1023, 1024, 1025, 0x8002, 0xffff});
        case 1:
            return put_one_of<std::uint16_t>(record, p::candidates, {0, 1, 4096, 4097, 8192, 0xffff});
        default:
            return put_one_of<std::uint32_t>(record, p::tip_ppm, {0, 1'000'000, 1'000'001, 1U << 20U, 1U << 31U});
        }
    }
    Bytes block_record() {
        accel::BlockRecord block;
        block.next_timestamp = random_();
        Bytes record = accel::to_record(random_(), block);
        for (std::size_t at = records::block::number; at < records::block::next_timestamp; ++at)
            record[at] = static_cast<std::uint8_t>(random_());
        return record;
    }
    /// Another length, a bit of the header or of any word.
    void damage(Bytes& record) {
        std::uint32_t payload = static_cast<std::uint32_t>(record.size() - records::header_bytes);
        switch (random_() % 4) {
        case 0: // it ends early, or late, or is cut within a beat
            payload = random_() % 3 == 0 ? payload - 1 + static_cast<std::uint32_t>(random_() % 3)
                                         : static_cast<std::uint32_t>(random_() % 400);
            break;
        case 1:
            payload =
                random_() % 3 == 0 ? static_cast<std::uint32_t>(random_()) | 0x80000000U : 112U + 128U * (record.size() == 128);
            break;
        case 2:
            record[1 + random_() % 3] ^= static_cast<std::uint8_t>(1U << random_() % 8);
            break;
        default:
            record[16 + random_() % (record.size() - 16)] ^= static_cast<std::uint8_t>(1U << random_() % 8);
            break;
        }
        put_at(record, records::header::payload_bytes, payload);
        record.resize(std::size_t{records::beats_of(payload)} * records::beat_bytes);
    }
    Bytes any_record() {
        const auto draw = random_() % 16;
        Bytes record = draw < 9 ? pool_record() : draw < 14 ? params_record() : block_record();
        while (random_() % 3 == 0) record.size() == 128 ? void() : draw < 9 ? spoil_pool(record) : spoil_params(record);
        if (random_() % 5 == 0) damage(record);
        return record;
    }

    // ---- the reference
    Reason hls_takes(const Bytes& record) {
        for (const StreamBeat& from : beats_of(BytesView(record))) {
            hlsk::Beat beat;
            std::memcpy(&beat.data, from.data.data(), from.data.size());
            beat.last = from.last;
            in_.write(beat);
        }
        hlsk::range_profit(*state_, in_, out_, frozen_);
        if (out_.empty()) return Reason::none;
        BeatBytes reject{};
        const hlsk::Beat beat = out_.read();
        std::memcpy(reject.data(), &beat.data, reject.size());
        return accel::reject_from(reject)->reason;
    }
    /// TICKS come and go beside this module.
    void stir() {
        const std::uint16_t index = any_index();
        Row& row = rows_.at(index);
        if (!state_->pools[index].valid) return;
        const bool window = random_() % 3 != 0;
        state_->windows[index].valid = window;
        row.present = present_bits(true, window, (row.present & 2U) != 0, random_() % 2 == 0);
    }

    // ---- the module's neighbours
    void forget() {
        state_->reset();
        last_.clear();
        for (Row& row : rows_) row.present = 0;
        reset(dut_);
        asked_key_ = asks_ = wait_key_ = wait_tick_ = 0;
        ASSERT_EQ(dut_.next_timestamp, 0U);
    }
    /// The row that the index in `beats` has, as it stood before this clock's writes.
    void show(const Row& row) {
        dut_.pool = row.pool;
        dut_.present = row.present;
    }
    unsigned at() const { return dut_.beats[records::pool::pool_index / 4] % rows; }
    void write() {
        Row& row = rows_.at(at());
        if (dut_.write_present) row.present = dut_.new_present;
        if (dut_.write_pool) row.pool = dut_.new_pool;
        if (dut_.write_params) row.params = dut_.new_params;
        writes_ += dut_.write_present ? 1 : 0;
        ASSERT_TRUE(dut_.write_present || (!dut_.write_pool && !dut_.write_params));
    }

    /// What the directory says to a key whose record the reference has taken or not.
    unsigned outcome() const {
        if (had_key_) return same;
        return reason_ == Reason::none ? added : reason_ == Reason::pool_table_full ? full : elsewhere;
    }
    void serve_directory() {
        dut_.key_done = wait_key_ == 1;
        dut_.key_outcome = static_cast<std::uint8_t>(wait_key_ == 1 ? outcome() : random_() % 4);
        if (wait_key_ > 0) wait_key_ -= 1;
        if (wait_key_ == 0 && !busy_) dut_.key_done = random_() % 4 == 0; // a leg's
    }
    void take_key() {
        if (asked_key_ != 0 && (dut_.key_start || wait_key_ > 0)) ASSERT_EQ(dut_.key_request, request_) << "is held";
        if (!dut_.key_start) return;
        ASSERT_EQ(asked_key_++, 0) << "once a record";
        request_ = dut_.key_request;
        wait_key_ = 1 + static_cast<int>(random_() % (random_() % 2 == 0 ? 3 : 60));
        if (request_ == put) expect_key();
    }
    void expect_key() {
        auto expected = dut_.key;
        const Bytes& it = record_;
        hlsk::PoolKey key{};
        std::memcpy(&key.fee, it.data() + records::pool::fee, 4);
        const auto number = [&it](std::size_t offset) {
            hlsk::u160 out = 0;
            for (std::size_t i = 20; i-- > 0;) out = hlsk::u160((out << 8) | hlsk::u160(it[offset + i]));
            return out;
        };
        key.token0 = number(records::pool::token0);
        key.token1 = number(records::pool::token1);
        key.factory = number(records::pool::factory);
        put_pool_key(expected, key);
        ASSERT_TRUE(same_port(dut_.key, expected)) << "seed " << seed_;
    }

    void serve_tick_math() {
        dut_.tick_ready = wait_tick_ == 0 && (stands_ || !waits_to_be_asked_) && random_() % 3 != 0;
        dut_.tick_valid = wait_tick_ == 1 || (!busy_ && random_() % 4 == 0); // TICKS asks as well
        dut_.tick_found = static_cast<std::uint32_t>(random_()) & 0xffffffU;
        put_wide(dut_.tick_ratio, random_wide<160>(random_));
        if (wait_tick_ == 1 && to_tick_) dut_.tick_found = static_cast<std::uint32_t>(hlsk::tick_at_sqrt_ratio(price_)) & 0xffffffU;
        if (wait_tick_ == 1 && !to_tick_) put_wide(dut_.tick_ratio, hlsk::u160(hlsk::sqrt_ratio_at_tick(tick_)));
        if (wait_tick_ > 0) wait_tick_ -= 1;
    }
    void take_tick() {
        ASSERT_TRUE(dut_.tick_ask || !stands_) << "a question is dropped";
        stands_ = dut_.tick_ask && !dut_.tick_ready;
        if (!dut_.tick_ask || !dut_.tick_ready) return;
        to_tick_ = dut_.tick_to_tick != 0;
        price_ = u256(take_wide<160>(dut_.tick_price));
        tick_ = static_cast<std::int32_t>(dut_.tick_of << 8U) >> 8;
        if (to_tick_) ASSERT_TRUE(price_ >= hlsk::min_sqrt_ratio() && price_ < hlsk::max_sqrt_ratio()) << "seed " << seed_;
        if (!to_tick_) ASSERT_TRUE(tick_ >= hlsk::min_tick && tick_ <= hlsk::max_tick) << "seed " << seed_;
        asks_ += 1;
        wait_tick_ = 1 + static_cast<int>(random_() % (random_() % 2 == 0 ? 3 : 80));
    }

    void clock() {
        serve_directory();
        serve_tick_math();
        dut_.eval();
        take_key();
        take_tick();
        const Row before = rows_.at(at());
        write();
        jitbox::test::clock(dut_);
        show(before);
        dut_.start = 0;
        dut_.eval();
    }

    // ---- one record
    void begin(const Bytes& record) {
        record_ = record;
        std::memcpy(dut_.beats.data(), record.data(), std::min(record.size(), record_bytes)); // behind them the last record's
        const unsigned index = at();
        const hlsk::PoolEntry old = state_->pools[index];
        timestamp_ = state_->head.next_timestamp;
        reason_ = hls_takes(record);
        const hlsk::PoolEntry& now = state_->pools[index];
        const bool of_pool = record[0] == static_cast<std::uint8_t>(Kind::pool);
        had_key_ = of_pool && reason_ == Reason::none && old.valid && now.valid && old.key.factory == now.key.factory &&
                   old.key.token0 == now.key.token0 && old.key.token1 == now.key.token1 && old.key.fee == now.key.fee;
        asked_key_ = asks_ = writes_ = 0;
        show(rows_.at(index));
        dut_.start = 1;
        busy_ = true;
        ASSERT_EQ(dut_.next_timestamp, timestamp_);
    }
    /// What a record may ask of its neighbours: nothing before its fields are right.
    void expect_questions() {
        const bool of_pool = record_[0] == static_cast<std::uint8_t>(Kind::pool);
        std::uint16_t index = 0;
        std::memcpy(&index, record_.data() + records::pool::pool_index, sizeof(index));
        const bool came_to_keys = of_pool && (reason_ == Reason::none || reason_ == Reason::pool_table_full ||
                                              (reason_ == Reason::bad_pool_index && index < rows));
        ASSERT_EQ(asked_key_, came_to_keys ? 1 : 0) << "seed " << seed_;
        if (!came_to_keys) return;
        const bool removed = record_[records::pool::pool_kind] == 0;
        ASSERT_EQ(request_, removed ? drop : put);
        ASSERT_EQ(asks_ != 0, !removed);
        if (!removed) outcomes_[outcome()] += 1;
    }
    void expect_rows() {
        const unsigned index = at();
        const Row& row = rows_.at(index);
        const hlsk::PoolEntry& pool = state_->pools[index];
        const hlsk::PoolParams& params = state_->params[index];
        ASSERT_EQ(row.present | 1U, present_bits(pool.valid, state_->windows[index].valid, params.valid, true)) << "seed " << seed_;
        auto expected_pool = row.pool;
        if (pool.valid) put_pool(expected_pool, pool);
        ASSERT_TRUE(same_port(row.pool, expected_pool)) << "seed " << seed_;
        auto expected_params = row.params;
        if (params.valid) put_params(expected_params, params);
        ASSERT_TRUE(same_port(row.params, expected_params)) << "seed " << seed_;
        const bool of_block = record_[0] == static_cast<std::uint8_t>(Kind::block);
        ASSERT_EQ(writes_, reason_ == Reason::none && !of_block ? 1 : 0);
        ASSERT_EQ(dut_.next_timestamp, state_->head.next_timestamp);
    }
    void run(const Bytes& record) {
        begin(record);
        const unsigned ratios = rows_.at(at()).present & 1U;
        const int cut = random_() % 150 == 0 ? static_cast<int>(random_() % 40) : -1;
        int clocks = 0;
        for (; !HasFatalFailure() && !dut_.done; ++clocks) {
            ASSERT_LT(clocks, 2000) << "it does not end";
            clock();
            if (clocks == cut) return end_early();
        }
        if (HasFatalFailure()) return;
        ASSERT_EQ(dut_.reason, static_cast<unsigned>(reason_)) << accel::name_of(reason_) << ", seed " << seed_;
        ASSERT_EQ(rows_.at(at()).present & 1U, ratios);
        if (asks_ == 0 && asked_key_ == 0) ASSERT_EQ(clocks, 2) << "a clock to judge";
        expect_questions();
        expect_rows();
        count(record);
        busy_ = false;
        for (auto rest = 1 + random_() % 4; rest > 0; --rest) {
            clock();
            ASSERT_FALSE(dut_.done);
            ASSERT_EQ(writes_, reason_ == Reason::none && record[0] != static_cast<std::uint8_t>(Kind::block) ? 1 : 0);
        }
    }
    void count(const Bytes& record) { reasons_[record[0]][reason_] += 1; }
    void end_early() {
        resets_ += 1;
        stands_ = busy_ = false;
        forget();
        for (int i = 0; i < 4; ++i) {
            clock();
            ASSERT_FALSE(dut_.done || dut_.write_present || dut_.key_start || dut_.tick_ask) << "a record that a reset has ended";
        }
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    std::unique_ptr<hlsk::RangeProfitState> state_ = std::make_unique<hlsk::RangeProfitState>();
    hlsk::BeatStream in_;
    hlsk::BeatStream out_;
    hlsk::FreezeLine frozen_{false};
    Vstate_records dut_;
    std::vector<Row> rows_ = std::vector<Row>(rows);
    std::vector<accel::PoolRecord> keys_;
    std::map<std::uint16_t, accel::PoolRecord> last_; ///< what was last sent to an index
    // the record at hand
    Bytes record_;
    Reason reason_ = Reason::none;
    bool busy_ = false;
    bool had_key_ = false;
    std::uint64_t timestamp_ = 0;
    int asked_key_ = 0;
    int asks_ = 0; ///< of tick_math
    int writes_ = 0;
    // what its neighbours are at
    unsigned request_ = 0;
    int wait_key_ = 0;
    int wait_tick_ = 0;
    bool stands_ = false;            ///< a question to tick_math
    bool waits_to_be_asked_ = false; ///< tick_math, before it is ready
    bool to_tick_ = false;
    u256 price_ = 0;
    std::int32_t tick_ = 0;
    std::map<unsigned, std::map<Reason, int>> reasons_; ///< by kind
    std::map<unsigned, int> outcomes_;
    int resets_ = 0;
};

TEST_F(StateRecords, AreTakenAndRefusedAsByTheHlsSource) {
    for (int i = 0; i < 15000 && !HasFatalFailure(); ++i) {
        if (random_() % 3 == 0) stir();
        waits_to_be_asked_ = random_() % 2 == 0;
        run(any_record());
    }
    for (const auto& [kind, reasons] : reasons_) {
        std::cout << "kind " << kind << ':';
        for (const auto& [reason, count] : reasons) std::cout << ' ' << accel::name_of(reason) << ' ' << count;
        std::cout << '\n';
    }
    std::cout << resets_ << " resets\n";
    const auto came = [this](Kind kind, Reason reason) { return reasons_[static_cast<unsigned>(kind)][reason]; };
    for (const Kind kind : {Kind::pool, Kind::params, Kind::block}) {
        for (const Reason reason : {Reason::none, Reason::bad_header, Reason::bad_length}) EXPECT_GT(came(kind, reason), 15);
    }
    for (const Kind kind : {Kind::pool, Kind::params}) {
        for (const Reason reason : {Reason::bad_pool_index, Reason::bad_field}) EXPECT_GT(came(kind, reason), 100);
    }
    for (const auto outcome : {same, added, elsewhere, full}) EXPECT_GT(outcomes_[outcome], 20) << static_cast<int>(outcome);
    EXPECT_GT(resets_, 15);
}

} // namespace
