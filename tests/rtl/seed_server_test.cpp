// seed_server: threads of four lanes tell their ranges and ask for the most and for their seeds, before the swap alone's end is
// told and after; each answer against kernels/hls/candidate_seed.cpp. SPDX-License-Identifier: Apache-2.0
#include "rtl/seed_server_driver.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <vector>

namespace {

using namespace jitbox::hlsk;
using jitbox::test::passes;
using jitbox::test::reference_most;
using jitbox::test::reference_seed;
using jitbox::test::SeedAnswer;
using jitbox::test::SeedAsk;
using jitbox::test::SeedCandidate;
using jitbox::test::SeedCases;
using jitbox::test::SeedLeg;
using jitbox::test::SeedServerDriver;

u256 as_word(const ShortFloat& value) {
    return u256((static_cast<std::uint64_t>(value.exponent & 0x1fff) << 32) | value.mantissa);
}

class SeedServer : public testing::Test {
protected:
    static constexpr unsigned word_most = 21;
    static constexpr unsigned word_seed = 25;

    /// A thread's candidate, if it has one, and what it still waits for.
    struct Thread {
        std::unique_ptr<SeedCandidate> candidate;
        bool wants_most = false;
        bool wants_seed = false;
        bool tells_stop = false; // still has to
    };

    void ask(unsigned lane, unsigned thread, SeedAsk what, const u256& a, const u256& b, const u256& c = 0) {
        driver_->ask(lane,
                     {.ask = what, .thread = thread, .d = what == SeedAsk::most ? word_most : word_seed, .a = a, .b = b, .c = c});
    }

    void begin(const SeedLeg& leg) {
        driver_->begin(leg);
        ask(0, 0, SeedAsk::terms, as_word(leg.terms.kept), as_word(leg.terms.gain));
        while (!driver_->idle()) driver_->clock();
    }

    void tell_stop(unsigned lane, unsigned thread, Thread& of) {
        const SwapProgress& stop = of.candidate->stop;
        ask(lane, thread, SeedAsk::stop, stop.sqrt_price_x96, stop.remaining, u256(stop.liquidity));
        of.tells_stop = false;
    }

    void start(const SeedLeg& leg, unsigned lane, unsigned thread, Thread& of) {
        of.candidate = std::make_unique<SeedCandidate>(cases_.candidate(leg));
        const SeedCandidate& it = *of.candidate;
        of.wants_most = true;
        of.wants_seed = true;
        of.tells_stop = passes(leg, it);
        ask(lane, thread, SeedAsk::gross, it.gross_lower, it.gross_upper);
        ask(lane, thread, SeedAsk::most, it.entry, it.lower, it.upper);
        ask(lane, thread, SeedAsk::from, it.from.sqrt_price_x96, it.from.remaining, u256(it.from.liquidity));
    }

    void check(const SeedLeg& leg, const SeedAnswer& answer, Thread& of) {
        ASSERT_TRUE(of.candidate);
        const bool most = answer.d == word_most;
        bool& wants = most ? of.wants_most : of.wants_seed;
        ASSERT_TRUE(wants) << "an answer that nobody asked for";
        wants = false;
        const u128 expected = most ? reference_most(leg, *of.candidate) : reference_seed(leg, *of.candidate);
        ASSERT_TRUE(answer.data == u256(expected))
            << "seed " << seed_ << ", answer " << answers_ << (most ? ", the most" : ", a seed");
        answers_ += 1;
        if (!most) {
            (passes(leg, *of.candidate) ? through_ : within_) += 1;
            limited_ += expected == reference_most(leg, *of.candidate) ? 1 : 0;
            least_ += expected == u128(1U << 16U) ? 1 : 0;
        }
        if (!of.wants_most && !of.wants_seed) of.candidate.reset();
    }

