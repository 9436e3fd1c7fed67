// What people allowed: no approval counts twice, not after a restart either, and a refused set uses up nothing; one person's leases
// add up; whatever is done to the file makes nothing possible again.
// SPDX-License-Identifier: Apache-2.0
#include "signer/approval_book.hpp"

#include "base/file.hpp"
#include "support/bundles.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::Approval;
using signer::ApprovalBook;
using testing::HasSubstr;

class ApprovalBookTest : public ::testing::Test {
protected:
    void SetUp() override {
        for (const char* name : {"alice", "bob", "carol"}) {
            auto key = signer::generate_approver_key().value();
            people.push_back({.name = name, .public_key = signer::parse_approver_public_key(key.public_key).value()});
            seeds.push_back(std::move(key.seed));
        }
        open();
    }
    /// As a start of the signer does.
    void open() {
        book.reset();
        witness.reset();
        log.reset();
        log = audit::Log::open(dir.file("audit")).value();
        witness = std::make_unique<signer::BookWitness>(*log, "approvals");
        told.clear();
        book = signer::open_book<ApprovalBook>(path, *witness, [this](const std::string& why) { told = why; }).value();
    }
    void close() { book.reset(); }
    [[nodiscard]] Approval approve(std::size_t who, std::chrono::seconds life = 1h) const {
        return signer::sign_approval("arm", subject, people[who].name, now, life, seeds[who]).value();
    }
    std::string refusal(const std::vector<Approval>& given) { return text(book->use(people, "arm", subject, given, now)); }
    std::string alone(unsigned total, std::chrono::seconds later = 0s) { return text(book->arm_alone(total, 100, now + later)); }
    static std::string text(const signer::Answer<void>& done) {
        if (done) return "";
        EXPECT_EQ(done.error().code, signer::RefusalCode::approvals_needed);
        return done.error().what;
    }
    void change(const char* sql) const {
        const auto database = store::Database::open(path, std::array<const char*, 2>{"", ""}).value();
        ASSERT_TRUE(database->execute("DROP TRIGGER used_is_for_ever; DROP TRIGGER used_stays; DROP TRIGGER alone_is_for_ever; "
                                      "DROP TRIGGER alone_stays"));
        ASSERT_TRUE(database->execute(sql)) << sql;
    }
    static void copy(const std::string& from, const std::string& to) {
        for (const std::string part : {"", "-wal", "-shm", ".head"}) {
            std::filesystem::remove(to + part);
            if (std::filesystem::exists(from + part)) std::filesystem::copy_file(from + part, to + part);
        }
    }

    TempDir dir;
    const std::string path = dir.file("approvals.db");
    std::chrono::system_clock::time_point now = std::chrono::system_clock::now();
    std::string subject = signer::arm_subject(chain_id, executor, lease_terms());
    std::vector<signer::Approver> people;
    std::vector<signer::Secret> seeds;
    std::unique_ptr<audit::Log> log;
    std::unique_ptr<signer::BookWitness> witness;
    std::unique_ptr<ApprovalBook> book;
    std::string told;
};

TEST_F(ApprovalBookTest, AnApprovalIsGoodOnceAlsoAfterARestart) {
    const std::vector<Approval> given = {approve(0), approve(1)};
    EXPECT_EQ(refusal(given), "");
    EXPECT_EQ(refusal(given), "approval of 'alice': was used before");
    EXPECT_EQ(refusal({approve(0), given[1]}), "approval of 'bob': was used before");
    EXPECT_EQ(refusal({approve(0), approve(1)}), "") << "the same people may approve again";
    open();
    EXPECT_EQ(told, "");
    EXPECT_EQ(refusal(given), "approval of 'alice': was used before");
}

TEST_F(ApprovalBookTest, ARefusedSetUsesUpNothing) {
    const Approval used = approve(2);
    ASSERT_EQ(refusal({used, approve(1)}), "");
    const Approval fresh = approve(0);
    EXPECT_EQ(refusal({fresh, used}), "approval of 'carol': was used before");
    EXPECT_EQ(refusal({fresh}), "arm needs the approvals of 2 different people, there are 1");
    EXPECT_EQ(refusal({fresh, approve(1)}), "");
}

TEST_F(ApprovalBookTest, OnePersonsLeasesOfADayAddUpToTheThreshold) {
    EXPECT_EQ(alone(60), "");
    EXPECT_THAT(alone(41, 1h), HasSubstr("needs the approvals of 2 different people, there are 0: one person may arm 40 wei more"));
    EXPECT_EQ(alone(40, 1h), "");
    open();
    EXPECT_THAT(alone(1, 2h), HasSubstr("may arm 0 wei more")) << "after a restart too";
    EXPECT_THAT(alone(1, 24h - 1s), HasSubstr("may arm 0 wei more"));
    EXPECT_EQ(alone(60, 24h), "") << "the first is a day old";
    EXPECT_NE(alone(1, 24h), "");
    EXPECT_EQ(alone(100, 72h), "");
}

