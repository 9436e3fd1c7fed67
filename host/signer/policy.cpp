// What the signer checks for itself before it signs.
// SPDX-License-Identifier: Apache-2.0
#include "signer/policy.hpp"

#include <algorithm>

namespace jitbox::signer {
namespace {

using chain::u256;
using chain::u512;

std::unexpected<Refusal> refuse(RefusalCode code, std::string what, std::string hint = {}) {
    return std::unexpected(Refusal{.code = code, .what = std::move(what), .hint = std::move(hint)});
}

Answer<chain::Eip1559Transaction> check_transaction(const SigningLimits& limits, std::string name, BytesView payload) {
    auto decoded = chain::decode_unsigned(payload);
    if (!decoded) return refuse(RefusalCode::bad_request, name + ": " + decoded.error().what);
    const chain::Eip1559Transaction& tx = *decoded;
    const auto over = [&](const char* field, const std::string& value, const std::string& limit) {
        return refuse(RefusalCode::over_gas_cap, name + ": " + field + " " + value + " is above the signer's limit " + limit);
    };
    if (tx.chain_id != limits.chain_id)
        return refuse(RefusalCode::wrong_chain, name + ": chain id " + std::to_string(tx.chain_id) + ", the signer is for " +
                                                    std::to_string(limits.chain_id));
    if (tx.to != limits.executor)
        return refuse(RefusalCode::wrong_contract,
                      name + ": goes to " + chain::to_checksum(tx.to) + ", the executor is " + chain::to_checksum(limits.executor));
    if (tx.value != 0) return refuse(RefusalCode::wrong_contract, name + ": sends ether");
    if (tx.gas_limit > limits.max_gas_limit)
        return over("gas limit", std::to_string(tx.gas_limit), std::to_string(limits.max_gas_limit));
    if (tx.max_fee_per_gas > limits.max_fee_per_gas_wei)
        return over("max fee per gas", chain::to_decimal(tx.max_fee_per_gas), chain::to_decimal(limits.max_fee_per_gas_wei));
    if (tx.max_priority_fee_per_gas > limits.max_priority_fee_per_gas_wei)
        return over("max priority fee", chain::to_decimal(tx.max_priority_fee_per_gas),
                    chain::to_decimal(limits.max_priority_fee_per_gas_wei));
    if (tx.nonce > INT64_MAX - 1)
        return refuse(RefusalCode::bad_request, name + ": nonce " + std::to_string(tx.nonce) + " is beyond 2^63");
    return std::move(*decoded);
}

/// Mint and burn must be the two halves of one position in one block.
Answer<void> check_pair(const CheckedBundle& bundle, const chain::ExecutorMint& mint, const chain::ExecutorBurn& burn) {
    const auto differs = [](const char* field) {
        return refuse(RefusalCode::bundle_mismatch, std::string("mint and burn differ in ") + field);
    };
    if (bundle.burn.nonce != bundle.mint.nonce + 1)
        return refuse(RefusalCode::bundle_mismatch, "the burn's nonce " + std::to_string(bundle.burn.nonce) +
                                                        " does not follow the mint's " + std::to_string(bundle.mint.nonce));
    if (burn.pool_id != mint.pool_id) return differs("pool id");
    if (burn.tick_lower != mint.tick_lower || burn.tick_upper != mint.tick_upper) return differs("range");
    if (burn.liquidity != mint.liquidity) return differs("liquidity");
    if (burn.block_number != mint.block_number) return differs("block number");
    if (mint.tick_lower >= mint.tick_upper || mint.liquidity == 0) return refuse(RefusalCode::wrong_call, "the position is empty");
    return {};
}

Answer<void> check_notional(const Lease& lease, const chain::ExecutorMint& mint, CheckedBundle& bundle) {
    const LeasePool* pool = lease.pool(mint.pool_id);
    if (pool == nullptr)
        return refuse(RefusalCode::pool_not_listed, "pool " + std::to_string(mint.pool_id) + " is not in the lease",
                      "arm with this pool");
    const auto notional = notional_wei(*pool, mint.amount0_max, mint.amount1_max);
    if (!notional) return refuse(RefusalCode::over_plan_notional, "the plan's notional needs more than 256 bits");
    const u256 left = lease.terms.max_total_notional_wei - lease.used_notional_wei;
    if (*notional > lease.terms.max_plan_notional_wei)
        return refuse(RefusalCode::over_plan_notional, "the plan's notional " + chain::to_decimal(*notional) +
                                                           " wei is above the lease's " +
                                                           chain::to_decimal(lease.terms.max_plan_notional_wei) + " wei a plan");
    if (*notional > left)
        return refuse(RefusalCode::over_total_notional,
                      "the plan's notional " + chain::to_decimal(*notional) +
                          " wei is above what is left of the lease: " + chain::to_decimal(left) + " wei",
                      "arm again with a larger total");
    bundle.charge.notional_wei = *notional;
    return {};
}

Answer<void> check_loss(const Lease& lease, const chain::ExecutorMint& mint, const chain::ExecutorBurn& burn,
                        CheckedBundle& bundle) {
    const auto loss = worst_loss_wei(*lease.pool(mint.pool_id), bundle.mint, bundle.burn, mint, burn);
    const u256 left = lease.terms.loss_budget_wei - lease.used_loss_wei;
    if (!loss || *loss > left)
        return refuse(RefusalCode::over_loss_budget,
                      "the plan may lose " + (loss ? chain::to_decimal(*loss) : "more than 2^256") +
                          " wei, what is left of the lease's loss budget is " + chain::to_decimal(left) + " wei",
                      "arm again with a larger loss budget");
    bundle.charge.worst_loss_wei = *loss;
    return {};
}

} // namespace

std::optional<u256> notional_wei(const LeasePool& pool, u256 amount0, u256 amount1) {
    const u512 value =
        ((static_cast<u512>(amount0) * pool.price0_x96) >> 96) + ((static_cast<u512>(amount1) * pool.price1_x96) >> 96);
    if (value >> 256 != 0) return std::nullopt;
    return static_cast<u256>(value);
}

namespace {

/// What the burn must pay out, at the lease's prices: its minimum amounts, or the least proceeds that the executor checks, when it
/// checks them at no higher prices than the lease's.
std::optional<u256> least_out_wei(const LeasePool& pool, const chain::ExecutorBurn& burn) {
    const auto amounts = notional_wei(pool, burn.amount0_min, burn.amount1_min);
    const auto price0 = chain::executor_price(pool.price0_x96);
    const auto price1 = chain::executor_price(pool.price1_x96);
    const bool same_prices = price0 && price1 && burn.price0 == *price0 && burn.price1 == *price1;
    if (!amounts || !same_prices) return amounts;
    return std::max(*amounts, burn.min_proceeds_wei);
}

} // namespace

std::optional<u256> worst_loss_wei(const LeasePool& pool, const chain::Eip1559Transaction& mint,
                                   const chain::Eip1559Transaction& burn, const chain::ExecutorMint& mint_call,
                                   const chain::ExecutorBurn& burn_call) {
    const auto in = notional_wei(pool, mint_call.amount0_max, mint_call.amount1_max);
    const auto out = least_out_wei(pool, burn_call);
    if (!in || !out) return std::nullopt;
    const u512 gas =
        static_cast<u512>(mint.max_fee_per_gas) * mint.gas_limit + static_cast<u512>(burn.max_fee_per_gas) * burn.gas_limit;
    const u512 paid = static_cast<u512>(*in) + burn_call.tip_wei;
    const u512 loss = gas + (paid > *out ? paid - *out : u512{0});
    if (loss >> 256 != 0) return std::nullopt;
    return static_cast<u256>(loss);
}

Answer<CheckedBundle> check_bundle(const SigningLimits& limits, const Lease& lease, BytesView mint_unsigned,
                                   BytesView burn_unsigned) {
    auto mint = check_transaction(limits, "mint", mint_unsigned);
    if (!mint) return std::unexpected(mint.error());
    auto burn = check_transaction(limits, "burn", burn_unsigned);
    if (!burn) return std::unexpected(burn.error());
    const auto mint_call = chain::decode_executor_mint(mint->data);
    if (!mint_call) return refuse(RefusalCode::wrong_call, "mint: " + mint_call.error().what);
    const auto burn_call = chain::decode_executor_burn(burn->data);
    if (!burn_call) return refuse(RefusalCode::wrong_call, "burn: " + burn_call.error().what);
    CheckedBundle bundle{.mint = std::move(*mint), .burn = std::move(*burn), .block_number = mint_call->block_number, .charge = {}};
    if (auto pair = check_pair(bundle, *mint_call, *burn_call); !pair) return std::unexpected(pair.error());
    if (burn_call->tip_wei > limits.max_tip_wei)
        return refuse(RefusalCode::over_tip_cap, "tip " + chain::to_decimal(burn_call->tip_wei) +
                                                     " wei is above the signer's limit " + chain::to_decimal(limits.max_tip_wei) +
                                                     " wei");
    if (auto fits = check_notional(lease, *mint_call, bundle); !fits) return std::unexpected(fits.error());
    if (auto fits = check_loss(lease, *mint_call, *burn_call, bundle); !fits) return std::unexpected(fits.error());
    return bundle;
}

} // namespace jitbox::signer
