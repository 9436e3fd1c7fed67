// Whole files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace jitbox {

/// The file's bytes. Errors: it is not there, may not be read, or is a directory; the path and the system's reason are named.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

/// A secret, or what becomes one: a new file of mode 0600, on the disk when this comes back. Errors: there is one already, it is
/// never overwritten; it cannot be written, then none is left.
[[nodiscard]] Result<void> write_new_private_file(const std::filesystem::path& path, std::string_view text);

} // namespace jitbox
