// What every command that asks jitd has in common: its options, the question, and how the answer is printed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/fwd.hpp>
#include <boost/json/object.hpp>

#include <string>

namespace CLI {
class App;
}

namespace jitbox::apps {

class DaemonCall {
public:
    using Printer = std::string (*)(const boost::json::value&);

    void add_options(CLI::App& app);
    /// Asks and prints; the exit code.
    [[nodiscard]] int ask(const std::string& op, const boost::json::object& arguments, Printer print) const;

private:
    std::string socket_ = "/run/jitbox/jitd.sock";
    unsigned timeout_ms_ = 5000;
    bool as_json_ = false;
};

} // namespace jitbox::apps
