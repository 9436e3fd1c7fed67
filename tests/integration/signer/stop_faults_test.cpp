// The emergency stop (ARM-4) beside what else can go wrong: an anchor of the audit log that is dead or hangs, and a crowd at both
// sockets. Each a thousand stops, answered within 5 ms in 99.9 of 100 cases. SPDX-License-Identifier: Apache-2.0
#include "stopping.hpp"
#include "support/software_tpm.hpp"

#include <atomic>
#include <cstdlib>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;

constexpr int stops = 1'000;

class StopWithAnchor : public Stop {
protected:
    void SetUp() override {
        Stop::SetUp();
        const std::string spec = "tpm:0x01c10102:" + tpm.tcti();
        rig.set("audit.anchor", "\"" + spec + "\"");
        const std::string begin = JITBOX_BINARY_DIR "/bin/jitctl audit anchor --file " + rig.state_dir() +
                                  "/signer-audit.log --anchor " + spec + " > /dev/null";
        ASSERT_EQ(std::system(begin.c_str()), 0);
        ASSERT_TRUE(rig.start()) << rig.output();
        rig.arm();
        ASSERT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(0).request()));
    }
    /// Once the anchor answers no more: armed anew (nothing has noticed yet), stopped again and again, and nothing is signed.
    void stop_and_check() {
        rig.arm();
        {
            const Urgent urgent;
            for (int i = 0; i < stops; ++i) stop();
        }
        EXPECT_FALSE(SyncSigner(rig.socket("signing")).sign(Bundle(2).request()));
        EXPECT_EQ(rig.status().signed_bundles, 1U);
        check_answers();
    }
    TempDir chip;
    SoftwareTpm tpm{chip.path().string()};
};

TEST_F(StopWithAnchor, ThatIsDead) {
    tpm.stop();
    stop_and_check();
}

TEST_F(StopWithAnchor, ThatHangs) {
    tpm.freeze();
    stop_and_check();
    rig.kill9();
    tpm.thaw();
}

/// Connections that send a byte of a line now and then, on a thread of their own; those that are closed come back.
class Crowd {
public:
    Crowd(const std::string& path, std::size_t count)
        : thread_([this, path, count](const std::stop_token& ending) { run(path, count, ending); }) {}
    [[nodiscard]] std::size_t connects() const { return connects_; }

private:
    static int connect(const std::string& path) {
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
        ::close(fd);
        return -1;
    }
    void run(const std::string& path, std::size_t count, const std::stop_token& ending) {
        std::vector<int> sockets(count, -1);
        for (std::size_t i = 0; !ending.stop_requested(); i = (i + 1) % count) {
            int& fd = sockets[i];
            if (fd >= 0 && ::send(fd, "{", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) continue;
            if (fd >= 0) ::close(fd);
            fd = connect(path);
            connects_ += fd >= 0 ? 1 : 0;
            if (i % 8 == 0) std::this_thread::sleep_for(1ms);
        }
        for (const int fd : sockets)
            if (fd >= 0) ::close(fd);
    }
    std::atomic<std::size_t> connects_ = 0;
    std::jthread thread_; // last: it uses the count
};

TEST_F(Stop, AmongAThousandSlowConnectionsAtEachSocket) {
    ASSERT_TRUE(rig.start()) << rig.output();
    const Crowd at_control(rig.socket("control"), 1'000);
    const Crowd at_signing(rig.socket("signing"), 1'000);
    while (at_control.connects() < 1'000 || at_signing.connects() < 1'000) std::this_thread::sleep_for(1ms);
    {
        const Urgent urgent;
        for (int i = 0; i < stops; ++i) stop();
    }
    std::cout << at_control.connects() << " connects to the control socket, " << at_signing.connects()
              << " to the signing socket\n";
    check_answers();
}

} // namespace
} // namespace jitbox::test
