// A digest of what a database of the signer's holds. Private to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite.hpp"

#include <span>
#include <string>
#include <string_view>

namespace jitbox::signer {

/// A table with all its columns.
struct BookTable {
    std::string_view name;
    std::span<const std::string_view> columns;
};

/// SHA-256 as hex over every value of every row, with its SQLite type: a text and a blob of the same bytes are not equal to a
/// query. Empty: there are no rows.
[[nodiscard]] Result<std::string> book_digest(store::Database& database, std::span<const BookTable> tables);

} // namespace jitbox::signer
