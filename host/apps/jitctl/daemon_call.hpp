// What every command that asks jitd has in common: its options, the question, and how the answer is printed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/client.hpp"

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <filesystem>
#include <string>

namespace CLI {
class App;
}

namespace jitbox::apps {

class DaemonCall {
public:
    using Printer = std::string (*)(const boost::json::value&);

    /// `timeout_ms`: the default; some questions make jitd ask its node.
    explicit DaemonCall(unsigned timeout_ms = 5000) : timeout_ms_(timeout_ms) {}

    void add_options(CLI::App& app);
    [[nodiscard]] control::Client client() const { return {socket_, timeout()}; }
    [[nodiscard]] std::filesystem::path socket() const { return socket_; }
    [[nodiscard]] std::chrono::milliseconds timeout() const { return std::chrono::milliseconds(timeout_ms_); }
    [[nodiscard]] bool as_json() const { return as_json_; }
    /// Asks and prints; the exit code.
    [[nodiscard]] int ask(const std::string& op, const boost::json::object& arguments, Printer print) const;

private:
    std::string socket_ = "/run/jitbox/jitd.sock";
    unsigned timeout_ms_;
    bool as_json_ = false;
};

/// --reason, needed and not empty: the audit log asks why.
void add_reason(CLI::App& app, std::string& reason);

} // namespace jitbox::apps
