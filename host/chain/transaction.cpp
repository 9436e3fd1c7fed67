// Signed transactions of every envelope: encoding, hashes, sender.
// SPDX-License-Identifier: Apache-2.0
#include "chain/transaction.hpp"

#include "chain/keccak.hpp"
#include "chain/rlp.hpp"

namespace jitbox::chain {
namespace {

enum class Part { signed_form, signing_form };

void write_to(RlpWriter& rlp, const std::optional<Address>& to) {
    rlp.string(to ? BytesView(*to) : BytesView{});
}

void write_access_list(RlpWriter& rlp, const std::vector<AccessListEntry>& entries) {
    const std::size_t list = rlp.open_list();
    for (const AccessListEntry& entry : entries) {
        const std::size_t tuple = rlp.open_list();
        rlp.string(entry.address);
        const std::size_t keys = rlp.open_list();
        for (const Bytes32& key : entry.storage_keys) rlp.string(key);
        rlp.close_list(keys);
        rlp.close_list(tuple);
    }
    rlp.close_list(list);
}

void write_blob_fields(RlpWriter& rlp, const Transaction& transaction) {
    rlp.integer(transaction.max_fee_per_blob_gas);
    const std::size_t list = rlp.open_list();
    for (const Bytes32& hash : transaction.blob_hashes) rlp.string(hash);
    rlp.close_list(list);
}

void write_authorizations(RlpWriter& rlp, const std::vector<Authorization>& authorizations) {
    const std::size_t list = rlp.open_list();
    for (const Authorization& authorization : authorizations) {
        const std::size_t tuple = rlp.open_list();
        rlp.integer(authorization.chain_id);
        rlp.string(authorization.address);
        rlp.integer(authorization.nonce);
        rlp.integer(static_cast<std::uint64_t>(authorization.y_parity));
        rlp.integer(authorization.r);
        rlp.integer(authorization.s);
        rlp.close_list(tuple);
    }
    rlp.close_list(list);
}

void write_legacy(RlpWriter& rlp, const Transaction& transaction, Part part) {
    rlp.integer(transaction.nonce);
    rlp.integer(transaction.max_fee_per_gas);
    rlp.integer(transaction.gas_limit);
    write_to(rlp, transaction.to);
    rlp.integer(transaction.value);
    rlp.string(transaction.data);
    if (part == Part::signed_form) {
        rlp.integer(legacy_v(transaction));
        rlp.integer(transaction.signature.r);
        rlp.integer(transaction.signature.s);
    } else if (transaction.chain_id) { // EIP-155
        rlp.integer(*transaction.chain_id);
        rlp.integer(std::uint64_t{0});
        rlp.integer(std::uint64_t{0});
    }
}

void write_typed(RlpWriter& rlp, const Transaction& transaction, Part part) {
    rlp.integer(transaction.chain_id.value_or(0));
    rlp.integer(transaction.nonce);
    if (transaction.type != TransactionType::access_list) rlp.integer(transaction.max_priority_fee_per_gas);
    rlp.integer(transaction.max_fee_per_gas);
    rlp.integer(transaction.gas_limit);
    write_to(rlp, transaction.to);
    rlp.integer(transaction.value);
    rlp.string(transaction.data);
    write_access_list(rlp, transaction.access_list);
    if (transaction.type == TransactionType::blob) write_blob_fields(rlp, transaction);
    if (transaction.type == TransactionType::set_code) write_authorizations(rlp, transaction.authorizations);
    if (part == Part::signing_form) return;
    rlp.integer(static_cast<std::uint64_t>(transaction.signature.y_parity));
    rlp.integer(transaction.signature.r);
    rlp.integer(transaction.signature.s);
}

void append(const Transaction& transaction, Part part, Bytes& out) {
    RlpWriter rlp(out);
    const bool typed = transaction.type != TransactionType::legacy;
    if (typed) out.push_back(static_cast<std::uint8_t>(transaction.type));
    const std::size_t list = rlp.open_list();
    if (typed)
        write_typed(rlp, transaction, part);
    else
        write_legacy(rlp, transaction, part);
    rlp.close_list(list);
}

Transaction with_fields_of(const Eip1559Transaction& own) {
    return {.type = TransactionType::dynamic_fee,
            .chain_id = own.chain_id,
            .nonce = own.nonce,
            .gas_limit = own.gas_limit,
            .max_fee_per_gas = own.max_fee_per_gas,
            .max_priority_fee_per_gas = own.max_priority_fee_per_gas,
            .to = own.to,
            .value = own.value,
            .data = own.data};
}

} // namespace

void append_signed(const Transaction& transaction, Bytes& out) {
    append(transaction, Part::signed_form, out);
}

Bytes encode_signed(const Transaction& transaction) {
    Bytes out;
    out.reserve(256 + transaction.data.size());
    append_signed(transaction, out);
    return out;
}

Bytes32 signing_hash(const Transaction& transaction) {
    Bytes image;
    image.reserve(256 + transaction.data.size());
    append(transaction, Part::signing_form, image);
    return keccak256(BytesView(image));
}

Bytes32 transaction_hash(const Transaction& transaction) {
    return keccak256(BytesView(encode_signed(transaction)));
}

Result<Address> recover_sender(const Transaction& transaction) {
    return recover_signer(signing_hash(transaction), transaction.signature);
}

Result<Address> recover_authority(const Authorization& authorization) {
    Bytes signed_bytes{0x05};
    RlpWriter rlp(signed_bytes);
    const std::size_t list = rlp.open_list();
    rlp.integer(authorization.chain_id);
    rlp.string(authorization.address);
    rlp.integer(authorization.nonce);
    rlp.close_list(list);
    return recover_signer(keccak256(signed_bytes),
                          {.r = authorization.r, .s = authorization.s, .y_parity = authorization.y_parity});
}

u256 legacy_v(const Transaction& transaction) {
    const u256 parity = transaction.signature.y_parity;
    return transaction.chain_id ? static_cast<u256>(*transaction.chain_id) * 2 + 35 + parity : 27 + parity;
}

Result<void> set_legacy_v(Transaction& transaction, u256 v) {
    constexpr u256 max_v = static_cast<u256>(~std::uint64_t{0}) * 2 + 36;
    if (v == 27 || v == 28) {
        transaction.chain_id.reset();
        transaction.signature.y_parity = static_cast<std::uint8_t>(v - 27);
        return {};
    }
    if (v < 35 || v > max_v)
        return fail("transaction: v is " + to_decimal(v) + ", neither 27, 28 nor an EIP-155 value of a 64-bit chain id");
    transaction.chain_id = static_cast<std::uint64_t>((v - 35) / 2);
    transaction.signature.y_parity = static_cast<std::uint8_t>((v - 35) % 2);
    return {};
}

Bytes unsigned_payload(const Eip1559Transaction& transaction) {
    Bytes out;
    append(with_fields_of(transaction), Part::signing_form, out);
    return out;
}

Bytes32 signing_hash(const Eip1559Transaction& transaction) {
    return keccak256(BytesView(unsigned_payload(transaction)));
}

Bytes encode_signed(const Eip1559Transaction& transaction, const Signature& signature) {
    Transaction complete = with_fields_of(transaction);
    complete.signature = signature;
    return encode_signed(complete);
}

} // namespace jitbox::chain
