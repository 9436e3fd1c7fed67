// The menu of a real signer: a hit needs no HSM, one digest a nonce leaves it, it is held to lease and limits, and nothing of it
// survives the next block, a disarming, a stop, the lease's end, an HSM fault or a kill -9. "C_Sign error" of the fault module
// tells a hit from a miss: with it nothing can be signed any more. SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include "chain/keccak.hpp"
#include "chain/transaction.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::ArmState;
using signer::RefusalCode;

class MenuOfASigner : public ::testing::Test {
protected:
    void SetUp() override {
        Token::instance();
        rig.set("menu.candidates", "8");
        rig.use_fault_module();
        start();
    }
    void start() {
        rig.kill9();
        ASSERT_TRUE(rig.start()) << rig.output();
        client = std::make_unique<SyncSigner>(rig.socket("signing"));
        rig.arm();
    }
    /// `content` makes candidates for the same nonces and block different.
    static signer::SignBundleRequest bundle(std::uint64_t nonce, std::uint32_t content = 0, std::uint64_t block = 100) {
        Bundle out(nonce, block);
        out.mint_call.amount0_max = 1000 + content;
        return out.request();
    }
    void prepare(std::uint64_t nonce, std::uint32_t contents = 1) {
        for (std::uint32_t content = 0; content < contents; ++content) {
            const auto prepared = client->prepare(bundle(nonce, content));
            ASSERT_TRUE(prepared) << prepared.error().what;
        }
    }
    [[nodiscard]] std::uint64_t candidates() const { return rig.status().menu_candidates; }
    [[nodiscard]] bool gets_empty() const {
        for (int i = 0; i < 1000 && candidates() != 0; ++i) std::this_thread::sleep_for(5ms);
        return candidates() == 0;
    }
    static void expect_signed(const signer::SignedBundle& signed_, const signer::SignBundleRequest& asked) {
        for (const auto& [transaction, unsigned_] :
             {std::pair(&signed_.mint, &asked.mint_unsigned), std::pair(&signed_.burn, &asked.burn_unsigned)}) {
            const auto decoded = chain::decode_transaction(transaction->raw).value();
            EXPECT_EQ(chain::signing_hash(decoded), chain::keccak256(*unsigned_));
            EXPECT_EQ(chain::recover_sender(decoded).value(), signed_.address);
        }
    }

    SignerRig rig;
    std::unique_ptr<SyncSigner> client;
};

TEST_F(MenuOfASigner, AHitNeedsNoHsmAndIsCountedBoundAndReplayedLikeEveryOther) {
    prepare(0, 3);
    EXPECT_EQ(candidates(), 3U);
    EXPECT_EQ(rig.status().used_notional_wei, 0) << "a candidate that nobody asked for costs nothing of the lease";
    EXPECT_FALSE(rig.status().lanes[0].highest_nonce) << "and binds no nonce";
    rig.fault("C_Sign error 30");
    const auto hit = client->sign(bundle(0, 1));
    ASSERT_TRUE(hit) << hit.error().what;
    expect_signed(*hit, bundle(0, 1));
    const auto status = rig.status();
    EXPECT_EQ(status.menu_hits, 1U);
    EXPECT_EQ(status.menu_candidates, 0U) << "the other two are for the same nonces";
    EXPECT_EQ(status.used_notional_wei, 2001);
    EXPECT_EQ(status.lanes[0].highest_nonce, 1U);
    const auto again = client->sign(bundle(0, 1));
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->mint.replayed);
    EXPECT_EQ(again->mint.raw, hit->mint.raw);
    EXPECT_EQ(client->sign(bundle(0, 2)).error().code, RefusalCode::nonce_bound) << "one digest a nonce, for ever";
    EXPECT_EQ(client->prepare(bundle(0, 2)).error().code, RefusalCode::nonce_bound);
}

TEST_F(MenuOfASigner, AMissIsSignedAsEverAndEndsTheCandidatesOfItsNonces) {
    prepare(0, 2);
    const auto missed = client->sign(bundle(0, 7));
    ASSERT_TRUE(missed) << missed.error().what;
    EXPECT_EQ(rig.status().menu_hits, 0U);
    EXPECT_EQ(candidates(), 0U);
}

