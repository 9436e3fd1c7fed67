// An emergency stop beside jitd's loop.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/emergency_stop.hpp"

#include "base/urgent_thread.hpp"
#include "signer/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json.hpp>

#include <latch>
#include <memory>
#include <utility>

namespace jitbox::apps {

constexpr int thread_count = 2;

struct EmergencyStop::Impl {
    boost::asio::io_context& io;
    accel::Engine& engine;
    signer::ControlClient signer;
    OnLoop on_loop;
    Keep keep;
    boost::asio::thread_pool threads{thread_count}; ///< one stop that waits for a dead signer keeps no other waiting
};

EmergencyStop::EmergencyStop(boost::asio::io_context& io, accel::Engine& engine, std::string signer_socket,
                             std::chrono::milliseconds deadline, OnLoop on_loop, Keep keep)
    : impl_(new Impl{.io = io,
                     .engine = engine,
                     .signer = {std::move(signer_socket), deadline},
                     .on_loop = std::move(on_loop),
                     .keep = std::move(keep)}) {
    // The latch is the threads' too: one may still be waking up from it when the constructor has returned.
    const auto every_thread = std::make_shared<std::latch>(thread_count);
    for (int i = 0; i < thread_count; ++i)
        boost::asio::post(impl_->threads, [every_thread] {
            make_this_thread_urgent(); // it stops all the same where it may not be
            every_thread->arrive_and_wait();
        });
    every_thread->wait();
}

EmergencyStop::~EmergencyStop() {
    impl_->threads.join();
}

void EmergencyStop::stop(const control::StopCaller& who, Done done) {
    impl_->engine.freeze();
    const std::string reason = "POST /admin/emergency-stop from " + who.source;
    boost::asio::post(impl_->io, [impl = impl_.get(), who, reason] { impl->on_loop(who, reason); });
    boost::asio::post(impl_->threads, [impl = impl_.get(), reason, done = std::move(done)] {
        const auto latched = impl->signer.estop({.operator_name = "http", .reason = reason});
        if (latched) {
            done(boost::json::serialize(boost::json::object{{"signer", signer::to_text(latched->state)}}));
            return;
        }
        const auto kept = impl->keep(reason);
        done(fail("jitd has stopped, the signer has not answered: " + latched.error().what +
                      (kept ? "; it is told when it answers, also after a restart" : "; this is not durable: " + kept.error().what),
                  kept ? latched.error().hint : kept.error().hint));
    });
}

} // namespace jitbox::apps
