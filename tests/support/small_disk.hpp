// A disk of a few KiB (a tmpfs in a mount namespace of a child process), so that "disk full" is the kernel's word and not an
// imitation. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jitbox::test {

inline constexpr int no_small_disk = 77; ///< this machine lets us mount nothing

/// Runs `body` in a child in which `directory` is a file system of `kib` KiB. Its return value must be below 77; 77 means that the
/// machine lets us mount nothing. To be called while the process has one thread.
inline int on_small_disk(const std::filesystem::path& directory, unsigned kib, const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        const bool apart = ::unshare(CLONE_NEWNS) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
        ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
        const std::string size = "size=" + std::to_string(kib) + "k";
        if (!apart || ::mount("tmpfs", directory.c_str(), "tmpfs", 0, size.c_str()) != 0) ::_exit(no_small_disk);
        ::_exit(body());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Writes until the kernel says no.
inline void fill(const std::filesystem::path& file) {
    std::ofstream out(file, std::ios::binary | std::ios::app);
    const std::string page(4096, 'x');
    while (out.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) {
    }
}

} // namespace jitbox::test
