// What an intruder finds in the signer and its workers: no network, no new processes, no core files, no writable code.
// SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include "signer/sandbox.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <sstream>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jitbox::test {
namespace {

using signer::Network;
using signer::SandboxRole;

/// The value of a line "Name:  value" of /proc/<pid>/status or limits.
std::string proc_value(int pid, const std::string& file, const std::string& name) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/" + file);
    for (std::string line; std::getline(in, line);)
        if (line.starts_with(name)) {
            std::istringstream rest(line.substr(name.size()));
            std::string value;
            rest >> value;
            return value;
        }
    return "no line " + name;
}

void expect_confined(int pid) {
    EXPECT_EQ(proc_value(pid, "status", "Seccomp:"), "2") << "no filter";
    EXPECT_EQ(proc_value(pid, "status", "NoNewPrivs:"), "1");
    EXPECT_EQ(proc_value(pid, "limits", "Max core file size"), "0");
}

TEST(Sandbox, TheRunningSignerAndItsWorkersAreConfined) {
    Token::instance();
    SignerRig rig;
    ASSERT_TRUE(rig.start()) << rig.output();
    expect_confined(rig.process().pid());
    EXPECT_NE(proc_value(rig.process().pid(), "status", "VmLck:"), "0") << "the PIN's memory can be swapped out";
    const auto workers = rig.worker_pids();
    ASSERT_EQ(workers.size(), 2U);
    for (const int pid : workers) {
        expect_confined(pid);
        if (proc_value(pid, "limits", "Max locked memory") == "unlimited")
            EXPECT_NE(proc_value(pid, "status", "VmLck:"), "0") << "the module's copy of the PIN can be swapped out";
    }
}

TEST(Sandbox, AHostileModuleGetsNothing) {
    Token::instance();
    SignerRig rig;
    rig.use_fault_module();
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    rig.fault("C_Sign attack");
    EXPECT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(0).request())) << "it signs as before";
    const std::string results = rig.attack_results();
    std::istringstream lines(results);
    int refused = 0;
    for (std::string line; std::getline(lines, line); ++refused)
        EXPECT_NE(line.find("refused: Operation not permitted"), std::string::npos) << line;
    EXPECT_EQ(refused, 2 * 12) << "two signatures, twelve attempts each\n" << results;
    std::cout << results;
}

/// Runs `attempt` in a child that has entered the sandbox; true when it failed with EPERM.
bool refused(SandboxRole role, Network network, const std::function<bool()>& attempt) {
    const pid_t child = ::fork();
    if (child == 0) {
        if (!signer::enter_sandbox(role, network)) ::_exit(2);
        errno = 0;
        ::_exit(!attempt() && errno == EPERM ? 1 : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_NE(WEXITSTATUS(status), 2) << "the sandbox was not entered";
    return WEXITSTATUS(status) == 1;
}

bool opens(int family) {
    return ::socket(family, SOCK_STREAM, 0) >= 0;
}
bool executes() {
    char* const none[] = {nullptr};
    return ::execve("/nowhere", none, none) == 0;
}

TEST(Sandbox, TheSignerHasUnixSocketsOnlyAndStartsItsWorkers) {
    const auto refused_to_signer = [](const std::function<bool()>& attempt) {
        return refused(SandboxRole::signer, Network::none, attempt);
    };
    EXPECT_TRUE(refused_to_signer([] { return opens(AF_INET); }));
    EXPECT_TRUE(refused_to_signer([] { return opens(AF_INET6); }));
    EXPECT_TRUE(refused_to_signer([] { return opens(AF_NETLINK); }));
    EXPECT_TRUE(refused_to_signer([] { return opens(AF_VSOCK); }));
    EXPECT_FALSE(refused_to_signer([] { return opens(AF_UNIX); }));
    EXPECT_FALSE(refused_to_signer([] { return executes(); })) << "ENOENT: it got as far as looking for the file";
    EXPECT_TRUE(refused_to_signer([] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0; }));
    EXPECT_TRUE(refused_to_signer([] { return ::syscall(SYS_fork) >= 0; }));
    EXPECT_TRUE(refused_to_signer(
        [] { return ::mmap(nullptr, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; }));
}

TEST(Sandbox, AWorkerStartsNothingAndItsModuleMayGetANetworkWhenTheHsmHasOne) {
    EXPECT_TRUE(refused(SandboxRole::worker, Network::none, [] { return executes(); }));
    EXPECT_TRUE(refused(SandboxRole::worker, Network::none, [] { return opens(AF_INET); }));
    EXPECT_FALSE(refused(SandboxRole::worker, Network::internet, [] { return opens(AF_INET); }));
    EXPECT_TRUE(refused(SandboxRole::worker, Network::internet, [] { return opens(AF_PACKET); }));
    EXPECT_TRUE(refused(SandboxRole::worker, Network::internet, [] { return executes(); }));
}

} // namespace
} // namespace jitbox::test
