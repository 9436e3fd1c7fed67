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
    EXPECT_EQ(selector_of(ExecutorMint::signature), ExecutorMint::selector);
    EXPECT_EQ(selector_of(ExecutorBurn::signature), ExecutorBurn::selector);
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
                            .liquidity = ~static_cast<u128>(0),
                            .sqrt_price_x96 = static_cast<u256>(1) << 159,
                            .block_number = 19'000'000,
                            .parent_hash = keccak256("parent"),
                            .amount0_max = 1,
                            .amount1_max = ~static_cast<u256>(0)};
    EXPECT_EQ(decode_executor_mint(encode(mint)).value(), mint);
    const ExecutorBurn burn{.pool_id = 65535, .tick_lower = -1, .tick_upper = 1, .liquidity = 5, .block_number = 7, .tip_wei = 9};
    EXPECT_EQ(decode_executor_burn(encode(burn)).value(), burn);
    EXPECT_THAT(decode_executor_mint(encode(burn)).error().what, HasSubstr("selector"));
    EXPECT_FALSE(decode_executor_burn({}));
    Bytes longer = encode(mint);
    longer.push_back(0);
    EXPECT_FALSE(decode_executor_mint(longer));
    Bytes wide_pool = encode(mint);
    wide_pool[4] = 1; // beyond uint16
    EXPECT_FALSE(decode_executor_mint(wide_pool));
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