    /// So many candidates of one leg; the end is told after some of them have begun.
    void run_leg(const SeedLeg& leg, int candidates) {
        std::vector<Thread> threads(std::size_t{SeedServerDriver::lanes} * SeedServerDriver::threads);
        begin(leg);
        long end_in = static_cast<long>(random_() % 200);
        int open = 0;
        for (long clock = 0; candidates > 0 || open > 0; ++clock) {
            ASSERT_LT(clock, 20000) << "an answer is lost: seed " << seed_;
            if (end_in-- == 0) ask(static_cast<unsigned>(random_() % 4), 0, SeedAsk::end, leg.end_price, leg.end_remaining);
            const auto at = random_() % threads.size();
            const auto lane = static_cast<unsigned>(at / SeedServerDriver::threads);
            const auto thread = static_cast<unsigned>(at % SeedServerDriver::threads);
            Thread& of = threads.at(at);
            if (!of.candidate && candidates > 0) {
                start(leg, lane, thread, of);
                candidates -= 1;
                open += 1;
            } else if (of.tells_stop) {
                tell_stop(lane, thread, of);
            }
            const auto answer = driver_->clock();
            if (!answer) continue;
            Thread& whose = threads.at(std::size_t{answer->lane} * SeedServerDriver::threads + answer->thread);
            check(leg, *answer, whose);
            if (HasFatalFailure()) return;
            if (!whose.candidate) open -= 1;
        }
        while (end_in >= -1 || !driver_->idle()) { // the end may be told when nobody waits any more
            if (end_in-- == 0) ask(0, 0, SeedAsk::end, leg.end_price, leg.end_remaining);
            ASSERT_FALSE(driver_->clock());
        }
    }

    /// Clocks from the request that is asked for now to the next answer.
    long clocks_to_answer() {
        for (long clock = 0; clock < 200; ++clock) {
            if (driver_->clock()) return clock;
        }
        return -1;
    }

    const std::uint32_t seed_ = jitbox::test::random_seed();
    std::mt19937_64 random_{seed_};
    SeedCases cases_{random_};
    std::unique_ptr<SeedServerDriver> driver_ = std::make_unique<SeedServerDriver>(random_);
    int answers_ = 0;
    int within_ = 0;
    int through_ = 0;
    int limited_ = 0; // to the most
    int least_ = 0;
};

TEST_F(SeedServer, GivesTheHlsSourcesSeedsAndLimits) {
    for (int leg = 0; leg < 200 && !HasFatalFailure(); ++leg) run_leg(cases_.leg(leg % 2 != 0, leg / 2 % 2 != 0), 100);
    std::cout << within_ << " seeds where the swap ends in the range, " << through_ << " where it goes through, " << limited_
              << " limited, " << least_ << " the least\n";
    EXPECT_EQ(answers_, 40000);
    EXPECT_GT(within_, 1000);
    EXPECT_GT(through_, 1000);
    EXPECT_GT(within_ + through_ - limited_ - least_, 500);
}

TEST_F(SeedServer, IsAsQuickAsItsHeaderSays) {
    driver_ = std::make_unique<SeedServerDriver>(random_, true);
    for (int i = 0; i < 8; ++i) {
        SeedLeg leg = cases_.leg(i % 2 != 0, i / 2 % 2 != 0);
        Thread thread;
        const int late = leg.terms.exact_in ? 0 : 2;
        begin(leg);
        SeedCandidate candidate = cases_.candidate(leg);
        leg.end_price = leg.terms.zero_for_one ? candidate.lower : candidate.upper;
        ask(1, 3, SeedAsk::gross, 0, 0);
        driver_->clock();
        ask(1, 3, SeedAsk::most, candidate.entry, candidate.lower, candidate.upper);
        EXPECT_EQ(clocks_to_answer(), 20);
        ask(1, 3, SeedAsk::from, candidate.from.sqrt_price_x96, candidate.from.remaining, u256(candidate.from.liquidity));
        for (int clock = 0; clock < 9; ++clock) EXPECT_FALSE(driver_->clock());
        ask(2, 0, SeedAsk::end, leg.end_price, leg.end_remaining);
        EXPECT_EQ(clocks_to_answer(), 42 + late);
        ask(1, 3, SeedAsk::from, candidate.from.sqrt_price_x96, candidate.from.remaining, u256(candidate.from.liquidity));
        EXPECT_EQ(clocks_to_answer(), 51 + late);
    }
}

} // namespace
