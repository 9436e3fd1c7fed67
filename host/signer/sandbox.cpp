// The sandbox of the signer and its workers.
// SPDX-License-Identifier: Apache-2.0
#include "signer/sandbox.hpp"

#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

namespace jitbox::signer {
namespace {

/// Needed by glibc, asio, SQLite, spdlog, libp11, OpenSSL and SoftHSM2, as strace shows them over the tests, and their variants on
/// other versions of glibc.
constexpr std::array allowed = {
    // memory, threads, time
    SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(mlock), SCMP_SYS(mlock2), SCMP_SYS(mlockall), SCMP_SYS(mremap), SCMP_SYS(munlock),
    SCMP_SYS(munmap), SCMP_SYS(arch_prctl), SCMP_SYS(futex), SCMP_SYS(get_robust_list), SCMP_SYS(membarrier), SCMP_SYS(rseq),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler), SCMP_SYS(sched_setaffinity),
    SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_yield), SCMP_SYS(set_robust_list), SCMP_SYS(set_tid_address),
    SCMP_SYS(clock_getres), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(nanosleep),
    SCMP_SYS(restart_syscall), SCMP_SYS(time), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
    // processes and signals
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(getcpu), SCMP_SYS(getegid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
    SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(getrandom), SCMP_SYS(getrlimit), SCMP_SYS(getrusage), SCMP_SYS(gettid),
    SCMP_SYS(getuid), SCMP_SYS(kill), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigtimedwait), SCMP_SYS(sigaltstack), SCMP_SYS(sysinfo), SCMP_SYS(tgkill), SCMP_SYS(umask),
    SCMP_SYS(uname), SCMP_SYS(wait4), SCMP_SYS(waitid),
    // files
    SCMP_SYS(access), SCMP_SYS(chmod), SCMP_SYS(close), SCMP_SYS(close_range), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3),
    SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(fadvise64), SCMP_SYS(fallocate), SCMP_SYS(fchmod), SCMP_SYS(fchmodat),
    SCMP_SYS(fchown), SCMP_SYS(fcntl), SCMP_SYS(fdatasync), SCMP_SYS(flock), SCMP_SYS(fstat), SCMP_SYS(fstatfs), SCMP_SYS(fsync),
    SCMP_SYS(ftruncate), SCMP_SYS(getcwd), SCMP_SYS(getdents64), SCMP_SYS(lseek), SCMP_SYS(lstat), SCMP_SYS(mkdir),
    SCMP_SYS(mkdirat), SCMP_SYS(newfstatat), SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(pread64),
    SCMP_SYS(pwrite64), SCMP_SYS(read), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(readv), SCMP_SYS(rename),
    SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(rmdir), SCMP_SYS(stat), SCMP_SYS(statfs), SCMP_SYS(statx), SCMP_SYS(unlink),
    SCMP_SYS(unlinkat), SCMP_SYS(utimensat), SCMP_SYS(write), SCMP_SYS(writev),
    // waiting and Unix sockets (socket itself below)
    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(bind), SCMP_SYS(connect), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_wait), SCMP_SYS(eventfd2), SCMP_SYS(getpeername),
    SCMP_SYS(getsockname), SCMP_SYS(getsockopt), SCMP_SYS(listen), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(pselect6),
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(select), SCMP_SYS(sendmmsg), SCMP_SYS(sendmsg), SCMP_SYS(sendto),
    SCMP_SYS(setsockopt), SCMP_SYS(shutdown)};

struct Release {
    void operator()(void* filter) const noexcept { seccomp_release(filter); }
};

/// Collects rules; the first failure stays.
class Filter {
public:
    Filter() : filter_(seccomp_init(SCMP_ACT_ERRNO(EPERM))) {}

