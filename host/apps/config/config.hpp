// The configuration of jitd: what docs/configuration.md describes, read from one TOML file and validated as a whole.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/chain_profile.hpp"
#include "base/bytes.hpp"
#include "base/error.hpp"
#include "chain/u256.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::apps {

using chain::u256;

struct ChainConfig {
    std::uint64_t id = 0;
    std::string name;
    std::string node_ws;
    std::filesystem::path node_ca_file; ///< empty: the system's authorities
    Bytes20 executor{};
    std::string executor_code_hash; ///< "0x" and 64 digits, or empty: not checked
    std::uint64_t block_time_s = 0;
    std::filesystem::path profile; ///< empty: none
    Bytes20 owner{};               ///< zero: not checked
    Bytes20 guardian{};            ///< zero: not checked
};

struct PathsConfig {
    std::filesystem::path runtime_dir; ///< sockets
    std::filesystem::path state_dir;   ///< journal, audit log, logs
};

struct FeedConfig {
    std::uint64_t backoff_ms = 0;
    std::uint64_t backoff_max_ms = 0;
    std::uint64_t stall_ms = 0;
};

struct StrategyConfig {
    std::uint64_t candidates = 0;
    std::uint64_t tip_ppm = 0;
    u256 tip_floor_wei = 0;
    std::uint64_t mint_gas = 0;
    std::uint64_t burn_gas = 0;
    u256 priority_fee_wei = 0;
    std::uint64_t fee_headroom_ppm = 0;
    u256 max_tip_wei = 0;
    u256 min_improvement_wei = 0;
    std::uint64_t compare_every_blocks = 0;
    std::uint64_t rehearse_ms = 0; ///< 0: never
};

/// RISK-1, RISK-2 and RISK-4: every limit and what is done about what is unusual.
struct RiskConfig {
    u256 max_position_wei = 0;
    u256 max_pool_value_wei = 0;
    u256 max_daily_loss_wei = 0;
    std::uint64_t max_drawdown_ppm = 0;
    std::uint64_t max_leverage_ppm = 0;
    std::uint64_t max_concentration_ppm = 0;
    u256 max_value_at_risk_wei = 0;
    std::uint64_t value_at_risk_days = 0;
    u256 max_gas_price_wei = 0;
    std::uint64_t max_price_impact_ppm = 0;
    std::uint64_t max_slippage_ppm = 0;
    std::uint64_t max_orders_per_second = 0;
    std::uint64_t max_concurrent_bundles = 0;
    std::uint64_t max_retries = 0;
    u256 min_profit_wei = 0;
    std::uint64_t conservative_ppm = 0;
    std::uint64_t aggressive_ppm = 0;
    std::uint64_t emergency_ppm = 0;
    u256 unusual_amount_wei = 0;
    std::string unusual_amount;
    std::uint64_t unusual_orders_per_hour = 0;
    std::string unusual_frequency;
    std::string unusual_destination;
    std::uint64_t unusual_success_ppm = 0;
    std::string unusual_success;
    std::uint64_t unusual_timing_ppm = 0;
    std::string unusual_timing;
    std::string configuration_change;
    std::uint64_t unusual_refusals_per_minute = 0;
    std::uint64_t unusual_requests_per_minute = 0;
    std::string unusual_access;
};

/// RISK-5: where the prices come from that everything is valued by. Empty: the static ones of [[tokens]] (development only).
struct PricesConfig {
    std::filesystem::path file;
    std::filesystem::path second_file;
    std::uint64_t max_age_ms = 0;
    std::uint64_t max_difference_ppm = 0;
    std::string observe_base;    ///< the chain is the second source: symbol of the token that is ether; empty: it is not
    std::string observe_node_ws; ///< empty in the file: chain.node_ws
    std::uint64_t observe_window_s = 0;
    std::uint64_t observe_every_ms = 0;

    [[nodiscard]] bool observes() const { return !observe_base.empty(); }
};

struct SignerConfig {
    std::filesystem::path signing_socket; ///< empty in the file: <runtime_dir>/signer.sock
    std::filesystem::path control_socket; ///< empty in the file: <runtime_dir>/signer-control.sock
    std::uint64_t timeout_ms = 0;
};

