// The configuration in the terms of each library.
// SPDX-License-Identifier: Apache-2.0
#include "apps/runtime/parts.hpp"

#include "apps/offline/router_table.hpp"
#include "audit/anchor.hpp"
#include "base/hex.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace jitbox::apps {
namespace {

accel::RouterKind router_kind(const std::string& kind) {
    if (kind == "swap_router") return accel::RouterKind::swap_router;
    if (kind == "swap_router02") return accel::RouterKind::swap_router02;
    if (kind == "universal_router") return accel::RouterKind::universal_router;
    if (kind == "universal_router_v1_0") return accel::RouterKind::universal_router_v1_0;
    if (kind == "universal_router_v2") return accel::RouterKind::universal_router_v2;
    return accel::RouterKind::universal_router_v2_1;
}

const TokenConfig& token_of(const Config& config, const Bytes20& address) {
    return *config.token(address); // check_config has made sure that it is there
}

risk::Response response_of(const std::string& name) {
    return risk::response_from_text(name).value_or(risk::Response::block); // the schema allows no other
}

} // namespace

std::vector<pools::PoolIdentity> pool_identities(const Config& config) {
    std::vector<pools::PoolIdentity> out;
    out.reserve(config.pools.size());
    for (const PoolConfig& pool : config.pools) {
        pools::PoolIdentity identity;
        identity.name = pool_name(config, pool);
        identity.address = pool.address;
        identity.token0 = pool.token0;
        identity.token1 = pool.token1;
        identity.fee = static_cast<std::uint32_t>(pool.fee);
        identity.tick_spacing = pool.tick_spacing;
        identity.kind = pool.kind == "pancake_v3" ? pools::Kind::pancake_v3 : pools::Kind::uniswap_v3;
        identity.factory = pool.factory;
        identity.deployer = {.deployer = pool.deployer,
                             .init_code_hash = fixed_from_hex<32>(pool.init_code_hash).value_or(Bytes32{})};
        out.push_back(std::move(identity));
    }
    return out;
}

std::vector<accel::RouterEntry> router_table(const Config& config) {
    if (config.routers.empty()) return mainnet_routers().routers;
    std::vector<accel::RouterEntry> out;
    out.reserve(config.routers.size());
    for (const RouterConfig& router : config.routers) {
        out.push_back({.address = router.address, .kind = router_kind(router.kind), .factory = router.factory});
    }
    return out;
}

accel::ParamsRecord params_of(const Config& config, const TokenPrices& prices, std::uint16_t pool_index,
                              chain::u256 gas_price_wei) {
    const PoolConfig& pool = config.pools.at(pool_index);
    accel::ParamsRecord out;
    out.pool_index = pool_index;
    out.candidates = static_cast<std::uint16_t>(config.strategy.candidates);
    out.tip_ppm = static_cast<std::uint32_t>(config.strategy.tip_ppm);
    out.price0_x96 = prices.x96(pool.token0);
    out.price1_x96 = prices.x96(pool.token1);
    out.budget0 = pool.budget0;
    out.budget1 = pool.budget1;
    out.gas_cost_wei = gas_price_wei * (config.strategy.mint_gas + config.strategy.burn_gas);
    out.tip_floor_wei = config.strategy.tip_floor_wei;
    out.min_profit_wei = config.risk.min_profit_wei;
    return out;
}

strategy::PlannerConfig planner_config(const Config& config, const TokenPrices& prices) {
    strategy::PlannerConfig out;
    out.chain_id = config.chain.id;
    out.executor = config.chain.executor;
    out.mint_gas_limit = config.strategy.mint_gas;
    out.burn_gas_limit = config.strategy.burn_gas;
    out.max_priority_fee_per_gas_wei = config.strategy.priority_fee_wei;
    out.fee_headroom_ppm = static_cast<std::uint32_t>(config.strategy.fee_headroom_ppm);
    out.max_tip_wei = config.strategy.max_tip_wei;
    out.min_improvement_wei = config.strategy.min_improvement_wei;
    out.pools = planner_pools(config, prices);
    return out;
}

std::vector<strategy::PlannerPool> planner_pools(const Config& config, const TokenPrices& prices) {
    std::vector<strategy::PlannerPool> out;
    out.reserve(config.pools.size());
    for (std::size_t i = 0; i < config.pools.size(); ++i) {
        const PoolConfig& pool = config.pools[i];
        out.push_back({.address = pool.address,
                       .pool_index = static_cast<std::uint16_t>(i),
                       .executor_pool_id = static_cast<std::uint16_t>(pool.executor_pool_id),
                       .price0_x96 = prices.x96(pool.token0),
                       .price1_x96 = prices.x96(pool.token1)});
    }
    return out;
}

risk::Limits risk_limits(const Config& config) {
    risk::Limits out;
    out.max_position_value_wei = config.risk.max_position_wei;
    out.max_gas_price_wei = config.risk.max_gas_price_wei;
    out.max_gas_limit = config.strategy.mint_gas + config.strategy.burn_gas;
    out.max_price_impact_ppm = static_cast<std::uint32_t>(config.risk.max_price_impact_ppm);
    out.max_slippage_ppm = static_cast<std::uint32_t>(config.risk.max_slippage_ppm);
    out.max_orders_per_second = static_cast<std::uint32_t>(config.risk.max_orders_per_second);
    out.max_concurrent_bundles = static_cast<std::uint32_t>(config.risk.max_concurrent_bundles);
    out.max_pool_value_wei = config.risk.max_pool_value_wei;
    out.max_retries = static_cast<std::uint32_t>(config.risk.max_retries);
    out.min_profit_wei = config.risk.min_profit_wei;
    out.max_daily_loss_wei = config.risk.max_daily_loss_wei;
    out.portfolio = risk::PortfolioLimits{.max_leverage_ppm = static_cast<std::uint32_t>(config.risk.max_leverage_ppm),
                                          .max_concentration_ppm = static_cast<std::uint32_t>(config.risk.max_concentration_ppm),
                                          .max_drawdown_ppm = static_cast<std::uint32_t>(config.risk.max_drawdown_ppm),
                                          .max_value_at_risk_wei = config.risk.max_value_at_risk_wei};
    return out;
}

