// Calldata of the executor's two operator calls (deploy/contracts/src/JitExecutor.sol): packed big-endian behind the selector.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "chain/abi.hpp"

#include <array>

namespace jitbox::chain {

/// Wei for the smallest unit of a token as the executor reads it (Words.sol, Weight): mantissa * 2^(32 - shift), 32 and 8 bits.
struct ExecutorPrice {
    std::uint32_t mantissa = 0;
    std::uint8_t shift = 0;

    bool operator==(const ExecutorPrice&) const = default;
};

/// The normalised price (highest bit of the mantissa set) that is nearest below price_x96 / 2^96; zero for zero. Prices of 2^64 wei
/// a unit and more have no such form.
[[nodiscard]] Result<ExecutorPrice> executor_price(const u256& price_x96);
/// floor(amount * price) wei, as the executor computes it. `amount` has 128 bits there; more gives more than the executor can hold.
[[nodiscard]] u256 value_at(const ExecutorPrice& price, const u256& amount);

struct ExecutorMint {
    static constexpr Selector selector = hex_constant<4>("1249c58b"); // mint()
    static constexpr std::size_t size = 139;

    std::uint16_t pool_id = 0;
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    std::uint64_t block_number = 0; ///< the only block it may run in
    u128 liquidity = 0;
    Bytes32 parent_hash{};
    u256 amount0_max = 0; ///< 128 bits; likewise amount1_max
    u256 amount1_max = 0;
    u256 sqrt_price_x96 = 0; ///< what slot0 shows before the mint; anything else reverts
    std::int32_t tick = 0;   ///< likewise
    u128 pool_liquidity = 0; ///< what liquidity() shows before the mint; anything else reverts

    bool operator==(const ExecutorMint&) const = default;
};

struct ExecutorBurn {
    static constexpr Selector selector = hex_constant<4>("44df8e70"); // burn()
    static constexpr std::size_t size = 100;

    std::uint16_t pool_id = 0;
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    std::uint64_t block_number = 0;
    u128 liquidity = 0;
    u256 amount0_min = 0; ///< 128 bits; likewise amount1_min
    u256 amount1_min = 0;
    u256 tip_wei = 0;          ///< 80 bits; paid to block.coinbase from the executor's ether
    u256 min_proceeds_wei = 0; ///< 96 bits; what burn and fees together must be worth at the prices below
    ExecutorPrice price0{};
    ExecutorPrice price1{};

    bool operator==(const ExecutorBurn&) const = default;
};

/// Errors name the field that does not fit.
[[nodiscard]] Result<Bytes> encode(const ExecutorMint& call);
[[nodiscard]] Result<Bytes> encode(const ExecutorBurn& call);
/// Strict: the selector and exactly the bytes of the call.
[[nodiscard]] Result<ExecutorMint> decode_executor_mint(BytesView calldata);
[[nodiscard]] Result<ExecutorBurn> decode_executor_burn(BytesView calldata);

} // namespace jitbox::chain
