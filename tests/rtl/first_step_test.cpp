// first_step: what it publishes of a job, in any order and whenever it may, against the HLS source's arithmetic; the bench divides
// for it. SPDX-License-Identifier: Apache-2.0
#include "Vfirst_step.h"
#include "hls/candidate_seed.hpp"
#include "rtl/clocked.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <random>

namespace {

using namespace jitbox::hlsk;
using jitbox::test::put_wide;
using jitbox::test::take_wide;

using Bits = ap_uint<260>; ///< a word of the engine

enum Word { spot_cell, spot, word_end, divisor, price, kept, gain, words };
constexpr int usual_bits = 102;
const Bits over = Bits(Bits(1) << 256); ///< what does not fit
constexpr std::int64_t offset_cells = std::int64_t{1} << 20;

struct Job {
    PoolState pool{};
    SwapRequest request{};
    u256 price0;
    u256 price1;
};

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

Bits as_word(std::int64_t x) {
    return Bits(ap_int<260>(x));
}

Bits as_word(const ShortFloat& x) {
    return as_word(static_cast<std::int64_t>(x.exponent) * (std::int64_t{1} << 32) + x.mantissa);
}

class FirstStep : public testing::Test {
protected:
    FirstStep() {
        dut_.begin_leg = 0;
        dut_.out_ready = 0;
        dut_.md_ready = 0;
        dut_.md_out_valid = 0;
        jitbox::test::reset(dut_);
    }

    u256 number(int most_bits) {
        u256 x = 0;
        for (int i = 0; i < 4; ++i) x = u256((x << 64) | u256(random_()));
        const int bits = static_cast<int>(random_() % static_cast<unsigned>(most_bits + 1));
        if (bits == 0) return 0;
        return random_() % 8 == 0 ? u256((u256(1) << bits) - u256(1)) : u256(x >> (256 - bits));
    }

    /// One of so many bits just.
    u256 top_of(int bits) { return u256((u256(1) << (bits - 1)) | number(bits - 1)); }

    /// An amount whose share after the fee is a whole number, next to one, or any.
    u256 amount(std::uint32_t keep) {
        const auto kind = random_() % 4;
        if (kind == 3) return u256(top_of(usual_bits)); // a product that does not fit
        if (kind == 0) return u256(u256(number(usual_bits - 21) + 1) * u256(1000000 / std::gcd(keep, 1000000U)));
        if (kind == 1) return u256(number(random_() % 3 == 0 ? 254 : usual_bits) + 1);
        const u256 near = u256(u256(number(usual_bits - 21) * u256(1000000)) / u256(keep));
        return u256(near + u256(1 + random_() % 3));
    }

    Job any_job() {
        Job job;
        job.pool.kind = jitbox::records::PoolKind::uniswap_v3;
        job.pool.fee = random_() % 8 == 0 ? 0 : static_cast<std::uint32_t>(random_() % 1000000);
        job.pool.tick_spacing = static_cast<std::int32_t>(1 + random_() % (random_() % 2 == 0 ? 16383 : 4));
        job.pool.tick = static_cast<std::int32_t>(random_() % 1774544) - 887272;
        job.pool.sqrt_price_x96 = random_() % 4 == 0 ? top_of(160) : u256(min_sqrt_ratio() + number(159));
        job.pool.liquidity = random_() % 16 == 0 ? u128(0) : u128(u256(number(127) + 1));
        job.request.zero_for_one = random_() % 2 == 0;
        job.request.exact_in = random_() % 2 == 0;
        job.request.amount = amount(1000000 - job.pool.fee);
        job.price0 = u256(number(255) + 1);
        job.price1 = u256(number(255) + 1);
        return job;
    }

    void put(const Job& job) {
        dut_.zero_for_one = job.request.zero_for_one;
        dut_.exact_in = job.request.exact_in;
        dut_.tick = static_cast<std::uint32_t>(job.pool.tick) & 0xffffffU;
        dut_.tick_spacing = static_cast<std::uint16_t>(job.pool.tick_spacing);
        dut_.fee = job.pool.fee;
        put_wide(dut_.amount, ap_uint<255>(job.request.amount));
        put_wide(dut_.sqrt_price, ap_uint<160>(job.pool.sqrt_price_x96));
        put_wide(dut_.liquidity, job.pool.liquidity);
        put_wide(dut_.price0, job.price0);
        put_wide(dut_.price1, job.price1);
        dut_.kept_fee = job.pool.fee; // no protocol fee: all is kept
        dut_.whole_keep = 1000000 - job.pool.fee;
    }

    /// The quotient that was asked for, some clocks later.
    void divide() {
        dut_.md_out_valid = 0;
        dut_.md_ready = random_() % 2;
        if (dividing_ && --*dividing_ == 0) {
            u256 quotient = 0;
            dut_.md_ok = (round_up_ ? mul_div_rounding_up : mul_div)(a_, b_, d_, quotient);
            put_wide(dut_.md_quotient, dut_.md_ok ? quotient : u256(0));
            dut_.md_out_valid = 1;
            dividing_.reset();
        }
        dut_.eval();
        if (!dut_.md_valid || !dut_.md_ready) return;
        a_ = take_wide<256>(dut_.md_a);
        b_ = take_wide<256>(dut_.md_b);
        d_ = take_wide<256>(dut_.md_d);
        round_up_ = dut_.md_round_up != 0;
        dividing_ = 1 + static_cast<int>(random_() % 40);
    }

