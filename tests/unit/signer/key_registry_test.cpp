// keys.db: no key becomes younger, live again or forgotten, whatever is done to the file.
// SPDX-License-Identifier: Apache-2.0
#include "signer/key_registry.hpp"

#include "base/file.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>
#include <map>

namespace jitbox::signer {
namespace {

using std::chrono::hours;
using testing::HasSubstr;
using Wall = std::chrono::system_clock;

class KeyRegistryTest : public ::testing::Test {
protected:
    void SetUp() override { open(); }
    /// As a start of the signer and each command does.
    void open() {
        registry.reset();
        witness.reset();
        log.reset();
        log = audit::Log::open(dir.file("key-audit.log")).value();
        witness = std::make_unique<BookWitness>(*log, "keys");
        told.clear();
        registry = open_book<KeyRegistry>(path, *witness, [this](const std::string& why) { told = why; }).value();
    }
    /// What stands against a key that the token holds: it is written down when it is not known, as a start does.
    [[nodiscard]] std::string objection(const chain::Address& address) const {
        EXPECT_TRUE(registry->add("jit-0", address, Wall::now(), KeyOrigin::found));
        const auto keys = registry->all().value();
        return key_objection(*std::ranges::find(keys, address, &KeyRecord::address), Wall::now());
    }
    void change(const char* sql) const {
        const auto raw = store::Database::open(path, std::array<const char*, 2>{"", ""}).value();
        ASSERT_TRUE(raw->execute("DROP TRIGGER births_are_for_ever; DROP TRIGGER retired_is_retired; "
                                 "DROP TRIGGER keys_are_remembered"));
        ASSERT_TRUE(raw->execute(sql)) << sql;
    }
    static void copy(const std::string& from, const std::string& to) {
        for (const std::string part : {"", "-wal", "-shm", ".head"}) {
            std::filesystem::remove(to + part);
            if (std::filesystem::exists(from + part)) std::filesystem::copy_file(from + part, to + part);
        }
    }

    const test::TempDir dir;
    const std::string path = dir.file("keys.db");
    std::unique_ptr<audit::Log> log;
    std::unique_ptr<BookWitness> witness;
    std::unique_ptr<KeyRegistry> registry;
    std::string told;
};

TEST_F(KeyRegistryTest, AKeyDoesNotBecomeYoungerAndIsNotForgotten) {
    const auto now = Wall::now();
    const chain::Address address{1, 2, 3};
    EXPECT_TRUE(registry->add("jit-0", address, now - hours(24 * 20), KeyOrigin::found).value());
    open();
    EXPECT_EQ(told, "");
    EXPECT_FALSE(registry->add("jit-0", address, now, KeyOrigin::generated).value()) << "it is known";
    EXPECT_EQ(age_days(registry->all().value().at(0), now), 20);
    const auto raw = store::Database::open(path, std::array<const char*, 2>{"", ""}).value();
    EXPECT_FALSE(raw->execute("UPDATE keys SET created_s = created_s + 1"));
    EXPECT_FALSE(raw->execute("DELETE FROM keys"));
    ASSERT_TRUE(registry->retire(address, now));
    EXPECT_FALSE(raw->execute("UPDATE keys SET retired_s = NULL"));
    EXPECT_FALSE(registry->retire(chain::Address{9}, now)) << "nobody knows it";
    EXPECT_THAT(objection(address), HasSubstr("is retired"));
}

TEST_F(KeyRegistryTest, WhateverIsDoneToTheFileMakesNoRetiredKeyLiveAndNoOldOneYoung) {
    const chain::Address retired{1};
    const chain::Address old{2};
    ASSERT_TRUE(registry->add("jit-0", retired, Wall::now(), KeyOrigin::generated));
    registry.reset();
    copy(path, dir.file("older"));
    open();
    ASSERT_TRUE(registry->retire(retired, Wall::now()));
    ASSERT_TRUE(registry->add("jit-1", old, Wall::now() - hours(24 * 31), KeyOrigin::found));
    registry.reset();
    log.reset();
    copy(path, dir.file("sound"));
    copy(dir.file("key-audit.log"), dir.file("sound-log"));
    const std::map<std::string, std::function<void()>> attacks = {
        {"deleted", [&] { copy("/nothing", path); }},
        {"an older copy", [&] { copy(dir.file("older"), path); }},
        {"retired no more", [&] { change("UPDATE keys SET retired_s = NULL"); }},
        {"born today", [&] { change("UPDATE keys SET created_s = unixepoch()"); }},
        {"forgotten", [&] { change("DELETE FROM keys"); }},
        {"an address of another type", [&] { change("UPDATE keys SET address = CAST(address AS TEXT)"); }},
    };
    std::uint8_t number = 10;
    for (const auto& [what, attack] : attacks) {
        SCOPED_TRACE(what);
        registry.reset();
        log.reset();
        copy(dir.file("sound"), path);
        copy(dir.file("sound-log"), dir.file("key-audit.log")); // each attack alone
        attack();
        open();
        EXPECT_THAT(told, HasSubstr("keys.db holds"));
        EXPECT_THAT(read_file(dir.file("key-audit.log")).value(), HasSubstr(R"("result":"distrusted:)"))
            << "a crash before the doubt is kept must find a digest that no file has";
        for (int start = 0; start < 2; ++start) {
            for (const chain::Address& address : {retired, old})
                EXPECT_THAT(objection(address), testing::AnyOf(HasSubstr("is retired"), HasSubstr("of which nothing is known")));
            EXPECT_THAT(objection(chain::Address{++number}), HasSubstr("of which nothing is known"))
                << "the token's other keys may be old ones that were forgotten";
            open();
            EXPECT_EQ(told, "") << "told once; what follows from it stays";
        }
        const chain::Address fresh{++number};
        ASSERT_TRUE(registry->add("jit.2-0", fresh, Wall::now(), KeyOrigin::generated));
        EXPECT_EQ(objection(fresh), "") << "keys that are generated after it are good at once";
    }
}

} // namespace
} // namespace jitbox::signer
