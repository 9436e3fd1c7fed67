// One question to jitd.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/daemon_call.hpp"

#include "apps/jitctl/commands.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <cstdio>

namespace jitbox::apps {

void DaemonCall::add_options(CLI::App& app) {
    app.add_option("--socket", socket_, "jitd's control socket")->envname("JITBOX_SOCKET")->capture_default_str();
    app.add_option("--timeout-ms", timeout_ms_, "longest wait for an answer")->capture_default_str();
    app.add_flag("--json", as_json_, "print the answer as JSON");
}

void add_reason(CLI::App& app, std::string& reason) {
    app.add_option("--reason", reason, "why, for the audit log")->required()->check([](const std::string& text) {
        return text.empty() ? std::string("say why") : std::string();
    });
}

int DaemonCall::ask(const std::string& op, const boost::json::object& arguments, Printer print) const {
    const auto answer = client().call(op, boost::json::serialize(arguments));
    if (!answer) return print_error(answer.error());
    if (as_json_) {
        std::printf("%s\n", answer->c_str());
    } else {
        std::fputs(print(boost::json::parse(*answer)).c_str(), stdout);
    }
    return 0;
}

} // namespace jitbox::apps
