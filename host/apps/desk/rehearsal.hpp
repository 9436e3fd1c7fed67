// The way of one swap walked on made-up data while nothing else is to be done, so that its code and tables are in the CPU's caches
// when a real one comes: a path that runs some times a second is cold each time, and cold it takes twice as long
// (docs/performance.md). SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "relay/client.hpp"
#include "risk/gate.hpp"
#include "strategy/planner.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace jitbox::apps {

/// Owns an engine, a planner, lanes and a gate of its own: nothing that it does reaches the real ones, the signer or a relay. Not
/// thread-safe: owned by jitd's loop. One walk takes 100 to 200 us.
class Rehearsal {
public:
    /// `relays`: for the body and the header of a POST that is not sent. Errors: the engine does not take its pool.
    static Result<std::unique_ptr<Rehearsal>> create(const relay::Client& relays);

    /// From a frame's text to the unsigned transactions and the signed header of a POST. False when not every walk has got as far
    /// as that: when the engine's worker happens to be awake it takes the swap, and its answer is read with the next one's.
    bool run();
    /// Runs every `period` on the loop of `io` when `may_run` says so, as long as this object lives.
    void repeat(boost::asio::io_context& io, std::chrono::milliseconds period, const std::function<bool()>& may_run);

private:
    explicit Rehearsal(const relay::Client& relays);
    void take(BytesView answer);
    void plan(const accel::TxSeen& seen);
    void wait(std::chrono::milliseconds period, const std::function<bool()>& may_run);

    const relay::Client& relays_;
    std::string frame_;
    std::unique_ptr<accel::Engine> engine_;
    strategy::Lanes lanes_;
    strategy::Planner planner_;
    risk::Gate gate_;
    std::uint64_t next_sequence_;
    std::uint64_t walks_ = 0;
    std::uint64_t arrived_ = 0;                        ///< of them: payloads made
    std::shared_ptr<boost::asio::steady_timer> timer_; ///< while it lives, so does this object
};

} // namespace jitbox::apps
