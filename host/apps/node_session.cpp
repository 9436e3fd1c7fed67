// A blocking node client.
// SPDX-License-Identifier: Apache-2.0
#include "apps/node_session.hpp"

#include "base/hex.hpp"
#include "chain/transaction.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

namespace jitbox::apps {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds call_deadline{10'000};
constexpr std::chrono::seconds receipt_deadline{120}; // ten slots of twelve seconds
constexpr std::chrono::milliseconds receipt_pause{100};

Result<json::value> parse_answer(const std::string& method, const Result<std::string>& text) {
    if (!text) return std::unexpected(text.error());
    boost::system::error_code error;
    json::value value = json::parse(*text, error);
    if (error) return fail("node: " + method + ": the answer is no JSON");
    return value;
}

Result<chain::u256> quantity(const std::string& method, const Result<json::value>& answer) {
    if (!answer) return std::unexpected(answer.error());
    if (!answer->is_string()) return fail("node: " + method + ": the answer is no quantity");
    return chain::parse_u256(std::string_view(answer->get_string()));
}

} // namespace

struct NodeSession::Impl {
    boost::asio::io_context io;
    std::unique_ptr<feed::RpcClient> rpc;
    std::optional<feed::NodeClient> node;

    void run_until(const std::function<bool()>& done) {
        io.restart();
        while (!done() && io.run_one() > 0) {
        }
    }

    /// `ask` gets a callback and must see to it that it is called.
    template <typename T>
    Result<T> wait(const std::function<void(feed::Done<T>)>& ask) {
        // Shared: an answer after the loop has ended must find a place to go.
        const auto answer = std::make_shared<std::optional<Result<T>>>();
        ask([answer](Result<T> result) { *answer = std::move(result); });
        run_until([&] { return answer->has_value(); });
        if (!*answer) return fail("node: no answer");
        return std::move(**answer);
    }

    Result<json::value> raw(const std::string& method, const json::array& params) {
        const auto text = wait<std::string>(
            [&](feed::Done<std::string> done) { rpc->call({method, json::serialize(params)}, std::move(done), call_deadline); });
        return parse_answer(method, text);
    }

    Result<Bytes> prepare(OwnerKey& key, const Send& what) {
        const json::object call{{"from", to_hex(key.address())}, {"to", to_hex(what.to)}, {"data", to_hex(what.calldata)}};
        const auto gas = quantity("eth_estimateGas", raw("eth_estimateGas", {call}));
        if (!gas) return fail("node: the transaction would revert, nothing was sent: " + gas.error().what, gas.error().hint);
        const auto price = quantity("eth_gasPrice", raw("eth_gasPrice", {}));
        if (!price) return std::unexpected(price.error());
        const auto nonce = wait<std::uint64_t>([&](auto done) { node->transaction_count(key.address(), true, std::move(done)); });
        if (!nonce) return std::unexpected(nonce.error());
        constexpr chain::u256 one_gwei = 1'000'000'000;
        const chain::Eip1559Transaction transaction{.chain_id = what.chain_id,
                                                    .nonce = *nonce,
                                                    .max_priority_fee_per_gas = std::min<chain::u256>(*price, one_gwei),
                                                    .max_fee_per_gas = *price * 2,
                                                    .gas_limit = static_cast<std::uint64_t>(*gas + *gas / 5),
                                                    .to = what.to,
                                                    .value = 0,
                                                    .data = what.calldata};
        const auto signature = key.sign(chain::signing_hash(transaction));
        if (!signature) return std::unexpected(signature.error());
        return chain::encode_signed(transaction, *signature);
    }

    Result<feed::Receipt> wait_for_receipt(const Bytes32& hash) {
        for (const auto end = Clock::now() + receipt_deadline; Clock::now() < end; std::this_thread::sleep_for(receipt_pause)) {
            auto receipt = wait<std::optional<feed::Receipt>>([&](auto done) { node->receipt(hash, std::move(done)); });
            if (!receipt) return std::unexpected(receipt.error());
            if (!*receipt) continue;
            if (!(*receipt)->success) return fail("node: " + to_hex(hash) + " was mined and reverted");
            return std::move(**receipt);
        }
        return fail("node: " + to_hex(hash) + " was sent and not mined in two minutes",
                    "look for its receipt before sending again");
    }
};

NodeSession::NodeSession(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NodeSession::~NodeSession() = default;

Result<std::unique_ptr<NodeSession>> NodeSession::open(const std::string& url) {
    auto impl = std::make_unique<Impl>();
    feed::RpcOptions options;
    options.url = url;
    auto rpc = feed::make_rpc_client(impl->io, options);
    if (!rpc) return std::unexpected(rpc.error());
    impl->rpc = std::move(*rpc);
    impl->node.emplace(*impl->rpc);
    return std::unique_ptr<NodeSession>(new NodeSession(std::move(impl)));
}

feed::NodeClient& NodeSession::node() {
    return *impl_->node;
}

void NodeSession::run_until(const std::function<bool()>& done) {
    impl_->run_until(done);
}

Result<std::uint64_t> NodeSession::chain_id() {
    return impl_->wait<std::uint64_t>([&](auto done) { impl_->node->chain_id(std::move(done)); });
}

Result<Bytes> NodeSession::code(const chain::Address& address) {
    return impl_->wait<Bytes>([&](auto done) { impl_->node->code(address, std::move(done)); });
}

Result<Bytes> NodeSession::call(const chain::Address& to, const Bytes& calldata) {
    return impl_->wait<Bytes>([&](auto done) { impl_->node->call({to, calldata}, std::move(done)); });
}

Result<Bytes32> NodeSession::storage(const chain::Address& address, const Bytes32& slot) {
    const auto word = impl_->raw("eth_getStorageAt", {to_hex(address), to_hex(slot), "latest"});
    if (!word) return std::unexpected(word.error());
    if (!word->is_string()) return fail("node: eth_getStorageAt: the answer is no word");
    return fixed_from_hex<32>(std::string_view(word->get_string()));
}

Result<feed::Receipt> NodeSession::send(OwnerKey& key, const Send& what) {
    const auto raw = impl_->prepare(key, what);
    if (!raw) return std::unexpected(raw.error());
    const auto hash = impl_->wait<Bytes32>([&](auto done) { impl_->node->send_raw_transaction(*raw, std::move(done)); });
    if (!hash) return std::unexpected(hash.error());
    return impl_->wait_for_receipt(*hash);
}

} // namespace jitbox::apps
