// Used approvals: none counts twice, not after a restart either, and a refused set uses up nothing.
// SPDX-License-Identifier: Apache-2.0
#include "signer/approval_book.hpp"

#include "support/bundles.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::Approval;
using signer::ApprovalBook;

class ApprovalBookTest : public ::testing::Test {
protected:
    void SetUp() override {
        for (const char* name : {"alice", "bob", "carol"}) {
            auto key = signer::generate_approver_key().value();
            people.push_back({.name = name, .public_key = signer::parse_approver_public_key(key.public_key).value()});
            seeds.push_back(std::move(key.seed));
        }
    }
    [[nodiscard]] Approval approve(std::size_t who) const {
        return signer::sign_approval("arm", subject, people[who].name, now, 1h, seeds[who]).value();
    }
    std::string refusal(ApprovalBook& book, const std::vector<Approval>& given) {
        const auto used = book.use(people, "arm", subject, given, now);
        if (used) return "";
        EXPECT_EQ(used.error().code, signer::RefusalCode::approvals_needed);
        return used.error().what;
    }
    TempDir dir;
    std::chrono::system_clock::time_point now{1'795'000'000s};
    std::string subject = signer::arm_subject(chain_id, executor, lease_terms());
    std::vector<signer::Approver> people;
    std::vector<signer::Secret> seeds;
};

TEST_F(ApprovalBookTest, AnApprovalIsGoodOnce) {
    auto book = ApprovalBook::open(dir.file("approvals.db")).value();
    const std::vector<Approval> given = {approve(0), approve(1)};
    EXPECT_EQ(refusal(book, given), "");
    EXPECT_EQ(refusal(book, given), "approval of 'alice': was used before");
    EXPECT_EQ(refusal(book, {approve(0), given[1]}), "approval of 'bob': was used before");
    EXPECT_EQ(refusal(book, {approve(0), approve(1)}), "") << "the same people may approve again";
}

TEST_F(ApprovalBookTest, ARestartForgetsNothing) {
    const std::vector<Approval> given = {approve(0), approve(1)};
    {
        auto book = ApprovalBook::open(dir.file("approvals.db")).value();
        EXPECT_EQ(refusal(book, given), "");
    }
    auto again = ApprovalBook::open(dir.file("approvals.db")).value();
    EXPECT_EQ(refusal(again, given), "approval of 'alice': was used before");
}

TEST_F(ApprovalBookTest, ARefusedSetUsesUpNothing) {
    auto book = ApprovalBook::open(dir.file("approvals.db")).value();
    const Approval used = approve(2);
    ASSERT_EQ(refusal(book, {used, approve(1)}), "");
    const Approval fresh = approve(0);
    EXPECT_EQ(refusal(book, {fresh, used}), "approval of 'carol': was used before");
    EXPECT_EQ(refusal(book, {fresh}), "arm needs the approvals of 2 different people, there are 1");
    EXPECT_EQ(refusal(book, {fresh, approve(1)}), "");
}

} // namespace
} // namespace jitbox::test
