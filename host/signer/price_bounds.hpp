// Between which prices the signer takes a token's value for possible: it computes notional and loss with prices that jitd tells,
// and a jitd that lies could make either look small.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/protocol.hpp"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace jitbox::signer {

/// One token's bounds: `prices.tokens` of the signer's configuration.
struct TokenBounds {
    std::string symbol;
    unsigned decimals = 0;
    chain::u256 least_wei = 0; ///< of one whole token
    chain::u256 most_wei = 0;
};

/// A pool of the executor's with the bounds of its tokens: `prices.pools`.
struct PoolBounds {
    std::uint16_t pool_id = 0;
    std::array<TokenBounds, 2> tokens;
};

/// Wei a whole token times 2^96 / 10^decimals, rounded down, as jitd does. Empty when it needs more than 256 bits.
[[nodiscard]] std::optional<chain::u256> bound_x96(const chain::u256& wei, unsigned decimals);

/// Each pool of a lease has bounds, and both its prices are within them. Without any bounds, which only a development signer may
/// be, everything is. Refusals name pool, token, price and bound.
[[nodiscard]] Answer<void> check_prices(std::span<const PoolBounds> bounds, std::span<const LeasePool> pools);

} // namespace jitbox::signer
