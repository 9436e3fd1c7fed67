// jit-signer: the process that holds the HSM session, the arm latch and the signing ledger. Composition only.
// SPDX-License-Identifier: Apache-2.0
#include "apps/text/command_line.hpp"
#include "signer/config.hpp"
#include "signer/hsm_worker.hpp"
#include "signer/key_admin.hpp"
#include "signer/sandbox.hpp"
#include "signer/server.hpp"
#include "telemetry/log.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <iostream>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace jitbox;

int complain(const std::vector<Error>& errors, int code = 1) {
    for (const Error& error : errors) std::cerr << "jit-signer: " << error.text() << "\n";
    return code;
}

int init_keys(const signer::Config& config) {
    const auto made = signer::generate_and_register(config, "uid " + std::to_string(::getuid()) + " (jit-signer --init-keys)");
    if (!made) return complain({made.error()});
    for (const std::string& label : *made) std::cout << "generated " << label << "\n";
    if (made->empty()) std::cout << "all keys are there\n";
    return 0;
}

/// Opens the token and prints each lane's address: what the executor's owner lists as operators.
int print_addresses(signer::Config config) {
    signer::HsmPool pool(std::move(config.hsm), [](const std::string&) {});
    if (auto started = pool.start(); !started) return complain({started.error()});
    for (const chain::Address& address : pool.addresses()) std::cout << chain::to_checksum(address) << "\n";
    return 0;
}

int serve(signer::Config config) {
    if (auto inside = signer::enter_sandbox(signer::SandboxRole::signer, config.hsm.token.network); !inside)
        return complain({inside.error()});
    auto server = signer::Server::start(std::move(config), [](const std::string& event, const std::string& text) {
        telemetry::log(telemetry::Level::info, event, {{"text", text}});
    });
    if (!server) return complain({server.error()});
    std::cerr << "jit-signer: ready\n";
    (*server)->run();
    return 0;
}

int run(int argc, char** argv) {
    CLI::App app("jit-signer: signs bundles inside an armed lease, with keys that never leave the HSM");
    std::string config_path = "/etc/jitbox/signer.toml";
    bool check = false;
    bool keys = false;
    bool addresses = false;
    bool worker = false;
    app.set_version_flag("--version", apps::version_text("jit-signer"));
    app.add_option("--config", config_path, "TOML file, see docs/signer.md")->capture_default_str();
    app.add_flag("--check-config,--check", check, "validate the configuration, report every mistake, and exit");
    app.add_flag("--init-keys", keys, "generate the lanes' keys that are missing inside the token and exit");
    app.add_flag("--addresses", addresses, "print the lanes' addresses, one a line, and exit");
    app.add_flag("--hsm-worker", worker, "internal: the process that calls into the PKCS#11 module")->group("");
    if (const auto code = apps::parse_command_line(app, argc, argv)) return *code;
    if (worker) return signer::run_hsm_worker();
    auto config = signer::load_config(config_path);
    if (!config) return complain(config.error(), apps::wrong_usage);
    if (check) {
        std::cout << "jit-signer: " << config_path << " is valid\n";
        return 0;
    }
    if (keys) return init_keys(*config);
    if (addresses) return print_addresses(std::move(*config));
    return serve(std::move(*config));
}

} // namespace

int main(int argc, char** argv) try {
    ::umask(0077);
    signer::forbid_core_files(); // a PIN could be in them
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a file size limit shows as a failed write, which is handled
    telemetry::LogOptions logs;    // lines on standard error only: systemd's journal keeps them
    logs.name = "jit-signer";
    logs.to_stderr = true;
    if (auto logging = telemetry::start_logging(logs); !logging) return complain({logging.error()});
    return run(argc, argv);
} catch (const std::exception& error) { // the impossible: systemd restarts, and it boots DISARMED
    std::fputs(error.what(), stderr);
    return 1;
}
