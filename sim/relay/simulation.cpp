// What a list of transactions would do in the next block, asked of the node without mining.
// SPDX-License-Identifier: Apache-2.0
#include "simulation.hpp"

#include "base/hex.hpp"
#include "chain/u256.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <map>
#include <set>

namespace jitbox::relay_sim {
namespace {

namespace json = boost::json;
using chain::u256;

/// eth_simulateV1 with traceTransfers reports ether transfers as Transfer events of this pseudo-token.
constexpr std::string_view ether_token = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";

std::string hex_number(u256 value) {
    std::string digits = to_hex_plain(chain::to_big_endian(value));
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
    return "0x" + digits;
}

json::array hashes_json(const std::vector<Bytes32>& hashes) {
    json::array out;
    for (const Bytes32& hash : hashes) out.push_back(json::value(to_hex(hash)));
    return out;
}

json::array access_list_json(const std::vector<chain::AccessListEntry>& entries) {
    json::array out;
    for (const chain::AccessListEntry& entry : entries)
        out.push_back(json::object{{"address", to_hex(entry.address)}, {"storageKeys", hashes_json(entry.storage_keys)}});
    return out;
}

json::array authorizations_json(const std::vector<chain::Authorization>& authorizations) {
    json::array out;
    for (const chain::Authorization& authorization : authorizations)
        out.push_back(json::object{{"chainId", hex_number(authorization.chain_id)},
                                   {"address", to_hex(authorization.address)},
                                   {"nonce", quantity(authorization.nonce)},
                                   {"yParity", quantity(authorization.y_parity)},
                                   {"r", hex_number(authorization.r)},
                                   {"s", hex_number(authorization.s)}});
    return out;
}

json::object call_object(const BundleTransaction& transaction) {
    const chain::Transaction& fields = transaction.fields;
    json::object call{{"from", to_hex(transaction.sender)},
                      {"nonce", quantity(fields.nonce)},
                      {"gas", quantity(fields.gas_limit)},
                      {"value", hex_number(fields.value)},
                      {"input", to_hex(fields.data)}};
    if (fields.to) call["to"] = to_hex(*fields.to);
    if (fields.type == chain::TransactionType::legacy || fields.type == chain::TransactionType::access_list) {
        call["gasPrice"] = hex_number(fields.max_fee_per_gas);
    } else {
        call["maxFeePerGas"] = hex_number(fields.max_fee_per_gas);
        call["maxPriorityFeePerGas"] = hex_number(fields.max_priority_fee_per_gas);
    }
    if (!fields.access_list.empty()) call["accessList"] = access_list_json(fields.access_list);
    if (fields.type == chain::TransactionType::blob) {
        call["maxFeePerBlobGas"] = hex_number(fields.max_fee_per_blob_gas);
        call["blobVersionedHashes"] = hashes_json(fields.blob_hashes);
    }
    if (fields.type == chain::TransactionType::set_code) call["authorizationList"] = authorizations_json(fields.authorizations);
    return call;
}

/// The accounts' nonces while a list runs, from the latest block's on.
class Nonces {
public:
    explicit Nonces(Node& node) : node_(node) {}

    /// Where the account stands; the reference may be moved on.
    Result<std::uint64_t*> of(const chain::Address& account) {
        const auto [entry, is_new] = nonces_.try_emplace(account, 0);
        if (is_new) {
            auto count = node_.call("eth_getTransactionCount", {to_hex(account), "latest"});
            if (!count) return std::unexpected(count.error());
            const auto nonce = quantity_of(json::object{{"nonce", *count}}, "nonce");
            if (!nonce) return std::unexpected(nonce.error());
            entry->second = *nonce;
        }
        return &entry->second;
    }

    /// An authorization that holds moves its authority's nonce on (EIP-7702); another is passed over.
    Result<void> authorize(const chain::Transaction& transaction) {
        for (const chain::Authorization& authorization : transaction.authorizations) {
            const auto authority = chain::recover_authority(authorization);
            if (!authority || (authorization.chain_id != 0 && authorization.chain_id != transaction.chain_id.value_or(0))) continue;
            const auto nonce = of(*authority);
            if (!nonce) return std::unexpected(nonce.error());
            if (**nonce != authorization.nonce) continue;
            ++**nonce;
            authorized_.insert(*authority);
        }
        return {};
    }

