// Keys of owners and of the guardian.
// SPDX-License-Identifier: Apache-2.0
#include "apps/custody/owner_key.hpp"

#include "apps/custody/token_key.hpp"
#include "base/hex.hpp"
#include "signer/secret.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace jitbox::apps {
namespace {

class FileKey final : public OwnerKey {
public:
    FileKey(const Bytes32& secret, const chain::Address& address) : secret_(secret), address_(address) {}
    ~FileKey() override { OPENSSL_cleanse(secret_.data(), secret_.size()); }
    FileKey(const FileKey&) = delete;
    FileKey& operator=(const FileKey&) = delete;

    [[nodiscard]] const chain::Address& address() const override { return address_; }
    [[nodiscard]] Result<chain::Signature> sign(const Bytes32& digest) override {
        return chain::sign_with_software_key(secret_, digest);
    }

private:
    Bytes32 secret_;
    chain::Address address_;
};

/// The key's text. The mode is asked of the open file, so that it cannot be exchanged in between.
Result<signer::Secret> read_key_text(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return fail(path + ": " + std::strerror(errno));
    struct stat info{};
    std::array<char, 128> text{};
    const bool known = ::fstat(file, &info) == 0;
    const ssize_t size = known ? ::read(file, text.data(), text.size()) : -1;
    ::close(file);
    if (size < 0) return fail(path + ": " + std::strerror(errno));
    if (!S_ISREG(info.st_mode) || (info.st_mode & 077U) != 0)
        return fail(path + ": others than its owner can read it", "chmod 600 " + path);
    std::string_view digits(text.data(), static_cast<std::size_t>(size));
    while (!digits.empty() && (digits.back() == '\n' || digits.back() == '\r' || digits.back() == ' ')) digits.remove_suffix(1);
    signer::Secret out{std::string(digits)};
    OPENSSL_cleanse(text.data(), text.size());
    return out;
}

Result<std::unique_ptr<OwnerKey>> open_file(const std::string& path) {
    const auto text = read_key_text(path);
    if (!text) return std::unexpected(text.error());
    const auto secret = fixed_from_hex<32>(text->reveal());
    if (!secret) return fail(path + ": not a key of 64 hex digits"); // the text itself stays out of the message
    const auto address = chain::address_of_software_key(*secret);
    if (!address) return fail(path + ": " + address.error().what);
    return std::make_unique<FileKey>(*secret, *address);
}

} // namespace

Result<void> check_source(const KeySource& source) {
    const bool any_token = !source.module.empty() || !source.token.empty() || !source.label.empty() || !source.pin_file.empty();
    const bool whole_token = !source.module.empty() && !source.token.empty() && !source.label.empty() && !source.pin_file.empty();
    if (source.key_file.empty() ? whole_token : !any_token) return {};
    return fail("key: name exactly one key: a key file, or PKCS#11 module, token, key label and PIN file");
}

std::expected<std::unique_ptr<OwnerKey>, KeyFailure> open_key(const KeySource& source) {
    if (auto one = check_source(source); !one) return std::unexpected(KeyFailure{one.error()});
    if (source.key_file.empty()) return open_token_key(source);
    auto key = open_file(source.key_file);
    if (!key) return std::unexpected(KeyFailure{key.error()});
    return std::move(*key);
}

} // namespace jitbox::apps
