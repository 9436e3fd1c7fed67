// A Safe multisig transaction and its hash, computed here and never asked of a service.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "chain/abi.hpp"
#include "chain/address.hpp"
#include "chain/u256.hpp"

#include <cstdint>

namespace jitbox::safe {

using chain::Address;
using chain::u256;

/// Safe.sol `Enum.Operation`. jitbox prepares calls only; the value exists so that a delegatecall in a file can be named and
/// refused.
enum class Operation : std::uint8_t { call = 0, delegatecall = 1 };

/// The fields of Safe 1.3+/1.4.1 `execTransaction`, in the order of its EIP-712 type SafeTx.
struct SafeTransaction {
    Address to{};
    u256 value = 0;
    Bytes data;
    Operation operation = Operation::call;
    u256 safe_tx_gas = 0;
    u256 base_gas = 0;
    u256 gas_price = 0;
    Address gas_token{};
    Address refund_receiver{};
    u256 nonce = 0;
};

/// The nine arguments that execTransaction and getTransactionHash begin with, as words; `data` as its offset behind a head of ten.
void write_arguments(chain::AbiWriter& out, const SafeTransaction& transaction);
inline constexpr u256 arguments_head_bytes = u256{10} * 32;

/// EIP-712 domain of a Safe 1.3+: EIP712Domain(uint256 chainId,address verifyingContract).
[[nodiscard]] Bytes32 domain_separator(std::uint64_t chain_id, const Address& safe);
/// What the owners sign: keccak256(0x1901 || domain separator || hashStruct(SafeTx)), equal to Safe.getTransactionHash.
[[nodiscard]] Bytes32 safe_tx_hash(std::uint64_t chain_id, const Address& safe, const SafeTransaction& transaction);

} // namespace jitbox::safe
