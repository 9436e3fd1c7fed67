// kill -9 at every step that the signer makes towards its ledger, audit log, trip file and clients, from its start over an arming
// and three bundles to a stop; with production's fsync settings, and also with half of a write done.
// SPDX-License-Identifier: Apache-2.0
#include "released.hpp"
#include "signer_rig.hpp"

#include "audit/log.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <iostream>

namespace jitbox::test {
namespace {

using signer::ArmState;

constexpr const char* shim = JITBOX_BINARY_DIR "/tests/libkill_at_step.so";

class KillSteps : public ::testing::Test {
protected:
    void SetUp() override { Token::instance(); }
    /// Everything that a signer does in a life, after it has looked at what the last one left. True: it lived to its end.
    bool live_through() {
        if (!rig.start()) return false;
        const auto status = rig.control().status();
        if (!status) return false;
        EXPECT_NE(status->state, ArmState::armed) << "a start is never ARMED";
        if (status->state == ArmState::tripped && !rig.control().reset({.operator_name = "bob", .reason = "a new life"}))
            return false;
        if (!rig.control().arm(lease_terms())) return false;
        SyncSigner client(rig.socket("signing"), std::chrono::seconds(25));
        const auto bound = status->lanes.at(0).highest_nonce;
        if (bound && !keep(client.recall(0, *bound - 1))) return false;
        std::uint64_t nonce = bound ? *bound + 1 : 0;
        for (int i = 0; i < 3; ++i, nonce += 2)
            if (!keep(client.sign(Bundle(nonce).request()))) return false;
        const bool stopped = rig.control().estop({.operator_name = "bob", .reason = "the end"}).has_value();
        rig.process().signal(SIGTERM);
        return stopped && rig.process().wait() == 0;
    }
    bool keep(const signer::Answer<signer::SignedBundle>& answer) {
        if (answer) released.add(*answer);
        return answer.has_value();
    }
    void check_what_is_left() {
        released.check(ledger_path());
        const auto now = LedgerCopy::read(ledger_path());
        now.expect_continues(before);
        before = now;
    }
    [[nodiscard]] std::string ledger_path() const { return rig.state_dir() + "/ledger.db"; }

    SignerRig rig;
    Released released;
    LedgerCopy before;
};

TEST_F(KillSteps, EveryStepOfALife) {
    ASSERT_TRUE(live_through()) << rig.output();
    int lives = 0;
    for (const bool torn : {false, true}) {
        int step = 1;
        for (bool lived = false; !lived; ++step, ++lives) {
            SCOPED_TRACE("step " + std::to_string(step) + (torn ? ", torn" : ""));
            std::vector<std::string> environment = {std::string("LD_PRELOAD=") + shim, "JITBOX_KILL_BELOW=" + rig.state_dir(),
                                                    "JITBOX_KILL_AT=" + std::to_string(step)};
            if (torn) environment.emplace_back("JITBOX_KILL_TORN=1");
            rig.set_environment(environment);
            lived = live_through();
            ASSERT_EQ(rig.process().wait(), lived ? 0 : -SIGKILL) << "it ended, and not by the kill\n" << rig.output();
            check_what_is_left();
            if (HasFailure()) return;
            ASSERT_LT(step, 500) << "a life has no end";
        }
        EXPECT_GT(step, 30) << "the shim does not see the signer's steps";
        std::cout << step - 2 << " steps of a life, killed " << (torn ? "in the middle of each write\n" : "before each\n");
    }
    rig.set_environment({});
    EXPECT_TRUE(live_through()) << rig.output();
    const auto report = audit::verify(rig.state_dir() + "/signer-audit.log").value();
    EXPECT_TRUE(report.ok) << report.problem;
    check_what_is_left();
    std::cout << lives << " lives, " << released.size() << " nonces released, " << before.size() << " bound\n";
}

} // namespace
} // namespace jitbox::test
