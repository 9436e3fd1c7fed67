// What the signer signs: exactly executor mint + burn of one position inside lease and limits; every deviation has its refusal.
// SPDX-License-Identifier: Apache-2.0
#include "signer/policy.hpp"

#include "support/bundles.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace jitbox::signer {
namespace {

using test::Bundle;

SigningLimits limits() {
    return {.chain_id = test::chain_id,
            .executor = test::executor,
            .max_gas_limit = 1'000'000,
            .max_fee_per_gas_wei = 100'000'000'000,
            .max_priority_fee_per_gas_wei = 2'000'000'000,
            .max_tip_wei = 1000};
}

Answer<CheckedBundle> check(const Bundle& bundle, const Lease& lease) {
    const auto request = bundle.request();
    return check_bundle(limits(), lease, request.mint_unsigned, request.burn_unsigned);
}

Lease lease() {
    return {.number = 1, .id = {}, .terms = test::lease_terms(), .used_notional_wei = 0, .used_loss_wei = 0};
}

TEST(SigningPolicy, AcceptsTheBundleAndComputesItsNotional) {
    const auto checked = check(Bundle(7), lease());
    ASSERT_TRUE(checked) << checked.error().what;
    EXPECT_EQ(checked->charge.notional_wei, 1000 * 1 + 500 * 2);
    EXPECT_EQ(checked->burn.nonce, 8U);
}

TEST(SigningPolicy, TheWorstLossIsAllGasAndTheTipAndWhatTheBoundsLeaveOpen) {
    Bundle bundle(7); // 600,000 gas at 50 gwei each, 2,000 wei in, a tip of 77
    const chain::u256 gas = chain::u256{2} * 600'000 * 50'000'000'000;
    EXPECT_EQ(check(bundle, lease())->charge.worst_loss_wei, gas + 2000 + 77) << "nothing has to come back";
    bundle.burn_call.amount0_min = 1000;
    bundle.burn_call.amount1_min = 500;
    EXPECT_EQ(check(bundle, lease())->charge.worst_loss_wei, gas + 77);
    bundle.burn_call.amount1_min = 1000;
    EXPECT_EQ(check(bundle, lease())->charge.worst_loss_wei, gas) << "a sure profit pays for no gas of a revert";
    bundle.burn_call.amount0_min = bundle.burn_call.amount1_min = 0;
    bundle.burn_call.min_proceeds_wei = 2077;
    EXPECT_EQ(check(bundle, lease())->charge.worst_loss_wei, gas + 2077) << "proceeds at prices that are not the lease's";
    bundle.burn_call.price0 = chain::executor_price(lease().terms.pools[0].price0_x96).value();
    bundle.burn_call.price1 = chain::executor_price(lease().terms.pools[0].price1_x96).value();
    EXPECT_EQ(check(bundle, lease())->charge.worst_loss_wei, gas);
    Lease tight = lease();
    tight.terms.loss_budget_wei = gas + 5;
    tight.used_loss_wei = 5;
    EXPECT_TRUE(check(bundle, tight));
    tight.used_loss_wei = 6;
    const auto refused = check(bundle, tight);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, RefusalCode::over_loss_budget);
    EXPECT_NE(refused.error().what.find("what is left of the lease's loss budget is 59999999999999999 wei"), std::string::npos)
        << refused.error().what;
}

