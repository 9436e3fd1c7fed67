// The lock-out after wrong PINs.
// SPDX-License-Identifier: Apache-2.0
#include "signer/pin_guard.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace jitbox::signer {
namespace {

constexpr std::string_view head = "wrong PINs: ";

Error file_error(const std::string& path, const std::string& action) {
    return {.what = "hsm: cannot " + action + " " + path + ": " + std::strerror(errno), .hint = "check state_dir and its owner"};
}

} // namespace

Result<unsigned> PinGuard::wrong() const {
    if (path_.empty()) return 0U;
    const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) return 0U;
    if (fd < 0) return std::unexpected(file_error(path_, "read"));
    std::array<char, head.size() + 3> text{};
    const ssize_t size = ::read(fd, text.data(), text.size());
    ::close(fd);
    if (size < 0) return std::unexpected(file_error(path_, "read"));
    const std::string_view content(text.data(), static_cast<std::size_t>(size));
    const bool ours = content.size() == head.size() + 2 && content.starts_with(head) && content.ends_with('\n');
    const char digit = ours ? content[head.size()] : 'x';
    return digit >= '0' && digit <= '9' ? static_cast<unsigned>(digit - '0') : most_wrong;
}

Result<void> PinGuard::may_try() const {
    const auto count = wrong();
    if (!count) return std::unexpected(count.error());
    if (*count < most_wrong) return {};
    return fail("hsm: locked out after " + std::to_string(*count) + " wrong PINs (" + path_ + "): the HSM is not asked any more",
                "correct the PIN, find out who changed it, then `jitctl key unlock`");
}

Result<void> PinGuard::count_wrong() const {
    const auto count = wrong();
    if (!count) return std::unexpected(count.error());
    return store(std::min(*count + 1, most_wrong));
}

Result<void> PinGuard::clear() const {
    const auto count = wrong();
    if (!count) return std::unexpected(count.error());
    return *count == 0 ? Result<void>() : store(0);
}

Result<void> PinGuard::store(unsigned count) const {
    if (path_.empty()) return {};
    const int fd = ::open(path_.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) return std::unexpected(file_error(path_, "write"));
    const std::string text = std::string(head) + std::to_string(count) + "\n";
    const bool good = ::pwrite(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
                      ::ftruncate(fd, static_cast<off_t>(text.size())) == 0 && ::fsync(fd) == 0;
    const Error error = file_error(path_, "write");
    ::close(fd);
    if (!good) return std::unexpected(error);
    return {};
}

} // namespace jitbox::signer
