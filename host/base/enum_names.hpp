// Enumerations that are text in files and messages: a table of names, in the order of the values.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace jitbox {

/// The value with this name; nothing when there is none.
template <typename Enum, std::size_t count>
[[nodiscard]] constexpr std::optional<Enum> enum_from_text(const std::array<std::string_view, count>& names,
                                                           std::string_view text) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        if (names[i] == text) return static_cast<Enum>(i);
    return std::nullopt;
}

} // namespace jitbox
