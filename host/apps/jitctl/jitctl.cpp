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
#include "signer/hsm_worker.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

namespace {

using jitbox::apps::Command;

constexpr std::array commands{
    Command{"arm", "let the appliance sign: for a time, up to an amount, on some pools", jitbox::apps::run_arm},
    Command{"disarm", "end the lease", jitbox::apps::run_disarm},
    Command{"estop", "emergency stop: latches in the signer, then stops jitd", jitbox::apps::run_estop},
    Command{"reset", "leave TRIPPED for DISARMED", jitbox::apps::run_reset},
    Command{"approve", "your yes to an arming, a renewal or a reset (dual control)", jitbox::apps::run_approve},
    Command{"status", "arm state, node, engine, signer, lanes, limits, latencies", jitbox::apps::run_status},
    Command{"pools", "the configured pools and whether they are in service", jitbox::apps::run_pools},
    Command{"decisions", "what the engine said about swaps", jitbox::apps::run_decisions},
    Command{"bundles", "every signed bundle: prediction and outcome", jitbox::apps::run_bundles},
    Command{"watch", "what happens, live, one line a stage", jitbox::apps::run_watch},
    Command{"risk", "limits and their use, prices, protection level, events: status, events, level, limits, acknowledge",
            jitbox::apps::run_risk},
    Command{"review", "what anomaly rules hold for an operator: list, approve, reject", jitbox::apps::run_review},
    Command{"safe", "owner actions of the executor through the Safe: propose, show, sign, collect, execute, status",
            jitbox::apps::run_safe},
    Command{"chain", "every configured address against a node; chain profiles", jitbox::apps::run_chain},
    Command{"audit", "verify, show, export and anchor the hash-chained audit log", jitbox::apps::run_audit},
    Command{"key", "the signer's keys: list, generate, rotate, retire, unlock", jitbox::apps::run_key},
    Command{"manifest", "hash what may run here and sign it, or verify it (minisign)", jitbox::apps::run_manifest},
    Command{"prices", "a second price source: the time-weighted prices of reference pools", jitbox::apps::run_prices},
    Command{"decode", "raw transactions (hex lines) to their swaps (JSON lines)", jitbox::apps::decode_command},
    Command{"evaluate", "exact outcome of swaps and positions, one JSON object a line", jitbox::apps::evaluate_command},
    Command{"replay", "a capture of the record stream through an engine again", jitbox::apps::replay_command},
    Command{"card", "list, test or reset the accelerator card", jitbox::apps::card_command},
};

constexpr int first_parser_code =
    100; ///< CLI11 numbers what may be wrong with a command line from here on; to a script it is all one

void print_usage(std::FILE* out) {
    std::fputs("usage: jitctl COMMAND [options]      jitctl COMMAND --help for the options of one\n\n", out);
    for (const Command& command : commands) {
        std::fprintf(out, "  %-14.*s %.*s\n", static_cast<int>(command.name.size()), command.name.data(),
                     static_cast<int>(command.help.size()), command.help.data());
    }
}

int dispatch(int argc, char** argv) {
    const std::string_view name = argc > 1 ? argv[1] : "";
    if (name == "--hsm-worker") return jitbox::signer::run_hsm_worker(); // the process that calls into an owner's PKCS#11 module
    if (name == "-h" || name == "--help" || name == "help") {
        print_usage(stdout);
        return 0;
    }
    const auto* const found = std::ranges::find(commands, name, &Command::name);
    if (found == commands.end()) {
        print_usage(stderr);
        if (!name.empty()) std::fprintf(stderr, "jitctl: unknown command '%s'\n", argv[1]);
        return 2;
    }
    const int code = found->run(argc - 1, argv + 1);
    return code >= first_parser_code ? 2 : code;
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
