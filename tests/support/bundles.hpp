// Unsigned executor bundles for the tests of the signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/executor_abi.hpp"
#include "chain/transaction.hpp"
#include "signer/protocol.hpp"

namespace jitbox::test {

inline constexpr std::uint64_t chain_id = 31337;
inline const chain::Address executor = chain::parse_address("0x5FbDB2315678afecb367f032d93F642f64180aa3").value();

/// A well-formed bundle; tests change one thing at a time.
struct Bundle {
    chain::Eip1559Transaction mint;
    chain::Eip1559Transaction burn;
    chain::ExecutorMint mint_call;
    chain::ExecutorBurn burn_call;
    std::uint32_t lane = 0;

    explicit Bundle(std::uint64_t nonce = 0, std::uint64_t block = 100) {
        for (chain::Eip1559Transaction* tx : {&mint, &burn}) {
            tx->chain_id = chain_id;
            tx->nonce = nonce++;
            tx->max_priority_fee_per_gas = 1'000'000'000;
            tx->max_fee_per_gas = 50'000'000'000;
            tx->gas_limit = 600'000;
            tx->to = executor;
        }
        mint_call.pool_id = 1;
        mint_call.tick_lower = -60;
        mint_call.tick_upper = 60;
        mint_call.liquidity = 1'000'000;
        mint_call.sqrt_price_x96 = chain::u256{1} << 96;
        mint_call.block_number = block;
        mint_call.amount0_max = 1000;
        mint_call.amount1_max = 500;
        burn_call.pool_id = 1;
        burn_call.tick_lower = -60;
        burn_call.tick_upper = 60;
        burn_call.liquidity = 1'000'000;
        burn_call.block_number = block;
        burn_call.tip_wei = 77;
    }

    [[nodiscard]] signer::SignBundleRequest request() const {
        chain::Eip1559Transaction first = mint;
        chain::Eip1559Transaction second = burn;
        if (first.data.empty()) first.data = chain::encode(mint_call).value();
        if (second.data.empty()) second.data = chain::encode(burn_call).value();
        return {.lane = lane, .mint_unsigned = chain::unsigned_payload(first), .burn_unsigned = chain::unsigned_payload(second)};
    }
};

/// Pool 1 with token0 worth 1 wei a unit and token1 worth 2: the bundle above has a notional of 2000 wei.
inline signer::ArmRequest lease_terms() {
    signer::ArmRequest terms;
    terms.operator_name = "alice";
    terms.environment = "development";
    terms.ttl = std::chrono::seconds(600);
    terms.loss_budget_wei = chain::u256{1} << 100;
    terms.max_plan_notional_wei = 10'000;
    terms.max_total_notional_wei = 1'000'000'000;
    terms.pools = {{.pool_id = 1, .price0_x96 = chain::u256{1} << 96, .price1_x96 = chain::u256{2} << 96}};
    return terms;
}

} // namespace jitbox::test
