// What the signer says of itself, without waiting for who reads it; private to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "signer/server.hpp"
#include "signer/worker.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <string>

namespace jitbox::signer {

/// Hands lines to a thread of their own: the log may be a pipe that nobody reads. What comes when too many wait is dropped.
class PatientReport {
public:
    explicit PatientReport(Server::Report report) : report_(std::move(report)) {}
    void operator()(const std::string& event, const std::string& text) {
        if (waiting_.fetch_add(1) >= max_waiting) {
            waiting_.fetch_sub(1);
            return;
        }
        boost::asio::post(thread_.io(), [this, event, text] {
            report_(event, text);
            waiting_.fetch_sub(1);
        });
    }
    /// Ends with the lines that wait, when they can be written.
    void drain() { thread_.drain(); }

private:
    static constexpr int max_waiting = 1000;
    const Server::Report report_;
    std::atomic<int> waiting_ = 0;
    Worker thread_;
};

} // namespace jitbox::signer
