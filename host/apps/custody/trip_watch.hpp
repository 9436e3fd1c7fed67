// How the guardian hears that the appliance has tripped: from jitd's health page, from the signer's control socket, or from both.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <string>

namespace jitbox::apps {

struct TripSources {
    std::string appliance_url; ///< http://127.0.0.1:9090: jitd's admin port, or the near end of a tunnel to it; empty: not asked
    std::string signer_socket; ///< the signer's control socket: the truth, also when jitd is dead; empty: not asked
    std::chrono::milliseconds deadline{300};

    [[nodiscard]] bool any() const { return !appliance_url.empty() || !signer_socket.empty(); }
};

/// Errors: the URL is not http://<IPv4>:<port>.
[[nodiscard]] Result<void> check_trip_sources(const TripSources& sources);

/// Whether one of them says TRIPPED. Errors: none of them answered. Waits for each at most its deadline.
[[nodiscard]] Result<bool> is_tripped(const TripSources& sources);

} // namespace jitbox::apps
