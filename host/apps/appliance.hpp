// jitd as a whole: makes every part, connects them, and answers operators. Wiring only; each part does its own work.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config.hpp"
#include "base/error.hpp"

#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace jitbox::apps {

class Appliance {
public:
    /// Opens journal, audit log, sockets and connections. Errors: the first thing that cannot be had.
    [[nodiscard]] static Result<std::unique_ptr<Appliance>> start(boost::asio::io_context& io, const Config& config);
    ~Appliance();
    Appliance(const Appliance&) = delete;
    Appliance& operator=(const Appliance&) = delete;

    /// Disarms, then calls `done` when the signer has answered or the time for that is over.
    void shut_down(std::function<void()> done);
    /// As `jitctl estop`, for SIGUSR1.
    void emergency_stop(const std::string& reason);

private:
    struct Impl;
    explicit Appliance(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace jitbox::apps
