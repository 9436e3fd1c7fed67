// Envelopes: every type is accepted when it is canonical, and every way to be wrong has its own reason.
// SPDX-License-Identifier: Apache-2.0
#include "parser_harness.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"

#include <gtest/gtest.h>

namespace jitbox::test {
namespace {

const Bytes order = *from_hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
const Bytes half_order = *from_hex("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0");

Reason reason_of(const Bytes& raw) {
    ParserHarness parser;
    const Parsed parsed = parser.parse(raw);
    EXPECT_EQ(parsed.seen.hash, chain::keccak256(BytesView(raw))) << "the hash is right whatever the status";
    EXPECT_EQ(parsed.seen.status == TxStatus::rejected, parsed.seen.reason != Reason::none);
    return parsed.seen.reason;
}

/// A well-formed transaction of the type with one field replaced.
Bytes with_field(int type, std::size_t index, const Item& item) {
    auto fields = type == 0 ? legacy_fields() : typed_fields(type);
    fields.at(index) = item;
    return transaction(fields, type);
}

Item raw_item(std::string_view hex) {
    return *from_hex(hex);
}

class EveryType : public testing::TestWithParam<int> {
protected:
    [[nodiscard]] std::vector<Item> fields() const { return GetParam() == 0 ? legacy_fields() : typed_fields(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Envelope, EveryType, testing::Values(0, 1, 2, 3, 4));

TEST_P(EveryType, canonical_is_accepted) {
    ParserHarness parser;
    const Parsed parsed = parser.parse(transaction(fields(), GetParam()));
    EXPECT_EQ(parsed.seen.status, TxStatus::no_swap);
    EXPECT_EQ(parsed.seen.tx_type, GetParam());
    EXPECT_TRUE(parsed.seen.has_chain_id);
    EXPECT_EQ(parsed.seen.chain_id, 1U);
    EXPECT_EQ(parsed.seen.nonce, 7U);
    EXPECT_EQ(parsed.seen.gas_limit, 21000U);
    EXPECT_TRUE(parsed.seen.has_to);
    EXPECT_EQ(parsed.seen.to, address_of(0x11));
    EXPECT_EQ(parsed.seen.value, 5U);
    EXPECT_EQ(parsed.seen.max_priority_fee_per_gas, 1000U);
    EXPECT_EQ(parsed.seen.max_fee_per_gas, GetParam() < 2 ? 1000U : 2000U);
    EXPECT_EQ(parsed.seen.signature_r, 1U);
    EXPECT_EQ(parsed.seen.signature_s, 2U);
}

TEST_P(EveryType, one_field_too_few_or_too_many_is_a_field_count) {
    auto few = fields();
    few.pop_back();
    EXPECT_EQ(reason_of(transaction(few, GetParam())), Reason::tx_field_count);
    auto many = fields();
    many.push_back(integer(1));
    EXPECT_EQ(reason_of(transaction(many, GetParam())), Reason::tx_field_count);
}

TEST_P(EveryType, bytes_behind_the_list_are_trailing) {
    Bytes raw = transaction(fields(), GetParam());
    raw.push_back(0);
    EXPECT_EQ(reason_of(raw), Reason::rlp_trailing_bytes);
}

TEST_P(EveryType, every_truncation_is_refused) {
    const Bytes raw = transaction(fields(), GetParam());
    for (std::size_t size = 1; size < raw.size(); ++size) {
        EXPECT_EQ(reason_of(Bytes(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(size))), Reason::rlp_truncated) << size;
    }
}

TEST_P(EveryType, signature_values_are_in_range) {
    const std::size_t s = fields().size() - 1;
    const std::size_t r = s - 1;
    EXPECT_EQ(reason_of(with_field(GetParam(), r, integer(0))), Reason::tx_bad_signature);
    EXPECT_EQ(reason_of(with_field(GetParam(), s, integer(0))), Reason::tx_bad_signature);
    EXPECT_EQ(reason_of(with_field(GetParam(), r, text(order))), Reason::tx_bad_signature);
    EXPECT_EQ(reason_of(with_field(GetParam(), s, text(order))), Reason::tx_bad_signature);
    EXPECT_EQ(reason_of(with_field(GetParam(), s, text(half_order))), Reason::none);
    Bytes above_half = half_order;
    above_half.back() += 1;
    EXPECT_EQ(reason_of(with_field(GetParam(), s, text(above_half))), Reason::tx_signature_high_s);
    EXPECT_EQ(reason_of(with_field(GetParam(), r, text(Bytes(33, 1)))), Reason::rlp_integer_too_large);
}

TEST_P(EveryType, nonce_ends_before_2_64_minus_1) {
    const std::size_t nonce = GetParam() == 0 ? 0 : 1;
    EXPECT_EQ(reason_of(with_field(GetParam(), nonce, integer(0xfffffffffffffffe))), Reason::none);
    EXPECT_EQ(reason_of(with_field(GetParam(), nonce, integer(0xffffffffffffffff))), Reason::tx_nonce_too_large); // EIP-2681
    EXPECT_EQ(reason_of(with_field(GetParam(), nonce, raw_item("89010000000000000000"))), Reason::rlp_integer_too_large);
}

TEST_P(EveryType, integers_have_no_leading_zero_and_one_byte_stands_for_itself) {
    const std::size_t nonce = GetParam() == 0 ? 0 : 1;
    EXPECT_EQ(reason_of(with_field(GetParam(), nonce, raw_item("00"))), Reason::rlp_non_canonical_integer);
    EXPECT_EQ(reason_of(with_field(GetParam(), nonce, raw_item("820001"))), Reason::rlp_non_canonical_integer);
    EXPECT_EQ(reason_of(with_field(GetParam(), nonce, raw_item("8101"))), Reason::rlp_non_canonical_length);
    EXPECT_EQ(reason_of(with_field(GetParam(), nonce, raw_item("b80105"))), Reason::rlp_non_canonical_length);
    EXPECT_EQ(reason_of(with_field(GetParam(), nonce, raw_item("b837" + std::string(110, '1')))), Reason::rlp_non_canonical_length);
    EXPECT_EQ(reason_of(with_field(GetParam(), nonce, raw_item("b838" + std::string(112, '1')))), Reason::rlp_integer_too_large);
    EXPECT_EQ(reason_of(with_field(GetParam(), nonce, raw_item("c0"))), Reason::rlp_unexpected_list);
}

TEST_P(EveryType, an_address_has_20_bytes_or_none_for_creation) {
    const std::size_t to = GetParam() == 0 ? 3 : (GetParam() == 1 ? 4 : 5);
    EXPECT_EQ(reason_of(with_field(GetParam(), to, text(Bytes(19, 1)))), Reason::tx_bad_address_length);
    EXPECT_EQ(reason_of(with_field(GetParam(), to, text(Bytes(21, 1)))), Reason::tx_bad_address_length);
    const bool may_create = GetParam() <= 2; // EIP-4844 and EIP-7702 need an address
    EXPECT_EQ(reason_of(with_field(GetParam(), to, text({}))), may_create ? Reason::none : Reason::tx_bad_address_length);
}

TEST(Envelope, nothing_and_unknown_types) {
    EXPECT_EQ(reason_of({}), Reason::tx_empty);
    for (const int type : {0x00, 0x05, 0x7f}) {
        Bytes raw = transaction(typed_fields(2), 2);
        raw[0] = static_cast<std::uint8_t>(type);
        EXPECT_EQ(reason_of(raw), Reason::tx_unknown_type) << type;
    }
    EXPECT_EQ(reason_of(text(transaction(legacy_fields()))), Reason::rlp_not_a_list);
    EXPECT_EQ(reason_of(*from_hex("0280")), Reason::rlp_not_a_list);
}

TEST(Envelope, list_lengths_are_shortest_form) {
    EXPECT_EQ(reason_of(*from_hex("f80180")), Reason::rlp_non_canonical_length);   // fits one byte
    EXPECT_EQ(reason_of(*from_hex("f9003880")), Reason::rlp_non_canonical_length); // leading zero
    EXPECT_EQ(reason_of(*from_hex("ffffffffffffffffff")), Reason::rlp_truncated);  // 2^64 - 1 bytes
    EXPECT_EQ(reason_of(*from_hex("bf0f000000000000021111")), Reason::rlp_not_a_list);
}

TEST(Envelope, v_of_a_legacy_transaction_is_27_28_or_carries_a_chain) {
    for (const std::uint64_t v : {27U, 28U}) {
        ParserHarness parser;
        const Parsed parsed = parser.parse(with_field(0, 6, integer(v)));
        EXPECT_EQ(parsed.seen.status, TxStatus::no_swap);
        EXPECT_FALSE(parsed.seen.has_chain_id);
    }
    for (const std::uint64_t v : {0U, 1U, 26U, 29U, 34U}) EXPECT_EQ(reason_of(with_field(0, 6, integer(v))), Reason::tx_bad_v) << v;
    for (const std::uint64_t v : {35U, 36U}) EXPECT_EQ(reason_of(with_field(0, 6, integer(v))), Reason::tx_bad_chain_id) << v;
    ParserHarness parser;
    EXPECT_EQ(parser.parse(with_field(0, 6, integer(35 + 2 * 31337 + 1))).seen.chain_id, 31337U);
    EXPECT_EQ(reason_of(with_field(0, 6, raw_item("89010000000000000000"))), Reason::rlp_integer_too_large);
}

TEST(Envelope, y_parity_of_typed_transactions_is_0_or_1) {
    for (const int type : {1, 2, 3, 4}) {
        const std::size_t v = typed_fields(type).size() - 3;
        EXPECT_EQ(reason_of(with_field(type, v, integer(0))), Reason::none);
        EXPECT_EQ(reason_of(with_field(type, v, integer(2))), Reason::tx_bad_v);
        EXPECT_EQ(reason_of(with_field(type, v, integer(27))), Reason::tx_bad_v);
        EXPECT_EQ(reason_of(with_field(type, 0, integer(0))), Reason::tx_bad_chain_id);
    }
}

TEST(Envelope, priority_fee_is_at_most_the_fee) {
    EXPECT_EQ(reason_of(with_field(2, 2, integer(2000))), Reason::none);
    EXPECT_EQ(reason_of(with_field(2, 2, integer(2001))), Reason::tx_priority_above_max_fee);
}

TEST(Envelope, gas_limit_times_price_fits_256_bits) {
    const Item highest = text(Bytes(32, 0xff));
    auto fields = legacy_fields();
    fields[1] = highest;
    fields[2] = integer(1);
    EXPECT_EQ(reason_of(transaction(fields)), Reason::none);
    fields[2] = integer(2);
    EXPECT_EQ(reason_of(transaction(fields)), Reason::tx_gas_cost_overflow);
}

TEST(Envelope, access_lists_hold_addresses_and_32_byte_keys) {
    const auto with_access = [](const Item& access) { return with_field(1, 7, access); };
    const Item address = text(address_of(0x33));
    const Item key = text(Bytes(32, 0));
    EXPECT_EQ(reason_of(with_access(list({list({address, list({key, key})}), list({address, list({})})}))), Reason::none);
    EXPECT_EQ(reason_of(with_access(list({list({text(Bytes(19, 1)), list({})})}))), Reason::tx_bad_access_list);
    EXPECT_EQ(reason_of(with_access(list({list({address, list({text(Bytes(31, 1))})})}))), Reason::tx_bad_access_list);
    EXPECT_EQ(reason_of(with_access(list({list({address})}))), Reason::tx_bad_access_list);
    EXPECT_EQ(reason_of(with_access(list({list({address, list({}), list({})})}))), Reason::tx_bad_access_list);
    EXPECT_EQ(reason_of(with_access(list({list({address, key})}))), Reason::rlp_not_a_list);
    EXPECT_EQ(reason_of(with_access(list({address}))), Reason::rlp_not_a_list);
    EXPECT_EQ(reason_of(with_access(text({}))), Reason::rlp_not_a_list);
    EXPECT_EQ(reason_of(with_access(list({list({address, list({list({})})})}))), Reason::rlp_unexpected_list);
}

TEST(Envelope, blob_hashes_are_there_and_of_version_1) {
    const auto with_hashes = [](const Item& hashes) { return with_field(3, 10, hashes); };
    EXPECT_EQ(reason_of(with_hashes(list({}))), Reason::tx_bad_blob_field);
    EXPECT_EQ(reason_of(with_hashes(list({text(Bytes(32, 2))}))), Reason::tx_bad_blob_field);
    EXPECT_EQ(reason_of(with_hashes(list({text(Bytes(31, 1))}))), Reason::tx_bad_blob_field);
    EXPECT_EQ(reason_of(with_hashes(list({text(Bytes(32, 1)), text(Bytes(32, 1))}))), Reason::none);
}

TEST(Envelope, authorizations_are_there_and_whole) {
    const auto with_authorizations = [](const Item& authorizations) { return with_field(4, 9, authorizations); };
    const std::vector<Item> good{integer(1), text(address_of(0x22)), integer(9), integer(1), integer(5), integer(6)};
    EXPECT_EQ(reason_of(with_authorizations(list({list(good), list(good)}))), Reason::none);
    EXPECT_EQ(reason_of(with_authorizations(list({}))), Reason::tx_bad_authorization);
    EXPECT_EQ(reason_of(with_authorizations(list({list({good[0], good[1], good[2], good[3], good[4]})}))),
              Reason::tx_bad_authorization);
    auto spoilt = good;
    spoilt[1] = text(Bytes(32, 1));
    EXPECT_EQ(reason_of(with_authorizations(list({list(spoilt)}))), Reason::tx_bad_authorization);
    spoilt = good;
    spoilt[3] = integer(256);
    EXPECT_EQ(reason_of(with_authorizations(list({list(spoilt)}))), Reason::rlp_integer_too_large);
    spoilt.push_back(integer(1));
    spoilt[3] = integer(1);
    EXPECT_EQ(reason_of(with_authorizations(list({list(spoilt)}))), Reason::tx_bad_authorization);
}

TEST(Envelope, a_refused_envelope_says_nothing_but_type_and_hash) {
    ParserHarness parser;
    auto fields = typed_fields(2);
    fields.back() = integer(0);
    const Parsed parsed = parser.parse(transaction(fields, 2));
    EXPECT_EQ(parsed.seen.tx_type, 2);
    EXPECT_FALSE(parsed.seen.has_to);
    EXPECT_FALSE(parsed.seen.has_chain_id);
    EXPECT_EQ(parsed.seen.nonce, 0U);
    EXPECT_EQ(parsed.seen.value, 0U);
}

// ---- blob transactions with their sidecar: larger than a record, so the host takes the payload out with the same function

struct Unwrapped {
    Reason reason;
    hlsk::HashedPart part;
};

Unwrapped unwrap(Bytes raw) {
    const std::uint32_t size = static_cast<std::uint32_t>(raw.size());
    raw.resize(raw.size() + records::beat_bytes);
    hlsk::Envelope envelope;
    Unwrapped out{};
    out.reason = hlsk::parse_envelope(raw.data(), size, envelope, out.part);
    return out;
}

Item copies(std::size_t count, std::size_t bytes) {
    return list(std::vector<Item>(count, text(Bytes(bytes, 0x5a))));
}

TEST(BlobSidecar, eip_4844_form_is_hashed_without_it) {
    const Item payload = list(typed_fields(3));
    const Bytes raw = transaction({payload, copies(1, 131072), copies(1, 48), copies(1, 48)}, 3);
    const Unwrapped unwrapped = unwrap(raw);
    EXPECT_EQ(unwrapped.reason, Reason::none);
    ASSERT_TRUE(unwrapped.part.prefix_blob_type);
    Bytes hashed(raw.begin() + unwrapped.part.span.at, raw.begin() + unwrapped.part.span.at + unwrapped.part.span.size);
    hashed[0] = 0x03;
    EXPECT_EQ(hashed, transaction(typed_fields(3), 3));
}

TEST(BlobSidecar, eip_7594_form_has_a_version_and_128_cell_proofs_a_blob) {
    const Item payload = list(typed_fields(3));
    EXPECT_EQ(unwrap(transaction({payload, integer(1), copies(1, 131072), copies(1, 48), copies(128, 48)}, 3)).reason,
              Reason::none);
    EXPECT_EQ(unwrap(transaction({payload, integer(1), copies(1, 131072), copies(1, 48), copies(1, 48)}, 3)).reason,
              Reason::tx_bad_sidecar);
    EXPECT_EQ(unwrap(transaction({payload, integer(2), copies(1, 131072), copies(1, 48), copies(128, 48)}, 3)).reason,
              Reason::tx_bad_sidecar);
}

TEST(BlobSidecar, every_count_and_size_must_fit_the_hashes) {
    const Item payload = list(typed_fields(3));
    const auto reason = [&](const std::vector<Item>& rest) {
        std::vector<Item> items{payload};
        items.insert(items.end(), rest.begin(), rest.end());
        return unwrap(transaction(items, 3)).reason;
    };
    EXPECT_EQ(reason({copies(2, 131072), copies(1, 48), copies(1, 48)}), Reason::tx_bad_sidecar);
    EXPECT_EQ(reason({copies(1, 131071), copies(1, 48), copies(1, 48)}), Reason::tx_bad_sidecar);
    EXPECT_EQ(reason({copies(1, 131072), copies(1, 47), copies(1, 48)}), Reason::tx_bad_sidecar);
    EXPECT_EQ(reason({copies(1, 131072), copies(1, 48)}), Reason::tx_bad_sidecar);
    EXPECT_EQ(reason({copies(1, 131072), copies(1, 48), copies(1, 48), integer(1)}), Reason::tx_bad_sidecar);
    EXPECT_EQ(reason({}), Reason::tx_bad_sidecar);
}

} // namespace
} // namespace jitbox::test
