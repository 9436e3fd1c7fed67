// seed_unit and budget_unit: each clock another range or none, its seed and what the budgets allow there against
// kernels/hls/candidate_seed.cpp.
// SPDX-License-Identifier: Apache-2.0
#include "Vbudget_unit.h"
#include "Vseed_unit.h"
#include "hls/candidate_seed.hpp"
#include "rtl/clocked.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <iostream>
#include <random>
#include <utility>

namespace {

using namespace jitbox::hlsk;
using jitbox::test::put_wide;
using jitbox::test::take_wide;

struct Range {
    u256 entry;
    u256 far;
    SwapProgress from;
    bool ends;
    SwapProgress stop;
};

u128 reference(const SeedTerms& terms, const Range& range) {
    RangeTransit transit;
    transit.entry_x96 = range.entry;
    transit.exit_x96 = range.far;
    transit.stop_x96 = range.ends ? range.stop.sqrt_price_x96 : range.far;
    transit.left_at_entry = left_at_price(terms, range.from, range.entry);
    transit.left_at_stop = range.ends ? left_of(terms, range.stop.remaining) : left_at_price(terms, range.stop, range.far);
    transit.entry_liquidity = range.from.liquidity;
    return short_floor(seed_liquidity(terms, transit));
}

std::uint64_t as_port(const ShortFloat& value) {
    return (static_cast<std::uint64_t>(value.exponent & 0x1fff) << 32) | value.mantissa;
}

class SeedUnit : public testing::Test {
protected:
    SeedUnit() {
        dut_.in_valid = 0;
        jitbox::test::reset(dut_);
        budgets_.in_valid = 0;
        jitbox::test::reset(budgets_);
    }

    bool often() { return random_() % 4 == 0; }

    /// Few bits as often as many, all ones and none.
    u256 number(int most_bits) {
        u256 x = 0;
        for (int i = 0; i < 4; ++i) x = u256((x << 64) | u256(random_()));
        const int bits = static_cast<int>(random_() % static_cast<unsigned>(most_bits + 1));
        if (bits == 0) return 0;
        return random_() % 8 == 0 ? u256((u256(1) << bits) - u256(1)) : u256(x >> (256 - bits));
    }

    u256 price() {
        const u256 x = u256(min_sqrt_ratio() + number(160));
        return x < max_sqrt_ratio() ? x : u256(max_sqrt_ratio() - 1);
    }

    int near_digits() { return near_ - 1 + static_cast<int>(random_() % 4); }

    /// On the swap's way from there: what the contract's numbers look like.
    u256 price_behind(const u256& from, bool down) {
        const u256 way = u256(u256(from >> near_digits()) + u256(random_() % 3));
        const u256 to = down ? u256(from - way) : u256(from + way);
        return to > min_sqrt_ratio() && to < max_sqrt_ratio() ? to : from;
    }

    SwapProgress state(const u256& at) {
        SwapProgress out{};
        out.sqrt_price_x96 = at;
        out.remaining = number(255);
        out.liquidity = u128(number(128));
        return out;
    }

    SeedTerms terms(bool zero_for_one, bool exact_in) {
        PoolState pool{};
        pool.kind = often() ? PoolKind::pancake_v3 : PoolKind::uniswap_v3;
        near_ = static_cast<int>(2 + random_() % 20);
        pool.fee = static_cast<std::uint32_t>(random_() % (often() ? 1000000U : std::max(1000000U >> near_, 1U)));
        pool.fee_protocol = pool.kind == PoolKind::pancake_v3 ? 0x0c800c80U : often() ? 0x44U : 0;
        SwapRequest request{};
        request.zero_for_one = zero_for_one;
        request.exact_in = exact_in;
        market_ = price();
        u256 price0 = number(256);
        u256 price1 = number(256);
        if (!often()) { // the pool's price, or a little above or below
            price1 = u256(u256(1) << 128);
            price0 = u256(u256(market_ >> 32) * u256(market_ >> 32));
            price0 = u256(price0 + u256(price0 >> near_digits()) - u256(price0 >> near_digits()));
        }
        return seed_terms(pool, request, price0, price1);
    }

