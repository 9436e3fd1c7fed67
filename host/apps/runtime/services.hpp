// What every part of the composition may use.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config.hpp"
#include "apps/config/token_prices.hpp"
#include "apps/runtime/event_stream.hpp"
#include "store/journal.hpp"
#include "telemetry/metrics.hpp"

#include <chrono>
#include <cstdint>

namespace boost::asio {
class io_context;
}

namespace jitbox::apps {

struct Services {
    boost::asio::io_context& io;
    const Config& config;
    const EventStream& events;
    store::Journal& journal;
    telemetry::Metrics& metrics;
    const TokenPrices& prices;
};

/// Wall clock in nanoseconds since 1970, as the journal keeps it.
[[nodiscard]] inline std::int64_t wall_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

} // namespace jitbox::apps
