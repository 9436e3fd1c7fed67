// jitctl: the operator's command line. One table of commands; everything else is in the files that it names.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/approve_command.hpp"
#include "apps/jitctl/audit_command.hpp"
#include "apps/jitctl/card_command.hpp"
#include "apps/jitctl/chain_command.hpp"
#include "apps/jitctl/commands.hpp"
#include "apps/jitctl/daemon_commands.hpp"
#include "apps/jitctl/key_command.hpp"
#include "apps/jitctl/manifest_command.hpp"
#include "apps/jitctl/prices_command.hpp"
#include "apps/jitctl/safe_command.hpp"
#include "apps/offline/decode.hpp"
#include "apps/offline/evaluate.hpp"
#include "apps/offline/replay.hpp"
#include "apps/text/command_line.hpp"
#include "signer/hsm_worker.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

using jitbox::apps::Command;

constexpr std::array commands{
    Command{"arm", "let the appliance sign: for a time, up to an amount, on some pools", jitbox::apps::run_arm},
    Command{"disarm", "end the lease", jitbox::apps::run_disarm},
    Command{"estop", "emergency stop: latches in the signer, then stops jitd", jitbox::apps::run_estop},
    Command{"reset", "leave TRIPPED for DISARMED", jitbox::apps::run_reset},
    Command{"approve", "your yes to what needs two people: arming, reset, looser limits, keys", jitbox::apps::run_approve},
    Command{"status", "arm state, node, engine, signer, lanes, limits, latencies", jitbox::apps::run_status},
    Command{"pools", "the configured pools and whether they are in service", jitbox::apps::run_pools},
    Command{"decisions", "what the engine said about swaps", jitbox::apps::run_decisions},
    Command{"bundles", "every signed bundle: prediction and outcome", jitbox::apps::run_bundles},
    Command{"watch", "what happens, live, one line a stage", jitbox::apps::run_watch},
    Command{"risk", "limits, prices, protection level, events: status, events, level, limits, acknowledge", jitbox::apps::run_risk},
    Command{"review", "what anomaly rules hold for an operator: list, approve, reject", jitbox::apps::run_review},
    Command{"safe", "owner actions of the executor through the Safe: propose, rotate, sign, collect, execute, ...",
            jitbox::apps::run_safe},
    Command{"chain", "every configured address against a node, and chain profiles: check, validate, reference",
            jitbox::apps::run_chain},
    Command{"audit", "the hash-chained audit log: verify, show, export, anchor", jitbox::apps::run_audit},
    Command{"key", "the signer's keys: list, generate, rotate, retire, unlock, seal", jitbox::apps::run_key},
    Command{"manifest", "what may run here, hashed and signed (minisign): sign, verify", jitbox::apps::run_manifest},
    Command{"prices", "a second price source, the time-weighted prices of reference pools: observe", jitbox::apps::run_prices},
    Command{"decode", "raw transactions (hex lines) to their swaps (JSON lines)", jitbox::apps::decode_command},
    Command{"evaluate", "exact outcome of swaps and positions, one JSON object a line", jitbox::apps::evaluate_command},
    Command{"replay", "a capture of the record stream through an engine again", jitbox::apps::replay_command},
    Command{"card", "the accelerator card: list, test, reset", jitbox::apps::card_command},
};

void print_usage(std::FILE* out) {
    std::fputs("usage: jitctl COMMAND [options]      jitctl COMMAND --help for the options of one\n\n", out);
    for (const Command& command : commands) {
        std::fprintf(out, "  %-14.*s %.*s\n", static_cast<int>(command.name.size()), command.name.data(),
                     static_cast<int>(command.help.size()), command.help.data());
    }
    std::fputs(
        "\nExit codes: 0; 1 when it was refused or failed; 2 for a mistake in the command line or in a file that it names.\n", out);
}

const Command* find(std::string_view name) {
    const auto* const found = std::ranges::find(commands, name, &Command::name);
    return found == commands.end() ? nullptr : found;
}

/// The command with its whole name, which is what its help and its complaints begin with.
int run(const Command& command, int argc, char** argv) {
    std::string name = "jitctl " + std::string(command.name);
    std::vector<char*> arguments{name.data()};
    arguments.insert(arguments.end(), argv, argv + argc);
    arguments.push_back(nullptr);
    return command.run(argc + 1, arguments.data());
}

int dispatch(int argc, char** argv) {
    const std::string_view name = argc > 1 ? argv[1] : "";
    if (name == "--hsm-worker") return jitbox::signer::run_hsm_worker(); // the process that calls into an owner's PKCS#11 module
    if (name == "--version") {
        std::puts(jitbox::apps::version_text("jitctl").c_str());
        return 0;
    }
    const bool help = name == "-h" || name == "--help" || name == "help";
    if (help && argc == 2) {
        print_usage(stdout);
        return 0;
    }
    const char* const wanted = help ? argv[2] : argc > 1 ? argv[1] : "";
    if (const Command* found = find(wanted)) {
        std::string ask = "--help";
        char* asked[] = {ask.data()};
        return help ? run(*found, 1, asked) : run(*found, argc - 2, argv + 2);
    }
    print_usage(stderr);
    if (*wanted != '\0') std::fprintf(stderr, "\njitctl: unknown command '%s'\n", wanted);
    return jitbox::apps::wrong_usage;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return dispatch(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "jitctl: %s\n", error.what());
        return 1;
    }
}
