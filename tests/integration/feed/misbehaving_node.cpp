// A node that speaks the whole protocol and misbehaves on demand.
// SPDX-License-Identifier: Apache-2.0
#include "integration/feed/misbehaving_node.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "support/transaction_json.hpp"

#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

namespace jitbox::test {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace json = boost::json;
using asio::ip::tcp;
using boost::system::error_code;

struct MisbehavingNode::Connection : std::enable_shared_from_this<Connection> {
    explicit Connection(tcp::socket accepted) : socket(std::move(accepted)) {}

    void send(std::string text) {
        outgoing.push_back(std::move(text));
        if (outgoing.size() == 1) write_next();
    }

    void write_next() {
        socket.async_write(asio::buffer(outgoing.front()), [self = shared_from_this()](error_code error, std::size_t) {
            if (error) return;
            self->outgoing.pop_front();
            if (!self->outgoing.empty()) self->write_next();
        });
    }

    void close() {
        error_code ignored; // it is gone already, or it is gone now
        beast::get_lowest_layer(socket).socket().close(ignored);
    }

    beast::websocket::stream<beast::tcp_stream> socket;
    beast::flat_buffer buffer;
    std::deque<std::string> outgoing;
    std::map<std::string, std::string> subscriptions; ///< kind -> id
};

MisbehavingNode::MisbehavingNode(asio::io_context& io, std::uint16_t port)
    : io_(io), acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), port)) {
    const NodeBlock genesis{.number = 100, .hash = chain::keccak256("misbehaving genesis")};
    canonical_[genesis.number] = by_hash_[genesis.hash] = genesis;
    accept_next();
}

MisbehavingNode::~MisbehavingNode() {
    acceptor_.close();
    drop_everyone();
    io_.restart();
    io_.poll(); // lets the handlers of this node, which hold a pointer to it, end
}

std::uint16_t MisbehavingNode::port() const {
    return acceptor_.local_endpoint().port();
}

std::size_t MisbehavingNode::asked(const std::string& method) const {
    const auto found = asked_.find(method);
    return found == asked_.end() ? 0 : found->second;
}

void MisbehavingNode::accept_next() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
        if (error) return;
        ++accepted_;
        auto connection = std::make_shared<Connection>(std::move(socket));
        connections_.push_back(connection);
        connection->socket.read_message_max(16UL * 1024 * 1024);
        connection->socket.async_accept([this, connection](error_code failed) {
            const auto read = [this, connection](auto&& again) -> void {
                connection->socket.async_read(connection->buffer, [this, connection, again](error_code ended, std::size_t) {
                    if (ended) return;
                    const std::string text = beast::buffers_to_string(connection->buffer.data());
                    connection->buffer.consume(connection->buffer.size());
                    on_message(connection, text);
                    again(again);
                });
            };
            if (!failed) read(read);
        });
        accept_next();
    });
}

void MisbehavingNode::on_message(const std::shared_ptr<Connection>& connection, const std::string& text) {
    const json::value message = json::parse(text);
    if (!message.is_array()) {
        const json::value reply = answer(connection, message.as_object());
        if (reply.is_null()) return;
        connection->send(json::serialize(reply));
        if (answered_twice.contains(std::string(message.at("method").as_string()))) connection->send(json::serialize(reply));
        return;
    }
    json::array replies;
    for (const json::value& request : message.as_array())
        if (json::value reply = answer(connection, request.as_object()); !reply.is_null()) replies.push_back(std::move(reply));
    if (!replies.empty()) connection->send(json::serialize(replies));
}

json::value MisbehavingNode::answer(const std::shared_ptr<Connection>& connection, const json::object& request) {
    const std::string method(request.at("method").as_string());
    ++asked_[method];
    if (unanswered.contains(method)) return nullptr;
    json::object reply{{"jsonrpc", "2.0"}, {"id", request.at("id")}};
    if (method == "eth_subscribe" && refuse_subscriptions)
        reply["error"] = {{"code", -32601}, {"message", "notifications not supported"}};
    else if (method == "fail")
        reply["error"] = {{"code", -32000}, {"message", "asked to fail"}};
    else
        reply["result"] = result_of(connection, method, request.at("params").as_array());
    return reply;
}

