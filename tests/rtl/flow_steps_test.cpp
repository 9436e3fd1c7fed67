// flow_steps: a range every seven clocks and with pauses, each answer 166 clocks later against the step, the burn and the value of
// kernels/hls; seeds, budgets and divided prices come when the module's header says. SPDX-License-Identifier: Apache-2.0
#include "Vflow_steps.h"
#include "rtl/clocked.hpp"
#include "rtl/flow_steps_cases.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <iostream>
#include <map>
#include <random>
#include <vector>

namespace {

using namespace jitbox::hlsk;
using jitbox::test::Odd;
using jitbox::test::put_wide;
using jitbox::test::random_wide;
using jitbox::test::StepsCases;
using jitbox::test::StepsEnd;
using jitbox::test::StepsLeg;
using jitbox::test::StepsRange;
using jitbox::test::take_wide;

class FlowSteps : public testing::Test {
protected:
    static constexpr int interval = 7;
    static constexpr int most_after = 17;
    static constexpr int seed_after = 46;
    static constexpr int quotient_after = 23;
    static constexpr int ends_after = 166;

    struct Range {
        int clock; ///< in which it begins
        StepsRange asked;
        StepsEnd wanted;
    };
    struct Quotient {
        int clock;
        ap_uint<192> wanted;
    };

    FlowSteps() {
        dut_.phase = 0;
        dut_.begins = 0;
        jitbox::test::reset(dut_);
    }

    static ap_uint<169> inverse_of(std::uint32_t whole) {
        const ap_uint<192> one = ap_uint<192>(1) << 168;
        return ap_uint<169>(ap_uint<192>(one + ap_uint<192>(whole - 1)) / ap_uint<192>(whole));
    }

    void put_leg(const StepsLeg& leg) {
        const bool down = leg.request.zero_for_one;
        const std::uint32_t stored = leg.pool.fee_protocol;
        std::uint32_t part = down ? stored & 0xffffU : stored >> 16U;
        std::uint32_t whole = 10000;
        if (leg.pool.kind != PoolKind::pancake_v3) {
            const std::uint32_t divisor = down ? stored & 15U : stored >> 4U;
            part = divisor == 0 ? 0 : 1;
            whole = divisor == 0 ? 1 : divisor;
        }
        dut_.down = down;
        put_wide(dut_.price_limit, u160(leg.request.price_limit_x96));
        dut_.fee = leg.pool.fee;
        dut_.keep = fee_units - leg.pool.fee;
        put_wide(dut_.keep_inverse, inverse_of(fee_units - leg.pool.fee));
        dut_.protocol_part = static_cast<std::uint16_t>(part);
        put_wide(dut_.protocol_inverse, inverse_of(whole));
        put_wide(dut_.price0, u160(leg.params.price0_x96));
        put_wide(dut_.price1, u160(leg.params.price1_x96));
        put_wide(dut_.threshold, ap_uint<201>(leg.params.gas_cost_wei + leg.params.tip_floor_wei));
    }

    void put_range(const StepsLeg& leg, const StepsRange& range) {
        dut_.begins = 1;
        dut_.reached = range.reached;
        dut_.meets = range.meets;
        put_wide(dut_.near_price, u160(leg.near()));
        put_wide(dut_.far_price, u160(leg.far()));
        put_wide(dut_.from_price, u160(range.from_price));
        put_wide(dut_.from_remaining, range.from_remaining);
        put_wide(dut_.from_liquidity, range.from_liquidity);
        put_wide(dut_.met_remaining, range.met_remaining);
        put_wide(dut_.met_liquidity, range.met_liquidity);
        put_wide(dut_.room, range.room);
    }

