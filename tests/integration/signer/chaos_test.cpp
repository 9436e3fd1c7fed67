// kill -9 at random times and full disks: no nonce with two released digests, always back DISARMED, a stop always.
// SPDX-License-Identifier: Apache-2.0
#include "released.hpp"
#include "signer_rig.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <iostream>
#include <random>
#include <sys/mount.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::ArmState;
using signer::RefusalCode;

class Chaos : public ::testing::Test {
protected:
    void SetUp() override {
        Token::instance();
        rig.set("hsm.start_deadline_ms", "60000"); // hours beside other work are no fault of the HSM
    }
    SignerRig rig;
};

TEST_F(Chaos, KillNineAtRandomTimesWhileSigning) {
    std::mt19937 random(random_seed());
    Released released;
    std::uint64_t next_nonce = 0;
    for (int round = 0; round < rounds(62); ++round) {
        ASSERT_TRUE(rig.start()) << "round " << round << "\n" << rig.output();
        EXPECT_EQ(rig.status().state, ArmState::disarmed) << "round " << round;
        rig.arm();
        const auto load_seed = static_cast<unsigned>(random());
        std::atomic<bool> stop = false;
        std::jthread load([&, load_seed] {
            std::mt19937 choose(load_seed);
            SyncSigner client(rig.socket("signing"), 2s);
            for (std::uint64_t content = load_seed; !stop; ++content) {
                // New nonces, and again and again recent ones with other content, as a confused caller would ask.
                const std::uint64_t nonce = choose() % 3 == 0 && next_nonce >= 8 ? next_nonce - choose() % 8 : next_nonce;
                const auto answer = client.sign(Bundle(nonce, content).request());
                if (answer) {
                    released.add(*answer);
                    next_nonce = std::max(next_nonce, nonce + 2);
                } else if (answer.error().code == RefusalCode::nonce_bound) {
                    if (nonce == next_nonce) ++next_nonce; // bound by a request that died unanswered
                    if (const auto recalled = client.recall(0, nonce)) released.add(*recalled);
                } else {
                    return; // killed
                }
            }
        });
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 120'000));
        rig.kill9();
        stop = true;
        load.join();
        released.check(rig.state_dir() + "/ledger.db");
    }
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_EQ(rig.status().state, ArmState::disarmed);
    std::cout << released.size() << " nonces released over all rounds\n";
    EXPECT_GT(released.size(), 0U);
}

/// Puts the signer's state on a disk that can be filled: a small tmpfs where mounting is allowed; otherwise a limit on the size of
/// the running signer's files, which fails write() in the same way.
class SmallDisk {
public:
    explicit SmallDisk(SignerRig& rig) : rig_(rig), path_(rig.dir().file("small")) {
        std::filesystem::create_directory(path_);
        mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=2m") == 0;
        rig.set_state_dir(path_);
        std::cout << (mounted_ ? "a tmpfs of 2 MB\n" : "no mount here: RLIMIT_FSIZE instead\n");
    }
    ~SmallDisk() {
        rig_.kill9();
        if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    void fill() {
        if (!mounted_) return limit(1);
        std::ofstream out(path_ + "/filler", std::ios::binary);
        const std::string block(4096, 'x');
        while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
        }
    }
    void free() {
        if (mounted_)
            std::filesystem::remove(path_ + "/filler");
        else
            limit(RLIM_INFINITY);
    }

private:
    void limit(rlim_t size) {
        const rlimit value{.rlim_cur = size, .rlim_max = RLIM_INFINITY};
        ASSERT_EQ(::prlimit(rig_.process().pid(), RLIMIT_FSIZE, &value, nullptr), 0);
    }
    SignerRig& rig_;
    std::string path_;
    bool mounted_ = false;
};

TEST_F(Chaos, AFullDiskMeansNoSignatureAndNoArmingButAlwaysAStop) {
    SmallDisk disk(rig);
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    SyncSigner client(rig.socket("signing"));
    ASSERT_TRUE(client.sign(Bundle(0).request()));
    disk.fill();
    // The write-ahead log may have room left from earlier pages: sign until it has not.
    signer::Answer<signer::SignedBundle> answer;
    std::uint64_t nonce = 2;
    while ((answer = client.sign(Bundle(nonce).request())) && nonce < 2000) nonce += 2;
    ASSERT_FALSE(answer) << "a full disk must stop signing";
    EXPECT_EQ(answer.error().code, RefusalCode::ledger_unavailable) << answer.error().what;
    EXPECT_NE(answer.error().hint.find("disk"), std::string::npos) << answer.error().hint;
    EXPECT_NE(answer.error().what.find("nothing was signed"), std::string::npos) << answer.error().what;

    signer::Answer<signer::SignerStatus> armed;
    for (int i = 0; i < 100 && (armed = rig.control().arm(lease_terms())); ++i) {
    }
    ASSERT_FALSE(armed) << "an arming that cannot be audited must be refused";
    EXPECT_EQ(armed.error().code, RefusalCode::audit_unavailable) << armed.error().what;
    const auto stopped = rig.control().estop({.operator_name = "bob", .reason = "full disk"});
    ASSERT_TRUE(stopped);
    EXPECT_EQ(stopped->state, ArmState::tripped);

    disk.free();
    ASSERT_TRUE(rig.control().reset({.operator_name = "bob", .reason = "freed"}));
    rig.arm();
    EXPECT_TRUE(client.sign(Bundle(nonce).request())) << "the refused nonce is free again";
}

} // namespace
} // namespace jitbox::test
