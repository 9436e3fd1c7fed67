// range_profit: what a leg is answered with. The exact numbers are judged by the real contracts (tests/integration/exactness).
// SPDX-License-Identifier: Apache-2.0
#include "range_fixture.hpp"

namespace jitbox::range_test {
namespace {

class RangeLegs : public testing::Test {
protected:
    RangeLegs() { kernel_.load_plain_pool(); }

    Kernel kernel_;
};

TEST_F(RangeLegs, AProfitableSwapIsADecisionWhoseNumbersAgree) {
    const auto found = accel::decision_from(kernel_.answer({.sequence = 77, .leg_index = 3}));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->sequence, 77U);
    EXPECT_EQ(found->leg_index, 3U);
    EXPECT_EQ(found->pool_index, 7U);
    EXPECT_EQ(found->pool_address, address(0xaa));
    EXPECT_EQ(found->state_version, 1U);
    EXPECT_EQ(found->block_number, 100U);
    EXPECT_TRUE(found->zero_for_one);
    EXPECT_TRUE(found->exact_in);
    EXPECT_EQ(found->tick_before, 0);
    EXPECT_LT(found->tick_lower, found->tick_upper);
    EXPECT_EQ(found->tick_lower % 60, 0);
    EXPECT_EQ(found->tick_upper % 60, 0);
    EXPECT_GT(found->profit_wei, 0);
    // Both tokens are worth one wei a unit: profit is what comes back less what went in.
    const u256 back = found->burn0 + found->burn1 + found->fee0 + found->fee1;
    EXPECT_TRUE(found->gross_profit_wei == static_cast<accel::i256>(back - found->mint0 - found->mint1));
    EXPECT_TRUE(found->profit_wei == found->gross_profit_wei);
    EXPECT_TRUE(found->swap0 == static_cast<accel::i256>(pow10(19)));
    EXPECT_TRUE(found->alone0 == static_cast<accel::i256>(pow10(19)));
    EXPECT_LT(found->swap1, found->alone1) << "the swapper gets more with us than without";
    EXPECT_TRUE(found->fee1 == 0);
    EXPECT_LE(found->candidates, records::default_candidates);
    EXPECT_LE(found->profitable, found->candidates);
}

TEST_F(RangeLegs, TheMintStaysWithinTheBudgets) {
    accel::ParamsRecord params = plain_params();
    params.budget0 = pow10(17);
    params.budget1 = pow10(18);
    ASSERT_EQ(kernel_.refusal(accel::to_record(4, params)), Reason::none);
    for (const bool zero_for_one : {true, false}) {
        const auto found =
            accel::decision_from(kernel_.answer({.sequence = zero_for_one ? 60U : 61U, .zero_for_one = zero_for_one}));
        ASSERT_TRUE(found);
        EXPECT_TRUE(found->mint0 <= params.budget0);
        EXPECT_TRUE(found->mint1 <= params.budget1);
    }
}

// Tick.update: liquidityGross of either end may not exceed maxLiquidityPerTick ('LO').
TEST_F(RangeLegs, APositionIsNoLargerThanWhatItsTicksCanHold) {
    const auto unbound = accel::decision_from(kernel_.answer({.sequence = 1}));
    ASSERT_TRUE(unbound);
    accel::PoolRecord pool = plain_pool();
    pool.max_liquidity_per_tick = unbound->liquidity / 3;
    ASSERT_EQ(kernel_.refusal(accel::to_record(4, pool)), Reason::none);
    const auto bound = accel::decision_from(kernel_.answer({.sequence = 2}));
    ASSERT_TRUE(bound);
    EXPECT_LE(bound->liquidity, pool.max_liquidity_per_tick);
    accel::TicksRecord ticks = plain_ticks();
    const u128 full = pool.max_liquidity_per_tick;
    for (std::int32_t tick = -600; tick <= 0; tick += 60)
        ticks.below.push_back({.tick = tick, .liquidity_gross = full, .liquidity_net = 0});
    ticks.above.insert(ticks.above.begin(), {{.tick = 60, .liquidity_gross = full, .liquidity_net = 0},
                                             {.tick = 120, .liquidity_gross = full, .liquidity_net = 0}});
    ASSERT_EQ(kernel_.refusal(accel::to_record(4, ticks)), Reason::none);
    EXPECT_NE(kernel_.rejection({.sequence = 3}), Reason::none) << "no tick that a range could end at has room";
}

TEST_F(RangeLegs, TheTipIsAShareOfTheProfitAfterGasAndAtLeastTheFloor) {
    accel::ParamsRecord params = plain_params();
    params.gas_cost_wei = pow10(14);
    params.tip_ppm = 250'000;
    ASSERT_EQ(kernel_.refusal(accel::to_record(4, params)), Reason::none);
    const auto shared = accel::decision_from(kernel_.answer({.sequence = 60}));
    ASSERT_TRUE(shared);
    const auto before_tip = static_cast<u256>(shared->gross_profit_wei) - params.gas_cost_wei;
    EXPECT_TRUE(shared->tip_wei == before_tip / 4);
    EXPECT_TRUE(shared->profit_wei == static_cast<accel::i256>(before_tip - shared->tip_wei));
    params.tip_floor_wei = shared->tip_wei + 1;
    ASSERT_EQ(kernel_.refusal(accel::to_record(4, params)), Reason::none);
    const auto floored = accel::decision_from(kernel_.answer({.sequence = 61}));
    ASSERT_TRUE(floored);
    EXPECT_TRUE(floored->tip_wei == params.tip_floor_wei);
}

TEST_F(RangeLegs, WhatEarnsTooLittleIsUnprofitableWithTheBestProfitFound) {
    accel::ParamsRecord params = plain_params();
    params.gas_cost_wei = pow10(20);
    ASSERT_EQ(kernel_.refusal(accel::to_record(4, params)), Reason::none);
    const auto reject = accel::reject_from(kernel_.answer({}));
    ASSERT_TRUE(reject);
    EXPECT_EQ(reject->reason, Reason::unprofitable);
    EXPECT_EQ(reject->stage, records::Stage::range);
    EXPECT_LT(reject->best_profit_wei, 0);
    EXPECT_GT(reject->candidates, 0);
}

TEST_F(RangeLegs, LegsThatCannotBeJudgedAreRejectedWithTheirReason) {
    EXPECT_EQ(kernel_.rejection({.sequence = 1, .fee = 500}), Reason::pool_unknown);
    EXPECT_EQ(kernel_.rejection({.sequence = 2, .amount_known = false}), Reason::amount_unknown);
    EXPECT_EQ(kernel_.rejection({.sequence = 3, .amount = 0}), Reason::amount_zero);
    EXPECT_EQ(kernel_.rejection({.sequence = 4, .amount = static_cast<u256>(1) << 255}), Reason::amount_overflow);
}

TEST_F(RangeLegs, WhatTheRouterWouldRevertIsRejected) {
    accel::BlockRecord block;
    block.next_timestamp = 1000;
    ASSERT_EQ(kernel_.refusal(accel::to_record(4, block)), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 1, .has_deadline = true, .deadline = 999}), Reason::deadline_passed);
    EXPECT_EQ(kernel_.rejection({.sequence = 2, .has_deadline = true, .deadline = 1000}), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 3, .limit = pow10(19)}), Reason::minimum_out);
    EXPECT_EQ(kernel_.rejection({.sequence = 4, .exact_in = false, .limit = pow10(19)}), Reason::maximum_in);
    EXPECT_EQ(kernel_.rejection({.sequence = 5, .exact_in = false, .limit = pow10(20)}), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 6, .hops = 2, .limit = pow10(19)}), Reason::none) << "the limit is the whole path's";
    const u256 above = (static_cast<u256>(1) << 96) + 1;
    EXPECT_EQ(kernel_.rejection({.sequence = 7, .sqrt_price_limit_x96 = above}), Reason::price_limit);
    EXPECT_EQ(kernel_.rejection({.sequence = 8, .direct_pool = true}), Reason::price_limit) << "the pool has no default limit";
}

