// Addresses: text forms with the EIP-55 checksum, and the addresses of contracts that CREATE2 makes.
// SPDX-License-Identifier: Apache-2.0
#include "chain/address.hpp"

#include "base/hex.hpp"
#include "chain/abi.hpp"
#include "chain/keccak.hpp"

#include <algorithm>

namespace jitbox::chain {

std::string to_checksum(const Address& address) {
    std::string text = to_hex_plain(address);
    const Bytes32 hash = keccak256(std::string_view(text));
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int nibble = i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 15;
        if (text[i] >= 'a' && nibble >= 8) text[i] = static_cast<char>(text[i] - 'a' + 'A');
    }
    return "0x" + text;
}

Result<Address> parse_address(std::string_view text) {
    if (!text.starts_with("0x") || text.size() != 42)
        return fail("address: \"" + std::string(text) + "\" is not \"0x\" and 40 hex digits");
    auto address = fixed_from_hex<20>(text);
    if (!address) return fail("address: \"" + std::string(text) + "\": " + address.error().what);
    const std::string_view digits = text.substr(2);
    const bool lower = std::ranges::any_of(digits, [](char c) { return c >= 'a' && c <= 'f'; });
    const bool upper = std::ranges::any_of(digits, [](char c) { return c >= 'A' && c <= 'F'; });
    if (lower && upper && to_checksum(*address) != text)
        return fail("address: \"" + std::string(text) + "\" has a wrong EIP-55 checksum",
                    "compare it with its source; with the right checksum these digits read " + to_checksum(*address));
    return *address;
}

bool is_zero(const Address& address) {
    return std::ranges::all_of(address, [](std::uint8_t byte) { return byte == 0; });
}

Address create2_address(const Address& deployer, const Bytes32& salt, const Bytes32& init_code_hash) {
    std::array<std::uint8_t, 1 + 20 + 32 + 32> image{0xff};
    std::ranges::copy(deployer, image.begin() + 1);
    std::ranges::copy(salt, image.begin() + 21);
    std::ranges::copy(init_code_hash, image.begin() + 53);
    const Bytes32 hash = keccak256(BytesView(image));
    Address out{};
    std::copy(hash.begin() + 12, hash.end(), out.begin());
    return out;
}

Address pool_address(const PoolDeployer& deployer, const Address& token_a, const Address& token_b, std::uint32_t fee) {
    const Bytes salt_image = AbiWriter().address(std::min(token_a, token_b)).address(std::max(token_a, token_b)).uint(fee).take();
    return create2_address(deployer.deployer, keccak256(BytesView(salt_image)), deployer.init_code_hash);
}

} // namespace jitbox::chain
