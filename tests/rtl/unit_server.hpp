// The bench of a unit that all lanes ask, whatever it computes: who may be taken in a clock, nobody passed over, each answer once
// and to the word that waits for it, in the clocks that the unit's header says, and none from before a reset.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rtl/any_registers.hpp"
#include "rtl/unit_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <tuple>

namespace jitbox::test {

struct UnitLimits {
    unsigned places; ///< requests that are inside at most
    long shortest;   ///< clocks from a request to its answer, when all answers are taken at once
    long longest;
};

template <typename Dut>
class UnitServer : public testing::Test {
public:
    static constexpr unsigned lanes = 6; ///< as on the card

protected:
    explicit UnitServer(const UnitLimits& limits) : limits_(limits) {}

    // ---- what the unit computes, and its other ports
    virtual UnitRequest request() = 0; ///< its thread and word are put in by ask()
    virtual UnitWord expected(const UnitRequest& it) = 0;
    virtual void drive() {}   ///< other inputs, before a clock
    virtual void observe() {} ///< other outputs, in it
    [[nodiscard]] virtual bool lanes_wait() const { return false; }

    UnitRequest addressed(unsigned lane, UnitRequest it) {
        const unsigned word = words_.at(lane)++ % 512; // each of the lane's threads and its 32 words once in 512 requests
        it.thread = word % 16;
        it.d = word / 16;
        it.target = static_cast<unsigned>(random_() % 8192);
        return it;
    }
    void ask(unsigned lane, const UnitRequest& it) { port_.ask(lane, addressed(lane, it)); }
    void ask_many(int count) {
        for (int i = 0; i < count; ++i) ask(static_cast<unsigned>(random_() % lanes), request());
    }

    [[nodiscard]] bool idle() const { return port_.idle() && waiting_.empty(); }
    void eager(bool on) {
        eager_ = on;
        port_.eager(on);
    }
    /// Until all is answered.
    void run() {
        for (int clocks = 0; !HasFatalFailure() && !idle(); ++clocks) {
            ASSERT_LT(clocks, 50000) << "an answer is lost";
            clock();
        }
    }
    /// Clocks from the request, alone in the unit, to its answer.
    long alone(const UnitRequest& it) {
        eager(true);
        ask(static_cast<unsigned>(random_() % lanes), it);
        run();
        return last_took_;
    }

    void clock() {
        drive();
        port_.offer();
        if (blocked_) dut_.out_ready = 0;
        dut_.eval();
        take();
        answer();
        observe();
        jitbox::test::clock(dut_);
        ++clock_;
    }
    /// What is inside is forgotten; what the lanes offer stands.
    void reset_unit() {
        reset(dut_);
        waiting_.clear();
        waited_.fill(0);
        inside_ = 0;
        shown_.reset();
    }

    void hold_answers(bool on) { blocked_ = on; } ///< nobody takes one

    // ---- tests that every such unit has
    void answers_all(int turns, int requests) {
        for (int turn = 0; turn < turns && !HasFatalFailure(); ++turn) {
            eager(turn % 3 == 0);
            ask_many(requests);
            run();
        }
        std::cout << answers_ << " answers in " << least_ << " to " << most_ << " clocks where they were taken at once\n";
        EXPECT_EQ(answers_, turns * requests);
        EXPECT_EQ(least_, limits_.shortest);
        EXPECT_EQ(most_, limits_.longest);
    }
    void fills_and_empties() {
        for (int turn = 0; turn < 20 && !HasFatalFailure(); ++turn) {
            eager(turn % 2 == 0);
            ask_many(300);
            hold_answers(true);
            for (int clocks = 0; clocks < 500 && !HasFatalFailure(); ++clocks) clock();
            ASSERT_EQ(inside_, limits_.places) << "nobody takes an answer";
            hold_answers(false);
            eager(false); // an answer that has waited says nothing of the unit's clocks
            run();
        }
    }
    void forgets_at_a_reset(int turns) {
        for (int turn = 0; turn < turns && !HasFatalFailure(); ++turn) {
            eager(false);
            ask_many(30);
            for (auto clocks = random_() % 80; clocks > 0 && !HasFatalFailure(); --clocks) clock();
            reset_unit();
            if (turn % 4 == 0) run();
        }
        run();
    }

    const std::uint32_t seed_ = any_registers(random_seed());
    std::mt19937_64 random_{seed_};
    Dut dut_;
    UnitPort<Dut> port_{dut_, random_, lanes};
    bool stands_still_ = true; ///< an answer that is shown is the next
    long clock_ = 0;
    unsigned inside_ = 0;
    int answers_ = 0;

private:
    using Word = std::tuple<unsigned, unsigned, unsigned>; ///< lane, thread, word
    struct Waiting {
        UnitRequest request;
        long since;
    };

    void take() {
        const bool wanted = dut_.in_valid != 0;
        const auto taken = port_.taken();
        const bool may = wanted && !lanes_wait() && inside_ < limits_.places;
        ASSERT_EQ(taken.size(), may ? 1U : 0U) << "one a clock while there is a place; " << inside_ << " are inside";
        for (const UnitTaken& it : taken) {
            const Word word{it.lane, it.request.thread, it.request.d};
            ASSERT_TRUE(waiting_.emplace(word, Waiting{it.request, clock_}).second) << "an answer is lost";
            inside_ += 1;
            for (unsigned lane = 0; lane < lanes; ++lane) waited_.at(lane) += lane != it.lane && port_.offers(lane) ? 1 : 0;
            ASSERT_LT(waited_.at(it.lane), lanes) << "others went before lane " << it.lane << " again";
            waited_.at(it.lane) = 0;
        }
    }

    void answer() {
        if (!dut_.out_valid) {
            ASSERT_FALSE(shown_) << "an answer went back";
            return;
        }
        const UnitAnswer it = port_.answer();
        if (shown_ && stands_still_) ASSERT_TRUE(*shown_ == it) << "an answer that is not taken stands";
        shown_ = it;
        const auto found = waiting_.find({it.lane, it.thread, it.d});
        ASSERT_NE(found, waiting_.end()) << "lane " << it.lane << ", thread " << it.thread << ", word " << it.d
                                         << " waits for nothing";
        if (!port_.answers()) return;
        ASSERT_FALSE(it.start);
        ASSERT_TRUE(it.data == expected(found->second.request)) << "answer " << answers_;
        note_clocks(clock_ - found->second.since);
        waiting_.erase(found);
        shown_.reset();
        inside_ -= 1;
        answers_ += 1;
    }
    void note_clocks(long took) {
        last_took_ = took;
        if (!eager_) return;
        ASSERT_GE(took, limits_.shortest);
        ASSERT_LE(took, limits_.longest);
        least_ = std::min(least_, took);
        most_ = std::max(most_, took);
    }

    UnitLimits limits_;
    std::map<Word, Waiting> waiting_;
    std::optional<UnitAnswer> shown_;      ///< and not taken
    std::array<unsigned, lanes> words_{};  ///< requests that were made
    std::array<unsigned, lanes> waited_{}; ///< times that others went before, since the lane has offered
    bool eager_ = false;
    bool blocked_ = false;
    long last_took_ = 0;
    long least_ = 1000000;
    long most_ = 0;
};

} // namespace jitbox::test
