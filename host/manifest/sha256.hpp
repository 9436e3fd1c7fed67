// SHA-256 of text and files, as lower-case hex.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace jitbox::manifest {

[[nodiscard]] std::string sha256_hex(std::string_view text);
/// Errors: cannot be read.
[[nodiscard]] Result<std::string> sha256_of_file(const std::string& path);

} // namespace jitbox::manifest
