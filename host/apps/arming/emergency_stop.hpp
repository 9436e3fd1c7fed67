// The way of an emergency stop that does not go through jitd's loop: engine first, then the signer, then the loop hears of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "control/admin_server.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace jitbox::apps {

/// Thread-safe. Waits for no disk, no audit log, no HSM and no network: for the signer's control thread alone, which waits for none
/// of them either. Where that does not answer, the stop is written down before it is answered.
class EmergencyStop {
public:
    using Done = std::function<void(Result<std::string>)>;
    /// On the loop, after the signer has answered or while it has not yet: withdraw bundles, halt, write it down.
    using OnLoop = std::function<void(const control::StopCaller& who, const std::string& reason)>;

    /// Makes a stop that the signer has not heard of durable; from a thread of this.
    using Keep = std::function<Result<void>(const std::string& reason)>;

    EmergencyStop(boost::asio::io_context& io, accel::Engine& engine, std::string signer_socket, std::chrono::milliseconds deadline,
                  OnLoop on_loop, Keep keep);
    ~EmergencyStop(); ///< waits for the stops under way, each at most the deadline and what `keep` takes
    EmergencyStop(const EmergencyStop&) = delete;
    EmergencyStop& operator=(const EmergencyStop&) = delete;

    /// Freezes the engine before it returns. `done` comes from another thread once the signer has latched: {"signer":"TRIPPED"}; or
    /// with why it did not (then jitd has stopped all the same), and whether the stop is kept.
    void stop(const control::StopCaller& who, Done done);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace jitbox::apps
