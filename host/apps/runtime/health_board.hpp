// What /healthz says: written by jitd's loop, read by the admin port's thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/admin_server.hpp"
#include "signer/arm_table.hpp"

#include <mutex>
#include <string>

namespace jitbox::apps {

struct HealthFacts {
    signer::ArmState state = signer::ArmState::disarmed;
    bool node = false;   ///< connected, with a head younger than two block times
    bool signer = false; ///< reachable
    std::string engine;  ///< empty while it is trusted
};

/// Thread-safe. Healthy: the loop's last beat is younger than a second, and node, signer and engine are as they should be. The arm
/// state is told, not judged.
class HealthBoard {
public:
    void beat(HealthFacts facts);
    [[nodiscard]] control::Health read() const;

private:
    mutable std::mutex mutex_;
    HealthFacts facts_;
    std::chrono::steady_clock::time_point last_beat_;
};

} // namespace jitbox::apps
