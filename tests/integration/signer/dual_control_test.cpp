// Dual control and the dead man on a real signer: who may arm, renew and leave TRIPPED, and what disarms by itself (API-3, ARM-3).
// SPDX-License-Identifier: Apache-2.0
#include "two_people.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::Approval;
using signer::ArmState;
using testing::HasSubstr;

class DualControl : public TwoPeople {
protected:
    void SetUp() override {
        TwoPeople::SetUp();
        ASSERT_TRUE(rig.start()) << rig.output();
    }
    static signer::ArmRequest terms(std::uint64_t total = 1'000'000) {
        signer::ArmRequest out = lease_terms();
        out.max_total_notional_wei = total;
        return out;
    }
    static std::string subject(const signer::ArmRequest& terms) { return signer::arm_subject(chain_id, executor, terms); }
    /// Empty when it was armed.
    [[nodiscard]] std::string arm(signer::ArmRequest terms, std::vector<Approval> approvals) const {
        terms.approvals = std::move(approvals);
        const auto armed = rig.control().arm(terms);
        return armed ? "" : armed.error().what;
    }
    [[nodiscard]] std::string reset(std::vector<Approval> approvals) const {
        const auto done = rig.control().reset({.operator_name = "alice", .reason = "seen to", .approvals = std::move(approvals)});
        return done ? "" : done.error().what;
    }
    [[nodiscard]] std::string reset_subject() const { return signer::reset_subject(chain_id, executor, rig.status().trip_id); }
    void trip() const { ASSERT_TRUE(rig.control().estop({.operator_name = "bob", .reason = "a drill"})); }
};

