// leg_check: a leg's checks before its swap against kernels/hls (check_leg and seen_before of range_profit.cpp), with the directory
// and the store played by the bench: guesses that are right or wrong, beats that come while the pool is looked for, pools that are
// gone, stale or without parameters. SPDX-License-Identifier: Apache-2.0
#include "../unit/kernels/range_fixture.hpp"
#include "Vleg_check.h"
#include "hls/range_profit.hpp"
#include "hls/tick_math.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/range_job.hpp"
#include "rtl/range_store_port.hpp"
#include "rtl/stream_beats.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <vector>

namespace {

using namespace jitbox;
using namespace jitbox::test;
using hlsk::u256;
using records::Reason;
namespace s = records::swap;

constexpr std::size_t pool_count = 70; ///< more than a transaction has legs
constexpr int guess_clocks = 2;        ///< of pool_keys
constexpr int search_clocks = 3;       ///< from another pool's index to `done`
constexpr int start_clocks = 1;        ///< from `start` to `done`

/// What leg_check itself says; all others come from the engine.
const std::set<Reason> own_reasons{
    Reason::frozen,         Reason::pool_unknown, Reason::pool_out_of_service, Reason::pool_stale,      Reason::params_missing,
    Reason::amount_unknown, Reason::amount_zero,  Reason::amount_overflow,     Reason::deadline_passed, Reason::price_limit};

/// One leg as the streams of the shell give it; clocks are counted from `look`.
struct Timing {
    int beat2 = 1; ///< there are its beats from
    int start = 2;
    int key_done = 3; ///< where it is not guessed
    bool guessed = true;
};

class LegCheck : public testing::Test {
protected:
    LegCheck() {
        state_->reset();
        dut_.look = dut_.start = dut_.key_done = dut_.guess_right = dut_.frozen = 0;
        set_timestamp(1000);
        reset(dut_);
        for (std::size_t i = 0; i < pool_count; ++i) make_pool(i);
    }

    // ---- the tables
    std::vector<StreamBeat> hls_answers(const Bytes& record) {
        for (const StreamBeat& from : beats_of(BytesView(record))) {
            hlsk::Beat beat;
            std::memcpy(&beat.data, from.data.data(), from.data.size());
            beat.last = from.last;
            in_.write(beat);
        }
        hlsk::range_profit(*state_, in_, out_, frozen_);
        std::vector<StreamBeat> out;
        while (!out_.empty()) {
            const hlsk::Beat beat = out_.read();
            out.push_back({.data = {}, .last = beat.last});
            std::memcpy(out.back().data.data(), &beat.data, out.back().data.size());
        }
        return out;
    }
    void make_pool(std::size_t i) {
        accel::PoolRecord pool = range_test::plain_pool();
        pool.pool_index = index_of(i);
        pool.pool_kind = i % 3 == 0 ? records::PoolKind::pancake_v3 : records::PoolKind::uniswap_v3;
        pool.fee = static_cast<std::uint32_t>(random_() % 1000000);
        pool.factory = range_test::address(static_cast<std::uint8_t>(random_() % 4)); // told apart by the fee, often
        pool.token1 = range_test::address(static_cast<std::uint8_t>(2 + random_() % 200));
        pool.tick = static_cast<std::int32_t>(random_() % 1700000) - 850000;
        const u256 price = hlsk::sqrt_ratio_at_tick(pool.tick);
        std::memcpy(&pool.sqrt_price_x96, &price, sizeof(price));
        pool.state_version = random_();
        pool.block_number = random_();
        pool.fee_protocol = static_cast<std::uint32_t>(random_() % 256);
        hls_answers(accel::to_record(1, pool)); // refused when another has its key by chance
        keys_.at(i) = state_->pools[pool.pool_index].key;
        make_window(pool.pool_index);
        make_params(pool.pool_index);
    }
    static std::uint16_t index_of(std::size_t i) { return static_cast<std::uint16_t>(1023 - i * 14); }

