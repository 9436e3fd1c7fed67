// LD_PRELOAD: ends the process with SIGKILL at its n-th step towards a file below a directory or towards a socket. Steps are what
// changes durable state or lets something out: write, pwrite, fsync, fdatasync, ftruncate, unlink, rename, send.
//   JITBOX_KILL_BELOW directory   JITBOX_KILL_AT n, from 1   JITBOX_KILL_TORN when set: half of the bytes of a write are written
//   first
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

std::atomic<long> steps = 0;

bool is_below(const char* path) {
    const char* directory = std::getenv("JITBOX_KILL_BELOW");
    return directory != nullptr && std::string_view(path).starts_with(directory);
}

bool counts(int fd) {
    char link[32];
    char path[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    const ssize_t size = ::readlink(link, path, sizeof path - 1);
    if (size <= 0) return false;
    path[size] = '\0';
    return is_below(path);
}

/// True when this is the step to die at.
bool is_last() {
    static const char* const text = std::getenv("JITBOX_KILL_AT");
    return text != nullptr && ++steps == std::strtol(text, nullptr, 10);
}

[[noreturn]] void die() {
    ::kill(::getpid(), SIGKILL);
    for (;;) ::pause();
}

/// How much of a write is done before the end: none, or with JITBOX_KILL_TORN half of it, wherever in a sector that is.
size_t torn_size(size_t size) {
    return std::getenv("JITBOX_KILL_TORN") == nullptr ? 0 : size / 2;
}

} // namespace

extern "C" {

ssize_t write(int fd, const void* data, size_t size) {
    if (counts(fd) && is_last()) {
        ::syscall(SYS_write, fd, data, torn_size(size));
        die();
    }
    return ::syscall(SYS_write, fd, data, size);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
    if (counts(fd) && is_last()) {
        ::syscall(SYS_pwrite64, fd, data, torn_size(size), offset);
        die();
    }
    return ::syscall(SYS_pwrite64, fd, data, size, offset);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
    return pwrite64(fd, data, size, offset);
}

int fsync(int fd) {
    if (counts(fd) && is_last()) die();
    return static_cast<int>(::syscall(SYS_fsync, fd));
}
int fdatasync(int fd) {
    if (counts(fd) && is_last()) die();
    return static_cast<int>(::syscall(SYS_fdatasync, fd));
}
int ftruncate64(int fd, off64_t size) noexcept {
    if (counts(fd) && is_last()) die();
    return static_cast<int>(::syscall(SYS_ftruncate, fd, size));
}
int ftruncate(int fd, off_t size) noexcept {
    return ftruncate64(fd, size);
}
int unlink(const char* path) noexcept {
    if (is_below(path) && is_last()) die();
    return static_cast<int>(::syscall(SYS_unlink, path));
}
int rename(const char* from, const char* to) noexcept {
    if (is_below(to) && is_last()) die();
    return static_cast<int>(::syscall(SYS_rename, from, to));
}

ssize_t send(int fd, const void* data, size_t size, int flags) {
    const std::string_view text(static_cast<const char*>(data), size);
    const bool answer = text.starts_with('{') && text.ends_with('\n'); // and no packet to a worker
    if (answer && is_last()) die();
    return ::syscall(SYS_sendto, fd, data, size, flags, nullptr, 0);
}

} // extern "C"
