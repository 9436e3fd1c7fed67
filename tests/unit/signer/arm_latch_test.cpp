// The arm latch: the state table of docs/signer.md, leases that end, and nothing released after a stop.
// SPDX-License-Identifier: Apache-2.0
#include "signer/arm_latch.hpp"
#include "support/bundles.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
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
        return lease && latch.release(lease->number, 1, [] { return true; }).has_value();
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

enum class Event : std::uint8_t { arm, disarm, trip, reset, expire, clock_step };

/// The table of docs/signer.md, every state x event.
const std::map<std::pair<ArmState, Event>, ArmState> table = {
    {{ArmState::disarmed, Event::arm}, ArmState::armed},       {{ArmState::disarmed, Event::disarm}, ArmState::disarmed},
    {{ArmState::disarmed, Event::trip}, ArmState::tripped},    {{ArmState::disarmed, Event::reset}, ArmState::disarmed},
    {{ArmState::disarmed, Event::expire}, ArmState::disarmed}, {{ArmState::disarmed, Event::clock_step}, ArmState::disarmed},
    {{ArmState::armed, Event::arm}, ArmState::armed},          {{ArmState::armed, Event::disarm}, ArmState::disarmed},
    {{ArmState::armed, Event::trip}, ArmState::tripped},       {{ArmState::armed, Event::reset}, ArmState::armed},
    {{ArmState::armed, Event::expire}, ArmState::disarmed},    {{ArmState::armed, Event::clock_step}, ArmState::disarmed},
    {{ArmState::tripped, Event::arm}, ArmState::tripped},      {{ArmState::tripped, Event::disarm}, ArmState::tripped},
    {{ArmState::tripped, Event::trip}, ArmState::tripped},     {{ArmState::tripped, Event::reset}, ArmState::disarmed},
    {{ArmState::tripped, Event::expire}, ArmState::tripped},   {{ArmState::tripped, Event::clock_step}, ArmState::tripped},
};

TEST_F(LatchTest, EveryStateAndEventFollowsTheTable) {
    for (const auto& [from, expected] : table) {
        const auto [state, event] = from;
        ArmLatch latch(clock(), false);
        if (state == ArmState::armed) ASSERT_TRUE(latch.arm(test::lease_terms()));
        if (state == ArmState::tripped) latch.trip("test");
        switch (event) {
        case Event::arm:
            EXPECT_EQ(latch.arm(test::lease_terms()).has_value(), state != ArmState::tripped);
            break;
        case Event::disarm:
            latch.disarm("test");
            break;
        case Event::trip:
            latch.trip("test");
            break;
        case Event::reset:
            EXPECT_EQ(latch.reset(latch.view().trips, "test").has_value(), state == ArmState::tripped);
            break;
        case Event::expire:
            pass(601s);
            break;
        case Event::clock_step:
            wall += 1h;
            break;
        }
        EXPECT_EQ(latch.view().state, expected) << to_text(state) << ", event " << static_cast<int>(event);
        EXPECT_EQ(sends(latch), expected == ArmState::armed);
    }
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
    EXPECT_TRUE(latch.release(lease.number, 10'000, [] { return true; }));
    const auto spent = latch.release(lease.number, 1, [] { return true; });
    ASSERT_FALSE(spent);
    EXPECT_EQ(spent.error().code, RefusalCode::over_total_notional);
    ASSERT_TRUE(latch.arm(terms));
    const auto replaced = latch.release(lease.number, 1, [] { return true; });
    ASSERT_FALSE(replaced);
    EXPECT_EQ(replaced.error().code, RefusalCode::not_armed);
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
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
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
                std::ignore = latch.release(lease->number, 0, [&] {
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
