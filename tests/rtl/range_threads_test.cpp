// range_threads: sixteen threads of a program made by chance, units that answer when they like, constants that come, jumps that are
// taken or not. Each thread issues its instructions in their order, none before what it reads is there, none behind a jump that is
// taken; who may issue does; and who gives way goes only while others wait. SPDX-License-Identifier: Apache-2.0
#include "Vrange_threads.h"
#include "rtl/any_registers.hpp"
#include "rtl/clocked.hpp"
#include "rtl/packed_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <iostream>
#include <optional>
#include <random>
#include <vector>

namespace {

using namespace jitbox::test;

constexpr unsigned threads = 16;
constexpr unsigned program_words = 1024; ///< of the 8,192 that an address reaches
constexpr unsigned last_answering = 8;
constexpr unsigned unit_store = 10;
constexpr unsigned unit_stop = 14;
constexpr unsigned file_unit = 1U << 5U;
constexpr unsigned file_constant = 1U << 6U;
constexpr unsigned first_literal = 46; ///< from here on constants are always there
constexpr int answer_bits = 286;
constexpr long longest_wait = 40; ///< of a thread that may issue, in clocks without an answer: who is woken goes first

enum Jump : std::uint8_t { no, if_so, always, back };

struct Instruction {
    unsigned unit;
    std::array<unsigned, 3> operands;
    unsigned d;
    Jump jump;
    unsigned target;
    bool gives_way; ///< from here on
};

class RangeThreads : public testing::Test {
protected:
    RangeThreads() { power_up(); }

    void power_up() {
        dut_.taken = 0;
        dut_.answer_valid = 0;
        dut_.published = 0;
        dut_.room = 0;
        reset(dut_);
        threads_ = {};
        constants_ = ~0ULL << first_literal;
        due_.clear();
        jumped_.reset();
        wakes_.reset();
        at_ = 0;
    }

    // ---- a program
    unsigned operand() {
        switch (random_() % 4) {
        case 0:
            return file_constant | static_cast<unsigned>(random_() % 64);
        case 1:
            return file_unit | static_cast<unsigned>(random_() % 32);
        default:
            return static_cast<unsigned>(random_() % 32);
        }
    }
    /// Percent of its instructions.
    void make_program(unsigned jumps, unsigned requests, unsigned stops, unsigned give_way = 0) {
        for (Instruction& it : program_) {
            it = {.unit = 0,
                  .operands = {operand(), operand(), operand()},
                  .d = static_cast<unsigned>(random_() % 32),
                  .jump = no,
                  .target = static_cast<unsigned>(random_() % program_words),
                  .gives_way = false};
            if (random_() % 100 < jumps) {
                it.jump = static_cast<Jump>(1 + random_() % 3);
            } else if (random_() % 100 < requests) {
                it.unit = static_cast<unsigned>(random_() % 8 == 0 ? unit_store : 1 + random_() % last_answering);
            } else if (random_() % 100 < stops) {
                it.unit = unit_stop;
            }
            it.gives_way = it.unit == 0 && random_() % 100 < give_way;
        }
    }
    [[nodiscard]] const Instruction& at(unsigned pc) const { return program_.at(pc % program_words); }
    void put_instruction() {
        const Instruction& it = at(at_);
        std::uint64_t bits = 0;
        const auto field = [&bits](unsigned width, std::uint64_t value) { bits = bits << width | (value & ((1ULL << width) - 1)); };
        field(4, it.unit);
        field(8, it.unit != 0 ? random_() : (random_() & ~1ULL) | (it.gives_way ? 1U : 0U)); // option
        for (const unsigned operand : it.operands) field(7, operand);
        field(5, it.d);
        field(3, random_()); // op
        field(2, random_()); // write
        field(2, it.jump);
        field(4, random_()); // condition
        field(13, it.target);
        dut_.instruction = bits;
    }

