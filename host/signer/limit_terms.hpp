// The limits that jitd arms with, as terms that can be compared: what of new ones is looser than what was armed before (API-3).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace jitbox::signer {

/// Key of jitd's configuration -> its value, as decimal text.
using LimitTerms = std::map<std::string, std::string>;

/// JSON of one line, and back. Errors: other text.
[[nodiscard]] std::string format_limit_terms(const LimitTerms& terms);
[[nodiscard]] Result<LimitTerms> parse_limit_terms(std::string_view text);

/// keccak256 of the text as hex; empty for an empty text.
[[nodiscard]] std::string limits_digest(std::string_view text);

/// One line for each term of `now` that is looser than in `before`: "risk.max_daily_loss_wei: 1 -> 2". A pool that was not there
/// before had no budget, one that is not there any more has none. A limit that an older version did not know is not looser; one
/// that is gone is. Empty: nothing is looser.
[[nodiscard]] std::vector<std::string> looser_terms(const LimitTerms& before, const LimitTerms& now);

} // namespace jitbox::signer
