// Positions of the executor on chain: which it minted, and what is left of them. A position outlives its block only when a bundle
// was taken apart (or the operator's key is in the wrong hands). SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "chain/address.hpp"
#include "chain/block.hpp"
#include "chain/u256.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace jitbox::apps {

struct Position {
    chain::Address pool{};
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;

    auto operator<=>(const Position&) const = default;
};

/// What UniswapV3Pool.positions says is left; nothing left: all zero.
struct Remainder {
    chain::u128 liquidity = 0;
    chain::u128 owed0 = 0;
    chain::u128 owed1 = 0;

    [[nodiscard]] bool empty() const { return liquidity == 0 && owed0 == 0 && owed1 == 0; }
};

/// Positions that `owner` minted in these logs (event Mint; the owner is its first indexed argument).
[[nodiscard]] std::set<Position> minted_by(const chain::Address& owner, const std::vector<chain::Log>& logs);

/// Calldata of positions(keccak256(abi.encodePacked(owner, tickLower, tickUpper))), the same in Uniswap V3 and its forks.
[[nodiscard]] Bytes positions_call(const chain::Address& owner, const Position& position);
/// Errors: not the five words of positions().
[[nodiscard]] Result<Remainder> read_remainder(BytesView answer);

/// Calldata of the executor's unwind.
[[nodiscard]] Bytes unwind_call(std::uint16_t pool_id, const Position& position, chain::u128 liquidity);
/// "pool 0x.., ticks -60..60"
[[nodiscard]] std::string to_text(const Position& position);

} // namespace jitbox::apps