TEST_F(MenuOfASigner, CandidatesAreHeldToLimitsAndLease) {
    Bundle dear(0);
    dear.mint_call.amount0_max = 20'000;
    EXPECT_EQ(client->prepare(dear.request()).error().code, RefusalCode::over_plan_notional);
    Bundle elsewhere(0);
    elsewhere.mint_call.pool_id = elsewhere.burn_call.pool_id = 2;
    EXPECT_EQ(client->prepare(elsewhere.request()).error().code, RefusalCode::pool_not_listed);
    signer::ArmRequest terms = lease_terms();
    terms.max_total_notional_wei = 10'000;
    ASSERT_TRUE(rig.control().arm(terms));
    for (std::uint64_t lane_nonce = 0; lane_nonce < 12; lane_nonce += 2) prepare(lane_nonce);
    std::size_t released = 0;
    for (std::uint64_t nonce = 0; nonce < 12; nonce += 2) released += client->sign(bundle(nonce)) ? 1U : 0U;
    EXPECT_EQ(released, 5U) << "six are signed, the total is for five";
    ASSERT_TRUE(rig.control().disarm({.operator_name = "bob", .reason = "test"}));
    EXPECT_EQ(client->prepare(bundle(20)).error().code, RefusalCode::not_armed);
}

TEST_F(MenuOfASigner, HasTheRoomThatTheConfigurationSaysAndNoneByDefault) {
    for (std::uint64_t nonce = 0; nonce < 16; nonce += 2) prepare(nonce);
    EXPECT_NE(client->prepare(bundle(16)).error().what.find("is full"), std::string::npos);
    rig.set("menu.candidates", "0");
    start();
    EXPECT_NE(client->prepare(bundle(0)).error().what.find("the menu is off"), std::string::npos);
}

/// After each of these the HSM is asked again for what was in the menu, which it refuses: nothing of the menu was left.
TEST_F(MenuOfASigner, NothingSurvivesWhatEndsIt) {
    struct End {
        std::string name;
        std::function<void()> happens;
        bool at_once; ///< gone when the command is answered; else within a tick of the watch
    };
    signer::ArmRequest short_lease = lease_terms();
    short_lease.ttl = 1s;
    const std::vector<End> ends = {
        {"the block is there", [&] { ASSERT_TRUE(client->block(100)); }, true},
        {"a bundle for the next block", [&] { ASSERT_TRUE(client->sign(bundle(0, 0, 101))); }, true},
        {"a candidate for the next block",
         [&] {
             ASSERT_TRUE(client->prepare(bundle(50, 0, 101)));
             ASSERT_TRUE(client->block(101));
         },
         true},
        {"disarmed", [&] { ASSERT_TRUE(rig.control().disarm({.operator_name = "bob", .reason = "test"})); }, true},
        {"emergency stop", [&] { ASSERT_TRUE(rig.control().estop({.operator_name = "bob", .reason = "test"})); }, true},
        {"another lease", [&] { rig.arm(); }, false},
        {"the lease ends", [&] { std::this_thread::sleep_for(1100ms); }, false},
        {"HSM fault",
         [&] {
             rig.fault("C_Sign error 30");
             ASSERT_FALSE(client->sign(bundle(60)));
             rig.fault("");
         },
         true},
    };
    std::uint64_t nonce = 100;
    for (const End& end : ends) {
        SCOPED_TRACE(end.name);
        if (rig.status().state == ArmState::tripped) ASSERT_TRUE(rig.control().reset({.operator_name = "bob", .reason = "test"}));
        ASSERT_TRUE(rig.wait_ready());
        ASSERT_TRUE(rig.control().arm(end.name == "the lease ends" ? short_lease : lease_terms()));
        prepare(nonce += 4);
        prepare(nonce + 2);
        ASSERT_EQ(candidates(), 2U);
        end.happens();
        if (end.at_once)
            EXPECT_EQ(candidates(), 0U);
        else
            EXPECT_TRUE(gets_empty());
        if (rig.status().state == ArmState::tripped) ASSERT_TRUE(rig.control().reset({.operator_name = "bob", .reason = "test"}));
        ASSERT_TRUE(rig.wait_ready());
        rig.arm();
        rig.fault("C_Sign error 30");
        EXPECT_FALSE(client->sign(bundle(nonce))) << "a candidate was still there";
        rig.fault("");
        EXPECT_EQ(rig.status().menu_hits, 0U);
    }
}

TEST_F(MenuOfASigner, ACandidateThatNobodyAsksForIsTooOldByItself) {
    rig.set("menu.max_age_ms", "200");
    start();
    prepare(0);
    EXPECT_TRUE(gets_empty()) << "without a word from jitd about the next block";
}

/// A candidate binds nothing, so a kill burns no nonce: the next life signs another digest for it.
TEST_F(MenuOfASigner, AKillLeavesNothingAndBurnsNoNonce) {
    prepare(0, 2);
    rig.kill9();
    start();
    EXPECT_EQ(candidates(), 0U);
    EXPECT_FALSE(rig.status().lanes[0].highest_nonce);
    const auto other = client->sign(bundle(0, 9));
    ASSERT_TRUE(other) << other.error().what;
    expect_signed(*other, bundle(0, 9));
    EXPECT_EQ(client->recall(0, 0)->mint.digest, other->mint.digest);
}

} // namespace
} // namespace jitbox::test
