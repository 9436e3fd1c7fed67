// range_dispatch: whole and damaged records of every kind, each sent where it belongs and answered in its place, with all
// neighbours played by the bench and stalls everywhere; what needs no neighbour is answered as by kernels/hls (range_profit.cpp).
// SPDX-License-Identifier: Apache-2.0
#include "Vrange_dispatch.h"
#include "accel/records.hpp"
#include "hls/range_records.hpp"
#include "rtl/stream_beats.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace jitbox;
using namespace jitbox::test;
using hlsk::i256;
using hlsk::u256;
using records::Kind;
using records::Reason;

constexpr std::size_t decision_beats = records::decision::total_bytes / records::beat_bytes;
constexpr std::size_t kept_beats = 4; ///< of a record, for those who take it
constexpr int patience = 1000;

/// Counts down to an answer.
class Wait {
public:
    void begin(std::uint64_t clocks) { left_ = static_cast<int>(clocks); }
    void end() { left_ = -1; }
    [[nodiscard]] bool runs() const { return left_ >= 0; }
    /// Once a clock: is it now?
    bool comes() { return left_ >= 0 && left_-- == 0; }

private:
    int left_ = -1;
};

class RangeDispatch : public testing::Test {
protected:
    RangeDispatch() {
        state_->reset();
        begin_again();
    }

    // ---- records
    Bytes record_of(Kind kind, std::uint32_t payload) {
        Bytes out(std::size_t{records::beats_of(payload)} * records::beat_bytes);
        for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(random_());
        out[0] = static_cast<std::uint8_t>(kind);
        if (random_() % 8 != 0) std::fill_n(out.begin() + 1, 3, std::uint8_t{0}); // flags and what is reserved
        std::memcpy(out.data() + records::header::payload_bytes, &payload, sizeof(payload));
        return out;
    }
    static std::uint32_t right_payload(Kind kind) {
        switch (kind) {
        case Kind::tx_seen:
            return records::tx_seen::total_bytes - records::header_bytes;
        case Kind::block:
            return records::block::total_bytes - records::header_bytes;
        case Kind::barrier:
        case Kind::reject:
            return records::barrier::total_bytes - records::header_bytes;
        default:
            return records::swap::total_bytes - records::header_bytes; // that of POOL and PARAMS as well
        }
    }
    std::uint32_t wrong_payload(std::uint32_t payload) {
        const auto draw = random_() % 40;
        if (draw == 0) return records::max_payload_bytes;     // 2,049 beats
        if (draw == 1) return records::max_payload_bytes + 1; // one
        if (draw < 6) return static_cast<std::uint32_t>(random_()) | 0x80000000U;
        if (draw < 16) return payload + static_cast<std::uint32_t>(random_() % 3) - 1;
        if (draw < 24) return payload + 64 * (static_cast<std::uint32_t>(random_() % 5)) - (payload > 64 ? 64 : 0);
        return static_cast<std::uint32_t>(random_() % 400);
    }
    Bytes any_record() {
        constexpr std::array<Kind, 14> kinds{Kind::swap,    Kind::swap,    Kind::swap,         Kind::swap,    Kind::tx_seen,
                                             Kind::reject,  Kind::pool,    Kind::ticks,        Kind::params,  Kind::block,
                                             Kind::routers, Kind::barrier, Kind::barrier_done, Kind::decision};
        Kind kind = kinds.at(random_() % kinds.size());
        if (random_() % 20 == 0) kind = static_cast<Kind>(random_());
        std::uint32_t payload = right_payload(kind);
        if (kind == Kind::ticks || kind == Kind::routers) payload = 48 + 64 * static_cast<std::uint32_t>(random_() % 10);
        return record_of(kind, random_() % 4 == 0 ? wrong_payload(payload) : payload);
    }