    /// Of the token that is counted, between two prices.
    static u256 amount_of(bool token0, const u256& liquidity, const u256& a, const u256& b) {
        const u256 way = a > b ? u256(a - b) : u256(b - a);
        if (!token0) return u256((liquidity * u256(way >> 40)) >> 56);
        return u256(u256(u256(u256(liquidity << 96) / a) * u256(way >> 40)) / u256(u256(b >> 40) + u256(1)));
    }

    /// Prices and amounts of one pool, or anything at all.
    Range range(const SeedTerms& terms) {
        Range out;
        const bool down = terms.zero_for_one;
        out.ends = random_() % 2 == 0;
        if (often()) {
            out.entry = price();
            out.far = often() ? out.entry : price();
            out.from = state(often() ? out.entry : price());
            out.stop = state(often() ? out.entry : price());
            return out;
        }
        out.from = state(price_behind(market_, random_() % 2 == 0));
        const u256 liquidity = u256(number(90) + u256(1));
        out.from.liquidity = u128(liquidity);
        out.entry = random_() % 2 == 0 ? out.from.sqrt_price_x96 : price_behind(out.from.sqrt_price_x96, down);
        out.far = price_behind(out.entry, down);
        const u256 low = down ? out.far : out.entry;
        const u256 way = down ? u256(out.entry - out.far) : u256(out.far - out.entry);
        out.stop = state(u256(low + u256(u256(way * u256(random_() % 1024)) >> 10)));
        out.stop.liquidity = out.from.liquidity;
        // about what the passage takes, so that the seed is neither nothing nor everything
        const bool token0 = down == terms.exact_in;
        const u256 leaves = out.ends ? out.stop.sqrt_price_x96 : out.far;
        const u256 taken = amount_of(token0, liquidity, out.entry, leaves);
        out.from.remaining = u256(u256(amount_of(token0, liquidity, out.from.sqrt_price_x96, out.entry) + taken) +
                                  u256(taken >> static_cast<int>(random_() % 8)));
        out.stop.remaining = out.ends ? u256(0) : u256(taken >> static_cast<int>(random_() % 8));
        return out;
    }

    void offer(const Range& range) {
        put_wide(dut_.entry, range.entry);
        put_wide(dut_.far_price, range.far);
        put_wide(dut_.from_price, range.from.sqrt_price_x96);
        put_wide(dut_.from_remaining, range.from.remaining);
        put_wide(dut_.from_liquidity, u256(range.from.liquidity));
        dut_.ends = range.ends;
        put_wide(dut_.stop_price, range.stop.sqrt_price_x96);
        put_wide(dut_.stop_remaining, range.stop.remaining);
        put_wide(dut_.stop_liquidity, u256(range.stop.liquidity));
    }

    struct Expected {
        u128 seed;
        std::uint8_t tag;
        long clock;
    };

    /// `ranges` of one leg, back to back or not; each answer in its clock.
    void run_leg(bool zero_for_one, bool exact_in, int ranges) {
        const SeedTerms of_leg = terms(zero_for_one, exact_in);
        const long latency = (zero_for_one == exact_in ? 46 : 42) + (exact_in ? 0 : 2);
        dut_.zero_for_one = zero_for_one;
        dut_.exact_in = exact_in;
        dut_.kept = as_port(of_leg.kept);
        dut_.gain = as_port(of_leg.gain);
        std::deque<Expected> expected;
        for (long clock = 0; ranges > 0 || !expected.empty(); ++clock) {
            ASSERT_LT(clock, 10000) << "an answer is lost";
            dut_.in_valid = ranges > 0 && random_() % 8 != 0;
            const Range next = range(of_leg);
            offer(next);
            dut_.in_tag = static_cast<std::uint8_t>(random_());
            if (dut_.in_valid) {
                ranges -= 1;
                expected.push_back({reference(of_leg, next), dut_.in_tag, clock});
            }
            jitbox::test::clock(dut_);
            if (!dut_.out_valid) continue;
            ASSERT_FALSE(expected.empty()) << "an answer that nobody asked for";
            const Expected wanted = expected.front();
            expected.pop_front();
            ASSERT_EQ(clock + 1 - wanted.clock, latency);
            ASSERT_EQ(dut_.out_tag, wanted.tag);
            ASSERT_TRUE(take_wide<128>(dut_.seed) == wanted.seed) << "seed " << seed_ << ", range " << checked_;
            checked_ += 1;
            if (wanted.seed == 0) nothing_ += 1;
            if (wanted.seed == u128(~u128(0))) unlimited_ += 1;
        }
    }

