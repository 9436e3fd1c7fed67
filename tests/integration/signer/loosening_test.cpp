// Two people for what loosens: endorsements of jitd's level and limits, rotation and destruction of keys, on a real signer (API-3).
// Attacked with too few people, one person twice, approvals for something else, old ones and used ones.
// SPDX-License-Identifier: Apache-2.0
#include "two_people.hpp"

#include "signer/approval.hpp"
#include "signer/limit_terms.hpp"
#include "store/sqlite.hpp"
#include "support/temp_dir.hpp"

#include <boost/json.hpp>
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
using testing::HasSubstr;

class Loosening : public TwoPeople {
protected:
    /// Empty when it was endorsed.
    [[nodiscard]] std::string endorse(const std::string& action, const std::string& subject,
                                      std::vector<Approval> approvals) const {
        const auto done = rig.control().endorse(
            {.operator_name = "alice", .action = action, .subject = subject, .approvals = std::move(approvals)});
        return done ? "" : done.error().what;
    }
    [[nodiscard]] Ran key(const std::string& command, const std::vector<Approval>& approvals = {}) {
        std::string line = command;
        for (std::size_t i = 0; i < approvals.size(); ++i) {
            const std::string file = rig.dir().file("approval-" + std::to_string(i));
            std::ofstream(file, std::ios::trunc) << signer::format_approval(approvals[i]) << "\n";
            line += " --approval " + file;
        }
        return rig.key_command(line);
    }
    /// The subject that the command wants approved.
    [[nodiscard]] std::string subject_of(const std::string& command) {
        const Ran asked = key(command + " --request-approval");
        EXPECT_EQ(asked.status, 0) << asked.output;
        return std::string(boost::json::parse(asked.output).as_object().at("subject").as_string());
    }

    const std::string level = R"({"from":"EMERGENCY","to":"NONE","since":"17"})";
};

TEST_F(Loosening, TwoPeopleEndorseOneSubjectOnce) {
    ASSERT_TRUE(rig.start()) << rig.output();
    const auto yes = [&](std::size_t who) { return approve(who, "loosen_level", level); };
    EXPECT_THAT(endorse("loosen_level", level, {}), HasSubstr("approvals of 2 different people, there are 0"));
    EXPECT_THAT(endorse("loosen_level", level, {yes(0)}), HasSubstr("there are 1"));
    EXPECT_THAT(endorse("loosen_level", level, {yes(0), yes(0)}), HasSubstr("two approvals by one person count once"));
    EXPECT_THAT(endorse("resume_halted", level, {yes(0), yes(1)}), HasSubstr("is for 'loosen_level', asked was 'resume_halted'"));
    const std::string later = R"({"from":"EMERGENCY","to":"NONE","since":"18"})";
    EXPECT_THAT(endorse("loosen_level", later, {yes(0), yes(1)}), HasSubstr("is for another subject"));
    const auto old = std::chrono::system_clock::now() - 2h;
    EXPECT_THAT(endorse("loosen_level", level, {yes(0), approve(1, "loosen_level", level, 1h, old)}), HasSubstr("expired"));
    Approval forged = yes(1);
    forged.approver = "carol";
    EXPECT_THAT(endorse("loosen_level", level, {yes(0), forged}), HasSubstr("the signature does not verify"));

    const std::vector<Approval> both = {yes(0), yes(1)};
    EXPECT_EQ(endorse("loosen_level", level, both), "");
    EXPECT_THAT(endorse("loosen_level", level, both), HasSubstr("was used before"));
    rig.kill9();
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_THAT(endorse("loosen_level", level, both), HasSubstr("was used before")) << "also after kill -9";
    EXPECT_THAT(endorse("loosen_level", level, {both[0], yes(2)}), HasSubstr("was used before")) << "each of them";
    EXPECT_THAT(rig.audit_text(), HasSubstr(R"("action":"loosen_level")"));
}

