// Whole files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string>

namespace jitbox {

/// The file's bytes. Errors: it is not there, may not be read, or is a directory; the path and the system's reason are named.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

} // namespace jitbox
