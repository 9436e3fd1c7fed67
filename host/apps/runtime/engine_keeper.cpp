// The engine's watch and recovery. See engine_keeper.hpp.
// SPDX-License-Identifier: Apache-2.0
#include "apps/runtime/engine_keeper.hpp"

#include "accel/capture.hpp"
#include "apps/offline/self_test.hpp"
#include "telemetry/log.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

namespace jitbox::apps {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto first_attempt = std::chrono::seconds{1};
constexpr auto between_attempts = std::chrono::seconds{5};
constexpr auto self_test_deadline = std::chrono::seconds{20}; // a simulated card is slow

Result<void> bring_back(accel::Engine& engine) {
    if (auto reset = engine.reset(); !reset) return reset;
    return prove_card(engine);
}

} // namespace

Result<void> prove_card(accel::Engine& engine) {
    if (engine.info().name == "native") return {};
    engine.unfreeze(); // frozen, it would refuse the one decision that tells
    const auto tested = run_self_test(engine, self_test_deadline);
    engine.freeze();
    if (!tested) return fail("engine: the card's self-test failed: " + tested.error().what, "jitctl card test; or engine native");
    return engine.reset();
}

Result<std::unique_ptr<accel::Engine>> open_engine(const Config& config) {
    const char* const image = std::getenv("JITBOX_XCLBIN");
    accel::EngineChoice choice{.name = config.engine.name,
                               .xclbin = config.engine.xclbin.string(),
                               .device = static_cast<std::uint32_t>(config.engine.device),
                               .deadline = std::chrono::milliseconds(config.engine.deadline_ms)};
    if (choice.xclbin.empty() && image != nullptr) choice.xclbin = image;
    auto engine = accel::make_engine(choice);
    if (!engine) return engine;
    if (auto proven = prove_card(**engine); !proven) return std::unexpected(proven.error());
    (*engine)->unfreeze();
    if (config.capture.dir.empty()) return engine;
    return accel::make_capturing_engine(
        std::move(*engine),
        {.directory = config.capture.dir, .max_bytes = config.capture.max_mb << 20U, .on_end = [](const std::string& why) {
             telemetry::log(telemetry::Level::warning, "capture_ended", {{"why", why}});
         }});
}

struct EngineKeeper::Impl : std::enable_shared_from_this<Impl> {
    Impl(boost::asio::io_context& i, accel::Engine& e, Callbacks c) : io(i), engine(e), callbacks(std::move(c)) {}

    boost::asio::io_context& io;
    accel::Engine& engine;
    Callbacks callbacks;
    std::string error;
    std::string last_failure; ///< of an attempt: said once, not every five seconds
    Clock::time_point next_attempt;
    std::thread attempt;

    void begin() {
        attempt = std::thread([this, weak = weak_from_this()] {
            auto done = bring_back(engine);
            boost::asio::post(io, [weak, done = std::move(done)] {
                if (const auto self = weak.lock()) self->finish(done);
            });
        });
    }

    void finish(const Result<void>& done) {
        attempt.join();
        next_attempt = Clock::now() + between_attempts;
        if (!done) {
            if (std::exchange(last_failure, done.error().what) != done.error().what)
                telemetry::log(telemetry::Level::error, "engine_not_back",
                               {{"why", done.error().what}, {"hint", done.error().hint}});
            return;
        }
        error.clear();
        last_failure.clear();
        callbacks.on_back();
    }
};

EngineKeeper::EngineKeeper(boost::asio::io_context& io, accel::Engine& engine, Callbacks callbacks)
    : impl_(std::make_shared<Impl>(io, engine, std::move(callbacks))) {}

EngineKeeper::~EngineKeeper() {
    if (impl_->attempt.joinable()) impl_->attempt.join(); // Engine::reset has a deadline
}

void EngineKeeper::check() {
    if (impl_->error.empty()) {
        if (const auto healthy = impl_->engine.health(); !healthy) lost(healthy.error());
    } else if (!impl_->attempt.joinable() && Clock::now() >= impl_->next_attempt) {
        impl_->begin();
    }
}

void EngineKeeper::lost(const Error& error) {
    if (!impl_->error.empty()) return;
    impl_->error = error.what;
    impl_->next_attempt = Clock::now() + first_attempt;
    impl_->engine.freeze();
    impl_->callbacks.on_lost(error);
}

const std::string& EngineKeeper::error() const {
    return impl_->error;
}

} // namespace jitbox::apps
