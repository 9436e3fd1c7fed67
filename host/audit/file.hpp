// Descriptors and whole-file reads and writes that say what failed; private to audit.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace jitbox::audit {

/// Owns a descriptor.
class File {
public:
    explicit File(int fd = -1) : fd_(fd) {}
    File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    File& operator=(File&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool is_open() const { return fd_ >= 0; }

private:
    int fd_;
};

/// "audit: cannot <action> <path>: <errno in words>", with what to do about it.
[[nodiscard]] std::unexpected<Error> os_error(const std::string& action, const std::string& path);
[[nodiscard]] bool write_all(int fd, std::string_view text);
[[nodiscard]] Result<std::string> read_all(int fd, const std::string& path);
/// A new file's name is durable only when its directory is.
void sync_directory_of(const std::string& path);

} // namespace jitbox::audit
