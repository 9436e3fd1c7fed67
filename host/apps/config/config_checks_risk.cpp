// Rules of [risk] and [prices] over several fields, and the static prices in the form that everything is valued by.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/config_schema.hpp"
#include "apps/config/reference_prices.hpp"
#include "risk/price_book.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace jitbox::apps {
namespace {

void check_not_zero(const char* key, const u256& value, ConfigErrors& errors) {
    if (value != 0) return;
    errors.push_back({fmt::format("config: risk.{} is zero", key), "nothing would pass: give what may really be at stake"});
}

void check_ladder(const RiskConfig& risk, ConfigErrors& errors) {
    if (risk.conservative_ppm <= risk.aggressive_ppm && risk.aggressive_ppm <= risk.emergency_ppm) return;
    errors.push_back({fmt::format("config: risk.conservative_ppm = {}, aggressive_ppm = {} and emergency_ppm = {} do not rise",
                                  risk.conservative_ppm, risk.aggressive_ppm, risk.emergency_ppm),
                      "each level begins where the one before it ends, or later"});
}

/// price_x96 = floor(price_wei * 2^96 / 10^decimals), or as the file gives it.
void check_static_price(TokenConfig& token, std::size_t i, ConfigErrors& errors) {
    if ((token.price_wei == 0) == (token.price_x96 == 0)) {
        errors.push_back(
            {fmt::format("config: tokens[{}].price_wei is {}", i, token.price_wei == 0 ? "missing" : "there beside price_x96"),
             "give exactly one of price_wei (of a whole token) and price_x96 (of a unit), or a [prices] file"});
        return;
    }
    if (token.price_x96 != 0) return;
    const auto price = risk::price_x96_of(token.price_wei, static_cast<unsigned>(token.decimals));
    if (!price) {
        errors.push_back({fmt::format("config: tokens[{}].price_wei = {} cannot be held as wei a unit with 96 fractional bits", i,
                                      chain::to_decimal(token.price_wei)),
                          "check price_wei and decimals: the price is for one whole token"});
    }
    token.price_x96 = price.value_or(0);
}

std::vector<PoolTick> reference_pools(const Config& config) {
    std::vector<PoolTick> out;
    for (const PoolConfig& pool : config.pools)
        if (pool.reference) out.push_back({.pool = &pool, .tick = 0});
    return out;
}

/// The chain as the second source: from the base every token is reached over the reference pools.
void check_observed(Config& config, ConfigErrors& errors) {
    if (!config.prices.observes()) return;
    if (!config.prices.second_file.empty())
        errors.push_back({"config: prices.second_file is there beside prices.observe_base", "the second source is one of them"});
    config.prices.second_file = config.paths.runtime_dir / "prices-observed.json";
    if (config.prices.observe_node_ws.empty()) config.prices.observe_node_ws = config.chain.node_ws;
    const auto base = std::ranges::find(config.tokens, config.prices.observe_base, &TokenConfig::symbol);
    if (base == config.tokens.end()) {
        errors.push_back({"config: prices.observe_base = '" + config.prices.observe_base + "' is no symbol of [[tokens]]",
                          "name the token that is ether, e.g. WETH"});
    } else if (const auto reached = prices_from(config, base->address, reference_pools(config)); !reached) {
        errors.push_back(
            {"config: " + reached.error().what, "give `reference = true` to pools that lead from the base to every token"});
    }
}

void check_prices(Config& config, ConfigErrors& errors) {
    const bool development = config.environment == "development";
    check_observed(config, errors);
    for (std::size_t i = 0; i < config.tokens.size(); ++i) {
        TokenConfig& token = config.tokens[i];
        if (config.prices.file.empty()) {
            check_static_price(token, i, errors);
        } else if (token.price_wei != 0 || token.price_x96 != 0) {
            errors.push_back({fmt::format("config: tokens[{}] has a static price beside prices.file", i),
                              "remove price_wei and price_x96: the file gives the prices"});
        }
    }
    if (config.prices.file.empty() && !development) {
        errors.push_back({"config: prices.file is missing", "static prices are for development: name the file of a price source"});
    }
    if (config.prices.second_file.empty() && !development) {
        errors.push_back(
            {"config: prices.second_file is missing",
             "one source alone may lie: name the file of another, independent one, or let the chain be it (prices.observe_base)"});
    }
    if (config.prices.file.empty() && !config.prices.second_file.empty()) {
        errors.push_back({"config: prices.second_file is there without prices.file", "name the first source too"});
    }
    if (!config.prices.file.empty() && config.prices.file == config.prices.second_file) {
        errors.push_back({"config: prices.second_file is prices.file", "a second source is another one"});
    }
}

} // namespace

void check_risk(Config& config, ConfigErrors& errors) {
    const RiskConfig& risk = config.risk;
    check_not_zero("max_position_wei", risk.max_position_wei, errors);
    check_not_zero("max_pool_value_wei", risk.max_pool_value_wei, errors);
    check_not_zero("max_daily_loss_wei", risk.max_daily_loss_wei, errors);
    check_not_zero("max_value_at_risk_wei", risk.max_value_at_risk_wei, errors);
    check_not_zero("max_gas_price_wei", risk.max_gas_price_wei, errors);
    if (risk.max_pool_value_wei < risk.max_position_wei) {
        errors.push_back({fmt::format("config: risk.max_pool_value_wei = {} is less than max_position_wei = {}",
                                      chain::to_decimal(risk.max_pool_value_wei), chain::to_decimal(risk.max_position_wei)),
                          "a pool's budget holds at least one position: raise it or lower max_position_wei"});
    }
    check_ladder(risk, errors);
    check_prices(config, errors);
}

} // namespace jitbox::apps