    struct Thread {
        bool alive = false;
        bool gives_way = false;
        unsigned pc = 0;           ///< of its next instruction
        std::uint32_t awaited = 0; ///< words
        long stopped = -10;
        long may_since = -1; ///< issue; both in clocks without an answer
        long woken = -100;   ///< by its last answer or a constant, or has issued
    };
    struct Due { ///< an answer
        unsigned thread;
        unsigned d;
    };
    struct Jumped {
        unsigned thread;
        unsigned to;
    };

    [[nodiscard]] unsigned alive() const { return static_cast<unsigned>(std::ranges::count_if(threads_, &Thread::alive)); }

    // ---- what comes from outside
    void drive_answer() {
        dut_.answer_valid = 0;
        arrives_ = 0;
        starts_ = false;
        to_ = static_cast<unsigned>(random_() % threads);
        Thread& it = threads_.at(to_);
        unsigned d = static_cast<unsigned>(random_() % 32);
        if (!it.alive && alive() < most_alive_ && clock_ - it.stopped >= 3 && random_() % 2 == 0) {
            starts_ = true;
        } else if (!due_.empty() && random_() % 100 < answers_) {
            const std::size_t which = random_() % due_.size();
            to_ = due_.at(which).thread;
            d = due_.at(which).d;
            arrives_ = 1U << d;
            due_.erase(due_.begin() + static_cast<std::ptrdiff_t>(which));
        } else {
            return;
        }
        start_pc_ = static_cast<unsigned>(random_() % program_words);
        dut_.answer_valid = 1;
        StructWriter<answer_bits, (answer_bits + 31) / 32>(dut_.answer)
            .flag(starts_)
            .field(ap_uint<13>(start_pc_))
            .field(ap_uint<3>(random_() % 8))
            .field(ap_uint<4>(to_))
            .field(ap_uint<5>(d))
            .field(ap_uint<260>(random_()));
    }
    void drive_constants() {
        dut_.there = constants_;
        comes_ = 0;
        if (publishes_ && random_() % 10 == 0) comes_ = 1ULL << (random_() % first_literal) & ~constants_;
        dut_.published = comes_ != 0;
    }
    void drive_jump() {
        dut_.taken = jumped_.has_value();
        dut_.taken_thread = static_cast<std::uint8_t>(jumped_ ? jumped_->thread : random_() % threads);
        dut_.taken_pc = static_cast<std::uint16_t>(jumped_ ? jumped_->to : random_() % program_words);
        if (jumped_) threads_.at(jumped_->thread).pc = jumped_->to;
        jumped_.reset();
    }

