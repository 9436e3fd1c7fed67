// Questions to a node with what their answers have to be: a few at once, one check an answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/custody/chain_checks.hpp"
#include "chain/abi.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace jitbox::apps {

struct Verdict {
    CheckState state = CheckState::ok;
    std::string what;
    std::string hint;
};

class ChainQuestions {
public:
    /// What is known without the node.
    void known(std::string name, const Verdict& verdict);
    /// A method that answers with a quantity.
    void number(std::string name, std::string method, std::string params, std::function<Verdict(chain::u256)> judge);
    /// eth_getCode.
    void code(std::string name, const Bytes20& address, std::function<Verdict(BytesView)> judge);
    /// eth_call at the latest block.
    void call(std::string name, const Bytes20& to, const Bytes& calldata, std::function<Verdict(BytesView)> judge);
    /// A view function with at most one word of arguments whose first word of answer has to be this one.
    void word(std::string name, const Bytes20& to, const chain::Selector& selector, const Bytes& argument, Bytes expected);
    /// The finalised head is at most so many blocks behind the head.
    void finality(std::uint64_t blocks);

    /// A node is asked so many at once, and the next when these are answered: a slow one is slow for each, and is not given up for
    /// all.
    static constexpr std::size_t window = 8;
    static constexpr std::chrono::milliseconds longest{25'000}; ///< for all of them; jitctl arm waits for longer

    /// Calls `done` within `limit`; what could not be asked by then is a failed check that says so. A node that is not connected is
    /// one failed check, in place of all that it did not answer.
    void send(feed::RpcClient& rpc, std::function<void(std::vector<ChainCheck>)> done,
              std::chrono::milliseconds limit = longest) &&;

private:
    using Judge = std::function<Verdict(const std::string& result_json)>;
    void add(std::string name, feed::RpcRequest request, Judge judge);

    std::vector<ChainCheck> checks_;
    std::vector<std::size_t> asked_; ///< the check that each request answers
    std::vector<feed::RpcRequest> requests_;
    std::vector<Judge> judges_; ///< one a request

    class Asking;
};

} // namespace jitbox::apps
