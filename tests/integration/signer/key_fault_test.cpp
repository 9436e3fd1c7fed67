// `jitctl key generate|rotate|retire` on an HSM that fails, hangs, lies or stops half way: nothing half-made is used, the error
// says what to do, and the same command ends what it began once the HSM works (KEY-4, KEY-5). SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace jitbox::test {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Fault {
    const char* name;
    const char* command; ///< of the fault module
    const char* said;    ///< by the command
};
const std::vector<Fault> both_calls = {
    {"DEVICE_ERROR", "error 30", "0x30"},
    {"DEVICE_REMOVED", "error 32", "0x32"},
    {"TOKEN_NOT_PRESENT", "error e0", "0xe0"},
    {"SESSION_HANDLE_INVALID", "error b3", "0xb3"},
    {"OBJECT_HANDLE_INVALID", "error 82", "0x82"},
    {"USER_NOT_LOGGED_IN", "error 101", "0x101"},
    {"FUNCTION_FAILED", "error 6", "0x6"},
    {"fails at the second key", "second 30", "0x30"},
    {"hang", "hang", "the HSM did not answer within 2 s"},
};
constexpr const char* what_to_do = "->"; ///< the CLI's mark of it

class KeyFaults : public ::testing::Test {
protected:
    void SetUp() override {
        Token::instance();
        ::setenv("JITBOX_FAULT_REAL", softhsm_module, 1);
        ::setenv("JITBOX_FAULT_FILE", rig.dir().file("fault").c_str(), 1);
        rig.use_fault_module();
    }
    void TearDown() override {
        ::unsetenv("JITBOX_FAULT_REAL");
        ::unsetenv("JITBOX_FAULT_FILE");
    }
    Ran key(const std::string& command) { return rig.key_command(command + " --timeout 2"); }
    /// The command while `call` fails in this way, and what is said of it.
    void refused(const std::string& command, const std::string& call, const Fault& fault) {
        rig.fault(call + " " + fault.command);
        const Ran ran = key(command);
        rig.fault("");
        EXPECT_NE(ran.status, 0) << ran.output;
        EXPECT_THAT(ran.output, HasSubstr(fault.said));
        EXPECT_THAT(ran.output, HasSubstr(what_to_do));
        EXPECT_THAT(ran.output, Not(HasSubstr("generated ")));
        EXPECT_THAT(ran.output, Not(HasSubstr("destroyed ")));
    }
    void use(const std::string& label) { rig.set("hsm.key_label", "\"" + label + "\""); }
    /// The lanes' keys are whole, and sign what is asked.
    void expect_signs() {
        ASSERT_TRUE(rig.start()) << rig.output();
        rig.arm();
        EXPECT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(nonce += 2).request()));
        rig.kill9();
    }
    void expect_no_start() { EXPECT_FALSE(rig.start()) << "it started without all of its keys"; }

    SignerRig rig;
    std::uint64_t nonce = 0;
};

TEST_F(KeyFaults, GenerationThatFailsLeavesNothingInUseAndIsGivenAgain) {
    std::vector<Fault> faults = both_calls;
    faults.push_back({"says that it did, and did not", "lie", "was generated, says the HSM, and is not there"});
    faults.push_back({"makes the public half alone", "public", "0x30"});
    int number = 0;
    for (const Fault& fault : faults) {
        SCOPED_TRACE(fault.name);
        const std::string label = "gen" + std::to_string(++number);
        use(label);
        refused("generate", "C_GenerateKeyPair", fault);
        if (number > 7) expect_no_start(); // no error's number makes a difference to it
        EXPECT_THAT(key("generate").output, HasSubstr("generated " + label + "-1"));
        EXPECT_EQ(key("generate").output, "all keys are there\n");
        if (number == 1 || fault.command == std::string("public")) expect_signs();
    }
}

// A private key alone may be one that somebody needs: nothing destroys it but the command for that.
TEST_F(KeyFaults, APrivateHalfAloneIsNamedAndNotUsedUntilItIsDiscarded) {
    use("lonely");
    refused("generate", "C_GenerateKeyPair", {"makes the private half alone", "private", "0x30"});
    expect_no_start();
    for (int again = 0; again < 2; ++again) {
        const Ran ran = key("generate");
        EXPECT_NE(ran.status, 0);
        EXPECT_THAT(ran.output, HasSubstr("key 'lonely-0' is half there: 1 private, 0 public"));
        EXPECT_THAT(ran.output, HasSubstr("`jitctl key discard --label lonely-0 --yes` destroys"));
    }
    expect_no_start();
    const std::string discard = "discard --label lonely-0 --yes";
    EXPECT_THAT(key("discard --label lonely-0").output, HasSubstr("say so with --yes"));
    for (const Fault& fault : {both_calls.front(), both_calls.back(),
                               Fault{"says that it did, and did not", "lie", "was destroyed, says the HSM, and is still there"}}) {
        SCOPED_TRACE(fault.name);
        refused(discard, "C_DestroyObject", fault);
    }
    EXPECT_EQ(key(discard).output, "destroyed the private half of lonely-0\n");
    EXPECT_THAT(key(discard).output, HasSubstr("no private key with label 'lonely-0'"));
    EXPECT_THAT(key("generate").output, HasSubstr("generated lonely-0\ngenerated lonely-1\n"));
    EXPECT_THAT(key(discard).output, HasSubstr("key 'lonely-0' has its public half")) << "what is whole is not for this command";
    expect_signs();
    std::ifstream log(rig.dir().file("state/key-audit.log"));
    const std::string records((std::istreambuf_iterator<char>(log)), {});
    EXPECT_THAT(records, HasSubstr(R"("action":"key_discard","resource":)"));
    EXPECT_THAT(records, HasSubstr("destroyed: lonely-0"));
}

TEST_F(KeyFaults, ARotationThatFailsLeavesTheKeysInUseAsTheyAre) {
    use("turn");
    ASSERT_EQ(key("generate").status, 0);
    for (const Fault& fault : {both_calls.front(), both_calls[both_calls.size() - 2], both_calls.back()}) {
        SCOPED_TRACE(fault.name);
        refused("rotate", "C_GenerateKeyPair", fault);
    }
    expect_signs();
    EXPECT_EQ(rig.key_command("rotate").status, 0) << "what was half begun is ended by the same command";
    use("turn.2");
    expect_signs();
}

TEST_F(KeyFaults, DestructionThatFailsLeavesNoKeyLiveAndIsGivenAgain) {
    std::vector<Fault> faults = both_calls;
    faults.push_back({"says that it did, and did not", "lie", "was destroyed, says the HSM, and is still there"});
    int number = 0;
    for (const Fault& fault : faults) {
        SCOPED_TRACE(fault.name);
        const std::string label = "end" + std::to_string(++number);
        use(label);
        ASSERT_EQ(key("generate").status, 0);
        use("jit"); // of the token: not to be destroyed
        refused("retire --label " + label + " --yes", "C_DestroyObject", fault);
        EXPECT_THAT(key("list").output, HasSubstr("still in the token: give `jitctl key retire` again"));
        use(label);
        if (number == 1 && rig.start()) { // with both halves still there it starts, and arms with no retired key
            const auto armed = rig.control().arm(lease_terms());
            ASSERT_FALSE(armed);
            EXPECT_THAT(armed.error().what, HasSubstr("is retired"));
            rig.kill9();
        }
        use("jit");
        const Ran again = key("retire --label " + label + " --yes");
        EXPECT_EQ(again.status, 0) << again.output;
        EXPECT_THAT(key("list").output, Not(HasSubstr("still in the token")));
    }
}

} // namespace
} // namespace jitbox::test
