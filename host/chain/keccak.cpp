// Keccak-256 for the host: the kernels' implementation, so that host and card cannot disagree about a hash.
// SPDX-License-Identifier: Apache-2.0
#include "chain/keccak.hpp"

#include "hls/keccak.hpp"

namespace jitbox::chain {

Bytes32 keccak256(BytesView bytes) {
    Bytes32 out{};
    hlsk::keccak256(bytes.data(), bytes.size(), out.data());
    return out;
}

Bytes32 keccak256(std::string_view text) {
    const Bytes bytes(text.begin(), text.end());
    return keccak256(BytesView(bytes));
}

} // namespace jitbox::chain
