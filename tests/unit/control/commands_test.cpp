// What an operator may ask, who may ask it, and that nothing is done that cannot be audited, except to stop.
// SPDX-License-Identifier: Apache-2.0
#include "control/commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace jitbox::control {
namespace {

namespace fs = std::filesystem;
using testing::_;
using testing::HasSubstr;
using testing::InvokeArgument;

class MockAppliance : public Appliance {
public:
    MOCK_METHOD(void, arm, (const ArmCommand&, Respond), (override));
    MOCK_METHOD(void, disarm, (const std::string&, const std::string&, Respond), (override));
    MOCK_METHOD(void, estop, (const std::string&, const std::string&, Respond), (override));
    MOCK_METHOD(void, renew, (const RenewCommand&, Respond), (override));
    MOCK_METHOD(void, reset, (const ResetCommand&, Respond), (override));
    MOCK_METHOD(void, approval_request, (const Approvable&, Respond), (override));
    MOCK_METHOD(void, status, (Respond), (override));
    MOCK_METHOD(void, pools, (Respond), (override));
    MOCK_METHOD(void, decisions, (std::size_t, Respond), (override));
    MOCK_METHOD(void, bundles, (std::size_t, Respond), (override));
    MOCK_METHOD(void, audit_verify, (Respond), (override));
    MOCK_METHOD(void, risk_command, (const RiskCommand&, Respond), (override));
};

class CommandsTest : public testing::Test {
protected:
    CommandsTest() {
        fs::create_directories(directory_);
        auto opened = audit::Log::open(file());
        EXPECT_TRUE(opened.has_value());
        log_ = std::move(*opened);
        commands_ = std::make_unique<Commands>(appliance_, *log_, owner);
    }
    ~CommandsTest() override {
        commands_.reset();
        log_.reset();
        fs::remove_all(directory_);
    }

    [[nodiscard]] std::string file() const { return (directory_ / "audit.jsonl").string(); }

    Answer ask(const std::string& op, const std::string& arguments = "{}", std::uint32_t uid = owner) {
        Answer out = fail("not answered");
        commands_->handle({.op = op, .args_json = arguments, .peer = {.uid = uid, .gid = 0, .pid = 1}, .session = 1},
                          [&out](Answer answer) { out = std::move(answer); });
        return out;
    }

    static constexpr std::uint32_t owner = 4242;
    fs::path directory_ = fs::temp_directory_path() / ("jitbox-control-" + std::to_string(::getpid()) + "-" +
                                                       testing::UnitTest::GetInstance()->current_test_info()->name());
    testing::StrictMock<MockAppliance> appliance_;
    std::unique_ptr<audit::Log> log_;
    std::unique_ptr<Commands> commands_;
};

TEST_F(CommandsTest, arm_is_audited_before_it_is_done_and_again_with_its_result) {
    std::uint64_t before = 0;
    EXPECT_CALL(appliance_, arm(_, _)).WillOnce([&](const ArmCommand& command, const Respond& respond) {
        before = log_->head().seq;
        EXPECT_EQ(command.ttl.count(), 600);
        EXPECT_TRUE(command.max_notional_wei == 5);
        EXPECT_EQ(command.pools, std::vector<std::string>{"0xab"});
        EXPECT_THAT(command.operator_name, HasSubstr("uid:4242"));
        respond(fail("node is not in sync", "wait"));
    });
    const auto answer = ask("arm", R"({"ttl_s": 600, "max_notional_wei": "5", "pools": ["0xab"]})");
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().what, "node is not in sync");
    EXPECT_EQ(before, 1U);
    const auto records = audit::tail(file(), 10);
    ASSERT_TRUE(records.has_value());
    ASSERT_EQ(records->size(), 2U);
    EXPECT_EQ(records->at(0).event.result, "requested");
    EXPECT_EQ(records->at(1).event.result, "node is not in sync");
    EXPECT_EQ(records->at(1).event.action, "arm");
}

