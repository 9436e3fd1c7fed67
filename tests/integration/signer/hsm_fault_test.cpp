// The HSM misbehaves: no fault holds up an answer for ever, releases anything or leaves the signer armed, and each ends when its
// cause ends (KEY-5). What is said here is the order of events, which no busy machine changes; the product's deadlines and the
// second that KEY-5 gives are measured by hsm_matrix_test. SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include "signer/hsm_pool.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::ArmState;
using signer::RefusalCode;

class HsmFault : public ::testing::Test {
protected:
    void SetUp() override {
        Token::instance();
        rig.set("hsm.start_deadline_ms", "60000");
        rig.set("hsm.restart_deadline_ms", "15000");
    }
    void start_with_fault_module() {
        rig.use_fault_module();
        rig.fault("");
        ASSERT_TRUE(rig.start()) << rig.output();
        rig.arm();
    }
    /// The signer must exit at its start and say so.
    void expect_no_start(const std::string& text, int code = 1) {
        EXPECT_FALSE(rig.start());
        EXPECT_EQ(rig.process().wait(), code);
        EXPECT_NE(rig.output().find(text), std::string::npos) << rig.output();
    }
    void expect_recovery() {
        EXPECT_EQ(rig.status().state, ArmState::disarmed);
        EXPECT_NE(rig.status().cause.find("HSM fault"), std::string::npos) << rig.status().cause;
        rig.fault("");
        rig.forget_calls();
        await([&] { return rig.status().hsm_ready; });
        // The first attempt that begins after the fault's end is good, beside one that may have been under way: two workers each.
        EXPECT_LE(std::ranges::count(rig.traced_calls(), "C_Initialize"), 4);
        EXPECT_LE(signer::HsmSettings{}.max_backoff, 500ms) << "and it begins in half of the second that KEY-5 gives";
        EXPECT_EQ(rig.status().state, ArmState::disarmed) << "recovery does not arm";
        rig.arm();
        EXPECT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(1000).request()));
        EXPECT_NE(rig.audit_text().find("hsm_fault"), std::string::npos);
    }
    /// Waits for what must come, however slow the machine is; what never comes ends at the test's own time limit.
    static void await(const std::function<bool()>& true_at_last) {
        while (!true_at_last()) std::this_thread::sleep_for(1ms);
    }
    [[nodiscard]] bool hangs_in(const std::string& call) const {
        const auto met = rig.faulted_calls();
        return std::ranges::find(met, call) != met.end();
    }
    SignerRig rig;
};

TEST_F(HsmFault, WrongPin) {
    std::ofstream(rig.dir().file("pin")) << "000000";
    std::filesystem::permissions(rig.dir().file("pin"), std::filesystem::perms::owner_read);
    rig.set("hsm.pin_file", "\"" + rig.dir().file("pin") + "\"");
    expect_no_start("wrong PIN for token 'jitbox'");
    EXPECT_EQ(rig.output().find("000000"), std::string::npos) << "the PIN must not be printed";
}

TEST_F(HsmFault, MissingToken) {
    rig.set("hsm.token", "\"elsewhere\"");
    expect_no_start("no token with label 'elsewhere' (present: 'jitbox')");
}

TEST_F(HsmFault, MissingModule) {
    rig.set("hsm.module", "\"/nowhere/libhsm.so\"");
    expect_no_start("hsm.module: /nowhere/libhsm.so: No such file", 2);
}

TEST_F(HsmFault, AModuleThatIsNone) {
    rig.set("hsm.module", "\"/usr/bin/env\"");
    expect_no_start("PKCS#11 module /usr/bin/env does not load");
}

TEST_F(HsmFault, MissingKey) {
    rig.set("hsm.key_label", "\"other\"");
    expect_no_start("no key with label 'other-0' in token 'jitbox' (make the lanes' keys with `jit-signer --init-keys`)");
}

