// Lanes: one bundle at a time, nonces never reused, voiding until the chain has seen both.
// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include "strategy/lanes_start.hpp"

#include <gtest/gtest.h>

namespace jitbox::strategy {
namespace {

using namespace samples;

Lanes two_lanes() {
    Lanes lanes;
    lanes.add(1, lane_1, 20);
    lanes.add(0, lane_0, 10);
    return lanes;
}
void sign(Lanes& lanes, std::uint32_t index) {
    lanes.signed_bundle(index, {1}, hash(1), {2}, hash(2));
}

TEST(Lanes, TheLowestFreeLaneIsTakenAndNoneWhenAllAreBusy) {
    Lanes lanes = two_lanes();
    EXPECT_EQ(lanes.take("a/0", 5)->address, lane_0);
    EXPECT_EQ(lanes.take("b/0", 5)->next_nonce, 20U);
    EXPECT_FALSE(lanes.take("c/0", 5));
}

TEST(Lanes, AnUnsignedPlanGivesItsNoncesBack) {
    Lanes lanes = two_lanes();
    (void)lanes.take("a/0", 5);
    lanes.release(0);
    EXPECT_EQ(lanes.take("b/0", 5)->next_nonce, 10U);
}

TEST(Lanes, ASignedBundleNeverGivesItsNoncesBack) {
    Lanes lanes = two_lanes();
    (void)lanes.take("a/0", 5);
    sign(lanes, 0);
    lanes.release(0);
    EXPECT_EQ(lanes.find(0)->state, LaneState::busy);
    lanes.consumed(0, 10);
    EXPECT_EQ(lanes.find(0)->state, LaneState::free);
    EXPECT_EQ(lanes.find(0)->next_nonce, 12U);
}

TEST(Lanes, AnInclusionThatIsToldAgainAfterAReorganisationDoesNotEndTheNextBundle) {
    Lanes lanes = two_lanes();
    (void)lanes.take("a/0", 5);
    sign(lanes, 0);
    lanes.consumed(0, 10);
    (void)lanes.take("b/0", 6);
    sign(lanes, 0);
    lanes.consumed(0, 10); // "a" was mined again in the block that took the place of its own
    EXPECT_EQ(lanes.find(0)->bundle, "b/0");
    EXPECT_EQ(lanes.find(0)->next_nonce, 12U);
    EXPECT_TRUE(lanes.to_void(5).empty()) << "its block is still to come";
    EXPECT_EQ(lanes.to_void(6).size(), 1U) << "and it is voided when that passes without it";
}

TEST(Lanes, ABundleWhoseBlockPassedIsVoidedUntilBothNoncesAreUsed) {
    Lanes lanes = two_lanes();
    (void)lanes.take("a/0", 5);
    sign(lanes, 0);
    EXPECT_TRUE(lanes.to_void(4).empty());
    const auto voided = lanes.to_void(5);
    ASSERT_EQ(voided.size(), 1U);
    EXPECT_EQ(voided[0].mint_raw, Bytes{1});
    EXPECT_EQ(voided[0].burn_raw, Bytes{2});
    EXPECT_FALSE(lanes.observe_nonce(0, 11)) << "the mint is in, the burn is not";
    EXPECT_EQ(lanes.to_void(6).size(), 1U) << "published again until it is done";
    EXPECT_TRUE(lanes.observe_nonce(0, 12));
    EXPECT_EQ(lanes.find(0)->state, LaneState::free);
    EXPECT_EQ(lanes.find(0)->next_nonce, 12U);
    EXPECT_TRUE(lanes.to_void(7).empty());
}

TEST(Lanes, APlanThatWaitsForItsSignatureIsNotVoided) {
    Lanes lanes = two_lanes();
    (void)lanes.take("a/0", 5);
    EXPECT_TRUE(lanes.to_void(9).empty());
}

TEST(Lanes, AnUncertainLaneIsRecalledAndThenVoided) {
    Lanes lanes = two_lanes();
    (void)lanes.take("a/0", 5);
    lanes.uncertain(0);
    EXPECT_FALSE(lanes.to_recall().empty());
    EXPECT_EQ(lanes.take("b/0", 5)->index, 1U) << "it takes no new bundle";
    EXPECT_TRUE(lanes.to_void(6).empty()) << "there is nothing to publish yet";
    sign(lanes, 0);
    EXPECT_EQ(lanes.to_void(6).size(), 1U);
}

TEST(Lanes, AFreeLaneFollowsTheChain) {
    Lanes lanes = two_lanes();
    EXPECT_FALSE(lanes.observe_nonce(0, 14));
    EXPECT_EQ(lanes.find(0)->next_nonce, 14U);
    EXPECT_FALSE(lanes.observe_nonce(0, 9)) << "a node that lags behind does not bring a used nonce back";
    EXPECT_EQ(lanes.find(0)->next_nonce, 14U);
}

store::BundleView open_bundle(std::uint32_t lane, std::uint64_t nonce) {
    store::BundleView view;
    view.bundle.uuid = "u";
    view.bundle.lane = lane;
    view.bundle.mint_nonce = nonce;
    view.bundle.target_block = 50;
    view.bundle.mint_raw = {1};
    view.bundle.burn_raw = {2};
    return view;
}

TEST(LanesAtStart, TheLedgerAndTheJournalSayWhatIsInFlight) {
    Lanes lanes;
    const signer::Lanes at_signer = {{.lane = 0, .label = "l-0", .address = lane_0, .highest_nonce = 11},
                                     {.lane = 1, .label = "l-1", .address = lane_1, .highest_nonce = 21},
                                     {.lane = 2, .label = "l-2", .address = address(0x12), .highest_nonce = 31},
                                     {.lane = 3, .label = "l-3", .address = address(0x13), .highest_nonce = {}}};
    // Lane 0: all on chain. 1: signed, in the journal. 2: the mint is on chain, the bundle is lost. 3: never used.
    ASSERT_TRUE(start_lanes(lanes, at_signer, {{0, 12}, {1, 20}, {2, 31}, {3, 0}}, {open_bundle(1, 20), open_bundle(0, 8)}));
    EXPECT_EQ(lanes.find(0)->state, LaneState::free);
    EXPECT_EQ(lanes.find(0)->next_nonce, 12U);
    EXPECT_EQ(lanes.find(1)->state, LaneState::busy);
    EXPECT_EQ(lanes.find(1)->bundle, "u/0");
    EXPECT_EQ(lanes.to_void(60).size(), 1U);
    EXPECT_EQ(lanes.find(2)->state, LaneState::uncertain);
    EXPECT_EQ(lanes.find(2)->next_nonce, 30U);
    EXPECT_EQ(lanes.find(3)->state, LaneState::free);
}

TEST(LanesAtStart, ALaneWithoutAccountNonceStopsTheStart) {
    Lanes lanes;
    EXPECT_FALSE(start_lanes(lanes, {{.lane = 0, .label = "l-0", .address = lane_0, .highest_nonce = {}}}, {}, {}));
}

} // namespace
} // namespace jitbox::strategy
