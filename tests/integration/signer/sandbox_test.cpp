// What an intruder finds in the signer and its workers: no network, no new processes, no core files, no writable code.
// SPDX-License-Identifier: Apache-2.0
#include "signer_rig.hpp"

#include "signer/sandbox.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
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
    EXPECT_TRUE(refused_to_signer([] { return ::ioctl(STDOUT_FILENO, TIOCSTI, "x") == 0; })) << "typed into its terminal";
    EXPECT_TRUE(refused_to_signer([] { return ::ioctl(STDOUT_FILENO, FIOASYNC, nullptr) == 0; })) << "any that is not needed";
    EXPECT_TRUE(refused_to_signer(
        [] { return ::mmap(nullptr, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED; }));
}

/// Whether `fact` is true in a child that has entered the sandbox.
bool holds(SandboxRole role, const std::function<bool()>& fact) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(signer::enter_sandbox(role, Network::none) && fact() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// /proc/<pid>/mem, environ and maps of a process that is not dumpable are root's alone.
TEST(Sandbox, NobodyOfTheSameUserReadsTheProcessAndNothingInItChangesThat) {
    for (const SandboxRole role : {SandboxRole::signer, SandboxRole::worker}) {
        EXPECT_TRUE(holds(role, [] { return ::prctl(PR_GET_DUMPABLE) == 0; }));
        EXPECT_TRUE(refused(role, Network::none, [] { return ::prctl(PR_SET_DUMPABLE, 1) == 0; }));
        EXPECT_TRUE(holds(role, [] { return ::prctl(PR_SET_DUMPABLE, 0) == 0; })) << "a worker says it again";
        EXPECT_TRUE(holds(role, [] { return ::prctl(PR_SET_NAME, "other") == 0; }));
    }
}

/// All of /proc/<pid>/<name>; zeros separate what is in it.
std::string proc_file(int pid, const std::string& name) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Sandbox, ThePinStandsInNoArgumentNoEnvironmentAndNoLog) {
    Token::instance();
    SignerRig rig;
    ASSERT_TRUE(rig.start()) << rig.output();
    rig.arm();
    EXPECT_TRUE(SyncSigner(rig.socket("signing")).sign(Bundle(0).request()));
    std::string pin;
    std::getline(std::ifstream(std::filesystem::path(std::getenv("SOFTHSM2_CONF")).replace_filename("pin")), pin);
    ASSERT_GE(pin.size(), 4U);
    auto processes = rig.worker_pids();
    processes.push_back(rig.process().pid());
    ASSERT_EQ(processes.size(), 3U);
    for (const int pid : processes) {
        ASSERT_NE(proc_file(pid, "cmdline"), "") << "not seen at all";
        EXPECT_EQ(proc_file(pid, "cmdline").find(pin), std::string::npos);
        EXPECT_EQ(proc_file(pid, "environ").find(pin), std::string::npos);
    }
    EXPECT_EQ(rig.output().find(pin), std::string::npos);
    EXPECT_EQ(rig.audit_text().find(pin), std::string::npos);
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
