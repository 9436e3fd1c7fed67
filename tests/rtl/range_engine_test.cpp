// range_engine: every field of its answer equals what kernels/hls gives for the same pool, window, parameters and swap.
// SPDX-License-Identifier: Apache-2.0
#include "rtl/range_engine_driver.hpp"
#include "rtl/range_legs.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>

namespace {

using namespace jitbox::hlsk;
using namespace jitbox::test;

/// JITBOX_SOAK_CASES=n runs n legs a test instead of its own number (tests/soak/range_engine.sh), swaps of many steps among them.
int soak_cases() {
    const char* wanted = std::getenv("JITBOX_SOAK_CASES"); // NOLINT(concurrency-mt-unsafe): one thread
    return wanted == nullptr ? 0 : std::atoi(wanted);      // NOLINT(cert-err34-c): our own script
}
int cases(int usual) {
    return soak_cases() != 0 ? soak_cases() : usual;
}

class RangeEngine : public testing::Test {
protected:
    RangeEngine() : memo_(std::make_unique<RatioMemo>()), engine_(random_) { memo_->clear(); }

    void expect_equal(const EngineLeg& leg, int i) {
        const EngineResult wanted = reference_result(leg, *memo_);
        if (random_() % 2 == 0) engine_.tell_state(leg, random_() % 1000); // the leg may come while the prices are computed
        const auto got = engine_.run(leg);
        if (!got) FAIL() << "leg " << i << " of seed " << seed_ << " has no result";
        ASSERT_EQ(got->text(), wanted.text()) << "leg " << i << " of seed " << seed_;
        seen_[wanted.reason] += 1;
        clocks_ += engine_.clocks();
    }

    /// A leg whose swap alone has few steps, so that the test is short; any leg in a soak.
    EngineLeg any_leg() {
        const auto alone = std::make_unique<AloneSwap>();
        for (;;) {
            EngineLeg leg = wild_leg(random_);
            WindowTicks ticks(leg.window, *memo_);
            run_alone(leg.pool, ticks, leg.window.below, leg.request, *alone);
            if (soak_cases() != 0 || alone->end.steps < 25 || random_() % 200 == 0) return leg;
        }
    }

    void TearDown() override {
        for (const auto& [reason, count] : seen_) std::cout << "reason " << static_cast<int>(reason) << ": " << count << " legs\n";
        std::cout << clocks_ << " clocks\n";
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
    std::unique_ptr<RatioMemo> memo_;
    RangeEngineDriver engine_;
    std::map<Reason, int> seen_;
    std::uint64_t clocks_ = 0;
};

TEST_F(RangeEngine, RunsTheSwapAloneAsTheHlsSource) {
    for (int i = 0; i < cases(150) && !HasFatalFailure(); ++i) {
        const EngineLeg leg = any_leg();
        WindowTicks ticks(leg.window, *memo_);
        const auto alone = std::make_unique<AloneSwap>();
        const Reason reason = run_alone(leg.pool, ticks, leg.window.below, leg.request, *alone);
        ASSERT_TRUE(engine_.run(leg).has_value()) << "leg " << i << " has no result";
        const EngineResult& got = engine_.raw();
        seen_[reason] += 1;
        if (reason != Reason::none) {
            ASSERT_EQ(got.reason, reason) << "leg " << i << " of seed " << seed_;
            continue;
        }
        if (got.reason == Reason::partial_fill || got.reason == Reason::minimum_out || got.reason == Reason::maximum_in) continue;
        const SwapEvent event = swap_event(leg.request, alone->end);
        ASSERT_EQ(got.tick_alone, alone->tick_after) << "leg " << i << " of seed " << seed_;
        ASSERT_TRUE(got.price_alone == alone->end.sqrt_price_x96) << "leg " << i << " of seed " << seed_;
        ASSERT_TRUE(got.amounts[8] == u256(event.amount0)) << "leg " << i << " of seed " << seed_;
        ASSERT_TRUE(got.amounts[9] == u256(event.amount1)) << "leg " << i << " of seed " << seed_;
    }
}

TEST_F(RangeEngine, AnswersAsTheHlsSourceOnAnyPool) {
    for (int i = 0; i < cases(150) && !HasFatalFailure(); ++i) expect_equal(any_leg(), i);
    for (const Reason reason : {Reason::none, Reason::unprofitable, Reason::out_of_window})
        EXPECT_GT(seen_[reason], 0) << static_cast<int>(reason);
}

TEST_F(RangeEngine, AnswersAsTheHlsSourceWhereTheSwapEndsAtARangesBound) {
    for (int i = 0; i < cases(120) && !HasFatalFailure(); ++i) {
        EngineLeg leg = usual_leg(random_, *memo_);
        const std::int32_t spacing = leg.pool.tick_spacing;
        const std::int32_t below = leg.pool.tick - (leg.pool.tick % spacing + spacing) % spacing;
        const auto further = static_cast<std::int32_t>(random_() % 3) * spacing;
        const u256 bound = sqrt_ratio_at_tick(leg.request.zero_for_one ? below - further : below + spacing + further);
        if (bound == leg.pool.sqrt_price_x96) continue;
        leg.own_limit = true;
        leg.request.price_limit_x96 = bound;
        leg.request.amount = u256(leg.request.amount << static_cast<int>(random_() % 4)); // mostly more than it takes to get there
        leg.limit = leg.request.exact_in ? u256(0) : u256(u256(0) - u256(1));
        expect_equal(leg, i);
    }
}

TEST_F(RangeEngine, AnswersAsTheHlsSourceOnUsualPools) {
    for (int i = 0; i < cases(40) && !HasFatalFailure(); ++i) expect_equal(usual_leg(random_, *memo_), i);
}

TEST_F(RangeEngine, ALegBehindItsPoolsStateFindsThePricesNearSpot) {
    std::mt19937_64 random{1}; // the same legs each time: there are pools whose prices no thread waits for
    std::uint64_t without = 0;
    std::uint64_t ahead = 0;
    for (int i = 0; i < 8; ++i) {
        const EngineLeg leg = usual_leg(random, *memo_);
        RangeEngineDriver fresh(random);
        ASSERT_TRUE(fresh.run(leg).has_value());
        without += fresh.clocks();
        RangeEngineDriver told(random);
        told.tell_state(leg, 6000);
        ASSERT_TRUE(told.run(leg).has_value());
        ahead += told.clocks();
    }
    std::cout << without << " clocks, with prices ahead " << ahead << '\n';
    EXPECT_LT(ahead, without);
}

TEST_F(RangeEngine, AnswersAsTheHlsSourceWhereTheSwapPassesManySpacings) {
    int taken = 0; // by the pipeline: threads alone take 95 clocks a candidate and more
    for (int i = 0; (i < cases(12) || (taken == 0 && i < 200)) && !HasFatalFailure(); ++i) {
        expect_equal(long_leg(random_, *memo_, 300), i);
        taken += engine_.raw().candidates > 60 && engine_.clocks() < 50ULL * engine_.raw().candidates ? 1 : 0;
    }
    EXPECT_GT(taken, 0);
}

} // namespace