    /// Where nothing is told the ports have anything.
    void put_nothing() {
        dut_.begins = 0;
        dut_.reached = random_() % 2 != 0;
        dut_.meets = random_() % 2 != 0;
        for (auto* price : {&dut_.near_price, &dut_.far_price, &dut_.from_price}) put_wide(*price, random_wide<160>(random_));
        for (auto* number : {&dut_.from_remaining, &dut_.from_liquidity, &dut_.met_remaining, &dut_.met_liquidity, &dut_.room,
                             &dut_.most, &dut_.seed})
            put_wide(*number, random_wide<126>(random_));
        put_wide(dut_.price_n, random_wide<384>(random_));
        put_wide(dut_.price_d, ap_uint<320>(random_wide<192>(random_) + ap_uint<192>(1)));
    }

    void put_price(int clock) {
        const ap_uint<320> d = ap_uint<320>(random_wide<160>(random_) + ap_uint<161>(1));
        const ap_uint<192> quotient = random_wide<192>(random_);
        const ap_uint<384> n = ap_uint<384>(ap_uint<384>(quotient) * ap_uint<384>(d)) + ap_uint<384>(d) - ap_uint<384>(1);
        put_wide(dut_.price_n, n);
        put_wide(dut_.price_d, d);
        prices_.push_back({clock + quotient_after, quotient});
    }

    void check_end(const Range& range) {
        const StepsEnd& wanted = range.wanted;
        const auto where = [&] { return "range " + std::to_string(ranges_) + " of seed " + std::to_string(seed_); };
        ASSERT_TRUE(dut_.out_ended) << where();
        ASSERT_EQ(dut_.out_valid != 0, wanted.valid) << where();
        ASSERT_EQ(dut_.out_odd != 0, wanted.odd != Odd::no) << where() << ", odd " << static_cast<int>(wanted.odd);
        ranges_ += 1;
        odd_[wanted.odd] += 1;
        if (!wanted.valid) none_ += 1;
        if (!wanted.valid || wanted.odd != Odd::no) return;
        ASSERT_TRUE(take_wide<258>(dut_.out_gross) == ap_uint<258>(ap_int<258>(wanted.gross))) << where();
        ASSERT_EQ(dut_.out_earns != 0, wanted.earns) << where();
        (wanted.earns ? earning_ : losing_) += 1;
        (wanted.way.through ? through_ : inside_) += 1;
        limited_ += wanted.way.limited ? 1 : 0;
        least_ += wanted.way.least ? 1 : 0;
    }

    /// What comes out in this clock.
    void check(std::deque<Range>& inside, int clock) {
        if (!prices_.empty() && prices_.front().clock == clock) {
            ASSERT_TRUE(take_wide<192>(dut_.quotient) == prices_.front().wanted) << "clock " << clock << " of seed " << seed_;
            prices_.pop_front();
        }
        if (!inside.empty() && inside.front().clock + ends_after == clock) {
            check_end(inside.front());
            inside.pop_front();
        } else {
            ASSERT_FALSE(dut_.out_ended) << "clock " << clock << " of seed " << seed_;
        }
    }

    /// These ranges, and none of what `reset_at` finds inside.
    void run(const StepsLeg& leg, const std::vector<StepsRange>& ranges, int reset_at = -1) {
        put_leg(leg);
        std::deque<Range> inside;
        std::size_t next = 0;
        prices_.clear();
        dut_.phase = 0;
        for (int clock = 0; next < ranges.size() || !inside.empty(); ++clock) {
            put_nothing();
            if (dut_.phase == 0) put_price(clock);
            if (dut_.phase == 0 && next < ranges.size() && random_() % 4 != 0) {
                put_range(leg, ranges.at(next));
                inside.push_back({clock, ranges.at(next), reference_end(leg, ranges.at(next))});
                next += 1;
            }
            for (const Range& range : inside) {
                if (range.clock + most_after == clock) put_wide(dut_.most, ap_uint<127>(range.asked.most));
                if (range.clock + seed_after == clock) put_wide(dut_.seed, range.asked.seed);
            }
            dut_.rst = clock == reset_at;
            dut_.eval();
            check(inside, clock);
            if (HasFatalFailure()) return;
            jitbox::test::clock(dut_);
            if (dut_.rst) {
                inside.clear();
                prices_.clear();
            }
            dut_.phase = (dut_.phase + 1) % interval;
        }
        dut_.rst = 0;
    }

