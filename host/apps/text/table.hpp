// Plain text tables for the terminal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace jitbox::apps {

/// Columns as wide as their longest cell, the header underlined, two spaces between. A row may have fewer cells than the header.
[[nodiscard]] std::string render_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

} // namespace jitbox::apps
