// Reads a chain profile, and compares a configuration with it.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/chain_profile.hpp"

#include "apps/config/config.hpp"
#include "apps/config/config_schema.hpp"
#include "apps/config/schema_reference.hpp"
#include "apps/config/toml_walker.hpp"
#include "base/file.hpp"
#include "chain/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace jitbox::apps {
namespace {

using schema::Key;
using schema::Type;
using V = const schema::Value&;

constexpr std::array chain_table{
    Key<ProfileChain>{"id", Type::integer, schema::required, "1..4294967295", "Chain id.",
                      [](ProfileChain& c, V v) { c.id = v.natural(); }},
    Key<ProfileChain>{"name", Type::text, schema::required, "", "Name of the chain.",
                      [](ProfileChain& c, V v) { c.name = v.text; }},
    Key<ProfileChain>{"base_fee", Type::choice, schema::required, "ethereum|zero|op_stack",
                      "How the base fee of the next block follows. jitd predicts it by Ethereum's rule only, and refuses op_stack.",
                      [](ProfileChain& c, V v) { c.base_fee = v.text; }},
    Key<ProfileChain>{"block_time_s", Type::integer, schema::required, "1..3600", "Seconds between blocks.",
                      [](ProfileChain& c, V v) { c.block_time_s = v.natural(); }},
    Key<ProfileChain>{"finality_blocks", Type::integer, schema::required, "1..100000",
                      "How far the finalised head is behind at most while the chain is healthy.",
                      [](ProfileChain& c, V v) { c.finality_blocks = v.natural(); }},
};

constexpr const char* code_hash_help = "keccak256 of its code. Empty: only that there is code (arming is refused in production).";

constexpr std::array contract_table{
    Key<ProfileContract>{"name", Type::text, schema::required, "", "What it is.", [](ProfileContract& c, V v) { c.name = v.text; }},
    Key<ProfileContract>{"address", Type::checksummed, schema::required, "", "Where it is.",
                         [](ProfileContract& c, V v) { c.address = v.address; }},
    Key<ProfileContract>{"code_hash", Type::hash, "", "", code_hash_help, [](ProfileContract& c, V v) { c.code_hash = v.text; }},
};

constexpr std::array factory_table{
    Key<ProfileFactory>{"kind", Type::choice, schema::required, "uniswap_v3|pancake_v3|sushi_v3",
                        "The fork: what its pools' callback is called, and who makes them.",
                        [](ProfileFactory& c, V v) { c.kind = v.text; }},
    Key<ProfileFactory>{"address", Type::checksummed, schema::required, "", "The factory.",
                        [](ProfileFactory& c, V v) { c.address = v.address; }},
    Key<ProfileFactory>{"code_hash", Type::hash, "", "", code_hash_help, [](ProfileFactory& c, V v) { c.code_hash = v.text; }},
    Key<ProfileFactory>{"deployer", Type::checksummed, "", "",
                        "The contract whose CREATE2 makes the pools: PancakeSwap's pool deployer. Empty: the factory.",
                        [](ProfileFactory& c, V v) { c.deployer = v.address; }},
    Key<ProfileFactory>{"deployer_code_hash", Type::hash, "", "", "keccak256 of the deployer's code, where it is not the factory.",
                        [](ProfileFactory& c, V v) { c.deployer_code_hash = v.text; }},
    Key<ProfileFactory>{"init_code_hash", Type::hash, schema::required, "", "keccak256 of the pools' creation code.",
                        [](ProfileFactory& c, V v) { c.init_code_hash = v.text; }},
};

constexpr std::array router_table{
    Key<ProfileRouter>{"kind", Type::choice, schema::required,
                       "swap_router|swap_router02|universal_router_v1_0|universal_router|universal_router_v2|universal_router_v2_1",
                       "Its ABI.", [](ProfileRouter& c, V v) { c.kind = v.text; }},
    Key<ProfileRouter>{"address", Type::checksummed, schema::required, "", "The router.",
                       [](ProfileRouter& c, V v) { c.address = v.address; }},
    Key<ProfileRouter>{"code_hash", Type::hash, "", "", code_hash_help, [](ProfileRouter& c, V v) { c.code_hash = v.text; }},
    Key<ProfileRouter>{"factory", Type::checksummed, schema::required, "",
                       "The factory whose pools it swaps on; one of [[factories]].",
                       [](ProfileRouter& c, V v) { c.factory = v.address; }},
};

constexpr std::array token_table{
    Key<ProfileToken>{"symbol", Type::text, schema::required, "", "Its symbol.", [](ProfileToken& c, V v) { c.symbol = v.text; }},
    Key<ProfileToken>{"address", Type::checksummed, schema::required, "", "The token.",
                      [](ProfileToken& c, V v) { c.address = v.address; }},
    Key<ProfileToken>{"decimals", Type::integer, schema::required, "0..36", "What decimals() answers.",
                      [](ProfileToken& c, V v) { c.decimals = v.natural(); }},
    Key<ProfileToken>{"code_hash", Type::hash, "", "", code_hash_help, [](ProfileToken& c, V v) { c.code_hash = v.text; }},
};

constexpr std::array relay_table{
    Key<ProfileRelay>{"name", Type::text, schema::required, "", "Its name.", [](ProfileRelay& c, V v) { c.name = v.text; }},
    Key<ProfileRelay>{"url", Type::url, schema::required, "http|https", "Where bundles are posted; production uses no other.",
                      [](ProfileRelay& c, V v) { c.url = v.text; }},
};

/// Calls visit(list name, keys, member of ChainProfile, least entries).
template <typename Visitor>
void for_each_list(Visitor&& visit) {
    visit("contracts", std::span<const Key<ProfileContract>>(contract_table), &ChainProfile::contracts, std::size_t{0});
    visit("factories", std::span<const Key<ProfileFactory>>(factory_table), &ChainProfile::factories, std::size_t{1});
    visit("routers", std::span<const Key<ProfileRouter>>(router_table), &ChainProfile::routers, std::size_t{0});
    visit("tokens", std::span<const Key<ProfileToken>>(token_table), &ChainProfile::tokens, std::size_t{2});
    visit("relays", std::span<const Key<ProfileRelay>>(relay_table), &ChainProfile::relays, std::size_t{0});
}

bool is_set(const Bytes20& address) {
    return address != Bytes20{};
}

/// One address, one meaning: what stands twice was copied wrongly.
class Addresses {
public:
    explicit Addresses(TomlWalker& walker) : walker_(walker) {}

