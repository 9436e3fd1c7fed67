// The keys of one section as a table for the documentation.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace jitbox::apps::schema {

/// Markdown: a heading, `note`, a row for each key.
template <typename Section>
[[nodiscard]] std::string reference_table(const std::string& title, const std::string& note, std::span<const Key<Section>> keys) {
    std::string out = fmt::format("### {}\n\n{}| key | type | default | meaning |\n|---|---|---|---|\n", title, note);
    for (const auto& key : keys) {
        std::string range = key.range;
        std::ranges::replace(range, '|', '/');
        const std::string type = range.empty() ? name_of(key.type) : fmt::format("{}: {}", name_of(key.type), range);
        const std::string fallback = key.fallback == required ? "required"
                                     : *key.fallback == '\0'  ? "empty"
                                                              : fmt::format("`{}`", key.fallback);
        out += fmt::format("| `{}` | {} | {}{} | {} |\n", key.name, type, fallback, key.stated ? " (development)" : "", key.help);
    }
    return out + "\n";
}

} // namespace jitbox::apps::schema
