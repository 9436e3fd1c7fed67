// How the relay misbehaves on command.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <boost/json/value.hpp>
#include <chrono>
#include <cstdint>
#include <string>

namespace jitbox::relay_sim {

enum class FaultMode : std::uint8_t {
    none,
    slow,       ///< every answer `ms` late
    hang,       ///< the connection stays open and no answer comes
    drop,       ///< accepts bundles and never includes them
    error,      ///< answers a JSON-RPC error
    http_error, ///< answers HTTP 500
    malformed,  ///< answers something that is no JSON
    partial,    ///< includes only the first `transactions` of a bundle, whatever becomes of them
};

struct Fault {
    FaultMode mode = FaultMode::none;
    std::chrono::milliseconds delay{0};
    std::uint64_t transactions = 1;
    std::uint64_t count = 0; ///< how many requests or blocks it lasts; 0: until changed
};

/// {"mode": "slow", "ms": 500} or {"mode": "partial", "transactions": 1, "count": 1}. Errors: unknown mode (the list is given), bad
/// number.
[[nodiscard]] Result<Fault> parse_fault(const boost::json::value& value);
/// The same from a command line: "slow:500", "partial:1", "drop".
[[nodiscard]] Result<Fault> parse_fault_option(const std::string& text);
[[nodiscard]] std::string name_of(FaultMode mode);

} // namespace jitbox::relay_sim
