// Bundles taken back from the relays, until every relay has heard it or the block has come (ARM-4).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "relay/client.hpp"
#include "relay/tracker.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace jitbox::apps {

/// On the io_context's thread.
class Withdrawal {
public:
    /// A relay that was busy, slow or not reached is asked again so many times, `pause` apart.
    static constexpr unsigned most_tries = 10;
    static constexpr std::chrono::milliseconds pause{50};

    Withdrawal(boost::asio::io_context& io, relay::Tracker& tracker, relay::Client& relays);

    /// Every bundle whose block lies after `head`.
    void all(std::uint64_t head);
    /// A relay has accepted a bundle. One that was withdrawn while its POST was under way is withdrawn again: the relay may have
    /// had the withdrawal first.
    void accepted(const std::string& uuid);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::apps
