// Calldata of the executor's two operator calls (deploy/contracts/src/JitExecutor.sol).
// SPDX-License-Identifier: Apache-2.0
#include "chain/executor_abi.hpp"

#include "base/hex.hpp"

#include <algorithm>

namespace jitbox::chain {
namespace {

Result<AbiReader> open_call(BytesView calldata, const Selector& selector, std::string_view name) {
    if (calldata.size() < 4 || !std::ranges::equal(calldata.first(4), selector))
        return fail("executor call: selector is " + to_hex(calldata.first(std::min<std::size_t>(calldata.size(), 4))) + ", " +
                    std::string(name) + " has " + to_hex(selector));
    return AbiReader(calldata.subspan(4));
}

} // namespace

Bytes encode(const ExecutorMint& call) {
    return AbiWriter(ExecutorMint::selector)
        .uint(call.pool_id)
        .sint(call.tick_lower)
        .sint(call.tick_upper)
        .uint(call.liquidity)
        .uint(call.sqrt_price_x96)
        .uint(call.block_number)
        .word(call.parent_hash)
        .uint(call.amount0_max)
        .uint(call.amount1_max)
        .take();
}

Bytes encode(const ExecutorBurn& call) {
    return AbiWriter(ExecutorBurn::selector)
        .uint(call.pool_id)
        .sint(call.tick_lower)
        .sint(call.tick_upper)
        .uint(call.liquidity)
        .uint(call.block_number)
        .uint(call.amount0_min)
        .uint(call.amount1_min)
        .uint(call.tip_wei)
        .take();
}

Result<ExecutorMint> decode_executor_mint(BytesView calldata) {
    auto arguments = open_call(calldata, ExecutorMint::selector, "mint");
    if (!arguments) return std::unexpected(arguments.error());
    ExecutorMint out;
    out.pool_id = static_cast<std::uint16_t>(arguments->uint("poolId", 16));
    out.tick_lower = static_cast<std::int32_t>(arguments->sint("tickLower", 24));
    out.tick_upper = static_cast<std::int32_t>(arguments->sint("tickUpper", 24));
    out.liquidity = static_cast<u128>(arguments->uint("liquidity", 128));
    out.sqrt_price_x96 = arguments->uint("sqrtPriceX96", 160);
    out.block_number = static_cast<std::uint64_t>(arguments->uint("blockNumber", 64));
    out.parent_hash = arguments->word("parentHash");
    out.amount0_max = arguments->uint("amount0Max");
    out.amount1_max = arguments->uint("amount1Max");
    if (auto ok = arguments->finish(); !ok) return fail("executor mint: " + ok.error().what);
    return out;
}

Result<ExecutorBurn> decode_executor_burn(BytesView calldata) {
    auto arguments = open_call(calldata, ExecutorBurn::selector, "burn");
    if (!arguments) return std::unexpected(arguments.error());
    ExecutorBurn out;
    out.pool_id = static_cast<std::uint16_t>(arguments->uint("poolId", 16));
    out.tick_lower = static_cast<std::int32_t>(arguments->sint("tickLower", 24));
    out.tick_upper = static_cast<std::int32_t>(arguments->sint("tickUpper", 24));
    out.liquidity = static_cast<u128>(arguments->uint("liquidity", 128));
    out.block_number = static_cast<std::uint64_t>(arguments->uint("blockNumber", 64));
    out.amount0_min = arguments->uint("amount0Min");
    out.amount1_min = arguments->uint("amount1Min");
    out.tip_wei = arguments->uint("tipWei");
    if (auto ok = arguments->finish(); !ok) return fail("executor burn: " + ok.error().what);
    return out;
}

} // namespace jitbox::chain