    std::vector<StepsRange> draw_ranges(const StepsLeg& leg, int count, Odd aim = Odd::no) {
        std::vector<StepsRange> out(static_cast<std::size_t>(count));
        for (StepsRange& range : out) range = cases_.range(leg, aim);
        return out;
    }

    const std::uint32_t seed_ = jitbox::test::random_seed();
    std::mt19937_64 random_{seed_};
    StepsCases cases_{random_};
    Vflow_steps dut_;
    std::deque<Quotient> prices_;
    int ranges_ = 0;
    int none_ = 0; // not evaluated
    int earning_ = 0;
    int losing_ = 0;
    int through_ = 0;
    int inside_ = 0;
    int limited_ = 0;
    int least_ = 0;
    std::map<Odd, int> odd_;
};

TEST_F(FlowSteps, EvaluatesARangeAsTheHlsSource) {
    for (int i = 0; i < 200 && !HasFatalFailure(); ++i) {
        const StepsLeg leg = cases_.leg();
        run(leg, draw_ranges(leg, 12), random_() % 8 == 0 ? static_cast<int>(random_() % 200) : -1);
    }
    std::cout << ranges_ << " ranges: " << through_ << " passed, " << limited_ << " of them to the limit, " << inside_
              << " ended in, " << earning_ << " earn, " << losing_ << " do not, " << least_ << " with the least liquidity, "
              << none_ << " with none\n";
    for (const int met : {none_, earning_, losing_, through_, inside_, limited_, least_}) EXPECT_GT(met, 50);
}

/// Amounts, liquidity and growths just where the pipeline has no more room for them, and just before.
TEST_F(FlowSteps, SaysWhatDoesNotFit) {
    for (const Odd aim : {Odd::not_reached, Odd::liquidity, Odd::two_divisions, Odd::growth, Odd::mint}) {
        odd_.clear();
        for (int i = 0; i < 25 && !HasFatalFailure(); ++i) {
            const StepsLeg leg = cases_.leg(aim);
            run(leg, draw_ranges(leg, 12, aim));
        }
        std::cout << "aimed at " << static_cast<int>(aim) << ": " << odd_[aim] << " do not fit, " << odd_[Odd::no] << " do\n";
        EXPECT_GT(odd_[aim], 10) << static_cast<int>(aim) << " of seed " << seed_;
        EXPECT_GT(odd_[Odd::no], 10) << static_cast<int>(aim) << " of seed " << seed_;
    }
}

/// Gas and the tip's floor just as high as what is earned, and one less.
TEST_F(FlowSteps, TellsAProfitOfOneFromNone) {
    constexpr int wanted = 40;
    int legs = 0;
    for (int tries = 0; legs < wanted && tries < 20000 && !HasFatalFailure(); ++tries) {
        StepsLeg leg = cases_.leg();
        const std::vector<StepsRange> range = draw_ranges(leg, 1);
        leg.params.gas_cost_wei = 0;
        leg.params.tip_floor_wei = 0;
        const StepsEnd end = reference_end(leg, range.front());
        if (!end.valid || end.odd != Odd::no || end.gross <= 0 || (u256(end.gross) >> 199) != 0) continue;
        legs += 1;
        leg.params.tip_floor_wei = u256(u256(end.gross) >> 1);
        leg.params.gas_cost_wei = u256(u256(end.gross) - leg.params.tip_floor_wei);
        run(leg, range);
        leg.params.gas_cost_wei = u256(leg.params.gas_cost_wei - u256(1));
        run(leg, range);
    }
    EXPECT_EQ(legs, wanted);
    EXPECT_EQ(losing_, wanted);
    EXPECT_EQ(earning_, wanted);
}

} // namespace
