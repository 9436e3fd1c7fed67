// Transactions as a node announces them, for tests and benchmarks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/transaction.hpp"

#include <random>
#include <string>

namespace jitbox::test {

/// The transaction object that geth gives, with its true hash or another one.
std::string transaction_json(const chain::Transaction& transaction, const Bytes32& hash);
std::string transaction_json(const chain::Transaction& transaction);
/// A frame of eth_subscribe.
std::string notification(const std::string& subscription, const std::string& result_json);
/// The object of newHeads.
std::string head_json(std::uint64_t number, const Bytes32& hash, const Bytes32& parent_hash);
/// A random transaction of the type, signed.
chain::Transaction random_transaction(std::mt19937_64& random, chain::TransactionType type);
/// The address of the key that random_transaction signs with.
chain::Address random_transaction_sender();

} // namespace jitbox::test
