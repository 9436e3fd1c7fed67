// pause() on the chain when the appliance trips (ARM-4): once a trip, and again with every head until the executor is paused.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/custody/trip_watch.hpp"
#include "chain/block.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace jitbox::apps {

enum class OnTrip : std::uint8_t {
    off,
    ask,  ///< says what a person would run
    pause ///< sends it
};

/// What the guardian does of it: reading and sending, with its own key and prices.
struct PauseCalls {
    std::function<Result<bool>()> paused;
    std::function<Result<std::uint64_t>()> free_nonce;          ///< after what waits in the node's pool
    std::function<Result<std::uint64_t>()> mined_nonce;         ///< of the latest block
    std::function<Result<Bytes32>(std::uint64_t nonce)> submit; ///< each time with a higher bid
    std::function<void(std::string_view event, const std::string& text)> report;
};

class TripPause {
public:
    TripPause(OnTrip what, TripSources sources, PauseCalls calls)
        : what_(what), sources_(std::move(sources)), calls_(std::move(calls)) {}

    /// Looks at the appliance; `new_head`: the block has changed since the last look, so that what was sent may be sent again.
    void look(bool new_head);
    /// The nonce that its transaction waits with: nobody else's.
    [[nodiscard]] std::optional<std::uint64_t> nonce() const { return nonce_; }

private:
    void act(bool new_head);
    void send();

    OnTrip what_;
    TripSources sources_;
    PauseCalls calls_;
    bool tripped_ = false;
    bool settled_ = false; ///< this trip has been dealt with: an owner who unpauses while it stands is not fought
    bool silent_ = false;  ///< nobody answered, and that was said
    std::optional<std::uint64_t> nonce_;
};

} // namespace jitbox::apps
