// jitctl prices observe: writes a price file from what reference pools have observed.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/prices_command.hpp"

#include "apps/config/reference_prices.hpp"
#include "apps/custody/node_session.hpp"
#include "apps/jitctl/commands.hpp"
#include "apps/text/amount_text.hpp"
#include "apps/text/command_line.hpp"
#include "base/hex.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

namespace jitbox::apps {
namespace {

struct Arguments {
    std::string config = "/etc/jitbox/jitd.toml";
    std::string node;
    std::vector<std::string> pools;
    std::string base;
    std::string window = "30m";
    std::string every;
    std::string out;
};

struct Plan {
    Config config;
    Bytes20 base{};
    std::vector<const PoolConfig*> pools;
    std::uint32_t window_s = 0;
};

Result<void> find_pools(const Arguments& arguments, Plan& plan) {
    for (const std::string& text : arguments.pools) {
        const auto address = chain::parse_address(text);
        if (!address) return std::unexpected(address.error());
        const auto pool = std::ranges::find(plan.config.pools, *address, &PoolConfig::address);
        if (pool == plan.config.pools.end()) return fail("prices: " + text + " is no pool of the configuration");
        plan.pools.push_back(&*pool);
    }
    return {};
}

Result<void> fill(const Arguments& arguments, Plan& plan) {
    auto config = load_config(arguments.config);
    if (!config) return std::unexpected(config.error().front());
    plan.config = std::move(*config);
    const auto window = parse_duration(arguments.window);
    if (!window) return std::unexpected(window.error());
    if (window->count() < 1 || window->count() > 86'400) return fail("prices: --window is 1s to 24h");
    plan.window_s = static_cast<std::uint32_t>(window->count());
    const auto base = std::ranges::find(plan.config.tokens, arguments.base, &TokenConfig::symbol);
    if (base == plan.config.tokens.end())
        return fail("prices: '" + arguments.base + "' is no symbol of [[tokens]]",
                    "--base names the token that is ether, e.g. WETH");
    plan.base = base->address;
    return find_pools(arguments, plan);
}

/// observe([window, 0]): two cumulative ticks.
Result<std::int32_t> observe(NodeSession& node, const PoolConfig& pool, std::uint32_t window_s) {
    const auto answer = node.call(pool.address, observe_call(window_s));
    if (!answer)
        return fail("prices: pool " + to_hex(pool.address) + " does not observe " + std::to_string(window_s) +
                        " s back: " + answer.error().what,
                    "anybody may call its increaseObservationCardinalityNext, then wait; or a shorter --window");
    auto tick = observed_tick(*answer, window_s);
    if (!tick) return fail("prices: pool " + to_hex(pool.address) + ": " + tick.error().what);
    return *tick;
}

/// The document of now; its time is the block's, so that a node that stands still makes old prices.
Result<std::string> document(NodeSession& node, const Plan& plan) {
    const auto chain_id = node.chain_id();
    if (!chain_id) return std::unexpected(chain_id.error());
    if (*chain_id != plan.config.chain.id) return fail("prices: the node is on chain " + std::to_string(*chain_id));
    const auto head = node.latest_head();
    if (!head) return std::unexpected(head.error());
    std::vector<PoolTick> ticks;
    for (const PoolConfig* pool : plan.pools) {
        const auto tick = observe(node, *pool, plan.window_s);
        if (!tick) return std::unexpected(tick.error());
        ticks.push_back({.pool = pool, .tick = *tick});
    }
    const auto prices = prices_from(plan.config, plan.base, ticks);
    if (!prices) return std::unexpected(prices.error());
    return price_document(*prices, head->timestamp * 1000);
}

Result<void> round(const Arguments& arguments, const Plan& plan) {
    auto node = NodeSession::open(arguments.node.empty() ? plan.config.chain.node_ws : arguments.node);
    if (!node) return std::unexpected(node.error());
    const auto text = document(**node, plan);
    if (!text) return std::unexpected(text.error());
    if (!arguments.out.empty()) return replace_price_file(arguments.out, *text);
    std::fputs(text->c_str(), stdout);
    return {};
}

int observe_prices(const Arguments& arguments) {
    Plan plan;
    if (auto filled = fill(arguments, plan); !filled) return print_mistake(filled.error());
    if (arguments.every.empty()) {
        const auto done = round(arguments, plan);
        return done ? 0 : print_error(done.error());
    }
    const auto every = parse_duration(arguments.every);
    if (!every) return print_mistake({"--every: " + every.error().what, every.error().hint});
    for (std::string said;; std::this_thread::sleep_for(*every)) {
        const auto done = round(arguments, plan);
        const std::string problem = done ? "" : done.error().what;
        if (!problem.empty() && problem != said) print_error(done.error()); // the file grows old meanwhile, and jitd says so
        said = problem;
    }
}

} // namespace

int run_prices(int argc, char** argv) {
    CLI::App app("prices: a second price source that no price server can touch.");
    app.require_subcommand(1);
    Arguments arguments;
    CLI::App* observing =
        app.add_subcommand("observe", "the time-weighted prices of reference pools, as prices.second_file wants them");
    observing->add_option("--config", arguments.config, "jitd's configuration")->capture_default_str();
    observing->add_option("--node", arguments.node, "ws:// of another node; default: chain.node_ws");
    observing->add_option("--pool", arguments.pools, "a configured pool; for every token but the base one that leads to it")
        ->required();
    observing->add_option("--base", arguments.base, "symbol of the token that is ether")->required();
    observing->add_option("--window", arguments.window, "how long the mean is")->capture_default_str();
    observing->add_option("--every", arguments.every, "again and again, e.g. 5s; default: once");
    observing->add_option("--out", arguments.out, "replaced each time; default: standard output");
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    return observe_prices(arguments);
}

} // namespace jitbox::apps
