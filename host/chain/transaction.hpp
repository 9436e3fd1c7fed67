// Signed transactions of every envelope (legacy, EIP-2930, EIP-1559, EIP-4844, EIP-7702) and the ones that we make ourselves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/address.hpp"
#include "chain/secp256k1.hpp"
#include "chain/u256.hpp"

#include <optional>
#include <vector>

namespace jitbox::chain {

enum class TransactionType : std::uint8_t { legacy = 0, access_list = 1, dynamic_fee = 2, blob = 3, set_code = 4 };

struct AccessListEntry {
    Address address{};
    std::vector<Bytes32> storage_keys{};

    bool operator==(const AccessListEntry&) const = default;
};

/// One tuple of EIP-7702.
struct Authorization {
    u256 chain_id = 0;
    Address address{};
    std::uint64_t nonce = 0;
    std::uint8_t y_parity = 0;
    u256 r = 0;
    u256 s = 0;

    bool operator==(const Authorization&) const = default;
};

/// A signed transaction. Fields that its type does not have are zero or empty.
struct Transaction {
    TransactionType type = TransactionType::legacy;
    std::optional<std::uint64_t> chain_id{}; ///< empty: legacy before EIP-155
    std::uint64_t nonce = 0;
    std::uint64_t gas_limit = 0;
    u256 max_fee_per_gas = 0;          ///< gasPrice of legacy and EIP-2930
    u256 max_priority_fee_per_gas = 0; ///< gasPrice of legacy and EIP-2930
    std::optional<Address> to{};       ///< empty: contract creation
    u256 value = 0;
    Bytes data{};
    std::vector<AccessListEntry> access_list{};
    u256 max_fee_per_blob_gas = 0;
    std::vector<Bytes32> blob_hashes{};
    std::vector<Authorization> authorizations{};
    Signature signature{};

    bool operator==(const Transaction&) const = default;
};

/// The canonical raw bytes, whose keccak is the transaction's hash (a blob transaction without its sidecar), appended to `out`.
void append_signed(const Transaction& transaction, Bytes& out);
[[nodiscard]] Bytes encode_signed(const Transaction& transaction);
/// What the sender signed (EIP-155 for legacy with a chain id; type || payload without the signature for the others).
[[nodiscard]] Bytes32 signing_hash(const Transaction& transaction);
[[nodiscard]] Bytes32 transaction_hash(const Transaction& transaction);
[[nodiscard]] Result<Address> recover_sender(const Transaction& transaction);
/// Who gives an authorization: the signer of keccak256(0x05 || rlp([chain_id, address, nonce])) (EIP-7702).
[[nodiscard]] Result<Address> recover_authority(const Authorization& authorization);
/// The `v` of a legacy transaction: 27 + parity, or chain id * 2 + 35 + parity (EIP-155).
[[nodiscard]] u256 legacy_v(const Transaction& transaction);
/// Splits a legacy `v` into parity and chain id. Errors: neither 27, 28 nor an EIP-155 value of a 64-bit chain id.
[[nodiscard]] Result<void> set_legacy_v(Transaction& transaction, u256 v);

/// Strict decoder of the canonical raw bytes: shortest-form RLP, exact fields, nothing left over, so that encoding the result
/// gives the same bytes back. Errors name the field. The signature is taken as it is (see recover_sender).
[[nodiscard]] Result<Transaction> decode_transaction(BytesView raw);

/// A transaction of our own before it is signed: EIP-1559, a call (never a creation), no access list.
struct Eip1559Transaction {
    std::uint64_t chain_id = 0;
    std::uint64_t nonce = 0;
    u256 max_priority_fee_per_gas = 0;
    u256 max_fee_per_gas = 0;
    std::uint64_t gas_limit = 0;
    Address to{};
    u256 value = 0;
    Bytes data{};

    bool operator==(const Eip1559Transaction&) const = default;
};

/// 0x02 || rlp of the nine fields: what is hashed to be signed.
[[nodiscard]] Bytes unsigned_payload(const Eip1559Transaction& transaction);
/// keccak256(unsigned_payload).
[[nodiscard]] Bytes32 signing_hash(const Eip1559Transaction& transaction);
/// The raw transaction for the wire.
[[nodiscard]] Bytes encode_signed(const Eip1559Transaction& transaction, const Signature& signature);
/// Strict inverse of unsigned_payload, for the signer, which decodes what it signs. Errors also: an access list, no `to`.
[[nodiscard]] Result<Eip1559Transaction> decode_unsigned(BytesView payload);

} // namespace jitbox::chain
