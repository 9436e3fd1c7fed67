// Reads an audit file from its end, so that what happened last is found without reading all that ever happened. Private to audit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/log.hpp"

#include <functional>

namespace jitbox::audit {

/// Calls `take` for the lines of the file's first `size` bytes, the last one first, until it returns false or fails. The file is
/// read in blocks; a line longer than one is whole all the same. Errors: those of reading, and of `take`.
[[nodiscard]] Result<void> for_each_line_backward(int fd, const std::string& path, off_t size,
                                                  const std::function<Result<bool>(std::string_view line)>& take);

} // namespace jitbox::audit