TEST_F(CommandsTest, mistakes_in_arguments_are_named_and_nothing_is_called) {
    EXPECT_THAT(ask("arm", R"({"ttl_s": 0, "max_notional_wei": "5"})").error().what, HasSubstr("ttl_s is out of range"));
    EXPECT_THAT(ask("arm", R"({"max_notional_wei": "5"})").error().what, HasSubstr("ttl_s is missing"));
    EXPECT_THAT(ask("arm", R"({"ttl_s": 5, "max_notional_wei": "-5"})").error().what, HasSubstr("max_notional_wei is no amount"));
    EXPECT_THAT(ask("arm", R"({"ttl_s": 5, "max_notional_wei": "5", "force": true})").error().what, HasSubstr("force is unknown"));
    EXPECT_THAT(ask("arm", R"({"ttl_s": 5, "max_notional_wei": "5", "pools": "all"})").error().what,
                HasSubstr("pools is not a list"));
    EXPECT_THAT(ask("bundles", R"({"limit": 0})").error().what, HasSubstr("limit is out of range"));
    EXPECT_THAT(ask("launch").error().what, HasSubstr("unknown op 'launch'"));
    EXPECT_EQ(log_->head().seq, 0U);
}

TEST_F(CommandsTest, approvals_are_handed_on_as_they_came) {
    EXPECT_CALL(appliance_, renew(_, _)).WillOnce([](const RenewCommand& command, const Respond& respond) {
        EXPECT_EQ(command.ttl.count(), 60);
        EXPECT_EQ(command.approvals, (std::vector<std::string>{"a", "b"}));
        respond(Answer("{}"));
    });
    EXPECT_TRUE(ask("renew", R"({"ttl_s": 60, "approvals": ["a", "b"]})").has_value());
    EXPECT_CALL(appliance_, reset(_, _)).WillOnce([](const ResetCommand& command, const Respond& respond) {
        EXPECT_EQ(command.reason, "seen to");
        EXPECT_EQ(command.approvals.size(), 1U);
        respond(Answer("{}"));
    });
    EXPECT_TRUE(ask("reset", R"({"reason": "seen to", "approvals": ["a"]})").has_value());
    EXPECT_EQ(log_->head().seq, 4U);
}

TEST_F(CommandsTest, what_is_to_be_approved_is_a_question_with_the_arguments_of_the_action) {
    EXPECT_CALL(appliance_, approval_request(_, _)).WillOnce([](const Approvable& what, const Respond& respond) {
        EXPECT_EQ(std::get<ArmCommand>(what).loss_budget_wei, chain::u256{7});
        respond(Answer("{}"));
    });
    EXPECT_TRUE(ask("approval-request", R"({"action": "arm", "ttl_s": 5, "max_notional_wei": "5", "loss_budget_wei": "7"})"));
    EXPECT_THAT(ask("approval-request", R"({"action": "arm", "ttl_s": 5})").error().what,
                HasSubstr("max_notional_wei is no amount"));
    EXPECT_THAT(ask("approval-request", R"({"action": "disarm"})").error().what, HasSubstr("'disarm' needs no approvals"));
    EXPECT_EQ(log_->head().seq, 0U);
}

TEST_F(CommandsTest, another_user_may_only_stop) {
    EXPECT_THAT(ask("arm", R"({"ttl_s": 5, "max_notional_wei": "5"})", 777).error().what, HasSubstr("may not give commands"));
    EXPECT_THAT(ask("status", "{}", 777).error().what, HasSubstr("may not give commands"));
    EXPECT_THAT(ask("watch", "{}", 777).error().what, HasSubstr("may not give commands")) << "what is published is no stranger's";
    EXPECT_TRUE(ask("watch"));
    EXPECT_CALL(appliance_, estop(_, _, _)).WillOnce(InvokeArgument<2>(Answer("{}")));
    EXPECT_CALL(appliance_, disarm(_, _, _)).WillOnce(InvokeArgument<2>(Answer("{}")));
    EXPECT_TRUE(ask("estop", "{}", 777).has_value());
    EXPECT_TRUE(ask("disarm", R"({"reason": "smoke"})", 777).has_value());
}

TEST_F(CommandsTest, root_may_give_every_command) {
    EXPECT_CALL(appliance_, status(_)).WillOnce(InvokeArgument<0>(Answer("{}")));
    EXPECT_TRUE(ask("status", "{}", 0).has_value());
}

