// The price of every token that is in use now: the configuration's static one, or the newest of the price file that could be used.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config.hpp"
#include "risk/price_book.hpp"

#include <map>
#include <vector>

namespace jitbox::apps {

/// Not thread-safe: owned by jitd's loop. Takes effect at the next head, in engine and planner together, so that a decision and its
/// plan are valued alike.
class TokenPrices {
public:
    explicit TokenPrices(const Config& config);

    /// Wei a unit, Q96; 0 while no price was ever read.
    [[nodiscard]] u256 x96(const Bytes20& token) const;
    void take(const risk::Quotes& quotes);

private:
    std::map<Bytes20, u256> prices_;
};

/// The configured tokens as price files are read for them.
[[nodiscard]] std::vector<risk::PricedToken> priced_tokens(const Config& config);

} // namespace jitbox::apps
