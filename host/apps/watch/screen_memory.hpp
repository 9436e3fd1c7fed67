// What the anomaly rules must not forget at a restart: decisions on reviews, and what was usual before. As text for the journal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "risk/screen.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace jitbox::apps {

[[nodiscard]] std::string format_reviews(const std::vector<risk::Review>& reviews);
/// Errors: other text.
[[nodiscard]] Result<std::vector<risk::Review>> parse_reviews(std::string_view text);

[[nodiscard]] std::string format_drift(const risk::Drift::State& state);
[[nodiscard]] Result<risk::Drift::State> parse_drift(std::string_view text);

} // namespace jitbox::apps
