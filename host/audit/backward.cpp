// Lines of a file, last first.
// SPDX-License-Identifier: Apache-2.0
#include "audit/backward.hpp"

#include "audit/file.hpp"

#include <algorithm>
#include <cerrno>

namespace jitbox::audit {
namespace {

constexpr off_t block_size = 65'536;

Result<std::string> read_block(int fd, const std::string& path, off_t from, off_t to) {
    std::string out(static_cast<std::size_t>(to - from), '\0');
    for (std::size_t at = 0; at < out.size();) {
        const ssize_t n = ::pread(fd, out.data() + at, out.size() - at, from + static_cast<off_t>(at));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return os_error("read", path);
        at += static_cast<std::size_t>(n);
    }
    return out;
}

} // namespace

Result<void> for_each_line_backward(int fd, const std::string& path, off_t size,
                                    const std::function<Result<bool>(std::string_view line)>& take) {
    std::string rest; // the bytes from `from` on that no line was made of yet
    for (off_t from = size; from > 0;) {
        const off_t to = from;
        from = std::max<off_t>(0, to - block_size);
        auto block = read_block(fd, path, from, to);
        if (!block) return std::unexpected(block.error());
        rest.insert(0, *block);
        if (to == size && rest.ends_with('\n')) rest.pop_back();
        for (;;) {
            const std::size_t before = rest.rfind('\n');
            if (before == std::string::npos && from > 0) break; // its beginning is in the block before
            const auto more =
                take(before == std::string::npos ? std::string_view(rest) : std::string_view(rest).substr(before + 1));
            if (!more) return std::unexpected(more.error());
            if (!*more || before == std::string::npos) return {};
            rest.resize(before);
        }
    }
    return {};
}

} // namespace jitbox::audit