json::value MisbehavingNode::result_of(const std::shared_ptr<Connection>& connection, const std::string& method,
                                       const json::array& params) {
    if (method == "eth_subscribe") {
        const std::string id = "0x" + std::to_string(++serial_);
        connection->subscriptions[std::string(params.at(0).as_string())] = id;
        return json::value(id);
    }
    if (method == "txpool_content") return json::object{{"pending", pool_}, {"queued", json::object{}}};
    if (method == "eth_getBlockByHash") {
        const auto found = by_hash_.find(fixed_from_hex<32>(std::string_view(params.at(0).as_string())).value());
        return found == by_hash_.end() ? json::value(nullptr) : header(found->second);
    }
    if (method == "eth_getBlockByNumber") {
        if (params.at(0).as_string() == "latest") return header(tip());
        const auto found = canonical_.find(std::stoull(std::string(params.at(0).as_string()), nullptr, 16));
        return forgetful || found == canonical_.end() ? json::value(nullptr) : header(found->second);
    }
    return params.empty() ? json::value(nullptr) : params.at(0); // an echo, for tests of the client itself
}

json::value MisbehavingNode::header(const NodeBlock& block) const {
    return json::parse(head_json(block.number, block.hash, block.parent));
}

NodeBlock MisbehavingNode::mine(const NodeBlock& parent) {
    const NodeBlock block{
        .number = parent.number + 1, .hash = chain::keccak256("block " + std::to_string(++serial_)), .parent = parent.hash};
    canonical_.erase(canonical_.lower_bound(block.number), canonical_.end());
    for (NodeBlock below = parent; canonical_.at(below.number).hash != below.hash; below = by_hash_.at(below.parent))
        canonical_[below.number] = below;
    canonical_[block.number] = by_hash_[block.hash] = block;
    return block;
}

void MisbehavingNode::announce(const NodeBlock& block) {
    for (const auto& connection : connections_)
        if (const auto id = connection->subscriptions.find("newHeads"); id != connection->subscriptions.end() && !silent)
            connection->send(notification(id->second, head_json(block.number, block.hash, block.parent)));
}

void MisbehavingNode::announce(const chain::Transaction& transaction) {
    announce_as(transaction, transaction_hash(transaction));
}

void MisbehavingNode::announce_as(const chain::Transaction& transaction, const Bytes32& hash) {
    for (const auto& connection : connections_)
        if (const auto id = connection->subscriptions.find("newPendingTransactions");
            id != connection->subscriptions.end() && !silent)
            connection->send(notification(id->second, transaction_json(transaction, hash)));
}

void MisbehavingNode::send_frame(const std::string& text) {
    for (const auto& connection : connections_)
        if (!connection->subscriptions.empty()) connection->send(text);
}

void MisbehavingNode::put_in_pool(const chain::Transaction& transaction) {
    json::object& of_sender = pool_["0x0000000000000000000000000000000000000001"].is_object()
                                  ? pool_["0x0000000000000000000000000000000000000001"].as_object()
                                  : pool_["0x0000000000000000000000000000000000000001"].emplace_object();
    of_sender[std::to_string(of_sender.size())] = json::parse(transaction_json(transaction));
}

void MisbehavingNode::disappear_mid_frame() {
    for (const auto& connection : connections_) {
        if (connection->subscriptions.empty()) continue;
        std::string half = {'\x81', '\x7e', '\x10', '\x00'}; // a text frame of 4,096 bytes is announced
        half += R"({"jsonrpc":"2.0","method":"eth_subscription")";
        error_code ignored; // the other side may be gone
        asio::write(beast::get_lowest_layer(connection->socket).socket(), asio::buffer(half), ignored);
    }
    drop_everyone();
}

void MisbehavingNode::drop_everyone() {
    for (const auto& connection : connections_) connection->close();
    connections_.clear();
}

} // namespace jitbox::test
