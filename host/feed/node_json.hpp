// What a node's JSON says: transactions, heads, logs, receipts. Private to host/feed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/block.hpp"
#include "chain/transaction.hpp"
#include "feed/node_client.hpp"

#include <simdjson.h>

namespace jitbox::feed {

struct AnnouncedTransaction {
    chain::Transaction transaction;
    Bytes32 hash{};                ///< as the node says; the caller checks it
    std::optional<Bytes20> sender; ///< "from", as the node says: recovering it from the signature is the caller's
};

/// A transaction object as eth_subscribe newPendingTransactions (true), txpool_content and eth_getBlockBy* give it, of every type.
/// Errors name the field.
[[nodiscard]] Result<AnnouncedTransaction> transaction_from_json(simdjson::dom::element value);
/// A header or block object. next_base_fee_wei is computed.
[[nodiscard]] Result<chain::Head> head_from_json(simdjson::dom::element value);
[[nodiscard]] Result<chain::Log> log_from_json(simdjson::dom::element value);
[[nodiscard]] Result<std::vector<chain::Log>> logs_from_json(simdjson::dom::element value);
[[nodiscard]] Result<Receipt> receipt_from_json(simdjson::dom::element value);
/// A block object with transaction hashes (not bodies).
[[nodiscard]] Result<Block> block_from_json(simdjson::dom::element value);
/// "0x..." quantity of at most `bits` bits.
[[nodiscard]] Result<chain::u256> quantity_from_json(simdjson::dom::element value, unsigned bits = 256);
[[nodiscard]] Result<Bytes> bytes_from_json(simdjson::dom::element value);

/// Filter object for eth_getLogs and eth_subscribe logs: the events that pool truth is kept from, of these addresses. `block` is
/// put in front as it is (`"blockHash":"0x..",` or nothing).
[[nodiscard]] std::string pool_log_filter(const std::vector<chain::Address>& addresses, const std::string& block);

} // namespace jitbox::feed
