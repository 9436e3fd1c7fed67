// X-Flashbots-Signature: who sent a request.
// SPDX-License-Identifier: Apache-2.0
#include "flashbots_signature.hpp"

#include "base/hex.hpp"
#include "chain/keccak.hpp"
#include "chain/secp256k1.hpp"

namespace jitbox::relay_sim {

Result<chain::Address> verify_signature_header(std::string_view header, std::string_view body) {
    const auto colon = header.find(':');
    if (header.empty()) return fail("X-Flashbots-Signature is missing");
    if (colon == std::string_view::npos) return fail("X-Flashbots-Signature is not address:signature");
    const auto stated = chain::parse_address(header.substr(0, colon));
    if (!stated) return fail("X-Flashbots-Signature: " + stated.error().what);
    const auto rsv = fixed_from_hex<65>(header.substr(colon + 1));
    if (!rsv) return fail("X-Flashbots-Signature: " + rsv.error().what);

    const std::string text = to_hex(chain::keccak256(body));
    const Bytes32 digest = chain::keccak256("\x19"
                                            "Ethereum Signed Message:\n66" +
                                            text);
    const BytesView bytes(*rsv);
    const std::uint8_t v = bytes[64];
    const chain::Signature signature{chain::from_big_endian(bytes.first(32)), chain::from_big_endian(bytes.subspan(32, 32)),
                                     static_cast<std::uint8_t>(v >= 27 ? v - 27 : v)}; // both spellings are in use
    const auto signer = chain::recover_signer(digest, signature);
    if (!signer) return fail("X-Flashbots-Signature: " + signer.error().what);
    if (*signer != *stated)
        return fail("X-Flashbots-Signature: signed by " + chain::to_checksum(*signer) + ", not by " + chain::to_checksum(*stated));
    return *signer;
}

} // namespace jitbox::relay_sim
