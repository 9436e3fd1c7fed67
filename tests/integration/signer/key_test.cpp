// The life of the lanes' keys on SoftHSM2 and in a key file: lock-out across restarts, age, a rotation as a drill (KEY-3, KEY-4,
// KEY-6).
// SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include "audit/log.hpp"
#include "signer/key_registry.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <thread>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::RefusalCode;
using testing::HasSubstr;

class Keys : public ::testing::Test {
protected:
    void SetUp() override { Token::instance(); }
    /// `jitctl key ...` on the rig's configuration, standard error too.
    [[nodiscard]] Ran key(const std::string& command, const std::string& more = "") {
        return rig.key_command(command + " " + more);
    }
    void write_pin(const std::string& pin) {
        const std::string path = rig.dir().file("pin");
        std::ofstream(path, std::ios::trunc) << pin;
        std::filesystem::permissions(path, std::filesystem::perms(0600));
        rig.set("hsm.pin_file", "\"" + path + "\"");
    }
    [[nodiscard]] static std::string right_pin() {
        std::string pin;
        std::getline(std::ifstream(Token::instance().file("pin")), pin);
        return pin;
    }
    /// A key that keys.db knows since then, before its first signer.
    void add_key(const signer::Lane& lane, std::chrono::system_clock::time_point created) const {
        const auto log = audit::Log::open(rig.state_dir() + "/key-audit.log").value();
        signer::BookWitness witness(*log, "keys");
        const auto registry = signer::KeyRegistry::open(rig.state_dir() + "/keys.db", witness).value();
        ASSERT_TRUE(registry->add(lane.label, lane.address, created, signer::KeyOrigin::found));
    }
    SignerRig rig;
};

TEST_F(Keys, FiveWrongPinsOverFiveStartsLockOutUntilAPersonUnlocks) {
    write_pin("000000");
    for (int i = 0; i < 5; ++i) {
        EXPECT_FALSE(rig.start());
        EXPECT_THAT(rig.output(), HasSubstr("wrong PIN for token 'jitbox'")) << "start " << i;
    }
    EXPECT_FALSE(rig.start());
    EXPECT_THAT(rig.output(), HasSubstr("locked out after 5 wrong PINs"));
    write_pin(right_pin());
    EXPECT_FALSE(rig.start()) << "the right PIN does not unlock";
    EXPECT_THAT(rig.output(), HasSubstr("locked out after 5 wrong PINs"));
    EXPECT_THAT(key("list").output, HasSubstr("locked out")) << "no other way around";
    EXPECT_NE(key("unlock").status, 0) << "a reason is needed";
    EXPECT_EQ(key("unlock", "--reason 'the PIN file was an old one'").status, 0);
    const auto report = audit::verify(rig.state_dir() + "/key-audit.log").value();
    EXPECT_TRUE(report.ok && report.records == 1) << report.problem;
    EXPECT_TRUE(rig.start()) << rig.output();
}

TEST_F(Keys, ARightPinForgetsFourWrongOnes) {
    for (int round = 0; round < 2; ++round) {
        write_pin("000000");
        for (int i = 0; i < 4; ++i) EXPECT_FALSE(rig.start());
        write_pin(right_pin());
        ASSERT_TRUE(rig.start()) << rig.output();
        rig.kill9();
    }
}

TEST_F(Keys, PastThirtyDaysNothingArmsAndFromTwentyFiveOnItIsSaid) {
    ASSERT_TRUE(rig.start()) << rig.output();
    const auto lanes = rig.status().lanes;
    rig.arm(); // seen for the first time: of today
    rig.kill9();
    for (const auto& [days, arms] : {std::pair(26, true), std::pair(31, false)}) {
        rig.set_state_dir(rig.dir().file("state-" + std::to_string(days)));
        std::filesystem::create_directory(rig.state_dir());
        for (const signer::Lane& lane : lanes) add_key(lane, std::chrono::system_clock::now() - days * 24h);
        ASSERT_TRUE(rig.start()) << rig.output();
        const auto armed = rig.control().arm(lease_terms());
        EXPECT_EQ(armed.has_value(), arms) << days << " days";
        if (!armed) {
            EXPECT_EQ(armed.error().code, RefusalCode::key_illegal);
            EXPECT_THAT(armed.error().what, HasSubstr("key 'jit-0'"));
            EXPECT_THAT(armed.error().what, HasSubstr("31 days old, past the limit of 30 days"));
        }
        std::this_thread::sleep_for(200ms);
        EXPECT_THAT(rig.audit_text(), HasSubstr("days old, past 30 it does not arm"));
        rig.kill9();
    }
}

