// The limits of a configuration as terms that can be compared: what of a new one is looser than what was armed before (API-3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::apps {

/// Key of the configuration -> its value, as decimal text.
using LimitTerms = std::map<std::string, std::string>;

/// Every limit of `config`: [risk], what is asked of prices, tips, the pools' budgets, and what arming wants (manifest, clock,
/// anchor, a second price source: 1 where it is there).
[[nodiscard]] LimitTerms limit_terms(const Config& config);

/// JSON of one line, and back. Errors: other text.
[[nodiscard]] std::string format_limit_terms(const LimitTerms& terms);
[[nodiscard]] Result<LimitTerms> parse_limit_terms(std::string_view text);

/// One line for each term of `now` that is looser than in `before`: "risk.max_daily_loss_wei: 1 -> 2". A pool that was not there
/// before had no budget. A limit that an older version did not know is not looser. Empty: nothing is looser.
[[nodiscard]] std::vector<std::string> looser_terms(const LimitTerms& before, const LimitTerms& now);

} // namespace jitbox::apps
