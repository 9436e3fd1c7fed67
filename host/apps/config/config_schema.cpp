// Every key of the configuration file but those of [risk]. A new key is one line here and nothing else.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/config_schema.hpp"

#include <array>

namespace jitbox::apps::schema {
namespace {

using V = const Value&;

constexpr std::array root_table{
    Key<Config>{"environment", Type::choice, required, "development|staging|production",
                "What this appliance may do: production refuses development shortcuts.",
                [](Config& c, V v) { c.environment = v.text; }},
};

constexpr std::array chain_table{
    Key<ChainConfig>{"id", Type::integer, required, "1..4294967295", "Chain id; the node must answer the same.",
                     [](ChainConfig& c, V v) { c.id = v.natural(); }},
    Key<ChainConfig>{"name", Type::text, required, "", "Name of the chain in logs and tables.",
                     [](ChainConfig& c, V v) { c.name = v.text; }},
    Key<ChainConfig>{"node_ws", Type::url, required, "ws|wss",
                     "The node's WebSocket: pending transactions, heads, logs, and every question to the node.",
                     [](ChainConfig& c, V v) { c.node_ws = v.text; }},
    Key<ChainConfig>{"node_ca_file", Type::path, "", "", "With wss://: PEM file of the authorities to trust. Empty: the system's.",
                     [](ChainConfig& c, V v) { c.node_ca_file = v.text; }},
    Key<ChainConfig>{"executor", Type::address, required, "", "The executor contract; it holds the inventory.",
                     [](ChainConfig& c, V v) { c.executor = v.address; }},
    Key<ChainConfig>{"executor_code_hash", Type::hash, "", "",
                     "keccak256 of the executor's code; arming is refused when the chain's differs. Empty: only the presence of "
                     "code is checked (refused in production).",
                     [](ChainConfig& c, V v) { c.executor_code_hash = v.text; }},
    Key<ChainConfig>{"block_time_s", Type::integer, "12", "1..3600",
                     "Seconds between blocks: the timestamp by which deadlines are judged is the head's plus this.",
                     [](ChainConfig& c, V v) { c.block_time_s = v.natural(); }},
    Key<ChainConfig>{
        "profile", Type::path, "", "",
        "The chain's profile (chains.md): factories, routers and tokens that may be used, with their code hashes. Empty: "
        "none (refused in production).",
        [](ChainConfig& c, V v) { c.profile = v.text; }},
    Key<ChainConfig>{"owner", Type::address, "", "", "The executor's owner, a Safe. Empty: not checked (refused in production).",
                     [](ChainConfig& c, V v) { c.owner = v.address; }},
    Key<ChainConfig>{"guardian", Type::address, "", "", "The executor's guardian. Empty: not checked (refused in production).",
                     [](ChainConfig& c, V v) { c.guardian = v.address; }},
};

constexpr std::array paths_table{
    Key<PathsConfig>{"runtime_dir", Type::path, required, "", "Directory of the sockets.",
                     [](PathsConfig& c, V v) { c.runtime_dir = v.text; }},
    Key<PathsConfig>{"state_dir", Type::path, required, "", "Directory of journal, audit log and logs.",
                     [](PathsConfig& c, V v) { c.state_dir = v.text; }},
};

constexpr std::array feed_table{
    Key<FeedConfig>{"backoff_ms", Type::integer, "100", "1..60000",
                    "First wait before reconnecting to the node; doubles each time.",
                    [](FeedConfig& c, V v) { c.backoff_ms = v.natural(); }},
    Key<FeedConfig>{"backoff_max_ms", Type::integer, "5000", "1..600000", "Longest wait before reconnecting.",
                    [](FeedConfig& c, V v) { c.backoff_max_ms = v.natural(); }},
    Key<FeedConfig>{"stall_ms", Type::integer, "15000", "100..600000",
                    "No head for so long: the node is asked, and reconnected to when it has moved on.",
                    [](FeedConfig& c, V v) { c.stall_ms = v.natural(); }},
};

constexpr std::array strategy_table{
    Key<StrategyConfig>{"candidates", Type::integer, "64", "1..4096", "Candidates the engine evaluates for a swap.",
                        [](StrategyConfig& c, V v) { c.candidates = v.natural(); }},
    Key<StrategyConfig>{"tip_ppm", Type::integer, "900000", "0..1000000",
                        "Share of the profit before tip that goes to the block's builder, in parts per million.",
                        [](StrategyConfig& c, V v) { c.tip_ppm = v.natural(); }},
    Key<StrategyConfig>{"tip_floor_wei", Type::wei, "0", "", "Smallest tip.",
                        [](StrategyConfig& c, V v) { c.tip_floor_wei = v.wei; }},
    Key<StrategyConfig>{"mint_gas", Type::integer, "600000", "21000..5000000",
                        "Gas limit of the mint transaction; with burn_gas it bounds the gas cost that a decision counts.",
                        [](StrategyConfig& c, V v) { c.mint_gas = v.natural(); }},
    Key<StrategyConfig>{"burn_gas", Type::integer, "500000", "21000..5000000", "Gas limit of the burn transaction.",
                        [](StrategyConfig& c, V v) { c.burn_gas = v.natural(); }},
    Key<StrategyConfig>{"priority_fee_wei", Type::wei, "1", "",
                        "Priority fee of both transactions; the builder's tip goes through the executor.",
                        [](StrategyConfig& c, V v) { c.priority_fee_wei = v.wei; }},
    Key<StrategyConfig>{"fee_headroom_ppm", Type::integer, "1000000", "0..10000000",
                        "How far above the next base fee the fee cap stands, so that voiding still works some blocks later.",
                        [](StrategyConfig& c, V v) { c.fee_headroom_ppm = v.natural(); }},
    Key<StrategyConfig>{"max_tip_wei", Type::wei, required, "", "The executor's tip cap: a larger tip would revert the burn.",
                        [](StrategyConfig& c, V v) { c.max_tip_wei = v.wei; }},
    Key<StrategyConfig>{"min_improvement_wei", Type::wei, "1", "",
                        "By how much a better decision must beat the bundle that it replaces.",
                        [](StrategyConfig& c, V v) { c.min_improvement_wei = v.wei; }},
    Key<StrategyConfig>{"compare_every_blocks", Type::integer, "16", "1..10000",
                        "Every so many blocks one more pool is compared with the node; a difference takes it out of service.",
                        [](StrategyConfig& c, V v) { c.compare_every_blocks = v.natural(); }},
    Key<StrategyConfig>{
        "rehearse_ms", Type::integer, "5", "0..1000",
        "While armed, the way of a swap is walked this often on made-up data, so that its code is in the CPU's caches; 0: "
        "never.",
        [](StrategyConfig& c, V v) { c.rehearse_ms = v.natural(); }},
};

constexpr std::array signer_table{
    Key<SignerConfig>{"signing_socket", Type::path, "", "", "The signer's signing socket. Empty: <runtime_dir>/signer.sock.",
                      [](SignerConfig& c, V v) { c.signing_socket = v.text; }},
    Key<SignerConfig>{"control_socket", Type::path, "", "",
                      "The signer's control socket. Empty: <runtime_dir>/signer-control.sock.",
                      [](SignerConfig& c, V v) { c.control_socket = v.text; }},
    Key<SignerConfig>{"timeout_ms", Type::integer, "2000", "1..60000", "Longest wait for one answer of the signer.",
                      [](SignerConfig& c, V v) { c.timeout_ms = v.natural(); }},
};

constexpr std::array relay_table{
    Key<RelayConfig>{"auth_key_file", Type::path, required, "",
                     "File of mode 0600 with the key that signs X-Flashbots-Signature. It holds no funds; made when missing.",
                     [](RelayConfig& c, V v) { c.auth_key_file = v.text; }},
    Key<RelayConfig>{"deadline_ms", Type::integer, "500", "1..60000", "Longest wait for one answer of a relay.",
                     [](RelayConfig& c, V v) { c.deadline_ms = v.natural(); }},
};

constexpr std::array audit_table{
    Key<AuditConfig>{"anchor", Type::text, "", "",
                     "Where the end of the audit chain is kept outside of the file: `file:/other/mount/head` or "
                     "`tpm:0x01c10101:device:/dev/tpmrm0`. Empty: nowhere (refused in production).",
                     [](AuditConfig& c, V v) { c.anchor = v.text; }},
    Key<AuditConfig>{"anchor_max_behind_ms", Type::integer, "30000", "1000..3600000",
                     "A record that has not reached the anchor in this time disarms, and refuses arming.",
                     [](AuditConfig& c, V v) { c.anchor_max_behind_ms = v.natural(); }},
};

constexpr std::array engine_table{
    Key<EngineConfig>{"name", Type::choice, "native", "native|xrt",
                      "What decides: the kernels on this CPU, or a card behind XRT (its model too). `jitd --engine` overrides it.",
                      [](EngineConfig& c, V v) { c.name = v.text; }},
    Key<EngineConfig>{"xclbin", Type::path, "", "", "The card's image. Empty: JITBOX_XCLBIN of the environment.",
                      [](EngineConfig& c, V v) { c.xclbin = v.text; }},
    Key<EngineConfig>{"device", Type::integer, "0", "0..63", "XRT's device index.",
                      [](EngineConfig& c, V v) { c.device = v.natural(); }},
    Key<EngineConfig>{"deadline_ms", Type::integer, "5000", "100..60000",
                      "A register access, or work without progress, that takes longer is a lost card: jitd disarms.",
                      [](EngineConfig& c, V v) { c.deadline_ms = v.natural(); }},
};

constexpr std::array capture_table{
    Key<CaptureConfig>{
        "dir", Type::path, "", "",
        "Directory for the record stream, one pair of files a start: what the engine was given and what it answered, for "
        "`jitctl replay`. Empty: nothing is captured.",
        [](CaptureConfig& c, V v) { c.dir = v.text; }},
    Key<CaptureConfig>{"max_mb", Type::integer, "1024", "1..1000000", "Size of a pair of files at which its capture ends, in MiB.",
                       [](CaptureConfig& c, V v) { c.max_mb = v.natural(); }},
};

constexpr std::array control_table{
    Key<ControlConfig>{"socket", Type::path, "", "", "The socket that jitctl uses. Empty: <runtime_dir>/jitd.sock.",
                       [](ControlConfig& c, V v) { c.socket = v.text; }},
};

constexpr std::array admin_table{
    Key<AdminConfig>{"port", Type::integer, "9090", "0..65535",
                     "Port on 127.0.0.1 of /metrics, /healthz and /admin/emergency-stop; 0 takes a free one (see the status).",
                     [](AdminConfig& c, V v) { c.port = v.natural(); }},
};

constexpr std::array arming_table{
    Key<ArmingConfig>{"manifest", Type::path, "", "",
                      "The signed manifest that binaries, configurations and contracts must match to be armed; its signature is "
                      "<manifest>.minisig. Empty: not checked (refused in production).",
                      [](ArmingConfig& c, V v) { c.manifest = v.text; }},
    Key<ArmingConfig>{"manifest_public_key", Type::text, "", "", "minisign's public key of whoever releases: the line RW...",
                      [](ArmingConfig& c, V v) { c.manifest_public_key = v.text; }},
    Key<ArmingConfig>{"require_synchronised_clock", Type::flag, "true", "",
                      "Refuse arming while the kernel does not hold the clock for synchronised (false is refused in production).",
                      [](ArmingConfig& c, V v) { c.require_synchronised_clock = v.flag; }},
};

constexpr std::array telemetry_table{
    Key<TelemetryConfig>{"log_dir", Type::path, "", "", "Directory of the logs. Empty: <state_dir>/logs.",
                         [](TelemetryConfig& c, V v) { c.log_dir = v.text; }},
    Key<TelemetryConfig>{"log_level", Type::choice, "info", "debug|info|warning|error|critical", "Lowest level that is written.",
                         [](TelemetryConfig& c, V v) { c.log_level = v.text; }},
};

constexpr std::array token_table{
    Key<TokenConfig>{"symbol", Type::text, required, "", "Name in tables.", [](TokenConfig& c, V v) { c.symbol = v.text; }},
    Key<TokenConfig>{"address", Type::address, required, "", "The token contract.",
                     [](TokenConfig& c, V v) { c.address = v.address; }},
    Key<TokenConfig>{"decimals", Type::integer, required, "0..36", "Decimals of the token.",
                     [](TokenConfig& c, V v) { c.decimals = v.natural(); }},
    Key<TokenConfig>{"price_wei", Type::wei, "", "",
                     "Value of one whole token (10^decimals units) in wei, from outside the pools. 10^18 for wrapped ether.",
                     [](TokenConfig& c, V v) { c.price_wei = v.wei; }},
    Key<TokenConfig>{"price_x96", Type::wei, "", "", "The same as wei a smallest unit times 2^96. Exactly one of the two is given.",
                     [](TokenConfig& c, V v) { c.price_x96 = v.wei; }},
};

constexpr std::array pool_table{
    Key<PoolConfig>{"address", Type::address, required, "", "The pool.", [](PoolConfig& c, V v) { c.address = v.address; }},
    Key<PoolConfig>{"token0", Type::address, required, "", "Its token0; must be one of [[tokens]].",
                    [](PoolConfig& c, V v) { c.token0 = v.address; }},
    Key<PoolConfig>{"token1", Type::address, required, "", "Its token1; must be one of [[tokens]].",
                    [](PoolConfig& c, V v) { c.token1 = v.address; }},
    Key<PoolConfig>{"factory", Type::address, required, "", "The factory that made it.",
                    [](PoolConfig& c, V v) { c.factory = v.address; }},
    Key<PoolConfig>{"deployer", Type::address, "", "", "The contract whose CREATE2 made it. Empty: the factory.",
                    [](PoolConfig& c, V v) { c.deployer = v.address; }},
    Key<PoolConfig>{"init_code_hash", Type::hash, "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54", "",
                    "Hash of the pool's creation code; the default is Uniswap's. The address must be what CREATE2 gives.",
                    [](PoolConfig& c, V v) { c.init_code_hash = v.text; }},
    Key<PoolConfig>{"kind", Type::choice, "uniswap_v3", "uniswap_v3|pancake_v3", "Which contract's rules it follows.",
                    [](PoolConfig& c, V v) { c.kind = v.text; }},
    Key<PoolConfig>{"fee", Type::integer, required, "1..999999", "Fee in parts per million.",
                    [](PoolConfig& c, V v) { c.fee = v.natural(); }},
    Key<PoolConfig>{"tick_spacing", Type::integer, required, "1..16383", "Tick spacing.",
                    [](PoolConfig& c, V v) { c.tick_spacing = static_cast<std::int32_t>(v.integer); }},
    Key<PoolConfig>{"executor_pool_id", Type::integer, required, "0..65535", "Its id in the executor (listPool).",
                    [](PoolConfig& c, V v) { c.executor_pool_id = v.natural(); }},
    Key<PoolConfig>{"budget0", Type::wei, required, "", "Units of token0 that one position may use.",
                    [](PoolConfig& c, V v) { c.budget0 = v.wei; }},
    Key<PoolConfig>{"budget1", Type::wei, required, "", "Units of token1 that one position may use.",
                    [](PoolConfig& c, V v) { c.budget1 = v.wei; }},
    Key<PoolConfig>{"reference", Type::flag, "false", "",
                    "Its mean price is part of the second price source (prices.observe_base).",
                    [](PoolConfig& c, V v) { c.reference = v.flag; }},
};

constexpr std::array router_table{
    Key<RouterConfig>{"address", Type::address, required, "", "The router contract.",
                      [](RouterConfig& c, V v) { c.address = v.address; }},
    Key<RouterConfig>{"kind", Type::choice, required,
                      "swap_router|swap_router02|universal_router_v1_0|universal_router|universal_router_v2|universal_router_v2_1",
                      "Its ABI.", [](RouterConfig& c, V v) { c.kind = v.text; }},
    Key<RouterConfig>{"factory", Type::address, required, "", "The factory whose pools it swaps on.",
                      [](RouterConfig& c, V v) { c.factory = v.address; }},
};

constexpr std::array relay_endpoint_table{
    Key<RelayEndpoint>{"name", Type::text, required, "", "Name in logs, metrics and tables.",
                       [](RelayEndpoint& c, V v) { c.name = v.text; }},
    Key<RelayEndpoint>{"url", Type::url, required, "http|https", "Where bundles are posted.",
                       [](RelayEndpoint& c, V v) { c.url = v.text; }},
    Key<RelayEndpoint>{"cancel_style", Type::choice, "cancel_bundle", "cancel_bundle|empty_bundle",
                       "How it withdraws a bundle: eth_cancelBundle, or an empty bundle with the uuid.",
                       [](RelayEndpoint& c, V v) { c.cancel_style = v.text; }},
    Key<RelayEndpoint>{"ca_file", Type::path, "", "", "PEM file of the authorities to trust. Empty: the system's.",
                       [](RelayEndpoint& c, V v) { c.ca_file = v.text; }},
    Key<RelayEndpoint>{
        "fee_recipients", Type::addresses, "", "",
        "Fee recipients of the builders behind it. When every relay has them, a block of another builder is known as "
        "the reason why a bundle missed it (no_relay_slot).",
        [](RelayEndpoint& c, V v) { c.fee_recipients = v.addresses; }},
};

} // namespace

std::span<const Key<Config>> root_keys() {
    return root_table;
}
std::span<const Key<ChainConfig>> chain_keys() {
    return chain_table;
}
std::span<const Key<PathsConfig>> paths_keys() {
    return paths_table;
}
std::span<const Key<FeedConfig>> feed_keys() {
    return feed_table;
}
std::span<const Key<StrategyConfig>> strategy_keys() {
    return strategy_table;
}
std::span<const Key<SignerConfig>> signer_keys() {
    return signer_table;
}
std::span<const Key<RelayConfig>> relay_keys() {
    return relay_table;
}
std::span<const Key<AuditConfig>> audit_keys() {
    return audit_table;
}
std::span<const Key<EngineConfig>> engine_keys() {
    return engine_table;
}
std::span<const Key<CaptureConfig>> capture_keys() {
    return capture_table;
}
std::span<const Key<ControlConfig>> control_keys() {
    return control_table;
}
std::span<const Key<AdminConfig>> admin_keys() {
    return admin_table;
}
std::span<const Key<ArmingConfig>> arming_keys() {
    return arming_table;
}
std::span<const Key<TelemetryConfig>> telemetry_keys() {
    return telemetry_table;
}
std::span<const Key<TokenConfig>> token_keys() {
    return token_table;
}
std::span<const Key<PoolConfig>> pool_keys() {
    return pool_table;
}
std::span<const Key<RouterConfig>> router_keys() {
    return router_table;
}
std::span<const Key<RelayEndpoint>> relay_endpoint_keys() {
    return relay_endpoint_table;
}

} // namespace jitbox::apps::schema
