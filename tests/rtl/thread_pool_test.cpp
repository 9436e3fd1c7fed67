// thread_pool: threads of all lanes spawn, stop and join at any time; each value starts one thread that was free, in the order of
// the spawns, and who joins is told when nobody else is left. SPDX-License-Identifier: Apache-2.0
#include "Vthread_pool.h"
#include "rtl/unit_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <iostream>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace {

using namespace jitbox::test;

constexpr unsigned lanes = 6;
constexpr unsigned threads = 16;
constexpr unsigned unit_join = 8;
constexpr unsigned unit_spawn = 11;
constexpr unsigned unit_stop = 14;
constexpr unsigned most_waiting = 60; ///< spawns; it has places for 64
constexpr long free_clocks = 2;       ///< from a stop that is taken to where its thread may be given away

class ThreadPool : public testing::Test {
protected:
    struct Start {
        unsigned pc;
        std::int64_t value;
        std::optional<unsigned> not_in; ///< this lane, if another has a thread
        bool last;                      ///< of its spawn
    };
    struct Thread {
        bool alive = false;
        bool waits = false; ///< has asked to join or to stop
        long free_from = 0;
    };

    ThreadPool() {
        dut_.begin_leg = 0;
        reset(dut_);
    }

    Thread& at(unsigned lane, unsigned thread) { return threads_.at(lane).at(thread); }
    [[nodiscard]] long alive() const {
        long out = 0;
        for (const auto& of : threads_) out += std::ranges::count_if(of, &Thread::alive);
        return out;
    }
    /// Whether the lane has had a thread to give away in that clock for certain.
    [[nodiscard]] bool had_one(unsigned lane, long clock) const {
        return std::ranges::any_of(threads_.at(lane), [clock](const Thread& it) { return !it.alive && it.free_from <= clock; });
    }

    void ask(unsigned lane, unsigned thread, unsigned unit) {
        const auto d = static_cast<unsigned>(random_() % 32);
        port_.ask(lane, {.unit = unit, .option = 0, .target = 0, .thread = thread, .d = d, .a = 0, .b = 0, .c = 0});
    }
    static UnitWord word(std::int64_t x) { return UnitWord(ap_int<unit_word_bits>(x)); }

