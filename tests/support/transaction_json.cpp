// Transactions as a node announces them, for tests and benchmarks.
// SPDX-License-Identifier: Apache-2.0
#include "support/transaction_json.hpp"

#include "base/hex.hpp"

namespace jitbox::test {
namespace {

using chain::Transaction;
using chain::TransactionType;
using chain::u256;

constexpr Bytes32 signing_key = [] {
    Bytes32 key{};
    key[31] = 7;
    return key;
}();

std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

std::string quantity(u256 value) {
    std::string digits = to_hex_plain(chain::to_big_endian(value));
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    return quoted("0x" + digits);
}

std::string hex(BytesView bytes) {
    return quoted(to_hex(bytes));
}

std::string list(const auto& items, auto text_of) {
    std::string out = "[";
    for (const auto& item : items) out += (out.size() > 1 ? "," : "") + text_of(item);
    return out + "]";
}

std::string typed_members(const Transaction& transaction) {
    std::string out = R"(,"chainId":)" + quantity(*transaction.chain_id) + R"(,"accessList":)" +
                      list(transaction.access_list, [](const chain::AccessListEntry& entry) {
                          return R"({"address":)" + hex(entry.address) + R"(,"storageKeys":)" +
                                 list(entry.storage_keys, [](const Bytes32& key) { return hex(key); }) + "}";
                      });
    if (transaction.type != TransactionType::access_list)
        out += R"(,"maxFeePerGas":)" + quantity(transaction.max_fee_per_gas) + R"(,"maxPriorityFeePerGas":)" +
               quantity(transaction.max_priority_fee_per_gas);
    if (transaction.type == TransactionType::blob)
        out += R"(,"maxFeePerBlobGas":)" + quantity(transaction.max_fee_per_blob_gas) + R"(,"blobVersionedHashes":)" +
               list(transaction.blob_hashes, [](const Bytes32& hash) { return hex(hash); });
    if (transaction.type == TransactionType::set_code)
        out += R"(,"authorizationList":)" + list(transaction.authorizations, [](const chain::Authorization& item) {
                   return R"({"chainId":)" + quantity(item.chain_id) + R"(,"address":)" + hex(item.address) + R"(,"nonce":)" +
                          quantity(item.nonce) + R"(,"yParity":)" + quantity(item.y_parity) + R"(,"r":)" + quantity(item.r) +
                          R"(,"s":)" + quantity(item.s) + "}";
               });
    return out + R"(,"yParity":)" + quantity(transaction.signature.y_parity);
}

} // namespace

std::string transaction_json(const Transaction& transaction, const Bytes32& hash) {
    const bool legacy = transaction.type == TransactionType::legacy;
    std::string out = R"({"blockHash":null,"blockNumber":null,"from":"0x0000000000000000000000000000000000000001","gas":)" +
                      quantity(transaction.gas_limit) + R"(,"gasPrice":)" + quantity(transaction.max_fee_per_gas) + R"(,"hash":)" +
                      hex(hash) + R"(,"input":)" + hex(transaction.data) + R"(,"nonce":)" + quantity(transaction.nonce) +
                      R"(,"to":)" + (transaction.to ? hex(*transaction.to) : "null") + R"(,"transactionIndex":null,"value":)" +
                      quantity(transaction.value) + R"(,"type":)" + quantity(static_cast<unsigned>(transaction.type)) + R"(,"v":)" +
                      quantity(legacy ? legacy_v(transaction) : u256{transaction.signature.y_parity}) + R"(,"r":)" +
                      quantity(transaction.signature.r) + R"(,"s":)" + quantity(transaction.signature.s);
    return out + (legacy ? "" : typed_members(transaction)) + "}";
}

std::string transaction_json(const Transaction& transaction) {
    return transaction_json(transaction, transaction_hash(transaction));
}

std::string notification(const std::string& subscription, const std::string& result_json) {
    return R"({"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":)" + quoted(subscription) + R"(,"result":)" +
           result_json + "}}";
}

std::string head_json(std::uint64_t number, const Bytes32& hash, const Bytes32& parent_hash) {
    return R"({"number":)" + quantity(number) + R"(,"hash":)" + hex(hash) + R"(,"parentHash":)" + hex(parent_hash) +
           R"(,"timestamp":)" + quantity(1'700'000'000 + 12 * number) +
           R"(,"gasLimit":"0x1c9c380","gasUsed":"0xe4e1c0","baseFeePerGas":"0x3b9aca00","transactions":[]})";
}

Transaction random_transaction(std::mt19937_64& random, TransactionType type) {
    const auto bytes = [&](auto& out) {
        for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
    };
    Transaction out{.type = type};
    out.chain_id = random() % 100'000;
    if (type == TransactionType::legacy && random() % 2 == 0) out.chain_id.reset();
    out.nonce = random() >> (random() % 64);
    out.gas_limit = random() >> (random() % 64);
    out.max_fee_per_gas = random();
    out.max_priority_fee_per_gas = type < TransactionType::dynamic_fee ? out.max_fee_per_gas : u256{random() % 1000};
    if (type > TransactionType::dynamic_fee || random() % 4 != 0) bytes(out.to.emplace());
    out.value = static_cast<u256>(random()) << (random() % 190);
    out.data.resize(random() % 300);
    bytes(out.data);
    if (type != TransactionType::legacy) {
        out.access_list.resize(random() % 3);
        for (auto& entry : out.access_list) {
            bytes(entry.address);
            entry.storage_keys.resize(random() % 3);
            for (auto& key : entry.storage_keys) bytes(key);
        }
    }
    if (type == TransactionType::blob) {
        out.max_fee_per_blob_gas = random();
        out.blob_hashes.resize(1 + random() % 3);
        for (auto& hash : out.blob_hashes) bytes(hash);
    }
    if (type == TransactionType::set_code) {
        out.authorizations.resize(1 + random() % 3);
        for (auto& authorization : out.authorizations) {
            bytes(authorization.address);
            authorization.chain_id = random() % 3;
            authorization.nonce = random();
            authorization.y_parity = static_cast<std::uint8_t>(random() % 2);
            authorization.r = random();
            authorization.s = random();
        }
    }
    out.signature = chain::sign_with_software_key(signing_key, signing_hash(out)).value();
    return out;
}

chain::Address random_transaction_sender() {
    return chain::address_of_software_key(signing_key).value();
}

} // namespace jitbox::test
