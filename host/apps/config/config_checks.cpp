// Rules of the configuration that need more than one field, and the values that are computed from it.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/config_schema.hpp"
#include "audit/anchor.hpp"
#include "base/hex.hpp"

#include <fmt/format.h>

#include <set>

namespace jitbox::apps {
namespace {

bool is_set(const Bytes20& address) {
    return address != Bytes20{};
}

void fill_paths(Config& config) {
    const auto fill = [](std::filesystem::path& path, const std::filesystem::path& directory, const char* name) {
        if (path.empty()) path = directory / name;
    };
    fill(config.signer.signing_socket, config.paths.runtime_dir, "signer.sock");
    fill(config.signer.control_socket, config.paths.runtime_dir, "signer-control.sock");
    fill(config.control.socket, config.paths.runtime_dir, "jitd.sock");
    fill(config.telemetry.log_dir, config.paths.state_dir, "logs");
}

void check_socket_length(const std::string& field, const std::filesystem::path& path, ConfigErrors& errors) {
    constexpr std::size_t longest = 107; // sockaddr_un::sun_path without its terminator
    if (path.string().size() <= longest) return;
    errors.push_back(
        {fmt::format("config: {} = {} is longer than a socket path may be ({} characters)", field, path.string(), longest),
         "choose a shorter paths.runtime_dir"});
}

void check_tokens(const Config& config, ConfigErrors& errors) {
    std::set<Bytes20> seen;
    for (std::size_t i = 0; i < config.tokens.size(); ++i) {
        const TokenConfig& token = config.tokens[i];
        if (is_set(token.address) && !seen.insert(token.address).second) {
            errors.push_back({fmt::format("config: tokens[{}].address = {} is there twice", i, to_hex(token.address)),
                              "remove one of the two entries"});
        }
    }
}

void check_pool(const Config& config, std::size_t i, ConfigErrors& errors) {
    const PoolConfig& pool = config.pools[i];
    const auto wrong = [&](const char* key, const std::string& what, const std::string& hint) {
        errors.push_back({fmt::format("config: pools[{}].{} {}", i, key, what), hint});
    };
    const auto check_token = [&](const char* key, const Bytes20& token) {
        if (is_set(token) && config.token(token) == nullptr) {
            wrong(key, "= " + to_hex(token) + " is not in [[tokens]]", "add the token with its price, or fix the address");
        }
    };
    check_token("token0", pool.token0);
    check_token("token1", pool.token1);
    if (is_set(pool.token0) && is_set(pool.token1) && pool.token0 >= pool.token1) {
        wrong("token0", "is not below token1", "a pool's token0 is the smaller address: swap the two (and the budgets)");
    }
}

void check_pools(const Config& config, ConfigErrors& errors) {
    constexpr std::size_t most = 1024; // records::max_pools, the capacity of one card image
    if (config.pools.size() > most) {
        errors.push_back({fmt::format("config: pools has {} entries", config.pools.size()), fmt::format("at most {} fit", most)});
    }
    std::set<Bytes20> addresses;
    std::set<std::uint64_t> ids;
    for (std::size_t i = 0; i < config.pools.size(); ++i) {
        check_pool(config, i, errors);
        if (is_set(config.pools[i].address) && !addresses.insert(config.pools[i].address).second) {
            errors.push_back({fmt::format("config: pools[{}].address is there twice", i), "remove one of the two entries"});
        }
        if (!ids.insert(config.pools[i].executor_pool_id).second) {
            errors.push_back(
                {fmt::format("config: pools[{}].executor_pool_id = {} is there twice", i, config.pools[i].executor_pool_id),
                 "each pool has its own id in the executor (listPool)"});
        }
    }
}

void check_relays(const Config& config, ConfigErrors& errors) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < config.relays.size(); ++i) {
        const RelayEndpoint& relay = config.relays[i];
        if (!relay.name.empty() && !names.insert(relay.name).second) {
            errors.push_back({fmt::format("config: relays[{}].name = {} is there twice", i, relay.name), "give each its own name"});
        }
        if (config.environment == "production" && relay.url.starts_with("http://")) {
            errors.push_back({fmt::format("config: relays[{}].url is not encrypted", i), "production needs https://"});
        }
    }
}

void check_routers(const Config& config, ConfigErrors& errors) {
    if (config.routers.empty() && config.chain.id > 1) {
        errors.push_back({fmt::format("config: routers is empty and the routers of chain id {} are not built in", config.chain.id),
                          "add a [[routers]] entry for each router whose swaps are worth reading"});
    }
}

void check_audit(const Config& config, ConfigErrors& errors) {
    if (config.audit.anchor.empty()) {
        if (config.environment == "production") {
            errors.push_back({"config: audit.anchor is missing",
                              "production needs the audit chain's end outside of the file: a TPM or a file on another mount"});
        }
        return;
    }
    if (const auto anchor = audit::make_anchor(config.audit.anchor, "audit.jsonl"); !anchor) {
        errors.push_back({"config: audit.anchor: " + anchor.error().what, anchor.error().hint});
    }
}

void read_profile(Config& config, ConfigErrors& errors) {
    if (config.chain.profile.empty()) return;
    auto profile = load_profile(config.chain.profile);
    if (profile) {
        config.profile = std::move(*profile);
        check_against_profile(config, *config.profile, errors);
    } else {
        errors.insert(errors.end(), profile.error().begin(), profile.error().end());
    }
}

} // namespace

void check_config(Config& config, ConfigErrors& errors) {
    fill_paths(config);
    check_socket_length("signer.signing_socket", config.signer.signing_socket, errors);
    check_socket_length("signer.control_socket", config.signer.control_socket, errors);
    check_socket_length("control.socket", config.control.socket, errors);
    check_tokens(config, errors);
    check_pools(config, errors);
    for (PoolConfig& pool : config.pools) {
        if (!is_set(pool.deployer)) pool.deployer = pool.factory;
    }
    check_routers(config, errors);
    read_profile(config, errors);
    check_relays(config, errors);
    check_audit(config, errors);
    check_production(config, errors);
    check_risk(config, errors);
    if (config.feed.backoff_ms > config.feed.backoff_max_ms) {
        errors.push_back({"config: feed.backoff_ms is larger than feed.backoff_max_ms", "swap the two"});
    }
}

} // namespace jitbox::apps