TEST_F(CommandsTest, requests_and_refusals_are_counted) {
    EXPECT_CALL(appliance_, status(_)).WillOnce(InvokeArgument<0>(Answer("{}")));
    EXPECT_CALL(appliance_, disarm(_, _, _)).WillOnce(InvokeArgument<2>(Answer(fail("no"))));
    EXPECT_TRUE(ask("status"));
    EXPECT_FALSE(ask("disarm", R"({"reason": "r"})"));
    EXPECT_FALSE(ask("no-such-op"));
    EXPECT_FALSE(ask("status", "{}", owner + 1)) << "somebody who may not";
    EXPECT_EQ(commands_->requests(), 4U);
    EXPECT_EQ(commands_->refusals(), 3U);
}

TEST_F(CommandsTest, queries_are_not_audited) {
    EXPECT_CALL(appliance_, bundles(7, _)).WillOnce(InvokeArgument<1>(Answer("[]")));
    EXPECT_TRUE(ask("bundles", R"({"limit": 7})").has_value());
    EXPECT_EQ(log_->head().seq, 0U);
}

TEST_F(CommandsTest, an_emergency_stop_is_done_before_it_is_audited) {
    std::uint64_t before = 99;
    EXPECT_CALL(appliance_, estop(_, "smoke", _)).WillOnce([&](const auto&, const auto&, const Respond& respond) {
        before = log_->head().seq;
        respond(Answer("{}"));
    });
    EXPECT_TRUE(ask("estop", R"({"reason": "smoke"})").has_value());
    EXPECT_EQ(before, 0U);
    EXPECT_EQ(log_->head().seq, 1U);
}

/// While it lives no file of this process can grow, as on a full disk.
class FullDisk {
public:
    FullDisk() {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit none{.rlim_cur = 0, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &none);
    }
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit before_{};
};

TEST_F(CommandsTest, an_action_that_cannot_be_audited_is_refused_but_an_emergency_stop_is_not) {
    EXPECT_CALL(appliance_, estop(_, _, _)).WillOnce(InvokeArgument<2>(Answer("{}")));
    Answer armed;
    Answer stopped;
    {
        const FullDisk full;
        armed = ask("arm", R"({"ttl_s": 5, "max_notional_wei": "5"})");
        stopped = ask("estop");
    }
    ASSERT_FALSE(armed.has_value());
    EXPECT_THAT(armed.error().what, HasSubstr("refused: the action cannot be audited"));
    EXPECT_TRUE(stopped.has_value());
}

TEST_F(CommandsTest, a_protection_level_and_a_review_are_audited_with_who_and_why) {
    EXPECT_CALL(appliance_, risk_command(_, _)).Times(2).WillRepeatedly([](const RiskCommand& command, const Respond& respond) {
        EXPECT_THAT(command.operator_name, HasSubstr("uid:4242"));
        respond("{}");
    });
    EXPECT_TRUE(ask("risk-level", R"({"level": "NONE", "reason": "looked at it"})").has_value());
    EXPECT_TRUE(ask("review", R"({"review": 3, "approve": "yes", "reason": "ours"})").has_value());
    const auto records = audit::tail(file(), 10);
    ASSERT_TRUE(records.has_value());
    ASSERT_EQ(records->size(), 4U) << "each before it is done and again with its result";
    EXPECT_EQ(records->at(0).event.resource, "NONE: looked at it");
    EXPECT_EQ(records->at(3).event.resource, "approve 3: ours");
}

TEST_F(CommandsTest, risk_queries_are_not_audited_and_their_arguments_are_strict) {
    EXPECT_CALL(appliance_, risk_command(_, _)).Times(3).WillRepeatedly([](const RiskCommand&, const Respond& respond) {
        respond("{}");
    });
    for (const char* op : {"risk", "risk-events", "reviews"}) EXPECT_TRUE(ask(op).has_value()) << op;
    EXPECT_EQ(log_->head().seq, 0U);
    EXPECT_FALSE(ask("risk-events", R"({"limit": 0})").has_value());
    EXPECT_FALSE(ask("risk-level", R"({"levle": "NONE"})").has_value());
    EXPECT_FALSE(ask("risk-level", R"({"level": "NONE"})", owner + 1).has_value()) << "not everybody";
}

} // namespace
} // namespace jitbox::control
