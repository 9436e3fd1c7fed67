// Prices in use.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/token_prices.hpp"

namespace jitbox::apps {

TokenPrices::TokenPrices(const Config& config) {
    for (const TokenConfig& token : config.tokens) prices_[token.address] = token.price_x96;
}

u256 TokenPrices::x96(const Bytes20& token) const {
    const auto found = prices_.find(token);
    return found == prices_.end() ? u256{0} : found->second;
}

void TokenPrices::take(const risk::Quotes& quotes) {
    for (const auto& [token, quote] : quotes) prices_[token] = quote.price_x96;
}

std::vector<risk::PricedToken> priced_tokens(const Config& config) {
    std::vector<risk::PricedToken> out;
    out.reserve(config.tokens.size());
    for (const TokenConfig& token : config.tokens) {
        out.push_back({.address = token.address, .symbol = token.symbol, .decimals = static_cast<unsigned>(token.decimals)});
    }
    return out;
}

} // namespace jitbox::apps
