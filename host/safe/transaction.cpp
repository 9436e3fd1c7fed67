// A Safe multisig transaction and its hash (EIP-712).
// SPDX-License-Identifier: Apache-2.0
#include "safe/transaction.hpp"

#include "chain/abi.hpp"
#include "chain/keccak.hpp"

namespace jitbox::safe {

Bytes32 domain_separator(std::uint64_t chain_id, const Address& safe) {
    static const Bytes32 type = chain::keccak256("EIP712Domain(uint256 chainId,address verifyingContract)");
    return chain::keccak256(chain::AbiWriter{}.word(type).uint(chain_id).address(safe).take());
}

void write_arguments(chain::AbiWriter& out, const SafeTransaction& transaction) {
    out.address(transaction.to)
        .uint(transaction.value)
        .uint(arguments_head_bytes)
        .uint(static_cast<std::uint8_t>(transaction.operation))
        .uint(transaction.safe_tx_gas)
        .uint(transaction.base_gas)
        .uint(transaction.gas_price)
        .address(transaction.gas_token)
        .address(transaction.refund_receiver);
}

Bytes32 safe_tx_hash(std::uint64_t chain_id, const Address& safe, const SafeTransaction& transaction) {
    static const Bytes32 type =
        chain::keccak256("SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 "
                         "baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)");
    const Bytes32 body = chain::keccak256(chain::AbiWriter{}
                                              .word(type)
                                              .address(transaction.to)
                                              .uint(transaction.value)
                                              .word(chain::keccak256(transaction.data))
                                              .uint(static_cast<std::uint8_t>(transaction.operation))
                                              .uint(transaction.safe_tx_gas)
                                              .uint(transaction.base_gas)
                                              .uint(transaction.gas_price)
                                              .address(transaction.gas_token)
                                              .address(transaction.refund_receiver)
                                              .uint(transaction.nonce)
                                              .take());
    Bytes message{0x19, 0x01};
    const Bytes32 domain = domain_separator(chain_id, safe);
    message.insert(message.end(), domain.begin(), domain.end());
    message.insert(message.end(), body.begin(), body.end());
    return chain::keccak256(message);
}

} // namespace jitbox::safe
