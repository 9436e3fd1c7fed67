// What stands against arming (ARM-2): all is well, then one thing is not, and exactly its text is given.
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/precondition_rules.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace jitbox::apps {
namespace {

using namespace std::chrono_literals;
using signer::ArmState;
using testing::HasSubstr;

std::string text_of(const std::optional<Error>& objection) {
    return objection ? objection->what : "no objection";
}

/// An appliance that may be armed.
struct Appliance {
    Appliance() {
        config.chain.id = 1;
        config.chain.executor.fill(7);
        config.chain.block_time_s = 12;
        arm.signer_reachable = true;
        arm.signer_error.clear();
        arm.signer.hsm_ready = true;
        arm.signer.chain_id = 1;
        arm.signer.executor = config.chain.executor;
    }
    Config config;
    ArmView arm;
    KnownHere known{.config = config,
                    .arm = arm,
                    .market = {.connected = true,
                               .head = 100,
                               .head_age = 24'000ms,
                               .pools = 2,
                               .pools_in_service = 2,
                               .pools_quarantined = 0,
                               .pending_swaps = 0,
                               .feed = {},
                               .keeper = {}},
                    .lanes_ready = true,
                    .engine_error = {},
                    .self_test = {},
                    .unresolved_alert = {},
                    .risk_objections = {},
                    .audit_problem = {},
                    .journal_error = {}};
};

TEST(PreconditionRules, AnApplianceOfWhichAllIsWellMayBeArmed) {
    EXPECT_TRUE(objections(Appliance().known).empty());
}

TEST(PreconditionRules, EachThingThatIsNotWellIsOneObjectionWithItsOwnTextAndWhatToDo) {
    const std::vector<std::pair<std::string, std::function<void(Appliance&)>>> faults = {
        {"the engine has failed: the card is gone", [](Appliance& a) { a.known.engine_error = "the card is gone"; }},
        {"the engine's self-test failed: vector 3: 1 wei too much",
         [](Appliance& a) { a.known.self_test = fail("vector 3: 1 wei too much", "see the log"); }},
        {"the lanes are not known yet", [](Appliance& a) { a.known.lanes_ready = false; }},
        {"the signer is not reachable: no such file",
         [](Appliance& a) {
             a.arm.signer_reachable = false;
             a.arm.signer_error = "no such file";
         }},
        {"the signer's HSM is not ready: DEVICE_REMOVED",
         [](Appliance& a) {
             a.arm.signer.hsm_ready = false;
             a.arm.signer.hsm_error = "DEVICE_REMOVED";
         }},
        {"the appliance is TRIPPED: a drill",
         [](Appliance& a) {
             a.arm.state = ArmState::tripped;
             a.arm.cause = "a drill";
         }},
        {"the signer is configured for chain 5 and executor 0x0707", [](Appliance& a) { a.arm.signer.chain_id = 5; }},
        {"the signer is configured for chain 1 and executor 0x0807", [](Appliance& a) { a.arm.signer.executor[0] = 8; }},
        {"stopped by an alert: a drawdown", [](Appliance& a) { a.known.unresolved_alert = "a drawdown"; }},
        {"a critical risk event is not acknowledged",
         [](Appliance& a) { a.known.risk_objections.push_back({"arm: a critical risk event is not acknowledged", "look"}); }},
        {"the anchor is 31 s behind", [](Appliance& a) { a.known.audit_problem = "the anchor is 31 s behind"; }},
        {"the journal cannot be written: disk full", [](Appliance& a) { a.known.journal_error = "disk full"; }},
        {"the node is not connected", [](Appliance& a) { a.known.market.connected = false; }},
        {"no head has been applied yet", [](Appliance& a) { a.known.market.head = 0; }},
        {"the last head is 24001 ms old", [](Appliance& a) { a.known.market.head_age = 24'001ms; }},
        {"1 pool(s) differ from the node", [](Appliance& a) { a.known.market.pools_quarantined = 1; }},
        {"no pool is in service", [](Appliance& a) { a.known.market.pools_in_service = 0; }},
    };
    std::set<std::string> texts;
    for (const auto& [text, break_it] : faults) {
        Appliance appliance;
        break_it(appliance);
        const auto found = objections(appliance.known);
        ASSERT_EQ(found.size(), 1U) << text;
        EXPECT_THAT(found[0].what, HasSubstr("arm: " + text));
        EXPECT_FALSE(found[0].hint.empty()) << text;
        EXPECT_TRUE(texts.insert(found[0].what).second) << "no two causes read the same";
    }
}

TEST(PreconditionRules, AllThatIsWrongIsSaidAtOnceAndASignerThatIsAwayIsBlamedForThatAlone) {
    Appliance appliance;
    appliance.arm = ArmView{.state = ArmState::tripped, .signer = {}};
    appliance.known.market = {};
    appliance.known.lanes_ready = false;
    std::string all;
    for (const Error& objection : objections(appliance.known)) all += objection.what + "\n";
    EXPECT_EQ(all, "arm: the lanes are not known yet\narm: the signer is not reachable: not asked yet\n"
                   "arm: the node is not connected\narm: no head has been applied yet\narm: no pool is in service\n");
}

TEST(PreconditionRules, ANodeThatIsTwoBlocksAheadOrSilentIsAnObjection) {
    const auto at = [](std::uint64_t number) { return Result<chain::Head>(chain::Head{.number = number}); };
    EXPECT_FALSE(head_objection(at(99), 100)) << "a node that answers late";
    EXPECT_FALSE(head_objection(at(101), 100)) << "a head that is on its way";
    EXPECT_EQ(text_of(head_objection(at(102), 100)), "arm: the pools are at block 100, the node at 102");
    EXPECT_EQ(text_of(head_objection(fail("timeout", "is it up?"), 100)), "arm: the node did not give its head: timeout");
}

TEST(PreconditionRules, ACodeThatIsMissingUnknownOrAnotherIsAnObjection) {
    const Bytes code = {0x60, 0x80};
    const std::string hash = to_hex(chain::keccak256(BytesView(code)));
    EXPECT_FALSE(code_objection("0xaa", code, hash));
    EXPECT_FALSE(code_objection("0xaa", code, "")) << "the manifest names the address alone";
    EXPECT_THAT(text_of(code_objection("0xaa", Bytes{0x60, 0x81}, hash)),
                HasSubstr("arm: the code at 0xaa (contract of the manifest) is not the configured one: keccak256 is 0x"));
    EXPECT_EQ(text_of(code_objection("0xaa", Bytes{}, "")), "arm: there is no contract at 0xaa (contract of the manifest)");
    EXPECT_EQ(text_of(code_objection("0xaa", fail("timeout", "is it up?"), hash)),
              "arm: the node did not give the code of contract of the manifest: timeout");
}

} // namespace
} // namespace jitbox::apps
