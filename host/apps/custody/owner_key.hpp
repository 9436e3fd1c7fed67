// The key of a person or a small process (an owner of the Safe, the guardian): a key file, or a PKCS#11 token. Not the operator's:
// that one is jit-signer's alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "chain/secp256k1.hpp"

#include <expected>
#include <memory>
#include <string>

namespace jitbox::apps {

/// Where the key is. Either `key_file`, or all of the others.
struct KeySource {
    std::string key_file; ///< 64 hex digits, mode 0600
    std::string module;   ///< path of the PKCS#11 library
    std::string token;
    std::string label;
    std::string pin_file;          ///< mode 0600
    unsigned deadline_ms = 30'000; ///< of one answer of the token: opening it, a signature
    bool network = false;          ///< the library reaches its HSM by network
};

class OwnerKey {
public:
    virtual ~OwnerKey() = default;
    [[nodiscard]] virtual const chain::Address& address() const = 0;
    /// Low S, recovery id set, checked against address().
    [[nodiscard]] virtual Result<chain::Signature> sign(const Bytes32& digest) = 0;
};

/// Why a key could not be opened.
struct KeyFailure {
    Error error;
    bool pin_refused = false; ///< by the token: whoever tries again by itself may lock it
};

/// Error: neither or both kinds of key are given, or half of one.
[[nodiscard]] Result<void> check_source(const KeySource& source);

/// Errors: those of check_source, a file that others can read, a malformed key, what the token said (wrong PIN, no such key).
[[nodiscard]] std::expected<std::unique_ptr<OwnerKey>, KeyFailure> open_key(const KeySource& source);

} // namespace jitbox::apps
