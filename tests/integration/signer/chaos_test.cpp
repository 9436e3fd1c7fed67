// kill -9, full disks and stops under load: no nonce with two released digests, always back DISARMED, nothing after a stop.
// SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include "base/hex.hpp"
#include "store/sqlite.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <iostream>
#include <mutex>
#include <random>
#include <set>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::ArmState;
using signer::RefusalCode;

/// JITBOX_CHAOS_ROUNDS for the long form.
int rounds(int standard) {
    const char* text = std::getenv("JITBOX_CHAOS_ROUNDS");
    return text == nullptr ? standard : std::max(1, std::atoi(text));
}

/// Every digest that ever left the signer, by key and nonce.
class Released {
public:
    void add(const signer::SignedBundle& bundle) {
        for (const signer::SignedTransaction* transaction : {&bundle.mint, &bundle.burn}) {
            const auto decoded = chain::decode_transaction(transaction->raw).value();
            const std::scoped_lock lock(mutex_);
            digests_[{chain::recover_sender(decoded).value(), decoded.nonce}].insert(chain::signing_hash(decoded));
        }
    }
    void check(const std::string& ledger_path) {
        const std::scoped_lock lock(mutex_);
        auto ledger = store::Database::open(ledger_path, std::array<const char*, 1>{""}).value();
        auto query = ledger->prepare("SELECT digest FROM signatures WHERE address = ?1 AND nonce = ?2").value();
        for (const auto& [key, digests] : digests_) {
            EXPECT_EQ(digests.size(), 1U) << "nonce " << key.second << " has " << digests.size() << " released digests";
            ASSERT_TRUE(query.bind(key.first, key.second).step().value()) << "a released signature has no durable record";
            EXPECT_EQ(query.fixed<32>(0), *digests.begin());
        }
    }
    [[nodiscard]] std::size_t size() const { return digests_.size(); }

private:
    std::mutex mutex_;
    std::map<std::pair<Bytes20, std::uint64_t>, std::set<Bytes32>> digests_;
};

class Chaos : public ::testing::Test {
protected:
    void SetUp() override { Token::instance(); }
    SignerRig rig;
};

TEST_F(Chaos, KillNineAtRandomTimesWhileSigning) {
    const unsigned seed = std::random_device{}();
    std::cout << "seed " << seed << "\n";
    std::mt19937 random(seed);
    Released released;
    std::uint64_t next_nonce = 0;
    for (int round = 0; round < rounds(25); ++round) {
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

/// A connection whose unread bytes can be counted: what is in it when the stop is acknowledged left before the stop.
class RawConnection {
public:
    explicit RawConnection(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    ~RawConnection() { ::close(fd_); }
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    void send(const std::string& text) const {
        EXPECT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
    }
    [[nodiscard]] std::size_t unread() const {
        int bytes = 0;
        EXPECT_EQ(::ioctl(fd_, FIONREAD, &bytes), 0);
        return static_cast<std::size_t>(bytes);
    }
    /// Everything that comes until nothing has come for `quiet`.
    [[nodiscard]] std::string drain(std::chrono::milliseconds quiet) const {
        const timeval limit{.tv_sec = 0, .tv_usec = std::chrono::microseconds(quiet).count()};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        std::string out;
        char buffer[65536];
        for (ssize_t n = 0; (n = ::recv(fd_, buffer, sizeof buffer, 0)) > 0;) out.append(buffer, static_cast<std::size_t>(n));
        return out;
    }

private:
    int fd_;
};

TEST_F(Chaos, NoSignatureAfterAStopUnderLoad) {
    const unsigned seed = std::random_device{}();
    std::cout << "seed " << seed << "\n";
    std::mt19937 random(seed);
    ASSERT_TRUE(rig.start()) << rig.output();
    std::vector<std::chrono::microseconds> acknowledgements;
    std::uint64_t nonce = 0;
    std::size_t before = 0;
    for (int round = 0; round < rounds(60); ++round) {
        rig.arm();
        const RawConnection connection(rig.socket("signing"));
        std::string requests;
        for (int i = 0; i < 12; ++i, nonce += 2)
            requests += signer::format(signer::Numbered<signer::SigningRequest>{.id = 1, .request = Bundle(nonce).request()});
        connection.send(requests);
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 40'000));
        const auto start = std::chrono::steady_clock::now();
        ASSERT_TRUE(rig.control().estop({.operator_name = "bob", .reason = "test"}));
        const std::size_t left_before = connection.unread();
        acknowledgements.push_back(std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start));
        const std::string all = connection.drain(100ms);
        EXPECT_EQ(all.find("\"ok\":true", std::min(left_before, all.size())), std::string::npos)
            << "a signature left after the stop, round " << round;
        for (std::size_t at = 0; (at = all.find("\"ok\":true", at)) != std::string::npos; ++at) ++before;
        ASSERT_TRUE(rig.control().reset({.operator_name = "bob", .reason = "test"}));
    }
    std::ranges::sort(acknowledgements);
    std::cout << before << " bundles signed before the stops; acknowledgement p50 "
              << acknowledgements[acknowledgements.size() / 2].count() << " us, worst " << acknowledgements.back().count()
              << " us\n";
    EXPECT_GT(before, 0U) << "no round signed anything: the test shows nothing";
    EXPECT_LT(acknowledgements[acknowledgements.size() / 2], 5ms);
}

} // namespace
} // namespace jitbox::test
