// jitd's mirror of the signer's latch, against a signer of a few lines on a real socket.
// SPDX-License-Identifier: Apache-2.0
#include "arming_rig.hpp"

#include <gmock/gmock.h>

namespace jitbox::apps {
namespace {

using namespace std::chrono_literals;
using signer::ArmState;
using testing::HasSubstr;

TEST_F(ArmingTest, a_heartbeat_that_is_answered_before_a_disarming_arrives_does_not_change_its_cause) {
    FakeSigner signer(config_.signer.control_socket);
    arm();
    signer.keep_disarmings = true;
    arming_->disarm("jitd", "the prices are old", [](const auto&) {});
    const int before = signer.heartbeats;
    arming_->beat();
    run_until([&] { return signer.heartbeats > before; });
    io_.restart();
    io_.run_for(50ms);
    EXPECT_FALSE(arming_->armed());
    EXPECT_EQ(arming_->view().cause, "the prices are old");
}

TEST_F(ArmingTest, limits_that_the_signer_accepts_are_known_with_its_answer_and_not_a_heartbeat_later) {
    FakeSigner signer(config_.signer.control_socket);
    beat_once();
    EXPECT_EQ(arming_->view().signer.limits_digest, "of the last arming");
    std::string known;
    arming_->endorse({}, [&](const auto& answer) {
        ASSERT_TRUE(answer);
        known = arming_->view().signer.limits_digest;
    });
    run_until([&] { return !known.empty(); });
    EXPECT_EQ(known, "accepted");
}

TEST_F(ArmingTest, a_lease_that_another_process_left_does_not_arm_this_one) {
    FakeSigner signer(config_.signer.control_socket);
    signer.state = ArmState::armed;
    beat_once();
    EXPECT_TRUE(arming_->view().signer_reachable);
    EXPECT_FALSE(arming_->armed());
    EXPECT_EQ(arming_->view().state, ArmState::disarmed);
    EXPECT_THAT(arming_->view().cause, HasSubstr("not armed through this process"));
}

TEST_F(ArmingTest, a_lease_that_this_process_does_not_sign_with_is_ended_at_the_signer) {
    FakeSigner signer(config_.signer.control_socket);
    signer.state = ArmState::armed; // a jitd that died had armed it, or a disarming did not arrive
    beat_once();
    run_until([&] { return signer.state == ArmState::disarmed; });
    arm();
    beats(signer, 10);
    EXPECT_EQ(signer.state, ArmState::armed) << "its own is not";
    EXPECT_TRUE(arming_->armed());
}

TEST_F(ArmingTest, arming_and_disarming_follow_the_signer) {
    FakeSigner signer(config_.signer.control_socket);
    arm();
    EXPECT_TRUE(arming_->armed());
    bool answered = false;
    arming_->disarm("test", "enough", [&](const auto&) { answered = true; });
    EXPECT_FALSE(arming_->armed()) << "at once, before the signer has answered";
    run_until([&] { return answered; });
    EXPECT_EQ(signer.state, ArmState::disarmed);
    EXPECT_EQ(changes_, (std::vector{ArmState::armed, ArmState::disarmed}));
}

TEST_F(ArmingTest, an_emergency_stop_wins_over_an_arming_that_is_on_its_way) {
    FakeSigner signer(config_.signer.control_socket);
    int answered = 0;
    arming_->arm({.operator_name = "test",
                  .ttl = 60s,
                  .loss_budget_wei = 1,
                  .max_plan_notional_wei = 1,
                  .max_total_notional_wei = 1,
                  .pools = {{}}},
                 [&](const auto&) { ++answered; });
    arming_->estop("test", "smoke", [&](const auto&) { ++answered; });
    run_until([&] { return answered == 2; });
    EXPECT_FALSE(arming_->armed());
    beat_once();
    EXPECT_FALSE(arming_->armed()) << "not even when the signer still says ARMED";
}

TEST_F(ArmingTest, a_signer_that_is_gone_disarms_and_its_return_does_not_arm) {
    {
        FakeSigner signer(config_.signer.control_socket);
        arm();
        ASSERT_TRUE(arming_->armed());
    }
    arming_->beat();
    run_until([&] { return !arming_->view().signer_reachable; });
    EXPECT_FALSE(arming_->armed());
    EXPECT_THAT(arming_->view().cause, HasSubstr("signer not reachable"));
    FakeSigner back(config_.signer.control_socket);
    back.state = ArmState::armed;
    arming_->beat();
    run_until([&] { return arming_->view().signer_reachable; });
    EXPECT_FALSE(arming_->armed());
}

} // namespace
} // namespace jitbox::apps
