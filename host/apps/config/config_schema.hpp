// The schema of the configuration: each key with its type, default, meaning and the field it sets. Parsing, the check for unknown
// keys and the reference in docs/configuration.md all come from these tables.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config.hpp"

#include <span>

namespace jitbox::apps::schema {

enum class Type : std::uint8_t { text, choice, integer, flag, wei, address, addresses, checksummed, path, url, hash };

/// A value of the file, already checked against its type; only the member of that type is set.
struct Value {
    std::string text{}; ///< text, choice, path, url, hash
    std::int64_t integer = 0;
    bool flag = false;
    u256 wei = 0;
    Bytes20 address{};
    std::vector<Bytes20> addresses{};

    [[nodiscard]] std::uint64_t natural() const { return static_cast<std::uint64_t>(integer); }
};

constexpr const char* required = nullptr;

template <typename Section>
struct Key {
    const char* name;
    Type type;
    const char* fallback; ///< `required`, or the default as text ("" = empty)
    const char* range;    ///< choice: "a|b"; integer: "min..max"; url: allowed schemes "ws|wss"
    const char* help;
    void (*set)(Section&, const Value&);
    bool stated = false; ///< outside of development the file must give it: nothing that guards money is left to a default
};

[[nodiscard]] std::span<const Key<Config>> root_keys();
[[nodiscard]] std::span<const Key<ChainConfig>> chain_keys();
[[nodiscard]] std::span<const Key<PathsConfig>> paths_keys();
[[nodiscard]] std::span<const Key<FeedConfig>> feed_keys();
[[nodiscard]] std::span<const Key<StrategyConfig>> strategy_keys();
[[nodiscard]] std::span<const Key<RiskConfig>> risk_keys();
[[nodiscard]] std::span<const Key<PricesConfig>> prices_keys();
[[nodiscard]] std::span<const Key<SignerConfig>> signer_keys();
[[nodiscard]] std::span<const Key<RelayConfig>> relay_keys();
[[nodiscard]] std::span<const Key<AuditConfig>> audit_keys();
[[nodiscard]] std::span<const Key<EngineConfig>> engine_keys();
[[nodiscard]] std::span<const Key<CaptureConfig>> capture_keys();
[[nodiscard]] std::span<const Key<ControlConfig>> control_keys();
[[nodiscard]] std::span<const Key<AdminConfig>> admin_keys();
[[nodiscard]] std::span<const Key<ArmingConfig>> arming_keys();
[[nodiscard]] std::span<const Key<TelemetryConfig>> telemetry_keys();
[[nodiscard]] std::span<const Key<TokenConfig>> token_keys();
[[nodiscard]] std::span<const Key<PoolConfig>> pool_keys();
[[nodiscard]] std::span<const Key<RouterConfig>> router_keys();
[[nodiscard]] std::span<const Key<RelayEndpoint>> relay_endpoint_keys();

/// Calls visit(section name, keys, member of Config) for every section, in the order of the reference.
template <typename Visitor>
void for_each_section(Visitor&& visit) {
    visit("chain", chain_keys(), &Config::chain);
    visit("paths", paths_keys(), &Config::paths);
    visit("feed", feed_keys(), &Config::feed);
    visit("strategy", strategy_keys(), &Config::strategy);
    visit("risk", risk_keys(), &Config::risk);
    visit("prices", prices_keys(), &Config::prices);
    visit("signer", signer_keys(), &Config::signer);
    visit("relay", relay_keys(), &Config::relay);
    visit("audit", audit_keys(), &Config::audit);
    visit("engine", engine_keys(), &Config::engine);
    visit("capture", capture_keys(), &Config::capture);
    visit("control", control_keys(), &Config::control);
    visit("admin", admin_keys(), &Config::admin);
    visit("arming", arming_keys(), &Config::arming);
    visit("telemetry", telemetry_keys(), &Config::telemetry);
}

/// The same for the lists of tables (`[[tokens]]`); `at_least` entries are required.
template <typename Visitor>
void for_each_list(Visitor&& visit) {
    visit("tokens", token_keys(), &Config::tokens, std::size_t{2});
    visit("pools", pool_keys(), &Config::pools, std::size_t{1});
    visit("routers", router_keys(), &Config::routers, std::size_t{0});
    visit("relays", relay_endpoint_keys(), &Config::relays, std::size_t{1});
}

/// The value as its type wants it. The error says what the type accepts; the caller adds the field's name.
[[nodiscard]] Result<Value> convert(Type type, const char* range, const std::string& text);
[[nodiscard]] const char* name_of(Type type);

} // namespace jitbox::apps::schema

namespace jitbox::apps {

/// Rules that need more than one field; appends to `errors`.
void check_config(Config& config, ConfigErrors& errors);
/// Those of [risk] and [prices]; computes the static prices.
void check_risk(Config& config, ConfigErrors& errors);
/// What production refuses, and the manifest's keys; part of check_config.
void check_production(const Config& config, ConfigErrors& errors);
/// Production: nobody else may write the configuration, nor reach the state (DATA-1).
void check_permissions(const std::filesystem::path& file, const Config& config, ConfigErrors& errors);

} // namespace jitbox::apps