    // ---- what may be issued, by the instruction that is the thread's next
    [[nodiscard]] bool all_there(const Thread& it, std::uint32_t awaited) const {
        const Instruction& is = at(it.pc);
        for (const unsigned operand : is.operands) {
            if ((operand & file_constant) != 0 && (constants_ >> (operand & 63U) & 1U) == 0) return false;
            if (operand >> 5U == 1 && (awaited >> (operand & 31U) & 1U) != 0) return false;
        }
        if (is.unit != 0 && is.unit <= last_answering && (awaited >> is.d & 1U) != 0) return false;
        return is.unit != unit_stop || it.awaited == 0;
    }
    [[nodiscard]] bool may_issue(const Thread& it, std::uint32_t awaited) const {
        return it.alive && all_there(it, awaited) && (at(it.pc).unit == 0 || dut_.room);
    }
    void expect_issue() {
        if (!dut_.issue) return;
        ASSERT_TRUE(dut_.goes);
        Thread& it = threads_.at(dut_.issue_thread);
        ASSERT_TRUE(it.alive) << "a thread that has stopped";
        ASSERT_EQ(dut_.issue_pc, it.pc) << "thread " << int{dut_.issue_thread};
        ASSERT_EQ(at_ % program_words, it.pc % program_words) << "another instruction than that address's";
        const std::uint32_t arrives = to_ == dut_.issue_thread ? arrives_ : 0;
        ASSERT_TRUE(may_issue(it, it.awaited & ~arrives)) << "thread " << int{dut_.issue_thread} << " at " << it.pc;
        issued_ += 1;
        gave_way_ += it.gives_way ? 1 : 0;
        issue(it, at(it.pc));
    }
    /// One that has slept for long goes in the clock behind its answer, if not in that clock. One that gives way may not have been
    /// picked yet to find that it has to sleep.
    void expect_woken_goes() {
        const Thread& it = threads_.at(wakes_.value_or(0));
        if (!wakes_ || !may_issue(it, it.awaited)) return;
        ASSERT_TRUE(dut_.issue && dut_.issue_thread == *wakes_) << "thread " << *wakes_ << " at " << it.pc;
        woken_ += 1;
    }
    void note_wakes() {
        wakes_.reset();
        Thread& it = threads_.at(to_);
        if (arrives_ == 0) return;
        const bool slept = !it.gives_way && quiet_ - it.woken > longest_wait && !all_there(it, it.awaited);
        const bool goes = dut_.issue && dut_.issue_thread == to_;
        if (slept && !goes) wakes_ = to_;
        it.woken = quiet_;
    }
    void issue(Thread& it, const Instruction& is) {
        it.may_since = -1;
        it.woken = quiet_;
        it.gives_way |= is.gives_way;
        const auto thread = static_cast<unsigned>(dut_.issue_thread);
        const bool takes = is.jump == back || (is.jump == if_so && random_() % 2 == 0);
        if (takes) jumped_ = Jumped{.thread = thread, .to = static_cast<unsigned>(random_() % program_words)};
        it.pc = is.jump == always ? is.target : (it.pc + 1) % 8192;
        if (is.unit != 0 && is.unit <= last_answering) asked_ = Due{.thread = thread, .d = is.d};
        if (is.unit == unit_stop) {
            it.alive = false;
            it.stopped = clock_;
        }
    }
    /// Who may issue in every clock for so long has been passed over, unless it gives way to one that may.
    void expect_nobody_forgotten() {
        const bool others =
            std::ranges::any_of(threads_, [this](const Thread& it) { return !it.gives_way && may_issue(it, it.awaited); });
        for (Thread& it : threads_) {
            const bool may = may_issue(it, it.awaited) && !(it.gives_way && others);
            if (!may) it.may_since = -1;
            if (may && it.may_since < 0) it.may_since = quiet_;
            ASSERT_TRUE(!may || quiet_ - it.may_since < longest_wait)
                << "at " << it.pc << " since " << it.may_since << " of " << quiet_;
        }
    }
    void edge() {
        Thread& to = threads_.at(to_);
        to.awaited &= ~arrives_;
        if (starts_) {
            to.alive = true;
            to.pc = start_pc_;
            to.may_since = -1;
            to.gives_way = false;
        }
        if (asked_) {
            threads_.at(asked_->thread).awaited |= 1U << asked_->d;
            due_.push_back(*asked_);
        }
        asked_.reset();
        constants_ |= comes_;
        if (comes_ == 0) return;
        for (Thread& it : threads_) it.woken = quiet_; // a constant wakes all
    }

    void clock() {
        put_instruction();
        drive_answer();
        drive_constants();
        drive_jump();
        dut_.room = random_() % 100 < room_;
        dut_.eval();
        expect_woken_goes();
        expect_issue();
        if (!HasFatalFailure()) expect_nobody_forgotten();
        note_wakes();
        at_ = dut_.pc;
        edge();
        jitbox::test::clock(dut_);
        clock_ += 1;
        quiet_ += dut_.answer_valid == 0 ? 1 : 0;
    }

