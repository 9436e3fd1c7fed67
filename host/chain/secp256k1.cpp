// secp256k1 signatures as Ethereum uses them: low S, a recovery id, addresses of keys. All arithmetic is libsecp256k1's.
// SPDX-License-Identifier: Apache-2.0
#include "chain/secp256k1.hpp"

#include "chain/abi.hpp"
#include "chain/keccak.hpp"

#include <algorithm>
#include <memory>
#include <secp256k1_recovery.h>

namespace jitbox::chain {
namespace {

constexpr auto group_order_bytes = hex_constant<32>("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");

u256 group_order() {
    static const u256 order = from_big_endian(group_order_bytes);
    return order;
}

/// Verification and recovery need no context of their own; signing does (created once, never changed, so safe to share).
const secp256k1_context* signing_context() {
    static const std::unique_ptr<secp256k1_context, decltype(&secp256k1_context_destroy)> context(
        secp256k1_context_create(SECP256K1_CONTEXT_NONE), &secp256k1_context_destroy);
    return context.get();
}

Address address_of(const secp256k1_pubkey& key) {
    std::array<std::uint8_t, 65> serialized{};
    std::size_t size = serialized.size();
    secp256k1_ec_pubkey_serialize(secp256k1_context_static, serialized.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
    const Bytes32 hash = keccak256(BytesView(serialized).subspan(1));
    Address out{};
    std::copy(hash.begin() + 12, hash.end(), out.begin());
    return out;
}

} // namespace

Result<Address> address_of_public_key(BytesView key) {
    if (key.size() != 64) return fail("public key: " + std::to_string(key.size()) + " bytes, expected 64 (x and y)");
    std::array<std::uint8_t, 65> serialized{0x04};
    std::ranges::copy(key, serialized.begin() + 1);
    secp256k1_pubkey parsed;
    if (secp256k1_ec_pubkey_parse(secp256k1_context_static, &parsed, serialized.data(), serialized.size()) != 1)
        return fail("public key: not a point of secp256k1");
    return address_of(parsed);
}

Result<Address> recover_signer(const Bytes32& digest, const Signature& signature) {
    if (signature.y_parity > 1) return fail("signature: y parity is " + std::to_string(signature.y_parity) + ", expected 0 or 1");
    if (signature.r == 0 || signature.s == 0 || signature.r >= group_order() || signature.s >= group_order())
        return fail("signature: r or s is zero or not below the group order");
    std::array<std::uint8_t, 64> compact{};
    std::ranges::copy(to_big_endian(signature.r), compact.begin());
    std::ranges::copy(to_big_endian(signature.s), compact.begin() + 32);
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey key;
    if (secp256k1_ecdsa_recoverable_signature_parse_compact(secp256k1_context_static, &parsed, compact.data(),
                                                            signature.y_parity) != 1 ||
        secp256k1_ecdsa_recover(secp256k1_context_static, &key, &parsed, digest.data()) != 1)
        return fail("signature: no public key matches it");
    return address_of(key);
}

bool has_low_s(const Signature& signature) {
    return signature.s <= group_order() / 2;
}

Result<Signature> complete_signature(u256 r, u256 s, const Bytes32& digest, const Address& signer) {
    Signature signature{.r = r, .s = s < group_order() && s > group_order() / 2 ? group_order() - s : s, .y_parity = 0};
    for (; signature.y_parity <= 1; ++signature.y_parity) {
        const auto recovered = recover_signer(digest, signature);
        if (recovered && *recovered == signer) return signature;
    }
    return fail("signature: not made by the key of " + to_checksum(signer),
                "the module signed with another key or returned a corrupted signature");
}

Result<Signature> sign_with_software_key(const Bytes32& secret, const Bytes32& digest) {
    secp256k1_ecdsa_recoverable_signature made;
    if (secp256k1_ecdsa_sign_recoverable(signing_context(), &made, digest.data(), secret.data(), nullptr, nullptr) != 1)
        return fail("software key: not a valid secp256k1 key");
    std::array<std::uint8_t, 64> compact{};
    int parity = 0;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(secp256k1_context_static, compact.data(), &parity, &made);
    return Signature{.r = from_big_endian(BytesView(compact).first(32)),
                     .s = from_big_endian(BytesView(compact).subspan(32)),
                     .y_parity = static_cast<std::uint8_t>(parity & 1)};
}

Result<Address> address_of_software_key(const Bytes32& secret) {
    secp256k1_pubkey key;
    if (secp256k1_ec_pubkey_create(signing_context(), &key, secret.data()) != 1)
        return fail("software key: not a valid secp256k1 key");
    return address_of(key);
}

} // namespace jitbox::chain
