// Text that somebody else has chosen, made fit for logs, tables and JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace jitbox {

/// At most the first `longest` bytes; control characters become spaces and what is not ASCII '?', so that a cut or broken UTF-8
/// sequence cannot make a JSON text that its reader refuses.
[[nodiscard]] inline std::string printable(std::string_view text, std::size_t longest) {
    std::string out(text.substr(0, longest));
    std::ranges::transform(out, out.begin(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x80 ? '?' : byte < 0x20 || byte == 0x7f ? ' ' : c;
    });
    return out;
}

} // namespace jitbox
