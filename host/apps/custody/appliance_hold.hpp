// Before the rights on chain change, the appliance stops using them: disarms jitd and sees that it is disarmed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string>

namespace jitbox::apps {

/// Returns the state that jitd is in afterwards (DISARMED or TRIPPED). Errors: jitd does not answer, or is still ARMED.
[[nodiscard]] Result<std::string> disarm_appliance(const std::string& control_socket, const std::string& reason);

} // namespace jitbox::apps