    void add(const std::string& field, const Bytes20& address) {
        if (!is_set(address)) return; // a mistake of its own
        const auto [found, first] = seen_.try_emplace(address, field);
        if (!first)
            walker_.wrong(field, fmt::format("= {} is {} too", chain::to_checksum(address), found->second), "correct one of them");
    }

private:
    TomlWalker& walker_;
    std::map<Bytes20, std::string> seen_;
};

void check_addresses(const ChainProfile& profile, TomlWalker& walker) {
    Addresses addresses(walker);
    for_each_list([&](const char* name, auto, auto member, std::size_t) {
        std::size_t i = 0;
        for (const auto& entry : profile.*member) {
            if constexpr (requires { entry.address; }) addresses.add(fmt::format("{}[{}].address", name, i), entry.address);
            ++i;
        }
    });
    for (std::size_t i = 0; i < profile.factories.size(); ++i) {
        const ProfileFactory& factory = profile.factories[i];
        if (factory.deployer != factory.address) addresses.add(fmt::format("factories[{}].deployer", i), factory.deployer);
    }
}

void check_profile(ChainProfile& profile, TomlWalker& walker) {
    for (std::size_t i = 0; i < profile.factories.size(); ++i) {
        ProfileFactory& factory = profile.factories[i];
        const std::string field = fmt::format("factories[{}].", i);
        if (factory.kind == "pancake_v3" && !is_set(factory.deployer))
            walker.wrong(field + "deployer", "is missing", "PancakeSwap's pools are made by its pool deployer, not by the factory");
        if (factory.kind != "pancake_v3" && is_set(factory.deployer) && factory.deployer != factory.address)
            walker.wrong(field + "deployer", "is not the factory", "only PancakeSwap has a deployer of its own");
        if (!is_set(factory.deployer)) factory.deployer = factory.address;
    }
    for (std::size_t i = 0; i < profile.routers.size(); ++i) {
        const Bytes20& factory = profile.routers[i].factory;
        if (is_set(factory) && profile.factory(factory) == nullptr)
            walker.wrong(fmt::format("routers[{}].factory", i), "= " + chain::to_checksum(factory) + " is not in [[factories]]",
                         "add the factory, or correct the address");
    }
    check_addresses(profile, walker);
}

template <typename Entry>
const Entry* by_address(const std::vector<Entry>& entries, const Bytes20& address) {
    const auto found = std::ranges::find(entries, address, &Entry::address);
    return found == entries.end() ? nullptr : &*found;
}

void check_pool(const PoolConfig& pool, std::size_t i, const ChainProfile& profile, std::vector<Error>& errors) {
    const auto wrong = [&](const char* key, const std::string& what) {
        errors.push_back(
            {fmt::format("config: pools[{}].{} {}", i, key, what), "compare the pool with the profile's [[factories]]"});
    };
    if (!is_set(pool.factory)) return;
    const ProfileFactory* factory = profile.factory(pool.factory);
    if (factory == nullptr) {
        wrong("factory", "= " + chain::to_checksum(pool.factory) + " is not in the profile");
        return;
    }
    if (pool.deployer != factory->deployer) wrong("deployer", "is not the profile's " + chain::to_checksum(factory->deployer));
    if (pool.init_code_hash != factory->init_code_hash) wrong("init_code_hash", "is not the profile's " + factory->init_code_hash);
    if ((pool.kind == "pancake_v3") != (factory->kind == "pancake_v3"))
        wrong("kind", "= " + pool.kind + " does not fit a factory of kind " + factory->kind);
}

} // namespace

