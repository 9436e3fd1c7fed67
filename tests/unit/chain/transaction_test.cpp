// Transactions: real mainnet ones survive decoding and encoding, every envelope has its canonical form, bad ones are named.
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "chain/rlp.hpp"
#include "chain/transaction.hpp"
#include "support/seed.hpp"
#include "support/shared_data.hpp"
#include "support/transaction_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

namespace jitbox::chain {
namespace {

using testing::HasSubstr;

class RealTransactions : public testing::TestWithParam<const char*> {};

TEST_P(RealTransactions, decode_encode_gives_the_same_bytes_hash_and_sender) {
    const auto rows = test::read_real_transactions(GetParam());
    if (!rows) GTEST_SKIP() << test::missing_text(GetParam());
    ASSERT_FALSE(rows->empty());
    for (const test::RealTransaction& row : *rows) {
        const auto transaction = decode_transaction(row.raw);
        ASSERT_TRUE(transaction) << to_hex(row.hash) << ": " << transaction.error().text();
        EXPECT_EQ(static_cast<int>(transaction->type), row.type);
        EXPECT_EQ(encode_signed(*transaction), row.raw) << to_hex(row.hash);
        EXPECT_EQ(transaction_hash(*transaction), row.hash);
        const auto sender = recover_sender(*transaction);
        ASSERT_TRUE(sender) << to_hex(row.hash) << ": " << sender.error().text();
        EXPECT_EQ(*sender, row.from) << to_hex(row.hash);
    }
}

INSTANTIATE_TEST_SUITE_P(mainnet, RealTransactions,
                         testing::Values("mainnet/transactions.jsonl.gz", "mainnet/v3_router_transactions.jsonl.gz"));

constexpr Bytes32 test_key = [] {
    Bytes32 key{};
    key[31] = 7;
    return key;
}();

TEST(transaction, every_envelope_round_trips_and_recovers_its_sender) {
    const auto seed = test::random_seed();
    std::mt19937_64 random(seed);
    const Address sender = test::random_transaction_sender();
    for (int i = 0; i < 500; ++i) {
        const Transaction made = test::random_transaction(random, static_cast<TransactionType>(i % 5));
        const Bytes raw = encode_signed(made);
        const auto read = decode_transaction(raw);
        ASSERT_TRUE(read) << read.error().text() << " " << to_hex(raw);
        EXPECT_EQ(*read, made) << to_hex(raw);
        EXPECT_EQ(recover_sender(*read).value(), sender);
        EXPECT_TRUE(has_low_s(read->signature));
    }
}

TEST(transaction, eip155_example_of_the_eip) { // the example of EIP-155, key 0x46..46, chain 1
    const Bytes raw =
        from_hex("0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc21"
                 "95fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b"
                 "6d83")
            .value();
    const Transaction read = decode_transaction(raw).value();
    EXPECT_EQ(to_hex(signing_hash(read)), "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53");
    EXPECT_EQ(to_checksum(recover_sender(read).value()), "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F");
    Bytes32 key{};
    key.fill(0x46);
    EXPECT_EQ(sign_with_software_key(key, signing_hash(read)).value(), read.signature);
}

TEST(transaction, our_own_is_decoded_from_what_is_signed_and_from_what_is_sent) {
    const Eip1559Transaction own{.chain_id = 31337,
                                 .nonce = 5,
                                 .max_priority_fee_per_gas = 1,
                                 .max_fee_per_gas = 30'000'000'000ULL,
                                 .gas_limit = 500'000,
                                 .to = parse_address("0x1F98431c8aD98523631AE4a59f267346ea31F984").value(),
                                 .value = 0,
                                 .data = {1, 2, 3}};
    EXPECT_EQ(decode_unsigned(unsigned_payload(own)).value(), own);
    const Signature signature = sign_with_software_key(test_key, signing_hash(own)).value();
    const Transaction sent = decode_transaction(encode_signed(own, signature)).value();
    EXPECT_EQ(sent.type, TransactionType::dynamic_fee);
    EXPECT_EQ(sent.to, own.to);
    EXPECT_EQ(signing_hash(sent), signing_hash(own));
    EXPECT_EQ(recover_sender(sent).value(), address_of_software_key(test_key).value());
}

TEST(transaction, the_signer_refuses_forms_that_we_never_make) {
    const Eip1559Transaction own{.chain_id = 1, .to = {1}, .data = {}};
    Bytes payload = unsigned_payload(own);
    payload[0] = 1;
    EXPECT_THAT(decode_unsigned(payload).error().what, HasSubstr("not of type 2"));
    payload = unsigned_payload(own);
    payload.push_back(0);
    EXPECT_THAT(decode_unsigned(payload).error().what, HasSubstr("after the last field"));
    Bytes with_list{2};
    RlpWriter rlp(with_list);
    const std::size_t list = rlp.open_list();
    for (int i = 0; i < 5; ++i) rlp.integer(std::uint64_t{1});
    rlp.string(Bytes20{1});
    rlp.integer(std::uint64_t{0});
    rlp.string({});
    const std::size_t entries = rlp.open_list();
    const std::size_t entry = rlp.open_list();
    rlp.string(Bytes20{1});
    rlp.close_list(rlp.open_list());
    rlp.close_list(entry);
    rlp.close_list(entries);
    rlp.close_list(list);
    EXPECT_THAT(decode_unsigned(with_list).error().what, HasSubstr("access list"));
    EXPECT_FALSE(decode_unsigned({}));
}

TEST(transaction, every_truncation_and_every_extra_byte_is_refused) {
    std::mt19937_64 random(test::random_seed());
    for (int type = 0; type < 5; ++type) {
        const Bytes raw = encode_signed(test::random_transaction(random, static_cast<TransactionType>(type)));
        for (std::size_t size = 0; size < raw.size(); ++size) EXPECT_FALSE(decode_transaction(BytesView(raw).first(size)));
        Bytes longer = raw;
        longer.push_back(0);
        EXPECT_FALSE(decode_transaction(longer));
    }
}

// Signed by ethers 6.17: new Wallet("0x11...11").authorize({address: "0x00...aa", nonce: 5, chainId: 1}).
TEST(transaction, the_authority_of_an_authorization_is_its_signer) {
    Authorization authorization;
    authorization.chain_id = 1;
    authorization.address[19] = 0xaa;
    authorization.nonce = 5;
    authorization.r = parse_u256("0x8f76b9b1b3d2c1dfe7d21ff9a0cc762f4f5df7a13fc5f03958779cf25549d9da").value();
    authorization.s = parse_u256("0x74da2cb0421a6ba2d4497137d2988fbcd28dc0851523f19ac2bb0ae295c39631").value();
    const Address signer = parse_address("0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A").value();
    EXPECT_EQ(recover_authority(authorization).value(), signer);
    authorization.nonce = 6;
    EXPECT_NE(recover_authority(authorization).value_or(Address{}), signer);
}

TEST(transaction, unknown_types_are_named) {
    EXPECT_THAT(decode_transaction(Bytes{0x05, 0xc0}).error().what, HasSubstr("unknown type 5"));
    EXPECT_THAT(decode_transaction(Bytes{}).error().what, HasSubstr("empty"));
}

TEST(transaction, a_legacy_v_that_means_nothing_is_refused) {
    Transaction transaction;
    for (const unsigned v : {0U, 1U, 26U, 29U, 34U}) EXPECT_FALSE(set_legacy_v(transaction, v)) << v;
    ASSERT_TRUE(set_legacy_v(transaction, 37));
    EXPECT_EQ(transaction.chain_id, 1);
    EXPECT_EQ(legacy_v(transaction), 37);
    EXPECT_FALSE(set_legacy_v(transaction, static_cast<u256>(1) << 66));
}

} // namespace
} // namespace jitbox::chain
