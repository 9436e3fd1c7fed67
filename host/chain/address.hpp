// Addresses: text forms with the EIP-55 checksum, and the addresses of contracts that CREATE2 makes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace jitbox::chain {

using Address = Bytes20;

/// "0x" and 40 digits with the EIP-55 checksum in the case of the letters.
[[nodiscard]] std::string to_checksum(const Address& address);
/// Needs "0x" and 40 hex digits. All-lower and all-upper case are accepted as they are; mixed case must carry the right EIP-55
/// checksum. Errors name the text and, for a wrong checksum, the right spelling.
[[nodiscard]] Result<Address> parse_address(std::string_view text);
[[nodiscard]] bool is_zero(const Address& address);

/// EIP-1014: keccak(0xff || deployer || salt || init_code_hash)[12..].
[[nodiscard]] Address create2_address(const Address& deployer, const Bytes32& salt, const Bytes32& init_code_hash);

/// Who makes the pools of a V3 family: Uniswap's factory makes them itself, PancakeSwap's factory has a separate pool deployer.
struct PoolDeployer {
    Address deployer{};
    Bytes32 init_code_hash{};
};

/// Address of the pool of two tokens and a fee tier (v3-periphery PoolAddress.computeAddress): salt = keccak(abi.encode(token0,
/// token1, fee)). Order of the tokens does not matter.
[[nodiscard]] Address pool_address(const PoolDeployer& deployer, const Address& token_a, const Address& token_b, std::uint32_t fee);

} // namespace jitbox::chain
