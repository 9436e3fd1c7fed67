// Where a PIN may stand (KEY-2): a private file, as it is or sealed by a TPM.
// SPDX-License-Identifier: Apache-2.0
#include "signer/config.hpp"

#include "tpm/sealed.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jitbox::signer {
namespace {

constexpr std::chrono::seconds tpm_deadline{10};

/// One line of 1 to 255 characters without its newline.
Result<Secret> pin_of(std::string_view content, const std::string& where) {
    if (content.ends_with('\n')) content.remove_suffix(1);
    if (content.empty() || content.size() > 255 || content.find('\n') != std::string_view::npos)
        return fail(where + " must hold one line of 1 to 255 characters");
    return Secret(std::string(content));
}

} // namespace

Result<Secret> read_private_file(const std::string& path, std::size_t max_size) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK); // a pipe is no file: it is not waited for
    if (fd < 0) return fail(path + ": " + std::strerror(errno), "it must be a file of mode 0600");
    struct stat info{};
    std::string buffer(max_size + 1, '\0');
    const bool known = ::fstat(fd, &info) == 0;
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    ::close(fd);
    const auto content = std::string_view(buffer).substr(0, size > 0 ? static_cast<std::size_t>(size) : 0);
    Secret out{std::string(content)};
    OPENSSL_cleanse(buffer.data(), buffer.size());
    if (!known || !S_ISREG(info.st_mode)) return fail(path + " is no plain file");
    if (info.st_uid != ::geteuid())
        return fail(path + " belongs to user " + std::to_string(info.st_uid), "chown it to the user who runs this");
    if ((info.st_mode & 0077U) != 0) return fail(path + " is open to others", "chmod 600 " + path);
    if (out.reveal().size() > max_size) return fail(path + " is larger than " + std::to_string(max_size) + " bytes");
    return out;
}

Result<Secret> read_pin_file(const std::string& path) {
    const auto file = read_private_file(path, 256);
    if (!file) return std::unexpected(file.error());
    return pin_of(file->reveal(), path);
}

Result<Secret> unseal_pin_file(const std::string& path, const std::string& tcti) {
    const auto file = read_private_file(path);
    if (!file) return std::unexpected(file.error());
    Result<Secret> pin = Secret();
    const auto unsealed = tpm::unseal(tcti, std::string(file->reveal()), tpm_deadline,
                                      [&](std::string_view text) { pin = pin_of(text, "what is sealed in " + path); });
    if (!unsealed) return fail(path + ": " + unsealed.error().what, unsealed.error().hint);
    return pin;
}

Result<std::string> seal_pin(const Secret& pin, const std::string& tcti, const std::vector<unsigned>& pcrs) {
    const auto good = pin_of(pin.reveal(), "the PIN");
    if (!good) return std::unexpected(good.error());
    return tpm::seal(tcti, good->reveal(), pcrs);
}

} // namespace jitbox::signer
