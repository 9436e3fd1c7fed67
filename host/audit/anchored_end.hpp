// The end of a log whose older part is not looked at. Private to audit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/head_file.hpp"

#include <optional>

#include <sys/types.h>

namespace jitbox::audit {

/// The last record of the file's `size` bytes, when everything from the older of the two heads that are kept elsewhere to the end
/// is one chain with both in it. Each hash contains the one before it: whoever reads on from there backwards, along the hashes,
/// gets what was written or notices. Empty: not so, or in doubt (a torn line, a torn head, I/O); the whole file's verification says
/// which.
[[nodiscard]] std::optional<Head> anchored_end(int fd, const std::string& path, off_t size, const StoredHead& stored,
                                               const Head& anchor);

} // namespace jitbox::audit
