// Typed calls to an Ethereum node on top of the JSON-RPC client.
// SPDX-License-Identifier: Apache-2.0
#include "feed/node_client.hpp"

#include "base/hex.hpp"
#include "chain/uniswap_abi.hpp"
#include "feed/node_json.hpp"

namespace jitbox::feed {
namespace {

namespace dom = simdjson::dom;
using namespace std::chrono_literals;

constexpr auto batch_deadline = 30'000ms; ///< a first read of a pool with spacing 1 is some thousand calls

std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

std::string quantity(std::uint64_t value) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    do {
        out.insert(out.begin(), digits[value & 15]);
        value >>= 4;
    } while (value != 0);
    return quoted("0x" + out);
}

std::string call_params(const pools::ContractCall& call, const std::string& block) {
    return R"([{"to":)" + quoted(to_hex(call.to)) + R"(,"data":)" + quoted(to_hex(call.data)) + "}," + block + "]";
}

/// Parses the result text and hands the element to `convert`; errors are given the method's name.
template <typename T, typename Convert>
Result<T> converted(const char* method, const Result<std::string>& result, Convert&& convert) {
    if (!result) return std::unexpected(result.error());
    dom::parser parser;
    dom::element value;
    if (const auto error = parser.parse(*result).get(value))
        return fail(std::string("rpc: ") + method + ": " + simdjson::error_message(error));
    Result<T> out = convert(value);
    if (!out) return fail(std::string("rpc: ") + method + ": " + out.error().what);
    return out;
}

template <typename T, typename Convert>
void ask(RpcClient& rpc, const char* method, const std::string& params, Done<T> done, Convert convert) {
    rpc.call({.method = method, .params_json = params},
             [method, done = std::move(done), convert = std::move(convert)](const Result<std::string>& result) {
                 done(converted<T>(method, result, convert));
             });
}

Result<chain::Head> existing_head(dom::element value) {
    if (value.is_null()) return fail("the node does not know this block");
    return head_from_json(value);
}

Result<Block> existing_block(dom::element value) {
    if (value.is_null()) return fail("the node does not know this block");
    return block_from_json(value);
}

// What was asked for, and nothing else: a balancer may ask a node that is elsewhere, and a node may lie.

struct HasHash {
    Bytes32 hash;
    bool operator()(const chain::Head& head) const { return head.hash == hash; }
    bool operator()(const Block& block) const { return block.head.hash == hash; }
};

struct HasNumber {
    std::uint64_t number;
    bool operator()(const chain::Head& head) const { return head.number == number; }
    bool operator()(const Block& block) const { return block.head.number == number; }
};

auto only(auto is_it, const std::string& name, auto read) {
    return [is_it, name, read](dom::element value) {
        auto out = read(value);
        if (out && !is_it(*out)) out = fail("the node answered with another block than " + name);
        return out;
    };
}

Result<std::uint64_t> number_from_json(dom::element value) {
    auto number = quantity_from_json(value, 64);
    if (!number) return std::unexpected(number.error());
    return static_cast<std::uint64_t>(*number);
}

Result<chain::u256> word_from_json(dom::element value) {
    return quantity_from_json(value);
}

std::string topics_of_pool_events() {
    std::string out = "[";
    for (const auto& event : chain::uniswap::pool_state_events) out += (out.size() > 1 ? "," : "") + quoted(to_hex(event.topic));
    return out + "]";
}

} // namespace

std::string pool_log_filter(const std::vector<chain::Address>& addresses, const std::string& block) {
    std::string list;
    for (const chain::Address& address : addresses) list += (list.empty() ? "" : ",") + quoted(to_hex(address));
    return "{" + block + R"("address":[)" + list + R"(],"topics":[)" + topics_of_pool_events() + "]}";
}

void NodeClient::call_many(std::vector<pools::ContractCall> calls, const Bytes32& block_hash, Done<std::vector<Bytes>> done) {
    const std::string block = R"({"blockHash":)" + quoted(to_hex(block_hash)) + "}"; // EIP-1898
    std::vector<RpcRequest> requests;
    requests.reserve(calls.size());
    for (const auto& call : calls) requests.push_back({.method = "eth_call", .params_json = call_params(call, block)});
    rpc_.batch(
        std::move(requests),
        [done = std::move(done)](const std::vector<Result<std::string>>& answers) {
            std::vector<Bytes> out;
            out.reserve(answers.size());
            for (const auto& answer : answers) {
                auto bytes = converted<Bytes>("eth_call", answer, bytes_from_json);
                if (!bytes) return done(std::unexpected(bytes.error()));
                out.push_back(std::move(*bytes));
            }
            done(std::move(out));
        },
        batch_deadline);
}

