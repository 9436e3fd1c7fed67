// The emergency stop (ARM-4): nothing is signed after its answer, which comes within 5 ms in 99.9 of 100 cases: under load, with a
// hung HSM, a full disk and a log that nobody reads. JITBOX_CHAOS_ROUNDS for the long form. SPDX-License-Identifier: Apache-2.0
#include "released.hpp"
#include "stopping.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <random>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
using signer::ArmState;

/// A connection whose unread bytes can be counted: what is in it when the stop is acknowledged left before the stop.
class RawConnection {
public:
    explicit RawConnection(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        const timeval patience{.tv_sec = 10, .tv_usec = 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
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
    [[nodiscard]] std::string read_lines(std::ptrdiff_t count) const {
        std::string out;
        std::array<char, 65536> buffer{};
        while (std::ranges::count(out, '\n') < count) {
            const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
            if (n <= 0) break;
            out.append(buffer.data(), static_cast<std::size_t>(n));
        }
        EXPECT_EQ(std::ranges::count(out, '\n'), count) << "unanswered requests";
        return out;
    }

private:
    int fd_;
};

class MemoryDirectory {
public:
    MemoryDirectory() {
        std::string name = "/dev/shm/jitbox-stop-XXXXXX";
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        path_ = name;
    }
    ~MemoryDirectory() { std::filesystem::remove_all(path_); }
    MemoryDirectory(const MemoryDirectory&) = delete;
    MemoryDirectory& operator=(const MemoryDirectory&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

std::size_t signatures_in(std::string_view answers) {
    constexpr std::string_view good = "\"ok\":true";
    std::size_t count = 0;
    for (std::size_t at = 0; (at = answers.find(good, at)) != std::string_view::npos; at += good.size()) ++count;
    return count;
}

TEST_F(Stop, UnderLoadNothingIsSignedAfterIt) {
    const auto seed = test::random_seed();
    std::mt19937 random(seed);
    const MemoryDirectory state; // ten thousand armings and resets, each audited: on a disk the test is one of the disk
    rig.set_state_dir(state.path());
    ASSERT_TRUE(rig.start()) << rig.output();
    const Urgent urgent;
    const RawConnection signing(rig.socket("signing"));
    std::uint64_t nonce = 0;
    std::size_t before = 0;
    std::size_t cut_off = 0;
    for (int round = 0; round < rounds(10'000); ++round) {
        rig.arm();
        const auto asked = static_cast<std::ptrdiff_t>(1 + random() % 4);
        std::string requests;
        for (std::ptrdiff_t i = 0; i < asked; ++i, nonce += 2)
            requests += signer::format(signer::Numbered<signer::SigningRequest>{.id = 1, .request = Bundle(nonce).request()});
        signing.send(requests);
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 2'000));
        stop();
        const std::size_t left_before = signing.unread();
        const std::string all = signing.read_lines(asked);
        ASSERT_LE(left_before, all.size());
        ASSERT_EQ(signatures_in(std::string_view(all).substr(left_before)), 0U)
            << "a signature left after the stop, round " << round;
        const std::size_t left = signatures_in(all);
        before += left;
        if (left < static_cast<std::size_t>(asked)) ++cut_off;
        ASSERT_TRUE(rig.control().reset({.operator_name = "bob", .reason = "test"}));
    }
    std::cout << before << " bundles signed before the stops; " << cut_off << " stops came in the middle of the work\n";
    EXPECT_GT(before, answers.size() / 10) << "too little was signed: the test shows nothing";
    EXPECT_GT(cut_off, answers.size() / 10) << "too few stops met work: the test shows nothing";
    EXPECT_EQ(rig.status().signed_bundles, before);
    check_answers();
}

TEST_F(Stop, WhileTheHsmHangs) {
    rig.set("hsm.call_deadline_ms", "30000");
    rig.use_fault_module();
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    rig.fault("C_Sign hang");
    const RawConnection signing(rig.socket("signing"));
    signing.send(signer::format(signer::Numbered<signer::SigningRequest>{.id = 1, .request = Bundle(0).request()}));
    for (int i = 0; i < 5000 && rig.faulted_calls().empty(); ++i) std::this_thread::sleep_for(1ms);
    ASSERT_FALSE(rig.faulted_calls().empty()) << "the HSM does not hang";
    {
        const Urgent urgent;
        for (int i = 0; i < 1000; ++i) stop();
    }
    EXPECT_EQ(signing.unread(), 0U);
    check_answers();
}

TEST_F(Stop, WithAFullDisk) {
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    const rlimit full{.rlim_cur = 1, .rlim_max = RLIM_INFINITY}; // every write that makes a file longer fails
    ASSERT_EQ(::prlimit(rig.process().pid(), RLIMIT_FSIZE, &full, nullptr), 0);
    EXPECT_FALSE(SyncSigner(rig.socket("signing")).sign(Bundle(0).request()));
    {
        const Urgent urgent;
        for (int i = 0; i < 1000; ++i) stop();
    }
    check_answers();
    rig.kill9();
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_EQ(rig.status().state, ArmState::tripped) << "the trip file is overwritten in place: it needs no room";
}

/// The signer's log is a pipe that is full and that nobody reads.
TEST_F(Stop, WithALogThatNobodyReads) {
    const std::string log = rig.dir().file("output"); // where the rig sends standard error
    ASSERT_EQ(::mkfifo(log.c_str(), 0600), 0);
    const int pipe = ::open(log.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    ASSERT_TRUE(rig.start());
    const std::string page(4096, 'x');
    while (::write(pipe, page.data(), page.size()) > 0) {
    }
    for (int i = 0; i < 20; ++i) rig.arm(); // each wants to be told to the log
    EXPECT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(0).request())) << "a log holds nothing up";
    {
        const Urgent urgent;
        for (int i = 0; i < 1000; ++i) stop();
    }
    check_answers();
    rig.kill9();
    ::close(pipe);
    std::filesystem::remove(log);
    ASSERT_TRUE(rig.start()) << rig.output();
    EXPECT_EQ(rig.status().state, ArmState::tripped);
}

} // namespace
} // namespace jitbox::test
