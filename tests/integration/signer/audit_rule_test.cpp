// No record, no action (AUD-1), on a real signer whose disk is full: before an action, and between its two records. What cannot be
// audited leaves the safer state behind. SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <sys/resource.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::ArmState;
using signer::RefusalCode;
using signer::SignerStatus;
using testing::HasSubstr;

class AuditRule : public ::testing::Test {
protected:
    void SetUp() override {
        Token::instance();
        ASSERT_TRUE(rig.start()) << rig.output();
    }
    using Command = std::function<signer::Answer<SignerStatus>()>;
    [[nodiscard]] std::uintmax_t log_size() const { return std::filesystem::file_size(rig.state_dir() + "/signer-audit.log"); }
    /// No file of the signer grows beyond `size` bytes.
    void limit_files(rlim_t size) {
        const rlimit limit{.rlim_cur = size, .rlim_max = RLIM_INFINITY};
        ASSERT_EQ(::prlimit(rig.process().pid(), RLIMIT_FSIZE, &limit, nullptr), 0);
    }
    void free_disk() { limit_files(RLIM_INFINITY); }
    static void expect_unaudited(const signer::Answer<SignerStatus>& answer) {
        ASSERT_FALSE(answer);
        EXPECT_EQ(answer.error().code, RefusalCode::audit_unavailable) << answer.error().what;
    }
    /// Gives the command while there is room for what it asks, and none for what came of it. `before` brings the state for it; the
    /// first time shows how long the records are.
    void give_with_room_for_one_record(const std::function<void()>& before, const Command& command) {
        before();
        const auto start = log_size();
        ASSERT_TRUE(command());
        const auto text = rig.audit_text().substr(start);
        const auto first = text.find('\n') + 1;
        ASSERT_LT(first, text.size()) << "two records";
        before();
        limit_files(log_size() + first + (text.size() - first) / 2);
        expect_unaudited(command());
        free_disk();
    }
    SignerRig rig;
};

TEST_F(AuditRule, WithoutItsFirstRecordNothingIsDone) {
    limit_files(1);
    expect_unaudited(rig.control().arm(lease_terms()));
    EXPECT_EQ(rig.status().state, ArmState::disarmed);
    EXPECT_EQ(rig.status().cause, "boot") << "it was not armed for a moment either";
    free_disk();
    rig.arm();
    limit_files(1);
    const auto left = rig.status().lease_left;
    expect_unaudited(rig.control().renew({.operator_name = "bob", .ttl = 86'000s, .approvals = {}}));
    EXPECT_LE(rig.status().lease_left, left) << "no time was given";
    expect_unaudited(rig.control().disarm({.operator_name = "bob", .reason = "lunch"}));
    EXPECT_EQ(rig.status().state, ArmState::disarmed) << "safer first, whatever the disk says";
    ASSERT_TRUE(rig.control().estop({.operator_name = "bob", .reason = "a drill"})) << "a stop asks no disk";
    expect_unaudited(rig.control().reset({.operator_name = "bob", .reason = "seen to", .approvals = {}}));
    EXPECT_EQ(rig.status().state, ArmState::tripped);
    expect_unaudited(rig.control().endorse({.operator_name = "bob", .action = "loosen_level", .subject = "{}", .approvals = {}}));
}

TEST_F(AuditRule, AnArmingOrARenewalWithoutItsSecondRecordIsTakenBack) {
    give_with_room_for_one_record([&] { ASSERT_TRUE(rig.control().disarm({.operator_name = "bob", .reason = "r"})); },
                                  [&] { return rig.control().arm(lease_terms()); });
    EXPECT_EQ(rig.status().state, ArmState::disarmed);
    EXPECT_THAT(rig.status().cause, HasSubstr("the arming could not be audited"));
    give_with_room_for_one_record([&] { rig.arm(); },
                                  [&] { return rig.control().renew({.operator_name = "bob", .ttl = 500s, .approvals = {}}); });
    EXPECT_EQ(rig.status().state, ArmState::disarmed);
    EXPECT_THAT(rig.status().cause, HasSubstr("the renewal could not be audited"));
    rig.arm(); // and it works again
}

TEST_F(AuditRule, AResetWithoutItsSecondRecordTripsAgainAlsoAcrossARestart) {
    give_with_room_for_one_record(
        [&] {
            ASSERT_TRUE(rig.control().estop({.operator_name = "bob", .reason = "a drill"}));
            // The stop's own record comes after its answer, on the thread that also does this.
            ASSERT_TRUE(rig.control().disarm({.operator_name = "bob", .reason = "r"}));
        },
        [&] { return rig.control().reset({.operator_name = "bob", .reason = "seen to", .approvals = {}}); });
    EXPECT_EQ(rig.status().state, ArmState::tripped);
    EXPECT_THAT(rig.status().cause, HasSubstr("the reset could not be audited"));
    rig.kill9();
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_EQ(rig.status().state, ArmState::tripped);
}

} // namespace
} // namespace jitbox::test
