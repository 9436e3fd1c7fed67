// One audit record as one line of bytes; private to audit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "audit/log.hpp"

namespace jitbox::audit {

/// The line with its newline; fills in record.hash. Layout: {"seq":..,...,"prev":"<64 hex>","hash":"<64 hex>"}\n
[[nodiscard]] std::string encode_line(Record& record);
/// A line without its newline. Errors: the hash is not that of the bytes (checked first), not our layout.
[[nodiscard]] Result<Record> decode_line(std::string_view line);

/// "<seq> <64 hex>\n", of fixed width.
[[nodiscard]] std::string encode_head(const Head& head);
[[nodiscard]] Result<Head> decode_head(std::string_view text);

} // namespace jitbox::audit
