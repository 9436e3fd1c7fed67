// The relay authentication key: identifies this appliance to relays, holds no funds, is not in the HSM.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace jitbox::relay {

/// A secp256k1 key that signs request bodies. Has no formatter on purpose.
class AuthKey {
public:
    /// Reads the 32-byte key (64 hex digits) from a file of mode 0600; makes the file with a fresh key when it is missing.
    /// Errors: looser mode, not a regular file, not a valid key, not writable.
    [[nodiscard]] static Result<AuthKey> load_or_create(const std::string& path);
    /// Errors: zero or not below the curve order.
    [[nodiscard]] static Result<AuthKey> from_secret(const Bytes32& secret);
    ~AuthKey(); ///< wipes the secret
    AuthKey(AuthKey&& other) noexcept;
    AuthKey& operator=(AuthKey&& other) noexcept;
    AuthKey(const AuthKey&) = delete;
    AuthKey& operator=(const AuthKey&) = delete;

    [[nodiscard]] const Bytes20& address() const { return address_; }
    /// Value of X-Flashbots-Signature for this body: "0xaddress:0xsignature", the EIP-191 personal signature of the 66 characters
    /// "0x" + hex(keccak256(body)).
    [[nodiscard]] std::string signature_header(std::string_view body) const;

private:
    AuthKey() = default;
    Bytes32 secret_{};
    Bytes20 address_{};
};

/// The address that signed `header` over `body`; empty when the header is malformed, the signature does not recover, or it
/// recovers to another address than the header names.
[[nodiscard]] std::optional<Bytes20> verify_signature_header(std::string_view header, std::string_view body);

} // namespace jitbox::relay