    // ---- what is expected
    Kind kind() const { return static_cast<Kind>(record_[0]); }
    bool whole() const {
        std::uint32_t payload = 0;
        std::memcpy(&payload, record_.data() + records::header::payload_bytes, sizeof(payload));
        return payload == right_payload(kind());
    }
    bool is_leg() const { return kind() == Kind::swap && whole(); }
    bool is_ticks() const { return kind() == Kind::ticks; }
    bool is_state() const { return kind() == Kind::pool || kind() == Kind::params || kind() == Kind::block; }
    std::size_t beats() const { return record_.size() / records::beat_bytes; }

    void expect_all_of(hlsk::BeatStream& out) {
        while (!out.empty()) {
            const hlsk::Beat beat = out.read();
            expected_.push_back({.data = {}, .last = beat.last});
            std::memcpy(expected_.back().data.data(), &beat.data, records::beat_bytes);
        }
    }
    /// A record that passes, or is answered here.
    void expect_hls_answer() {
        hlsk::BeatStream in;
        hlsk::BeatStream out;
        for (const StreamBeat& from : beats_of(BytesView(record_))) {
            hlsk::Beat beat;
            std::memcpy(&beat.data, from.data.data(), from.data.size());
            beat.last = from.last;
            in.write(beat);
        }
        hlsk::FreezeLine frozen{false};
        hlsk::range_profit(*state_, in, out, frozen);
        expect_all_of(out);
    }
    void expect_reject(records::Stage stage, Reason reason, std::uint16_t index, std::uint16_t candidates, const u256& profit) {
        const bool of_leg = stage == records::Stage::range;
        const hlsk::RejectNote note{.stage = stage,
                                    .leg_index = of_leg ? record_[records::swap::leg_index] : std::uint8_t{0},
                                    .pool_index = index,
                                    .input_kind = record_[0],
                                    .candidates = candidates,
                                    .best_profit_wei = i256(profit)};
        std::uint64_t sequence = 0;
        std::memcpy(&sequence, record_.data() + records::header::sequence, sizeof(sequence));
        hlsk::BeatStream out;
        hlsk::write_reject(out, sequence, reason, note);
        expect_all_of(out);
        rejects_[reason] += 1;
    }
    void expect_record_refused(Reason reason) {
        std::uint16_t index = hlsk::no_pool;
        if (kind() != Kind::block) std::memcpy(&index, record_.data() + records::pool::pool_index, sizeof(index));
        expect_reject(records::Stage::record, reason, index, 0, 0);
    }
    void expect_leg_refused(Reason reason, std::uint16_t candidates, const u256& profit) {
        expect_reject(records::Stage::range, reason, dut_.leg_has_pool ? dut_.leg_pool : hlsk::no_pool, candidates, profit);
    }
    void expect_decision() {
        for (std::size_t i = 0; i < decision_beats; ++i) expected_.push_back({decision_.at(i), i + 1 == decision_beats});
        decisions_ += 1;
    }
    void expect_kept(std::size_t count) {
        const auto kept = get<kept_beats * records::beat_bytes>(dut_.beats);
        ASSERT_EQ(std::memcmp(kept.data(), record_.data(), std::min({count, beats(), kept_beats}) * records::beat_bytes), 0)
            << "seed " << seed_;
    }

    // ---- the stream in
    void begin_record() {
        ASSERT_TRUE(expected_.empty()) << "the one before is not answered";
        ASSERT_FALSE(engaged()) << "the one before is at work";
        record_ = coming_;
        if (is_leg()) {
            for (const StreamBeat& beat : beats_of(BytesView(record_))) expected_.push_back(beat);
        } else if (!is_state() && !is_ticks()) {
            expect_hls_answer();
        }
        records_ += 1;
    }
    bool engaged() const {
        return state_wait_.runs() || ticks_works_ || leg_wait_.runs() || job_due_ || result_wait_.runs() || dut_.result_valid;
    }

