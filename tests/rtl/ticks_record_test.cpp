// ticks_record: windows whole, full, empty, cut off and damaged at any entry, against take_ticks of kernels/hls
// (range_records.cpp), with the stream, the store, the old window and tick_math played by the bench, and resets in the middle.
// SPDX-License-Identifier: Apache-2.0
#include "../unit/kernels/range_fixture.hpp"
#include "Vticks_record.h"
#include "hls/range_profit.hpp"
#include "hls/tick_math.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/range_store_port.hpp"
#include "rtl/stream_beats.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace {

using namespace jitbox;
using namespace jitbox::test;
using records::Reason;
namespace t = records::ticks;

constexpr std::size_t entry_clocks = 3; ///< of window_store
constexpr int first_entry_clocks = 49;  ///< from `start`: one to judge, 47 for the factor
constexpr int around_clocks = 13;       ///< the verdict, both ends' prices and what leads from one to the other
constexpr std::array<std::uint16_t, 5> indices{0, 1, 9, 1022, 1023};
constexpr std::size_t side = records::window_ticks_each_side;
using Entry = PackedPort<window_tick_bits>;

/// What the tables have of one pool, as the module has written it.
struct Row {
    PackedPort<window_frame_bits> frame{};
    std::array<Entry, 2 * side> entries{};
    std::uint8_t present = 0;
};

class TicksRecord : public testing::Test {
protected:
    TicksRecord() {
        dut_.start = dut_.beat_valid = dut_.tick_valid = dut_.tick_ready = 0;
        forget();
    }

    // ---- the pools, which POOL would change
    void forget() {
        const std::vector<hlsk::PoolEntry> pools(state_->pools, state_->pools + records::max_pools);
        state_->reset();
        for (const std::uint16_t index : indices) {
            const bool again = pools.at(index).valid && random_() % 2 == 0;
            spoil_row(rows_[index], again);
            if (again) state_->pools[index] = pools.at(index);
            if (!again && random_() % 4 != 0) make_pool(index);
        }
        reset(dut_);
        coming_.assign(entry_clocks, std::nullopt);
        asks_ = wait_tick_ = 0;
        stands_ = false;
    }
    /// What stands there behind a reset says nothing, also where it looks like a window of the same pool.
    void spoil_row(Row& row, bool again) {
        row.present = again ? 8 : 0;
        for (Entry& entry : row.entries) again ? void(entry[0] ^= 1U) : noise(entry); // the price's lowest bit
        if (!again) noise(row.frame);
    }
    template <std::size_t Words>
    void noise(VlWide<Words>& port) {
        for (std::size_t i = 0; i < Words; ++i) port[i] = static_cast<std::uint32_t>(random_());
        if constexpr (Words == (window_tick_bits + 31) / 32) port[Words - 1] &= (1U << window_tick_bits % 32) - 1U;
    }
    void make_pool(std::uint16_t index) {
        constexpr std::array<std::int32_t, 6> spacings{1, 10, 60, 200, 7, 16383};
        hlsk::PoolEntry& pool = state_->pools[index];
        pool.valid = true;
        pool.state.tick_spacing =
            random_() % 4 == 0 ? static_cast<std::int32_t>(1 + random_() % 16383) : spacings.at(random_() % spacings.size());
        pool.state.tick = static_cast<std::int32_t>(random_() % 1600000) - 800000;
        if (random_() % 6 == 0) pool.state.tick = hlsk::min_tick - 1 + static_cast<std::int32_t>(random_() % 3);
        if (random_() % 6 == 0) pool.state.tick = hlsk::max_tick - 1 - static_cast<std::int32_t>(random_() % 3);
        pool.state_version = random_();
        rows_[index].present |= 8U;
    }
    /// Another state of it, near the last one: most of its window stays.
    void move_pool(std::uint16_t index) {
        hlsk::PoolEntry& pool = state_->pools[index];
        const std::int32_t by =
            pool.state.tick_spacing * (static_cast<std::int32_t>(random_() % 9) - 4) + static_cast<std::int32_t>(random_() % 3);
        pool.state.tick = std::clamp(pool.state.tick + by, hlsk::min_tick - 1, hlsk::max_tick - 1);
        pool.state_version += 1;
        state_->windows[index].valid = false;
        rows_[index].present &= 0b1011U;
    }
    void stir(std::uint16_t index) {
        hlsk::PoolEntry& pool = state_->pools[index];
        Row& row = rows_[index];
        const auto draw = random_() % 16;
        if (draw == 0) { // removed: what the window had stays known
            pool.valid = false;
            row.present &= 1U;
        } else if (draw < 3 || !pool.valid) {
            make_pool(index);
        } else if (draw < 8) {
            move_pool(index);
        } else if (draw == 8) {
            row.present ^= 2U; // parameters
        }
    }

