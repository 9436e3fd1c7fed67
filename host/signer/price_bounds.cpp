// Prices of a lease within bounds.
// SPDX-License-Identifier: Apache-2.0
#include "signer/price_bounds.hpp"

#include <algorithm>

namespace jitbox::signer {
namespace {

using chain::u256;
using chain::u512;

u512 power_of_ten(unsigned exponent) {
    u512 out = 1;
    for (unsigned i = 0; i < exponent; ++i) out *= 10;
    return out;
}

std::unexpected<Refusal> refuse(std::string what, std::string hint) {
    return std::unexpected(Refusal{.code = RefusalCode::bad_request, .what = "arm: " + std::move(what), .hint = std::move(hint)});
}

Answer<void> check_price(const TokenBounds& token, std::uint16_t pool_id, const u256& price_x96) {
    const auto least = bound_x96(token.least_wei, token.decimals);
    const auto most = bound_x96(token.most_wei, token.decimals);
    if (least && most && price_x96 >= *least && price_x96 <= *most) return {};
    const u512 wei = (static_cast<u512>(price_x96) * power_of_ten(token.decimals)) >> 96;
    return refuse("pool " + std::to_string(pool_id) + ": " + token.symbol + " at " +
                      (wei >> 256 == 0 ? chain::to_decimal(static_cast<u256>(wei)) : "more than 2^256") + " wei is not within " +
                      chain::to_decimal(token.least_wei) + " to " + chain::to_decimal(token.most_wei) + " wei",
                  "jitd's prices are wrong, or the market has moved: then the signer's prices.tokens, and the manifest");
}

} // namespace

std::optional<u256> bound_x96(const u256& wei, unsigned decimals) {
    const u512 price = (static_cast<u512>(wei) << 96) / power_of_ten(decimals);
    if (price >> 256 != 0) return std::nullopt;
    return static_cast<u256>(price);
}

Answer<void> check_prices(std::span<const PoolBounds> bounds, std::span<const LeasePool> pools) {
    if (bounds.empty()) return {};
    for (const LeasePool& pool : pools) {
        const auto known = std::ranges::find(bounds, pool.pool_id, &PoolBounds::pool_id);
        if (known == bounds.end())
            return refuse("pool " + std::to_string(pool.pool_id) + " is not in the signer's prices.pools",
                          "arm without it (--pools), or add it there, with a new manifest");
        if (auto good = check_price(known->tokens[0], pool.pool_id, pool.price0_x96); !good) return good;
        if (auto good = check_price(known->tokens[1], pool.pool_id, pool.price1_x96); !good) return good;
    }
    return {};
}

} // namespace jitbox::signer
