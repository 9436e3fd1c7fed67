// jitctl safe: options of each verb; the work is in safe_steps.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/safe_command.hpp"

#include "apps/custody/safe_rotation.hpp"
#include "apps/custody/safe_steps.hpp"
#include "apps/jitctl/commands.hpp"
#include "apps/text/command_line.hpp"
#include "chain/address.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>

namespace jitbox::apps {
namespace {

struct Verb {
    const char* name;
    const char* help;
    Result<void> (*run)(const SafeOptions&);
    bool fails_by_input = false; ///< all that can go wrong is a mistake in what it was given
};

constexpr Verb verbs[] = {
    {"propose", "prepare an owner action of the executor as a Safe transaction and write it to a file", safe_propose},
    {"rotate", "prepare the exchange of operators: one proposal an account, taking before giving", safe_rotate},
    {"actions", "what can be proposed, with arguments and meaning", safe_actions},
    {"show", "decode a proposal in words and recompute its safeTxHash", safe_show},
    {"sign", "sign a proposal with an owner's key; writes a signature file", safe_sign},
    {"collect", "add signature files to a proposal", safe_collect},
    {"execute", "check owners, threshold and nonce on chain, disarm the appliance, execute", safe_execute},
    {"status", "owners, threshold, nonce and guard of the Safe", safe_status},
    {"owner", "the address of an owner's key; --generate makes it in a PKCS#11 token", safe_owner},
    {"hash", "safeTxHash of proposals read from standard input, one JSON object a line", safe_hash, true},
};

/// An address that is none is a mistake in the command line.
std::string address_problem(const std::string& text) {
    const auto address = chain::parse_address(text);
    return address ? std::string() : address.error().text();
}

void add_key_options(CLI::App& app, SafeOptions& options) {
    app.add_option("--key-file", options.key.key_file, "private key, 64 hex digits in a file of mode 0600");
    app.add_option("--pkcs11-module", options.key.module, "instead: path of a PKCS#11 library");
    app.add_option("--token", options.key.token, "label of the token");
    app.add_option("--key-label", options.key.label, "label of the key");
    app.add_option("--pin-file", options.key.pin_file, "PIN in a file of mode 0600");
    app.add_option("--pkcs11-deadline-ms", options.key.deadline_ms, "longest wait for one answer of the token")
        ->check(CLI::Range(1, 600'000))
        ->capture_default_str();
    app.add_flag("--pkcs11-network", options.key.network, "the PKCS#11 library reaches its HSM by network");
}

void add_propose_options(CLI::App& app, SafeOptions& options) {
    app.add_option("--action", options.action, "owner function of the executor, e.g. setOperator")->required();
    app.add_option("ARGUMENT", options.arguments, "its arguments in order");
    app.add_flag("--announce", options.announce, "propose its announcement: what gives rights waits for the executor's delay");
    app.add_option("--nonce", options.nonce, "Safe nonce; default: the next one");
}

void add_rotate_options(CLI::App& app, SafeOptions& options) {
    app.add_option("--take", options.take, "accounts that may no longer mint and burn");
    app.add_option("--give", options.give, "accounts that may from now on");
    app.add_option("--out", options.out, "directory for the proposals")->required();
}

void add_execute_options(CLI::App& app, SafeOptions& options) {
    app.add_option("--socket", options.control_socket, "jitd's control socket: it is disarmed first")
        ->envname("JITBOX_SOCKET")
        ->capture_default_str();
    app.add_flag("--no-appliance", options.no_appliance, "no jitd runs with this executor; nothing to disarm");
}

bool one_of(std::string_view verb, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, verb) != names.end();
}

bool uses_key(std::string_view verb) {
    return one_of(verb, {"sign", "execute", "owner"});
}

void add_options(CLI::App& app, std::string_view verb, SafeOptions& options) {
    const auto is = [&](std::initializer_list<std::string_view> names) { return one_of(verb, names); };
    app.add_flag("--json", options.as_json, "print JSON");
    if (is({"propose", "rotate", "execute", "status"}))
        app.add_option("--node", options.node, "WebSocket URL of the node")->envname("JITBOX_NODE")->capture_default_str();
    if (is({"propose", "rotate", "status"}))
        app.add_option("--safe", options.safe, "address of the Safe")->required()->check(address_problem);
    if (is({"propose", "rotate", "show", "sign", "collect", "execute"}))
        app.add_option("--executor", options.executor, "address of the executor: the only target allowed")
            ->required()
            ->check(address_problem);
    if (is({"propose"})) add_propose_options(app, options);
    if (is({"rotate"})) add_rotate_options(app, options);
    if (is({"show", "sign", "collect", "execute"})) app.add_option("PROPOSAL", options.file, "proposal file")->required();
    if (is({"propose", "sign"})) app.add_option("--out", options.out, "file to write")->required();
    if (is({"sign"})) app.add_option("--expect-hash", options.expected_hash, "refuse unless the safeTxHash is this one");
    if (is({"collect"})) app.add_option("SIGNATURE", options.signature_files, "signature files")->required();
    if (uses_key(verb)) add_key_options(app, options);
    if (is({"execute"})) add_execute_options(app, options);
    if (is({"owner"})) app.add_flag("--generate", options.generate, "make the key in the token when it is not there");
}

} // namespace

int run_safe(int argc, char** argv) {
    CLI::App app(
        "safe: what only the executor's owners may do. Every step recomputes the safeTxHash from the fields itself and refuses\n"
        "delegatecall, any target but the executor, ether, gas refunds and calls that are no owner action. Exit code 1: refused, "
        "or it\n"
        "failed; 2: arguments are wrong, or a file cannot be read.");
    app.require_subcommand(1);
    SafeOptions options;
    for (const Verb& verb : verbs) add_options(*app.add_subcommand(verb.name, verb.help), verb.name, options);
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    for (const Verb& verb : verbs) {
        if (!app.got_subcommand(verb.name)) continue;
        const SafeInputs inputs{.action = one_of(verb.name, {"propose"}), .key = uses_key(verb.name)};
        if (const auto read = check_inputs(options, inputs); !read) return print_mistake(read.error());
        const auto done = verb.run(options);
        if (done) return 0;
        return verb.fails_by_input ? print_mistake(done.error()) : print_error(done.error());
    }
    return 2;
}

} // namespace jitbox::apps