    struct Mint {
        Position range{};
        Where where = in_range;
        u256 price;
    };

    /// A range below, around or above the price, whose both ends the price may be.
    Mint mint() {
        Mint out;
        out.where = static_cast<Where>(random_() % 3);
        u256& lower = out.range.lower_x96;
        u256& upper = out.range.upper_x96;
        lower = often() ? price() : market_;
        upper = often() ? price() : price_behind(lower, false);
        if (upper < lower) std::swap(lower, upper);
        const u256 way = u256(upper - lower);
        out.price = u256(lower + u256(u256(way * u256(random_() % 1025)) >> 10));
        if (out.where == below_range) out.price = lower;
        if (out.where == above_range) out.price = upper;
        return out;
    }

    /// Positions of one leg, for so many clocks.
    void run_budgets(long clocks) {
        constexpr long latency = 17;
        const u128 no_limit = u128((u128(1) << 127) - u128(1));
        const u256 budget0 = number(256);
        const u256 budget1 = number(256);
        market_ = price();
        near_ = static_cast<int>(2 + random_() % 20);
        put_wide(budgets_.budget0, budget0);
        put_wide(budgets_.budget1, budget1);
        std::deque<Expected> expected;
        for (long clock = -2; clock < clocks || !expected.empty(); ++clock) { // the budgets stand for two clocks before
            const Mint next = mint();
            put_wide(budgets_.price, next.price);
            put_wide(budgets_.lower, next.range.lower_x96);
            put_wide(budgets_.upper, next.range.upper_x96);
            budgets_.in_tag = static_cast<std::uint8_t>(random_());
            budgets_.in_valid = clock >= 0 && clock < clocks && random_() % 8 != 0;
            if (budgets_.in_valid) {
                expected.push_back(
                    {liquidity_for_budgets(next.range, next.where, next.price, budget0, budget1), budgets_.in_tag, clock});
            }
            jitbox::test::clock(budgets_);
            if (!budgets_.out_valid) continue;
            ASSERT_FALSE(expected.empty()) << "an answer that nobody asked for";
            const Expected wanted = expected.front();
            expected.pop_front();
            ASSERT_EQ(clock + 1 - wanted.clock, latency);
            ASSERT_EQ(budgets_.out_tag, wanted.tag);
            ASSERT_TRUE(u128(take_wide<127>(budgets_.most)) == wanted.seed) << "seed " << seed_ << ", position " << checked_;
            checked_ += 1;
            if (wanted.seed == 0) nothing_ += 1;
            if (wanted.seed == no_limit) unlimited_ += 1;
        }
    }

    const std::uint32_t seed_ = jitbox::test::random_seed();
    std::mt19937_64 random_{seed_};
    Vseed_unit dut_;
    Vbudget_unit budgets_;
    u256 market_;  // the pool's price where market and pool agree ...
    int near_ = 1; // ... to about 2^-near, which is how long the ranges are too
    int checked_ = 0;
    int nothing_ = 0;
    int unlimited_ = 0;
};

TEST_F(SeedUnit, GivesTheHlsSourcesSeedEveryClock) {
    for (int leg = 0; leg < 300 && !HasFatalFailure(); ++leg) run_leg(leg % 2 != 0, leg / 2 % 2 != 0, 100);
    std::cout << checked_ << " ranges, " << nothing_ << " without a seed, " << unlimited_ << " without a limit\n";
    EXPECT_EQ(checked_, 30000);
    EXPECT_GT(nothing_, 200);
    EXPECT_GT(unlimited_, 200);
    EXPECT_GT(checked_ - nothing_ - unlimited_, 500);
}

TEST_F(SeedUnit, SaysWhatTheBudgetsAllowEveryClock) {
    for (int leg = 0; leg < 100 && !HasFatalFailure(); ++leg) run_budgets(200);
    std::cout << checked_ << " positions, " << nothing_ << " without budget, " << unlimited_ << " without a limit\n";
    EXPECT_GT(checked_, 15000);
    EXPECT_GT(checked_ - nothing_ - unlimited_, 1000);
}

} // namespace
