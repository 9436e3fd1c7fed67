// minisign's formats over libsodium.
// SPDX-License-Identifier: Apache-2.0
#include "manifest/minisign.hpp"

#include <sodium.h>

#include <cstddef>
#include <span>
#include <vector>

namespace jitbox::manifest {
namespace {

constexpr std::string_view comment_prefix = "untrusted comment: ";
constexpr std::string_view trusted_prefix = "trusted comment: ";
using Hash = std::array<std::uint8_t, crypto_generichash_BYTES_MAX>;
using Signature = std::array<std::uint8_t, crypto_sign_BYTES>;

/// As minisign.h has it; every member is bytes, so that the layout is the file's.
struct SecretKeyFile {
    std::array<std::uint8_t, 2> algorithm, derivation, checksum_algorithm;
    std::array<std::uint8_t, 32> salt;
    std::array<std::uint8_t, 8> operations, memory;
    std::array<std::uint8_t, 8> key_id;
    std::array<std::uint8_t, 64> key;
    std::array<std::uint8_t, 32> checksum;
};
static_assert(sizeof(SecretKeyFile) == 158);

struct SignatureLine {
    std::array<std::uint8_t, 2> algorithm;
    std::array<std::uint8_t, 8> key_id;
    Signature signature;
};
static_assert(sizeof(SignatureLine) == 74);

struct PublicKeyLine {
    std::array<std::uint8_t, 2> algorithm;
    std::array<std::uint8_t, 8> key_id;
    std::array<std::uint8_t, 32> key;
};
static_assert(sizeof(PublicKeyLine) == 42);

/// Wiped when it goes.
struct Wiped {
    SecretKeyFile file{};
    Wiped() = default;
    ~Wiped() { sodium_memzero(&file, sizeof file); }
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;
};

bool is(const std::array<std::uint8_t, 2>& bytes, std::string_view name) {
    return bytes[0] == static_cast<std::uint8_t>(name[0]) && bytes[1] == static_cast<std::uint8_t>(name[1]);
}

template <typename Struct>
bool decode(std::string_view text, Struct& out) {
    std::size_t size = 0;
    const char* end = nullptr;
    return sodium_base642bin(reinterpret_cast<unsigned char*>(&out), sizeof out, text.data(), text.size(), nullptr, &size, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           size == sizeof out && end == text.data() + text.size();
}

std::string encode(std::span<const std::uint8_t> bytes) {
    std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    out.resize(out.size() - 1); // the terminating zero
    return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        out.push_back(line);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

Hash hash_of(std::string_view message) {
    Hash out{};
    crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(message.data()), message.size(), nullptr, 0);
    return out;
}

std::uint64_t little_endian(const std::array<std::uint8_t, 8>& bytes) {
    std::uint64_t out = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) out = out << 8U | bytes[i];
    return out;
}

/// The checksum that a decrypted key carries: BLAKE2b-256 over algorithm, id and key.
bool checksum_holds(const SecretKeyFile& file) {
    crypto_generichash_state state;
    std::array<std::uint8_t, 32> sum{};
    crypto_generichash_init(&state, nullptr, 0, sum.size());
    crypto_generichash_update(&state, file.algorithm.data(), file.algorithm.size());
    crypto_generichash_update(&state, file.key_id.data(), file.key_id.size());
    crypto_generichash_update(&state, file.key.data(), file.key.size());
    crypto_generichash_final(&state, sum.data(), sum.size());
    return sodium_memcmp(sum.data(), file.checksum.data(), sum.size()) == 0;
}

/// Takes the stream that scrypt makes of the password off key id, key and checksum, which stand side by side.
Result<void> decrypt(SecretKeyFile& file, std::string_view password) {
    constexpr std::size_t size = sizeof file.key_id + sizeof file.key + sizeof file.checksum;
    constexpr std::uint64_t most_memory = std::uint64_t{2} << 30U;
    if (little_endian(file.memory) > most_memory) return fail("minisign: the key wants more than 2 GiB of memory for its password");
    std::array<std::uint8_t, size> stream{};
    if (crypto_pwhash_scryptsalsa208sha256(stream.data(), stream.size(), password.data(), password.size(), file.salt.data(),
                                           little_endian(file.operations), little_endian(file.memory)) != 0)
        return fail("minisign: too little memory for the key's password");
    auto* bytes = reinterpret_cast<std::uint8_t*>(&file) + offsetof(SecretKeyFile, key_id);
    for (std::size_t i = 0; i < size; ++i) bytes[i] ^= stream[i];
    sodium_memzero(stream.data(), stream.size());
    if (!checksum_holds(file)) return fail("minisign: wrong password for the secret key");
    return {};
}

Result<void> load(std::string_view text, std::string_view password, SecretKeyFile& file) {
    const auto lines = lines_of(text);
    if (lines.size() < 2 || !lines[0].starts_with(comment_prefix) || !decode(lines[1], file) || !is(file.algorithm, "Ed") ||
        !is(file.checksum_algorithm, "B2"))
        return fail("minisign: not a secret key of minisign", "minisign -G makes one");
    if (is(file.derivation, "Sc")) return decrypt(file, password);
    if (file.derivation != std::array<std::uint8_t, 2>{}) return fail("minisign: unknown key derivation");
    return {};
}

Signature sign_with(const SecretKeyFile& file, std::span<const std::uint8_t> bytes) {
    Signature out{};
    crypto_sign_detached(out.data(), nullptr, bytes.data(), bytes.size(), file.key.data());
    return out;
}

/// What the second signature is over: the first one, and the trusted comment.
std::vector<std::uint8_t> globally(const Signature& signature, std::string_view trusted_comment) {
    std::vector<std::uint8_t> out(signature.begin(), signature.end());
    out.insert(out.end(), trusted_comment.begin(), trusted_comment.end());
    return out;
}

bool verifies(const Signature& signature, std::span<const std::uint8_t> bytes, const MinisignPublicKey& key) {
    return crypto_sign_verify_detached(signature.data(), bytes.data(), bytes.size(), key.key.data()) == 0;
}

} // namespace

Result<MinisignPublicKey> parse_minisign_public_key(std::string_view text) {
    const auto lines = lines_of(text);
    PublicKeyLine line{};
    if (lines.empty() || !decode(lines.size() > 1 ? lines[1] : lines[0], line) || !is(line.algorithm, "Ed"))
        return fail("minisign: not a public key of minisign", "the line RW... of the .pub file");
    return MinisignPublicKey{.key_id = line.key_id, .key = line.key};
}

Result<std::string> minisign(std::string_view message, std::string_view secret_key_file, std::string_view password,
                             std::string_view trusted_comment) {
    if (trusted_comment.find_first_of("\r\n") != std::string_view::npos) return fail("minisign: the comment has a newline");
    Wiped secret;
    if (auto loaded = load(secret_key_file, password, secret.file); !loaded) return std::unexpected(loaded.error());
    SignatureLine line{
        .algorithm = {'E', 'D'}, .key_id = secret.file.key_id, .signature = sign_with(secret.file, hash_of(message))};
    const Signature global = sign_with(secret.file, globally(line.signature, trusted_comment));
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&line);
    return std::string(comment_prefix) + "signature of jitctl\n" + encode({bytes, sizeof line}) + "\n" +
           std::string(trusted_prefix) + std::string(trusted_comment) + "\n" + encode(global) + "\n";
}

Result<std::string> minisign_verify(std::string_view message, std::string_view signature_file, const MinisignPublicKey& key) {
    const auto lines = lines_of(signature_file);
    SignatureLine line{};
    Signature global{};
    if (lines.size() != 4 || !lines[0].starts_with(comment_prefix) || !lines[2].starts_with(trusted_prefix) ||
        !decode(lines[1], line) || !decode(lines[3], global))
        return fail("minisign: not a signature of minisign");
    if (!is(line.algorithm, "ED")) return fail("minisign: the signature is of the legacy form without prehash", "sign again");
    if (line.key_id != key.key_id) return fail("minisign: signed with another key");
    if (!verifies(line.signature, hash_of(message), key)) return fail("minisign: the signature does not verify");
    const std::string_view comment = lines[2].substr(trusted_prefix.size());
    if (!verifies(global, globally(line.signature, comment), key)) return fail("minisign: the trusted comment was changed");
    return std::string(comment);
}

} // namespace jitbox::manifest
