// Watches the engine and brings it back: reset, and for a card its self-test, on a thread of its own, because a card may take its
// deadline. Whoever reloads pools does it when told so. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "apps/config/config.hpp"

#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace jitbox::apps {

/// The engine that the configuration chooses, fresh. A card has passed the self-test before it is given out; `[capture]` wraps it.
[[nodiscard]] Result<std::unique_ptr<accel::Engine>> open_engine(const Config& config);

/// The self-test on an engine that nobody uses, and a reset behind it. An engine on the CPU is tested at every arming instead, by
/// one of its own. Errors: a wrong figure, or a card that does not answer or come back.
[[nodiscard]] Result<void> prove_card(accel::Engine& engine);

class EngineKeeper {
public:
    struct Callbacks {
        /// From here until on_back nobody may submit or drain. The engine is frozen.
        std::function<void(const Error&)> on_lost;
        /// The engine is fresh and frozen: it knows no pools.
        std::function<void()> on_back;
    };
    /// The engine must outlive it.
    EngineKeeper(boost::asio::io_context& io, accel::Engine& engine, Callbacks callbacks);
    ~EngineKeeper();
    EngineKeeper(const EngineKeeper&) = delete;
    EngineKeeper& operator=(const EngineKeeper&) = delete;

    /// Asks for the engine's health, or begins the next attempt to bring it back. Called ten times a second.
    void check();
    /// Somebody else has noticed first. Only the first call counts.
    void lost(const Error& error);
    /// What went wrong; empty while the engine is trusted.
    [[nodiscard]] const std::string& error() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace jitbox::apps
