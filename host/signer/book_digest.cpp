// A database's digest.
// SPDX-License-Identifier: Apache-2.0
#include "signer/book_digest.hpp"

#include "manifest/sha256.hpp"

namespace jitbox::signer {
namespace {

/// One text a row, in an order that does not depend on how it came to be.
std::string query_of(std::span<const BookTable> tables) {
    std::string sql;
    for (const BookTable& table : tables) {
        sql += sql.empty() ? "SELECT '" : " UNION ALL SELECT '";
        sql += std::string(table.name) + "'";
        for (const std::string_view column : table.columns)
            sql += " || ' ' || typeof(" + std::string(column) + ") || hex(" + std::string(column) + ")";
        sql += " FROM " + std::string(table.name);
    }
    return sql + " ORDER BY 1";
}

} // namespace

Result<std::string> book_digest(store::Database& database, std::span<const BookTable> tables) {
    auto rows = database.prepare(query_of(tables).c_str());
    if (!rows) return std::unexpected(rows.error());
    std::string text;
    for (;;) {
        const auto row = rows->step();
        if (!row) return std::unexpected(row.error());
        if (!*row) return text.empty() ? text : manifest::sha256_hex(text);
        text += rows->text(0) + "\n";
    }
}

} // namespace jitbox::signer
