// Drives an io_context until something has happened.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

namespace jitbox::test {

/// Runs the loop until `met` or the time is over; says whether it was met.
inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& met, std::chrono::milliseconds at_most) {
    const auto end = std::chrono::steady_clock::now() + at_most;
    while (!met()) {
        if (std::chrono::steady_clock::now() > end) return false;
        io.restart();
        io.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
}

} // namespace jitbox::test
