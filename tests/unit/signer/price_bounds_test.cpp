// Prices of a lease against the signer's own bounds.
// SPDX-License-Identifier: Apache-2.0
#include "signer/price_bounds.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::signer {
namespace {

using chain::u256;
using testing::HasSubstr;

const TokenBounds ether{
    .symbol = "WETH", .decimals = 18, .least_wei = 1'000'000'000'000'000'000, .most_wei = 1'000'000'000'000'000'000};
const TokenBounds dollar{.symbol = "USDC", .decimals = 6, .least_wei = 200'000'000'000'000, .most_wei = 800'000'000'000'000};
const std::vector<PoolBounds> bounds = {{.pool_id = 7, .tokens = {dollar, ether}}};
const u256 one = u256{1} << 96; ///< a wei a unit

std::string refusal(const LeasePool& pool) {
    const auto good = check_prices(bounds, std::array{pool});
    return good ? "" : good.error().what;
}

TEST(PriceBounds, ArePricesOfAUnitAsJitdComputesThem) {
    EXPECT_EQ(bound_x96(ether.least_wei, 18), one);
    EXPECT_EQ(bound_x96(dollar.least_wei, 6), u256{200'000'000} * one);
    EXPECT_EQ(bound_x96(1, 18), u256{79'228'162'514}) << "2^96 / 10^18, rounded down";
    EXPECT_EQ(bound_x96(1, 77), u256{0});
    EXPECT_FALSE(bound_x96(~u256{0}, 18)) << "needs more than 256 bits";
}

TEST(PriceBounds, BothPricesMayLieOnTheirBoundsAndNotOneBeyond) {
    const u256 low = u256{200'000'000} * one;
    const u256 high = u256{800'000'000} * one;
    for (const u256& good : {low, low + 1, high}) EXPECT_EQ(refusal({.pool_id = 7, .price0_x96 = good, .price1_x96 = one}), "");
    for (const u256& bad : {u256{1}, low - 1, high + 1, ~u256{0}})
        EXPECT_THAT(refusal({.pool_id = 7, .price0_x96 = bad, .price1_x96 = one}), HasSubstr("arm: pool 7: USDC at "));
    for (const u256& bad : {u256{1}, one - 1, one + 1, ~u256{0}})
        EXPECT_THAT(refusal({.pool_id = 7, .price0_x96 = low, .price1_x96 = bad}), HasSubstr("arm: pool 7: WETH at "));
    EXPECT_EQ(refusal({.pool_id = 7, .price0_x96 = low / 2, .price1_x96 = one}),
              "arm: pool 7: USDC at 100000000000000 wei is not within 200000000000000 to 800000000000000 wei");
}

TEST(PriceBounds, APoolWithoutBoundsIsRefusedWhereThereAreAny) {
    const LeasePool unknown{.pool_id = 8, .price0_x96 = one, .price1_x96 = one};
    EXPECT_EQ(refusal(unknown), "arm: pool 8 is not in the signer's prices.pools");
    EXPECT_TRUE(check_prices({}, std::array{unknown})) << "a development signer without [prices]";
}

} // namespace
} // namespace jitbox::signer