    /// One thread, or one for each of some values, of which there may be none or more than there are threads.
    void spawn(unsigned lane, unsigned thread) {
        const bool many = random_() % 2 == 0;
        const auto first = static_cast<std::int64_t>(random_()) >> (random_() % 2 == 0 ? 24 : 60);
        const auto step = static_cast<std::int64_t>(1 + random_() % (random_() % 2 == 0 ? 3 : 100000));
        const auto count = static_cast<std::int64_t>(random_() % (random_() % 8 == 0 ? 2 * lanes * threads : 6));
        const std::int64_t end = first + step * count - static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(step));
        port_.ask(lane, {.unit = unit_spawn,
                         .option = (many ? 1U : 0U) + (random_() % 2 == 0 ? 2U : 0U),
                         .target = static_cast<unsigned>(random_() % 8192),
                         .thread = thread,
                         .d = 0,
                         .a = word(end),
                         .b = word(first),
                         .c = hlsk_word(step)});
        asked_ += 1;
    }
    static jitbox::hlsk::u256 hlsk_word(std::int64_t x) { return jitbox::hlsk::u256(static_cast<std::uint64_t>(x)); }

    void note(const UnitTaken& taken) {
        const UnitRequest& it = taken.request;
        if (it.unit == unit_stop) at(taken.lane, it.thread) = {.alive = false, .waits = false, .free_from = clock_ + free_clocks};
        if (it.unit == unit_join) joins_ = taken;
        if (it.unit != unit_spawn) return;
        asked_ -= 1;
        const auto value = [](const auto& x) { return static_cast<std::int64_t>(ap_uint<64>(x).to_uint64()); };
        const auto not_in = (it.option & 2U) != 0 ? std::optional(taken.lane) : std::nullopt;
        if ((it.option & 1U) == 0) return expected_.push_back({it.target, value(it.b), not_in, true});
        for (std::int64_t i = value(it.b); i < value(it.a); i += value(it.c)) {
            expected_.push_back({it.target, i, not_in, i + value(it.c) >= value(it.a)});
        }
    }

    void expect_start(const UnitAnswer& answer) {
        ASSERT_FALSE(expected_.empty()) << "nobody spawned it";
        const Start wanted = expected_.front();
        expected_.pop_front();
        ASSERT_EQ(answer.pc, wanted.pc);
        ASSERT_TRUE(answer.data == word(wanted.value));
        ASSERT_LT(answer.lane, lanes);
        Thread& it = at(answer.lane, answer.thread);
        ASSERT_FALSE(it.alive) << "lane " << answer.lane << ", thread " << answer.thread;
        const long chosen = shown_since_ - 1;
        ASSERT_LE(it.free_from, chosen) << "before its end";
        bool others = true; // have had a thread
        bool another = false;
        for (unsigned lane = 0; lane < lanes; ++lane) {
            if (lane == answer.lane) continue;
            others = others && had_one(lane, chosen);
            another = another || had_one(lane, chosen);
        }
        if (wanted.not_in && another) ASSERT_NE(answer.lane, *wanted.not_in) << "another lane has a thread";
        if (others && !wanted.not_in && last_lane_) ASSERT_EQ(answer.lane, (*last_lane_ + 1) % lanes) << "lane after lane";
        last_lane_ = answer.lane;
        it.alive = true;
        started_ += 1;
    }

    void expect_join(const UnitAnswer& answer) {
        if (!joins_) FAIL() << "nobody asked";
        ASSERT_TRUE(expected_.empty() && alive() == 1) << alive() << " are alive";
        const UnitRequest& it = joins_->request;
        ASSERT_TRUE(answer.lane == joins_->lane && answer.thread == it.thread && answer.d == it.d);
        joins_.reset();
        joined_ = true;
    }

    void clock() {
        port_.offer();
        dut_.eval();
        if (dut_.out_valid && !shown_) shown_since_ = clock_;
        shown_ = dut_.out_valid && !dut_.out_ready;
        const auto answered = port_.answers() ? std::optional(port_.answer()) : std::nullopt;
        if (answered) answered->start ? expect_start(*answered) : expect_join(*answered);
        for (const UnitTaken& it : port_.taken()) note(it);
        jitbox::test::clock(dut_);
        dut_.eval();
        clock_ += 1;
    }

    /// Somebody who is alive does something.
    void act(unsigned budget) {
        const auto lane = static_cast<unsigned>(random_() % lanes);
        const auto thread = static_cast<unsigned>(random_() % threads);
        Thread& it = at(lane, thread);
        if (!it.alive || it.waits) return;
        const bool may = spawned_ < budget && asked_ + waiting() < most_waiting;
        if (may && random_() % 2 == 0) {
            spawn(lane, thread);
            spawned_ += 1;
        } else if (std::pair(lane, thread) != main_) {
            ask(lane, thread, unit_stop);
            it.waits = true;
        }
    }
    [[nodiscard]] unsigned waiting() const { return static_cast<unsigned>(std::ranges::count_if(expected_, &Start::last)); }

    void leg() {
        dut_.begin_leg = 1;
        dut_.begin_at = static_cast<std::uint16_t>(random_() % 8192);
        expected_.push_back({dut_.begin_at, 0, std::nullopt, true});
        jitbox::test::clock(dut_);
        clock_ += 1;
        dut_.begin_leg = 0;
        dut_.eval();
        while (!HasFatalFailure() && alive() == 0) clock();
        for (unsigned lane = 0; lane < lanes; ++lane) {
            for (unsigned thread = 0; thread < threads; ++thread) {
                if (at(lane, thread).alive) main_ = {lane, thread};
            }
        }
        spawned_ = 0;
        const auto budget = static_cast<unsigned>(1 + random_() % 120);
        joined_ = false;
        Thread& first = at(main_.first, main_.second);
        for (long clocks = 0; !HasFatalFailure() && !joined_; ++clocks) {
            ASSERT_LT(clocks, 60000) << "it does not come to its end";
            ASSERT_TRUE(dut_.alive);
            act(budget);
            if (!first.waits && (random_() % 2000 == 0 || spawned_ >= budget)) {
                ask(main_.first, main_.second, unit_join);
                first.waits = true;
            }
            clock();
        }
        ask(main_.first, main_.second, unit_stop);
        for (int clocks = 0; clocks < 100 && dut_.alive; ++clocks) clock();
        ASSERT_FALSE(dut_.alive);
        ASSERT_EQ(alive(), 0);
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    Vthread_pool dut_;
    UnitPort<Vthread_pool> port_{dut_, random_, lanes};
    std::array<std::array<Thread, threads>, lanes> threads_{};
    std::deque<Start> expected_;
    std::optional<UnitTaken> joins_;
    std::optional<unsigned> last_lane_;
    std::pair<unsigned, unsigned> main_; ///< lane and thread of the leg's first
    unsigned asked_ = 0;                 ///< spawns that are not taken yet
    unsigned spawned_ = 0;
    bool joined_ = false;
    bool shown_ = false; ///< an answer stands still
    long shown_since_ = 0;
    long clock_ = 0;
    int started_ = 0;
};

TEST_F(ThreadPool, StartsAThreadForEachValueAndJoinsWhenNobodyElseIsLeft) {
    for (int i = 0; i < 60 && !HasFatalFailure(); ++i) {
        port_.eager(i % 3 == 0);
        leg();
    }
    std::cout << started_ << " threads in " << clock_ << " clocks\n";
    EXPECT_GT(started_, 5000);
}

} // namespace