void NodeClient::logs_of_block(const Bytes32& block_hash, const std::vector<chain::Address>& addresses,
                               Done<std::vector<chain::Log>> done) {
    const std::string filter = pool_log_filter(addresses, R"("blockHash":)" + quoted(to_hex(block_hash)) + ",");
    ask<std::vector<chain::Log>>(rpc_, "eth_getLogs", "[" + filter + "]", std::move(done), logs_from_json);
}

void NodeClient::head_by_hash(const Bytes32& block_hash, Done<chain::Head> done) {
    ask<chain::Head>(rpc_, "eth_getBlockByHash", "[" + quoted(to_hex(block_hash)) + ",false]", std::move(done),
                     only(HasHash{block_hash}, to_hex(block_hash), existing_head));
}

void NodeClient::latest_head(Done<chain::Head> done) {
    ask<chain::Head>(rpc_, "eth_getBlockByNumber", R"(["latest",false])", std::move(done), existing_head);
}

void NodeClient::head_by_number(std::uint64_t number, Done<chain::Head> done) {
    ask<chain::Head>(rpc_, "eth_getBlockByNumber", "[" + quantity(number) + ",false]", std::move(done),
                     only(HasNumber{number}, std::to_string(number), existing_head));
}

void NodeClient::block_by_hash(const Bytes32& block_hash, Done<Block> done) {
    ask<Block>(rpc_, "eth_getBlockByHash", "[" + quoted(to_hex(block_hash)) + ",false]", std::move(done),
               only(HasHash{block_hash}, to_hex(block_hash), existing_block));
}

void NodeClient::block_by_number(std::uint64_t number, Done<Block> done) {
    ask<Block>(rpc_, "eth_getBlockByNumber", "[" + quantity(number) + ",false]", std::move(done),
               only(HasNumber{number}, std::to_string(number), existing_block));
}

void NodeClient::chain_id(Done<std::uint64_t> done) {
    ask<std::uint64_t>(rpc_, "eth_chainId", "[]", std::move(done), number_from_json);
}

void NodeClient::call(const pools::ContractCall& call, Done<Bytes> done) {
    ask<Bytes>(rpc_, "eth_call", call_params(call, quoted("latest")), std::move(done), bytes_from_json);
}

void NodeClient::transaction_count(const chain::Address& account, bool pending, Done<std::uint64_t> done) {
    ask<std::uint64_t>(rpc_, "eth_getTransactionCount",
                       "[" + quoted(to_hex(account)) + "," + quoted(pending ? "pending" : "latest") + "]", std::move(done),
                       number_from_json);
}

void NodeClient::transaction_count_at(const chain::Address& account, std::uint64_t block_number, Done<std::uint64_t> done) {
    ask<std::uint64_t>(rpc_, "eth_getTransactionCount", "[" + quoted(to_hex(account)) + "," + quantity(block_number) + "]",
                       std::move(done), number_from_json);
}

void NodeClient::balance(const chain::Address& account, Done<chain::u256> done) {
    ask<chain::u256>(rpc_, "eth_getBalance", "[" + quoted(to_hex(account)) + R"(,"latest"])", std::move(done), word_from_json);
}

void NodeClient::code(const chain::Address& account, Done<Bytes> done) {
    ask<Bytes>(rpc_, "eth_getCode", "[" + quoted(to_hex(account)) + R"(,"latest"])", std::move(done), bytes_from_json);
}

void NodeClient::send_raw_transaction(BytesView raw, Done<Bytes32> done) {
    ask<Bytes32>(rpc_, "eth_sendRawTransaction", "[" + quoted(to_hex(raw)) + "]", std::move(done),
                 [](dom::element value) -> Result<Bytes32> {
                     std::string_view text;
                     if (value.get(text) != simdjson::SUCCESS) return fail("the answer is not a hash");
                     return fixed_from_hex<32>(text);
                 });
}

void NodeClient::receipt(const Bytes32& transaction_hash, Done<std::optional<Receipt>> done) {
    ask<std::optional<Receipt>>(rpc_, "eth_getTransactionReceipt", "[" + quoted(to_hex(transaction_hash)) + "]", std::move(done),
                                [transaction_hash](dom::element value) -> Result<std::optional<Receipt>> {
                                    if (value.is_null()) return std::nullopt;
                                    auto receipt = receipt_from_json(value);
                                    if (!receipt) return std::unexpected(receipt.error());
                                    if (receipt->transaction_hash != transaction_hash)
                                        return fail("the node answered with the receipt of another transaction");
                                    return std::move(*receipt);
                                });
}

} // namespace jitbox::feed
