// Strict decoding of signed transactions and of our own unsigned ones.
// SPDX-License-Identifier: Apache-2.0
#include "chain/rlp.hpp"
#include "chain/transaction.hpp"

namespace jitbox::chain {
namespace {

std::optional<Address> read_to(RlpReader& fields) {
    const BytesView bytes = fields.string("to");
    if (fields.failed() || bytes.empty()) return std::nullopt;
    Address out{};
    if (bytes.size() != out.size()) {
        fields.set_error("to has " + std::to_string(bytes.size()) + " bytes, expected 0 or 20");
        return std::nullopt;
    }
    std::ranges::copy(bytes, out.begin());
    return out;
}

std::vector<AccessListEntry> read_access_list(RlpReader& fields) {
    std::vector<AccessListEntry> out;
    RlpReader list = fields.list("access_list");
    while (!list.at_end()) {
        RlpReader tuple = list.list("entry");
        AccessListEntry entry;
        entry.address = tuple.fixed<20>("address");
        RlpReader keys = tuple.list("storage_keys");
        while (!keys.at_end()) entry.storage_keys.push_back(keys.fixed<32>("storage_key"));
        tuple.adopt(keys, "storage_keys");
        list.adopt(tuple, "entry");
        out.push_back(std::move(entry));
    }
    fields.adopt(list, "access_list");
    return out;
}

std::vector<Bytes32> read_blob_hashes(RlpReader& fields) {
    std::vector<Bytes32> out;
    RlpReader list = fields.list("blob_versioned_hashes");
    while (!list.at_end()) out.push_back(list.fixed<32>("blob_versioned_hash"));
    fields.adopt(list, "blob_versioned_hashes");
    return out;
}

std::vector<Authorization> read_authorizations(RlpReader& fields) {
    std::vector<Authorization> out;
    RlpReader list = fields.list("authorization_list");
    while (!list.at_end()) {
        RlpReader tuple = list.list("authorization");
        Authorization authorization;
        authorization.chain_id = tuple.integer("chain_id");
        authorization.address = tuple.fixed<20>("address");
        authorization.nonce = tuple.integer64("nonce");
        authorization.y_parity = static_cast<std::uint8_t>(tuple.integer("y_parity", 1));
        authorization.r = tuple.integer("r");
        authorization.s = tuple.integer("s");
        list.adopt(tuple, "authorization");
        out.push_back(authorization);
    }
    fields.adopt(list, "authorization_list");
    return out;
}

void read_y_parity(RlpReader& fields, Transaction& out) {
    const u256 parity = fields.integer("y_parity", 1);
    if (parity > 1) fields.set_error("y_parity is " + to_decimal(parity) + ", expected 0 or 1");
    out.signature.y_parity = static_cast<std::uint8_t>(parity & 1);
}

void read_legacy(RlpReader& fields, Transaction& out) {
    out.nonce = fields.integer64("nonce");
    out.max_fee_per_gas = out.max_priority_fee_per_gas = fields.integer("gas_price");
    out.gas_limit = fields.integer64("gas_limit");
    out.to = read_to(fields);
    out.value = fields.integer("value");
    const BytesView data = fields.string("data");
    out.data.assign(data.begin(), data.end());
    const u256 v = fields.integer("v");
    if (fields.failed()) return;
    if (const auto ok = set_legacy_v(out, v); !ok) return fields.set_error(ok.error().what);
}

/// The fields of a typed transaction up to the signature.
void read_typed(RlpReader& fields, Transaction& out) {
    out.chain_id = fields.integer64("chain_id");
    out.nonce = fields.integer64("nonce");
    if (out.type != TransactionType::access_list) out.max_priority_fee_per_gas = fields.integer("max_priority_fee_per_gas");
    out.max_fee_per_gas = fields.integer("max_fee_per_gas");
    if (out.type == TransactionType::access_list) out.max_priority_fee_per_gas = out.max_fee_per_gas;
    out.gas_limit = fields.integer64("gas_limit");
    out.to = read_to(fields);
    const bool may_create = out.type == TransactionType::access_list || out.type == TransactionType::dynamic_fee;
    if (!fields.failed() && !out.to && !may_create) fields.set_error("to is empty, which this type does not allow");
    out.value = fields.integer("value");
    const BytesView data = fields.string("data");
    out.data.assign(data.begin(), data.end());
    out.access_list = read_access_list(fields);
    if (out.type == TransactionType::blob) {
        out.max_fee_per_blob_gas = fields.integer("max_fee_per_blob_gas");
        out.blob_hashes = read_blob_hashes(fields);
    }
    if (out.type == TransactionType::set_code) out.authorizations = read_authorizations(fields);
}

/// Checks type byte and outer list; gives the reader of the fields.
Result<RlpReader> open_envelope(BytesView raw, Transaction& out) {
    if (raw.empty()) return fail("transaction: empty");
    if (raw[0] < 0x80) {
        if (raw[0] < 1 || raw[0] > 4) return fail("transaction: unknown type " + std::to_string(raw[0]));
        out.type = static_cast<TransactionType>(raw[0]);
        raw = raw.subspan(1);
    }
    RlpReader outer(raw);
    RlpReader fields = outer.list("transaction");
    if (auto ok = outer.finish(); !ok) return fail("transaction: " + ok.error().what);
    return fields;
}

} // namespace

Result<Transaction> decode_transaction(BytesView raw) {
    Transaction out;
    auto fields = open_envelope(raw, out);
    if (!fields) return std::unexpected(fields.error());
    if (out.type == TransactionType::legacy) {
        read_legacy(*fields, out);
    } else {
        read_typed(*fields, out);
        read_y_parity(*fields, out);
    }
    out.signature.r = fields->integer("r");
    out.signature.s = fields->integer("s");
    if (auto ok = fields->finish(); !ok) return fail("transaction: " + ok.error().what);
    return out;
}

Result<Eip1559Transaction> decode_unsigned(BytesView payload) {
    Transaction read;
    auto fields = open_envelope(payload, read);
    if (!fields) return std::unexpected(fields.error());
    if (read.type != TransactionType::dynamic_fee) return fail("transaction: not of type 2 (EIP-1559)");
    read_typed(*fields, read);
    if (auto ok = fields->finish(); !ok) return fail("transaction: " + ok.error().what);
    if (!read.chain_id) return fail("transaction: has no chain id");
    if (!read.to) return fail("transaction: creates a contract, we only sign calls");
    if (!read.access_list.empty()) return fail("transaction: has an access list, ours have none");
    return Eip1559Transaction{.chain_id = *read.chain_id,
                              .nonce = read.nonce,
                              .max_priority_fee_per_gas = read.max_priority_fee_per_gas,
                              .max_fee_per_gas = read.max_fee_per_gas,
                              .gas_limit = read.gas_limit,
                              .to = *read.to,
                              .value = read.value,
                              .data = std::move(read.data)};
}

} // namespace jitbox::chain