    /// Runs the job and keeps what is published of it.
    void run(const Job& job) {
        said_.fill(std::nullopt);
        put(job);
        dut_.begin_leg = 1;
        dut_.eval();
        jitbox::test::clock(dut_);
        dut_.begin_leg = 0;
        for (int clocks = 0; clocks < 300 && dut_.busy; ++clocks) {
            dut_.out_ready = random_() % 3 != 0;
            divide();
            if (dut_.out_valid && dut_.out_ready) {
                ASSERT_LT(dut_.out_number, words);
                ASSERT_FALSE(said_.at(dut_.out_number)) << "twice";
                said_.at(dut_.out_number) = take_wide<260>(dut_.out_word);
            }
            jitbox::test::clock(dut_);
        }
        ASSERT_FALSE(dut_.busy) << "seed " << seed_;
    }

    void expect_word(Word word, const Bits& wanted) {
        ASSERT_TRUE(said_.at(word)) << "word " << word << " of seed " << seed_;
        ASSERT_TRUE(said_.at(word).value_or(0) == wanted) << "word " << word << " of seed " << seed_;
    }

    void expect_cells(const Job& job) {
        const std::int64_t spacing = job.pool.tick_spacing;
        const std::int64_t cell = floor_div(job.pool.tick, spacing);
        const std::int64_t end = job.request.zero_for_one ? floor_div(cell, 256) * 256 : floor_div(cell + 1, 256) * 256 + 255;
        expect_word(spot_cell, as_word(cell + offset_cells));
        expect_word(spot, as_word(cell * spacing));
        expect_word(word_end, as_word(end * spacing));
    }

    void expect_price(const Job& job) {
        const bool exact_in = job.request.exact_in;
        const u256 at = job.pool.sqrt_price_x96;
        u256 left = job.request.amount;
        if (exact_in) ASSERT_TRUE(mul_div(left, u256(1000000 - job.pool.fee), u256(1000000), left));
        if (job.request.zero_for_one == exact_in) return expect_price_by_token0(job, left);
        u256 wanted = 0;
        const bool fits = (exact_in ? mul_div : mul_div_rounding_up)(left, u256(u256(1) << 96), u256(job.pool.liquidity), wanted);
        if (exact_in)
            return expect_word(price, Bits((fits ? Bits(wanted) : Bits(~u256(0))) + Bits(at))); // without liquidity: beyond all
        expect_word(price, fits ? Bits(wanted) : over);
    }
    void expect_price_by_token0(const Job& job, const u256& left) {
        const bool exact_in = job.request.exact_in;
        const u256 base = u256(u256(job.pool.liquidity) << 96);
        const u256 at = job.pool.sqrt_price_x96;
        u256 product = 0;
        const Bits times = mul_div(left, at, u256(1), product) ? Bits(product) : over;
        const auto sum = exact_in ? Bits(Bits(base) + times) : Bits(Bits(base) - times);
        expect_word(divisor, sum);
        if ((sum >> 256) != Bits(0)) return; // the thread takes the other formula, or the step fails
        u256 wanted = 0;
        const bool fits = mul_div_rounding_up(base, at, u256(sum), wanted);
        expect_word(price, fits ? Bits(wanted) : exact_in ? Bits(0) : over);
    }

    const std::uint32_t seed_ = jitbox::test::random_seed();
    std::mt19937_64 random_{seed_};
    Vfirst_step dut_;
    std::array<std::optional<Bits>, words> said_;
    std::optional<int> dividing_; ///< clocks until the quotient
    u256 a_;
    u256 b_;
    u256 d_;
    bool round_up_ = false;
};

TEST_F(FirstStep, PublishesWhatAJobAloneDecides) {
    int large = 0;
    for (int i = 0; i < 5000 && !HasFatalFailure(); ++i) {
        const Job job = any_job();
        run(job);
        if (HasFatalFailure()) return;
        expect_cells(job);
        const SeedTerms terms = seed_terms(job.pool, job.request, job.price0, job.price1);
        expect_word(kept, as_word(terms.kept));
        expect_word(gain, as_word(terms.gain));
        const bool token0 = job.request.zero_for_one == job.request.exact_in;
        if ((job.request.amount >> usual_bits) != u256(0)) {
            large += 1;
            ASSERT_FALSE(said_[price]) << "seed " << seed_;
            if (token0) expect_word(divisor, over);
        } else {
            expect_price(job);
        }
        ASSERT_EQ(said_[divisor].has_value(), token0) << "seed " << seed_;
    }
    EXPECT_GT(large, 100);
}

} // namespace
