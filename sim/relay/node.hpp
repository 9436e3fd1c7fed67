// The sandbox node as the relay uses it: JSON-RPC over one kept-alive HTTP connection, blocking, with a deadline.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace jitbox::relay_sim {

class Node {
public:
    /// `url`: http://host:port. Nothing is connected before the first call.
    static Result<std::unique_ptr<Node>> create(std::string_view url);
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// One call; reconnects once when the kept connection has gone. Errors: unreachable, deadline, the node's own error text.
    [[nodiscard]] Result<boost::json::value> call(std::string_view method, boost::json::array params = {});

private:
    struct Impl;
    explicit Node(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// "0x1f" <-> 31. The node's quantities; a malformed one is an error that names the field.
[[nodiscard]] std::string quantity(std::uint64_t value);
[[nodiscard]] Result<std::uint64_t> quantity_of(const boost::json::value& object, std::string_view field);

} // namespace jitbox::relay_sim
