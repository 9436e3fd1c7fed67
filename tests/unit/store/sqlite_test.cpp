// The SQLite wrapper: durable settings, migrations, transactions, errors with advice.
// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <sys/stat.h>

namespace jitbox::store {
namespace {

constexpr std::array<const char*, 1> first = {"CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)"};
constexpr std::array<const char*, 2> second = {first[0], "ALTER TABLE t ADD COLUMN note TEXT NOT NULL DEFAULT 'old'"};

std::int64_t pragma(Database& database, const char* sql) {
    auto statement = database.prepare(sql).value();
    EXPECT_TRUE(statement.step().value());
    return statement.integer(0);
}

TEST(SqliteDatabase, IsDurableAndPrivateByDefault) {
    const test::TempDir dir;
    auto database = Database::open(dir.file("a.db"), first).value();
    EXPECT_EQ(pragma(*database, "PRAGMA synchronous"), 2) << "2 = FULL";
    EXPECT_EQ(pragma(*database, "PRAGMA foreign_keys"), 1);
    auto mode = database->prepare("PRAGMA journal_mode").value();
    ASSERT_TRUE(mode.step().value());
    EXPECT_EQ(mode.text(0), "wal");
    struct stat info{};
    ASSERT_EQ(stat(dir.file("a.db").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST(SqliteDatabase, MigratesAnOlderFileAndKeepsItsRows) {
    const test::TempDir dir;
    {
        auto old = Database::open(dir.file("a.db"), first).value();
        ASSERT_TRUE(old->execute("INSERT INTO t VALUES (1, x'00ff')"));
    }
    auto database = Database::open(dir.file("a.db"), second).value();
    auto row = database->prepare("SELECT body, note FROM t WHERE id = ?1").value();
    ASSERT_TRUE(row.bind(1).step().value());
    EXPECT_EQ(row.blob(0), (Bytes{0x00, 0xff}));
    EXPECT_EQ(row.text(1), "old");
}

TEST(SqliteDatabase, RefusesAFileOfANewerVersion) {
    const test::TempDir dir;
    ASSERT_TRUE(Database::open(dir.file("a.db"), second));
    const auto older_program = Database::open(dir.file("a.db"), first);
    ASSERT_FALSE(older_program);
    EXPECT_NE(older_program.error().what.find("schema version 2"), std::string::npos) << older_program.error().text();
}

TEST(SqliteDatabase, SaysWhatToDoWhenItCannotOpen) {
    const auto missing = Database::open("/nonexistent/directory/a.db", first);
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().hint.find("directory exists"), std::string::npos) << missing.error().text();
    const test::TempDir dir;
    std::ofstream(dir.file("text")) << std::string(4096, 'x');
    const auto garbage = Database::open(dir.file("text"), first);
    ASSERT_FALSE(garbage);
    EXPECT_NE(garbage.error().hint.find("damaged"), std::string::npos) << garbage.error().text();
}

TEST(SqliteDatabase, SaysThatTheDiskIsFull) {
    const test::TempDir dir;
    auto database = Database::open(dir.file("a.db"), first).value();
    ASSERT_TRUE(database->execute("PRAGMA max_page_count=4")); // SQLite's own quota gives the code of a full disk
    auto insert = database->prepare("INSERT INTO t (body) VALUES (?1)").value();
    const auto done = insert.bind(Bytes(100'000)).run();
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().hint.find("disk is full"), std::string::npos) << done.error().text();
}

TEST(SqliteTransaction, LeavesNothingUnlessCommitted) {
    const test::TempDir dir;
    auto database = Database::open(dir.file("a.db"), first).value();
    {
        auto abandoned = Transaction::begin(*database).value();
        ASSERT_TRUE(database->execute("INSERT INTO t (id) VALUES (1)"));
    }
    EXPECT_EQ(pragma(*database, "SELECT count(*) FROM t"), 0);
    auto kept = Transaction::begin(*database).value();
    ASSERT_TRUE(database->execute("INSERT INTO t (id) VALUES (1)"));
    ASSERT_TRUE(kept.commit());
    EXPECT_EQ(pragma(*database, "SELECT count(*) FROM t"), 1);
}

} // namespace
} // namespace jitbox::store
