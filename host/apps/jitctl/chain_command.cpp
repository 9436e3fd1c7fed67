// jitctl chain check, validate, reference.
// SPDX-License-Identifier: Apache-2.0
#include "apps/jitctl/chain_command.hpp"

#include "apps/custody/chain_checks.hpp"
#include "apps/custody/node_session.hpp"
#include "apps/jitctl/commands.hpp"
#include "apps/text/command_line.hpp"
#include "chain/address.hpp"
#include "signer/client.hpp"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace jitbox::apps {
namespace {

namespace json = boost::json;

constexpr int checks_failed = 1;
constexpr int wrong_input = 2;

struct Options {
    std::string config;
    std::string profile;
    std::string node;
    std::vector<std::string> operators;
    std::vector<std::string> files;
    bool strict = false;
    bool as_json = false;
};

int complain(const std::vector<Error>& errors) {
    for (const Error& error : errors) print_error(error);
    return wrong_input;
}

/// What is to be checked: a whole configuration, or a profile alone.
struct Loaded {
    std::optional<Config> config;
    std::optional<ChainProfile> profile;
    std::string node;

    [[nodiscard]] std::string environment(bool strict) const {
        if (strict) return "production";
        return config ? config->environment : "development";
    }
};

std::expected<Loaded, std::vector<Error>> load(const Options& options) {
    Loaded out;
    if (options.config.empty() == options.profile.empty())
        return std::unexpected(
            std::vector<Error>{{"chain check: name a configuration or a profile", "--config FILE, or --profile FILE --node URL"}});
    if (!options.config.empty()) {
        auto config = load_config(options.config);
        if (!config) return std::unexpected(std::move(config.error()));
        out.node = config->chain.node_ws;
        out.config = std::move(*config);
    } else {
        auto profile = load_profile(options.profile);
        if (!profile) return std::unexpected(std::move(profile.error()));
        out.profile = std::move(*profile);
    }
    if (!options.node.empty()) out.node = options.node;
    if (out.node.empty())
        return std::unexpected(std::vector<Error>{{"chain check: a profile names no node", "--node ws://host:port"}});
    return out;
}

/// The lanes' accounts: as named, or as the signer says.
std::expected<std::vector<Bytes20>, std::vector<Error>> operators_of(const Options& options, const Loaded& loaded) {
    std::vector<Bytes20> out;
    for (const std::string& text : options.operators) {
        const auto address = chain::parse_address(text);
        if (!address) return std::unexpected(std::vector<Error>{{"--operator: " + address.error().what, address.error().hint}});
        out.push_back(*address);
    }
    if (!out.empty() || !loaded.config) return out;
    const SignerConfig& signer = loaded.config->signer;
    const signer::ControlClient client(signer.control_socket.string(), std::chrono::milliseconds(signer.timeout_ms));
    const auto status = client.status();
    if (!status) {
        std::fprintf(stderr, "jitctl: the operators are not checked: the signer is not reachable (%s); name them with --operator\n",
                     status.error().what.c_str());
        return out;
    }
    for (const signer::Lane& lane : status->lanes) out.push_back(lane.address);
    return out;
}

void print_text(const std::vector<ChainCheck>& checks, const std::string& environment) {
    std::size_t width = 0;
    for (const ChainCheck& check : checks) width = std::max(width, check.name.size());
    for (const ChainCheck& check : checks) {
        const std::string_view state = name_of(check.state);
        std::printf("%-10.*s  %-*s  %s\n", static_cast<int>(state.size()), state.data(), static_cast<int>(width),
                    check.name.c_str(), check.what.c_str());
        if (!check.hint.empty()) std::printf("%12s-> %s\n", "", check.hint.c_str());
    }
    const auto against = std::ranges::count_if(checks, [&](const ChainCheck& check) { return objects(check, environment); });
    std::printf("%zu checks, %td against arming in %s\n", checks.size(), against, environment.c_str());
}

void print_json(const std::vector<ChainCheck>& checks, const std::string& environment) {
    json::array list;
    for (const ChainCheck& check : checks)
        list.push_back(json::object{{"name", check.name},
                                    {"state", std::string(name_of(check.state))},
                                    {"what", check.what},
                                    {"hint", check.hint},
                                    {"objects", objects(check, environment)}});
    std::printf("%s\n", json::serialize(json::object{{"environment", environment}, {"checks", std::move(list)}}).c_str());
}

int run_check(const Options& options) {
    const auto loaded = load(options);
    if (!loaded) return complain(loaded.error());
    const auto operators = operators_of(options, *loaded);
    if (!operators) return complain(operators.error());
    const auto session = NodeSession::open(loaded->node);
    if (!session) return complain({session.error()});
    const std::optional<Config>& config = loaded->config;
    const std::optional<ChainProfile>& profile = config ? config->profile : loaded->profile;
    const ChainSubject subject{
        .config = config ? &*config : nullptr, .profile = profile ? &*profile : nullptr, .operators = *operators};
    std::optional<std::vector<ChainCheck>> checks;
    check_chain(subject, (*session)->node().rpc(), [&](std::vector<ChainCheck> found) { checks = std::move(found); });
    (*session)->run_until([&] { return checks.has_value(); });
    if (!checks) return complain({{"chain check: the node did not answer", "is " + loaded->node + " right?"}});

    const std::string environment = loaded->environment(options.strict);
    if (options.as_json)
        print_json(*checks, environment);
    else
        print_text(*checks, environment);
    return std::ranges::any_of(*checks, [&](const ChainCheck& check) { return objects(check, environment); }) ? checks_failed : 0;
}

int run_validate(const Options& options) {
    int code = 0;
    for (const std::string& file : options.files) {
        const auto profile = load_profile(file);
        if (profile)
            std::printf("%s: chain %llu (%s), %zu factories, %zu routers, %zu tokens\n", file.c_str(),
                        static_cast<unsigned long long>(profile->chain.id), profile->chain.name.c_str(), profile->factories.size(),
                        profile->routers.size(), profile->tokens.size());
        else
            code = complain(profile.error());
    }
    return code;
}

} // namespace

int run_chain(int argc, char** argv) {
    CLI::App app("chain: what a chain is to this appliance, checked against a node. Exit code 0: all holds; 1: a check stands "
                 "against arming;\n"
                 "2: configuration, profile or arguments are wrong.");
    app.require_subcommand(1);
    Options options;
    CLI::App& check =
        *app.add_subcommand("check", "chain id, finality, executor, owner, pools, tokens, routers, factories: one line a check");
    check.add_option("--config", options.config, "jitd's configuration");
    check.add_option("--profile", options.profile, "a chain profile alone (docs/chains.md)");
    check.add_option("--node", options.node, "WebSocket URL of the node; default: the configuration's");
    check.add_option("--operator", options.operators, "account of a signing lane; default: the signer's, when it is reachable");
    check.add_flag("--strict", options.strict, "as in production: what cannot be verified fails");
    check.add_flag("--json", options.as_json, "print JSON");
    CLI::App& validate = *app.add_subcommand("validate", "read profiles without a node and name every mistake");
    validate.add_option("PROFILE", options.files, "files")->required();
    CLI::App& reference = *app.add_subcommand("reference", "the table of a profile's keys (Markdown)");
    if (const auto code = parse_command_line(app, argc, argv)) return *code;
    if (reference.parsed()) {
        std::fputs(profile_reference().c_str(), stdout);
        return 0;
    }
    return validate.parsed() ? run_validate(options) : run_check(options);
}

} // namespace jitbox::apps
