// jitd: the appliance's main process. Reads the configuration, starts the appliance and waits for signals.
// SPDX-License-Identifier: Apache-2.0
#include "apps/appliance.hpp"
#include "apps/config/config.hpp"
#include "apps/text/command_line.hpp"
#include "telemetry/log.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>

namespace {

using namespace jitbox;

struct Arguments {
    std::filesystem::path config;
    std::string engine;
    bool check_config = false;
    bool config_reference = false;
};

int report(const apps::ConfigErrors& errors) {
    for (const Error& error : errors) std::fprintf(stderr, "%s\n    -> %s\n", error.what.c_str(), error.hint.c_str());
    std::fprintf(stderr, "jitd: %zu mistake(s) in the configuration; docs/configuration.md describes every key\n", errors.size());
    return apps::wrong_usage;
}

int report(const Error& error) {
    telemetry::log(telemetry::Level::critical, "start_failed", {{"error", error.what}, {"hint", error.hint}});
    std::fprintf(stderr, "jitd: %s\n    -> %s\n", error.what.c_str(), error.hint.c_str());
    return 1;
}

telemetry::Level level_of(const std::string& name) {
    for (const auto level : {telemetry::Level::debug, telemetry::Level::info, telemetry::Level::warning, telemetry::Level::error}) {
        if (telemetry::name_of(level) == name) return level;
    }
    return telemetry::Level::critical;
}

/// SIGTERM and SIGINT end the process in order, SIGUSR1 is an emergency stop.
void await_signal(boost::asio::signal_set& signals, boost::asio::io_context& io, apps::Appliance& appliance) {
    signals.async_wait([&](const boost::system::error_code& error, int signal) {
        if (error) return;
        if (signal == SIGUSR1) {
            appliance.emergency_stop("SIGUSR1");
            await_signal(signals, io, appliance);
            return;
        }
        telemetry::log(telemetry::Level::info, "stopping", {{"signal", signal}});
        appliance.shut_down([&io] { io.stop(); });
    });
}

int serve(const apps::Config& config) {
    if (auto logging =
            telemetry::start_logging({.directory = config.telemetry.log_dir, .level = level_of(config.telemetry.log_level)});
        !logging) {
        return report(logging.error());
    }
    boost::asio::io_context io(1);
    boost::asio::signal_set signals(io, SIGTERM, SIGINT, SIGUSR1);
    std::signal(SIGPIPE, SIG_IGN);
    auto appliance = apps::Appliance::start(io, config);
    if (!appliance) return report(appliance.error());
    await_signal(signals, io, **appliance);
    telemetry::log(telemetry::Level::info, "started", {{"chain", config.chain.name}, {"environment", config.environment}});
    std::printf("jitd: running, DISARMED; control socket %s\n", config.control.socket.c_str());
    std::fflush(stdout);
    io.run();
    appliance->reset();
    telemetry::log(telemetry::Level::info, "stopped");
    telemetry::stop_logging();
    return 0;
}

int run(const Arguments& arguments) {
    if (arguments.config_reference) {
        std::fputs(apps::config_reference().c_str(), stdout);
        return 0;
    }
    auto config = apps::load_config(arguments.config);
    if (!config) return report(config.error());
    if (!arguments.engine.empty()) config->engine.name = arguments.engine;
    if (!arguments.check_config) return serve(*config);
    std::printf("jitd: %s is valid: chain %s, %zu pools, %zu relays\n", arguments.config.c_str(), config->chain.name.c_str(),
                config->pools.size(), config->relays.size());
    return 0;
}

int parse_and_run(int argc, char** argv) {
    CLI::App app(
        "jitd: reads pending transactions, decides, signs through jit-signer and submits bundles. Always starts DISARMED.");
    Arguments arguments;
    app.set_version_flag("--version", apps::version_text("jitd"));
    app.add_option("--config", arguments.config, "configuration file (TOML)")->default_val("/etc/jitbox/jitd.toml");
    app.add_option("--engine", arguments.engine, "native or xrt, in place of the configuration's engine.name")
        ->check(CLI::IsMember({"native", "xrt"}));
    app.add_flag("--check-config", arguments.check_config, "validate the configuration, report every mistake, and exit");
    app.add_flag("--config-reference", arguments.config_reference, "print the table of all keys (Markdown) and exit");
    if (const auto code = apps::parse_command_line(app, argc, argv)) return *code;
    return run(arguments);
}

} // namespace

int main(int argc, char** argv) {
    try {
        return parse_and_run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "jitd: %s\n", error.what());
        return 1;
    }
}
