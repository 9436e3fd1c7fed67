// SQLite behind RAII: databases that are durable by default, prepared statements, transactions, migrations.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

struct sqlite3;
struct sqlite3_stmt;

namespace jitbox::store {

class Database;

/// A prepared statement; bind, then step. Belongs to the thread that uses its Database.
class Statement {
public:
    /// Binds ?1, ?2, ... in order and forgets earlier values: integers, text, byte strings. Values are copied.
    template <typename... Args>
    Statement& bind(const Args&... args) {
        reset();
        int index = 0;
        (bind_one(++index, args), ...);
        return *this;
    }
    /// True: a row is there. False: done. Errors as Database::execute.
    [[nodiscard]] Result<bool> step();
    /// Steps to the end; for statements without rows.
    [[nodiscard]] Result<void> run();
    void reset();

    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::uint64_t unsigned_integer(int column) const { return static_cast<std::uint64_t>(integer(column)); }
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Bytes blob(int column) const;
    [[nodiscard]] bool is_null(int column) const;
    /// A blob of exactly N bytes; zeros when the column holds another length.
    template <std::size_t N>
    [[nodiscard]] std::array<std::uint8_t, N> fixed(int column) const {
        std::array<std::uint8_t, N> out{};
        const Bytes bytes = blob(column);
        if (bytes.size() == N) std::copy(bytes.begin(), bytes.end(), out.begin());
        return out;
    }

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };
    Statement(const Database* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
    void bind_integer(int index, std::int64_t value);
    void bind_text(int index, std::string_view value);
    void bind_blob(int index, BytesView value);
    template <typename T>
    void bind_one(int index, const T& value) {
        if constexpr (std::is_integral_v<T>)
            bind_integer(index, static_cast<std::int64_t>(value));
        else if constexpr (std::is_convertible_v<T, std::string_view>)
            bind_text(index, value);
        else
            bind_blob(index, BytesView(value));
    }

    const Database* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// One connection: WAL, synchronous=FULL, foreign keys on, busy timeout 5 s. For one thread at a time. Not movable: statements
/// point to it.
class Database {
public:
    /// Opens or creates with mode 0600 and applies the migrations that are missing: `migrations[i]` takes user_version i to i + 1.
    /// Errors: cannot open, not a database, written by a newer version.
    [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::string& path, std::span<const char* const> migrations);
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() = default;

    /// One or more statements without results. Errors name the file and SQLite's reason; a full disk says so.
    [[nodiscard]] Result<void> execute(const char* sql);
    [[nodiscard]] Result<Statement> prepare(const char* sql);
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// The last failure of this connection as an Error.
    [[nodiscard]] Error last_error(std::string_view action) const;

private:
    struct Close {
        void operator()(sqlite3* handle) const noexcept;
    };
    Database(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}
    [[nodiscard]] Result<void> configure(std::span<const char* const> migrations);
    [[nodiscard]] Result<void> migrate(std::span<const char* const> migrations);

    std::string path_;
    std::unique_ptr<sqlite3, Close> handle_;
};

/// BEGIN IMMEDIATE now; ROLLBACK unless commit() succeeded.
class Transaction {
public:
    [[nodiscard]] static Result<Transaction> begin(Database& database);
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    /// Durable when it returns without error.
    [[nodiscard]] Result<void> commit();

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

} // namespace jitbox::store