risk::ScreenRules screen_rules(const Config& config) {
    return {.unusual_amount_wei = config.risk.unusual_amount_wei,
            .amount = response_of(config.risk.unusual_amount),
            .unusual_orders_per_hour = static_cast<std::uint32_t>(config.risk.unusual_orders_per_hour),
            .frequency = response_of(config.risk.unusual_frequency),
            .destination = response_of(config.risk.unusual_destination)};
}

risk::PriceSettings price_settings(const Config& config) {
    risk::PriceSettings out;
    out.tokens = priced_tokens(config);
    if (!config.prices.file.empty()) out.first = config.prices.file;
    if (!config.prices.second_file.empty()) out.second = config.prices.second_file;
    out.rules = {.max_age = std::chrono::milliseconds(config.prices.max_age_ms),
                 .max_difference_ppm = static_cast<std::uint32_t>(config.prices.max_difference_ppm)};
    return out;
}

feed::FeedOptions feed_options(const Config& config) {
    feed::FeedOptions out;
    out.url = config.chain.node_ws;
    out.ca_file = config.chain.node_ca_file.string();
    for (const PoolConfig& pool : config.pools) out.log_addresses.push_back(pool.address);
    out.min_backoff = std::chrono::milliseconds(config.feed.backoff_ms);
    out.max_backoff = std::chrono::milliseconds(config.feed.backoff_max_ms);
    out.stall = std::chrono::milliseconds(config.feed.stall_ms);
    return out;
}

std::vector<relay::RelayConfig> relay_configs(const Config& config) {
    std::vector<relay::RelayConfig> out;
    out.reserve(config.relays.size());
    for (const RelayEndpoint& endpoint : config.relays) {
        relay::RelayConfig relay;
        relay.name = endpoint.name;
        relay.url = endpoint.url;
        relay.deadline = std::chrono::milliseconds(config.relay.deadline_ms);
        relay.cancel_style =
            endpoint.cancel_style == "empty_bundle" ? relay::CancelStyle::empty_bundle : relay::CancelStyle::cancel_bundle;
        relay.ca_file = endpoint.ca_file.string();
        out.push_back(std::move(relay));
    }
    return out;
}

std::vector<Bytes20> builders(const Config& config) {
    std::vector<Bytes20> out;
    for (const RelayEndpoint& relay : config.relays) {
        if (relay.fee_recipients.empty()) return {};
        out.insert(out.end(), relay.fee_recipients.begin(), relay.fee_recipients.end());
    }
    return out;
}

Result<std::vector<signer::LeasePool>> lease_pools(const Config& config, const TokenPrices& prices,
                                                   const std::vector<std::string>& addresses) {
    std::vector<const PoolConfig*> chosen;
    for (const std::string& text : addresses) {
        const auto address = fixed_from_hex<20>(text);
        const auto found = address ? std::ranges::find(config.pools, *address, &PoolConfig::address) : config.pools.end();
        if (found == config.pools.end()) return fail("arm: " + text + " is no configured pool", "see jitctl pools");
        chosen.push_back(&*found);
    }
    if (addresses.empty()) {
        for (const PoolConfig& pool : config.pools) chosen.push_back(&pool);
    }
    std::vector<signer::LeasePool> out;
    out.reserve(chosen.size());
    for (const PoolConfig* pool : chosen) {
        out.push_back({.pool_id = static_cast<std::uint16_t>(pool->executor_pool_id),
                       .price0_x96 = prices.x96(pool->token0),
                       .price1_x96 = prices.x96(pool->token1)});
    }
    return out;
}

Result<std::unique_ptr<audit::Log>> open_audit(const Config& config) {
    const std::string path = (config.paths.state_dir / "audit.jsonl").string();
    if (config.audit.anchor.empty()) return audit::Log::open(path);
    auto anchor = audit::make_anchor(config.audit.anchor, path);
    if (!anchor) return std::unexpected(anchor.error());
    return audit::Log::open(path, std::move(*anchor), audit::Scrub{});
}

std::string audit_problem(const Config& config, const audit::Log& log) {
    if (std::string damage = log.scrub_status().damage; !damage.empty()) return damage;
    const audit::AnchorStatus status = log.anchor_status();
    if (status.behind.count() <= static_cast<std::int64_t>(config.audit.anchor_max_behind_ms)) return {};
    return fmt::format("audit: the anchor {} is {} ms behind: {}", status.name, status.behind.count(),
                       status.error.empty() ? "it does not answer" : status.error);
}

std::string audit_objection(const Config& config, const audit::Log& log) {
    std::string problem = audit_problem(config, log);
    return problem.empty() && log.scrub_status().pending ? audit::still_verified : problem;
}

std::string pool_name(const Config& config, const PoolConfig& pool) {
    return fmt::format("{}/{} {}", token_of(config, pool.token0).symbol, token_of(config, pool.token1).symbol, pool.fee);
}

} // namespace jitbox::apps
