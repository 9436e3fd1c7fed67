// flow_seed: ranges two clocks apart and more, each seed 46 clocks later what kernels/hls/candidate_seed.cpp gives for an exact
// input. SPDX-License-Identifier: Apache-2.0
#include "Vflow_seed.h"
#include "rtl/clocked.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/seed_cases.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <iostream>
#include <random>

namespace {

using namespace jitbox::hlsk;
using jitbox::test::passes;
using jitbox::test::put_wide;
using jitbox::test::random_wide;
using jitbox::test::SeedCandidate;
using jitbox::test::SeedLeg;

class FlowSeed : public testing::Test {
protected:
    static constexpr int latency = 46;

    FlowSeed() {
        dut_.in_valid = 0;
        jitbox::test::reset(dut_);
    }

    static std::uint64_t as_float(const ShortFloat& value) {
        return (static_cast<std::uint64_t>(value.exponent & 0x1fff) << 32) | value.mantissa;
    }

    void begin(const SeedLeg& leg) {
        dut_.zero_for_one = leg.terms.zero_for_one;
        dut_.kept = as_float(leg.terms.kept);
        dut_.gain = as_float(leg.terms.gain);
    }

    /// The amounts of range_flow have 128 bits.
    SeedLeg draw_leg(bool down) {
        SeedLeg leg = cases_.leg(down, true);
        leg.end_remaining = u256(u128(leg.end_remaining));
        return leg;
    }
    SeedCandidate draw_range(const SeedLeg& leg) {
        SeedCandidate range = cases_.candidate(leg);
        range.from.remaining = u256(u128(range.from.remaining));
        range.stop.remaining = u256(u128(range.stop.remaining));
        return range;
    }

    void put_range(const SeedLeg& leg, const SeedCandidate& range) {
        const u256& far = leg.terms.zero_for_one ? range.lower : range.upper;
        const bool through = passes(leg, range);
        dut_.in_valid = 1;
        put_wide(dut_.entry, u160(range.entry));
        put_wide(dut_.far_price, u160(far));
        put_wide(dut_.from_price, u160(range.from.sqrt_price_x96));
        put_wide(dut_.from_remaining, u128(range.from.remaining));
        put_wide(dut_.from_liquidity, range.from.liquidity);
        put_wide(dut_.leave, u160(through ? far : leg.end_price));
        put_wide(dut_.stop_price, u160(through ? range.stop.sqrt_price_x96 : leg.end_price));
        put_wide(dut_.stop_remaining, u128(through ? range.stop.remaining : leg.end_remaining));
        put_wide(dut_.stop_liquidity, through ? range.stop.liquidity : random_wide<128>(random_));
    }

    /// What stands there when no range comes means nothing.
    void put_nothing() {
        dut_.in_valid = 0;
        for (auto* price : {&dut_.entry, &dut_.far_price, &dut_.from_price, &dut_.leave, &dut_.stop_price})
            put_wide(*price, random_wide<160>(random_));
        for (auto* number : {&dut_.from_remaining, &dut_.from_liquidity, &dut_.stop_remaining, &dut_.stop_liquidity})
            put_wide(*number, random_wide<128>(random_));
    }

    void count(const SeedLeg& leg, const SeedCandidate& range, const u128& seed) {
        if (seed == 0)
            none_ += 1;
        else if (seed == u128(~u128(0)))
            unlimited_ += 1;
        else
            (passes(leg, range) ? through_ : within_) += 1;
    }

    void run_leg(const SeedLeg& leg, int ranges) {
        struct Due {
            int clock;
            u128 seed;
        };
        std::deque<Due> due;
        begin(leg);
        int next = 0;
        for (int clock = 0; ranges > 0 || !due.empty(); ++clock) {
            put_nothing();
            if (ranges > 0 && clock == next) {
                const SeedCandidate range = draw_range(leg);
                put_range(leg, range);
                due.push_back({clock + latency, reference_optimum(leg, range)});
                count(leg, range, due.back().seed);
                ranges -= 1;
                next = clock + 2 + static_cast<int>(random_() % 3 == 0 ? random_() % 12 : 0);
            }
            dut_.eval();
            if (!due.empty() && due.front().clock == clock) {
                ASSERT_TRUE(jitbox::test::take_wide<128>(dut_.seed) == due.front().seed)
                    << "clock " << clock << " of seed " << seed_;
                due.pop_front();
            }
            jitbox::test::clock(dut_);
        }
    }

    const std::uint32_t seed_ = jitbox::test::random_seed();
    std::mt19937_64 random_{seed_};
    jitbox::test::SeedCases cases_{random_};
    Vflow_seed dut_;
    int none_ = 0;
    int unlimited_ = 0;
    int within_ = 0;  // the swap alone ends in the range
    int through_ = 0; // it goes through
};

TEST_F(FlowSeed, GivesTheHlsSourcesSeeds) {
    for (int leg = 0; leg < 200 && !HasFatalFailure(); ++leg) run_leg(draw_leg(leg % 2 != 0), 50);
    std::cout << within_ << " seeds where the swap ends in the range, " << through_ << " where it goes through, " << none_
              << " none, " << unlimited_ << " unlimited\n";
    for (const int met : {none_, unlimited_, within_, through_}) EXPECT_GT(met, 200);
}

} // namespace