TEST_F(Loosening, AnEndorsementUsesUpNoApprovalOfAnArmingOrReset) {
    ASSERT_TRUE(rig.start()) << rig.output();
    ASSERT_TRUE(rig.control().estop({.operator_name = "bob", .reason = "a drill"}));
    const std::string subject = signer::reset_subject(chain_id, executor, rig.status().trip_id);
    const std::vector<Approval> both = {approve(0, "reset", subject), approve(1, "reset", subject)};
    EXPECT_THAT(endorse("reset", subject, both), HasSubstr("'reset' is nothing to endorse"));
    EXPECT_THAT(endorse("loosen_level", subject, both), HasSubstr("is for 'reset'"));
    EXPECT_TRUE(rig.control().reset({.operator_name = "alice", .reason = "seen to", .approvals = both}));
}

/// Limits as jitd tells them.
std::string limits(const std::string& daily_loss, const std::string& retries) {
    return signer::format_limit_terms({{"risk.max_daily_loss_wei", daily_loss}, {"risk.max_retries", retries}});
}

// The signer judges by its own memory: what jitd says of the last arming does not matter.
TEST_F(Loosening, TheSignerHoldsLimitsAgainstThoseOfTheLastArming) {
    ASSERT_TRUE(rig.start()) << rig.output();
    const auto arm = [&](const std::string& told) {
        auto terms = lease_terms();
        terms.max_total_notional_wei = 1'000; // one person's
        terms.max_plan_notional_wei = 1'000;
        terms.limits = told;
        const auto armed = rig.control().arm(terms);
        return armed ? std::string() : armed.error().what;
    };
    EXPECT_EQ(arm(limits("10", "3")), "");
    EXPECT_EQ(rig.status().limits_digest, signer::limits_digest(limits("10", "3")));
    EXPECT_EQ(arm(limits("9", "3")), "") << "tighter is one person's";
    EXPECT_THAT(arm(limits("10", "4")),
                HasSubstr("2 limit(s) are looser than at the last arming: risk.max_daily_loss_wei: 9 -> 10, "
                          "risk.max_retries: 3 -> 4"));
    EXPECT_THAT(arm(""), HasSubstr("the limits are not told")) << "to say nothing is no way around";
    EXPECT_THAT(arm(signer::format_limit_terms({{"risk.max_retries", "3"}})), HasSubstr("risk.max_daily_loss_wei: 9 -> gone"));
    EXPECT_THAT(arm("{}"), HasSubstr("2 limit(s) are looser"));
    EXPECT_THAT(arm("rubbish"), HasSubstr("limits: no JSON object"));
    rig.kill9();
    std::filesystem::remove(rig.state_dir() + "/limits.db-shm");
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_THAT(arm(limits("10", "3")), HasSubstr("risk.max_daily_loss_wei: 9 -> 10")) << "also after kill -9";
    EXPECT_THAT(rig.audit_text(), HasSubstr("limits " + signer::limits_digest(limits("9", "3"))))
        << "and the anchored log has the digest";
}

TEST_F(Loosening, LooserLimitsAreTwoPeoplesAndJustThese) {
    ASSERT_TRUE(rig.start()) << rig.output();
    const auto arm = [&](const std::string& told) {
        auto terms = lease_terms();
        terms.max_total_notional_wei = terms.max_plan_notional_wei = 1'000;
        terms.limits = told;
        return rig.control().arm(terms).has_value();
    };
    const std::string before = limits("10", "3");
    const std::string looser = limits("11", "3");
    ASSERT_TRUE(arm(before));
    const auto subject = [](const std::string& from, const std::string& to) {
        return R"({"limits_before":")" + signer::limits_digest(from) + R"(","limits_now":")" + signer::limits_digest(to) + "\"}";
    };
    const auto accept = [&](const std::string& text, const std::string& told, const std::vector<Approval>& approvals) {
        const auto done = rig.control().endorse(
            {.operator_name = "alice", .action = "loosen_limits", .subject = text, .limits = told, .approvals = approvals});
        return done ? std::string() : done.error().what;
    };
    const std::string wanted = subject(before, looser);
    const std::vector<Approval> both = {approve(0, "loosen_limits", wanted), approve(1, "loosen_limits", wanted)};
    EXPECT_THAT(accept(wanted, looser, {both[0]}), HasSubstr("there are 1"));
    EXPECT_THAT(accept(wanted, limits("99", "3"), both), HasSubstr("the subject names other limits than the request has"));
    EXPECT_THAT(accept(wanted, "", both), HasSubstr("limits: no JSON object"));
    EXPECT_THAT(accept(subject(limits("1", "1"), looser), looser, both), HasSubstr("the last arming had other limits"));
    EXPECT_FALSE(arm(looser)) << "none of it has loosened anything";
    EXPECT_EQ(accept(wanted, looser, both), "");
    EXPECT_FALSE(arm(limits("12", "3"))) << "just these";
    EXPECT_TRUE(arm(looser));
    ASSERT_TRUE(arm(before));
    EXPECT_THAT(accept(wanted, looser, both), HasSubstr("was used before")) << "and once";
    EXPECT_FALSE(arm(looser));
}