    /// Narrow, so that the reference's swap ends soon.
    void make_window(std::uint16_t index) {
        hlsk::TickWindow& window = state_->windows[index];
        window.valid = true;
        window.state_version = state_->pools[index].state_version;
        window.known_lower = state_->pools[index].state.tick - static_cast<int>(random_() % 3);
        window.known_upper = state_->pools[index].state.tick + 1 + static_cast<int>(random_() % 3);
        window.known_low_x96 = hlsk::sqrt_ratio_at_tick(window.known_lower);
        window.known_high_x96 = hlsk::sqrt_ratio_at_tick(window.known_upper);
    }
    void make_params(std::uint16_t index) {
        hlsk::PoolParams& params = state_->params[index];
        params.valid = true;
        params.candidates = 1; // 1: the reference's search is of no interest
        params.tip_ppm = static_cast<std::uint32_t>(random_() % 1000001);
        params.price0_x96 = random_wide<256>(random_);
        params.price1_x96 = random_wide<256>(random_);
        params.budget0 = random_wide<256>(random_);
        params.budget1 = random_wide<256>(random_);
        params.gas_cost_wei = random_wide<256>(random_);
        params.tip_floor_wei = random_wide<256>(random_);
        params.min_profit_wei = random_wide<256>(random_);
    }
    /// Something is missing from now on, or there again.
    void stir() {
        const std::size_t i = random_() % pool_count;
        const std::uint16_t index = index_of(i);
        hlsk::PoolEntry& pool = state_->pools[index];
        hlsk::TickWindow& window = state_->windows[index];
        switch (random_() % 6) {
        case 0:
            pool.in_service = random_() % 3 != 0;
            break;
        case 1:
            window.valid = random_() % 3 != 0;
            break;
        case 2:
            window.state_version = pool.state_version ^ (random_() % 3 == 0 ? 1ULL << random_() % 64 : 0);
            break;
        case 3:
            state_->params[index].valid = random_() % 3 != 0;
            break;
        case 4:
            make_pool(i);
            break;
        default:
            if (random_() % 3 == 0) remove(index);
            break;
        }
    }
    void remove(std::uint16_t index) {
        accel::PoolRecord pool = range_test::plain_pool();
        pool.pool_index = index;
        pool.pool_kind = records::PoolKind::removed;
        ASSERT_TRUE(hls_answers(accel::to_record(1, pool)).empty());
    }
    void set_timestamp(std::uint64_t next) {
        state_->head.next_timestamp = next;
        dut_.next_timestamp = next;
    }

