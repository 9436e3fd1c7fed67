// What the signer checks for itself before it signs, whoever asks: the calls are decoded and held against limits and lease.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/executor_abi.hpp"
#include "chain/transaction.hpp"
#include "signer/arm_latch.hpp"

namespace jitbox::signer {

/// From the configuration: what no lease can widen.
struct SigningLimits {
    std::uint64_t chain_id = 0;
    chain::Address executor{};
    std::uint64_t max_gas_limit = 0; ///< a transaction
    chain::u256 max_fee_per_gas_wei = 0;
    chain::u256 max_priority_fee_per_gas_wei = 0;
    chain::u256 max_tip_wei = 0; ///< a burn's payment to the block's builder
};

struct CheckedBundle {
    chain::Eip1559Transaction mint;
    chain::Eip1559Transaction burn;
    std::uint64_t block_number = 0; ///< of both calls
    Charge charge;                  ///< notional: V(amount0_max, amount1_max) with the lease's prices; worst loss: worst_loss_wei()
};

/// V(a0, a1) = floor(a0 * price0 / 2^96) + floor(a1 * price1 / 2^96) over full products. Empty when it needs more than 256 bits.
[[nodiscard]] std::optional<chain::u256> notional_wei(const LeasePool& pool, chain::u256 amount0, chain::u256 amount1);

/// What a bundle can cost at worst when its two halves run or revert: all gas of both at their highest fee, the tip, and what the
/// mint may pay in above what the burn must pay out (minimum amounts, or least proceeds), at the lease's prices. Empty when it
/// needs more than 256 bits. A position left in its pool because only the mint ran is not in it: that trips.
[[nodiscard]] std::optional<chain::u256> worst_loss_wei(const LeasePool& pool, const chain::Eip1559Transaction& mint,
                                                        const chain::Eip1559Transaction& burn, const chain::ExecutorMint& mint_call,
                                                        const chain::ExecutorBurn& burn_call);

/// Refusals name the field, its value and the limit.
[[nodiscard]] Answer<CheckedBundle> check_bundle(const SigningLimits& limits, const Lease& lease, BytesView mint_unsigned,
                                                 BytesView burn_unsigned);

} // namespace jitbox::signer
