// jit-guardian: takes positions that a bundle left behind back into the vault, with a key of its own. Composition only.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/guardian.hpp"
#include "apps/text/command_line.hpp"
#include "base/hex.hpp"
#include "signer/hsm_worker.hpp"
#include "telemetry/log.hpp"

#include <CLI/CLI.hpp>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>
#include <vector>

namespace {

using namespace jitbox;
using telemetry::Level;

/// The token refused the PIN. Its own exit code: the unit must not try it again, which could lock the token.
constexpr int pin_refused = 3;

std::atomic<bool> ended = false;

int complain(const std::vector<Error>& errors, int code = 1) {
    for (const Error& error : errors) std::cerr << "jit-guardian: " << error.text() << "\n";
    return code;
}

void report(std::string_view event, const std::string& text) {
    const bool bad =
        event == "error" || event == "stranded" || event == "unwind_wanted" || event == "tripped" || event == "pause_wanted";
    telemetry::log(bad ? Level::warning : Level::info, std::string(event), {{"text", text}});
}

int print(const Result<feed::Receipt>& receipt) {
    if (!receipt) return complain({receipt.error()});
    std::cout << to_hex(receipt->transaction_hash) << " in block " << receipt->block_number << "\n";
    return 0;
}

int watch(apps::Guardian& guardian, std::chrono::milliseconds pause) {
    bool node_answers = true;
    std::cerr << "jit-guardian: ready\n";
    while (!ended) {
        const auto done = guardian.step();
        if (!done && node_answers) report("error", done.error().text()); // once, until the node answers again
        node_answers = done.has_value();
        std::this_thread::sleep_for(pause);
    }
    return 0;
}

int run(int argc, char** argv) {
    CLI::App app("jit-guardian: watches the chain for positions that the executor left behind and unwinds them to the vault");
    std::string file = "/etc/jitbox/guardian.toml";
    bool check_config = false;
    bool check = false;
    bool pause = false;
    std::vector<int> position;
    app.set_version_flag("--version", apps::version_text("jit-guardian"));
    app.add_option("--config", file, "TOML file, see docs/guardian.md")->capture_default_str();
    app.add_flag("--check-config", check_config, "validate the configuration, report every mistake, and exit");
    app.add_flag("--check", check, "validate the configuration, chain, executor and key, and exit");
    app.add_flag("--pause", pause, "pause the executor and exit; only its owner can undo it");
    app.add_option("--unwind", position, "unwind one position and exit: pool id, lower and upper tick")->expected(3);
    if (const auto code = apps::parse_command_line(app, argc, argv)) return *code;

    const auto settings = apps::load_guardian(file);
    if (!settings) return complain(settings.error(), apps::wrong_usage);
    if (check_config) {
        std::cout << "jit-guardian: " << file << " is valid\n";
        return 0;
    }
    const auto guardian = apps::Guardian::start(*settings, report);
    if (!guardian) return complain({guardian.error().error}, guardian.error().pin_refused ? pin_refused : 1);
    if (check) {
        std::cout << "jit-guardian: " << file << " is valid, and chain, executor and key are as it says\n";
        return 0;
    }
    if (pause) return print((*guardian)->pause());
    if (!position.empty()) {
        if (position[0] < 0 || position[0] > UINT16_MAX)
            return complain({{"--unwind: " + std::to_string(position[0]) + " is no pool id", "0 to 65535, then the two ticks"}},
                            apps::wrong_usage);
        return print((*guardian)->unwind(static_cast<std::uint16_t>(position[0]), position[1], position[2]));
    }
    return watch(**guardian, std::chrono::milliseconds(settings->poll_ms));
}

} // namespace

int main(int argc, char** argv) try {
    // The process that calls into the PKCS#11 module, so that a hang can be killed.
    if (argc == 2 && std::string_view(argv[1]) == "--hsm-worker") return signer::run_hsm_worker();
    ::umask(0077);
    std::signal(SIGPIPE, SIG_IGN);
    for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { ended = true; });
    telemetry::LogOptions logs;
    logs.name = "jit-guardian";
    logs.to_stderr = true;
    if (auto logging = telemetry::start_logging(logs); !logging) return complain({logging.error()});
    return run(argc, argv);
} catch (const std::exception& error) { // the impossible: systemd restarts it, and it reads back what it missed
    std::fputs(error.what(), stderr);
    return 1;
}
