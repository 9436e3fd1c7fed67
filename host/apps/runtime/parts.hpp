// The configuration in the terms of each library.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"
#include "apps/config/config.hpp"
#include "apps/config/token_prices.hpp"
#include "audit/log.hpp"
#include "feed/feed.hpp"
#include "pools/pool_keeper.hpp"
#include "relay/client.hpp"
#include "risk/gate.hpp"
#include "risk/monitor.hpp"
#include "signer/protocol.hpp"
#include "strategy/planner.hpp"

#include <memory>
#include <string>
#include <vector>

namespace jitbox::apps {

[[nodiscard]] std::vector<pools::PoolIdentity> pool_identities(const Config& config);
[[nodiscard]] std::vector<accel::RouterEntry> router_table(const Config& config);
/// PARAMS of a pool; `gas_price_wei` is what a unit of gas costs in the next block.
[[nodiscard]] accel::ParamsRecord params_of(const Config& config, const TokenPrices& prices, std::uint16_t pool_index,
                                            chain::u256 gas_price_wei);
[[nodiscard]] strategy::PlannerConfig planner_config(const Config& config, const TokenPrices& prices);
[[nodiscard]] std::vector<strategy::PlannerPool> planner_pools(const Config& config, const TokenPrices& prices);
[[nodiscard]] risk::Limits risk_limits(const Config& config);
[[nodiscard]] risk::ScreenRules screen_rules(const Config& config);
[[nodiscard]] risk::PriceSettings price_settings(const Config& config);
[[nodiscard]] feed::FeedOptions feed_options(const Config& config);
[[nodiscard]] std::vector<relay::RelayConfig> relay_configs(const Config& config);
/// Fee recipients of all builders behind the relays; empty unless every relay's are known.
[[nodiscard]] std::vector<Bytes20> builders(const Config& config);
/// The pools of a lease with the prices that the signer counts notional by. Errors: an address that is no configured pool.
[[nodiscard]] Result<std::vector<signer::LeasePool>> lease_pools(const Config& config, const TokenPrices& prices,
                                                                 const std::vector<std::string>& addresses);
/// <state_dir>/audit.jsonl with the configured anchor.
[[nodiscard]] Result<std::unique_ptr<audit::Log>> open_audit(const Config& config);
/// Why the audit log forbids being armed: somebody changed it, or its anchor does not keep up. Empty: it does not.
[[nodiscard]] std::string audit_problem(const Config& config, const audit::Log& log);
/// Why it forbids to arm: its problem, or that it is still being verified.
[[nodiscard]] std::string audit_objection(const Config& config, const audit::Log& log);
/// "WETH/USDC 500"
[[nodiscard]] std::string pool_name(const Config& config, const PoolConfig& pool);

} // namespace jitbox::apps
