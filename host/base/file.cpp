// A directory opens like a file and gives nothing: it is told apart.
// SPDX-License-Identifier: Apache-2.0
#include "base/file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

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

} // namespace jitbox