const ProfileFactory* ChainProfile::factory(const Bytes20& address) const {
    return by_address(factories, address);
}
const ProfileRouter* ChainProfile::router(const Bytes20& address) const {
    return by_address(routers, address);
}
const ProfileToken* ChainProfile::token(const Bytes20& address) const {
    return by_address(tokens, address);
}

std::expected<ChainProfile, std::vector<Error>> parse_profile(std::string_view text, std::string_view name) {
    std::vector<Error> errors;
    ChainProfile profile;
    try {
        const toml::table root = toml::parse(text, name);
        TomlWalker walker("profile", errors);
        std::vector<std::string> names{"chain"};
        walker.section(root, "chain", std::span<const Key<ProfileChain>>(chain_table), profile.chain);
        for_each_list([&](const std::string& list, auto keys, auto member, std::size_t at_least) {
            names.push_back(list);
            walker.list(root, list, keys, at_least, profile.*member);
        });
        walker.known_names(root, names);
        check_profile(profile, walker);
    } catch (const toml::parse_error& error) {
        const auto where = error.source().begin;
        errors.push_back({fmt::format("profile: {}:{}:{} is not TOML: {}", name, where.line, where.column, error.description()),
                          "fix the syntax; the fields are checked after that"});
    }
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return profile;
}

std::expected<ChainProfile, std::vector<Error>> load_profile(const std::filesystem::path& file) {
    const auto text = read_file(file);
    if (!text) return std::unexpected(std::vector<Error>{{"profile: " + text.error().what, "see deploy/chains"}});
    return parse_profile(*text, file.string());
}

void check_against_profile(const Config& config, const ChainProfile& profile, std::vector<Error>& errors) {
    const auto wrong = [&](const std::string& field, const std::string& what, const std::string& hint) {
        errors.push_back({"config: " + field + " " + what, hint});
    };
    // What the file has wrong or not at all was said already, and stands here as zero.
    if (config.chain.id != 0 && config.chain.id != profile.chain.id)
        wrong("chain.id", fmt::format("= {} is not the profile's {}", config.chain.id, profile.chain.id),
              "use the chain's own profile");
    if (config.chain.block_time_s != 0 && config.chain.block_time_s != profile.chain.block_time_s)
        wrong("chain.block_time_s",
              fmt::format("= {} is not the profile's {}", config.chain.block_time_s, profile.chain.block_time_s),
              "write the profile's");
    if (profile.chain.base_fee == "op_stack")
        wrong("chain.profile", "has base_fee op_stack: the next block's base fee is predicted by Ethereum's rule only",
              "this chain can be checked (jitctl chain check) and not be traded on");
    for (std::size_t i = 0; i < config.pools.size(); ++i) check_pool(config.pools[i], i, profile, errors);
    for (std::size_t i = 0; i < config.routers.size(); ++i) {
        const RouterConfig& router = config.routers[i];
        const ProfileRouter* known = profile.router(router.address);
        if (is_set(router.address) && (known == nullptr || known->kind != router.kind || known->factory != router.factory))
            wrong(fmt::format("routers[{}]", i),
                  "= " + chain::to_checksum(router.address) + " is not in the profile, or not with this kind and factory",
                  "compare it with the profile's [[routers]]");
    }
    for (std::size_t i = 0; i < config.tokens.size(); ++i) {
        const ProfileToken* known = profile.token(config.tokens[i].address);
        if (is_set(config.tokens[i].address) && (known == nullptr || known->decimals != config.tokens[i].decimals))
            wrong(fmt::format("tokens[{}]", i),
                  "= " + chain::to_checksum(config.tokens[i].address) + " is not in the profile, or not with these decimals",
                  "compare it with the profile's [[tokens]]");
    }
    if (config.environment != "production") return;
    for (std::size_t i = 0; i < config.relays.size(); ++i) {
        if (std::ranges::find(profile.relays, config.relays[i].url, &ProfileRelay::url) == profile.relays.end())
            wrong(fmt::format("relays[{}].url", i), "= " + config.relays[i].url + " is not in the profile",
                  "production sends bundles to known relays only");
    }
}

std::string profile_reference() {
    std::string out = schema::reference_table("`[chain]`", "", std::span<const Key<ProfileChain>>(chain_table));
    for_each_list([&](const std::string& name, auto keys, auto, std::size_t at_least) {
        out += schema::reference_table("`[[" + name + "]]`",
                                       at_least == 0 ? "Optional.\n\n" : fmt::format("At least {}.\n\n", at_least), keys);
    });
    return out;
}

} // namespace jitbox::apps