    // ---- legs
    template <typename Value>
    static void put_at(Bytes& record, std::size_t offset, const Value& value) {
        std::memcpy(record.data() + offset, &value, sizeof(value));
    }
    u256 price_limit(const hlsk::PoolEntry& pool, bool zero_for_one) {
        const u256& price = pool.state.sqrt_price_x96;
        const auto near = static_cast<int>(random_() % 3) - 1;
        switch (random_() % 8) {
        case 0:
            return u256(price + u256(hlsk::i256(near)));
        case 1:
            return u256(hlsk::min_sqrt_ratio() + u256(hlsk::i256(near)));
        case 2:
            return u256(hlsk::max_sqrt_ratio() + u256(hlsk::i256(near)));
        case 3:
            return u256(price + (u256(1) << (160 + static_cast<int>(random_() % 96)))); // too wide for a price
        case 4:
            return random_wide<256>(random_);
        case 5:
            return u256(zero_for_one ? price - 1000 : price + 1000);
        default:
            return 0; // none
        }
    }
    u256 amount() {
        const auto kind = random_() % 12;
        if (kind == 0) return 0;
        if (kind == 1) return u256(u256(1) << 255);
        if (kind == 2) return u256((u256(1) << 255) - 1);
        return random_wide<256>(random_);
    }
    Bytes leg_on(const hlsk::PoolKey& key, std::uint64_t sequence) {
        Bytes record(s::total_bytes);
        for (std::uint8_t& byte : record) byte = static_cast<std::uint8_t>(random_());
        const std::uint32_t flags = static_cast<std::uint32_t>(random_()) | (random_() % 10 == 0 ? 0U : records::swap_amount_known);
        const bool zero_for_one = (flags & records::swap_zero_for_one) != 0;
        record[0] = static_cast<std::uint8_t>(records::Kind::swap);
        put_at(record, records::header::payload_bytes, static_cast<std::uint32_t>(s::total_bytes - records::header_bytes));
        put_at(record, records::header::sequence, sequence);
        put_at(record, s::flags, flags);
        record[s::hops] = static_cast<std::uint8_t>(random_() % 3);
        put_at(record, s::fee, key.fee);
        put_at(record, s::deadline,
               random_() % 8 == 0 ? std::uint64_t{0}
                                  : state_->head.next_timestamp + (random_() % 4 == 0 ? random_() % 3 - 1 : 1000));
        const hlsk::u160 token_in = zero_for_one ? key.token0 : key.token1;
        const hlsk::u160 token_out = zero_for_one ? key.token1 : key.token0;
        std::memcpy(record.data() + s::token_in, &token_in, 20);
        std::memcpy(record.data() + s::token_out, &token_out, 20);
        std::memcpy(record.data() + s::factory, &key.factory, 20);
        put_at(record, s::amount, amount());
        const std::uint16_t index = hlsk::find_pool(*state_, key);
        put_at(record, s::sqrt_price_limit_x96, price_limit(state_->pools[index == hlsk::no_pool ? 0 : index], zero_for_one));
        return record;
    }
    static hlsk::PoolKey key_of(const Bytes& record) {
        hlsk::PoolKey key{};
        const bool zero_for_one = (record[s::flags] & records::swap_zero_for_one) != 0;
        const auto number = [&record](std::size_t at) {
            hlsk::u160 out = 0;
            for (std::size_t i = 20; i-- > 0;) out = hlsk::u160((out << 8) | hlsk::u160(record[at + i]));
            return out;
        };
        key.factory = number(s::factory);
        key.token0 = number(zero_for_one ? s::token_in : s::token_out);
        key.token1 = number(zero_for_one ? s::token_out : s::token_in);
        std::memcpy(&key.fee, record.data() + s::fee, sizeof(key.fee));
        return key;
    }

    // ---- the module's neighbours
    void put_beats(const Bytes& record, std::size_t from, std::size_t count) {
        std::memcpy(&dut_.beats[16 * from], record.data() + records::beat_bytes * from, records::beat_bytes * count);
    }
    void noise_beats(std::size_t from, std::size_t count) {
        for (std::size_t i = 16 * from; i < 16 * (from + count); ++i) dut_.beats[i] = static_cast<std::uint32_t>(random_());
    }
    /// What stands there of what there is not is of old.
    void show(unsigned at) {
        const hlsk::PoolEntry& pool = state_->pools[at];
        const hlsk::TickWindow& window = state_->windows[at];
        const hlsk::PoolParams& params = state_->params[at];
        put_pool(dut_.pool, pool);
        put_frame(dut_.frame, window);
        put_params(dut_.params, params);
        dut_.present = present_bits(pool.valid, window.valid, params.valid, random_() % 2 == 0);
    }
    void clock() {
        dut_.frozen = freezes_ && random_() % 3 == 0;
        dut_.eval();
        const unsigned at = dut_.store_at;
        jitbox::test::clock(dut_);
        show(at);
        dut_.eval();
    }

    Timing any_timing() {
        Timing out;
        out.beat2 = 1 + static_cast<int>(random_() % 3);
        out.start = out.beat2 + static_cast<int>(random_() % 2 == 0 ? 1 : random_() % 12);
        out.guessed = random_() % 2 == 0;
        out.key_done = guess_clocks + 1 + static_cast<int>(random_() % (random_() % 2 == 0 ? 4 : 40));
        return out;
    }
    static int done_clock(const Timing& timing) {
        return timing.guessed ? std::max(timing.start, guess_clocks) + start_clocks
                              : std::max(timing.start + start_clocks, timing.key_done + search_clocks);
    }

