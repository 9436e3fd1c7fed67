// leg_tip: profit, tip and verdict of the best candidate so far, in the clock in which its header says so, against profit_of of
// kernels/hls/range_search.cpp.
// SPDX-License-Identifier: Apache-2.0
#include "Vleg_tip.h"
#include "hls/range_search.hpp"
#include "rtl/clocked.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace {

using namespace jitbox::hlsk;
using jitbox::test::put_wide;
using jitbox::test::take_wide;

constexpr int usual_clocks = 6;
constexpr int large_clocks = 260;
constexpr int share_clocks = 110; ///< from a leg's begin to where the usual way is open
constexpr int usual_bits = 85;

class LegTip : public testing::Test {
protected:
    LegTip() {
        dut_.better = 0;
        dut_.begin_leg = 0;
        jitbox::test::reset(dut_);
    }

    /// Few bits as often as many, and both ends of a number of bits.
    u256 number(int most_bits) {
        u256 x = 0;
        for (int i = 0; i < 4; ++i) x = u256((x << 64) | u256(random_()));
        const int bits = static_cast<int>(random_() % static_cast<unsigned>(most_bits + 1));
        if (bits == 0) return 0;
        const u256 top = u256(u256(1) << (bits - 1));
        switch (random_() % 8) {
        case 0:
            return u256(top | u256(top - u256(1)));
        case 1:
            return top;
        default:
            return u256(x >> (256 - bits));
        }
    }

    void begin_leg() {
        constexpr std::array<std::uint32_t, 6> shares{0, 1, 500000, 999999, 1000000, 1048575};
        params_.tip_ppm =
            random_() % 2 == 0 ? shares.at(random_() % shares.size()) : static_cast<std::uint32_t>(random_() % 1000001);
        params_.gas_cost_wei = number(random_() % 4 == 0 ? 255 : 70);
        params_.tip_floor_wei = number(random_() % 4 == 0 ? 250 : 60);
        params_.min_profit_wei = number(random_() % 4 == 0 ? 256 : 60);
        dut_.tip_ppm = params_.tip_ppm;
        put_wide(dut_.gas_cost, params_.gas_cost_wei);
        put_wide(dut_.tip_floor, params_.tip_floor_wei);
        put_wide(dut_.min_profit, params_.min_profit_wei);
        dut_.begin_leg = 1;
        jitbox::test::clock(dut_);
        dut_.begin_leg = 0;
        dut_.eval();
    }

    /// A gross profit whose part before the tip is of any size, also next to a multiple of what 10^6 shares with tip_ppm.
    i256 gross() {
        u256 untipped = number(random_() % 4 == 0 ? 250 : usual_bits + 2);
        if (random_() % 4 == 0) untipped = u256(u256(number(usual_bits - 21) * u256(1000000)) + u256(random_() % 3));
        const u256 most = u256(u256(1) << 254);
        const u256 gross = u256(untipped + params_.gas_cost_wei);
        if (gross >= most) return i256(untipped);
        return random_() % 8 == 0 ? i256(i256(0) - i256(gross)) : i256(gross);
    }

    void report(const i256& gross) {
        const bool negative = gross < i256(0);
        put_wide(dut_.better_gross,
                 ap_uint<260>(ap_uint<260>(u256(gross)) | (negative ? ap_uint<260>(0xf) << 256 : ap_uint<260>(0))));
        dut_.better = 1;
        jitbox::test::clock(dut_);
        dut_.better = 0;
        dut_.eval();
    }

    void clocks(int n) {
        for (int i = 0; i < n; ++i) jitbox::test::clock(dut_);
    }

    void expect_settled(const i256& gross) {
        i256 profit;
        u256 tip;
        if (!profit_of(gross, params_, profit, tip)) return; // such a candidate has no value and is not reported
        ASSERT_TRUE(dut_.settled) << "seed " << seed_;
        ASSERT_TRUE(take_wide<256>(dut_.tip) == tip) << "seed " << seed_;
        ASSERT_TRUE(u256(take_wide<260>(dut_.profit)) == u256(profit)) << "seed " << seed_;
        ASSERT_EQ(dut_.enough != 0, profit > i256(0) && u256(profit) >= params_.min_profit_wei) << "seed " << seed_;
    }

    bool is_large(const i256& gross) const {
        return gross > i256(params_.gas_cost_wei) && (u256(u256(gross) - params_.gas_cost_wei) >> usual_bits) != u256(0);
    }

    const std::uint32_t seed_ = jitbox::test::random_seed();
    std::mt19937_64 random_{seed_};
    PoolParams params_;
    Vleg_tip dut_;
};

TEST_F(LegTip, GivesTipProfitAndVerdictOfTheLastBestOne) {
    int large = 0;
    for (int leg = 0; leg < 1500 && !HasFatalFailure(); ++leg) {
        begin_leg();
        ASSERT_TRUE(dut_.settled);
        clocks(share_clocks);
        for (int i = 0; i < 6 && !HasFatalFailure(); ++i) {
            const i256 best = gross();
            report(best);
            if (random_() % 3 == 0) clocks(static_cast<int>(random_() % 300)); // settled or not, the next may come
            if (random_() % 2 == 0) continue;
            report(best);
            clocks((is_large(best) ? large_clocks : usual_clocks) - 1);
            ASSERT_FALSE(dut_.settled);
            clocks(1);
            expect_settled(best);
            large += is_large(best) ? 1 : 0;
        }
    }
    EXPECT_GT(large, 100);
}

TEST_F(LegTip, WaitsForOneThatComesBeforeTheUsualWayIsOpen) {
    for (int leg = 0; leg < 200 && !HasFatalFailure(); ++leg) {
        begin_leg();
        clocks(static_cast<int>(random_() % share_clocks));
        const i256 best = gross();
        report(best);
        for (int i = 0; i < large_clocks && !dut_.settled; ++i) clocks(1);
        expect_settled(best);
    }
}

} // namespace