// The module hangs for a minute, so that whatever is answered before that was not waited for; its process does not live on.
TEST_F(HsmFault, AHangEndsByTheDeadlineAndWithItsProcess) {
    rig.set("hsm.call_deadline_ms", "3000");
    start_with_fault_module();
    const auto hung = rig.worker_pids();
    ASSERT_EQ(hung.size(), 2U);
    rig.fault("C_Sign hang");
    const auto start = std::chrono::steady_clock::now();
    const auto answer = SyncSigner(rig.socket("signing"), 120s).sign(Bundle(0).request());
    ASSERT_FALSE(answer);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 3s) << "and not before it";
    EXPECT_EQ(answer.error().code, RefusalCode::hsm_deadline) << answer.error().what;
    EXPECT_TRUE(hangs_in("C_Sign"));
    for (const int pid : hung) await([pid] { return ::kill(pid, 0) != 0; });
    expect_recovery();
    // The nonces stay bound to the digest that was never signed: the same again is signed, another is not.
    SyncSigner client(rig.socket("signing"));
    EXPECT_EQ(client.sign(Bundle(0, 101).request()).error().code, RefusalCode::nonce_bound);
    EXPECT_TRUE(client.recall(0, 0));
}

TEST_F(HsmFault, AStopIsAnsweredWhileTheHsmHangs) {
    rig.set("hsm.call_deadline_ms", "60000");
    start_with_fault_module();
    const auto hung = rig.worker_pids();
    rig.fault("C_Sign hang");
    std::atomic<bool> answered = false;
    std::jthread signing([&] {
        EXPECT_FALSE(SyncSigner(rig.socket("signing"), 120s).sign(Bundle(0).request()));
        answered = true;
    });
    await([&] { return hangs_in("C_Sign"); });
    const auto stopped = rig.control().estop({.operator_name = "bob", .reason = "hang"});
    EXPECT_FALSE(answered) << "the signature hangs still";
    ASSERT_TRUE(stopped) << stopped.error().what;
    EXPECT_EQ(stopped->state, ArmState::tripped);
    for (const int pid : hung) ::kill(pid, SIGKILL); // lets the request end
}

TEST_F(HsmFault, ACorruptedSignatureIsNeverReleased) {
    start_with_fault_module();
    rig.fault("C_Sign corrupt");
    const auto answer = SyncSigner(rig.socket("signing")).sign(Bundle(0).request());
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, RefusalCode::bad_signature) << answer.error().what;
    EXPECT_EQ(rig.status().signed_bundles, 0U);
    expect_recovery();
}

TEST_F(HsmFault, EveryErrorOfSigningDisarmsAndEnds) {
    start_with_fault_module();
    std::uint64_t nonce = 0;
    // DEVICE_ERROR, DEVICE_REMOVED, TOKEN_NOT_PRESENT, SESSION_HANDLE_INVALID, OBJECT_HANDLE_INVALID, USER_NOT_LOGGED_IN,
    // FUNCTION_FAILED
    for (const char* code : {"30", "32", "e0", "b3", "82", "101", "6"})
        for (const char* function : {"C_SignInit", "C_Sign"}) {
            rig.fault(std::string(function) + " error " + code);
            const auto answer = SyncSigner(rig.socket("signing")).sign(Bundle(nonce += 2).request());
            ASSERT_FALSE(answer) << function << " " << code;
            EXPECT_EQ(answer.error().code, RefusalCode::hsm_unavailable) << answer.error().what;
            expect_recovery();
        }
}

TEST_F(HsmFault, AModuleThatHangsAtTheStartIsGivenUp) {
    rig.use_fault_module();
    rig.set("hsm.start_deadline_ms", "500");
    rig.fault("C_OpenSession hang");
    expect_no_start("was not ready within 500 ms");
}

TEST_F(HsmFault, AKilledWorkerDisarmsAndComesBack) {
    start_with_fault_module();
    const auto workers = rig.worker_pids();
    ASSERT_EQ(workers.size(), 2U);
    ::kill(workers[0], SIGKILL);
    await([&] { return rig.status().state != ArmState::armed; });
    expect_recovery();
    EXPECT_GE(rig.status().hsm_restarts, 1U);
}

TEST_F(HsmFault, WorkersDieWithTheSigner) {
    start_with_fault_module();
    const auto workers = rig.worker_pids();
    rig.kill9();
    for (const int pid : workers) await([pid] { return ::kill(pid, 0) != 0; });
}

} // namespace
} // namespace jitbox::test
