// Calldata of the executor's two operator calls (deploy/contracts/src/JitExecutor.sol).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/abi.hpp"

namespace jitbox::chain {

struct ExecutorMint {
    static constexpr std::string_view signature = "mint(uint16,int24,int24,uint128,uint160,uint64,bytes32,uint256,uint256)";
    static constexpr Selector selector = hex_constant<4>("ddc48764");

    std::uint16_t pool_id = 0;
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    u128 liquidity = 0;
    u256 sqrt_price_x96 = 0;        ///< the pool's exact price before the mint; anything else reverts
    std::uint64_t block_number = 0; ///< the only block it may run in
    Bytes32 parent_hash{};
    u256 amount0_max = 0;
    u256 amount1_max = 0;

    bool operator==(const ExecutorMint&) const = default;
};

struct ExecutorBurn {
    static constexpr std::string_view signature = "burn(uint16,int24,int24,uint128,uint64,uint256,uint256,uint256)";
    static constexpr Selector selector = hex_constant<4>("61479ae3");

    std::uint16_t pool_id = 0;
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    u128 liquidity = 0;
    std::uint64_t block_number = 0;
    u256 amount0_min = 0;
    u256 amount1_min = 0;
    u256 tip_wei = 0; ///< paid to block.coinbase from the executor's ether

    bool operator==(const ExecutorBurn&) const = default;
};

[[nodiscard]] Bytes encode(const ExecutorMint& call);
[[nodiscard]] Bytes encode(const ExecutorBurn& call);
/// Strict: the selector, every value within its type, nothing after the last argument.
[[nodiscard]] Result<ExecutorMint> decode_executor_mint(BytesView calldata);
[[nodiscard]] Result<ExecutorBurn> decode_executor_burn(BytesView calldata);

} // namespace jitbox::chain
