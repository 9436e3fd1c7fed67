// The relay key: file handling and X-Flashbots-Signature.
// SPDX-License-Identifier: Apache-2.0
#include "relay/auth_key.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "chain/secp256k1.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace jitbox::relay {
namespace {

constexpr std::size_t signature_bytes = 65; // r, s, v

struct File {
    int fd = -1;
    explicit File(int descriptor) : fd(descriptor) {}
    ~File() {
        if (fd >= 0) close(fd);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
};

std::unexpected<Error> system_error(const std::string& path, const char* what) {
    return fail("relay: key file " + path + ": " + what + ": " + std::strerror(errno));
}

Result<Bytes32> read_secret(int fd, const std::string& path) {
    struct stat status{};
    if (fstat(fd, &status) != 0) return system_error(path, "cannot be examined");
    if (!S_ISREG(status.st_mode)) return fail("relay: key file " + path + " is not a regular file");
    if ((status.st_mode & 0077) != 0) return fail("relay: key file " + path + " can be read by others", "chmod 600 " + path);
    std::array<char, 80> text{};
    const ssize_t got = read(fd, text.data(), text.size());
    if (got < 0) return system_error(path, "cannot be read");
    std::string_view digits(text.data(), static_cast<std::size_t>(got));
    while (digits.ends_with('\n')) digits.remove_suffix(1);
    auto secret = fixed_from_hex<32>(digits);
    explicit_bzero(text.data(), text.size());
    // The parser's words could quote the key: they are not passed on.
    if (!secret) return fail("relay: key file " + path + " does not hold 64 hex digits", "remove it: a new key is made");
    return *secret;
}

Result<Bytes32> create_secret(const std::string& path) {
    Bytes32 secret{};
    if (getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size()))
        return system_error(path, "no random bytes for it");
    const File file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.fd < 0) return system_error(path, "cannot be made");
    std::string text = to_hex_plain(secret) + "\n";
    const ssize_t written = write(file.fd, text.data(), text.size());
    const bool ok = std::cmp_equal(written, text.size()) && fsync(file.fd) == 0;
    explicit_bzero(text.data(), text.size());
    if (!ok) return system_error(path, "cannot be written");
    return secret;
}

// EIP-191, version 0x45: keccak256("\x19Ethereum Signed Message:\n66" || "0x" + hex(keccak256(body))).
Bytes32 digest_of(std::string_view body) {
    return chain::keccak256(std::string_view("\x19"
                                             "Ethereum Signed Message:\n66" +
                                             to_hex(chain::keccak256(body))));
}

} // namespace

Result<AuthKey> AuthKey::from_secret(const Bytes32& secret) {
    const auto address = chain::address_of_software_key(secret);
    if (!address) return std::unexpected(address.error());
    AuthKey key;
    key.secret_ = secret;
    key.address_ = *address;
    return key;
}

Result<AuthKey> AuthKey::load_or_create(const std::string& path) {
    const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.fd < 0 && errno != ENOENT) return system_error(path, "cannot be opened");
    auto secret = file.fd < 0 ? create_secret(path) : read_secret(file.fd, path);
    if (!secret) return std::unexpected(secret.error());
    auto key = from_secret(*secret);
    explicit_bzero(secret->data(), secret->size());
    if (!key) return fail("relay: key file " + path + " does not hold a secp256k1 key", "remove it: a new key is made");
    return key;
}

AuthKey::~AuthKey() {
    explicit_bzero(secret_.data(), secret_.size());
}

AuthKey::AuthKey(AuthKey&& other) noexcept : secret_(other.secret_), address_(other.address_) {
    explicit_bzero(other.secret_.data(), other.secret_.size());
}

AuthKey& AuthKey::operator=(AuthKey&& other) noexcept {
    if (this != &other) {
        secret_ = other.secret_;
        address_ = other.address_;
        explicit_bzero(other.secret_.data(), other.secret_.size());
    }
    return *this;
}

std::string AuthKey::signature_header(std::string_view body) const {
    const auto signature = chain::sign_with_software_key(secret_, digest_of(body));
    if (!signature) return {}; // a key that was valid when it was made cannot fail to sign
    Bytes bytes;
    for (const auto& part : {chain::to_big_endian(signature->r), chain::to_big_endian(signature->s)})
        bytes.insert(bytes.end(), part.begin(), part.end());
    bytes.push_back(static_cast<std::uint8_t>(27 + signature->y_parity));
    return to_hex(address_) + ":" + to_hex(bytes);
}

std::optional<Bytes20> verify_signature_header(std::string_view header, std::string_view body) {
    const std::size_t colon = header.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto address = fixed_from_hex<20>(header.substr(0, colon));
    const auto bytes = fixed_from_hex<signature_bytes>(header.substr(colon + 1));
    if (!address || !bytes) return std::nullopt;
    const std::uint8_t v = bytes->back();
    if (v > 1 && v != 27 && v != 28) return std::nullopt; // both spellings of the parity are in use
    const BytesView view(*bytes);
    const chain::Signature signature{.r = chain::from_big_endian(view.subspan(0, 32)),
                                     .s = chain::from_big_endian(view.subspan(32, 32)),
                                     .y_parity = static_cast<std::uint8_t>(v >= 27 ? v - 27 : v)};
    const auto signer = chain::recover_signer(digest_of(body), signature);
    if (!signer || *signer != *address) return std::nullopt;
    return *signer;
}

} // namespace jitbox::relay