// The subject of a level names no limits: whoever asks with the approvals of one may not bring the other along.
TEST_F(Loosening, WhatWasApprovedForALevelOrAHaltLoosensNoLimit) {
    ASSERT_TRUE(rig.start()) << rig.output();
    auto terms = lease_terms();
    terms.max_total_notional_wei = terms.max_plan_notional_wei = 1'000; // one person's
    terms.limits = limits("10", "3");
    ASSERT_TRUE(rig.control().arm(terms));
    for (const char* const action : {"loosen_level", "resume_halted"})
        for (const std::string& smuggled : {limits("1000000", "3"), std::string("rubbish")}) {
            SCOPED_TRACE(std::string(action) + " " + smuggled);
            const std::vector<Approval> both = {approve(0, action, level), approve(1, action, level)};
            const auto done = rig.control().endorse(
                {.operator_name = "alice", .action = action, .subject = level, .limits = smuggled, .approvals = both});
            ASSERT_FALSE(done);
            EXPECT_THAT(done.error().what, HasSubstr(std::string(action) + ": limits are accepted by loosen_limits alone"));
            EXPECT_EQ(rig.status().limits_digest, signer::limits_digest(limits("10", "3")));
        }
    terms.limits = limits("1000000", "3");
    EXPECT_FALSE(rig.control().arm(terms));
}

// Somebody with the signer's user changes limits.db while it is down. Its audit log knows better.
TEST_F(Loosening, LimitsThatAreNotThoseOfTheAuditLogArmNothingUntilTwoPeopleAcceptThem) {
    const std::string tight = limits("9", "3");
    const std::string loose = limits("10", "3");
    const std::string file = rig.state_dir() + "/limits.db";
    const auto arm = [&](const std::string& told) {
        auto terms = lease_terms();
        terms.max_total_notional_wei = terms.max_plan_notional_wei = 1'000;
        terms.limits = told;
        const auto armed = rig.control().arm(terms);
        return armed ? std::string() : armed.error().what;
    };
    const auto accept = [&](const std::string& told) {
        const std::string subject = R"({"limits_before":")" + rig.status().limits_digest + R"(","limits_now":")" +
                                    signer::limits_digest(told) + R"(","time":)" +
                                    std::to_string(std::chrono::system_clock::now().time_since_epoch().count()) + "}";
        const auto endorsed = [&](std::vector<Approval> approvals) {
            return rig.control().endorse({.operator_name = "alice",
                                          .action = "loosen_limits",
                                          .subject = subject,
                                          .limits = told,
                                          .approvals = std::move(approvals)});
        };
        EXPECT_FALSE(endorsed({approve(0, "loosen_limits", subject)})) << "one person";
        EXPECT_TRUE(endorsed({approve(0, "loosen_limits", subject), approve(1, "loosen_limits", subject)}));
    };
    const auto copy = [&](const std::string& from, const std::string& to) {
        for (const std::string part : {"", "-wal", "-shm"}) {
            std::filesystem::remove(to + part);
            if (std::filesystem::exists(from + part)) std::filesystem::copy_file(from + part, to + part);
        }
    };
    const auto change = [&](const char* sql) {
        const auto database = store::Database::open(file, std::array<const char*, 1>{"the schema is there"}).value();
        ASSERT_TRUE(database->execute("DROP TRIGGER limits_are_for_ever; DROP TRIGGER limits_stay"));
        ASSERT_TRUE(database->execute(sql));
    };
    ASSERT_TRUE(rig.start()) << rig.output();
    ASSERT_EQ(arm(loose), "");
    rig.kill9();
    copy(file, rig.dir().file("older"));
    ASSERT_TRUE(rig.start()) << rig.output();
    ASSERT_EQ(arm(tight), "");

    const std::map<std::string, std::function<void()>> attacks = {
        {"deleted", [&] { copy("/nothing", file); }},
        {"replaced by an older copy", [&] { copy(rig.dir().file("older"), file); }},
        {"edited", [&] { change(R"(UPDATE limits SET terms = replace(terms, '"9"', '"99"'))"); }},
        {"a row added",
         [&] { change(R"(INSERT INTO limits (time_ns, terms) SELECT 1, replace(terms, '"9"', '"99"') FROM limits)"); }},
        {"rows removed", [&] { change("DELETE FROM limits WHERE number > 1"); }},
    };
    for (const auto& [what, attack] : attacks) {
        SCOPED_TRACE(what);
        rig.kill9();
        copy(file, rig.dir().file("sound"));
        attack();
        ASSERT_TRUE(rig.start()) << rig.output();
        EXPECT_THAT(rig.output(), HasSubstr("limits.db holds "));
        EXPECT_THAT(rig.status().limits_digest, testing::StartsWith("distrusted:"));
        for (const std::string& told : {loose, tight, std::string()})
            EXPECT_THAT(arm(told), HasSubstr("the audit log says " + signer::limits_digest(tight)));
        rig.kill9();
        copy(rig.dir().file("sound"), file);
        ASSERT_TRUE(rig.start()) << rig.output();
        EXPECT_THAT(arm(tight), HasSubstr("the audit log says")) << "whoever puts it back has been seen all the same";
        accept(tight);
        EXPECT_EQ(arm(tight), "");
        EXPECT_THAT(arm(loose), HasSubstr("looser than at the last arming"));
    }
    EXPECT_THAT(rig.audit_text(), HasSubstr(R"("action":"limits_distrusted","resource":"limits.db")"));
}

