// X-Flashbots-Signature: who sent a request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.hpp"
#include "chain/address.hpp"

#include <string_view>

namespace jitbox::relay_sim {

/// Verifies `address:signature` over the request body: an EIP-191 personal signature of the 66-character text
/// "0x" + hex(keccak256(body)). Returns the signer. Errors: missing or malformed header, a signature of another account.
[[nodiscard]] Result<chain::Address> verify_signature_header(std::string_view header, std::string_view body);

} // namespace jitbox::relay_sim