    /// The leg's inputs at a clock. What the directory says while it says nothing is noise.
    void drive(const Bytes& record, const Timing& timing, std::uint16_t index, int now) {
        const bool known = index != hlsk::no_pool;
        dut_.look = now == 0;
        dut_.start = now == timing.start;
        if (now == 0) put_beats(record, 0, 2);
        if (now == 0) noise_beats(2, 2);
        if (now == timing.beat2) put_beats(record, 2, 1);
        if (now == timing.start) put_beats(record, 3, 1);
        dut_.guess = static_cast<std::uint16_t>(now == 0 && timing.guessed ? index : random_() % 1024);
        dut_.guess_right = timing.guessed && now == guess_clocks;
        // A POOL that comes behind the leg asks the directory as well.
        const bool answers = !timing.guessed && now == timing.key_done;
        dut_.key_done = answers || (now > done_clock(timing) && random_() % 2 == 0);
        dut_.key_found = answers ? known : random_() % 2 != 0;
        dut_.key_index = static_cast<std::uint16_t>(answers && known ? index : random_() % 1024);
    }
    void expect_key(const Bytes& record) {
        ASSERT_EQ(dut_.key_start, dut_.look);
        auto expected = dut_.key;
        put_pool_key(expected, key_of(record));
        ASSERT_TRUE(same_port(dut_.key, expected)) << "seed " << seed_;
    }

    /// What the reference says before its swap.
    Reason hls_reason(const Bytes& record) {
        frozen_ = dut_.frozen != 0;
        const auto out = hls_answers(record);
        frozen_ = false;
        const auto reject = accel::reject_from(out.at(s::total_bytes / records::beat_bytes).data);
        if (!reject || !own_reasons.contains(reject->reason)) return Reason::none;
        const bool of_the_swap = reject->reason == Reason::amount_overflow && (record[s::amount + 31] & 0x80U) == 0;
        return of_the_swap ? Reason::none : reject->reason;
    }

    void expect_job(const Bytes& record, std::uint16_t index) {
        const auto has = [&record](records::SwapFlag flag) { return (record[s::flags] & flag) != 0; };
        const auto wide = [&record](std::size_t at) {
            u256 out = 0;
            std::memcpy(&out, record.data() + at, sizeof(out));
            return out;
        };
        const u256 own_limit = wide(s::sqrt_price_limit_x96);
        const bool zero_for_one = has(records::swap_zero_for_one);
        const u256 routers = zero_for_one ? u256(hlsk::min_sqrt_ratio() + 1) : u256(hlsk::max_sqrt_ratio() - 1);
        auto expected = dut_.job;
        StructWriter<job_bits, (job_bits + 31) / 32> job(expected);
        job.field(ap_uint<10>(index));
        copy<pool_entry_bits, pool_state_bits, 128>(job, dut_.pool);
        copy<window_frame_bits, window_frame_bits - 64, 0>(job, dut_.frame);
        copy<params_bits, params_bits, 0>(job, dut_.params);
        job.flag(zero_for_one).flag(has(records::swap_exact_in)).flag(has(records::swap_direct_pool));
        job.flag(record[s::hops] == 1).flag(own_limit != 0);
        job.field(ap_uint<255>(wide(s::amount))).field(wide(s::limit)).field(hlsk::u160(own_limit == 0 ? routers : own_limit));
        ASSERT_TRUE(same_port(dut_.job, expected)) << "seed " << seed_;
    }
    /// Bits of a row of the store, which stands on the port as show() put it.
    template <int RowBits, int Bits, int Low, typename Writer, typename Port>
    static void copy(Writer& job, const Port& row) {
        static_assert(Low + Bits <= RowBits);
        job.field(take_bits<Bits>(row, Low));
    }

    void expect_verdict(const Bytes& record, std::uint16_t index) {
        const Reason expected = hls_reason(record);
        ASSERT_EQ(dut_.reason, static_cast<unsigned>(expected)) << accel::name_of(expected) << ", seed " << seed_;
        reasons_[expected] += 1;
        of_engine_ = expected == Reason::none;
        expect_held(record, index);
    }
    void expect_held(const Bytes& record, std::uint16_t index) {
        ASSERT_EQ(dut_.has_pool != 0, index != hlsk::no_pool);
        if (index != hlsk::no_pool) ASSERT_EQ(dut_.index, index);
        if (of_engine_) expect_job(record, index);
    }

