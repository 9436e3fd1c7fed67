// jit-relay-sim: a local stand-in for a bundle relay and its block builder, on the sandbox chain.
// SPDX-License-Identifier: Apache-2.0
#include "server.hpp"
#include "service.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json.hpp>
#include <boost/lexical_cast.hpp>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stop_token>
#include <sys/prctl.h>
#include <thread>

namespace {

namespace sim = jitbox::relay_sim;
namespace json = boost::json;

constexpr int connection_threads = 8; // a call to the node blocks its thread

struct Options {
    std::string node_url = "http://127.0.0.1:8545";
    std::string listen = "127.0.0.1:0";
    double block_time_s = 0;
    std::string fault = "none";
    bool no_build = false;
    bool with_parent = false;
    std::uint64_t slot_seconds = 12;
};

int usage_error(const std::string& text) {
    std::fprintf(stderr, "jit-relay-sim: %s\n", text.c_str());
    return 2;
}

void print_line(const json::object& line) {
    static std::mutex mutex;
    const std::scoped_lock lock(mutex);
    std::fprintf(stdout, "%s\n", json::serialize(line).c_str());
    std::fflush(stdout);
}

void build_on_schedule(const std::stop_token& stop, sim::Service& service, std::chrono::duration<double> every) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, every, [&] { return stop.stop_requested(); }) && !stop.stop_requested())
        if (auto built = service.build_block(); !built) print_line({{"event", "build_failed"}, {"why", built.error().text()}});
}

int run(const Options& options) {
    auto fault = sim::parse_fault_option(options.fault);
    if (!fault) return usage_error(fault.error().text());
    auto node = sim::Node::create(options.node_url);
    if (!node) return usage_error(node.error().text());
    const auto colon = options.listen.rfind(':');
    unsigned port = 0;
    if (colon == std::string::npos || !boost::conversion::try_lexical_convert(options.listen.substr(colon + 1), port) ||
        port > 65535)
        return usage_error("--listen: \"" + options.listen + "\" is not address:port");

    sim::Service service(std::move(*node), {options.slot_seconds, !options.no_build, *fault}, print_line);
    boost::asio::io_context io(connection_threads);
    const auto bound = sim::serve(io, options.listen.substr(0, colon), static_cast<std::uint16_t>(port), service);
    if (!bound) return usage_error(bound.error().text());
    boost::asio::signal_set signals(io, SIGINT, SIGTERM);
    signals.async_wait([&](boost::system::error_code, int) { io.stop(); });
    print_line({{"event", "listening"}, {"port", *bound}, {"node", options.node_url}});

    std::jthread builder;
    if (options.block_time_s > 0 && !options.no_build)
        builder = std::jthread([&](const std::stop_token& stop) {
            build_on_schedule(stop, service, std::chrono::duration<double>(options.block_time_s));
        });
    std::vector<std::jthread> threads;
    for (int i = 1; i < connection_threads; ++i) threads.emplace_back([&io] { io.run(); });
    io.run();
    return 0;
}

} // namespace

static int run(int argc, char** argv) {
    Options options;
    CLI::App app{
        "jit-relay-sim: a LOCAL STAND-IN for a bundle relay, for the sandbox chain only.\n"
        "It speaks eth_sendBundle, eth_callBundle and eth_cancelBundle, verifies X-Flashbots-Signature, and builds blocks with "
        "the\n"
        "bundles first when they are valid for the block and all their transactions succeed. It can misbehave on command:\n"
        "sim_setFault [{\"mode\": MODE, \"ms\": N, \"transactions\": N, \"count\": N}], MODE one of none, slow, hang, drop, "
        "error,\n"
        "http_error, malformed, partial. sim_buildBlock builds one block now, sim_status tells what is waiting.\n"
        "One JSON line on stdout for every event."};
    app.add_option("--node", options.node_url, "JSON-RPC of the sandbox node (anvil --no-mining --order fifo)")
        ->capture_default_str();
    app.add_option("--listen", options.listen, "address:port; port 0 takes a free one and prints it")->capture_default_str();
    app.add_option("--block-time", options.block_time_s, "build a block every so many seconds; 0: only on sim_buildBlock")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--slot-seconds", options.slot_seconds, "chain time between two blocks")
        ->check(CLI::Range(1, 86'400))
        ->capture_default_str();
    app.add_option("--fault", options.fault, "fault from the start, e.g. slow:500, partial:1, drop")->capture_default_str();
    app.add_flag("--no-build", options.no_build, "accept bundles but never build: a relay whose builders win no slot");
    app.add_flag("--die-with-parent", options.with_parent, "end when the process that started this one ends");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (options.with_parent) prctl(PR_SET_PDEATHSIG, SIGTERM);
    try {
        return run(options);
    } catch (const std::exception& error) {
        return usage_error(error.what());
    }
}

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "jit-relay-sim: %s\n", error.what());
        return 1;
    }
}
