// The arm latch: the state table of docs/operations.md, leases that end, and nothing released after a stop.
// SPDX-License-Identifier: Apache-2.0
#include "signer/arm_latch.hpp"
#include "support/bundles.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

namespace jitbox::signer {
namespace {

using namespace std::chrono_literals;

class LatchTest : public ::testing::Test {
protected:
    Clock clock() {
        return {.monotonic = [this] { return monotonic; }, .wall = [this] { return wall; }};
    }
    void pass(std::chrono::milliseconds time) {
        monotonic += time;
        wall += time;
    }
    static bool sends(ArmLatch& latch) {
        const auto lease = latch.lease();
        return lease && latch.release(lease->number, {.notional_wei = 1}, [] { return true; }).has_value();
    }

    std::chrono::steady_clock::time_point monotonic{1000s};
    std::chrono::system_clock::time_point wall{2000s};
};

TEST_F(LatchTest, BootsDisarmedOrTrippedAndNeverArmed) {
    ArmLatch fresh(clock(), false);
    EXPECT_EQ(fresh.view().state, ArmState::disarmed);
    EXPECT_FALSE(sends(fresh));
    ArmLatch tripped(clock(), true);
    EXPECT_EQ(tripped.view().state, ArmState::tripped);
    EXPECT_FALSE(sends(tripped));
}

/// Brings a latch into `state` by the ordinary way.
void bring(ArmLatch& latch, ArmState state) {
    if (state == ArmState::armed) ASSERT_TRUE(latch.arm(test::lease_terms()));
    if (state == ArmState::tripped) latch.trip("test");
}

TEST_F(LatchTest, EveryStateAndEventFollowsTheTable) {
    const auto happens = [&](ArmLatch& latch, ArmEvent event) -> bool { // false: refused
        switch (event) {
        case ArmEvent::arm:
            return latch.arm(test::lease_terms()).has_value();
        case ArmEvent::arm_unmet: {
            ArmRequest terms = test::lease_terms();
            terms.pools.clear();
            return latch.arm(terms).has_value();
        }
        case ArmEvent::renew:
            return latch.renew(latch.view().lease.number, 60s, "test").has_value();
        case ArmEvent::renew_unmet:
            return latch.renew(latch.view().lease.number + 1, 60s, "test").has_value();
        case ArmEvent::sign: {
            const auto number = latch.view().lease.number;
            return latch.begin(number, [] { return Answer<void>(); }) && latch.release(number, {}, [] { return true; });
        }
        case ArmEvent::sign_unmet: {
            const Charge all{.notional_wei = test::lease_terms().max_total_notional_wei + 1};
            return latch.release(latch.view().lease.number, all, [] { return true; }).has_value();
        }
        case ArmEvent::heartbeat:
            latch.heartbeat();
            return true;
        case ArmEvent::disarm:
            latch.disarm("test");
            return true;
        case ArmEvent::lease_over:
            for (int i = 0; i < 6010; ++i, latch.heartbeat()) pass(100ms);
            return true;
        case ArmEvent::beats_missed:
            pass(300ms);
            return true;
        case ArmEvent::clock_stepped:
            wall += 1h;
            return true;
        case ArmEvent::hsm_fault:
            latch.hsm_fault("test");
            return true;
        case ArmEvent::audit_lost:
            latch.audit_lost("test");
            return true;
        case ArmEvent::shutdown:
            latch.shutdown();
            return true;
        case ArmEvent::emergency_stop:
            latch.trip("test");
            return true;
        case ArmEvent::reset:
            return latch.reset(latch.view().trips, "test").has_value();
        case ArmEvent::reset_unmet:
            return latch.reset(latch.view().trips + 1, "test").has_value();
        }
        return true;
    };
    for (const ArmState state : arm_states)
        for (const ArmRow& row : arm_table) {
            SCOPED_TRACE(std::string(to_text(state)) + ", " + std::string(row.text));
            ArmLatch latch(clock(), false, 300ms);
            bring(latch, state);
            const ArmStep expected = arm_step(state, row.event);
            EXPECT_EQ(happens(latch, row.event), !expected.refused);
            EXPECT_EQ(latch.view().state, expected.next);
            EXPECT_EQ(sends(latch), expected.next == ArmState::armed);
        }
}

/// Every sequence of events up to a length, from both starts: ARMED is never met on a way without an arming after the last thing
/// that ended a lease.
TEST_F(LatchTest, NoWayOfEventsReachesArmedWithoutAnArming) {
    std::size_t ways = 0;
    const std::function<void(ArmState, bool, int)> walk = [&](ArmState state, bool armed_since, int left) {
        ++ways;
        EXPECT_TRUE(state != ArmState::armed || armed_since);
        if (left == 0) return;
        for (const ArmEvent event : arm_events) {
            const ArmStep step = arm_step(state, event);
            const bool arming = event == ArmEvent::arm && !step.refused;
            walk(step.next, step.next == ArmState::armed && (armed_since || arming), left - 1);
        }
    };
    for (const bool tripped : {false, true}) walk(arm_state_at_start(tripped), false, 4);
    EXPECT_EQ(ways, 2U * 88'741U);
}

TEST_F(LatchTest, TheTableInTheDocumentIsThisOne) {
    std::ifstream in(JITBOX_SOURCE_DIR "/docs/operations.md");
    const std::string document{std::istreambuf_iterator<char>(in), {}};
    EXPECT_NE(document.find(arm_table_markdown()), std::string::npos)
        << "docs/operations.md is out of date: its state table must be\n"
        << arm_table_markdown();
}

TEST_F(LatchTest, ThreeMissedBeatsDisarmAndALateOneDoesNotArm) {
    ArmLatch latch(clock(), false, 300ms);
    ASSERT_TRUE(latch.arm(test::lease_terms()));
    for (int i = 0; i < 50; ++i) {
        pass(299ms);
        EXPECT_TRUE(sends(latch));
        latch.heartbeat();
    }
    pass(300ms);
    EXPECT_FALSE(sends(latch));
    EXPECT_NE(latch.view().cause.find("heartbeats missed: none for 300 ms"), std::string::npos) << latch.view().cause;
    latch.heartbeat();
    EXPECT_EQ(latch.view().state, ArmState::disarmed);
}

TEST_F(LatchTest, ABeatThatComesTooLateFindsTheLeaseEnded) {
    ArmLatch latch(clock(), false, 300ms);
    ASSERT_TRUE(latch.arm(test::lease_terms()));
    pass(5s);
    latch.heartbeat(); // nobody has looked in between
    EXPECT_EQ(latch.view().state, ArmState::disarmed);
}

TEST_F(LatchTest, ARenewalGivesTimeAndNoNewTotal) {
    ArmLatch latch(clock(), false);
    ArmRequest terms = test::lease_terms();
    terms.max_total_notional_wei = 10'000;
    ASSERT_TRUE(latch.arm(terms));
    const auto lease = latch.lease().value();
    ASSERT_TRUE(latch.release(lease.number, {.notional_wei = 9'000}, [] { return true; }));
    pass(500s);
    ASSERT_TRUE(latch.renew(lease.number, 600s, "renewed by test"));
    EXPECT_EQ(latch.view().lease_left, 600s);
    EXPECT_EQ(latch.view().lease.used_notional_wei, 9'000);
    EXPECT_EQ(latch.view().cause, "renewed by test");
    EXPECT_EQ(latch.release(lease.number, {.notional_wei = 1'001}, [] { return true; }).error().code,
              RefusalCode::over_total_notional);
    pass(600s);
    EXPECT_FALSE(latch.renew(lease.number, 600s, "too late")) << "a lease that is over is not renewed";
}

TEST_F(LatchTest, TheLeaseEndsOnTime) {
    ArmLatch latch(clock(), false);
    ASSERT_TRUE(latch.arm(test::lease_terms()));
    pass(599s);
    EXPECT_TRUE(sends(latch));
    EXPECT_EQ(latch.view().lease_left, 1s);
    pass(1s);
    EXPECT_FALSE(sends(latch));
    EXPECT_EQ(latch.view().cause, "the lease expired");
}

// Steps that are too small to count as one: the lease ends by the clock that says so first.
TEST_F(LatchTest, TheLeaseEndsByTheClockThatIsAhead) {
    for (const auto ahead : {4s, -4s}) {
        ArmLatch latch(clock(), false);
        ASSERT_TRUE(latch.arm(test::lease_terms()));
        pass(595s);
        wall += ahead;
        EXPECT_TRUE(sends(latch));
        pass(ahead > 0s ? 1s : 4s);
        EXPECT_EQ(sends(latch), ahead < 0s);
        pass(1s);
        EXPECT_FALSE(sends(latch));
    }
}

// Two gates: what goes to the HSM, and what comes out. Each of them alone must hold.
TEST_F(LatchTest, WithoutItsLeaseNothingIsHandedToTheHsmAndNothingIsReleased) {
    const std::vector<std::pair<std::string, std::function<void(ArmLatch&)>>> ends = {
        {"stop", [](ArmLatch& latch) { latch.trip("test"); }},
        {"disarm", [](ArmLatch& latch) { latch.disarm("test"); }},
        {"HSM fault", [](ArmLatch& latch) { latch.hsm_fault("test"); }},
        {"audit lost", [](ArmLatch& latch) { latch.audit_lost("test"); }},
        {"shutdown", [](ArmLatch& latch) { latch.shutdown(); }},
        {"lease over", [this](ArmLatch&) { pass(600s); }},
        {"clock step", [this](ArmLatch&) { wall += 1h; }},
        {"another lease", [](ArmLatch& latch) { ASSERT_TRUE(latch.arm(test::lease_terms())); }},
    };
    for (const auto& [name, end] : ends) {
        SCOPED_TRACE(name);
        ArmLatch latch(clock(), false);
        ASSERT_TRUE(latch.arm(test::lease_terms()));
        const auto number = latch.lease().value().number;
        int handed_over = 0;
        int sent = 0;
        const auto hand_over = [&] {
            ++handed_over;
            return Answer<void>();
        };
        const auto send = [&] { return ++sent > 0; };
        ASSERT_TRUE(latch.begin(number, hand_over));
        ASSERT_TRUE(latch.release(number, {}, send));
        end(latch);
        EXPECT_FALSE(latch.begin(number, hand_over));
        EXPECT_FALSE(latch.release(number, {}, send));
        EXPECT_EQ(handed_over, 1);
        EXPECT_EQ(sent, 1);
    }
}

TEST_F(LatchTest, AClockStepOfAnHourEitherWayDisarms) {
    for (const auto step : {std::chrono::hours(1), std::chrono::hours(-1)}) {
        ArmLatch latch(clock(), false);
        ASSERT_TRUE(latch.arm(test::lease_terms()));
        wall += step;
        EXPECT_FALSE(sends(latch));
        EXPECT_NE(latch.view().cause.find("stepped"), std::string::npos) << latch.view().cause;
    }
}

TEST_F(LatchTest, SenselessTermsAreRefusedByName) {
    const std::vector<std::pair<std::string, std::function<void(ArmRequest&)>>> mistakes = {
        {"operator is empty", [](ArmRequest& t) { t.operator_name.clear(); }},
        {"ttl", [](ArmRequest& t) { t.ttl = 0s; }},
        {"loss_budget_wei is zero", [](ArmRequest& t) { t.loss_budget_wei = 0; }},
        {"max_plan_notional_wei is zero", [](ArmRequest& t) { t.max_plan_notional_wei = 0; }},
        {"below max_plan_notional_wei", [](ArmRequest& t) { t.max_total_notional_wei = 1; }},
        {"no pool", [](ArmRequest& t) { t.pools.clear(); }},
        {"listed twice", [](ArmRequest& t) { t.pools.push_back(t.pools[0]); }},
        {"a price is zero", [](ArmRequest& t) { t.pools[0].price1_x96 = 0; }},
    };
    for (const auto& [text, change] : mistakes) {
        ArmLatch latch(clock(), false);
        ArmRequest terms = test::lease_terms();
        change(terms);
        const auto refused = latch.arm(terms);
        ASSERT_FALSE(refused) << text;
        EXPECT_NE(refused.error().what.find(text), std::string::npos) << refused.error().what;
        EXPECT_EQ(latch.view().state, ArmState::disarmed);
    }
}

TEST_F(LatchTest, TheTotalIsSpentAndAReplacedLeaseReleasesNothing) {
    ArmLatch latch(clock(), false);
    ArmRequest terms = test::lease_terms();
    terms.max_total_notional_wei = 10'000;
    ASSERT_TRUE(latch.arm(terms));
    const auto lease = latch.lease().value();
    EXPECT_TRUE(latch.release(lease.number, {.notional_wei = 10'000}, [] { return true; }));
    const auto spent = latch.release(lease.number, {.notional_wei = 1}, [] { return true; });
    ASSERT_FALSE(spent);
    EXPECT_EQ(spent.error().code, RefusalCode::over_total_notional);
    ASSERT_TRUE(latch.arm(terms));
    const auto replaced = latch.release(lease.number, {.notional_wei = 1}, [] { return true; });
    ASSERT_FALSE(replaced);
    EXPECT_EQ(replaced.error().code, RefusalCode::not_armed);
}

TEST_F(LatchTest, TheLossBudgetIsSpent) {
    ArmLatch latch(clock(), false);
    ArmRequest terms = test::lease_terms();
    terms.loss_budget_wei = 100;
    ASSERT_TRUE(latch.arm(terms));
    const auto lease = latch.lease().value();
    EXPECT_TRUE(latch.release(lease.number, {.notional_wei = 1, .worst_loss_wei = 60}, [] { return true; }));
    const auto spent = latch.release(lease.number, {.notional_wei = 1, .worst_loss_wei = 41}, [] { return true; });
    ASSERT_FALSE(spent);
    EXPECT_EQ(spent.error().code, RefusalCode::over_loss_budget);
    EXPECT_EQ(latch.view().lease.used_loss_wei, 60);
    ASSERT_TRUE(latch.renew(lease.number, 60s, "test"));
    EXPECT_FALSE(latch.release(lease.number, {.worst_loss_wei = 41}, [] { return true; })) << "a renewal gives no new budget";
    EXPECT_TRUE(latch.release(lease.number, {.worst_loss_wei = 40}, [] { return true; }));
}

TEST_F(LatchTest, ARenewalOfAnotherLeaseIsRefused) {
    ArmLatch latch(clock(), false);
    ASSERT_TRUE(latch.arm(test::lease_terms()));
    const Lease first = latch.lease().value();
    ASSERT_TRUE(latch.arm(test::lease_terms()));
    EXPECT_NE(latch.lease()->id, first.id) << "what an approval of a renewal names";
    EXPECT_FALSE(latch.renew(first.number, 60s, "test"));
}

TEST_F(LatchTest, EveryTripHasItsOwnName) {
    ArmLatch latch(clock(), true);
    const std::string at_start = latch.view().trip_id;
    EXPECT_EQ(at_start.size(), 32U);
    latch.trip("again");
    EXPECT_NE(latch.view().trip_id, at_start) << "approvals of leaving the earlier one do not leave this one";
    EXPECT_NE(ArmLatch(clock(), true).view().trip_id, at_start);
}

TEST_F(LatchTest, AResetThatDidNotSeeTheLastStopIsRefused) {
    ArmLatch latch(clock(), false);
    latch.trip("first");
    const auto seen = latch.view().trips;
    latch.trip("second");
    EXPECT_FALSE(latch.reset(seen, "operator"));
    EXPECT_TRUE(latch.reset(latch.view().trips, "operator"));
    EXPECT_EQ(latch.view().state, ArmState::disarmed);
}

TEST_F(LatchTest, NoSignatureIsReleasedAfterTripReturned) {
    const auto seed = test::random_seed();
    std::mt19937 random(seed);
    ArmLatch latch(Clock::real(), false);
    std::atomic<bool> stopped = false;
    std::atomic<bool> sending = false;
    std::atomic<bool> done = false;
    std::uint64_t after_stop = 0;
    std::jthread signer([&] {
        while (!done) {
            const auto lease = latch.lease();
            if (lease)
                std::ignore = latch.release(lease->number, {.notional_wei = 0}, [&] {
                    sending = true;
                    std::this_thread::yield(); // a send may be preempted: trip() has to wait for it
                    if (stopped) ++after_stop;
                    sending = false;
                    return true;
                });
            std::this_thread::yield(); // the mutex is unfair: without this the other side starves
        }
    });
    for (int i = 0; i < 5'000; ++i) {
        stopped = false;
        std::ignore = latch.reset(latch.view().trips, "test");
        ASSERT_TRUE(latch.arm(test::lease_terms()));
        // Three rounds in four stop in the middle of a send, the others at any time.
        if (random() % 4 != 0)
            while (!sending) std::this_thread::yield();
        latch.trip("test");
        stopped = true; // from here on a release is a violation
        if (random() % 4 == 0) std::this_thread::yield();
    }
    done = true;
    signer.join();
    EXPECT_EQ(after_stop, 0U);
}

} // namespace
} // namespace jitbox::signer
