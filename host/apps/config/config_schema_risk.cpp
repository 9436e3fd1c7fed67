// The keys of [risk] and [prices]: the limits of RISK-1, the ladder of RISK-2 and the anomaly rules of RISK-4. The defaults are
// those of docs/security.md at 2,500 dollars an ether; they serve development, everywhere else the file states what money is at
// stake. SPDX-License-Identifier: Apache-2.0
#include "apps/config/config_schema.hpp"

#include <array>

namespace jitbox::apps::schema {
namespace {

using V = const Value&;
using K = Key<RiskConfig>;
using C = RiskConfig;

constexpr bool stated = true;
constexpr const char* responses = "alert|review|block";

constexpr std::array risk_table{
    K{"max_position_wei", Type::wei, "400000000000000000000", "", "Largest value of one position ($1,000,000).",
      [](C& c, V v) { c.max_position_wei = v.wei; }, stated},
    K{"max_pool_value_wei", Type::wei, "400000000000000000000", "", "Largest value of all open positions on one pool together.",
      [](C& c, V v) { c.max_pool_value_wei = v.wei; }, stated},
    K{"max_daily_loss_wei", Type::wei, "20000000000000000000", "",
      "Realised loss of one UTC day, with the worst loss of all that is open, that stops new bundles ($50,000).",
      [](C& c, V v) { c.max_daily_loss_wei = v.wei; }, stated},
    K{"max_drawdown_ppm", Type::integer, "150000", "1..1000000",
      "Fall of the result, realised and by prices, from its highest point of the last value_at_risk_days, of what the portfolio "
      "was worth then.",
      [](C& c, V v) { c.max_drawdown_ppm = v.natural(); }, stated},
    K{"max_leverage_ppm", Type::integer, "3000000", "1..100000000", "Value of all open positions together, of the portfolio's.",
      [](C& c, V v) { c.max_leverage_ppm = v.natural(); }, stated},
    K{"max_concentration_ppm", Type::integer, "300000", "1..1000000", "Value of one position, of the portfolio's.",
      [](C& c, V v) { c.max_concentration_ppm = v.natural(); }, stated},
    K{"max_value_at_risk_wei", Type::wei, "40000000000000000000", "",
      "Loss of a day that was not exceeded on 95 % of the days of the window ($100,000).",
      [](C& c, V v) { c.max_value_at_risk_wei = v.wei; }, stated},
    K{"value_at_risk_days", Type::integer, "250", "20..1000",
      "The window of the value at risk and of the drawdown's peak. Under 20 days with results there is no value at risk.",
      [](C& c, V v) { c.value_at_risk_days = v.natural(); }, stated},
    K{"max_gas_price_wei", Type::wei, "200000000000", "", "Highest fee cap (maxFeePerGas) of our transactions.",
      [](C& c, V v) { c.max_gas_price_wei = v.wei; }, stated},
    K{"max_price_impact_ppm", Type::integer, "30000", "1..1000000", "Largest move of the pool's price by the swap.",
      [](C& c, V v) { c.max_price_impact_ppm = v.natural(); }, stated},
    K{"max_slippage_ppm", Type::integer, "30000", "0..1000000",
      "How much of the position's value the minimum amounts of a plan may leave unprotected.",
      [](C& c, V v) { c.max_slippage_ppm = v.natural(); }, stated},
    K{"max_orders_per_second", Type::integer, "10", "1..1000", "Bundles a second.",
      [](C& c, V v) { c.max_orders_per_second = v.natural(); }, stated},
    K{"max_concurrent_bundles", Type::integer, "4", "1..64", "Bundles whose outcome is still open.",
      [](C& c, V v) { c.max_concurrent_bundles = v.natural(); }, stated},
    K{"max_retries", Type::integer, "3", "0..1000", "Further bundles for the same target after its first, within ten minutes.",
      [](C& c, V v) { c.max_retries = v.natural(); }, stated},
    K{"min_profit_wei", Type::wei, required, "", "A decision with less profit after gas and tip is rejected, by engine and gate.",
      [](C& c, V v) { c.min_profit_wei = v.wei; }},
    K{"conservative_ppm", Type::integer, "500000", "1..1000000",
      "Use of the most used loss limit from which the protection level is at least CONSERVATIVE.",
      [](C& c, V v) { c.conservative_ppm = v.natural(); }, stated},
    K{"aggressive_ppm", Type::integer, "750000", "1..1000000", "The same for AGGRESSIVE.",
      [](C& c, V v) { c.aggressive_ppm = v.natural(); }, stated},
    K{"emergency_ppm", Type::integer, "1000000", "1..1000000", "The same for EMERGENCY, which disarms.",
      [](C& c, V v) { c.emergency_ppm = v.natural(); }, stated},
    K{"unusual_amount_wei", Type::wei, "40000000000000000000", "",
      "A position of more value is unusual ($100,000); 0 turns the rule off.", [](C& c, V v) { c.unusual_amount_wei = v.wei; },
      stated},
    K{"unusual_amount", Type::choice, "block", responses, "What is done about it.", [](C& c, V v) { c.unusual_amount = v.text; },
      stated},
    K{"unusual_orders_per_hour", Type::integer, "100", "0..1000000", "More bundles in an hour are unusual; 0 turns the rule off.",
      [](C& c, V v) { c.unusual_orders_per_hour = v.natural(); }, stated},
    K{"unusual_frequency", Type::choice, "alert", responses, "What is done about it.",
      [](C& c, V v) { c.unusual_frequency = v.text; }, stated},
    K{"unusual_destination", Type::choice, "alert", responses, "What is done about a pool on which no bundle was ever included.",
      [](C& c, V v) { c.unusual_destination = v.text; }, stated},
    K{"unusual_success_ppm", Type::integer, "500000", "0..1000000",
      "The share of bundles included, of the last 40, is unusual under so much of what it was before; 0 turns the rule off.",
      [](C& c, V v) { c.unusual_success_ppm = v.natural(); }, stated},
    K{"unusual_success", Type::choice, "alert", responses, "What is done about it.", [](C& c, V v) { c.unusual_success = v.text; },
      stated},
    K{"unusual_timing_ppm", Type::integer, "5000000", "0..1000000000",
      "The time from frame to post, of the last 40, is unusual over so much of what it was before; 0 turns the rule off.",
      [](C& c, V v) { c.unusual_timing_ppm = v.natural(); }, stated},
    K{"unusual_timing", Type::choice, "alert", responses, "What is done about it.", [](C& c, V v) { c.unusual_timing = v.text; },
      stated},
    K{"configuration_change", Type::choice, "alert", responses,
      "What is done at the first start with other limits than the last run had.",
      [](C& c, V v) { c.configuration_change = v.text; }, stated},
    K{"unusual_refusals_per_minute", Type::integer, "30", "0..1000000",
      "More commands and requests that are refused in a minute, wrong approvals among them, are unusual; 0 turns the rule off.",
      [](C& c, V v) { c.unusual_refusals_per_minute = v.natural(); }, stated},
    K{"unusual_requests_per_minute", Type::integer, "6000", "0..1000000",
      "More requests in a minute, at control socket and admin port together, are unusual; 0 turns the rule off.",
      [](C& c, V v) { c.unusual_requests_per_minute = v.natural(); }, stated},
    K{"unusual_access", Type::choice, "alert", responses, "What is done about either.",
      [](C& c, V v) { c.unusual_access = v.text; }, stated},
};

constexpr std::array prices_table{
    Key<PricesConfig>{"file", Type::path, "", "",
                      "The price file, which its source replaces as prices move: see [risk.md](risk.md#prices). Empty: the static "
                      "prices of [[tokens]] (development only).",
                      [](PricesConfig& c, V v) { c.file = v.text; }},
    Key<PricesConfig>{"second_file", Type::path, "", "",
                      "A price file of another source, that the first is compared with. Empty: no comparison (development only).",
                      [](PricesConfig& c, V v) { c.second_file = v.text; }},
    Key<PricesConfig>{"max_age_ms", Type::integer, "30000", "100..86400000",
                      "An older price, in either file, forbids trading and disarms.",
                      [](PricesConfig& c, V v) { c.max_age_ms = v.natural(); }, stated},
    Key<PricesConfig>{"max_difference_ppm", Type::integer, "10000", "0..1000000",
                      "A larger difference of the two sources, of the lower price, forbids trading and disarms.",
                      [](PricesConfig& c, V v) { c.max_difference_ppm = v.natural(); }, stated},
    Key<PricesConfig>{
        "observe_base", Type::text, "", "",
        "Symbol of the token that is ether: jitd itself observes the mean prices of the pools with `reference`, as the "
        "second source. Empty: it does not.",
        [](PricesConfig& c, V v) { c.observe_base = v.text; }},
    Key<PricesConfig>{"observe_node_ws", Type::url, "", "ws|wss",
                      "The node that is asked for them, better another than chain.node_ws. Empty: that one.",
                      [](PricesConfig& c, V v) { c.observe_node_ws = v.text; }},
    Key<PricesConfig>{"observe_window_s", Type::integer, "1800", "1..86400", "How long the mean is.",
                      [](PricesConfig& c, V v) { c.observe_window_s = v.natural(); }},
    Key<PricesConfig>{"observe_every_ms", Type::integer, "5000", "100..3600000", "How often they are asked for.",
                      [](PricesConfig& c, V v) { c.observe_every_ms = v.natural(); }},
};

} // namespace

std::span<const Key<RiskConfig>> risk_keys() {
    return risk_table;
}
std::span<const Key<PricesConfig>> prices_keys() {
    return prices_table;
}

} // namespace jitbox::apps::schema
