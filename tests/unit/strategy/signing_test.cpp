// The signing step: only approved plans, only answers for the plan's own bytes, and lanes that are true after every failure.
// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include "chain/keccak.hpp"
#include "chain/transaction.hpp"
#include "strategy/dispatch.hpp"

#include <gtest/gtest.h>

namespace jitbox::strategy {
namespace {

using namespace samples;

// Signs with a key in memory, as jit-signer would with its HSM.
signer::SignedTransaction sign_payload(const Bytes& payload, const Bytes32& secret) {
    const auto transaction = chain::decode_unsigned(payload);
    EXPECT_TRUE(transaction);
    signer::SignedTransaction out;
    out.digest = chain::keccak256(BytesView(payload));
    out.raw = chain::encode_signed(*transaction, *chain::sign_with_software_key(secret, out.digest));
    out.hash = chain::keccak256(BytesView(out.raw));
    return out;
}

class SigningTest : public testing::Test {
protected:
    SigningTest() {
        lane_address = *chain::address_of_software_key(secret);
        lanes.add(0, lane_address, 10);
        port.sign = [this](signer::SignBundleRequest request, const signer::SigningClient::BundleHandler& handler) {
            requested = request;
            handler(answer(request));
        };
        port.recall = [this](signer::RecallRequest request, const signer::SigningClient::BundleHandler& handler) {
            recalled = request;
            handler(answer(requested));
        };
        port.lanes = [this](const signer::SigningClient::LanesHandler& handler) {
            handler(signer::Lanes{{.lane = 0, .label = "l-0", .address = lane_address, .highest_nonce = highest_nonce}});
        };
    }

    signer::Answer<signer::SignedBundle> good(const signer::SignBundleRequest& request) {
        return signer::SignedBundle{.lane = request.lane,
                                    .address = lane_address,
                                    .mint = sign_payload(request.mint_unsigned, secret),
                                    .burn = sign_payload(request.burn_unsigned, secret)};
    }
    static signer::Answer<signer::SignedBundle> refusal(signer::RefusalCode code) {
        return std::unexpected(signer::Refusal{.code = code, .what = "told so", .hint = ""});
    }

    Plan plan() {
        Planner planner(config(), lanes, {}, 1);
        planner.on_head(head(100), 1);
        planner.on_pool(pool_a, 1, 777, true);
        planner.on_submitted(5, pending());
        planner.on_swap(leg(5));
        planner.on_decision(decision(5));
        return std::get<Plan>(planner.on_tx_seen(seen(5)).at(0));
    }
    std::expected<SignedPlan, SigningFailure> sign(const Plan& unsigned_plan) {
        SigningStep step(port, lanes);
        auto approved = gate.check(unsigned_plan, risk::TimePoint{});
        EXPECT_TRUE(approved);
        std::expected<SignedPlan, SigningFailure> out = std::unexpected(SigningFailure{});
        step.sign(std::move(*approved), [&out](auto result) { out = std::move(result); });
        return out;
    }
    Result<void> recover() {
        SigningStep step(port, lanes);
        Result<void> out = fail("never answered");
        step.recover([&out](const Result<void>& result) { out = result; });
        return out;
    }

