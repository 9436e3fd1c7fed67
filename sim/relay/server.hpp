// HTTP in front of the service.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "service.hpp"

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>

namespace jitbox::relay_sim {

/// Listens on host:port (0: any free one) and serves until the io_context stops. Returns the port. Errors: the address cannot be
/// bound.
[[nodiscard]] Result<std::uint16_t> serve(boost::asio::io_context& io, const std::string& host, std::uint16_t port,
                                          Service& service);

} // namespace jitbox::relay_sim