TEST_F(DualControl, BelowTheThresholdOnePersonSuffices) {
    EXPECT_EQ(arm(terms(50'000), {}), "");
    EXPECT_EQ(rig.status().state, ArmState::armed);
}

// Many small leases are one large one: whoever is jitd's user gets no more out of one person's threshold than it says, in 24 hours.
TEST_F(DualControl, OnePersonsLeasesOfADayAddUpOverDisarmingAndRestarts) {
    for (int i = 0; i < 4; ++i) {
        ASSERT_EQ(arm(terms(10'000), {}), "") << i;
        ASSERT_TRUE(rig.control().disarm({.operator_name = "bob", .reason = "test"}));
        rig.kill9();
        ASSERT_TRUE(rig.start()) << rig.output();
    }
    EXPECT_THAT(arm(terms(10'001), {}),
                HasSubstr("there are 0: one person may arm 10000 wei more after the leases of the last 24 hours"));
    EXPECT_EQ(arm(terms(10'001), both("arm", subject(terms(10'001)))), "") << "two people may";
    EXPECT_THAT(rig.control().renew({.operator_name = "alice", .ttl = 900s, .approvals = {}}).error().what,
                HasSubstr("renew needs the approvals of 2 different people"));
    ASSERT_EQ(arm(terms(10'000), {}), "") << "theirs does not count against one person's";
    EXPECT_THAT(arm(terms(10'000), {}), HasSubstr("one person may arm 0 wei more"));
    rig.kill9();
    for (const char* const part : {"", "-wal", "-shm"}) std::filesystem::remove(rig.state_dir() + "/approvals.db" + part);
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_THAT(rig.output(), HasSubstr("approvals.db holds none, the audit log says"));
    EXPECT_THAT(arm(terms(10'000), {}), HasSubstr("one person may arm 0 wei more")) << "approvals.db deleted";
}

// A jitd that is taken over tells prices that make much look like little, or a loss like a gain.
TEST_F(DualControl, PricesOutsideOfTheSignersOwnBoundsArmNothing) {
    rig.kill9();
    rig.set("prices.tokens", R"([{ symbol = "A", decimals = 0, least_wei = "1", most_wei = "1" },
        { symbol = "B", decimals = 0, least_wei = "1", most_wei = "4" }])");
    rig.set("prices.pools", R"([{ id = 1, token0 = "A", token1 = "B" }])");
    ASSERT_TRUE(rig.start()) << rig.output();
    const auto asked = [](std::uint16_t pool, std::uint64_t price1) {
        signer::ArmRequest out = terms();
        out.pools[0].pool_id = pool;
        out.pools[0].price1_x96 = (chain::u256{price1} << 96) / 4;
        return out;
    };
    for (const std::uint64_t quarters : {2U, 3U, 17U, 1000U}) {
        const auto approvals = both("arm", subject(asked(1, quarters)));
        EXPECT_THAT(arm(asked(1, quarters), approvals), HasSubstr("is not within 1 to 4 wei")) << quarters;
    }
    EXPECT_THAT(arm(asked(2, 8), both("arm", subject(asked(2, 8)))), HasSubstr("pool 2 is not in the signer's prices.pools"));
    EXPECT_EQ(rig.status().state, ArmState::disarmed);
    EXPECT_EQ(arm(asked(1, 8), both("arm", subject(asked(1, 8)))), "");
}

TEST_F(DualControl, AnApprovalThatIsGivenThoughNoneIsNeededMustBeGood) {
    Approval forged = approve(1, "arm", subject(terms(10'000)));
    forged.signature[0] ^= 1;
    EXPECT_THAT(arm(terms(10'000), {forged}), HasSubstr("the signature does not verify"))
        << "its name would stand in status and audit";
    EXPECT_TRUE(rig.status().approvers.empty());
}

TEST_F(DualControl, AboveItTwoPeopleAndTheirNamesAreInStatusAndAudit) {
    EXPECT_THAT(arm(terms(50'001), {}), HasSubstr("arm needs the approvals of 2 different people, there are 0"));
    EXPECT_EQ(rig.status().state, ArmState::disarmed);
    EXPECT_EQ(arm(terms(), both("arm", subject(terms()))), "");
    EXPECT_EQ(rig.status().state, ArmState::armed);
    EXPECT_EQ(rig.status().approvers, (std::vector<std::string>{"alice", "bob"}));
    EXPECT_THAT(rig.audit_text(), HasSubstr("approvals of alice, bob"));
}

TEST_F(DualControl, EveryApprovalThatMustNotCountIsRefusedWithItsText) {
    const signer::ArmRequest asked = terms();
    const std::string good = subject(asked);
    signer::ArmRequest longer = asked;
    longer.ttl += 1s;
    const auto now = std::chrono::system_clock::now();
    Approval forged = approve(1, "arm", good);
    forged.signature[0] ^= 1;
    Approval stranger = approve(1, "arm", good);
    stranger.approver = "mallory";
    const std::vector<std::pair<std::vector<Approval>, std::string>> cases = {
        {{}, "there are 0"},
        {{approve(0, "arm", good)}, "there are 1"},
        {{approve(0, "arm", good), approve(0, "arm", good)}, "approval of 'alice': two approvals by one person count once"},
        {{approve(0, "arm", good), approve(1, "arm", good, 60s, now - 61s)}, "approval of 'bob': expired"},
        {{approve(0, "arm", good), approve(1, "arm", good, 1h, now + 24h)}, "approval of 'bob': expires more than 24 hours ahead"},
        {{approve(0, "arm", good), approve(1, "arm", subject(longer))}, "approval of 'bob': is for another subject"},
        {{approve(0, "arm", good), approve(1, "reset", good)}, "approval of 'bob': is for 'reset', asked was 'arm'"},
        {{approve(0, "arm", good), forged}, "approval of 'bob': the signature does not verify"},
        {{approve(0, "arm", good), stranger}, "approval of 'mallory': not among approvals.people"},
    };
    for (const auto& [approvals, text] : cases) {
        EXPECT_THAT(arm(asked, approvals), HasSubstr(text));
        EXPECT_EQ(rig.status().state, ArmState::disarmed) << text;
        EXPECT_THAT(rig.audit_text(), HasSubstr(text));
    }
}

TEST_F(DualControl, AnApprovalIsUsedUpAlsoAcrossARestart) {
    const auto approvals = both("arm", subject(terms()));
    ASSERT_EQ(arm(terms(), approvals), "");
    EXPECT_THAT(arm(terms(), approvals), HasSubstr("was used before"));
    rig.kill9();
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_EQ(rig.status().state, ArmState::disarmed);
    EXPECT_THAT(arm(terms(), approvals), HasSubstr("was used before"));
    EXPECT_EQ(rig.status().state, ArmState::disarmed);
    rig.kill9();
    for (const char* const part : {"", "-wal", "-shm"}) std::filesystem::remove(rig.state_dir() + "/approvals.db" + part);
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_THAT(arm(terms(), approvals), HasSubstr("may have been used before")) << "approvals.db deleted";
    const auto fresh = [&](std::size_t who) { return approve(who, "arm", subject(terms()), 24h); };
    std::this_thread::sleep_for(2100ms); // expiries are whole seconds
    EXPECT_EQ(arm(terms(), {fresh(0), fresh(1)}), "") << "the way out: approvals that are given now, for the longest time";
}

TEST_F(DualControl, WhatIsRefusedForAnotherReasonUsesUpNoApproval) {
    signer::ArmRequest elsewhere = terms();
    elsewhere.environment = "production";
    EXPECT_EQ(arm(elsewhere, both("arm", subject(elsewhere))),
              "arm: the lease is for 'production', the signer is configured for 'development'");
    const auto approvals = both("arm", subject(terms()));
    trip();
    EXPECT_THAT(arm(terms(), approvals), HasSubstr("TRIPPED"));
    ASSERT_EQ(reset(both("reset", reset_subject())), "");
    EXPECT_EQ(arm(terms(), approvals), "");
}

TEST_F(DualControl, LeavingTrippedNeedsTwoPeopleForThisVeryTrip) {
    trip();
    EXPECT_EQ(reset({}), "reset needs the approvals of 2 different people, there are 0");
    const auto for_the_first = both("reset", reset_subject());
    trip(); // a second one, before anybody reset
    EXPECT_THAT(reset(for_the_first), HasSubstr("is for another subject"));
    const auto before_the_restart = both("reset", reset_subject());
    rig.kill9();
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_EQ(rig.status().state, ArmState::tripped);
    EXPECT_THAT(reset(before_the_restart), HasSubstr("is for another subject"));
    EXPECT_EQ(rig.status().state, ArmState::tripped);
    EXPECT_EQ(reset(both("reset", reset_subject())), "");
    EXPECT_EQ(rig.status().state, ArmState::disarmed);
}

TEST_F(DualControl, ARenewalOfALargeLeaseNeedsThemToo) {
    const auto renew = [&](std::vector<Approval> approvals) -> std::string {
        const auto done = rig.control().renew({.operator_name = "alice", .ttl = 900s, .approvals = std::move(approvals)});
        return done ? "" : done.error().what;
    };
    const auto renewal = [&] {
        return signer::renew_subject(chain_id, executor, rig.status().lease_id,
                                     {.operator_name = "alice", .ttl = 900s, .approvals = {}});
    };
    EXPECT_THAT(renew({}), HasSubstr("renew: the signer is DISARMED, not ARMED"));
    ASSERT_EQ(arm(terms(50'000), {}), "");
    EXPECT_EQ(renew({}), "") << "a small lease: one person";
    EXPECT_GT(rig.status().lease_left, 890s);
    ASSERT_EQ(arm(terms(), both("arm", subject(terms()))), "");
    EXPECT_EQ(renew({}), "renew needs the approvals of 2 different people, there are 0");
    const auto of_this_lease = both("renew", renewal());
    ASSERT_EQ(arm(terms(), both("arm", subject(terms()))), "");
    EXPECT_THAT(renew(of_this_lease), HasSubstr("is for another subject")) << "another lease is in force now";
    EXPECT_EQ(renew(both("renew", renewal())), "");
    EXPECT_GT(rig.status().lease_left, 890s);
}

/// Every state, and every command with and without its approvals: what the table of docs/operations.md says, and nothing else arms.
TEST_F(DualControl, EveryStateAndCommandWithAndWithoutApprovals) {
    const auto bring = [&](ArmState state) {
        if (rig.status().state == ArmState::tripped) ASSERT_EQ(reset(both("reset", reset_subject())), "");
        ASSERT_TRUE(rig.control().disarm({.operator_name = "bob", .reason = "test"}));
        if (state == ArmState::armed) ASSERT_EQ(arm(terms(), both("arm", subject(terms()))), "");
        if (state == ArmState::tripped) trip();
        ASSERT_EQ(rig.status().state, state);
    };
    struct Command {
        signer::ArmEvent approved;
        std::function<bool(bool approved)> give; ///< whether it was accepted
        signer::ArmEvent not_approved;           ///< the same event when it needs no approvals
    };
    const auto given = [](bool approved, std::vector<Approval> approvals) {
        return approved ? std::move(approvals) : std::vector<Approval>{};
    };
    std::uint64_t nonce = 0;
    const auto sign = [&](std::uint32_t amount0_max) {
        Bundle bundle(nonce += 2);
        bundle.mint_call.amount0_max = amount0_max;
        return SyncSigner(rig.socket("signing")).sign(bundle.request()).has_value();
    };
    const std::vector<Command> commands = {
        {signer::ArmEvent::arm, [&](bool approved) { return arm(terms(), given(approved, both("arm", subject(terms())))).empty(); },
         signer::ArmEvent::arm_unmet},
        {signer::ArmEvent::renew,
         [&](bool approved) {
             const signer::RenewRequest asked{.operator_name = "alice", .ttl = 60s, .approvals = {}};
             auto request = asked;
             request.approvals =
                 given(approved, both("renew", signer::renew_subject(chain_id, executor, rig.status().lease_id, asked)));
             return rig.control().renew(request).has_value();
         },
         signer::ArmEvent::renew_unmet},
        {signer::ArmEvent::sign, [&](bool) { return sign(1000); }, signer::ArmEvent::sign},
        {signer::ArmEvent::sign_unmet, [&](bool) { return sign(20'000); }, signer::ArmEvent::sign_unmet},
        {signer::ArmEvent::reset, [&](bool approved) { return reset(given(approved, both("reset", reset_subject()))).empty(); },
         signer::ArmEvent::reset_unmet},
        {signer::ArmEvent::heartbeat, [&](bool) { return rig.control().heartbeat().has_value(); }, signer::ArmEvent::heartbeat},
        {signer::ArmEvent::disarm, [&](bool) { return rig.control().disarm({.operator_name = "b", .reason = "r"}).has_value(); },
         signer::ArmEvent::disarm},
        {signer::ArmEvent::emergency_stop,
         [&](bool) { return rig.control().estop({.operator_name = "b", .reason = "r"}).has_value(); },
         signer::ArmEvent::emergency_stop},
    };
    for (const ArmState state : signer::arm_states)
        for (const Command& command : commands)
            for (const bool approved : {false, true}) {
                SCOPED_TRACE(std::string(to_text(state)) + ", event " + std::to_string(static_cast<int>(command.approved)) +
                             (approved ? ", approved" : ", not approved"));
                bring(state);
                const signer::ArmStep expected = arm_step(state, approved ? command.approved : command.not_approved);
                EXPECT_EQ(command.give(approved), !expected.refused);
                EXPECT_EQ(rig.status().state, expected.next);
            }
}

/// While it lives, processes that are started see a wall clock moved by what stands in `file`; the monotonic one stays the
/// machine's.
class FakedClock {
public:
    explicit FakedClock(const std::string& file) {
        for (const auto& [name, value] :
             {std::pair{"LD_PRELOAD", JITBOX_FAKETIME}, std::pair{"FAKETIME_TIMESTAMP_FILE", file.c_str()},
              std::pair{"FAKETIME_NO_CACHE", "1"}, std::pair{"FAKETIME_DONT_FAKE_MONOTONIC", "1"}}) {
            ::setenv(name, value, 1);
            names_.emplace_back(name);
        }
    }
    ~FakedClock() {
        for (const std::string& name : names_) ::unsetenv(name.c_str());
    }
    FakedClock(const FakedClock&) = delete;
    FakedClock& operator=(const FakedClock&) = delete;

private:
    std::vector<std::string> names_;
};

class DeadMan : public ::testing::Test {
protected:
    void SetUp() override { Token::instance(); }
    /// Waits up to two seconds for the state, without sending beats.
    [[nodiscard]] signer::SignerStatus wait_for(ArmState state) const {
        signer::SignerStatus status = rig.status();
        for (int i = 0; i < 200 && status.state != state; ++i, status = rig.status()) std::this_thread::sleep_for(10ms);
        return status;
    }
    SignerRig rig;
};

TEST_F(DeadMan, ThreeMissedBeatsDisarmWithTheCauseInStatusAndAudit) {
    rig.set("limits.max_beat_gap_ms", "300");
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < 1s) {
        ASSERT_TRUE(rig.control().heartbeat());
        std::this_thread::sleep_for(20ms);
    }
    ASSERT_EQ(rig.status().state, ArmState::armed) << "beats keep it armed; a question for the status is none";
    const auto disarmed = wait_for(ArmState::disarmed);
    EXPECT_EQ(disarmed.state, ArmState::disarmed);
    EXPECT_THAT(disarmed.cause, HasSubstr("heartbeats missed: none for"));
    std::this_thread::sleep_for(200ms); // the watch's tick writes it down
    EXPECT_THAT(rig.audit_text(), HasSubstr("ARMED -> DISARMED: heartbeats missed"));
    ASSERT_TRUE(rig.control().heartbeat());
    EXPECT_EQ(rig.status().state, ArmState::disarmed) << "a beat that comes back arms nothing";
}

/// The wall clock of the signer's processes alone, through libfaketime.
TEST_F(DeadMan, AClockStepOfAnHourEitherWayDisarmsWithTheCauseInStatusAndAudit) {
    const std::string clock = rig.dir().file("clock");
    const auto set_clock = [&](const std::string& offset) {
        std::ofstream(clock + ".new") << offset << "\n";
        std::filesystem::rename(clock + ".new", clock);
    };
    const FakedClock faked(clock);
    for (const auto& [offset, moved] : {std::pair<std::string, std::string>{"+3600", "stepped by 3"}, {"-3600", "stepped by -3"}}) {
        SCOPED_TRACE(offset);
        set_clock("+0");
        ASSERT_TRUE(rig.start()) << rig.output();
        rig.arm();
        std::this_thread::sleep_for(200ms);
        ASSERT_EQ(rig.status().state, ArmState::armed);
        set_clock(offset);
        const auto disarmed = wait_for(ArmState::disarmed);
        EXPECT_EQ(disarmed.state, ArmState::disarmed);
        EXPECT_THAT(disarmed.cause, HasSubstr("the wall clock was " + moved));
        std::this_thread::sleep_for(200ms);
        EXPECT_THAT(rig.audit_text(), HasSubstr("ARMED -> DISARMED: the wall clock was " + moved));
        rig.kill9();
    }
}

} // namespace
} // namespace jitbox::test
