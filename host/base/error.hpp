// Errors that a caller can act on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace jitbox {

/// What went wrong and what to do about it. Travels in std::expected; exceptions are for the impossible.
struct Error {
    std::string what; ///< names the thing that was wrong, e.g. "config: limits.max_position_wei is missing"
    std::string hint; ///< what the reader can do, e.g. "add it to [limits], see docs/configuration.md"; may be empty

    [[nodiscard]] std::string text() const { return hint.empty() ? what : what + " (" + hint + ")"; }
};

template <typename T>
using Result = std::expected<T, Error>;

/// Shorthand: `return fail("relay: connection refused", "is it running?");`
[[nodiscard]] inline std::unexpected<Error> fail(std::string what, std::string hint = {}) {
    return std::unexpected(Error{std::move(what), std::move(hint)});
}

} // namespace jitbox