struct RelayConfig {
    std::filesystem::path auth_key_file;
    std::uint64_t deadline_ms = 0;
};

struct AuditConfig {
    std::string anchor; ///< audit::make_anchor; empty: none (refused in production)
    std::uint64_t anchor_max_behind_ms = 0;
};

struct EngineConfig {
    std::string name;             ///< native or xrt
    std::filesystem::path xclbin; ///< empty in the file: JITBOX_XCLBIN of the environment
    std::uint64_t device = 0;
    std::uint64_t deadline_ms = 0;
};

struct CaptureConfig {
    std::filesystem::path dir; ///< empty in the file: nothing is captured
    std::uint64_t max_mb = 0;
};

struct ControlConfig {
    std::filesystem::path socket; ///< empty in the file: <runtime_dir>/jitd.sock
};

/// HTTP on the loopback.
struct AdminConfig {
    std::uint64_t port = 0; ///< 0: a free one
};

/// What arming wants of the machine (ARM-2).
struct ArmingConfig {
    std::filesystem::path manifest;  ///< empty: not checked (refused in production); its signature stands beside it
    std::string manifest_public_key; ///< minisign's, the line RW...
    bool require_synchronised_clock = true;
};

struct TelemetryConfig {
    std::filesystem::path log_dir; ///< empty in the file: <state_dir>/logs
    std::string log_level;
};

struct TokenConfig {
    std::string symbol;
    Bytes20 address{};
    std::uint64_t decimals = 0;
    u256 price_wei = 0; ///< wei for one whole token (10^decimals units); 0 when the file gives price_x96
    u256 price_x96 = 0; ///< wei a unit, Q96; computed from price_wei when that is given; 0 with [prices] file
};

struct PoolConfig {
    Bytes20 address{};
    Bytes20 token0{};
    Bytes20 token1{};
    Bytes20 factory{};
    Bytes20 deployer{}; ///< zero in the file: the factory
    std::string init_code_hash;
    std::string kind;
    std::uint64_t fee = 0;
    std::int32_t tick_spacing = 0;
    std::uint64_t executor_pool_id = 0;
    u256 budget0 = 0;
    u256 budget1 = 0;
    bool reference = false; ///< its mean price is part of the second source (prices.observe_base)
};

struct RouterConfig {
    Bytes20 address{};
    std::string kind;
    Bytes20 factory{};
};

struct RelayEndpoint {
    std::string name;
    std::string url;
    std::string cancel_style;
    std::filesystem::path ca_file;
    std::vector<Bytes20> fee_recipients; ///< of the builders behind it; empty: not known
};

struct Config {
    std::filesystem::path file; ///< that it was loaded from; empty when it was parsed from text
    std::string environment;
    ChainConfig chain;
    PathsConfig paths;
    FeedConfig feed;
    StrategyConfig strategy;
    RiskConfig risk;
    PricesConfig prices;
    SignerConfig signer;
    RelayConfig relay;
    AuditConfig audit;
    EngineConfig engine;
    CaptureConfig capture;
    ControlConfig control;
    AdminConfig admin;
    ArmingConfig arming;
    TelemetryConfig telemetry;
    std::string source_name;   ///< the file's name without its folder
    std::string source_sha256; ///< of the text that was read
    std::vector<TokenConfig> tokens;
    std::vector<PoolConfig> pools;
    std::vector<RouterConfig> routers; ///< empty in the file: the chain's known routers
    std::vector<RelayEndpoint> relays;
    std::optional<ChainProfile> profile; ///< read from chain.profile

    /// Null when no token has this address.
    [[nodiscard]] const TokenConfig* token(const Bytes20& address) const;
};

/// Every mistake of the file at once, each naming its field and what to do.
using ConfigErrors = std::vector<Error>;

[[nodiscard]] std::expected<Config, ConfigErrors> load_config(const std::filesystem::path& file);
/// `name` stands in messages for the file.
[[nodiscard]] std::expected<Config, ConfigErrors> parse_config(std::string_view text, std::string_view name);

/// The table of all keys in Markdown, as it stands in docs/configuration.md.
[[nodiscard]] std::string config_reference();

} // namespace jitbox::apps