// Somebody with the signer's user takes keys.db away, or makes its keys younger. Only keys that are made after it sign.
TEST_F(Keys, AChangedKeysDbMakesNoKeyLiveAndARotationIsTheWayOut) {
    rig.set("hsm.key_label", "\"stolen\"");
    ASSERT_EQ(key("generate").status, 0);
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    rig.kill9();
    for (const char* const part : {"", "-wal", "-shm"}) std::filesystem::remove(rig.state_dir() + "/keys.db" + part);
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_THAT(rig.output(), HasSubstr("keys.db holds none, the audit log says"));
    const auto refused = [&] {
        const auto armed = rig.control().arm(lease_terms());
        ASSERT_FALSE(armed);
        EXPECT_EQ(armed.error().code, RefusalCode::key_illegal);
        EXPECT_THAT(armed.error().what, HasSubstr("only newer keys may sign"));
        EXPECT_THAT(armed.error().hint, HasSubstr("jitctl key rotate"));
    };
    refused();
    rig.kill9();
    ASSERT_TRUE(rig.start()) << rig.output();
    refused();
    ASSERT_EQ(key("rotate").status, 0);
    rig.kill9();
    rig.set("hsm.key_label", "\"stolen.2\"");
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    EXPECT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(0).request()));
    rig.kill9();
    EXPECT_EQ(key("retire", "--label stolen --yes").status, 0);
}

/// KEY-4 as one drill, but for what the owners do on chain (tests/integration/safe): every step with its time.
TEST_F(Keys, ARotationAsADrill) {
    const auto start = std::chrono::steady_clock::now();
    auto last = start;
    const auto say = [&last](const std::string& step) {
        const auto now = std::chrono::steady_clock::now();
        std::cout << "  " << std::chrono::duration_cast<std::chrono::milliseconds>(now - last).count() << " ms  " << step << "\n";
        last = now;
    };
    rig.set("hsm.key_label", "\"drill\"");
    ASSERT_EQ(key("generate").status, 0);
    say("jitctl key generate");
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    const auto before = SyncSigner(rig.socket("signing")).sign(Bundle(0).request());
    ASSERT_TRUE(before) << before.error().what;
    say("the old keys sign");

    const Ran rotated = key("rotate", "--json"); // the signer goes on working
    ASSERT_EQ(rotated.status, 0) << rotated.output;
    const auto plan = boost::json::parse(rotated.output).as_object();
    EXPECT_EQ(plan.at("label"), "drill.2");
    ASSERT_EQ(plan.at("addresses").as_array().size(), 2U);
    say("jitctl key rotate: generated, signed, recovered, compared");
    const std::string next = boost::json::serialize(plan.at("next"));
    const std::string fresh(plan.at("addresses").as_array()[0].as_string());
    EXPECT_THAT(next, HasSubstr("jitctl safe propose --safe 0xSAFE --executor " + chain::to_checksum(executor)));
    EXPECT_THAT(next, HasSubstr("--action setOperator " + fresh + " true --announce"));
    EXPECT_THAT(next, HasSubstr("--action setOperator " + chain::to_checksum(before->address) + " false"));
    EXPECT_THAT(key("retire", "--label drill --yes").output, HasSubstr("is what the signer is configured for"));
    EXPECT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(2).request())) << "nothing has changed for the signer";

    rig.process().signal(SIGTERM);
    rig.process().wait();
    rig.set("hsm.key_label", "\"drill.2\"");
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    const auto after = SyncSigner(rig.socket("signing")).sign(Bundle(0).request());
    ASSERT_TRUE(after) << after.error().what;
    EXPECT_EQ(chain::to_checksum(after->address), fresh);
    say("signer restarted, armed, the new keys sign");

    EXPECT_NE(key("retire", "--label drill").status, 0) << "destroys only with --yes";
    const Ran retired = key("retire", "--label drill --yes");
    EXPECT_EQ(retired.output, "destroyed drill-0\ndestroyed drill-1\n");
    EXPECT_THAT(key("list").output, HasSubstr("retired"));
    say("jitctl key retire: the old keys are destroyed");
    rig.kill9();
    rig.set("hsm.key_label", "\"drill\"");
    EXPECT_FALSE(rig.start()) << "the old keys are gone";
    std::cout << "  the whole drill: "
              << std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count() << " ms\n";
    const auto report = audit::verify(rig.state_dir() + "/key-audit.log").value();
    EXPECT_TRUE(report.ok) << report.problem;
}

TEST_F(Keys, AKeyFileServesADevelopmentSignerAndNoOther) {
    write_pin("correct horse battery staple");
    for (const char* name : {"hsm.module", "hsm.token"}) rig.unset(name);
    rig.set("hsm.key_file", "\"" + rig.dir().file("keys") + "\"");
    rig.set("hsm.restart_deadline_ms", "5000"); // argon2id takes its time on a loaded machine
    EXPECT_FALSE(rig.start());
    EXPECT_THAT(rig.output(), HasSubstr("jitctl key generate"));
    ASSERT_EQ(key("generate").status, 0);
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    EXPECT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(0).request()));
    rig.kill9();
    for (const char* environment : {"staging", "production"}) {
        rig.set("signer.environment", std::string("\"") + environment + "\"");
        EXPECT_FALSE(rig.start());
        EXPECT_THAT(rig.output(), HasSubstr(std::string("keys in a file are for development only, this is ") + environment));
    }
}

TEST_F(Keys, IdleSessionsAreReplacedWithoutDisarming) {
    rig.set("hsm.session_timeout_s", "1");
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    const auto before = rig.worker_pids();
    for (int i = 0; i < 500 && rig.worker_pids() == before; ++i) std::this_thread::sleep_for(10ms);
    EXPECT_NE(rig.worker_pids(), before) << "the old sessions are still there";
    EXPECT_EQ(rig.status().state, signer::ArmState::armed) << rig.status().cause;
    EXPECT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(0).request()));
}

} // namespace
} // namespace jitbox::test
