// Drains the engine on jitd's loop whenever its event descriptor says that there is something, and hands out typed records.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "accel/records.hpp"

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace jitbox::apps {

struct EngineHandlers {
    std::function<void(const accel::SwapLeg&)> on_swap;
    std::function<void(const accel::Decision&)> on_decision;
    std::function<void(const accel::Reject&)> on_reject;
    std::function<void(const accel::TxSeen&)> on_tx_seen;
    /// A record that is none of the above, or malformed: the engine cannot be trusted.
    std::function<void(const Error&)> on_failure;
};

class EngineRunner {
public:
    EngineRunner(boost::asio::io_context& io, accel::Engine& engine, EngineHandlers handlers);
    ~EngineRunner();
    EngineRunner(const EngineRunner&) = delete;
    EngineRunner& operator=(const EngineRunner&) = delete;

    /// Errors: the engine has no event descriptor.
    Result<void> start();
    /// Hands out what is there now, without waiting for the event: for the moment after a submission. Not from inside a handler.
    void drain();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::apps