TEST_F(Loosening, LimitsThatCannotBeReadStartNoSignerAndAreNotForgottenWhenTheyAreMovedAway) {
    const std::string file = rig.state_dir() + "/limits.db";
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.kill9();
    for (const std::string part : {"", "-wal", "-shm"}) std::filesystem::remove(file + part);
    std::ofstream(file) << "no database, and longer than the header of one: " << std::string(200, 'x');
    EXPECT_FALSE(rig.start());
    EXPECT_THAT(rig.output(), HasSubstr("limits.db cannot be read"));
    EXPECT_THAT(rig.output(), HasSubstr(file));
    for (const std::string part : {"", "-wal", "-shm"}) std::filesystem::remove(file + part);
    ASSERT_TRUE(rig.start()) << rig.output();
    auto terms = lease_terms();
    terms.limits = limits("9", "3");
    const auto armed = rig.control().arm(terms);
    ASSERT_FALSE(armed);
    EXPECT_THAT(armed.error().what, HasSubstr("limits.db cannot be read"));
}

// What ends a halt of jitd's is no way around TRIPPED, and what was approved for it is not used up by trying.
TEST_F(Loosening, AHaltIsEndedByTwoPeopleAndNeverWhileTripped) {
    ASSERT_TRUE(rig.start()) << rig.output();
    const std::string halt = R"({"halted_by":"the card's stop line","since":"17"})";
    const std::vector<Approval> both = {approve(0, "resume_halted", halt), approve(1, "resume_halted", halt)};
    EXPECT_THAT(endorse("resume_halted", halt, {}), HasSubstr("approvals of 2 different people, there are 0"));
    EXPECT_THAT(endorse("resume_halted", halt, {both[0], both[0]}), HasSubstr("two approvals by one person count once"));
    ASSERT_TRUE(rig.control().estop({.operator_name = "bob", .reason = "a drill"}));
    EXPECT_THAT(endorse("resume_halted", halt, both), HasSubstr("only a reset of the signer ends that"));
    EXPECT_FALSE(rig.control().reset({.operator_name = "alice", .reason = "seen to", .approvals = both}));
    const std::string trip = signer::reset_subject(chain_id, executor, rig.status().trip_id);
    ASSERT_TRUE(rig.control().reset(
        {.operator_name = "alice", .reason = "seen to", .approvals = {approve(0, "reset", trip), approve(1, "reset", trip)}}));
    EXPECT_EQ(endorse("resume_halted", halt, both), "");
    EXPECT_THAT(endorse("resume_halted", halt, both), HasSubstr("was used before"));
    EXPECT_EQ(rig.status().state, signer::ArmState::disarmed) << "it arms nothing";
}

