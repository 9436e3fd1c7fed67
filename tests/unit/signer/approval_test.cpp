// Approvals: what is signed, who counts, and every way to make one count that must not.
// SPDX-License-Identifier: Apache-2.0
#include "signer/approval.hpp"

#include "support/bundles.hpp"

#include <gtest/gtest.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::Approval;

class Approvals : public ::testing::Test {
protected:
    void SetUp() override {
        for (const char* name : {"alice", "bob", "carol"}) {
            auto key = signer::generate_approver_key().value();
            approvers.push_back({.name = name, .public_key = signer::parse_approver_public_key(key.public_key).value()});
            seeds.push_back(std::move(key.seed));
        }
    }
    [[nodiscard]] Approval approve(std::size_t who, std::chrono::seconds life = 1h) const {
        return signer::sign_approval("arm", subject, approvers[who].name, now, life, seeds[who]).value();
    }
    [[nodiscard]] std::string refusal(const std::vector<Approval>& given, const std::string& action = "arm") const {
        const auto checked = signer::check_approvals(approvers, action, subject, given, now);
        return checked ? "" : checked.error().text();
    }
    std::chrono::system_clock::time_point now{1'795'000'000s};
    std::string subject = signer::arm_subject(chain_id, executor, lease_terms());
    std::vector<signer::Approver> approvers;
    std::vector<signer::Secret> seeds;
};

TEST_F(Approvals, TwoDifferentPeopleSuffice) {
    EXPECT_EQ(refusal({approve(0), approve(2)}), "");
    EXPECT_EQ(refusal({approve(0), approve(1), approve(2)}), "");
}

TEST_F(Approvals, OnePersonIsNotTwo) {
    EXPECT_NE(refusal({}).find("there are 0"), std::string::npos) << refusal({});
    EXPECT_NE(refusal({approve(0)}).find("there are 1"), std::string::npos);
    EXPECT_NE(refusal({approve(0), approve(0)}).find("two approvals by one person"), std::string::npos);
}

TEST_F(Approvals, OneKeyUnderTwoNamesIsOnePerson) {
    approvers[1].public_key = approvers[0].public_key;
    const Approval twin = signer::sign_approval("arm", subject, "bob", now, 1h, seeds[0]).value();
    EXPECT_NE(refusal({approve(0), twin}).find("there are 1"), std::string::npos);
}

TEST_F(Approvals, EveryChangedFieldIsFound) {
    const auto changed = [&](auto change) {
        Approval bad = approve(0);
        change(bad);
        return refusal({bad, approve(1)});
    };
    for (const std::string& text :
         {changed([](Approval& a) { a.action = "reset"; }), changed([](Approval& a) { a.subject += " "; }),
          changed([](Approval& a) { a.nonce[0] = a.nonce[0] == '0' ? '1' : '0'; }), changed([](Approval& a) { ++a.expires_s; }),
          changed([](Approval& a) { a.approver = "carol"; }), changed([](Approval& a) { a.signature[63] ^= 1; })})
        EXPECT_NE(text.find("the signature does not verify"), std::string::npos) << text;
    EXPECT_NE(changed([](Approval& a) { a.approver = "mallory"; }).find("not among approvals.people"), std::string::npos);
    EXPECT_NE(changed([](Approval& a) { a.subject += "\nreset"; }).find("'subject'"), std::string::npos);
}

TEST_F(Approvals, AnApprovalOfSomethingElseDoesNotCount) {
    const Approval other = signer::sign_approval("arm", subject + " ", "alice", now, 1h, seeds[0]).value();
    EXPECT_NE(refusal({other, approve(1)}).find("another subject"), std::string::npos);
    EXPECT_NE(refusal({approve(0), approve(1)}, "reset").find("is for 'arm', asked was 'reset'"), std::string::npos);
}

TEST_F(Approvals, TheyExpire) {
    const std::vector<Approval> given = {approve(0, 60s), approve(1)};
    now += 59s;
    EXPECT_EQ(refusal(given), "");
    now += 1s;
    EXPECT_NE(refusal(given).find("'alice': expired"), std::string::npos);
    now -= 25h; // a clock set back must not make an approval of tomorrow good
    EXPECT_NE(refusal(given).find("more than 24 hours ahead"), std::string::npos);
}

TEST_F(Approvals, TheSubjectNamesEveryTermOfTheLease) {
    const auto differs = [&](auto change) {
        signer::ArmRequest terms = lease_terms();
        change(terms);
        return signer::arm_subject(chain_id, executor, terms) != subject;
    };
    EXPECT_TRUE(differs([](auto& t) { t.operator_name = "bob"; }));
    EXPECT_TRUE(differs([](auto& t) { t.ttl += 1s; }));
    EXPECT_TRUE(differs([](auto& t) { ++t.max_plan_notional_wei; }));
    EXPECT_TRUE(differs([](auto& t) { ++t.max_total_notional_wei; }));
    EXPECT_TRUE(differs([](auto& t) { ++t.pools[0].price1_x96; }));
    EXPECT_TRUE(differs([](auto& t) { t.pools.push_back({.pool_id = 2, .price0_x96 = 1, .price1_x96 = 1}); }));
    EXPECT_NE(signer::arm_subject(chain_id + 1, executor, lease_terms()), subject);
}

TEST_F(Approvals, LinesRoundTripAndAreStrict) {
    const Approval approval = approve(0);
    const std::string line = signer::format_approval(approval);
    EXPECT_EQ(signer::parse_approval(line).value(), approval);
    for (const char* bad :
         {"", "{}", "[]", R"({"action":"arm","subject":"x","nonce":"00","expires":1,"approver":"a","signature":""})"})
        EXPECT_FALSE(signer::parse_approval(bad)) << bad;
    EXPECT_FALSE(signer::parse_approval(line.substr(0, line.size() - 1) + ",\"more\":1}")) << "unknown members are refused";
}

} // namespace
} // namespace jitbox::test