    /// Whether an authorization of the list has moved the account on.
    bool authorized(const chain::Address& account) const { return authorized_.contains(account); }

private:
    Node& node_;
    std::map<chain::Address, std::uint64_t> nonces_;
    std::set<chain::Address> authorized_;
};

/// Sets `out.error` to the first reason why the list cannot even start: a nonce out of turn, a fee below the base fee.
Result<void> check_envelopes(Node& node, const NextBlock& block, std::span<const BundleTransaction> transactions,
                             SimulationResult& out) {
    Nonces nonces(node);
    for (const BundleTransaction& transaction : transactions) {
        const std::string name = to_hex(transaction.hash);
        const chain::Transaction& fields = transaction.fields;
        const auto nonce = nonces.of(transaction.sender);
        if (!nonce) return std::unexpected(nonce.error());
        if (fields.nonce != **nonce) {
            out.error = fmt::format("{}: nonce {} but the account is at {}", name, fields.nonce, **nonce);
            return {};
        }
        ++**nonce;
        if (nonces.authorized(transaction.sender))
            out.not_minable = name + ": the sandbox node does not mine a nonce that follows an authorization of the same block";
        if (auto ok = nonces.authorize(fields); !ok) return ok;
        if (fields.max_fee_per_gas < block.base_fee_wei) {
            out.error = fmt::format("{}: max fee {} is below the base fee {}", name, chain::to_decimal(fields.max_fee_per_gas),
                                    block.base_fee_wei);
            return {};
        }
    }
    return {};
}

u256 priority_fee(const BundleTransaction& transaction, const NextBlock& block) {
    return std::min<u256>(transaction.fields.max_priority_fee_per_gas, transaction.fields.max_fee_per_gas - block.base_fee_wei);
}

u256 ether_to(const chain::Address& coinbase, const json::value& call) {
    u256 sum = 0;
    const json::value* logs = call.get_object().if_contains("logs");
    if (logs == nullptr || !logs->is_array()) return 0;
    const std::string wanted = "0x000000000000000000000000" + to_hex_plain(coinbase);
    for (const json::value& log : logs->get_array()) {
        const json::object& fields = log.as_object();
        const json::array& topics = fields.at("topics").as_array();
        if (topics.size() != 3 || fields.at("address").as_string() != ether_token || topics[2].as_string() != wanted) continue;
        if (const auto amount = chain::parse_u256(std::string_view(fields.at("data").as_string()))) sum += *amount;
    }
    return sum;
}

TransactionResult result_of(const BundleTransaction& transaction, const NextBlock& block, const json::value& call) {
    TransactionResult out;
    out.hash = transaction.hash;
    out.from = transaction.sender;
    out.to = transaction.fields.to;
    out.priority_fee_wei = priority_fee(transaction, block);
    out.gas_used = quantity_of(call, "gasUsed").value_or(0);
    out.success = quantity_of(call, "status").value_or(0) == 1;
    out.sent_to_coinbase_wei = ether_to(block.coinbase, call);
    if (!out.success) {
        const json::value* error = call.get_object().if_contains("error");
        out.error = error != nullptr ? json::serialize(*error) : "execution reverted";
    }
    return out;
}

} // namespace

std::uint64_t SimulationResult::gas_used() const {
    std::uint64_t sum = 0;
    for (const TransactionResult& transaction : transactions) sum += transaction.gas_used;
    return sum;
}

u256 SimulationResult::coinbase_wei() const {
    u256 sum = 0;
    for (const TransactionResult& transaction : transactions)
        sum += transaction.priority_fee_wei * transaction.gas_used + transaction.sent_to_coinbase_wei;
    return sum;
}

Result<NextBlock> next_block(Node& node, std::uint64_t slot_seconds) {
    const auto latest = node.call("eth_getBlockByNumber", {"latest", false});
    if (!latest) return std::unexpected(latest.error());
    const auto pending = node.call("eth_getBlockByNumber", {"pending", false});
    if (!pending) return std::unexpected(pending.error());
    const auto number = quantity_of(*latest, "number");
    const auto timestamp = quantity_of(*latest, "timestamp");
    const auto base_fee = quantity_of(*pending, "baseFeePerGas");
    for (const auto* field : {&number, &timestamp, &base_fee})
        if (!*field) return std::unexpected(field->error());
    const auto coinbase = node.call("eth_coinbase");
    const auto address = coinbase && coinbase->is_string() ? chain::parse_address(std::string_view(coinbase->get_string()))
                                                           : Result<chain::Address>(fail("node: eth_coinbase gave no address"));
    if (!address) return std::unexpected(address.error());
    return NextBlock{*number + 1, *timestamp + slot_seconds, *base_fee, *address};
}

Result<SimulationResult> simulate(Node& node, const NextBlock& block, std::span<const BundleTransaction> transactions) {
    SimulationResult out;
    if (auto ok = check_envelopes(node, block, transactions, out); !ok) return std::unexpected(ok.error());
    if (!out.error.empty()) return out;

    json::array calls;
    for (const BundleTransaction& transaction : transactions) calls.push_back(call_object(transaction));
    const json::object overrides{{"number", quantity(block.number)},
                                 {"time", quantity(block.timestamp)},
                                 {"baseFeePerGas", quantity(block.base_fee_wei)},
                                 {"feeRecipient", to_hex(block.coinbase)}};
    const json::object payload{
        {"blockStateCalls", json::array{json::object{{"blockOverrides", overrides}, {"calls", std::move(calls)}}}},
        {"validation", true},
        {"traceTransfers", true}};
    const auto answer = node.call("eth_simulateV1", {payload, "latest"});
    if (!answer) { // the node refuses a list that cannot pay for itself as a whole
        out.error = answer.error().what;
        return out;
    }
    const json::array& results = answer->at(0).at("calls").as_array();
    if (results.size() != transactions.size()) return fail("node: eth_simulateV1 answered for another number of transactions");
    out.valid = true;
    for (std::size_t i = 0; i < transactions.size(); ++i) {
        out.transactions.push_back(result_of(transactions[i], block, results[i]));
        if (out.transactions.back().success || transactions[i].may_revert) continue;
        if (out.valid) out.error = to_hex(transactions[i].hash) + ": " + out.transactions.back().error;
        out.valid = false;
    }
    return out;
}

} // namespace jitbox::relay_sim