TEST_F(Loosening, KeysAreRotatedAndDestroyedByTwoPeopleBesideTheRunningSigner) {
    rig.set("hsm.key_label", "\"pair\"");
    ASSERT_EQ(key("generate").status, 0);
    ASSERT_TRUE(rig.start()) << rig.output();
    const auto refused = [&](const std::string& command, const std::vector<Approval>& approvals, const char* why) {
        const Ran ran = key(command, approvals);
        EXPECT_NE(ran.status, 0) << command;
        EXPECT_THAT(ran.output, HasSubstr(why));
    };
    const std::string rotation = subject_of("rotate");
    const auto yes = [&](std::size_t who) { return approve(who, "rotate_keys", rotation); };
    refused("rotate", {}, "approvals of 2 different people, there are 0");
    refused("rotate", {yes(0), yes(0)}, "two approvals by one person count once");
    refused("rotate", {yes(0), approve(1, "rotate_keys", rotation, 1h, std::chrono::system_clock::now() - 2h)}, "expired");
    EXPECT_THAT(key("list").output, testing::Not(HasSubstr("pair.2"))) << "nothing was generated";
    const std::vector<Approval> both = {yes(0), yes(1)};
    const Ran rotated = key("rotate", both);
    ASSERT_EQ(rotated.status, 0) << rotated.output;
    refused("rotate", both, "was used before");

    rig.kill9();
    rig.set("hsm.key_label", "\"pair.2\"");
    ASSERT_TRUE(rig.start()) << rig.output();
    const std::string retire = "retire --label pair --yes";
    const std::string doom = subject_of(retire);
    refused(retire, {}, "there are 0");
    refused(retire, {approve(0, "rotate_keys", rotation), approve(1, "rotate_keys", rotation)}, "is for 'rotate_keys'");
    refused("retire --label pair.2 --yes", {approve(0, "retire_keys", doom), approve(1, "retire_keys", doom)},
            "is what the signer is configured for");
    const Ran retired = key(retire, {approve(0, "retire_keys", doom), approve(1, "retire_keys", doom)});
    EXPECT_EQ(retired.output, "destroyed pair-0\ndestroyed pair-1\n");
}

TEST_F(Loosening, APrivateHalfThatIsAloneIsDestroyedByTwoPeople) {
    ::setenv("JITBOX_FAULT_REAL", softhsm_module, 1);
    ::setenv("JITBOX_FAULT_FILE", rig.dir().file("fault").c_str(), 1);
    rig.use_fault_module();
    rig.set("hsm.key_label", "\"alone\"");
    rig.fault("C_GenerateKeyPair private");
    ASSERT_NE(key("generate").status, 0);
    rig.fault("");
    const std::string discard = "discard --label alone-0 --yes";
    const std::string subject = subject_of(discard);
    const std::vector<Approval> both = {approve(0, "discard_key", subject), approve(1, "discard_key", subject)};
    const auto refused = [&](const std::string& command, const std::vector<Approval>& approvals, const char* why) {
        const Ran ran = key(command, approvals);
        EXPECT_NE(ran.status, 0) << command;
        EXPECT_THAT(ran.output, HasSubstr(why));
    };
    refused(discard, {}, "approvals of 2 different people, there are 0");
    refused(discard, {both[0], both[0]}, "two approvals by one person count once");
    refused(discard, {approve(0, "retire_keys", subject), approve(1, "retire_keys", subject)}, "is for 'retire_keys'");
    refused("discard --label alone-1 --yes", both, "no private key with label 'alone-1'");
    EXPECT_EQ(key(discard, both).output, "destroyed the private half of alone-0\n") << "nothing above has used them up";
    EXPECT_EQ(key("generate").status, 0);
    ::unsetenv("JITBOX_FAULT_REAL");
    ::unsetenv("JITBOX_FAULT_FILE");
}

TEST(LooseningAlone, ADevelopmentSignerWithoutPeopleAsksNobody) {
    Token::instance();
    SignerRig rig;
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_TRUE(rig.control().endorse({.operator_name = "alice", .action = "loosen_level", .subject = "{}", .approvals = {}}));
}

} // namespace
} // namespace jitbox::test
