// Makes keys and approvals; talks to no daemon, so that it can run on a person's own machine.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/approve_command.hpp"

#include "apps/jitctl/commands.hpp"
#include "apps/text/amount_text.hpp"
#include "apps/text/command_line.hpp"
#include "base/file.hpp"
#include "signer/approval.hpp"
#include "signer/config.hpp"
#include "signer/sandbox.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

/// The seed goes into a new file of mode 0600, the public half to standard output.
Result<std::string> make_key(const std::string& path) {
    const auto key = signer::generate_approver_key();
    if (!key) return std::unexpected(key.error());
    const signer::Secret line(std::string(key->seed.reveal()) + "\n");
    if (auto written = write_new_private_file(path, line.reveal()); !written) return std::unexpected(written.error());
    return key->public_key;
}

/// What `jitctl arm --request-approval` printed: {"action", "subject"}.
struct Request {
    std::string action;
    std::string subject;
};

Result<Request> read_request(const std::string& path) {
    const auto text =
        path == "-" ? Result<std::string>(std::string{std::istreambuf_iterator<char>(std::cin), {}}) : read_file(path);
    if (!text) return std::unexpected(text.error());
    boost::system::error_code error;
    const json::value value = json::parse(*text, error);
    const json::object* object = error ? nullptr : value.if_object();
    const auto member = [object](const char* name) {
        const json::value* found = object == nullptr ? nullptr : object->if_contains(name);
        return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
    };
    Request out{.action = member("action"), .subject = member("subject")};
    if (out.action.empty() || out.subject.empty())
        return fail((path == "-" ? "standard input" : path) + ": no request for an approval",
                    "jitctl arm, reset, risk or key with --request-approval prints one");
    return out;
}

/// The subject for the person who approves, on standard error.
void show(const Request& request) {
    std::fprintf(stderr, "approving: %s\n", request.action.c_str());
    boost::system::error_code error;
    const json::value value = json::parse(request.subject, error);
    if (error || !value.is_object()) {
        std::fprintf(stderr, "  %s\n", request.subject.c_str());
        return;
    }
    for (const auto& [name, member] : value.get_object()) {
        const std::string key(name);
        const bool amount = key.ends_with("_wei") && member.is_string();
        const std::string text = amount ? as_ether(std::string_view(member.get_string())) + " ether" : json::serialize(member);
        std::fprintf(stderr, "  %-24s %s\n", key.c_str(), text.c_str());
    }
}

Result<std::string> approve(const std::string& key_file, const std::string& name, const std::string& life,
                            const std::string& request_file) {
    const auto seconds = parse_duration(life);
    if (!seconds) return std::unexpected(seconds.error());
    const auto seed = signer::read_pin_file(key_file);
    if (!seed) return std::unexpected(seed.error());
    const auto request = read_request(request_file);
    if (!request) return std::unexpected(request.error());
    show(*request);
    const auto approval =
        signer::sign_approval(request->action, request->subject, name, std::chrono::system_clock::now(), *seconds, *seed);
    if (!approval) return std::unexpected(approval.error());
    return signer::format_approval(*approval);
}

} // namespace

int run_approve(int argc, char** argv) {
    signer::forbid_core_files(); // a PIN or a person's key could be in them
    CLI::App app("approve: signs what somebody wants to arm, renew, reset, loosen, rotate or retire, with your own Ed25519 key. "
                 "Prints what\n"
                 "it means on standard error and the approval on standard output; it is good for one use.");
    std::string new_key;
    std::string key;
    std::string name;
    std::string life = "1h";
    std::string request = "-";
    auto* making =
        app.add_option("--new-key", new_key, "make a key: the secret goes into this new file, the public half is printed");
    app.add_option("--key", key, "your key file, mode 0600")->excludes(making);
    app.add_option("--as", name, "your name in the signer's approvals.people")->excludes(making);
    app.add_option("--life", life, "how long the approval is good, at most 24h")->capture_default_str();
    app.add_option("REQUEST", request, "what the command printed with --request-approval; - for standard input")
        ->capture_default_str();
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    if (new_key.empty() && (key.empty() || name.empty()))
        return print_mistake({.what = "approve: --key and --as are needed", .hint = "or --new-key FILE, which makes a key"});
    const auto out = new_key.empty() ? approve(key, name, life, request) : make_key(new_key);
    if (!out) return print_mistake(out.error());
    std::printf("%s\n", out->c_str());
    return 0;
}

} // namespace jitbox::apps