TEST_F(RangeLegs, ALimitThatIsMetToTheUnitIsMetAndOneUnitMoreIsNot) {
    const auto out = accel::decision_from(kernel_.answer({.sequence = 1}));
    ASSERT_TRUE(out);
    const auto received = static_cast<u256>(-out->alone1);
    EXPECT_EQ(kernel_.rejection({.sequence = 2, .limit = received}), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 3, .limit = received + 1}), Reason::minimum_out);
    const auto in = accel::decision_from(kernel_.answer({.sequence = 4, .exact_in = false, .limit = pow10(20)}));
    ASSERT_TRUE(in);
    const auto paid = static_cast<u256>(in->alone0);
    EXPECT_EQ(kernel_.rejection({.sequence = 5, .exact_in = false, .limit = paid}), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 6, .exact_in = false, .limit = paid - 1}), Reason::maximum_in);
}

TEST_F(RangeLegs, TheLeastProfitIsEnoughAndOneWeiLessIsNot) {
    const auto free = accel::decision_from(kernel_.answer({.sequence = 1}));
    ASSERT_TRUE(free);
    accel::ParamsRecord params = plain_params();
    params.min_profit_wei = static_cast<u256>(free->profit_wei);
    ASSERT_EQ(kernel_.refusal(accel::to_record(4, params)), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 2}), Reason::none);
    params.min_profit_wei += 1;
    ASSERT_EQ(kernel_.refusal(accel::to_record(4, params)), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 3}), Reason::unprofitable);
    params.min_profit_wei = 0;
    params.gas_cost_wei = static_cast<u256>(free->profit_wei);
    ASSERT_EQ(kernel_.refusal(accel::to_record(4, params)), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 4}), Reason::unprofitable) << "nothing left is no profit";
}