    void allow(int call) { note(seccomp_rule_add_array(filter_.get(), SCMP_ACT_ALLOW, call, 0, nullptr)); }
    void allow_if(int call, const scmp_arg_cmp& condition) {
        note(seccomp_rule_add_array(filter_.get(), SCMP_ACT_ALLOW, call, 1, &condition));
    }
    void allow_if_both(int call, const scmp_arg_cmp& first, const scmp_arg_cmp& second) {
        const std::array conditions = {first, second};
        note(seccomp_rule_add_array(filter_.get(), SCMP_ACT_ALLOW, call, conditions.size(), conditions.data()));
    }
    void answer(int call, int error) {
        note(seccomp_rule_add_array(filter_.get(), SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error)), call, 0, nullptr));
    }
    Result<void> load() {
        if (!filter_) return fail("sandbox: libseccomp has no filter to give");
        if (failure_ == 0) failure_ = seccomp_load(filter_.get());
        if (failure_ != 0)
            return fail("sandbox: the system-call filter cannot be set: " + std::string(std::strerror(-failure_)),
                        "the kernel needs CONFIG_SECCOMP_FILTER");
        return {};
    }

private:
    void note(int code) {
        if (failure_ == 0 && code != 0) failure_ = code;
    }
    std::unique_ptr<void, Release> filter_;
    int failure_ = 0;
};

scmp_arg_cmp equals(unsigned argument, scmp_datum_t value) {
    return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}
scmp_arg_cmp has_bits(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
    return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

void allow_sockets(Filter& filter, Network network) {
    filter.allow_if(SCMP_SYS(socket), equals(0, AF_UNIX));
    filter.allow_if(SCMP_SYS(socketpair), equals(0, AF_UNIX));
    if (network == Network::none) return;
    for (const int family : {AF_INET, AF_INET6, AF_NETLINK})
        filter.allow_if(SCMP_SYS(socket), equals(0, static_cast<scmp_datum_t>(family)));
}

/// All but to make the process readable to others of its user again.
void allow_prctl(Filter& filter) {
    filter.allow_if(SCMP_SYS(prctl), {.arg = 0, .op = SCMP_CMP_NE, .datum_a = PR_SET_DUMPABLE, .datum_b = 0});
    filter.allow_if_both(SCMP_SYS(prctl), equals(0, PR_SET_DUMPABLE), equals(1, 0));
}

/// Memory is never writable and executable at once.
void allow_mappings(Filter& filter) {
    constexpr scmp_datum_t both = PROT_WRITE | PROT_EXEC;
    for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)})
        for (const scmp_datum_t value : {scmp_datum_t{0}, scmp_datum_t{PROT_WRITE}, scmp_datum_t{PROT_EXEC}})
            filter.allow_if(call, has_bits(2, both, value));
}

void allow_threads_and_workers(Filter& filter, SandboxRole role) {
    filter.answer(SCMP_SYS(clone3), ENOSYS); // its flags lie in memory, where no filter sees them; glibc then uses clone
    filter.allow_if(SCMP_SYS(clone), has_bits(0, CLONE_THREAD, CLONE_THREAD));
    if (role == SandboxRole::worker) return;
    filter.allow_if(SCMP_SYS(clone), has_bits(0, CLONE_VFORK, CLONE_VFORK)); // posix_spawn
    filter.allow(SCMP_SYS(vfork));
    filter.allow(SCMP_SYS(execve));
    filter.allow(SCMP_SYS(seccomp)); // the worker's own filter, which can only take away
}

void allow_terminal_questions(Filter& filter) {
    for (const unsigned long request : {static_cast<unsigned long>(TCGETS), static_cast<unsigned long>(TIOCGWINSZ),
                                        static_cast<unsigned long>(FIONBIO), static_cast<unsigned long>(FIONREAD)})
        filter.allow_if(SCMP_SYS(ioctl), equals(1, request));
}

} // namespace

void forbid_core_files() {
    ::prctl(PR_SET_DUMPABLE, 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

Result<void> enter_sandbox(SandboxRole role, Network network) {
    forbid_core_files();
    Filter filter; // seccomp_load() sets PR_SET_NO_NEW_PRIVS first
    std::ranges::for_each(allowed, [&filter](int call) { filter.allow(call); });
    allow_sockets(filter, network);
    allow_mappings(filter);
    allow_threads_and_workers(filter, role);
    allow_terminal_questions(filter);
    allow_prctl(filter);
    filter.allow_if(SCMP_SYS(prlimit64), equals(2, 0)); // to ask for a limit, not to set one
    return filter.load();
}

} // namespace jitbox::signer