    Bytes32 secret = hash(0x42);
    Bytes20 lane_address{};
    Lanes lanes;
    risk::Gate gate{wide_open()};
    SigningPort port;
    std::function<signer::Answer<signer::SignedBundle>(const signer::SignBundleRequest&)> answer =
        [this](const signer::SignBundleRequest& request) { return good(request); };
    signer::SignBundleRequest requested;
    std::optional<signer::RecallRequest> recalled;
    std::optional<std::uint64_t> highest_nonce;
};

TEST_F(SigningTest, WhatIsSignedIsExactlyThePlan) {
    const Plan unsigned_plan = plan();
    const auto result = sign(unsigned_plan);
    ASSERT_TRUE(result);
    const auto mint = chain::decode_transaction(result->mint_raw);
    const auto burn = chain::decode_transaction(result->burn_raw);
    ASSERT_TRUE(mint && burn);
    EXPECT_EQ(mint->data, unsigned_plan.mint.calldata);
    EXPECT_EQ(mint->nonce, 10U);
    EXPECT_EQ(mint->to, executor);
    EXPECT_EQ(mint->chain_id, 31337U);
    EXPECT_EQ(mint->max_fee_per_gas, unsigned_plan.max_fee_per_gas_wei);
    EXPECT_EQ(burn->data, unsigned_plan.burn.calldata);
    EXPECT_EQ(burn->nonce, 11U);
    EXPECT_EQ(lanes.find(0)->mint_raw, result->mint_raw);
}

TEST_F(SigningTest, ARefusalThatBoundNothingFreesTheLaneWithItsNonces) {
    using enum signer::RefusalCode;
    for (const auto code : {bad_request, wrong_call, over_plan_notional, over_gas_cap, pool_not_listed}) {
        answer = [code](const auto&) { return refusal(code); };
        const auto result = sign(plan());
        ASSERT_FALSE(result);
        EXPECT_FALSE(result.error().nonces_may_be_bound) << signer::to_text(code);
        EXPECT_EQ(lanes.find(0)->state, LaneState::free);
        EXPECT_EQ(lanes.find(0)->next_nonce, 10U);
    }
}

TEST_F(SigningTest, ARefusalThatMayComeAfterTheLedgerLeavesTheLaneUncertain) {
    using enum signer::RefusalCode;
    for (const auto code : {deadline, disconnected, hsm_deadline, hsm_unavailable, bad_signature, nonce_bound, internal, not_armed,
                            tripped, over_total_notional, ledger_unavailable}) {
        answer = [code](const auto&) { return refusal(code); };
        const auto result = sign(plan());
        ASSERT_FALSE(result);
        EXPECT_TRUE(result.error().nonces_may_be_bound) << signer::to_text(code);
        EXPECT_EQ(lanes.find(0)->state, LaneState::uncertain);
        highest_nonce = 9;
        ASSERT_TRUE(recover());
        EXPECT_EQ(lanes.find(0)->state, LaneState::free) << "the ledger holds nothing";
    }
}

TEST_F(SigningTest, AnUncertainLaneWhoseNoncesAreBoundIsRecalledAndCanBeVoided) {
    answer = [](const auto&) { return refusal(signer::RefusalCode::deadline); };
    ASSERT_FALSE(sign(plan()));
    answer = [this](const signer::SignBundleRequest& request) { return good(request); };
    highest_nonce = 11;
    ASSERT_TRUE(recover());
    ASSERT_TRUE(recalled);
    EXPECT_EQ(recalled->nonce, 10U);
    EXPECT_EQ(lanes.to_void(200).size(), 1U);
}

TEST_F(SigningTest, ARecallThatIsRefusedLeavesTheLaneUncertain) {
    answer = [](const auto&) { return refusal(signer::RefusalCode::deadline); };
    ASSERT_FALSE(sign(plan()));
    answer = [](const auto&) { return refusal(signer::RefusalCode::not_armed); };
    highest_nonce = 11;
    EXPECT_FALSE(recover());
    EXPECT_EQ(lanes.find(0)->state, LaneState::uncertain);
}

TEST_F(SigningTest, AnAnswerForOtherBytesIsABrokenSigner) {
    const auto tampered = {
        +[](signer::SignedBundle& bundle) { bundle.mint.raw.back() ^= 1; },
        +[](signer::SignedBundle& bundle) { bundle.mint.digest[0] ^= 1; },
        +[](signer::SignedBundle& bundle) { std::swap(bundle.mint, bundle.burn); },
        +[](signer::SignedBundle& bundle) { bundle.burn.hash[0] ^= 1; },
        +[](signer::SignedBundle& bundle) { bundle.address[0] ^= 1; },
    };
    for (const auto spoil : tampered) {
        answer = [&](const signer::SignBundleRequest& request) {
            auto bundle = good(request);
            spoil(*bundle);
            return bundle;
        };
        const auto result = sign(plan());
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().refusal.code, signer::RefusalCode::bad_signature);
        EXPECT_TRUE(result.error().nonces_may_be_bound);
        lanes.release(0);
    }
}

TEST_F(SigningTest, TheBundleIsMintTargetBurnAndTheJournalAndTheTrackerSayTheSame) {
    const auto result = sign(plan());
    ASSERT_TRUE(result);
    const relay::Bundle bundle = bundle_of(*result);
    EXPECT_EQ(bundle.transactions, (std::vector<Bytes>{result->mint_raw, Bytes{0x02, 0x77}, result->burn_raw}));
    EXPECT_EQ(bundle.block_number, 101U);
    EXPECT_TRUE(bundle.reverting_hashes.empty());
    const relay::TrackedBundle now = tracked(*result);
    const auto later = tracked(journal_entry(*result, 1), config().pools[0], executor);
    ASSERT_TRUE(later) << later.error().text();
    EXPECT_EQ(later->parent_hash, now.parent_hash);
    EXPECT_EQ(later->mint_hash, now.mint_hash);
    EXPECT_EQ(later->lane_address, now.lane_address);
    EXPECT_EQ(later->max_fee_per_gas_wei, now.max_fee_per_gas_wei);
    EXPECT_TRUE(relay::differences(now.predicted, later->predicted).empty());
    EXPECT_EQ(now.predicted.gross_profit_wei, 20'114);
}

} // namespace
} // namespace jitbox::strategy
