// The engine's consumer end.
// SPDX-License-Identifier: Apache-2.0
#include "apps/offline/engine_runner.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <unistd.h>

#include <utility>

namespace jitbox::apps {

struct EngineRunner::Impl : std::enable_shared_from_this<Impl> {
    Impl(boost::asio::io_context& io, accel::Engine& e, EngineHandlers h) : engine(e), handlers(std::move(h)), event(io) {}

    accel::Engine& engine;
    EngineHandlers handlers;
    boost::asio::posix::stream_descriptor event;

    template <typename Record>
    void hand_out(Result<Record> record, const std::function<void(const Record&)>& handler) const {
        if (record) {
            handler(*record);
        } else {
            handlers.on_failure(record.error());
        }
    }

    void take(BytesView record) const {
        switch (accel::kind_of(record)) {
        case accel::Kind::swap:
            return hand_out(accel::swap_from(record), handlers.on_swap);
        case accel::Kind::decision:
            return hand_out(accel::decision_from(record), handlers.on_decision);
        case accel::Kind::reject:
            return hand_out(accel::reject_from(record), handlers.on_reject);
        case accel::Kind::tx_seen:
            return hand_out(accel::tx_seen_from(record), handlers.on_tx_seen);
        case accel::Kind::barrier_done:
            return;
        default:
            handlers.on_failure({"engine: an output record of a kind that no engine makes", "restart jitd; report this"});
        }
    }

    void wait() {
        event.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this()](const boost::system::error_code& error) {
                             if (error) return;
                             self->reset_event();
                             self->drain();
                             self->wait();
                         });
    }

    void drain() {
        engine.drain([this](BytesView record) { take(record); });
    }

    void reset_event() {
        std::uint64_t count = 0;
        // Zero bytes read means that somebody else was quicker; the drain that follows is right either way.
        [[maybe_unused]] const ssize_t got = ::read(event.native_handle(), &count, sizeof(count));
    }
};

EngineRunner::EngineRunner(boost::asio::io_context& io, accel::Engine& engine, EngineHandlers handlers)
    : impl_(std::make_shared<Impl>(io, engine, std::move(handlers))) {}

EngineRunner::~EngineRunner() {
    boost::system::error_code ignored; // it goes away either way
    impl_->event.close(ignored);
}

void EngineRunner::drain() {
    impl_->drain();
}

Result<void> EngineRunner::start() {
    const int copy = ::dup(impl_->engine.event_fd()); // the engine keeps its own
    if (copy < 0) return fail("engine: no event descriptor", "restart jitd; report this");
    impl_->event.assign(copy);
    impl_->wait();
    return {};
}

} // namespace jitbox::apps
