// A blocking node client.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/node_session.hpp"

#include "base/hex.hpp"
#include "chain/transaction.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
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
    std::unique_ptr<feed::NodeClient> node;

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
        std::optional<Result<T>>& held = *answer;
        if (!held) return fail("node: no answer");
        return std::move(*held);
    }

    Result<json::value> raw(const std::string& method, const json::array& params) {
        const auto text = wait<std::string>(
            [&](feed::Done<std::string> done) { rpc->call({method, json::serialize(params)}, std::move(done), call_deadline); });
        return parse_answer(method, text);
    }

    Result<std::uint64_t> count(const chain::Address& account, bool pending) {
        return wait<std::uint64_t>([&](auto done) { node->transaction_count(account, pending, std::move(done)); });
    }

    /// Twice the going price, and at most a gwei of it as tip: for what is in no hurry.
    Result<Price> usual_price(const chain::Address& sender) {
        const auto going = quantity("eth_gasPrice", raw("eth_gasPrice", {}));
        if (!going) return std::unexpected(going.error());
        const auto nonce = count(sender, true);
        if (!nonce) return std::unexpected(nonce.error());
        constexpr chain::u256 one_gwei = 1'000'000'000;
        return Price{
            .nonce = *nonce, .max_fee_per_gas = *going * 2, .max_priority_fee_per_gas = std::min<chain::u256>(*going, one_gwei)};
    }

    Result<Bytes> prepare(OwnerKey& key, const Send& what, const Price& price) {
        const json::object call{{"from", to_hex(key.address())}, {"to", to_hex(what.to)}, {"data", to_hex(what.calldata)}};
        const auto gas = quantity("eth_estimateGas", raw("eth_estimateGas", {call}));
        if (!gas) return fail("node: the transaction would revert, nothing was sent: " + gas.error().what, gas.error().hint);
        const chain::Eip1559Transaction transaction{.chain_id = what.chain_id,
                                                    .nonce = price.nonce,
                                                    .max_priority_fee_per_gas = price.max_priority_fee_per_gas,
                                                    .max_fee_per_gas = price.max_fee_per_gas,
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
            std::optional<feed::Receipt>& mined = *receipt;
            if (!mined) continue;
            if (!mined->success) return fail("node: " + to_hex(hash) + " was mined and reverted");
            return std::move(*mined);
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
    impl->node = std::make_unique<feed::NodeClient>(*impl->rpc);
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

Result<chain::Head> NodeSession::latest_head() {
    return impl_->wait<chain::Head>([&](auto done) { impl_->node->latest_head(std::move(done)); });
}

Result<chain::Head> NodeSession::head(std::uint64_t number) {
    return impl_->wait<chain::Head>([&](auto done) { impl_->node->head_by_number(number, std::move(done)); });
}

Result<std::vector<chain::Log>> NodeSession::logs(const Bytes32& block_hash, const std::vector<chain::Address>& addresses) {
    return impl_->wait<std::vector<chain::Log>>(
        [&](auto done) { impl_->node->logs_of_block(block_hash, addresses, std::move(done)); });
}

Result<std::uint64_t> NodeSession::transaction_count(const chain::Address& account) {
    return impl_->count(account, false);
}

Result<std::uint64_t> NodeSession::free_nonce(const chain::Address& account) {
    return impl_->count(account, true);
}

Result<Bytes32> NodeSession::submit(OwnerKey& key, const Send& what, const Price& price) {
    const auto raw = impl_->prepare(key, what, price);
    if (!raw) return std::unexpected(raw.error());
    return impl_->wait<Bytes32>([&](auto done) { impl_->node->send_raw_transaction(*raw, std::move(done)); });
}

Result<feed::Receipt> NodeSession::send(OwnerKey& key, const Send& what) {
    const auto price = impl_->usual_price(key.address());
    if (!price) return std::unexpected(price.error());
    const auto hash = submit(key, what, *price);
    if (!hash) return std::unexpected(hash.error());
    return impl_->wait_for_receipt(*hash);
}

} // namespace jitbox::apps
