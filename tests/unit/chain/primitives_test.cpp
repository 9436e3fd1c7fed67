// keccak, addresses, RLP, ABI, executor calldata and base fees against published values.
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"
#include "chain/block.hpp"
#include "chain/executor_abi.hpp"
#include "chain/keccak.hpp"
#include "chain/rlp.hpp"
#include "chain/secp256k1.hpp"
#include "chain/uniswap_abi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::chain {
namespace {

using testing::HasSubstr;

Bytes hex(std::string_view text) {
    return from_hex(text).value();
}

TEST(keccak, known_values) { // of the empty string and of "abc", as in the yellow paper's KEC(()) and the Keccak team's vectors
    EXPECT_EQ(to_hex(keccak256("")), "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    EXPECT_EQ(to_hex(keccak256("abc")), "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
}

TEST(keccak, lengths_around_the_block_differ_from_each_other) {
    for (std::size_t size = 134; size < 139; ++size) {
        const Bytes zeros(size, 0);
        EXPECT_NE(keccak256(BytesView(zeros)), keccak256(BytesView(zeros).first(size - 1)));
    }
}

TEST(address, checksum_examples_of_eip55) {
    for (const char* text : {"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
                             "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb"})
        EXPECT_EQ(to_checksum(parse_address(text).value()), text);
}

TEST(address, one_wrong_letter_case_is_refused_and_the_right_spelling_shown) {
    const auto wrong = parse_address("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed");
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().hint, HasSubstr("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"));
    EXPECT_TRUE(parse_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"));
    EXPECT_FALSE(parse_address("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"));
    EXPECT_FALSE(parse_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae"));
    EXPECT_FALSE(parse_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg"));
}

TEST(address, create2_example_of_eip1014) {
    Address deployer = parse_address("0xdeadbeef00000000000000000000000000000000").value();
    EXPECT_EQ(to_checksum(create2_address(deployer, Bytes32{}, keccak256(BytesView(hex("0x00"))))),
              "0xB928f69Bb1D91Cd65274e3c79d8986362984fDA3");
}

TEST(address, mainnet_pools_of_both_families) { // as deployed: USDC/WETH 0.05 % on Uniswap V3 and on PancakeSwap V3
    const Address usdc = parse_address("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48").value();
    const Address weth = parse_address("0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2").value();
    EXPECT_EQ(to_checksum(pool_address(uniswap::mainnet_uniswap, weth, usdc, 500)), "0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640");
    EXPECT_EQ(to_checksum(pool_address(uniswap::mainnet_pancake, usdc, weth, 500)), "0x1ac1A8FEaAEa1900C4166dEeed0C11cC10669D36");
}

TEST(protocol_tables, every_topic_and_selector_is_the_keccak_of_its_signature) {
    for (const auto& event : uniswap::pool_state_events) EXPECT_EQ(keccak256(event.signature), event.topic) << event.signature;
    EXPECT_EQ(keccak256(uniswap::collect_event.signature), uniswap::collect_event.topic);
    for (const auto& call : uniswap::pool_calls) EXPECT_EQ(selector_of(call.signature), call.selector) << call.signature;
    EXPECT_EQ(selector_of("mint()"), ExecutorMint::selector);
    EXPECT_EQ(selector_of("burn()"), ExecutorBurn::selector);
}

TEST(rlp, writes_the_shortest_form) {
    Bytes out;
    RlpWriter rlp(out);
    rlp.integer(std::uint64_t{0});
    rlp.integer(std::uint64_t{0x7f});
    rlp.integer(std::uint64_t{0x80});
    rlp.integer(static_cast<u256>(1024));
    rlp.close_list(rlp.open_list());
    EXPECT_EQ(to_hex(out), "0x807f8180820400c0");
}

TEST(rlp, long_strings_and_lists_carry_their_length) {
    for (const std::size_t size : {55U, 56U, 255U, 256U, 70'000U}) {
        Bytes out;
        RlpWriter rlp(out);
        const std::size_t list = rlp.open_list();
        rlp.string(Bytes(size, 0xaa));
        rlp.integer(std::uint64_t{5});
        rlp.close_list(list);
        RlpReader outer(out);
        RlpReader inner = outer.list("outer");
        EXPECT_EQ(inner.string("payload").size(), size);
        EXPECT_EQ(inner.integer64("number"), 5U);
        EXPECT_TRUE(inner.finish());
        EXPECT_TRUE(outer.finish());
    }
}

TEST(rlp, forms_that_are_not_the_shortest_are_refused) {
    for (const char* text :
         {"0x8105", "0xb80100", "0xb90001ff", "0xf800", "0xb838", "0x82ff", "0xc3010200ff", "0xbfffffffffffffffff"}) {
        const Bytes bytes = hex(text);
        RlpReader reader(bytes);
        reader.item();
        EXPECT_FALSE(reader.finish()) << text;
    }
}

TEST(rlp, an_integer_with_a_leading_zero_or_too_many_bytes_is_refused) {
    const Bytes zero = hex("0x820001");
    RlpReader first(zero);
    first.integer("x");
    EXPECT_THAT(first.finish().error().what, HasSubstr("leading zero"));
    const Bytes wide = hex("0x89010000000000000000");
    RlpReader second(wide);
    second.integer64("gas");
    EXPECT_THAT(second.finish().error().what, HasSubstr("gas is an integer of more than 8 bytes"));
}

TEST(abi, values_that_do_not_fit_their_type_are_refused) {
    const Bytes minus_one = AbiWriter().sint(-1).take();
    AbiReader as_signed(minus_one);
    EXPECT_EQ(as_signed.sint("tick", 24), -1);
    EXPECT_TRUE(as_signed.finish());
    AbiReader as_unsigned(minus_one);
    as_unsigned.uint("amount", 128);
    EXPECT_THAT(as_unsigned.finish().error().what, HasSubstr("amount does not fit uint128"));
    const Bytes high = AbiWriter().sint(8'388'608).take();
    AbiReader too_high(high);
    too_high.sint("tick", 24);
    EXPECT_FALSE(too_high.finish());
    AbiReader no_address(minus_one);
    no_address.address("to");
    EXPECT_FALSE(no_address.finish());
}

TEST(abi, bytes_are_read_through_their_offset_and_checked_against_the_end) {
    const Bytes good = AbiWriter().uint(32).bytes_tail(Bytes{1, 2, 3}).take();
    EXPECT_EQ(good.size() % 32, 0U);
    AbiReader reader(good);
    const BytesView read = reader.bytes("data");
    EXPECT_EQ(Bytes(read.begin(), read.end()), (Bytes{1, 2, 3}));
    for (const u256& offset : {static_cast<u256>(96), ~static_cast<u256>(0)}) {
        const Bytes bad = AbiWriter().uint(offset).bytes_tail(Bytes{1}).take();
        AbiReader outside(bad);
        outside.bytes("data");
        EXPECT_FALSE(outside.finish(false));
    }
}

TEST(executor_abi, calls_survive_encoding_and_nothing_else_is_accepted) {
    const ExecutorMint mint{.pool_id = 3,
                            .tick_lower = -887220,
                            .tick_upper = 60,
                            .block_number = 19'000'000,
                            .liquidity = ~static_cast<u128>(0),
                            .parent_hash = keccak256("parent"),
                            .amount0_max = 1,
                            .amount1_max = ~static_cast<u128>(0),
                            .sqrt_price_x96 = static_cast<u256>(1) << 159,
                            .tick = -8'388'608,
                            .pool_liquidity = 77};
    const Bytes mint_data = encode(mint).value();
    EXPECT_EQ(mint_data.size(), ExecutorMint::size);
    EXPECT_EQ(decode_executor_mint(mint_data).value(), mint);
    const ExecutorBurn burn{.pool_id = 65535,
                            .tick_lower = -1,
                            .tick_upper = 1,
                            .block_number = 7,
                            .liquidity = 5,
                            .amount0_min = 1,
                            .amount1_min = 2,
                            .tip_wei = 9,
                            .min_proceeds_wei = 10,
                            .price0 = {.mantissa = 0xfedcba98, .shift = 255},
                            .price1 = {.mantissa = 3, .shift = 4}};
    const Bytes burn_data = encode(burn).value();
    EXPECT_EQ(burn_data.size(), ExecutorBurn::size);
    EXPECT_EQ(decode_executor_burn(burn_data).value(), burn);
    EXPECT_THAT(decode_executor_mint(burn_data).error().what, HasSubstr("selector"));
    EXPECT_THAT(decode_executor_burn(mint_data).error().what, HasSubstr("selector"));
    EXPECT_FALSE(decode_executor_burn({}));
    for (Bytes other : {mint_data, burn_data}) {
        other.push_back(0);
        EXPECT_FALSE(decode_executor_mint(other));
        EXPECT_FALSE(decode_executor_burn(other));
        other.resize(other.size() - 2);
        EXPECT_FALSE(decode_executor_mint(other));
        EXPECT_FALSE(decode_executor_burn(other));
    }
}

// The layout, byte by byte, as deploy/contracts/test/support/Plans.sol writes it.
TEST(executor_abi, calls_are_packed_in_the_order_that_the_contract_reads) {
    const ExecutorBurn burn{.pool_id = 0x0102,
                            .tick_lower = -2,
                            .tick_upper = 0x030405,
                            .block_number = 0x060708090a0b0c0d,
                            .liquidity = 0x0e,
                            .amount0_min = 0x0f,
                            .amount1_min = 0x10,
                            .tip_wei = 0x11,
                            .min_proceeds_wei = 0x12,
                            .price0 = {.mantissa = 0x13141516, .shift = 0x17},
                            .price1 = {.mantissa = 0x18191a1b, .shift = 0x1c}};
    EXPECT_EQ(to_hex(encode(burn).value()), "0x44df8e70"
                                            "0102fffffe030405060708090a0b0c0d0000000000000000000000000000000e"
                                            "0000000000000000000000000000000f00000000000000000000000000000010"
                                            "00000000000000000011"
                                            "000000000000000000000012"
                                            "131415161718191a1b1c");
}

TEST(executor_abi, a_value_too_wide_for_its_field_is_an_error_that_names_it) {
    EXPECT_THAT(encode(ExecutorMint{.amount0_max = static_cast<u256>(1) << 128}).error().what, HasSubstr("amount0Max"));
    EXPECT_THAT(encode(ExecutorMint{.sqrt_price_x96 = static_cast<u256>(1) << 160}).error().what, HasSubstr("sqrtPriceX96"));
    EXPECT_THAT(encode(ExecutorMint{.tick_lower = 1 << 23}).error().what, HasSubstr("tickLower"));
    EXPECT_THAT(encode(ExecutorMint{.tick = -(1 << 23) - 1}).error().what, HasSubstr("tick"));
    EXPECT_THAT(encode(ExecutorBurn{.amount1_min = static_cast<u256>(1) << 128}).error().what, HasSubstr("amount1Min"));
    EXPECT_THAT(encode(ExecutorBurn{.tip_wei = static_cast<u256>(1) << 80}).error().what, HasSubstr("tipWei"));
    EXPECT_THAT(encode(ExecutorBurn{.min_proceeds_wei = static_cast<u256>(1) << 96}).error().what, HasSubstr("minProceedsWei"));
}

TEST(executor_abi, prices_keep_32_bits_and_round_down) {
    const u256 one = static_cast<u256>(1) << 96;
    EXPECT_EQ(executor_price(one).value(), (ExecutorPrice{.mantissa = 1U << 31, .shift = 63}));
    EXPECT_EQ(executor_price(3 * one).value(), (ExecutorPrice{.mantissa = 3U << 30, .shift = 62}));
    EXPECT_EQ(executor_price(0).value(), ExecutorPrice{});
    EXPECT_EQ(executor_price(1).value(), (ExecutorPrice{.mantissa = 1U << 31, .shift = 159}));
    EXPECT_EQ(executor_price((one << 64) - 1).value(), (ExecutorPrice{.mantissa = 0xffffffff, .shift = 0}));
    EXPECT_FALSE(executor_price(one << 64));
    EXPECT_EQ(value_at({.mantissa = 3U << 30, .shift = 62}, 1'000'000), 3'000'000);
    EXPECT_EQ(value_at({.mantissa = 1U << 31, .shift = 65}, 1'000'003), 250'000);
    EXPECT_EQ(value_at({}, ~static_cast<u128>(0)), 0);
}

TEST(block, base_fee_moves_by_an_eighth_at_most) { // EIP-1559
    EXPECT_EQ(next_base_fee_wei(1000, 15'000'000, 30'000'000), 1000U);
    EXPECT_EQ(next_base_fee_wei(1000, 30'000'000, 30'000'000), 1125U);
    EXPECT_EQ(next_base_fee_wei(1000, 0, 30'000'000), 875U);
    EXPECT_EQ(next_base_fee_wei(1, 30'000'000, 30'000'000), 2U);
    EXPECT_EQ(next_base_fee_wei(7, 0, 30'000'000), 7U);
}

TEST(secp256k1, a_raw_signature_is_made_low_and_gets_its_parity) {
    const u256 order = from_big_endian(hex("0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"));
    Bytes32 key{};
    key[0] = 9;
    const Address signer = address_of_software_key(key).value();
    for (int i = 0; i < 20; ++i) {
        const Bytes32 digest = keccak256("message " + std::to_string(i));
        const Signature made = sign_with_software_key(key, digest).value();
        EXPECT_EQ(complete_signature(made.r, order - made.s, digest, signer).value(), made);
        EXPECT_EQ(recover_signer(digest, made).value(), signer);
        EXPECT_FALSE(complete_signature(made.r, made.s, keccak256("another"), signer));
    }
    EXPECT_FALSE(recover_signer(Bytes32{}, Signature{.r = 0, .s = 1}));
    EXPECT_FALSE(recover_signer(Bytes32{}, Signature{.r = order, .s = 1}));
    EXPECT_FALSE(sign_with_software_key(Bytes32{}, Bytes32{}));
}

} // namespace
} // namespace jitbox::chain
