// leg_terms: the gain that all seeds of a leg share, 22 clocks behind its begin, against kernels/hls/candidate_seed.cpp; also where
// a leg begins anew before that. SPDX-License-Identifier: Apache-2.0
#include "Vleg_terms.h"
#include "hls/candidate_seed.hpp"
#include "rtl/any_registers.hpp"
#include "rtl/clocked.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace {

using namespace jitbox::hlsk;
using namespace jitbox::test;

constexpr int known_clocks = 22;
constexpr std::uint64_t fee_whole = 1000000;

class LegTerms : public testing::Test {
protected:
    LegTerms() {
        dut_.begin_leg = 0;
        reset(dut_);
    }

    struct Leg {
        PoolState pool;
        bool zero_for_one;
        u256 price0;
        u256 price1;
    };
    struct Share {
        std::uint64_t kept;
        std::uint64_t whole;
    };

    Leg leg() {
        constexpr std::array<std::uint32_t, 6> fees{0, 100, 500, 3000, 10000, 999999};
        Leg out{};
        out.pool.kind = random_() % 2 == 0 ? PoolKind::pancake_v3 : PoolKind::uniswap_v3;
        out.pool.fee = static_cast<std::uint32_t>(random_() % 4 == 0 ? random_() % fee_whole : fees.at(random_() % fees.size()));
        const auto share = [&] { return static_cast<std::uint32_t>(random_() % 4 == 0 ? 0 : random_() % 10001); };
        const auto divisor = [&] { return static_cast<std::uint32_t>(random_() % 3 == 0 ? 0 : 4 + random_() % 7); };
        out.pool.fee_protocol = out.pool.kind == PoolKind::pancake_v3 ? share() | share() << 16U : divisor() | divisor() << 4U;
        out.zero_for_one = random_() % 2 == 0;
        out.price0 = random_wide<256>(random_); // zero now and then
        out.price1 = random_wide<256>(random_);
        return out;
    }
    /// What of a fee stays with the liquidity, of how much: one side's share or divisor.
    static Share share(const Leg& of) {
        const std::uint32_t both = of.pool.fee_protocol;
        if (of.pool.kind == PoolKind::pancake_v3) return {10000 - (of.zero_for_one ? both & 0xffffU : both >> 16U), 10000};
        const std::uint32_t divisor = of.zero_for_one ? both & 15U : both >> 4U;
        return divisor == 0 ? Share{1, 1} : Share{divisor - 1, divisor};
    }
    static ShortFloat gain(const Leg& of) {
        return seed_terms(of.pool, {.zero_for_one = of.zero_for_one, .exact_in = true, .amount = 1, .price_limit_x96 = 0},
                          of.price0, of.price1)
            .gain;
    }

    void put_leg(const Leg& it) {
        const Share is = share(it);
        dut_.zero_for_one = it.zero_for_one;
        dut_.kept_fee = is.kept * it.pool.fee;
        dut_.whole_keep = is.whole * (fee_whole - it.pool.fee);
        put_wide(dut_.price0, it.price0);
        put_wide(dut_.price1, it.price1);
    }
    /// Another leg's numbers stand until the clock behind the begin.
    void begin(const Leg& it) {
        put_leg(leg());
        dut_.begin_leg = 1;
        clock(dut_);
        dut_.begin_leg = 0;
        put_leg(it);
        dut_.eval();
    }
    void expect_gain(const Leg& it) {
        const ShortFloat is = gain(it);
        const std::uint64_t bits = dut_.gain;
        ASSERT_EQ(bits & 0xffffffffU, is.mantissa);
        ASSERT_EQ(bits >> 32U, static_cast<std::uint64_t>(is.exponent) & 0x1fffU);
    }

    const std::uint32_t seed_ = any_registers(random_seed());
    std::mt19937_64 random_{seed_};
    Vleg_terms dut_;
};

TEST_F(LegTerms, TheGainIsKnown22ClocksBehindTheBegin) {
    for (int i = 0; i < 3000 && !HasFatalFailure(); ++i) {
        const Leg it = leg();
        begin(it);
        for (int clocks = 1; clocks < known_clocks; ++clocks, clock(dut_)) ASSERT_FALSE(dut_.known) << clocks;
        ASSERT_TRUE(dut_.known);
        expect_gain(it);
        for (auto more = random_() % 30; more > 0; --more) {
            clock(dut_);
            ASSERT_FALSE(dut_.known) << "once a leg";
            expect_gain(it);
        }
    }
}

TEST_F(LegTerms, ALegOrAResetEndsTheOneBefore) {
    for (int i = 0; i < 1000 && !HasFatalFailure(); ++i) {
        begin(leg());
        for (auto clocks = random_() % (known_clocks - 2); clocks > 0; --clocks, clock(dut_)) ASSERT_FALSE(dut_.known);
        if (i % 2 == 0) {
            reset(dut_);
            for (int clocks = 0; clocks < 40; ++clocks, clock(dut_)) ASSERT_FALSE(dut_.known) << "nothing has begun";
        }
        const Leg it = leg();
        begin(it);
        for (int clocks = 1; clocks < known_clocks; ++clocks, clock(dut_)) ASSERT_FALSE(dut_.known) << clocks;
        ASSERT_TRUE(dut_.known);
        expect_gain(it);
    }
}

} // namespace