    void drive_stream() {
        if (!dut_.in_valid && random_() % 100 >= pauses_) {
            if (at_ == 0) coming_ = any_record();
            dut_.in_valid = 1;
        }
        if (dut_.in_valid) std::memcpy(dut_.in_data.data(), coming_.data() + records::beat_bytes * at_, records::beat_bytes);
        dut_.out_ready = random_() % 100 >= stalls_;
    }
    void take_input() {
        look_due_ = start_due_ = state_due_ = ticks_due_ = false;
        if (!dut_.in_valid || !dut_.in_ready) return;
        idle_ = 0;
        ASSERT_TRUE(dut_.tables_ready);
        if (at_ == 0) begin_record();
        const bool last = at_ + 1 == beats();
        look_due_ = is_leg() && at_ == 1;
        start_due_ = is_leg() && last;
        state_due_ = is_state() && last;
        ticks_due_ = is_ticks() && at_ == 0;
        taken_ = true;
        ends_ = last;
    }

    // ---- those who take records
    void drive_neighbours() {
        dut_.frozen = freezes_ && random_() % 2 == 0;
        dut_.state_done = state_wait_.comes();
        dut_.state_reason = any_reason(dut_.state_done);
        dut_.ticks_ready = ticks_works_ && ticks_left_ > 0 && random_() % 3 != 0;
        dut_.ticks_done = ticks_wait_.comes();
        dut_.ticks_reason = any_reason(dut_.ticks_done);
        dut_.leg_done = leg_wait_.comes();
        dut_.leg_reason = any_reason(dut_.leg_done);
        if (dut_.leg_done) {
            dut_.leg_has_pool = dut_.leg_reason == 0 || random_() % 2 == 0;
            dut_.leg_pool = static_cast<std::uint16_t>(random_() % 1024);
        }
        dut_.job_ready = random_() % 3 == 0;
        if (result_wait_.comes()) draw_result();
        jitbox::test::put(dut_.decision_data, decision_.at(std::min<std::size_t>(dut_.decision_at, decision_beats - 1)));
    }
    /// Good with one in two, and anything while nothing is said.
    std::uint16_t any_reason(bool said) { return static_cast<std::uint16_t>(said && random_() % 2 == 0 ? 0 : 1 + random_() % 250); }
    void draw_result() {
        constexpr std::array<Reason, 5> reasons{Reason::none, Reason::none, Reason::no_candidate, Reason::unprofitable,
                                                Reason::out_of_window};
        dut_.result_valid = 1;
        dut_.result_reason = static_cast<std::uint16_t>(reasons.at(random_() % reasons.size()));
        if (random_() % 8 == 0) dut_.result_reason = static_cast<std::uint16_t>(random_());
        dut_.result_candidates = static_cast<std::uint16_t>(random_());
        for (std::size_t i = 0; i < 8; ++i) dut_.result_profit[i] = static_cast<std::uint32_t>(random_());
        for (BeatBytes& beat : decision_) {
            for (std::uint8_t& byte : beat) byte = static_cast<std::uint8_t>(random_());
        }
        decided_ = false;
    }

