// SwapMath and SqrtPriceMath: the cases of v3-core's own tests (test/SwapMath.spec.ts, test/SqrtPriceMath.spec.ts), number for
// number. SPDX-License-Identifier: Apache-2.0
#include "hls/sqrt_price_math.hpp"

#include "chain/u256.hpp"

#include <gtest/gtest.h>

namespace jitbox::hlsk {
namespace {

u256 number(const char* text) {
    u256 out;
    out.v = *chain::parse_u256(text);
    return out;
}

std::string text(const u256& value) {
    return chain::to_decimal(value.v);
}

const u256 price_1 = u256(1) << 96;
const u256 price_1_01 = number("79623317895830914510639640423"); // sqrt(101/100) * 2^96
const u256 price_10 = number("250541448375047931186413801569");  // sqrt(1000/100) * 2^96
const u256 price_100 = number("792281625142643375935439503360"); // sqrt(10000/100) * 2^96
const u128 two_ether = u128(2000000000000000000ULL);
const u256 one_ether = u256(1000000000000000000ULL);

TEST(SwapStep, ExactInStopsAtTheTargetPrice) {
    SwapStep step;
    ASSERT_TRUE(compute_swap_step(price_1, price_1_01, two_ether, one_ether, true, 600, step));
    EXPECT_EQ(text(step.amount_in), "9975124224178055");
    EXPECT_EQ(text(step.fee_amount), "5988667735148");
    EXPECT_EQ(text(step.amount_out), "9925619580021728");
    EXPECT_TRUE(step.next_price_x96 == price_1_01);
}

TEST(SwapStep, ExactOutStopsAtTheTargetPrice) {
    SwapStep step;
    ASSERT_TRUE(compute_swap_step(price_1, price_1_01, two_ether, one_ether, false, 600, step));
    EXPECT_EQ(text(step.amount_in), "9975124224178055");
    EXPECT_EQ(text(step.fee_amount), "5988667735148");
    EXPECT_EQ(text(step.amount_out), "9925619580021728");
}

TEST(SwapStep, ExactInIsSpentWhole) {
    SwapStep step;
    ASSERT_TRUE(compute_swap_step(price_1, price_10, two_ether, one_ether, true, 600, step));
    EXPECT_EQ(text(step.amount_in), "999400000000000000");
    EXPECT_EQ(text(step.fee_amount), "600000000000000");
    EXPECT_EQ(text(step.amount_out), "666399946655997866");
    EXPECT_TRUE(step.next_price_x96 < price_10);
}

TEST(SwapStep, ExactOutIsReceivedWhole) {
    SwapStep step;
    ASSERT_TRUE(compute_swap_step(price_1, price_100, two_ether, one_ether, false, 600, step));
    EXPECT_EQ(text(step.amount_in), "2000000000000000000");
    EXPECT_EQ(text(step.fee_amount), "1200720432259356");
    EXPECT_TRUE(step.amount_out == one_ether);
}

TEST(SwapStep, AmountOutIsCappedAtWhatWasAskedFor) {
    SwapStep step;
    ASSERT_TRUE(compute_swap_step(number("417332158212080721273783715441582"), number("1452870262520218020823638996"),
                                  u128(number("159344665391607089467575320103")), u256(1), false, 1, step));
    EXPECT_EQ(text(step.amount_in), "1");
    EXPECT_EQ(text(step.fee_amount), "1");
    EXPECT_EQ(text(step.amount_out), "1");
    EXPECT_EQ(text(step.next_price_x96), "417332158212080721273783715441581");
}

TEST(SwapStep, ATargetPriceOfOneTakesPartOfTheInput) {
    SwapStep step;
    ASSERT_TRUE(compute_swap_step(u256(2), u256(1), u128(1), number("3915081100057732413702495386755767"), true, 1, step));
    EXPECT_EQ(text(step.amount_in), "39614081257132168796771975168");
    EXPECT_EQ(text(step.fee_amount), "39614120871253040049813");
    EXPECT_EQ(text(step.amount_out), "0");
    EXPECT_EQ(text(step.next_price_x96), "1");
}

TEST(SwapStep, TheWholeInputMayBeFee) {
    SwapStep step;
    ASSERT_TRUE(compute_swap_step(u256(2413), number("79887613182836312"), u128(number("1985041575832132834610021537970")),
                                  u256(10), true, 1872, step));
    EXPECT_EQ(text(step.amount_in), "0");
    EXPECT_EQ(text(step.fee_amount), "10");
    EXPECT_EQ(text(step.amount_out), "0");
    EXPECT_EQ(text(step.next_price_x96), "2413");
}

TEST(SwapStep, InsufficientLiquidityForAnExactOutputStopsAtTheTarget) {
    SwapStep step;
    const u256 price = number("20282409603651670423947251286016");
    const u256 target = u256(price * u256(11) / u256(10));
    ASSERT_TRUE(compute_swap_step(price, target, u128(1024), u256(4), false, 3000, step));
    EXPECT_TRUE(step.next_price_x96 == target);
    EXPECT_EQ(text(step.amount_in), "26215");
    EXPECT_EQ(text(step.fee_amount), "79");
    EXPECT_EQ(text(step.amount_out), "0");
}

TEST(NextPrice, NoLiquidityForTheOutputIsRefused) {
    u256 next;
    const u256 price = number("20282409603651670423947251286016");
    EXPECT_FALSE(next_price_from_output(price, u128(1024), u256(4), false, next));
    EXPECT_FALSE(next_price_from_output(price, u128(1024), u256(5), false, next));
    EXPECT_FALSE(next_price_from_output(price, u128(1024), u256(262145), true, next));
    EXPECT_TRUE(next_price_from_output(price, u128(1024), u256(262143), true, next));
    EXPECT_EQ(text(next), "77371252455336267181195264");
}

TEST(NextPrice, NothingInLeavesThePriceWhereItIs) {
    u256 next;
    ASSERT_TRUE(next_price_from_input(price_1, u128(100000000000000000ULL), u256(0), true, next));
    EXPECT_TRUE(next == price_1);
    ASSERT_TRUE(next_price_from_input(price_1, u128(100000000000000000ULL), u256(0), false, next));
    EXPECT_TRUE(next == price_1);
}

TEST(NextPrice, HugeInputsOfToken0TakeTheSecondFormula) {
    u256 next;
    ASSERT_TRUE(next_price_from_input(price_1, u128(1), u256(u256(1) << 255), true, next)); // amount * price overflows 256 bits
    EXPECT_EQ(text(next), "1");
    const u256 most = u256(~u256(0) - ((u256(~u128(0)) << 96) / price_1));
    ASSERT_TRUE(next_price_from_input(price_1, ~u128(0), most, true, next));
    EXPECT_EQ(text(next), "1");
}

TEST(NextPrice, ExactNumbersOfTheContractsTests) {
    u256 next;
    ASSERT_TRUE(next_price_from_input(price_1, u128(1000000000000000000ULL), u256(100000000000000000ULL), false, next));
    EXPECT_EQ(text(next), "87150978765690771352898345369");
    ASSERT_TRUE(next_price_from_input(price_1, u128(1000000000000000000ULL), u256(100000000000000000ULL), true, next));
    EXPECT_EQ(text(next), "72025602285694852357767227579");
    ASSERT_TRUE(next_price_from_output(price_1, u128(1000000000000000000ULL), u256(100000000000000000ULL), false, next));
    EXPECT_EQ(text(next), "88031291682515930659493278152");
    ASSERT_TRUE(next_price_from_output(price_1, u128(1000000000000000000ULL), u256(100000000000000000ULL), true, next));
    EXPECT_EQ(text(next), "71305346262837903834189555302");
}

TEST(AmountDelta, RoundsUpByOneAtMost) {
    const u256 price_1_21 = number("87150978765690771352898345369"); // sqrt(121/100) * 2^96
    EXPECT_EQ(text(amount0_delta(price_1, price_1_21, u128(1000000000000000000ULL), true)), "90909090909090910");
    EXPECT_EQ(text(amount0_delta(price_1, price_1_21, u128(1000000000000000000ULL), false)), "90909090909090909");
    EXPECT_EQ(text(amount1_delta(price_1, price_1_21, u128(1000000000000000000ULL), true)), "100000000000000000");
    EXPECT_EQ(text(amount1_delta(price_1, price_1_21, u128(1000000000000000000ULL), false)), "99999999999999999");
    EXPECT_EQ(text(amount0_delta(price_1, price_1, u128(5), true)), "0");
}

} // namespace
} // namespace jitbox::hlsk