TEST_F(RangeLegs, AnExactOutputThatThePoolCannotGiveIsAPartialFill) {
    // All of the pool is 10^21 of liquidity up to tick 6000; beyond it lie only empty bitmap words.
    const Leg leg{.zero_for_one = false, .exact_in = false, .amount = pow10(22), .limit = ~static_cast<u256>(0)};
    EXPECT_EQ(kernel_.rejection(leg), Reason::partial_fill);
}

TEST_F(RangeLegs, ASwapThatLeavesTheKnownTicksIsOutOfWindow) {
    accel::TicksRecord ticks = plain_ticks();
    ticks.known_lower = -120;
    ticks.below.clear();
    ASSERT_EQ(kernel_.refusal(accel::to_record(4, ticks)), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 1, .amount = pow10(18)}), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 2, .amount = pow10(19)}), Reason::out_of_window);
}

TEST_F(RangeLegs, FrozenMeansNoDecision) {
    kernel_.frozen = true;
    EXPECT_EQ(kernel_.rejection({.sequence = 1}), Reason::frozen);
    kernel_.frozen = false;
    EXPECT_EQ(kernel_.rejection({.sequence = 2}), Reason::none);
}

TEST_F(RangeLegs, ASecondLegOfOneTransactionOnTheSamePoolIsStale) {
    EXPECT_EQ(kernel_.rejection({.sequence = 9, .leg_index = 0}), Reason::none);
    EXPECT_EQ(kernel_.rejection({.sequence = 9, .leg_index = 1}), Reason::pool_stale);
    EXPECT_EQ(kernel_.rejection({.sequence = 10, .leg_index = 0}), Reason::none);
}

TEST_F(RangeLegs, TheSameInputGivesTheSameBytes) {
    const Bytes first = kernel_.answer({.sequence = 5});
    Kernel other;
    other.load_plain_pool();
    EXPECT_EQ(other.answer({.sequence = 5}), first);
    EXPECT_EQ(kernel_.answer({.sequence = 5, .leg_index = 0}).size(), records::reject::total_bytes);
}

// Over more ranges than K/2 the search samples and then narrows down: 95 spacings here, so that every third is looked at first.
TEST_F(RangeLegs, ASwapOverManyRangesIsNarrowedDownToNearlyTheBestOfAll) {
    accel::ParamsRecord params = plain_params();
    std::uint64_t sequence = 1;
    for (const std::uint64_t price_ppm : {700'000U, 780'000U, 850'000U, 1'000'000U}) {
        params.price0_x96 = (static_cast<u256>(1) << 96) / 1'000'000 * price_ppm;
        std::array<u256, 2> profit{};
        for (const std::uint16_t k : {std::uint16_t{64}, std::uint16_t{4096}}) {
            params.candidates = k;
            ASSERT_EQ(kernel_.refusal(accel::to_record(4, params)), Reason::none);
            const auto found = accel::decision_from(kernel_.answer({.sequence = sequence++, .amount = pow10(18) * 330}));
            ASSERT_TRUE(found);
            profit.at(k == 64 ? 0 : 1) = static_cast<u256>(found->profit_wei);
        }
        EXPECT_GE(profit[0] * 10'000, profit[1] * 9'999) << price_ppm << " ppm: what lies between the samples is lost";
    }
}

TEST_F(RangeLegs, OneCandidateIsEnoughForADecision) {
    accel::ParamsRecord params = plain_params();
    for (const std::uint16_t k : {std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{4096}}) {
        params.candidates = k;
        ASSERT_EQ(kernel_.refusal(accel::to_record(4, params)), Reason::none);
        const auto found = accel::decision_from(kernel_.answer({.sequence = 100U + k}));
        ASSERT_TRUE(found) << "K = " << k;
        EXPECT_LE(found->candidates, k);
    }
}

} // namespace
} // namespace jitbox::range_test