    const std::uint32_t seed_ = any_registers(random_seed());
    std::mt19937_64 random_{seed_};
    Vrange_threads dut_;
    std::vector<Instruction> program_{program_words};
    std::array<Thread, threads> threads_{};
    std::uint64_t constants_ = 0;
    std::uint64_t comes_ = 0; ///< a constant, from the next clock on
    std::deque<Due> due_;
    std::optional<Due> asked_;      ///< in this clock
    std::optional<Jumped> jumped_;  ///< a clock ago
    std::optional<unsigned> wakes_; ///< the thread that an answer of a clock ago has woken
    unsigned to_ = 0;               ///< the answer of this clock
    std::uint32_t arrives_ = 0;     ///< its word
    bool starts_ = false;
    unsigned start_pc_ = 0;
    unsigned at_ = 0;       ///< address of the instruction in clock 1
    unsigned answers_ = 60; ///< percent of the clocks with one to come
    unsigned room_ = 80;
    unsigned most_alive_ = threads;
    long clock_ = 0;
    long quiet_ = 0; ///< clocks without an answer
    long issued_ = 0;
    long gave_way_ = 0; ///< issued by such that give way
    bool publishes_ = true;
    int woken_ = 0;
};

TEST_F(RangeThreads, EachIssuesItsInstructionsInOrderWhenWhatTheyReadIsThere) {
    for (int turn = 0; turn < 100 && !HasFatalFailure(); ++turn) {
        make_program(static_cast<unsigned>(random_() % 60), static_cast<unsigned>(random_() % 50),
                     static_cast<unsigned>(random_() % 5), static_cast<unsigned>(turn % 3 == 1 ? random_() % 10 : 0));
        answers_ = static_cast<unsigned>(5 + random_() % (turn % 2 == 0 || turn % 3 == 1 ? 20 : 95));
        room_ = static_cast<unsigned>(random_() % 2 == 0 ? 100 : 50);
        most_alive_ = static_cast<unsigned>(random_() % 3 == 0 ? 1 + random_() % 3 : threads);
        power_up();
        if (turn % 3 != 0) constants_ = ~0ULL;
        for (int i = 0; i < 3000 && !HasFatalFailure(); ++i) clock();
    }
    std::cout << issued_ << " instructions in " << clock_ << " clocks, " << woken_ << " woken\n";
    EXPECT_GT(issued_, clock_ / 4);
    EXPECT_GT(woken_, 100);
}

TEST_F(RangeThreads, AnInstructionAClockAndTwoClocksForAJumpThatIsTaken) {
    for (const unsigned count : {1U, 2U, 3U, threads}) {
        for (const bool jumps : {false, true}) {
            make_program(jumps ? 100 : 0, 0, 0);
            for (Instruction& it : program_) it.jump = jumps ? back : no;
            power_up();
            constants_ = ~0ULL;
            most_alive_ = count;
            for (int i = 0; i < 400 && !HasFatalFailure(); ++i) clock();
            ASSERT_EQ(alive(), count);
            const long before = issued_;
            for (int i = 0; i < 400 && !HasFatalFailure(); ++i) clock();
            EXPECT_EQ(issued_ - before, jumps && count == 1 ? 200 : 400) << count << " threads";
        }
    }
}

/// Half of the program gives way and goes round; the other half either goes round too, or waits for a constant that does not come.
TEST_F(RangeThreads, OneThatGivesWayGoesWhileTheOthersWaitAndOnlyThen) {
    constexpr unsigned half = program_words / 2;
    publishes_ = false;
    room_ = 100;
    for (const bool waits : {false, true}) {
        make_program(0, 0, 0);
        for (unsigned i = 0; i < program_words; ++i) {
            const bool last = i % half == half - 1;
            program_.at(i) = {.unit = 0,
                              .operands = {0, 0, waits && i >= half ? file_constant : 0},
                              .d = 0,
                              .jump = last ? always : no,
                              .target = i < half ? 0 : half,
                              .gives_way = i < half};
        }
        power_up();
        constants_ = ~1ULL;
        for (int i = 0; i < 400 && !HasFatalFailure(); ++i) clock();
        ASSERT_EQ(alive(), threads);
        const long others = std::ranges::count_if(threads_, [](const Thread& it) { return !it.gives_way; });
        ASSERT_TRUE(others > 0 && others < threads) << "seed " << seed_;
        const long issued = issued_;
        const long gave_way = gave_way_;
        for (int i = 0; i < 400 && !HasFatalFailure(); ++i) clock();
        EXPECT_EQ(issued_ - issued, 400);
        EXPECT_EQ(gave_way_ - gave_way, waits ? 400 : 0);
    }
}

} // namespace
