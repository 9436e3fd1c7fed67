// Signatures in the format of minisign 0.11 (https://jedisct1.github.io/minisign/#signature-format): Ed25519 over BLAKE2b-512.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace jitbox::manifest {

struct MinisignPublicKey {
    std::array<std::uint8_t, 8> key_id{};
    std::array<std::uint8_t, 32> key{};
};

/// A key file's two lines, or its second line alone. Errors: not base64 of 42 bytes, another algorithm.
[[nodiscard]] Result<MinisignPublicKey> parse_minisign_public_key(std::string_view text);

/// The text of FILE.minisig for `message`. `secret_key_file` is the text of a minisign secret key, `password` empty for one made
/// with -W. Errors: no such key, wrong password, a comment with a newline, too little memory for its key derivation.
[[nodiscard]] Result<std::string> minisign(std::string_view message, std::string_view secret_key_file, std::string_view password,
                                           std::string_view trusted_comment);

/// The trusted comment. Errors say which part is wrong: another key, the message, the trusted comment, the format. The legacy
/// form without prehash is refused.
[[nodiscard]] Result<std::string> minisign_verify(std::string_view message, std::string_view signature_file,
                                                  const MinisignPublicKey& key);

} // namespace jitbox::manifest
