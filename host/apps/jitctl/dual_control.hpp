// Approvals on the command line: --approval and --request-approval.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/jitctl/daemon_call.hpp"
#include "base/error.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace jitbox::apps {

/// What two people may have to approve.
struct DualControl {
    std::vector<std::string> files;
    bool request = false;

    /// Has jitd do it with the approvals, or asks it what they would have to say. The exit code.
    [[nodiscard]] int ask(const DaemonCall& daemon, const char* op, boost::json::object arguments, DaemonCall::Printer print) const;
};

void add_dual_control(CLI::App& app, DualControl& dual);
/// The lines of the files, which `jitctl approve` printed. Errors: a file that cannot be read.
[[nodiscard]] Result<boost::json::array> read_approvals(const std::vector<std::string>& files);

} // namespace jitbox::apps
