// Base64 of byte arrays of a known size, by libsodium; private to signer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sodium.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace jitbox::signer {

inline constexpr int base64_form = sodium_base64_VARIANT_ORIGINAL;

template <std::size_t N>
std::string to_base64(const std::array<std::uint8_t, N>& bytes) {
    std::string out(sodium_base64_ENCODED_LEN(N, base64_form), '\0');
    sodium_bin2base64(out.data(), out.size(), bytes.data(), N, base64_form);
    out.resize(out.size() - 1); // the terminating zero
    return out;
}

/// Exactly N bytes, with the padding that belongs to them.
template <std::size_t N>
bool from_base64(std::string_view text, std::array<std::uint8_t, N>& bytes) {
    std::size_t size = 0;
    const char* end = nullptr;
    return sodium_base642bin(bytes.data(), N, text.data(), text.size(), nullptr, &size, &end, base64_form) == 0 && size == N &&
           end == text.data() + text.size();
}

} // namespace jitbox::signer
