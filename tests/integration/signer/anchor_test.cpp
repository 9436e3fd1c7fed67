// The end of the signer's own audit log is kept outside of it (AUD-1): a real signer in its sandbox, a TPM 2.0 in software or a
// file elsewhere. What disagrees is refused at the start, an anchor that is lost disarms, and a stop waits for neither.
// SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include "audit/anchor.hpp"
#include "support/software_tpm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace jitbox::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using signer::ArmState;
using testing::HasSubstr;

constexpr std::chrono::milliseconds max_behind{1000};

class Anchored : public ::testing::Test {
protected:
    void SetUp() override {
        Token::instance();
        use_anchor("tpm:0x01c10102:" + tpm.tcti());
    }
    void use_anchor(const std::string& spec) {
        anchor_spec = spec;
        rig.set("audit.anchor", "\"" + spec + "\"");
        rig.set("audit.anchor_max_behind_ms", std::to_string(max_behind.count()));
    }
    [[nodiscard]] std::string log_path() const { return rig.state_dir() + "/signer-audit.log"; }
    void begin_anchor() {
        const std::string line =
            JITBOX_BINARY_DIR "/bin/jitctl audit anchor --file " + log_path() + " --anchor " + anchor_spec + " > /dev/null";
        ASSERT_EQ(std::system(line.c_str()), 0);
    }
    /// A whole life, which leaves a few records.
    void live() {
        ASSERT_TRUE(rig.start()) << rig.output();
        rig.arm();
        ASSERT_TRUE(rig.control().disarm({.operator_name = "bob", .reason = "test"}));
        rig.process().signal(SIGTERM);
        ASSERT_EQ(rig.process().wait(), 0);
    }
    void expect_refused(const std::string& text, const std::string& what_to_do) {
        EXPECT_FALSE(rig.start()) << "it started";
        EXPECT_THAT(rig.output(), HasSubstr(text));
        EXPECT_THAT(rig.output(), HasSubstr(what_to_do));
    }
    void copy_state(const std::string& from, const std::string& to) {
        fs::remove_all(to);
        fs::copy(from, to);
    }
    [[nodiscard]] bool becomes(ArmState state) const {
        for (int i = 0; i < 2000 && rig.status().state != state; ++i) std::this_thread::sleep_for(5ms);
        return rig.status().state == state;
    }

    TempDir chip;
    SoftwareTpm tpm{chip.path().string()};
    SignerRig rig;
    std::string anchor_spec;
};

TEST_F(Anchored, TheTpmHoldsTheEndOfEveryLife) {
    begin_anchor();
    live();
    live();
    const auto held = audit::make_anchor(anchor_spec, log_path()).value()->read();
    ASSERT_TRUE(held) << held.error().text();
    const auto report = audit::verify(log_path(), *held).value();
    EXPECT_TRUE(report.ok) << report.problem;
    EXPECT_EQ(report.note, "") << "the last record of an orderly end is there";
}

// What persons do to keys is in a log of its own, which the signer does not hold open.
TEST_F(Anchored, TheLogOfKeysIsHeldByItsOwnAnchor) {
    const std::string log = rig.state_dir() + "/key-audit.log";
    const std::string spec = "tpm:0x01c10103:" + tpm.tcti();
    rig.set("audit.key_anchor", "\"" + spec + "\"");
    rig.write_config();
    const auto unlock = [&] {
        const std::string output = rig.dir().file("unlock.out");
        const std::string line = JITBOX_BINARY_DIR "/bin/jitctl key unlock --reason drill --config " +
                                 rig.dir().file("signer.toml") + " > " + output + " 2>&1";
        const bool good = std::system(line.c_str()) == 0;
        std::ifstream in(output);
        const std::string said((std::istreambuf_iterator<char>(in)), {});
        return good ? std::string() : said;
    };
    EXPECT_THAT(unlock(), HasSubstr("make it once with `jitctl audit anchor`"));
    const std::string begin = JITBOX_BINARY_DIR "/bin/jitctl audit anchor --file " + log + " --anchor " + spec + " > /dev/null";
    ASSERT_EQ(std::system(begin.c_str()), 0);
    ASSERT_EQ(unlock(), "");
    copy_state(rig.state_dir(), rig.dir().file("copy"));
    ASSERT_EQ(unlock(), "");
    const auto held = audit::make_anchor(spec, log).value()->read();
    ASSERT_TRUE(held) << held.error().text();
    const auto report = audit::verify(log, *held).value();
    EXPECT_TRUE(report.ok && report.note.empty()) << report.problem << report.note;
    EXPECT_EQ(report.head, held->value_or(audit::Head{})) << "its last record is there when the command has ended";

    copy_state(rig.state_dir(), rig.dir().file("whole"));
    copy_state(rig.dir().file("copy"), rig.state_dir());
    EXPECT_TRUE(audit::verify(log).value().ok) << "an older copy is whole in itself";
    EXPECT_THAT(unlock(), HasSubstr("the TPM's value"));
    for (const char* file : {"/key-audit.log", "/key-audit.log.head", "/key-audit.log.anchors"}) fs::remove(rig.state_dir() + file);
    EXPECT_THAT(unlock(), HasSubstr("the TPM's value")) << "and so is none at all";
    copy_state(rig.dir().file("whole"), rig.state_dir());
    EXPECT_EQ(unlock(), "");
    tpm.stop();
    EXPECT_THAT(unlock(), HasSubstr("the TPM cannot be reached")) << "no record, no action";
}