    /// What begins in this clock, a clock behind the beat that it waits for.
    void expect_starts() {
        ASSERT_EQ(dut_.leg_look != 0, look_due_);
        ASSERT_EQ(dut_.leg_start != 0, start_due_);
        ASSERT_EQ(dut_.state_start != 0, state_due_);
        ASSERT_EQ(dut_.ticks_start != 0, ticks_due_);
        if (look_due_) ASSERT_TRUE(came_) << "the directory was not told a clock before";
        if (look_due_) expect_kept(2);
        if (start_due_ || state_due_) expect_kept(kept_beats);
        if (ticks_due_) expect_kept(1);
        if (start_due_) leg_wait_.begin(random_() % 20);
        if (state_due_) state_wait_.begin(random_() % 20);
        if (!ticks_due_) return;
        ticks_works_ = true;
        ticks_left_ = beats() - 1;
        if (ticks_left_ == 0) ticks_wait_.begin(random_() % 20);
    }
    void take_ticks() {
        if (dut_.ticks_ready && dut_.ticks_valid) {
            ASSERT_TRUE(dut_.in_valid && dut_.in_ready);
            ticks_left_ -= 1;
            ASSERT_EQ(dut_.ticks_last != 0, ticks_left_ == 0);
            if (ticks_left_ == 0) ticks_wait_.begin(random_() % 20);
        }
        if (!dut_.ticks_done) return;
        ticks_works_ = false;
        if (dut_.ticks_reason != 0) expect_record_refused(static_cast<Reason>(dut_.ticks_reason));
    }
    void take_state() {
        if (dut_.state_done && dut_.state_reason != 0) expect_record_refused(static_cast<Reason>(dut_.state_reason));
    }
    void take_leg() {
        ASSERT_EQ(dut_.job_valid != 0, job_due_);
        if (dut_.job_valid && dut_.job_ready) {
            job_due_ = false;
            result_wait_.begin(random_() % 30);
        }
        if (!dut_.leg_done) return;
        if (dut_.leg_reason != 0) return expect_leg_refused(static_cast<Reason>(dut_.leg_reason), 0, 0);
        job_due_ = true;
    }
    /// Frozen counts until the DECISION's first beat has gone.
    void take_result() {
        result_taken_ = dut_.result_valid && dut_.result_ready;
        if (!dut_.result_valid) return;
        const auto reason = static_cast<Reason>(dut_.result_reason);
        const bool goes = dut_.out_valid && dut_.out_ready;
        if (decided_) {
            ASSERT_EQ(dut_.result_ready != 0, goes && dut_.out_last);
        } else if (reason != Reason::none || dut_.frozen) {
            ASSERT_TRUE(dut_.result_ready);
            ASSERT_FALSE(dut_.out_valid);
            const bool searched = reason == Reason::none || reason == Reason::no_candidate || reason == Reason::unprofitable;
            expect_leg_refused(reason == Reason::none ? Reason::frozen : reason,
                               searched ? dut_.result_candidates : std::uint16_t{0},
                               reason == Reason::unprofitable ? take_wide<256>(dut_.result_profit) : u256(0));
        } else {
            ASSERT_TRUE(dut_.out_valid);
            ASSERT_FALSE(dut_.result_ready);
            if (goes) expect_decision();
            decided_ = goes;
        }
    }

    void take_output() {
        if (!dut_.out_valid || !dut_.out_ready) return;
        idle_ = 0;
        ASSERT_FALSE(expected_.empty()) << "a beat that nobody waits for, seed " << seed_;
        const StreamBeat actual{get<records::beat_bytes>(dut_.out_data), dut_.out_last != 0};
        ASSERT_EQ(difference({expected_.front()}, {actual}), "") << "seed " << seed_;
        expected_.pop_front();
        given_ += 1;
    }

    void clock() {
        drive_stream();
        drive_neighbours();
        dut_.eval();
        // Refusals that are said in this clock are written in the next: what goes out now was expected before them.
        expect_starts();
        taken_ = false;
        take_input();
        take_result();
        take_output();
        take_ticks();
        take_state();
        take_leg();
        came_ = dut_.leg_coming != 0;
        jitbox::test::clock(dut_);
        if (taken_) dut_.in_valid = 0;
        if (taken_) at_ = ends_ ? 0 : at_ + 1;
        if (result_taken_) dut_.result_valid = 0;
        ASSERT_LT(++idle_, patience) << "nothing moves, seed " << seed_;
    }

