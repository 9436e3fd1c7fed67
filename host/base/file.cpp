// Whole files, read and written. A directory opens like a file and gives nothing: it is told apart.
// SPDX-License-Identifier: Apache-2.0
#include "base/file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace jitbox {

Result<std::string> read_file(const std::filesystem::path& path) {
    const auto unreadable = [&path](int reason) {
        return fail("cannot read " + path.string() + ": " + std::strerror(reason), "check the path and its permissions");
    };
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return unreadable(EISDIR);
    errno = 0;
    std::ifstream in(path, std::ios::binary);
    if (!in) return unreadable(errno);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) return unreadable(EIO);
    return text;
}

Result<void> write_new_private_file(const std::filesystem::path& path, std::string_view text) {
    const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) return fail("cannot make " + path.string() + ": " + std::strerror(errno), "an existing file is never overwritten");
    errno = 0;
    const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
    const int reason = errno == 0 ? ENOSPC : errno;
    if (::close(fd) == 0 && written) return {};
    ::unlink(path.c_str());
    return fail("cannot write " + path.string() + ": " + std::strerror(reason), "free space, check the disk");
}

} // namespace jitbox