// The signer's own start holds keys.db against that log: a copy of both from before a key was retired is no way back.
TEST_F(Anchored, AnOlderCopyOfKeysDbAndItsLogStartsNoSigner) {
    begin_anchor();
    const std::string spec = "tpm:0x01c10103:" + tpm.tcti();
    rig.set("audit.key_anchor", "\"" + spec + "\"");
    const std::string log = rig.state_dir() + "/key-audit.log";
    const std::string begin = JITBOX_BINARY_DIR "/bin/jitctl audit anchor --file " + log + " --anchor " + spec + " > /dev/null";
    ASSERT_EQ(std::system(begin.c_str()), 0);
    live(); // both anchors at once
    copy_state(rig.state_dir(), rig.dir().file("older"));
    ASSERT_EQ(rig.key_command("unlock --reason drill").status, 0);
    live();
    for (const auto& entry : fs::directory_iterator(rig.dir().file("older")))
        if (const std::string name = entry.path().filename(); name.starts_with("key"))
            fs::copy_file(entry, fs::path(rig.state_dir()) / name, fs::copy_options::overwrite_existing);
    expect_refused("key-audit.log", "the TPM's value");
}

TEST_F(Anchored, AnAnchorThatWasNeverBegunIsRefused) {
    expect_refused("find the index", "make it once with `jitctl audit anchor`");
}

// Log, head file and list are whole in themselves and agree with each other; the TPM remembers more.
TEST_F(Anchored, AnOlderCopyOfTheWholeStateIsRefused) {
    begin_anchor();
    live();
    copy_state(rig.state_dir(), rig.dir().file("copy"));
    live();
    copy_state(rig.dir().file("copy"), rig.state_dir());
    EXPECT_TRUE(audit::verify(log_path()).value().ok);
    expect_refused("the TPM's value", "keep them as evidence");
}

TEST_F(Anchored, ALogThatWasCutWithItsHeadIsRefused) {
    use_anchor("file:" + chip.file("anchor"));
    begin_anchor();
    live();
    copy_state(rig.state_dir(), rig.dir().file("copy"));
    live();
    copy_state(rig.dir().file("copy"), rig.state_dir());
    expect_refused("but the anchor knows record", "docs/operations.md");
}

TEST_F(Anchored, AnEmptiedAnchorIsRefused) {
    use_anchor("file:" + chip.file("anchor"));
    begin_anchor();
    live();
    fs::remove(chip.file("anchor"));
    expect_refused("its anchor file:", "somebody emptied it");
}

TEST_F(Anchored, ATpmThatIsGoneIsRefusedAtTheStart) {
    begin_anchor();
    tpm.stop();
    expect_refused("the TPM cannot be reached", "check that the TPM is there");
}

TEST_F(Anchored, ATpmThatIsLostDisarmsRefusesArmingAndHoldsUpNoStop) {
    begin_anchor();
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    tpm.stop();
    rig.arm(); // a record that does not get there
    ASSERT_TRUE(becomes(ArmState::disarmed));
    EXPECT_THAT(rig.status().cause, HasSubstr("anchor tpm:0x01c10102"));
    const auto refused = rig.control().arm(lease_terms());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, signer::RefusalCode::audit_unavailable);
    EXPECT_THAT(refused.error().what, HasSubstr("ms behind"));
    ASSERT_TRUE(rig.control().estop({.operator_name = "bob", .reason = "a stop waits for no anchor"}));
    EXPECT_EQ(rig.status().state, ArmState::tripped);
    tpm.start();
    ASSERT_TRUE(rig.control().reset({.operator_name = "bob", .reason = "the TPM is back"}));
    bool armed = false;
    for (int i = 0; i < 1000 && !armed; ++i) {
        armed = rig.control().arm(lease_terms()).has_value();
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_TRUE(armed) << "it heals by itself";
}

TEST_F(Anchored, AStopIsAnsweredWhileTheTpmHangs) {
    begin_anchor();
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    tpm.freeze();
    rig.arm();
    const signer::ControlClient client(rig.socket("control"), 1s); // a hung anchor would take this
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(client.estop({.operator_name = "bob", .reason = "test"}));
    tpm.thaw();
}

} // namespace
} // namespace jitbox::test
