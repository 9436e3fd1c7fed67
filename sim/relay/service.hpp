// The relay's methods: from a request body to an answer. No sockets here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "builder.hpp"
#include "bundle.hpp"
#include "faults.hpp"
#include "node.hpp"

#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace jitbox::relay_sim {

struct Reply {
    unsigned http_status = 200;
    std::string body;
    std::chrono::milliseconds delay{0}; ///< fault: answer so much later
    bool hang = false;                  ///< fault: never answer
};

struct ServiceOptions {
    std::uint64_t slot_seconds = 12; ///< between the timestamps of two blocks
    bool builds_blocks = true;       ///< false: a relay whose builders never win a slot
    Fault fault;
};

/// Thread-safe: several connections call it at once, and the clock of the block builder.
class Service {
public:
    using EventLine = std::function<void(const boost::json::object&)>;

    Service(std::unique_ptr<Node> node, ServiceOptions options, EventLine log);

    /// Answers one HTTP request. eth_* methods need the signature header, sim_* methods (the command side) do not.
    [[nodiscard]] Reply handle(std::string_view body, std::string_view signature_header);
    /// Builds the next block with what is in the pool.
    [[nodiscard]] Result<BuiltBlock> build_block();

private:
    struct Failure {
        int code;
        std::string message;
        unsigned http_status = 200;
    };
    using Outcome = std::expected<boost::json::value, Failure>;

    Outcome dispatch(std::string_view method, const boost::json::array& params, std::string_view body, std::string_view header);
    Outcome send_bundle(const boost::json::value& parameter, const chain::Address& signer);
    Outcome call_bundle(const boost::json::value& parameter);
    Outcome cancel_bundle(const boost::json::value& parameter, const chain::Address& signer);
    Outcome set_fault(const boost::json::array& params);
    Outcome status();
    /// The fault in force for this request or block; counts it down.
    Fault use_fault(bool for_block);

    std::unique_ptr<Node> node_;
    ServiceOptions options_;
    EventLine log_;
    std::mutex mutex_;       ///< pool_, fault_
    std::mutex build_mutex_; ///< one block at a time
    BundlePool pool_;
    Fault fault_;
};

} // namespace jitbox::relay_sim
