// A node that speaks the whole protocol and misbehaves on demand: disappears, lies, repeats, reorders, reorganises, falls silent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/transaction.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/json.hpp>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace jitbox::test {

struct NodeBlock {
    std::uint64_t number = 0;
    Bytes32 hash{};
    Bytes32 parent{};
};

class MisbehavingNode {
public:
    /// Listens on a free port, or on this one.
    explicit MisbehavingNode(boost::asio::io_context& io, std::uint16_t port = 0);
    ~MisbehavingNode();
    MisbehavingNode(const MisbehavingNode&) = delete;
    MisbehavingNode& operator=(const MisbehavingNode&) = delete;

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] std::string url() const { return "ws://127.0.0.1:" + std::to_string(port()); }

    // ---- its chain
    /// A block on top of another; it becomes canonical. Nothing is announced.
    NodeBlock mine(const NodeBlock& parent);
    [[nodiscard]] const NodeBlock& tip() const { return canonical_.rbegin()->second; }
    [[nodiscard]] const NodeBlock& block(std::uint64_t number) const { return canonical_.at(number); }

    // ---- what it says
    void announce(const NodeBlock& block);
    void announce(const chain::Transaction& transaction);
    void announce_as(const chain::Transaction& transaction, const Bytes32& hash);
    /// A frame with this text, to every connection that has subscribed.
    void send_frame(const std::string& text);
    /// What txpool_content gives.
    void put_in_pool(const chain::Transaction& transaction);

    // ---- how it misbehaves
    /// Half of a frame, then the TCP connections of the subscribers are gone.
    void disappear_mid_frame();
    void drop_everyone();
    bool silent = false;               ///< announcements are swallowed
    bool refuse_subscriptions = false; ///< eth_subscribe is answered with an error
    std::set<std::string> unanswered;  ///< methods that get no answer
    std::set<std::string> answered_twice;
    bool forgetful = false; ///< of all blocks it knows only the latest

    // ---- what was asked of it
    [[nodiscard]] std::size_t accepted() const { return accepted_; }
    [[nodiscard]] std::size_t asked(const std::string& method) const;

private:
    struct Connection;

    void accept_next();
    void on_message(const std::shared_ptr<Connection>& connection, const std::string& text);
    boost::json::value answer(const std::shared_ptr<Connection>& connection, const boost::json::object& request);
    boost::json::value result_of(const std::shared_ptr<Connection>& connection, const std::string& method,
                                 const boost::json::array& params);
    boost::json::value header(const NodeBlock& block) const;

    boost::asio::io_context& io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::vector<std::shared_ptr<Connection>> connections_;
    std::map<std::uint64_t, NodeBlock> canonical_;
    std::map<Bytes32, NodeBlock> by_hash_;
    boost::json::object pool_;
    std::map<std::string, std::size_t> asked_;
    std::size_t accepted_ = 0;
    std::uint64_t serial_ = 0;
};

} // namespace jitbox::test
