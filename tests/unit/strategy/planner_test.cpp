// The planner: when a decision becomes a plan, when not and why, and what the plan says to the wei.
// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include "chain/executor_abi.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace jitbox::strategy {
namespace {

using namespace samples;

class PlannerTest : public testing::Test {
protected:
    PlannerTest() { restart(config()); }

    void restart(const PlannerConfig& configuration) {
        lanes = Lanes{};
        lanes.add(0, lane_0, 10);
        lanes.add(1, lane_1, 20);
        planner.emplace(configuration, lanes, [this](const Bytes20&) { return account_nonce; }, 1);
        planner->on_head(head(100), 1);
        planner->on_pool(pool_a, 1, 777, true);
        planner->on_pool(pool_b, 1, 888, true);
    }

    // Feeds one transaction with one leg and one decision and returns what comes of it.
    std::vector<Action> run(const accel::Decision& d, const accel::SwapLeg& l, const accel::TxSeen& s, std::uint8_t tag = 0x77) {
        planner->on_submitted(d.sequence, pending(tag));
        planner->on_swap(l);
        planner->on_decision(d);
        return planner->on_tx_seen(s);
    }
    std::vector<Action> run(std::uint64_t sequence) { return run(decision(sequence), leg(sequence), seen(sequence)); }

    static Plan plan_of(const std::vector<Action>& actions) {
        EXPECT_EQ(actions.size(), 1U);
        if (actions.empty() || !std::holds_alternative<Plan>(actions[0])) {
            ADD_FAILURE() << "no plan" << (actions.empty() ? "" : ": " + std::get<Skip>(actions[0]).text);
            return {};
        }
        return std::get<Plan>(actions[0]);
    }
    static SkipReason reason_of(const std::vector<Action>& actions) {
        EXPECT_EQ(actions.size(), 1U);
        if (actions.empty() || !std::holds_alternative<Skip>(actions[0])) {
            ADD_FAILURE() << "a plan where a skip was due";
            return SkipReason::no_head;
        }
        EXPECT_FALSE(std::get<Skip>(actions[0]).text.empty()) << "every skip says why";
        return std::get<Skip>(actions[0]).reason;
    }

    [[nodiscard]] std::ptrdiff_t free_lanes() const { return std::ranges::count(lanes.all(), LaneState::free, &Lane::state); }

