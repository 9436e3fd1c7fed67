// The encrypted key file.
// SPDX-License-Identifier: Apache-2.0
#include "signer/key_file.hpp"

#include "base/hex.hpp"
#include "chain/secp256k1.hpp"
#include "signer/base64.hpp"
#include "signer/wire.hpp"

#include <openssl/crypto.h>
#include <secp256k1.h>
#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace jitbox::signer {
namespace {

namespace json = boost::json;

constexpr std::size_t max_file = std::size_t{64} * 1024;
using Salt = std::array<std::uint8_t, crypto_pwhash_SALTBYTES>;
using Nonce = std::array<std::uint8_t, crypto_secretbox_NONCEBYTES>;

std::unexpected<HsmFailure> file_fail(const std::string& path, const std::string& what, std::string hint = {},
                                      PinVerdict pin = PinVerdict::no_objection) {
    return std::unexpected(HsmFailure{.error = {.what = "key file " + path + ": " + what, .hint = std::move(hint)}, .pin = pin});
}

struct SoftwareKey {
    std::string label;
    Bytes32 secret{};
};
/// Wiped on every way out.
struct SoftwareKeys {
    std::vector<SoftwareKey> keys;
    SoftwareKeys() = default;
    SoftwareKeys(SoftwareKeys&& other) noexcept : keys(std::move(other.keys)) {}
    SoftwareKeys& operator=(SoftwareKeys&&) = delete;
    ~SoftwareKeys() {
        for (SoftwareKey& key : keys) OPENSSL_cleanse(key.secret.data(), key.secret.size());
    }
};

/// argon2id with libsodium's interactive cost (64 MiB): a worker that restarts opens the file again.
bool derive(const Secret& passphrase, const Salt& salt, Bytes32& key) {
    return ::crypto_pwhash(key.data(), key.size(), passphrase.reveal().data(), passphrase.reveal().size(), salt.data(),
                           crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                           crypto_pwhash_ALG_ARGON2ID13) == 0;
}

HsmResult<std::string> read_file(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return file_fail(path, std::strerror(errno), "make it with `jitctl key generate`");
    struct stat info{};
    std::string text(max_file, '\0');
    const bool known = ::fstat(fd, &info) == 0;
    const ssize_t size = ::read(fd, text.data(), text.size());
    ::close(fd);
    if (!known || !S_ISREG(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & 0077U) != 0)
        return file_fail(path, "must be a plain file of mode 0600 that belongs to the signer's user", "chmod 600 " + path);
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
}

/// Labels and secrets, 32 bytes each, as lines of "<hex> <label>"; in a buffer that is wiped.
HsmResult<SoftwareKeys> parse_plain(const std::string& path, std::string plain) {
    const Secret wiped(std::move(plain));
    SoftwareKeys out;
    std::string_view rest = wiped.reveal();
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        const auto secret = end != std::string_view::npos && end > 65 ? fixed_from_hex<32>(rest.substr(0, 64)) : Result<Bytes32>();
        if (end == std::string_view::npos || end <= 65 || !secret) return file_fail(path, "its content is not ours");
        out.keys.push_back({.label = std::string(rest.substr(65, end - 65)), .secret = *secret});
        rest.remove_prefix(end + 1);
    }
    return out;
}

HsmResult<SoftwareKeys> open_keys(const TokenSettings& settings) {
    const std::string& path = settings.key_file;
    if (::sodium_init() < 0) return file_fail(path, "libsodium does not start");
    const auto text = read_file(path);
    if (!text) return std::unexpected(text.error());
    const auto object = parse_line(std::string_view(*text).substr(0, text->find('\n')));
    if (!object) return file_fail(path, object.error().what);
    ObjectReader reader(&*object);
    Salt salt{};
    Nonce nonce{};
    const bool ours = reader.text("format") == "jitbox-keys-1" && from_base64(reader.text("salt"), salt) &&
                      from_base64(reader.text("nonce"), nonce);
    const Bytes box = reader.bytes("box");
    if (!reader.finish() || !ours || box.size() < crypto_secretbox_MACBYTES) return file_fail(path, "its form is not ours");
    Bytes32 key{};
    if (!derive(settings.pin, salt, key)) return file_fail(path, "no memory for argon2id");
    std::string plain(box.size() - crypto_secretbox_MACBYTES, '\0');
    const int opened = ::crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(plain.data()), box.data(), box.size(),
                                                    nonce.data(), key.data());
    OPENSSL_cleanse(key.data(), key.size());
    if (opened != 0)
        return file_fail(path, "wrong passphrase, or the file was changed", "correct the PIN file or credential",
                         PinVerdict::wrong);
    return parse_plain(path, std::move(plain));
}