TEST_F(ApprovalBookTest, AClockThatGoesBackForgetsNoLease) {
    EXPECT_EQ(alone(60, 48h), "");
    for (const auto later : {0h, 24h, -1000h}) EXPECT_THAT(alone(41, later), HasSubstr("may arm 40 wei more")) << later.count();
    EXPECT_EQ(alone(40, 0h), "");
    EXPECT_NE(alone(1, 20h), "");
    EXPECT_NE(alone(41, 71h), "");
}

TEST_F(ApprovalBookTest, WhateverIsDoneToTheFileMakesNoUsedApprovalGoodAndNoLeaseUncounted) {
    copy(path, dir.file("older"));
    const std::vector<Approval> given = {approve(0, 24h), approve(1, 24h)};
    ASSERT_EQ(refusal(given), "");
    ASSERT_EQ(alone(100), "");
    book.reset();
    log.reset();
    copy(path, dir.file("sound"));
    copy(dir.file("audit"), dir.file("sound-log"));
    const std::map<std::string, std::function<void()>> attacks = {
        {"deleted", [&] { copy("/nothing", path); }},
        {"an older copy", [&] { copy(dir.file("older"), path); }},
        {"an approval removed", [&] { change("DELETE FROM used WHERE approver = 'alice'"); }},
        {"a nonce changed", [&] { change("UPDATE used SET nonce = 'x' || nonce"); }},
        {"a nonce of another type", [&] { change("UPDATE used SET nonce = CAST(nonce AS BLOB)"); }},
        {"a nonce with a hidden end", [&] { change("UPDATE used SET nonce = nonce || char(0)"); }},
        {"a lease removed", [&] { change("DELETE FROM alone"); }},
        {"a lease made smaller", [&] { change("UPDATE alone SET total_wei = '1'"); }},
        {"a lease made older", [&] { change("UPDATE alone SET time_ns = time_ns - 90000000000000"); }},
        {"rows of our own", [&] { change("INSERT INTO used VALUES ('mallory', 'n', 'arm', '', 1, 1)"); }},
    };
    for (const auto& [what, attack] : attacks) {
        SCOPED_TRACE(what);
        book.reset();
        log.reset();
        copy(dir.file("sound"), path);
        copy(dir.file("sound-log"), dir.file("audit")); // each attack alone
        attack();
        open();
        EXPECT_THAT(told, HasSubstr("approvals.db holds"));
        EXPECT_THAT(read_file(dir.file("audit")).value(), HasSubstr(R"("result":"distrusted:)"))
            << "a crash before the doubt is kept must find a digest that no file has";
        EXPECT_THAT(refusal(given), testing::AnyOf(HasSubstr("may have been used before"), HasSubstr("was used before")));
        EXPECT_THAT(alone(1), HasSubstr("may arm 0 wei more"));
        open();
        EXPECT_EQ(told, "") << "told once; what follows from it stays";
        EXPECT_THAT(refusal(given), testing::AnyOf(HasSubstr("may have been used before"), HasSubstr("was used before")));
        EXPECT_THAT(alone(1), HasSubstr("may arm 0 wei more"));
        now = std::chrono::system_clock::now() + 2s;
        EXPECT_THAT(refusal({approve(0), approve(1)}), HasSubstr("may have been used before")) << "too short a life to be sure of";
        EXPECT_EQ(refusal({approve(0, 24h), approve(1, 24h)}), "") << "given after it was found, for longer than any before";
        EXPECT_EQ(alone(100, 25h), "") << "a day later";
    }
}

TEST_F(ApprovalBookTest, ARowThatIsRemovedUnderTheOpenBookIsNoticed) {
    const std::vector<Approval> given = {approve(0), approve(1)};
    ASSERT_EQ(refusal(given), "");
    change("DELETE FROM used");
    EXPECT_THAT(refusal(given), HasSubstr("was changed by somebody else while it was open"));
    EXPECT_THAT(alone(1), HasSubstr("was changed by somebody else while it was open"));
}

TEST_F(ApprovalBookTest, ACrashWhileADoubtIsWrittenDownLeavesIt) {
    const std::vector<Approval> given = {approve(0), approve(1)};
    ASSERT_EQ(refusal(given), "");
    close();
    copy("/nothing", path);
    ASSERT_NE(witness->look("").value().objection, "");
    ASSERT_TRUE(witness->changing("distrusted:", "0xabc")); // and then the power was gone
    open();
    EXPECT_NE(told, "");
    EXPECT_THAT(refusal(given), HasSubstr("may have been used before"));
}

TEST_F(ApprovalBookTest, AFileThatCannotBeReadIsNotForgottenWhenItIsMovedAway) {
    const std::vector<Approval> given = {approve(0), approve(1)};
    ASSERT_EQ(refusal(given), "");
    close();
    copy("/nothing", path);
    std::ofstream(path) << "no database, and longer than the header of one: " << std::string(200, 'x');
    const auto broken = signer::open_book<ApprovalBook>(path, *witness, [](const std::string&) {});
    ASSERT_FALSE(broken);
    EXPECT_THAT(broken.error().what, HasSubstr("approvals.db cannot be read"));
    copy("/nothing", path);
    open();
    EXPECT_THAT(told, HasSubstr("cannot be read"));
    EXPECT_THAT(refusal(given), HasSubstr("may have been used before"));
}

} // namespace
} // namespace jitbox::test