    /// From `look` until some clocks behind `done`; it may be cut off by a reset.
    void run(const Bytes& record, Timing timing) {
        const std::uint16_t index = hlsk::find_pool(*state_, key_of(record));
        timing.guessed = timing.guessed && index != hlsk::no_pool;
        const int done = done_clock(timing);
        const int end = done + 1 + static_cast<int>(random_() % 4);
        const int cut = resets_on_ && random_() % 40 == 0 ? static_cast<int>(random_() % static_cast<unsigned>(done)) : end;
        for (int now = 0; now < end && !HasFatalFailure(); ++now) {
            drive(record, timing, index, now);
            dut_.rst = now == cut;
            dut_.eval();
            expect_key(record);
            ASSERT_EQ(dut_.done != 0, now == done) << "clock " << now << ", guessed " << timing.guessed << ", seed " << seed_;
            if (now == done) expect_verdict(record, index);
            if (now > done) expect_held(record, index);
            clock();
            if (now == cut) return forget();
        }
    }
    /// Behind a reset nothing comes, and no leg was before.
    void forget() {
        dut_.rst = dut_.look = dut_.start = dut_.key_done = dut_.guess_right = 0;
        state_->leg_sequence = 0;
        state_->leg_pool_count = 0;
        for (int i = 0; i < 10; ++i) {
            clock();
            ASSERT_FALSE(dut_.done) << "a leg that a reset has ended";
        }
        resets_ += 1;
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    std::unique_ptr<hlsk::RangeProfitState> state_ = std::make_unique<hlsk::RangeProfitState>();
    hlsk::BeatStream in_;
    hlsk::BeatStream out_;
    hlsk::FreezeLine frozen_{false};
    Vleg_check dut_;
    std::array<hlsk::PoolKey, pool_count> keys_{};
    std::map<Reason, int> reasons_;
    bool of_engine_ = false; ///< the last leg
    bool freezes_ = false;
    bool resets_on_ = false;
    int resets_ = 0;
};

TEST_F(LegCheck, SaysWhatTheHlsSourceSaysBeforeTheSwap) {
    std::uint64_t sequence = 0; // also that of no leg
    resets_on_ = true;
    for (int i = 0; i < 12000 && !HasFatalFailure(); ++i) {
        if (random_() % 3 == 0) sequence = random_() % 8 == 0 ? 0 : random_();
        if (random_() % 2 == 0) stir();
        if (random_() % 8 == 0) set_timestamp(state_->head.next_timestamp + random_() % 3);
        freezes_ = random_() % 8 == 0;
        hlsk::PoolKey key = keys_.at(random_() % (random_() % 2 == 0 ? 8 : pool_count));
        if (random_() % 16 == 0) key.fee ^= 1U << random_() % 32; // none, or another
        run(leg_on(key, sequence), any_timing());
    }
    for (const auto& [reason, count] : reasons_) std::cout << accel::name_of(reason) << ' ' << count << ", ";
    std::cout << resets_ << " resets\n";
    EXPECT_GT(reasons_[Reason::none], 500);
    for (const Reason reason : own_reasons) EXPECT_GT(reasons_[reason], 20) << accel::name_of(reason);
    EXPECT_GT(resets_, 20);
}

/// Every pool is the transaction's second time as well, but only as many as it may have legs are remembered.
TEST_F(LegCheck, RemembersThePoolsOfAWholeTransaction) {
    for (std::size_t i = 0; i < 2 * pool_count && !HasFatalFailure(); ++i) {
        range_test::Leg leg{.sequence = 77, .amount = 1};
        Bytes record = range_test::swap_record(leg);
        const hlsk::PoolKey& key = keys_.at(i % pool_count);
        put_at(record, s::fee, key.fee);
        std::memcpy(record.data() + s::token_out, &key.token1, 20);
        std::memcpy(record.data() + s::factory, &key.factory, 20);
        run(record, {});
    }
    EXPECT_EQ(reasons_[Reason::pool_stale], static_cast<int>(records::max_legs)) << "of the second time";
}

} // namespace
