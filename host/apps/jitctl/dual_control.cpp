// Reads approvals.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/dual_control.hpp"

#include "apps/jitctl/commands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <fstream>
#include <utility>

namespace jitbox::apps {

int DualControl::ask(const DaemonCall& daemon, const char* op, boost::json::object arguments, DaemonCall::Printer print) const {
    if (request) {
        arguments["action"] = op;
        return daemon.ask("approval-request", arguments,
                          [](const boost::json::value& answer) { return boost::json::serialize(answer) + "\n"; });
    }
    auto approvals = read_approvals(files);
    if (!approvals) return print_mistake(approvals.error());
    if (!approvals->empty()) arguments["approvals"] = std::move(*approvals);
    return daemon.ask(op, arguments, print);
}

void add_dual_control(CLI::App& app, DualControl& dual) {
    auto* files = app.add_option("--approval", dual.files, "a file that `jitctl approve` printed; once for each person");
    app.add_flag("--request-approval", dual.request, "only print what has to be approved, for `jitctl approve`")->excludes(files);
}

Result<boost::json::array> read_approvals(const std::vector<std::string>& files) {
    boost::json::array out;
    for (const std::string& file : files) {
        std::ifstream in(file);
        std::string line;
        if (!std::getline(in, line))
            return fail("cannot read " + file, "give what `jitctl approve` printed, one file for each person");
        out.emplace_back(line);
    }
    return out;
}

} // namespace jitbox::apps