    Lanes lanes;
    std::optional<Planner> planner;
    std::optional<std::uint64_t> account_nonce;
};

TEST_F(PlannerTest, APlanCarriesTheDecisionToTheWei) {
    const Plan plan = plan_of(run(5));
    EXPECT_EQ(plan.target_block, 101U);
    EXPECT_EQ(plan.parent_hash, hash(100));
    EXPECT_EQ(plan.target.raw, (Bytes{0x02, 0x77}));
    EXPECT_EQ(plan.lane_address, lane_0);
    EXPECT_EQ(plan.mint.nonce, 10U);
    EXPECT_EQ(plan.burn.nonce, 11U);
    const auto mint = chain::decode_executor_mint(plan.mint.calldata);
    const auto burn = chain::decode_executor_burn(plan.burn.calldata);
    ASSERT_TRUE(mint && burn);
    EXPECT_EQ(*mint, (chain::ExecutorMint{.pool_id = 7,
                                          .tick_lower = -120,
                                          .tick_upper = 60,
                                          .block_number = 101,
                                          .liquidity = 123'456,
                                          .parent_hash = hash(100),
                                          .amount0_max = 1'000'000,
                                          .amount1_max = 500'000,
                                          .sqrt_price_x96 = q96,
                                          .tick = -1,
                                          .pool_liquidity = 777}));
    EXPECT_EQ(*burn, (chain::ExecutorBurn{.pool_id = 7,
                                          .tick_lower = -120,
                                          .tick_upper = 60,
                                          .block_number = 101,
                                          .liquidity = 123'456,
                                          .amount0_min = 900'100,
                                          .amount1_min = 560'007,
                                          .tip_wei = 5'000,
                                          .min_proceeds_wei = 2'020'114,
                                          .price0 = {.mantissa = 1U << 31, .shift = 63},
                                          .price1 = {.mantissa = 1U << 31, .shift = 62}}));
}

TEST_F(PlannerTest, MaximumFeeIsTheNextBaseFeeWithHeadroomAndPriority) {
    EXPECT_EQ(plan_of(run(5)).max_fee_per_gas_wei, 2'003) << "1,000 base fee, doubled, and 3";
}

TEST_F(PlannerTest, ExposureHoldsValueImpactAndWorstLoss) {
    const Plan plan = plan_of(run(5));
    const risk::Exposure exposure = exposure_of(plan);
    EXPECT_EQ(exposure.position_value_wei, 2'000'000) << "1,000,000 of token0 and 500,000 of token1 at 2 wei";
    EXPECT_EQ(exposure.price_impact_ppm, 2'001U) << "(1.001^2 - 1), rounded up";
    EXPECT_EQ(exposure.slippage_ppm, 0U);
    EXPECT_EQ(exposure.gas_limit, 1'100'000U);
    EXPECT_EQ(exposure.profit_wei, 14'114);
    EXPECT_EQ(exposure.worst_loss_wei, static_cast<u256>(1'100'000) * 2'003 + 5'000);
}

TEST_F(PlannerTest, ToleranceWidensTheBoundsAndShowsAsSlippage) {
    PlannerConfig tolerant = config();
    tolerant.tolerance_ppm = 1'000;
    restart(tolerant);
    const Plan plan = plan_of(run(5));
    EXPECT_EQ(chain::decode_executor_mint(plan.mint.calldata)->amount0_max, 1'001'000);
    EXPECT_EQ(chain::decode_executor_burn(plan.burn.calldata)->amount1_min, 560'007 - 560);
    // 2,000 wei more paid, 900 + 2 * 560 less received, of 2,000,000.
    EXPECT_EQ(plan.slippage_ppm, 2'010U);
    EXPECT_EQ(exposure_of(plan).worst_loss_wei, static_cast<u256>(1'100'000) * 2'003 + 5'000 + 4'020);
}

// 2,000,000 wei of position, 2,020,114 of proceeds: 1,000 ppm of the position are 2,000 wei, 10,000 ppm more than the profit.
TEST_F(PlannerTest, ToleranceLowersTheLeastProceedsButNeverBelowPositionAndTip) {
    PlannerConfig tolerant = config();
    tolerant.tolerance_ppm = 1'000;
    restart(tolerant);
    EXPECT_EQ(chain::decode_executor_burn(plan_of(run(5)).burn.calldata)->min_proceeds_wei, 2'018'114);
    tolerant.tolerance_ppm = 10'000;
    restart(tolerant);
    EXPECT_EQ(chain::decode_executor_burn(plan_of(run(5)).burn.calldata)->min_proceeds_wei, 2'005'000);
}

TEST_F(PlannerTest, WhatTheExecutorCannotTakeIsSkipped) {
    accel::Decision wide = decision(5);
    wide.mint0 = static_cast<u256>(1) << 128;
    EXPECT_EQ(reason_of(run(wide, leg(5), seen(5))), SkipReason::cannot_encode);
    PlannerConfig dear = config();
    dear.pools[0].price0_x96 = static_cast<u256>(1) << 160;
    restart(dear);
    EXPECT_EQ(reason_of(run(5)), SkipReason::cannot_encode);
}

TEST_F(PlannerTest, NothingHappensBeforeTheTransactionIsSeenWhole) {
    planner->on_submitted(5, pending());
    planner->on_swap(leg(5));
    planner->on_decision(decision(5));
    EXPECT_EQ(free_lanes(), 2);
    EXPECT_EQ(planner->on_tx_seen(seen(5)).size(), 1U);
    EXPECT_TRUE(planner->on_tx_seen(seen(5)).empty()) << "and it ends there";
}

TEST_F(PlannerTest, ARejectedTransactionIsNotJoined) {
    accel::TxSeen rejected = seen(5);
    rejected.status = accel::TxStatus::rejected;
    rejected.reason = accel::Reason::rlp_trailing_bytes;
    EXPECT_EQ(reason_of(run(decision(5), leg(5), rejected)), SkipReason::transaction_rejected);
}

TEST_F(PlannerTest, AnotherLegOnTheSamePoolMakesTheDecisionWrong) {
    planner->on_submitted(5, pending());
    planner->on_swap(leg(5, 0));
    accel::SwapLeg back = leg(5, 1);
    std::swap(back.token_in, back.token_out);
    planner->on_swap(back);
    planner->on_decision(decision(5));
    EXPECT_EQ(reason_of(planner->on_tx_seen(seen(5))), SkipReason::several_legs);
}

TEST_F(PlannerTest, ALegOnAnotherPoolDoesNotMatter) {
    planner->on_submitted(5, pending());
    planner->on_swap(leg(5, 0));
    planner->on_swap(leg(5, 1, 500));
    planner->on_decision(decision(5));
    plan_of(planner->on_tx_seen(seen(5)));
}

TEST_F(PlannerTest, ALegThatMayFailOnItsOwnIsSkipped) {
    accel::SwapLeg risky = leg(5);
    risky.flags = records::swap_may_revert;
    EXPECT_EQ(reason_of(run(decision(5), risky, seen(5))), SkipReason::may_revert);
}

TEST_F(PlannerTest, ABlobTransactionIsSkippedBecauseItsBlobsAreNotAtHand) {
    accel::TxSeen blob = seen(5);
    blob.tx_type = 3;
    EXPECT_EQ(reason_of(run(decision(5), leg(5), blob)), SkipReason::blob_target);
    blob.tx_type = 4; // a set-code transaction is whole as it is
    plan_of(run(decision(5), leg(5), blob));
}

TEST_F(PlannerTest, OfTwoDecisionsTheMoreProfitableIsTaken) {
    planner->on_submitted(5, pending());
    planner->on_swap(leg(5, 0));
    planner->on_swap(leg(5, 1, 500));
    accel::Decision better = decision(5, pool_b);
    better.leg_index = 1;
    better.profit_wei += 1;
    planner->on_decision(decision(5));
    planner->on_decision(better);
    EXPECT_EQ(plan_of(planner->on_tx_seen(seen(5))).decision.pool_address, pool_b);
}

TEST_F(PlannerTest, ADecisionFromBeforeTheHeadIsStale) {
    planner->on_submitted(5, pending());
    planner->on_swap(leg(5));
    planner->on_decision(decision(5));
    planner->on_head(head(101), 6);
    EXPECT_EQ(reason_of(planner->on_tx_seen(seen(5))), SkipReason::stale);
}

TEST_F(PlannerTest, ADecisionOnALaterBlockThanTheHeadIsStale) {
    accel::Decision ahead = decision(5);
    ahead.block_number = 101;
    EXPECT_EQ(reason_of(run(ahead, leg(5), seen(5))), SkipReason::stale) << "the chain was reorganised to fewer blocks";
}

TEST_F(PlannerTest, ADecisionOnAnotherPoolStateOrAPoolOutOfServiceIsStale) {
    planner->on_pool(pool_a, 2, 777, true);
    EXPECT_EQ(reason_of(run(5)), SkipReason::stale);
    planner->on_pool(pool_a, 1, 777, false);
    EXPECT_EQ(reason_of(run(6)), SkipReason::stale);
    planner->on_pool(pool_a, 1, 777, true);
    plan_of(run(7));
}

TEST_F(PlannerTest, ADecisionOnAPoolWhoseStateWasNeverToldIsStale) {
    restart(config());
    planner.emplace(config(), lanes, nullptr, 1);
    planner->on_head(head(100), 1);
    EXPECT_EQ(reason_of(run(5)), SkipReason::stale);
}

TEST_F(PlannerTest, TheTargetMustBeForThisChainPayTheBaseFeeAndBeNext) {
    accel::TxSeen foreign = seen(5);
    foreign.chain_id = 1;
    EXPECT_EQ(reason_of(run(decision(5), leg(5), foreign)), SkipReason::wrong_chain);
    accel::TxSeen cheap = seen(6);
    cheap.max_fee_per_gas = 999;
    EXPECT_EQ(reason_of(run(decision(6), leg(6), cheap)), SkipReason::fee_too_low);
    account_nonce = 3;
    EXPECT_EQ(reason_of(run(7)), SkipReason::nonce_not_next);
    account_nonce = 4;
    plan_of(run(8));
}

TEST_F(PlannerTest, ATipAboveTheExecutorsCapWouldRevertTheBurn) {
    accel::Decision generous = decision(5);
    generous.tip_wei = 1'000'001;
    EXPECT_EQ(reason_of(run(generous, leg(5), seen(5))), SkipReason::tip_above_cap);
}

TEST_F(PlannerTest, UnknownPoolsAndFiguresThatDoNotFitAreSkipped) {
    EXPECT_EQ(reason_of(run(decision(5, address(0xcc)), leg(5), seen(5))), SkipReason::pool_unknown);
    accel::Decision wide = decision(6);
    wide.sqrt_price_before = static_cast<u256>(1) << 160;
    EXPECT_EQ(reason_of(run(wide, leg(6), seen(6))), SkipReason::cannot_encode);
    EXPECT_EQ(free_lanes(), 2) << "a skip holds no lane";
}

TEST_F(PlannerTest, ABetterDecisionForTheSameBlockReplacesUnderTheSameUuidOnAnotherLane) {
    const Plan first = plan_of(run(5));
    EXPECT_EQ(reason_of(run(decision(6), leg(6), seen(6, 0x78), 0x78)), SkipReason::not_better);
    accel::Decision better = decision(7);
    better.profit_wei += 10;
    const Plan second = plan_of(run(better, leg(7), seen(7, 0x79), 0x79));
    EXPECT_EQ(second.uuid, first.uuid);
    EXPECT_EQ(second.version, 1U);
    EXPECT_EQ(second.lane_address, lane_1);
}

TEST_F(PlannerTest, WithoutAFreeLaneThePlanIsSkipped) {
    plan_of(run(5));
    plan_of(run(decision(6, pool_b), leg(6), seen(6, 0x78), 0x78));
    accel::Decision better = decision(7);
    better.profit_wei += 10;
    EXPECT_EQ(reason_of(run(better, leg(7), seen(7))), SkipReason::no_free_lane);
}

TEST_F(PlannerTest, ATargetThatWasNotMinedIsTriedAgainOnTheNextHeadUnderItsUuid) {
    const Plan first = plan_of(run(5));
    EXPECT_TRUE(planner->take_retries().empty()) << "its block has not come yet";
    planner->on_head(head(101), 20);
    const auto retries = planner->take_retries();
    ASSERT_EQ(retries.size(), 1U);
    EXPECT_EQ(retries[0].raw, (Bytes{0x02, 0x77}));
    EXPECT_TRUE(planner->take_retries().empty()) << "once a head";
    const Plan second = plan_of(run(20));
    EXPECT_EQ(second.uuid, first.uuid);
    EXPECT_EQ(second.version, 1U);
    EXPECT_EQ(second.target_block, 102U);
}

TEST_F(PlannerTest, AfterTheEndOfABundleANewUuidBegins) {
    const Plan first = plan_of(run(5));
    planner->ended(first.uuid, first.version);
    const Plan second = plan_of(run(6));
    EXPECT_NE(second.uuid, first.uuid);
    EXPECT_EQ(second.version, 0U);
    EXPECT_EQ(second.uuid.size(), 36U);
    EXPECT_EQ(second.uuid[14], '4') << "RFC 4122 version 4";
}

TEST_F(PlannerTest, TransactionsOnTheirWayAreBounded) {
    PlannerConfig small = config();
    small.max_pending = 2;
    restart(small);
    for (std::uint64_t sequence = 5; sequence <= 7; ++sequence) planner->on_submitted(sequence, pending());
    planner->on_swap(leg(5));
    planner->on_decision(decision(5));
    EXPECT_TRUE(planner->on_tx_seen(seen(5)).empty()) << "the oldest was dropped";
    EXPECT_TRUE(planner->on_tx_seen(seen(6)).empty()) << "no decision, no action";
}

} // namespace
} // namespace jitbox::strategy
