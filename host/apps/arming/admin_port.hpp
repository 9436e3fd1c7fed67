// jitd's admin port: what it says and what its stop does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/arming/emergency_stop.hpp"
#include "apps/runtime/health_board.hpp"
#include "apps/runtime/services.hpp"
#include "audit/log.hpp"

namespace jitbox::apps {

/// On a thread of its own; `on_stop` comes on the loop.
class AdminPort {
public:
    AdminPort(const Services& services, accel::Engine& engine, EmergencyStop::OnLoop on_stop);

    /// Errors: the port is taken.
    [[nodiscard]] Result<void> start();
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] control::AdminServer::Counts counts() const { return server_.counts(); }
    /// Once a monitor period.
    void tell(HealthFacts facts) { health_.beat(std::move(facts)); }

private:
    HealthBoard health_;
    EmergencyStop stop_;
    control::AdminServer server_; // after what it calls: it ends first
    std::uint16_t port_ = 0;
};

/// The record of a stop by HTTP. A stop that cannot be audited is still a stop; then the log says so.
void audit_http_stop(audit::Log& log, const control::StopCaller& who);

} // namespace jitbox::apps
