// What a node's JSON says: transactions, heads, logs, receipts.
// SPDX-License-Identifier: Apache-2.0
#include "feed/node_json.hpp"

#include "base/hex.hpp"

#include <charconv>

namespace jitbox::feed {
namespace {

namespace dom = simdjson::dom;
using chain::Transaction;
using chain::TransactionType;
using chain::u128;
using chain::u256;

/// Hex digits behind "0x" to a number; false when there is none, a wrong digit or more than 256 bits.
bool read_quantity(std::string_view text, u256& out) {
    if (!text.starts_with("0x") || text.size() < 3 || text.size() > 66) return false;
    text.remove_prefix(2);
    out = 0;
    while (!text.empty()) {
        const std::size_t take = text.size() % 16 == 0 ? 16 : text.size() % 16;
        std::uint64_t limb = 0;
        const std::string_view digits = text.substr(0, take);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), limb, 16);
        if (error != std::errc{} || end != digits.data() + digits.size()) return false;
        out = (out << (4 * take)) | limb;
        text.remove_prefix(take);
    }
    return true;
}

/// Reads members of one object; the first error is kept and names the member.
class Members {
public:
    explicit Members(dom::element value) {
        if (value.get(object_) != simdjson::SUCCESS) error_ = "not an object";
    }

    std::optional<dom::element> find(const char* key) const {
        dom::element value;
        if (failed() || object_[key].get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
        return value;
    }
    u256 quantity(const char* key, unsigned bits = 256) {
        const auto value = find(key);
        if (!value) return missing(key), u256{0};
        return quantity_of(*value, key, bits);
    }
    std::uint64_t number(const char* key) { return static_cast<std::uint64_t>(quantity(key, 64)); }
    u256 quantity_or_zero(const char* key, unsigned bits = 256) {
        const auto value = find(key);
        return value ? quantity_of(*value, key, bits) : u256{0};
    }
    template <std::size_t N>
    std::array<std::uint8_t, N> fixed(const char* key) {
        const auto value = find(key);
        if (!value) return missing(key), std::array<std::uint8_t, N>{};
        return fixed_of<N>(*value, key);
    }
    template <std::size_t N>
    std::array<std::uint8_t, N> fixed_of(dom::element value, const char* key) {
        std::array<std::uint8_t, N> out{};
        std::string_view text;
        if (value.get(text) != simdjson::SUCCESS || text.size() != 2 + 2 * N || !text.starts_with("0x") ||
            !from_hex_into(text, scratch_)) {
            wrong(key, (std::to_string(N) + " bytes of hex").c_str());
            return out;
        }
        std::ranges::copy(scratch_, out.begin());
        return out;
    }
    Bytes bytes(const char* key) {
        Bytes out;
        std::string_view text;
        const auto value = find(key);
        if (!value) return missing(key), out;
        if (value->get(text) != simdjson::SUCCESS || !text.starts_with("0x") || !from_hex_into(text, out)) wrong(key, "hex bytes");
        return out;
    }
    bool boolean_or_false(const char* key) {
        bool out = false;
        const auto value = find(key);
        if (value && value->get(out) != simdjson::SUCCESS) wrong(key, "true or false");
        return out;
    }
    /// Calls `each` for every element of an array member; a missing member is an empty array unless `required`.
    void array(const char* key, bool required, auto each) {
        const auto value = find(key);
        dom::array items;
        if (!value) return required ? missing(key) : void();
        if (value->get(items) != simdjson::SUCCESS) return wrong(key, "an array");
        for (const dom::element item : items)
            if (!failed()) each(item);
    }
    void nested(const char* key, const Members& inner) {
        if (error_.empty() && inner.failed()) error_ = std::string(key) + "." + inner.error_;
    }
    void wrong(const char* key, const char* expected) {
        if (error_.empty()) error_ = std::string(key) + " is not " + expected;
    }
    [[nodiscard]] bool failed() const { return !error_.empty(); }
    [[nodiscard]] std::unexpected<Error> error(const char* what) const { return fail(std::string(what) + ": " + error_); }

private:
    void missing(const char* key) {
        if (error_.empty()) error_ = std::string(key) + " is missing";
    }
    u256 quantity_of(dom::element value, const char* key, unsigned bits) {
        std::string_view text;
        u256 out = 0;
        if (value.get(text) == simdjson::SUCCESS && read_quantity(text, out) && (bits == 256 || (out >> bits) == 0)) return out;
        wrong(key, ("a hex quantity of at most " + std::to_string(bits) + " bits").c_str());
        return 0;
    }

    dom::object object_;
    Bytes scratch_;
    std::string error_;
};

void read_access_list(Members& members, Transaction& out) {
    members.array("accessList", false, [&](dom::element item) {
        Members entry(item);
        chain::AccessListEntry read;
        read.address = entry.fixed<20>("address");
        entry.array("storageKeys", true,
                    [&](dom::element key) { read.storage_keys.push_back(entry.fixed_of<32>(key, "storageKeys")); });
        members.nested("accessList", entry);
        out.access_list.push_back(std::move(read));
    });
}

void read_authorizations(Members& members, Transaction& out) {
    members.array("authorizationList", true, [&](dom::element item) {
        Members entry(item);
        out.authorizations.push_back(
            {.chain_id = entry.quantity("chainId"),
             .address = entry.fixed<20>("address"),
             .nonce = entry.number("nonce"),
             .y_parity = static_cast<std::uint8_t>(entry.quantity(entry.find("yParity") ? "yParity" : "v", 8)),
             .r = entry.quantity("r"),
             .s = entry.quantity("s")});
        members.nested("authorizationList", entry);
    });
}

void read_fees(Members& members, Transaction& out) {
    if (out.type == TransactionType::legacy || out.type == TransactionType::access_list) {
        out.max_fee_per_gas = out.max_priority_fee_per_gas = members.quantity("gasPrice");
        return;
    }
    out.max_fee_per_gas = members.quantity("maxFeePerGas");
    out.max_priority_fee_per_gas = members.quantity("maxPriorityFeePerGas");
}

void read_signature(Members& members, Transaction& out) {
    out.signature.r = members.quantity("r");
    out.signature.s = members.quantity("s");
    if (out.type == TransactionType::legacy) {
        if (const u256 v = members.quantity("v"); !members.failed() && !chain::set_legacy_v(out, v))
            members.wrong("v", "a legacy v");
        return;
    }
    const u256 parity = members.quantity(members.find("yParity") ? "yParity" : "v", 8);
    if (parity > 1) members.wrong("yParity", "0 or 1");
    out.signature.y_parity = static_cast<std::uint8_t>(parity & 1);
}

} // namespace

