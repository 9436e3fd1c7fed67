// A thread that does what is posted to it; private to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <thread>

namespace jitbox::signer {

/// An io_context with its thread.
class Worker {
public:
    Worker() : guard_(boost::asio::make_work_guard(io_)), thread_([this] { io_.run(); }) {}
    ~Worker() { stop(); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    boost::asio::io_context& io() { return io_; }
    /// Finishes what is queued, then ends the thread. Posting afterwards does nothing.
    void drain() {
        guard_.reset();
        if (thread_.joinable()) thread_.join();
    }
    /// Ends the thread after the handler that runs.
    void stop() {
        io_.stop();
        drain();
    }

private:
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
    std::thread thread_;
};

} // namespace jitbox::signer
