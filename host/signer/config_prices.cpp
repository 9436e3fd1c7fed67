// What prices are possible: the section [prices].
// SPDX-License-Identifier: Apache-2.0
#include "signer/config_section.hpp"

#include <map>

namespace jitbox::signer {
namespace {

constexpr const char* token_form = R"(must be { symbol = "...", decimals = 18, least_wei = "...", most_wei = "..." })";
constexpr const char* pool_form = R"(must be { id = 0, token0 = "...", token1 = "..." })";
constexpr std::int64_t most_decimals = 77; // 10^77 is the largest power of ten of 256 bits

std::optional<chain::u256> wei_of(const toml::table& table, const char* key) {
    const auto text = table[key].value_exact<std::string>();
    if (!text) return std::nullopt;
    const auto amount = chain::parse_u256(*text);
    return amount ? std::optional(*amount) : std::nullopt;
}

/// One entry of `tokens`.
void read_token(const toml::node& node, const std::string& where, Section& section, std::map<std::string, TokenBounds>& out) {
    const toml::table* table = node.as_table();
    const auto symbol = table == nullptr ? std::nullopt : (*table)["symbol"].value_exact<std::string>();
    const auto decimals = table == nullptr ? std::nullopt : (*table)["decimals"].value_exact<std::int64_t>();
    if (!symbol || !decimals || *decimals < 0 || *decimals > most_decimals || table->size() != 4) {
        section.error(where, token_form, "wei are of one whole token, as text");
        return;
    }
    const auto least = wei_of(*table, "least_wei");
    const auto most = wei_of(*table, "most_wei");
    const auto digits = static_cast<unsigned>(*decimals);
    if (!least || !most || *least > *most || bound_x96(*least, digits).value_or(0) == 0 || !bound_x96(*most, digits)) {
        section.error(where, "least_wei and most_wei must be amounts of wei, the first not zero and not above the second");
        return;
    }
    if (!out.emplace(*symbol, TokenBounds{.symbol = *symbol, .decimals = digits, .least_wei = *least, .most_wei = *most}).second)
        section.error(where, "'" + *symbol + "' is there twice");
}

/// One entry of `pools`.
void read_pool(const toml::node& node, const std::string& where, Section& section, const std::map<std::string, TokenBounds>& tokens,
               std::vector<PoolBounds>& out) {
    const toml::table* table = node.as_table();
    const auto id = table == nullptr ? std::nullopt : (*table)["id"].value_exact<std::int64_t>();
    if (!id || *id < 0 || *id > UINT16_MAX || table->size() != 3) {
        section.error(where, pool_form, "id: the executor's number of the pool");
        return;
    }
    PoolBounds pool{.pool_id = static_cast<std::uint16_t>(*id), .tokens = {}};
    for (std::size_t side = 0; side < 2; ++side) {
        const auto symbol = (*table)[side == 0 ? "token0" : "token1"].value_exact<std::string>();
        const auto token = symbol ? tokens.find(*symbol) : tokens.end();
        if (token == tokens.end()) {
            section.error(where, "token" + std::to_string(side) + " is none of prices.tokens");
            return;
        }
        pool.tokens.at(side) = token->second;
    }
    if (std::ranges::find(out, pool.pool_id, &PoolBounds::pool_id) != out.end())
        section.error(where, "pool " + std::to_string(pool.pool_id) + " is there twice");
    out.push_back(std::move(pool));
}

/// The items of a list that must be there and not be empty; none when it is not.
const toml::array* list_of(const toml::table& root, const char* key, Section& section, const char* form) {
    const toml::array* items = section.has(key) ? root["prices"][key].as_array() : nullptr;
    if (items == nullptr || items->empty()) section.error(key, "must be a list that is not empty", form);
    return items;
}

} // namespace

void read_prices_section(const toml::table& root, Config& config, std::vector<Error>& errors) {
    if (!root.contains("prices") && config.environment == "development") return;
    Section section(root, "prices", errors);
    if (!root["prices"].is_table()) return; // the section's own error says what to add
    std::map<std::string, TokenBounds> bounds;
    const toml::array* tokens = list_of(root, "tokens", section, token_form);
    for (std::size_t i = 0; tokens != nullptr && i < tokens->size(); ++i)
        read_token((*tokens)[i], "tokens[" + std::to_string(i) + "]", section, bounds);
    const toml::array* pools = list_of(root, "pools", section, pool_form);
    for (std::size_t i = 0; pools != nullptr && i < pools->size(); ++i)
        read_pool((*pools)[i], "pools[" + std::to_string(i) + "]", section, bounds, config.price_bounds);
    section.refuse_unknown_keys();
}

} // namespace jitbox::signer