Result<AnnouncedTransaction> transaction_from_json(dom::element value) {
    Members members(value);
    AnnouncedTransaction out;
    Transaction& transaction = out.transaction;
    const u256 type = members.quantity_or_zero("type", 8); // absent: legacy, as old nodes have it
    if (type > 4) members.wrong("type", "a known transaction type (0..4)");
    if (members.failed()) return members.error("transaction");
    transaction.type = static_cast<TransactionType>(type);
    out.hash = members.fixed<32>("hash");
    transaction.nonce = members.number("nonce");
    transaction.gas_limit = members.number("gas");
    if (members.find("from")) out.sender = members.fixed<20>("from");
    if (members.find("to")) transaction.to = members.fixed<20>("to");
    transaction.value = members.quantity("value");
    transaction.data = members.bytes(members.find("input") ? "input" : "data");
    read_fees(members, transaction);
    if (transaction.type != TransactionType::legacy) {
        transaction.chain_id = members.number("chainId");
        read_access_list(members, transaction);
    }
    if (transaction.type == TransactionType::blob) {
        transaction.max_fee_per_blob_gas = members.quantity("maxFeePerBlobGas");
        members.array("blobVersionedHashes", true, [&](dom::element hash) {
            transaction.blob_hashes.push_back(members.fixed_of<32>(hash, "blobVersionedHashes"));
        });
    }
    if (transaction.type == TransactionType::set_code) read_authorizations(members, transaction);
    read_signature(members, transaction);
    if (members.failed()) return members.error("transaction");
    return out;
}

