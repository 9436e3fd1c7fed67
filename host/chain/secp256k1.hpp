// secp256k1 signatures as Ethereum uses them: low S, a recovery id, addresses of keys. All arithmetic is libsecp256k1's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/address.hpp"
#include "chain/u256.hpp"

namespace jitbox::chain {

struct Signature {
    u256 r = 0;
    u256 s = 0;
    std::uint8_t y_parity = 0; ///< 0 or 1

    bool operator==(const Signature&) const = default;
};

/// Address of an uncompressed public key of 64 bytes (x || y): keccak(key)[12..]. Errors: not 64 bytes, not on the curve.
[[nodiscard]] Result<Address> address_of_public_key(BytesView key);
/// Who signed the digest. Accepts high S, which transactions before EIP-2 carry. Errors: r or s is zero or not below the group
/// order, y_parity over 1, no key matches.
[[nodiscard]] Result<Address> recover_signer(const Bytes32& digest, const Signature& signature);
/// EIP-2: s <= n / 2.
[[nodiscard]] bool has_low_s(const Signature& signature);
/// Turns a module's raw (r, s) into a signature of `signer` over the digest: S made low, parity found by recovery. Error when it
/// is no signature of that key, which also verifies what the module returned.
[[nodiscard]] Result<Signature> complete_signature(u256 r, u256 s, const Bytes32& digest, const Address& signer);

/// Signs with a key held in memory: for keys without funds (the relay's identity) and for tests. RFC 6979 nonce.
/// Errors: the key is zero or not below the group order.
[[nodiscard]] Result<Signature> sign_with_software_key(const Bytes32& secret, const Bytes32& digest);
[[nodiscard]] Result<Address> address_of_software_key(const Bytes32& secret);

} // namespace jitbox::chain