TEST(SigningPolicy, EveryDeviationHasItsRefusal) {
    struct Case {
        const char* name;
        RefusalCode code;
        std::function<void(Bundle&)> change;
    };
    const chain::Address other = chain::parse_address("0x000000000000000000000000000000000000dEaD").value();
    const std::vector<Case> cases = {
        {"chain of the mint", RefusalCode::wrong_chain, [](Bundle& b) { b.mint.chain_id = 1; }},
        {"chain of the burn", RefusalCode::wrong_chain, [](Bundle& b) { b.burn.chain_id = 1; }},
        {"recipient of the mint", RefusalCode::wrong_contract, [&](Bundle& b) { b.mint.to = other; }},
        {"recipient of the burn", RefusalCode::wrong_contract, [&](Bundle& b) { b.burn.to = other; }},
        {"ether with the mint", RefusalCode::wrong_contract, [](Bundle& b) { b.mint.value = 1; }},
        {"ether with the burn", RefusalCode::wrong_contract, [](Bundle& b) { b.burn.value = 1; }},
        {"gas limit", RefusalCode::over_gas_cap, [](Bundle& b) { b.burn.gas_limit = 1'000'001; }},
        {"fee", RefusalCode::over_gas_cap, [](Bundle& b) { b.mint.max_fee_per_gas = 100'000'000'001; }},
        {"priority fee", RefusalCode::over_gas_cap, [](Bundle& b) { b.mint.max_priority_fee_per_gas = 2'000'000'001; }},
        {"burn in the mint's place", RefusalCode::wrong_call, [](Bundle& b) { b.mint.data = chain::encode(b.burn_call).value(); }},
        {"mint in the burn's place", RefusalCode::wrong_call, [](Bundle& b) { b.burn.data = chain::encode(b.mint_call).value(); }},
        {"another function", RefusalCode::wrong_call, [](Bundle& b) { b.mint.data = Bytes{0x3c, 0xcf, 0xd6, 0x0b}; }},
        {"bytes after the arguments", RefusalCode::wrong_call,
         [](Bundle& b) {
             b.mint.data = chain::encode(b.mint_call).value();
             b.mint.data.push_back(0);
         }},
        {"nonce gap", RefusalCode::bundle_mismatch, [](Bundle& b) { b.burn.nonce += 1; }},
        {"same nonce", RefusalCode::bundle_mismatch, [](Bundle& b) { b.burn.nonce = b.mint.nonce; }},
        {"pool", RefusalCode::bundle_mismatch, [](Bundle& b) { b.burn_call.pool_id = 2; }},
        {"lower tick", RefusalCode::bundle_mismatch, [](Bundle& b) { b.burn_call.tick_lower = -120; }},
        {"upper tick", RefusalCode::bundle_mismatch, [](Bundle& b) { b.burn_call.tick_upper += 60; }},
        {"liquidity", RefusalCode::bundle_mismatch, [](Bundle& b) { b.burn_call.liquidity -= 1; }},
        {"block", RefusalCode::bundle_mismatch, [](Bundle& b) { b.burn_call.block_number += 1; }},
        {"empty position", RefusalCode::wrong_call,
         [](Bundle& b) {
             b.mint_call.liquidity = 0;
             b.burn_call.liquidity = 0;
         }},
        {"range turned round", RefusalCode::wrong_call,
         [](Bundle& b) {
             std::swap(b.mint_call.tick_lower, b.mint_call.tick_upper);
             std::swap(b.burn_call.tick_lower, b.burn_call.tick_upper);
         }},
        {"range without width", RefusalCode::wrong_call,
         [](Bundle& b) { b.mint_call.tick_upper = b.burn_call.tick_upper = b.mint_call.tick_lower; }},
        {"pool not in the lease", RefusalCode::pool_not_listed,
         [](Bundle& b) {
             b.mint_call.pool_id = 2;
             b.burn_call.pool_id = 2;
         }},
        {"tip", RefusalCode::over_tip_cap, [](Bundle& b) { b.burn_call.tip_wei = 1001; }},
        {"notional", RefusalCode::over_plan_notional, [](Bundle& b) { b.mint_call.amount1_max = 4501; }},
        {"largest amount", RefusalCode::over_plan_notional, [](Bundle& b) { b.mint_call.amount1_max = ~chain::u128{0}; }},
        {"nonce beyond SQLite", RefusalCode::bad_request,
         [](Bundle& b) {
             b.mint.nonce = UINT64_MAX - 1;
             b.burn.nonce = UINT64_MAX;
         }},
    };
    for (const Case& item : cases) {
        Bundle bundle(7);
        item.change(bundle);
        const auto refused = check(bundle, lease());
        ASSERT_FALSE(refused) << item.name;
        EXPECT_EQ(refused.error().code, item.code) << item.name << ": " << refused.error().what;
        EXPECT_FALSE(refused.error().what.empty());
    }
}

TEST(SigningPolicy, LimitsThemselvesAreAllowed) {
    Bundle bundle(7);
    bundle.mint.gas_limit = 1'000'000;
    bundle.mint.max_fee_per_gas = 100'000'000'000;
    bundle.mint.max_priority_fee_per_gas = 2'000'000'000;
    bundle.burn_call.tip_wei = 1000;
    bundle.mint_call.amount1_max = 4500; // notional 10,000, the lease's limit
    EXPECT_TRUE(check(bundle, lease()));
}

TEST(SigningPolicy, ANotionalBeyond256BitsIsRefused) {
    Lease dear = lease();
    dear.terms.pools[0].price0_x96 = ~chain::u256{0};
    Bundle bundle(7);
    bundle.mint_call.amount0_max = ~chain::u128{0};
    EXPECT_EQ(check(bundle, dear).error().code, RefusalCode::over_plan_notional);
}

TEST(SigningPolicy, WhatIsLeftOfTheTotalBinds) {
    Lease spent = lease();
    spent.used_notional_wei = spent.terms.max_total_notional_wei - 1999;
    const auto refused = check(Bundle(7), spent);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, RefusalCode::over_total_notional);
    spent.used_notional_wei -= 1;
    EXPECT_TRUE(check(Bundle(7), spent));
}

TEST(SigningPolicy, BytesThatAreNoUnsignedTransactionAreRefused) {
    const auto good = Bundle(7).request();
    for (const Bytes& bytes : {Bytes{}, Bytes{0x02}, Bytes{0x01, 0xc0}, Bytes(1000, 0xff)}) {
        EXPECT_EQ(check_bundle(limits(), lease(), bytes, good.burn_unsigned).error().code, RefusalCode::bad_request);
        EXPECT_EQ(check_bundle(limits(), lease(), good.mint_unsigned, bytes).error().code, RefusalCode::bad_request);
    }
}

TEST(Notional, RoundsEachTokenDownOverTheFullProduct) {
    const LeasePool pool{.pool_id = 1, .price0_x96 = (chain::u256{1} << 96) - 1, .price1_x96 = chain::u256{3} << 95};
    EXPECT_EQ(notional_wei(pool, 1, 0), chain::u256{0});
    EXPECT_EQ(notional_wei(pool, 2, 1), chain::u256{1 + 1});
    EXPECT_EQ(notional_wei(pool, chain::u256{1} << 200, 0), (((chain::u256{1} << 200) >> 96) * ((chain::u256{1} << 96) - 1)));
    EXPECT_FALSE(notional_wei({.pool_id = 1, .price0_x96 = ~chain::u256{0}, .price1_x96 = 0}, ~chain::u256{0}, 0));
}

} // namespace
} // namespace jitbox::signer
