// JSON-RPC requests over one kept WebSocket connection, with deadlines and batches.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace jitbox::feed {

struct RpcRequest {
    std::string method;
    std::string params_json = "[]"; ///< a JSON array
};

/// Asynchronous, single-threaded: call from the io_context's thread; every `done` is called exactly once, later, on it.
/// Errors: "rpc: <method>: ..." with the node's message and code, not connected, connection lost, deadline passed, malformed
/// answer.
class RpcClient {
public:
    using Done = std::function<void(Result<std::string> result_json)>;       ///< the text of the `result` member
    using BatchDone = std::function<void(std::vector<Result<std::string>>)>; ///< one answer a request, in order

    static constexpr std::chrono::milliseconds default_deadline{2000};

    virtual ~RpcClient() = default;
    virtual void call(RpcRequest request, Done done, std::chrono::milliseconds deadline = default_deadline) = 0;
    virtual void batch(std::vector<RpcRequest> requests, BatchDone done, std::chrono::milliseconds deadline = default_deadline) = 0;
    /// Calls `run` on the io_context's thread after the delay.
    virtual void after(std::chrono::milliseconds delay, std::function<void()> run) = 0;
    [[nodiscard]] virtual bool connected() const = 0;
};

struct RpcOptions {
    std::string url;                                   ///< ws://host:port/path or wss://
    std::string ca_file{};                             ///< for wss://: PEM of the authorities to trust; empty: the system's
    std::size_t max_frame_bytes = 256UL * 1024 * 1024; ///< txpool_content of a full node is large
    std::size_t max_batch = 500;                       ///< longer batches go out in pieces
    std::chrono::milliseconds min_backoff{50};
    std::chrono::milliseconds max_backoff{5000};
};

/// Connects at once and again whenever the connection is lost; requests made meanwhile wait until their deadline. Destroying the
/// client drops what is pending without calling `done`.
/// Errors: the url; the ca_file.
[[nodiscard]] Result<std::unique_ptr<RpcClient>> make_rpc_client(boost::asio::io_context& io, const RpcOptions& options);

} // namespace jitbox::feed
