// SHA-256 by libsodium.
// SPDX-License-Identifier: Apache-2.0
#include "manifest/sha256.hpp"

#include "base/file.hpp"
#include "base/hex.hpp"

#include <sodium.h>

#include <array>

namespace jitbox::manifest {

std::string sha256_hex(std::string_view text) {
    std::array<std::uint8_t, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return to_hex_plain(digest);
}

Result<std::string> sha256_of_file(const std::string& path) {
    const auto text = read_file(path);
    if (!text) return std::unexpected(text.error());
    return sha256_hex(*text);
}

} // namespace jitbox::manifest
