// Starting and killing the HSM worker processes.
// SPDX-License-Identifier: Apache-2.0
#include "signer/hsm_pool.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <utility>

#include <csignal>
#include <sched.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" char** environ; // POSIX declares it nowhere; the worker needs SOFTHSM2_CONF and its like

namespace jitbox::signer {
namespace {

int spawn_process(const std::string& program, int fd, pid_t& pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, fd, worker_fd);
    posix_spawn_file_actions_addclosefrom_np(&actions, worker_fd + 1); // the sockets of the signer are none of its business
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    std::string name = "jit-signer";
    std::string flag = "--hsm-worker";
    std::array<char*, 3> arguments = {name.data(), flag.data(), nullptr};
    const int code = posix_spawn(&pid, program.c_str(), &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

} // namespace

Result<std::unique_ptr<HsmWorker>> HsmWorker::spawn(const std::string& program) {
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0)
        return fail(std::string("hsm: no socket pair for the worker: ") + std::strerror(errno));
    pid_t pid = 0;
    const int code = spawn_process(program, pair[1], pid);
    ::close(pair[1]);
    if (code != 0) {
        ::close(pair[0]);
        return fail("hsm: cannot start the worker " + program + ": " + std::strerror(code));
    }
    return std::unique_ptr<HsmWorker>(new HsmWorker(pid, pair[0]));
}

void HsmWorker::spread(std::size_t index) const {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return; // it then runs where the scheduler likes, which is only slower
    const int count = CPU_COUNT(&allowed);
    if (std::cmp_less(count, HsmPool::most_workers)) return;
    int wanted = count - 1 - static_cast<int>(index);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (!CPU_ISSET(cpu, &allowed) || wanted-- != 0) continue;
        cpu_set_t own;
        CPU_ZERO(&own);
        CPU_SET(cpu, &own);
        (void)::sched_setaffinity(pid_, sizeof own, &own); // as above
        return;
    }
}

bool HsmWorker::alive() {
    if (pid_ != 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
    return pid_ != 0;
}

HsmWorker::~HsmWorker() {
    ::close(fd_);
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    // A process in the middle of a driver call dies late: it is waited for by the kernel's leave, not by ours.
    for (int i = 0; i < 100 && alive(); ++i) ::usleep(1000);
}

} // namespace jitbox::signer
