// SQLite behind RAII.
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite.hpp"

#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

namespace jitbox::store {
namespace {

const char* hint_for(int code) {
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "the disk is full: free space, nothing was written";
    case SQLITE_IOERR:
        return "the disk refuses to write or read: check space, quota and the system log";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another process holds the file: is a second instance running?";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return "check that the directory exists and that this user may write there";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return "the file is damaged: keep it as evidence and restore from the backup";
    default:
        return "";
    }
}

/// SQLite makes files with the umask's mode; the ledger and the journal are for their owner only.
void create_private(const std::string& path) {
    const int fd = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) ::close(fd); // a failure shows again, with its reason, in sqlite3_open_v2
}

} // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
    sqlite3_finalize(statement);
}

void Statement::bind_integer(int index, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), index, value);
}

void Statement::bind_text(int index, std::string_view value) {
    sqlite3_bind_text64(statement_.get(), index, value.data() == nullptr ? "" : value.data(), value.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
}

void Statement::bind_blob(int index, BytesView value) {
    if (value.empty())
        sqlite3_bind_zeroblob(statement_.get(), index, 0);
    else
        sqlite3_bind_blob64(statement_.get(), index, value.data(), value.size(), SQLITE_TRANSIENT);
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    const Error error = database_->last_error(sqlite3_sql(statement_.get()));
    reset();
    return std::unexpected(error);
}

Result<void> Statement::run() {
    for (;;) {
        const auto row = step();
        if (!row) return std::unexpected(row.error());
        if (!*row) break;
    }
    reset();
    return {};
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
    const unsigned char* data = sqlite3_column_text(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return data == nullptr ? std::string() : std::string(data, data + size);
}

Bytes Statement::blob(int column) const {
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return data == nullptr ? Bytes() : Bytes(data, data + size);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* handle) const noexcept {
    sqlite3_close_v2(handle);
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, std::span<const char* const> migrations) {
    create_private(path);
    sqlite3* handle = nullptr;
    const int code =
        sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Database> database(new Database(path, handle)); // closes the handle also when opening failed
    if (handle == nullptr) return fail(path + ": out of memory while opening the database");
    if (code != SQLITE_OK) return std::unexpected(database->last_error("open"));
    if (auto done = database->configure(migrations); !done) return std::unexpected(done.error());
    return database;
}

Result<void> Database::configure(std::span<const char* const> migrations) {
    sqlite3_extended_result_codes(handle_.get(), 1);
    sqlite3_busy_timeout(handle_.get(), 5000);
    if (auto done = execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"); !done) return done;
    return migrate(migrations);
}

Result<void> Database::migrate(std::span<const char* const> migrations) {
    auto transaction = Transaction::begin(*this); // two processes that start together migrate one after the other
    if (!transaction) return std::unexpected(transaction.error());
    auto version = prepare("PRAGMA user_version");
    if (!version) return std::unexpected(version.error());
    if (auto row = version->step(); !row) return std::unexpected(row.error());
    const std::uint64_t present = version->unsigned_integer(0);
    version->reset();
    if (present > migrations.size())
        return fail(path_ + ": schema version " + std::to_string(present) + ", this program knows up to " +
                        std::to_string(migrations.size()),
                    "it was written by a newer version: run that one, or move the file away");
    for (std::uint64_t i = present; i < migrations.size(); ++i) {
        if (auto done = execute(migrations[i]); !done) return done;
        if (auto done = execute(("PRAGMA user_version=" + std::to_string(i + 1)).c_str()); !done) return done;
    }
    return transaction->commit();
}

Result<void> Database::execute(const char* sql) {
    if (sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return std::unexpected(last_error(sql));
    return {};
}

Result<Statement> Database::prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
        return std::unexpected(last_error(sql));
    return Statement(this, statement);
}

Error Database::last_error(std::string_view action) const {
    const int code = sqlite3_extended_errcode(handle_.get());
    return {.what = path_ + ": " + sqlite3_errmsg(handle_.get()) + " [" + sqlite3_errstr(code) + ", code " + std::to_string(code) +
                    "] in: " + std::string(action.substr(0, 80)),
            .hint = hint_for(code)};
}

Result<Transaction> Transaction::begin(Database& database) {
    if (auto done = database.execute("BEGIN IMMEDIATE"); !done) return std::unexpected(done.error());
    return Transaction(database);
}

Transaction::~Transaction() {
    // A ROLLBACK fails only when SQLite rolled back by itself (full disk): then there is nothing left to undo.
    if (database_ != nullptr) std::ignore = database_->execute("ROLLBACK");
}

Result<void> Transaction::commit() {
    auto done = database_->execute("COMMIT");
    if (done) database_ = nullptr;
    return done;
}

} // namespace jitbox::store