HsmResult<void> write_file(const std::string& path, const std::string& text) {
    const std::string fresh = path + ".new";
    const int fd = ::open(fresh.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return file_fail(path, std::strerror(errno));
    errno = 0;
    const bool good = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
    int reason = errno == 0 ? ENOSPC : errno; // a write that is cut short sets none
    ::close(fd);
    if (good && ::rename(fresh.c_str(), path.c_str()) == 0) return {};
    if (good) reason = errno;
    ::unlink(fresh.c_str()); // it would keep space that is needed
    return file_fail(path, std::strerror(reason), "free space, check the disk");
}

HsmResult<void> store_keys(const TokenSettings& settings, const SoftwareKeys& keys) {
    std::string lines;
    for (const SoftwareKey& key : keys.keys) lines += to_hex_plain(key.secret) + " " + key.label + "\n";
    const Secret plain(std::move(lines));
    Salt salt{};
    Nonce nonce{};
    ::randombytes_buf(salt.data(), salt.size());
    ::randombytes_buf(nonce.data(), nonce.size());
    Bytes32 key{};
    if (!derive(settings.pin, salt, key)) return file_fail(settings.key_file, "no memory for argon2id");
    Bytes box(plain.reveal().size() + crypto_secretbox_MACBYTES);
    ::crypto_secretbox_easy(box.data(), reinterpret_cast<const unsigned char*>(plain.reveal().data()), plain.reveal().size(),
                            nonce.data(), key.data());
    OPENSSL_cleanse(key.data(), key.size());
    return write_file(
        settings.key_file,
        json::serialize(json::object{
            {"format", "jitbox-keys-1"}, {"salt", to_base64(salt)}, {"nonce", to_base64(nonce)}, {"box", to_hex(box)}}) +
            "\n");
}

HsmResult<HsmKey> public_half(const std::string& path, const SoftwareKey& key) {
    secp256k1_context* context = ::secp256k1_context_create(SECP256K1_CONTEXT_NONE);
    secp256k1_pubkey point;
    std::array<std::uint8_t, 65> bytes{};
    std::size_t size = bytes.size();
    const bool good = ::secp256k1_ec_pubkey_create(context, &point, key.secret.data()) == 1 &&
                      ::secp256k1_ec_pubkey_serialize(context, bytes.data(), &size, &point, SECP256K1_EC_UNCOMPRESSED) == 1;
    ::secp256k1_context_destroy(context);
    if (!good) return file_fail(path, "key '" + key.label + "' is no secp256k1 key");
    HsmKey out{.label = key.label, .public_key = {}};
    std::copy(bytes.begin() + 1, bytes.end(), out.public_key.begin());
    return out;
}

class KeyFileToken final : public SigningToken {
public:
    KeyFileToken(std::vector<HsmKey> keys, SoftwareKeys secrets) : keys_(std::move(keys)), secrets_(std::move(secrets)) {}
    [[nodiscard]] const std::vector<HsmKey>& keys() const noexcept override { return keys_; }
    [[nodiscard]] HsmResult<RawSignature> sign(std::size_t key, const Bytes32& digest) override {
        if (key >= secrets_.keys.size()) return file_fail("", "no key with index " + std::to_string(key));
        const auto signature = chain::sign_with_software_key(secrets_.keys[key].secret, digest);
        if (!signature) return file_fail("", signature.error().what);
        return RawSignature{.r = signature->r, .s = signature->s};
    }

private:
    std::vector<HsmKey> keys_;
    SoftwareKeys secrets_; ///< same order
};

} // namespace

HsmResult<std::unique_ptr<SigningToken>> open_key_file(const TokenSettings& settings) {
    auto all = open_keys(settings);
    if (!all) return std::unexpected(all.error());
    std::vector<HsmKey> keys;
    SoftwareKeys secrets;
    for (const std::string& label : settings.key_labels) {
        const auto found = std::ranges::find(all->keys, label, &SoftwareKey::label);
        if (found == all->keys.end())
            return file_fail(settings.key_file, "no key with label '" + label + "'", "make it with `jitctl key generate`");
        auto key = public_half(settings.key_file, *found);
        if (!key) return std::unexpected(key.error());
        keys.push_back(std::move(*key));
        secrets.keys.push_back(*found);
    }
    return std::make_unique<KeyFileToken>(std::move(keys), std::move(secrets));
}

HsmResult<std::vector<std::string>> generate_in_key_file(const TokenSettings& settings) {
    SoftwareKeys all;
    if (::access(settings.key_file.c_str(), F_OK) == 0) {
        auto present = open_keys(settings);
        if (!present) return std::unexpected(present.error());
        std::swap(all.keys, present->keys);
    }
    std::vector<std::string> made;
    for (const std::string& label : settings.key_labels) {
        if (std::ranges::find(all.keys, label, &SoftwareKey::label) != all.keys.end()) continue;
        SoftwareKey fresh{.label = label, .secret = {}};
        do ::randombytes_buf(fresh.secret.data(), fresh.secret.size());
        while (!chain::address_of_software_key(fresh.secret)); // zero or beyond the group order: once in 2^127
        all.keys.push_back(std::move(fresh));
        made.push_back(label);
    }
    if (auto stored = made.empty() ? HsmResult<void>() : store_keys(settings, all); !stored) return std::unexpected(stored.error());
    return made;
}

HsmResult<std::vector<HsmKey>> list_key_file(const TokenSettings& settings) {
    auto all = open_keys(settings);
    if (!all) return std::unexpected(all.error());
    std::vector<HsmKey> out;
    for (const SoftwareKey& key : all->keys) {
        auto half = public_half(settings.key_file, key);
        if (!half) return std::unexpected(half.error());
        out.push_back(std::move(*half));
    }
    return out;
}

HsmResult<void> remove_from_key_file(const TokenSettings& settings, const std::string& label) {
    auto all = open_keys(settings);
    if (!all) return std::unexpected(all.error());
    if (std::erase_if(all->keys, [&](const SoftwareKey& key) { return key.label == label; }) == 0)
        return file_fail(settings.key_file, "no key with label '" + label + "'");
    return store_keys(settings, *all);
}

} // namespace jitbox::signer
