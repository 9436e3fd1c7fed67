// mul_div_server: all lanes and the other client divide at once; quotients, rounding and what an impossible one becomes against the
// HLS source. SPDX-License-Identifier: Apache-2.0
#include "Vmul_div_server.h"
#include "hls/wide_math_hardware.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/unit_server.hpp"
#include "rtl/wide_port.hpp"

#include <utility>

namespace {

using namespace jitbox::hlsk;
using namespace jitbox::test;

constexpr unsigned unit_mul_div = 1;
enum Impossible : std::uint8_t { marked, zero, most };

class MulDivServer : public UnitServer<Vmul_div_server> {
protected:
    struct Division {
        u256 a, b, d;
        bool round_up;
    };
    struct Quotient {
        u256 value;
        bool ok;
    };
    struct Asked {
        Division division;
        long since;
    };

    MulDivServer() : UnitServer({.places = 64, .shortest = 13, .longest = 27}) {
        dut_.client_valid = 0;
        reset(dut_);
    }

    static u256 below_top(unsigned by) { return u256(~u256(0)) - u256(by); }
    Division division() {
        Division out{random_wide<256>(random_), random_wide<256>(random_), random_wide<256>(random_), random_() % 2 != 0};
        switch (random_() % 16) {
        case 0: // floor 2^256 - 1, and something left: 2^256 when it is rounded up
            return {below_top(2), below_top(2), below_top(4), out.round_up};
        case 1: // exactly 2^256 - 1
            return {below_top(0), out.d, out.d, out.round_up};
        case 2:
        case 3:
        case 4: // a quotient of any length
            out.d = u256((out.a * out.b) >> static_cast<int>(128 + random_() % 129));
            return out;
        case 5:
            return {out.a, out.b, u256(0), out.round_up};
        default:
            return out;
        }
    }
    static Quotient quotient(const Division& of) {
        u256 value = 0;
        const bool ok =
            of.round_up ? hardware::mul_div_rounding_up(of.a, of.b, of.d, value) : hardware::mul_div(of.a, of.b, of.d, value);
        return {value, ok};
    }

    static UnitRequest asks(const Division& of, unsigned impossible, unsigned others = 0) {
        return {.unit = unit_mul_div,
                .option = (of.round_up ? 1U : 0U) | impossible << 1U | others,
                .target = 0,
                .thread = 0,
                .d = 0,
                .a = of.a,
                .b = of.b,
                .c = of.d};
    }
    UnitRequest request() override {
        const auto others = static_cast<unsigned>(random_() % 256) & 0b1110'1000U; // of no meaning here
        return asks(division(), static_cast<unsigned>(random_() % 3), others);
    }
    UnitWord expected(const UnitRequest& it) override {
        const Quotient is = quotient({u256(it.a), u256(it.b), it.c, (it.option & 1U) != 0});
        impossible_ += is.ok ? 0 : 1;
        if (is.ok) return is.value;
        switch (it.option >> 1U & 3U) {
        case zero:
            return 0;
        case most:
            return u256(~u256(0));
        default:
            return UnitWord(UnitWord(1) << 256);
        }
    }

    // ---- the client: who asks has one division at a time, as the units of tick_math, first_step and the shell
    static constexpr std::array<unsigned, 10> tags{0, 1, 2, 3, 8, 9, 10, 11, 14, 15};
    void drive() override {
        if (dut_.client_valid || !client_asks_ || random_() % 3 != 0) return;
        const unsigned tag = tags.at(random_() % tags.size());
        if (asked_.contains(tag)) return;
        offered_ = division();
        dut_.client_tag = static_cast<std::uint8_t>(tag);
        put_wide(dut_.client_a, offered_.a);
        put_wide(dut_.client_b, offered_.b);
        put_wide(dut_.client_d, offered_.d);
        dut_.client_round_up = offered_.round_up;
        dut_.client_valid = 1;
        client_waits_ = 0;
    }
    [[nodiscard]] bool lanes_wait() const override { return dut_.client_valid != 0; }
    void observe() override {
        taken_by_client_ = dut_.client_valid && dut_.client_ready;
        if (taken_by_client_) asked_[dut_.client_tag] = {offered_, clock_};
        if (dut_.client_valid && !dut_.client_ready) ASSERT_LT(client_waits_++, 1) << "the client goes behind one lane";
        if (!dut_.client_out_valid) return;
        const auto found = asked_.find(dut_.client_out_tag);
        ASSERT_NE(found, asked_.end()) << "nobody has asked with that tag";
        const Quotient is = quotient(found->second.division);
        ASSERT_EQ(dut_.client_ok != 0, is.ok);
        ASSERT_TRUE(take_wide<256>(dut_.client_quotient) == is.value);
        ASSERT_LE(clock_ - found->second.since, 26);
        asked_.erase(found);
        client_answers_ += 1;
    }
    void clock_with_client() {
        clock();
        if (taken_by_client_) dut_.client_valid = 0;
    }
    void run_with_client(int clocks) {
        client_asks_ = true;
        for (int i = 0; i < clocks && !HasFatalFailure(); ++i) clock_with_client();
        client_asks_ = false;
        for (int i = 0; i < 40 && !HasFatalFailure(); ++i) clock_with_client();
        ASSERT_TRUE(asked_.empty()) << "an answer of the client's is lost";
    }

    bool client_asks_ = false;
    bool taken_by_client_ = false;
    Division offered_{};
    int client_waits_ = 0;
    std::map<unsigned, Asked> asked_; ///< by tag
    int client_answers_ = 0;
    int impossible_ = 0;
};

TEST_F(MulDivServer, DividesForWhoAsked) {
    answers_all(60, 300);
    EXPECT_GT(impossible_, 2000);
}

TEST_F(MulDivServer, TheClientGoesBetweenTheLanes) {
    for (int turn = 0; turn < 20 && !HasFatalFailure(); ++turn) {
        eager(turn % 2 == 0);
        ask_many(300);
        run_with_client(600);
        run();
    }
    std::cout << client_answers_ << " answers of the client's\n";
    EXPECT_GT(client_answers_, 800);
}

TEST_F(MulDivServer, HoldsWhatNobodyTakesAndTheClientGoesOn) {
    fills_and_empties();
    const int before = client_answers_;
    hold_answers(true);
    ask_many(200);
    run_with_client(600);
    EXPECT_GT(client_answers_ - before, 40);
    hold_answers(false);
    eager(false);
    run();
}

TEST_F(MulDivServer, AQuotientTakesTheClocksOfItsLength) {
    const int clocks[][2] = {{1, 13}, {32, 13}, {33, 15}, {96, 17}, {128, 19}, {160, 21}, {161, 27}, {250, 27}};
    for (const auto& [bits, took] : clocks) {
        const u256 power = u256(u256(1) << bits);
        EXPECT_EQ(alone(asks({power, u256(3), u256(3), false}, marked)), took) << bits;
    }
}

TEST_F(MulDivServer, KnowsNothingOfBeforeAReset) {
    client_asks_ = true;
    for (int turn = 0; turn < 400 && !HasFatalFailure(); ++turn) {
        eager(false);
        ask_many(20);
        for (auto clocks = random_() % 60; clocks > 0 && !HasFatalFailure(); --clocks) clock_with_client();
        dut_.client_valid = 0;
        reset_unit();
        asked_.clear();
    }
    client_asks_ = false;
    for (int i = 0; i < 40 && !HasFatalFailure(); ++i) clock_with_client();
    run();
    EXPECT_GT(answers_, 1000);
    EXPECT_GT(client_answers_, 400);
}

} // namespace
