// jitd's admin port.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/admin_port.hpp"

#include "apps/arming/halt.hpp"
#include "telemetry/log.hpp"

#include <utility>

namespace jitbox::apps {
namespace {

/// A disk that takes longer is named in the answer instead.
constexpr std::chrono::milliseconds keep_patience{2000};

} // namespace

AdminPort::AdminPort(const Services& services, accel::Engine& engine, EmergencyStop::OnLoop on_stop)
    : stop_(services.io, engine, services.config.signer.control_socket.string(),
            std::chrono::milliseconds(services.config.signer.timeout_ms), std::move(on_stop),
            [&journal = services.journal](const std::string& reason) { return keep_stop(journal, reason, keep_patience); }),
      server_({.port = static_cast<std::uint16_t>(services.config.admin.port)},
              {.metrics = [&metrics = services.metrics] { return metrics.text(); },
               .health = [this] { return health_.read(); },
               .stop = [this](const control::StopCaller& who, EmergencyStop::Done done) { stop_.stop(who, std::move(done)); }}) {}

Result<void> AdminPort::start() {
    const auto listening = server_.start();
    if (!listening) return std::unexpected(listening.error());
    port_ = *listening;
    telemetry::log(telemetry::Level::info, "admin_served", {{"port", port_}});
    return {};
}

void audit_http_stop(audit::Log& log, const control::StopCaller& who) {
    const auto written = log.append({.user = "http",
                                     .action = "estop",
                                     .resource = "POST /admin/emergency-stop",
                                     .result = "ok",
                                     .source = who.source,
                                     .agent = who.agent,
                                     .session = who.session});
    if (!written)
        telemetry::log(telemetry::Level::critical, "audit_append_failed", {{"action", "estop"}, {"error", written.error().what}});
}

} // namespace jitbox::apps