    // ---- records
    template <typename Value>
    static void put_at(Bytes& record, std::size_t offset, const Value& value) {
        std::memcpy(record.data() + offset, &value, sizeof(value));
    }
    template <typename Value>
    static Value get_at(const Bytes& record, std::size_t offset) {
        Value out{};
        std::memcpy(&out, record.data() + offset, sizeof(out));
        return out;
    }
    template <typename Value>
    void put_one_of(Bytes& record, std::size_t offset, const std::vector<Value>& values) {
        put_at(record, offset, values.at(random_() % values.size()));
    }
    std::size_t any_count() {
        const auto draw = random_() % 8;
        return draw == 0 ? side : draw == 1 ? side - 1 : draw == 2 ? 0 : random_() % (draw < 5 ? side : 8);
    }
    accel::TickEntry entry(std::int32_t tick) {
        accel::TickEntry out{.tick = tick};
        out.liquidity_gross = (static_cast<accel::u128>(random_()) << 64U | random_()) | 1U;
        const accel::u128 net = random_() % 4 == 0 ? 0 : out.liquidity_gross >> (1 + random_() % 100);
        out.liquidity_net = random_() % 2 == 0 ? static_cast<accel::i128>(net) : -static_cast<accel::i128>(net);
        return out;
    }
    Bytes good_record(std::uint16_t index) {
        const hlsk::PoolEntry& pool = state_->pools[index];
        const std::int32_t spacing = std::max(pool.state.tick_spacing, 1);
        const std::int32_t gaps = 1 + static_cast<std::int32_t>(random_() % 3);
        const auto gap = [&] { return spacing * (1 + static_cast<std::int32_t>(random_() % static_cast<unsigned>(gaps))); };
        accel::TicksRecord ticks{
            .pool_index = index, .known_lower = 0, .known_upper = 0, .state_version = pool.state_version, .below = {}, .above = {}};
        std::int32_t at = hlsk::floor_div(pool.state.tick, spacing) * spacing;
        for (std::size_t left = any_count(); left > 0 && at >= hlsk::min_tick; --left, at -= gap())
            ticks.below.insert(ticks.below.begin(), entry(at));
        ticks.known_lower = random_() % 2 == 0 ? std::min(at + 1, pool.state.tick) : any_low();
        at = hlsk::floor_div(pool.state.tick, spacing) * spacing + spacing;
        for (std::size_t left = any_count(); left > 0 && at <= hlsk::max_tick; --left, at += gap())
            ticks.above.push_back(entry(at));
        ticks.known_upper = random_() % 2 == 0 ? std::max(at - 1, pool.state.tick + 1) : -any_low();
        return accel::to_record(random_(), ticks);
    }
    std::int32_t any_low() {
        constexpr std::array<std::int32_t, 4> lows{hlsk::min_tick - 1, hlsk::min_tick - (1 << 24),
                                                   -std::numeric_limits<std::int32_t>::max(), hlsk::min_tick - 70000};
        return lows.at(random_() % lows.size());
    }
    void spoil_head(Bytes& record, std::uint16_t index) {
        const auto tick = static_cast<std::uint32_t>(state_->pools[index].state.tick);
        const auto below = get_at<std::uint16_t>(record, t::count_below);
        const auto above = get_at<std::uint16_t>(record, t::count_above);
        switch (random_() % 7) {
        case 0:
            return put_one_of<std::uint16_t>(record, t::pool_index,
                                             {500, 1024, 1025, 0x8009, 0xffff, static_cast<std::uint16_t>(index | 0x400U)});
        case 1: // as many, but otherwise on the two sides
            put_at(record, t::count_below, static_cast<std::uint16_t>(below + 1));
            return put_at(record, t::count_above, static_cast<std::uint16_t>(above - 1));
        case 2:
            put_at(record, t::count_below, static_cast<std::uint16_t>(below - 1));
            return put_at(record, t::count_above, static_cast<std::uint16_t>(above + 1));
        case 3:
            return put_one_of<std::uint16_t>(record, random_() % 2 == 0 ? t::count_below : t::count_above,
                                             {0, 64, 65, 127, 128, 256, 0x8000, 0xffff});
        case 4:
            return put_one_of<std::uint32_t>(record, t::known_lower,
                                             {tick, tick + 1, tick + 2, 0x7fffffff, 0x80000000, tick ^ 1U << 24U});
        case 5:
            return put_one_of<std::uint32_t>(record, t::known_upper,
                                             {tick - 1, tick, tick + 1, 0x7fffffff, 0x80000000, tick ^ 1U << 31U});
        default:
            return put_at(record, t::state_version, state_->pools[index].state_version ^ 1ULL << random_() % 64);
        }
    }
    void spoil_entry(Bytes& record, std::uint16_t index) {
        const std::size_t count = record.size() / records::beat_bytes - 1;
        if (count == 0) return;
        const std::size_t which = random_() % 3 == 0 ? count - 1 : random_() % count;
        const std::size_t at = t::entries + t::entry_bytes * which;
        const auto tick = get_at<std::uint32_t>(record, at + t::entry::tick);
        const auto gross = get_at<accel::u128>(record, at + t::entry::liquidity_gross);
        const auto spacing = static_cast<std::uint32_t>(state_->pools[index].state.tick_spacing);
        switch (random_() % 5) {
        case 0:
            return put_one_of<std::uint32_t>(
                record, at + t::entry::tick,
                {tick + 1, tick - 1, tick + spacing, tick - spacing, tick ^ 1U << 24U, tick ^ 1U << 31U, 0});
        case 1: // the same again
            return put_at(record, at + t::entry::tick,
                          get_at<std::uint32_t>(record, (which > 0 ? at - t::entry_bytes : at) + t::entry::tick));
        case 2:
            return put_one_of<accel::u128>(record, at + t::entry::liquidity_gross,
                                           {0, 1, gross ^ static_cast<accel::u128>(1) << random_() % 128});
        case 3:
            return put_one_of<accel::u128>(
                record, at + t::entry::liquidity_net,
                {gross, gross + 1, static_cast<accel::u128>(0) - gross, ~gross, static_cast<accel::u128>(1) << 127U});
        default: // with the one before it
            if (which > 0)
                std::swap_ranges(record.begin() + static_cast<std::ptrdiff_t>(at),
                                 record.begin() + static_cast<std::ptrdiff_t>(at + 64),
                                 record.begin() + static_cast<std::ptrdiff_t>(at - 64));
            return;
        }
    }
    /// Another length, a bit of the header or of any word.
    void damage(Bytes& record) {
        auto payload = static_cast<std::uint32_t>(record.size() - records::header_bytes);
        switch (random_() % 5) {
        case 0:
            payload += static_cast<std::uint32_t>(random_() % 3) - 1;
            break;
        case 1: // it ends early or late
            payload += 64 * (static_cast<std::uint32_t>(random_() % 5) - 2);
            break;
        case 2:
            payload = random_() % 2 == 0 ? static_cast<std::uint32_t>(random_() % 64)
                                         : static_cast<std::uint32_t>(random_()) | 0x80000000U;
            break;
        case 3:
            record[1 + random_() % 3] ^= static_cast<std::uint8_t>(1U << random_() % 8);
            break;
        default:
            record[16 + random_() % (record.size() - 16)] ^= static_cast<std::uint8_t>(1U << random_() % 8);
            break;
        }
        put_at(record, records::header::payload_bytes, payload);
        record.resize(std::size_t{records::beats_of(payload)} * records::beat_bytes);
    }
    Bytes any_record(std::uint16_t index) {
        Bytes record = good_record(index);
        if (random_() % 4 == 0) spoil_head(record, index);
        while (random_() % 3 == 0) spoil_entry(record, index);
        if (random_() % 8 == 0) damage(record);
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
    /// Prices that the old window does not have, and those of its two ends.
    static int new_prices(const hlsk::TickWindow& old, const hlsk::TickWindow& window) {
        int out = 2;
        for (int i = 0; i < window.count; ++i) {
            const auto* const end = old.ticks + old.count;
            out += std::none_of(old.ticks, end, [&](const auto& it) { return it.tick == window.ticks[i].tick; }) ? 1 : 0;
        }
        return out;
    }

    // ---- the module's neighbours
    Row& row() { return rows_[static_cast<std::uint16_t>(dut_.head[t::pool_index / 4] % records::max_pools)]; }
    void show(const PackedPort<window_frame_bits>& frame, std::uint8_t present) {
        put_pool(dut_.pool, state_->pools[dut_.head[t::pool_index / 4] % records::max_pools]);
        dut_.frame = frame;
        dut_.present = present;
    }
    /// The first beat that was not taken yet stands or does not; behind the record's last it is another record's.
    void serve_stream() {
        if (!dut_.beat_valid && random_() % 100 >= pauses_) dut_.beat_valid = 1;
        const bool of_record = busy_ && next_ < beats_.size();
        if (of_record) put(dut_.beat_data, beats_.at(next_).data);
        if (!of_record) {
            for (std::size_t i = 0; i < 16; ++i) dut_.beat_data[i] = static_cast<std::uint32_t>(random_());
        }
        dut_.beat_last = of_record ? next_ + 1 == beats_.size() : random_() % 2 == 0;
    }
    void take_beat() {
        if (!dut_.beat_valid || !dut_.beat_ready) return;
        ASSERT_TRUE(busy_ && next_ < beats_.size()) << "another record's beat, seed " << seed_;
        if (next_++ == 1) first_entry_ = clocks_;
        last_entry_ = clocks_;
    }
    void serve_window() {
        if (const auto due = coming_.back()) {
            dut_.old_entry = row().entries.at(*due);
        } else {
            noise(dut_.old_entry);
        }
        coming_.pop_back();
    }
    void write() {
        if (dut_.entry_write) row().entries.at(dut_.entry_at) = dut_.new_entry;
        entry_writes_ += dut_.entry_write ? 1 : 0;
        if (!dut_.write_frame) return;
        row().frame = dut_.new_frame;
        row().present = dut_.new_present;
        frame_writes_ += 1;
    }
    void serve_tick_math() {
        dut_.tick_ready = wait_tick_ == 0 && (eager_ || ((stands_ || !waits_to_be_asked_) && random_() % 3 != 0));
        dut_.tick_valid = wait_tick_ == 1 || (!busy_ && random_() % 4 == 0); // a POOL asks as well
        put_wide(dut_.tick_ratio, wait_tick_ == 1 ? hlsk::u160(hlsk::sqrt_ratio_at_tick(tick_)) : random_wide<160>(random_));
        if (wait_tick_ > 0) wait_tick_ -= 1;
    }
    void take_tick() {
        ASSERT_TRUE(dut_.tick_ask || !stands_) << "a question is dropped";
        stands_ = dut_.tick_ask && !dut_.tick_ready;
        if (!dut_.tick_ask || !dut_.tick_ready) return;
        tick_ = static_cast<std::int32_t>(dut_.tick_of << 8U) >> 8;
        ASSERT_TRUE(tick_ >= hlsk::min_tick && tick_ <= hlsk::max_tick) << tick_ << ", seed " << seed_;
        asks_ += 1;
        wait_tick_ = eager_ ? 1 : 1 + static_cast<int>(random_() % (random_() % 8 == 0 ? 60 : 3));
    }
    void clock() {
        serve_stream();
        serve_window();
        serve_tick_math();
        dut_.eval();
        take_beat();
        const bool taken = dut_.beat_valid && dut_.beat_ready;
        take_tick();
        coming_.push_front(dut_.old_read ? std::optional<unsigned>(dut_.old_read_at) : std::nullopt);
        const auto frame = row().frame;
        const std::uint8_t present = row().present;
        write();
        jitbox::test::clock(dut_);
        show(frame, present);
        dut_.start = 0;
        if (taken) dut_.beat_valid = 0;
        dut_.eval();
        clocks_ += 1;
    }

    // ---- one record
    void begin(const Bytes& record) {
        beats_ = beats_of(BytesView(record));
        put(dut_.head, beats_.at(0).data);
        next_ = 1;
        show(row().frame, row().present);
        const std::uint16_t index = static_cast<std::uint16_t>(dut_.head[t::pool_index / 4] % records::max_pools);
        *old_ = state_->windows[index];
        reason_ = hls_takes(record);
        prices_ = reason_ == Reason::none ? new_prices(*old_, state_->windows[index]) : 0;
        asks_ = entry_writes_ = frame_writes_ = clocks_ = first_entry_ = last_entry_ = 0;
        dut_.start = 1;
        busy_ = true;
    }
    void expect_rows() {
        const std::uint16_t index = static_cast<std::uint16_t>(dut_.head[t::pool_index / 4] % records::max_pools);
        const hlsk::TickWindow& window = state_->windows[index];
        const bool taken = reason_ == Reason::none;
        ASSERT_EQ(frame_writes_, taken ? 1 : 0);
        ASSERT_EQ(entry_writes_, taken ? window.count : 0);
        ASSERT_EQ(asks_, prices_) << "prices that the old window had; seed " << seed_;
        if (!taken) return;
        auto frame = row().frame;
        put_frame(frame, window);
        ASSERT_TRUE(same_port(row().frame, frame)) << "seed " << seed_;
        for (int i = 0; i < window.count; ++i) {
            Entry entry{};
            put_window_tick(entry, window.ticks[i]);
            ASSERT_TRUE(same_port(row().entries.at(static_cast<std::size_t>(i)), entry)) << "entry " << i << ", seed " << seed_;
        }
        known_ += window.count + 2 - prices_;
        new_ += prices_ - 2;
        full_ += window.count == static_cast<int>(2 * side) ? 1 : 0;
    }
    void run(const Bytes& record) {
        begin(record);
        const std::uint8_t params = row().present & 2U;
        const int cut = resets_on_ && random_() % 100 == 0 ? static_cast<int>(random_() % 400) : -1;
        for (; !HasFatalFailure() && !dut_.done;) {
            ASSERT_LT(clocks_, 30000) << "it does not end, seed " << seed_;
            clock();
            if (clocks_ == cut && !dut_.done) return end_early();
        }
        if (HasFatalFailure()) return;
        done_ = clocks_;
        ASSERT_EQ(next_, beats_.size()) << "beats are left, seed " << seed_;
        ASSERT_EQ(dut_.reason, static_cast<unsigned>(reason_)) << accel::name_of(reason_) << ", seed " << seed_;
        if (reason_ == Reason::none) ASSERT_EQ(row().present, present_bits(true, true, params != 0, true));
        expect_rows();
        reasons_[reason_] += 1;
        busy_ = false;
        for (auto rest = 1 + random_() % 4; rest > 0 && !HasFatalFailure(); --rest) {
            clock();
            ASSERT_FALSE(dut_.done || dut_.entry_write || dut_.write_frame || dut_.tick_ask);
        }
    }
    void end_early() {
        busy_ = false;
        resets_ += 1;
        forget();
        for (int i = 0; i < 5; ++i) {
            clock();
            ASSERT_FALSE(dut_.done || dut_.entry_write || dut_.write_frame || dut_.tick_ask) << "a record that a reset has ended";
        }
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    std::unique_ptr<hlsk::RangeProfitState> state_ = std::make_unique<hlsk::RangeProfitState>();
    std::unique_ptr<hlsk::TickWindow> old_ = std::make_unique<hlsk::TickWindow>();
    hlsk::BeatStream in_;
    hlsk::BeatStream out_;
    hlsk::FreezeLine frozen_{false};
    Vticks_record dut_;
    std::map<std::uint16_t, Row> rows_;
    // the record at hand
    std::vector<StreamBeat> beats_;
    std::size_t next_ = 0;
    Reason reason_ = Reason::none;
    bool busy_ = false;
    int prices_ = 0;
    int asks_ = 0;
    int entry_writes_ = 0;
    int frame_writes_ = 0;
    int clocks_ = 0;
    int first_entry_ = 0;
    int last_entry_ = 0;
    int done_ = 0;
    // its neighbours
    std::deque<std::optional<unsigned>> coming_;
    std::int32_t tick_ = 0;
    int wait_tick_ = 0;
    bool stands_ = false;
    bool eager_ = false;
    bool waits_to_be_asked_ = false; ///< tick_math, before it is ready
    bool resets_on_ = false;
    unsigned pauses_ = 0; ///< of the stream, in percent
    std::map<Reason, int> reasons_;
    int known_ = 0;
    int new_ = 0;
    int full_ = 0;
    int resets_ = 0;
};

TEST_F(TicksRecord, AreTakenAndRefusedAsByTheHlsSource) {
    resets_on_ = true;
    for (int i = 0; i < 5000 && !HasFatalFailure(); ++i) {
        const std::uint16_t index = indices.at(random_() % indices.size());
        if (random_() % 2 == 0) stir(index);
        pauses_ = static_cast<unsigned>(random_() % 3 * 45);
        eager_ = random_() % 2 == 0;
        waits_to_be_asked_ = random_() % 2 == 0;
        run(any_record(index));
    }
    for (const auto& [reason, count] : reasons_) std::cout << accel::name_of(reason) << ' ' << count << ", ";
    std::cout << new_ << " new prices, " << known_ << " known; " << full_ << " full, " << resets_ << " resets\n";
    for (const Reason reason : {Reason::none, Reason::bad_header, Reason::bad_length, Reason::too_many_ticks,
                                Reason::bad_pool_index, Reason::ticks_stale, Reason::bad_field, Reason::ticks_unordered})
        EXPECT_GT(reasons_[reason], 30) << accel::name_of(reason);
    EXPECT_GT(known_, 5000);
    EXPECT_GT(new_, 5000);
    EXPECT_GT(full_, 3);
    EXPECT_GT(resets_, 10);
}

/// A full window again: all its prices are known.
TEST_F(TicksRecord, TakeABeatAClockAndTwoClocksAnEntryThatIsKnown) {
    make_pool(9);
    state_->pools[9].state.tick = 30;
    state_->pools[9].state.tick_spacing = 60;
    accel::TicksRecord ticks{.pool_index = 9,
                             .known_lower = -9000,
                             .known_upper = 9000,
                             .state_version = state_->pools[9].state_version,
                             .below = {},
                             .above = {}};
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(side); ++i) {
        ticks.below.insert(ticks.below.begin(), entry(-60 * i));
        ticks.above.push_back(entry(60 + 60 * i));
    }
    eager_ = true;
    run(accel::to_record(1, ticks));
    EXPECT_EQ(asks_, static_cast<int>(2 * side) + 2);
    run(accel::to_record(2, ticks));
    EXPECT_EQ(asks_, 2);
    EXPECT_EQ(first_entry_, first_entry_clocks);
    EXPECT_EQ(last_entry_ - first_entry_, static_cast<int>(2 * side) - 1);
    EXPECT_EQ(done_ - last_entry_, 2 * static_cast<int>(2 * side) + around_clocks);
}

} // namespace