Result<chain::Head> head_from_json(dom::element value) {
    Members members(value);
    chain::Head out{.number = members.number("number"),
                    .timestamp = members.number("timestamp"),
                    .gas_limit = members.number("gasLimit"),
                    .gas_used = members.number("gasUsed"),
                    .hash = members.fixed<32>("hash"),
                    .parent_hash = members.fixed<32>("parentHash"),
                    .base_fee_wei = static_cast<u128>(members.quantity_or_zero("baseFeePerGas", 127)),
                    .next_base_fee_wei = 0};
    if (members.failed()) return members.error("head");
    out.next_base_fee_wei = chain::next_base_fee_wei(out.base_fee_wei, out.gas_used, out.gas_limit);
    return out;
}

Result<chain::Log> log_from_json(dom::element value) {
    Members members(value);
    chain::Log out{.address = members.fixed<20>("address"),
                   .data = members.bytes("data"),
                   .block_number = members.number("blockNumber"),
                   .block_hash = members.fixed<32>("blockHash"),
                   .transaction_hash = members.fixed<32>("transactionHash"),
                   .log_index = members.number("logIndex"),
                   .removed = members.boolean_or_false("removed")};
    members.array("topics", true, [&](dom::element topic) { out.topics.push_back(members.fixed_of<32>(topic, "topics")); });
    if (members.failed()) return members.error("log");
    return out;
}

Result<std::vector<chain::Log>> logs_from_json(dom::element value) {
    dom::array items;
    if (value.get(items) != simdjson::SUCCESS) return fail("logs: not an array");
    std::vector<chain::Log> out;
    for (const dom::element item : items) {
        auto log = log_from_json(item);
        if (!log) return std::unexpected(log.error());
        out.push_back(std::move(*log));
    }
    return out;
}

Result<Receipt> receipt_from_json(dom::element value) {
    Members members(value);
    Receipt out{.transaction_hash = members.fixed<32>("transactionHash"),
                .block_hash = members.fixed<32>("blockHash"),
                .block_number = members.number("blockNumber"),
                .transaction_index = members.number("transactionIndex"),
                .success = members.quantity("status", 8) == 1,
                .gas_used = members.number("gasUsed"),
                .effective_gas_price = members.quantity_or_zero("effectiveGasPrice"),
                .logs = {}};
    if (members.failed()) return members.error("receipt");
    const auto logs = members.find("logs");
    if (!logs) return fail("receipt: logs is missing");
    auto read = logs_from_json(*logs);
    if (!read) return std::unexpected(read.error());
    out.logs = std::move(*read);
    return out;
}

Result<Block> block_from_json(dom::element value) {
    auto head = head_from_json(value);
    if (!head) return std::unexpected(head.error());
    Block out{.head = *head, .fee_recipient = {}, .transaction_hashes = {}};
    Members members(value);
    if (members.find("miner")) out.fee_recipient = members.fixed<20>("miner");
    members.array("transactions", true,
                  [&](dom::element hash) { out.transaction_hashes.push_back(members.fixed_of<32>(hash, "transactions")); });
    if (members.failed()) return members.error("block");
    return out;
}

Result<u256> quantity_from_json(dom::element value, unsigned bits) {
    std::string_view text;
    u256 out = 0;
    if (value.get(text) != simdjson::SUCCESS || !read_quantity(text, out) || (bits < 256 && (out >> bits) != 0))
        return fail("not a hex quantity of at most " + std::to_string(bits) + " bits");
    return out;
}

Result<Bytes> bytes_from_json(dom::element value) {
    std::string_view text;
    if (value.get(text) != simdjson::SUCCESS || !text.starts_with("0x")) return fail("not hex bytes");
    return from_hex(text);
}

} // namespace jitbox::feed
