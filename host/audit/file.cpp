// Whole-file reads and writes.
// SPDX-License-Identifier: Apache-2.0
#include "audit/file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>

namespace jitbox::audit {

std::unexpected<Error> os_error(const std::string& action, const std::string& path) {
    const int code = errno;
    return fail("audit: cannot " + action + " " + path + ": " + std::strerror(code),
                code == ENOSPC || code == EFBIG || code == EDQUOT ? "the disk is full: free space"
                                                                  : "check the directory, its owner and its permissions");
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

Result<std::string> read_all(int fd, const std::string& path) {
    struct stat info{};
    if (::fstat(fd, &info) != 0) return os_error("read", path);
    std::string out(static_cast<std::size_t>(info.st_size), '\0');
    for (std::size_t at = 0; at < out.size();) {
        const ssize_t n = ::pread(fd, out.data() + at, out.size() - at, static_cast<off_t>(at));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return os_error("read", path);
        at += static_cast<std::size_t>(n);
    }
    return out;
}

void sync_directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const File dir(
        ::open(slash == std::string::npos ? "." : path.substr(0, slash + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (dir.is_open()) ::fsync(dir.get());
}

} // namespace jitbox::audit
