// jitd: the appliance's main process. Reads the configuration, then hands over to the composition.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>

namespace {

using namespace jitbox;

struct Arguments {
    std::filesystem::path config;
    bool check_config = false;
    bool config_reference = false;
};

int report(const apps::ConfigErrors& errors) {
    for (const Error& error : errors) std::fprintf(stderr, "%s\n    -> %s\n", error.what.c_str(), error.hint.c_str());
    std::fprintf(stderr, "jitd: %zu mistake(s) in the configuration; docs/configuration.md describes every key\n", errors.size());
    return 2;
}

int run(const Arguments& arguments) {
    if (arguments.config_reference) {
        std::fputs(apps::config_reference().c_str(), stdout);
        return 0;
    }
    const auto config = apps::load_config(arguments.config);
    if (!config) return report(config.error());
    std::printf("jitd: %s is valid: chain %s, %zu pools, %zu relays\n", arguments.config.c_str(), config->chain.name.c_str(),
                config->pools.size(), config->relays.size());
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app(
        "jitd: reads pending transactions, decides, signs through jit-signer and submits bundles. Always starts DISARMED.");
    Arguments arguments;
    app.add_option("--config", arguments.config, "configuration file (TOML)")->default_val("/etc/jitbox/jitd.toml");
    app.add_flag("--check-config", arguments.check_config, "validate the configuration, report every mistake, and exit");
    app.add_flag("--config-reference", arguments.config_reference, "print the table of all keys (Markdown) and exit");
    CLI11_PARSE(app, argc, argv);
    try {
        return run(arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "jitd: %s\n", error.what());
        return 1;
    }
}
