// The limits of a configuration as terms that can be compared (signer/limit_terms.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config.hpp"
#include "signer/limit_terms.hpp"

namespace jitbox::apps {

using signer::LimitTerms;

/// Every limit of `config`: [risk], what is asked of prices, tips, the pools' budgets, and what arming wants (manifest, clock,
/// anchor, a second price source: 1 where it is there).
[[nodiscard]] LimitTerms limit_terms(const Config& config);

} // namespace jitbox::apps