    /// A reset, as all of the shell has it; the tables take their time.
    void begin_again() {
        dut_.in_valid = dut_.out_ready = dut_.state_done = dut_.ticks_ready = dut_.ticks_done = dut_.leg_done = 0;
        dut_.job_ready = dut_.result_valid = dut_.tables_ready = dut_.frozen = 0;
        reset(dut_);
        for (Wait* wait : {&state_wait_, &ticks_wait_, &leg_wait_, &result_wait_}) wait->end();
        look_due_ = start_due_ = state_due_ = ticks_due_ = came_ = ticks_works_ = job_due_ = decided_ = result_taken_ = false;
        at_ = 0;
        idle_ = 0;
        expected_.clear();
        for (auto clocks = random_() % 20; clocks > 0 && !HasFatalFailure(); --clocks) clock();
        dut_.tables_ready = 1;
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    std::unique_ptr<hlsk::RangeProfitState> state_ = std::make_unique<hlsk::RangeProfitState>(); ///< without any pool
    Vrange_dispatch dut_;
    // the stream in
    Bytes coming_;                              ///< stands at the input, or is to come
    Bytes record_ = Bytes(records::beat_bytes); ///< the last that was begun
    std::size_t at_ = 0;                        ///< its beat
    bool taken_ = false;
    bool ends_ = false;
    unsigned pauses_ = 30; ///< in percent
    unsigned stalls_ = 30;
    // due in the clock behind a beat
    bool look_due_ = false;
    bool start_due_ = false;
    bool state_due_ = false;
    bool ticks_due_ = false;
    bool came_ = false; ///< leg_coming, a clock ago
    // those who take records
    Wait state_wait_;
    Wait ticks_wait_;
    Wait leg_wait_;
    Wait result_wait_;
    bool ticks_works_ = false;
    std::size_t ticks_left_ = 0;
    bool job_due_ = false;
    bool decided_ = false;
    bool result_taken_ = false;
    bool freezes_ = false;
    std::array<BeatBytes, decision_beats> decision_{};
    // the stream out
    std::deque<StreamBeat> expected_;
    int idle_ = 0;
    int records_ = 0;
    int given_ = 0;
    int decisions_ = 0;
    std::map<Reason, int> rejects_;
};

TEST_F(RangeDispatch, SendsEachRecordWhereItBelongsAndAnswersInItsPlace) {
    int resets = 0;
    for (int i = 0; i < 400000 && !HasFatalFailure(); ++i) {
        if (random_() % 200 == 0) {
            pauses_ = static_cast<unsigned>(random_() % 3 * 40);
            stalls_ = static_cast<unsigned>(random_() % 3 * 40);
            freezes_ = random_() % 3 == 0;
        }
        if (random_() % 2000 == 0) {
            begin_again();
            resets += 1;
        }
        clock();
    }
    std::cout << records_ << " records, " << given_ << " beats out, " << decisions_ << " decisions, " << rejects_[Reason::frozen]
              << " frozen, " << resets << " resets\n";
    EXPECT_GT(records_, 5000);
    EXPECT_GT(decisions_, 100);
    EXPECT_GT(rejects_[Reason::frozen], 20);
    for (const Reason reason : {Reason::unprofitable, Reason::no_candidate, Reason::out_of_window}) EXPECT_GT(rejects_[reason], 20);
    EXPECT_GT(resets, 20);
}

/// TX_SEEN after TX_SEEN, nothing in the way.
TEST_F(RangeDispatch, PassesABeatAClock) {
    dut_.out_ready = 1;
    const Bytes record = record_of(Kind::tx_seen, right_payload(Kind::tx_seen));
    for (int turn = 0; turn < 20; ++turn) {
        for (std::size_t at = 0; at < record.size(); at += records::beat_bytes) {
            std::memcpy(dut_.in_data.data(), record.data() + at, records::beat_bytes);
            dut_.in_valid = 1;
            dut_.eval();
            ASSERT_TRUE(dut_.in_ready && dut_.out_valid);
            ASSERT_EQ(dut_.out_last != 0, at + records::beat_bytes == record.size());
            jitbox::test::clock(dut_);
        }
    }
}

} // namespace
