// Block heads and logs as plain data, and the base fee of the next block (EIP-1559).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "chain/address.hpp"
#include "chain/u256.hpp"

#include <cstdint>
#include <vector>

namespace jitbox::chain {

struct Head {
    std::uint64_t number = 0;
    std::uint64_t timestamp = 0;
    std::uint64_t gas_limit = 0;
    std::uint64_t gas_used = 0;
    Bytes32 hash{};
    Bytes32 parent_hash{};
    u128 base_fee_wei = 0;      ///< of this block
    u128 next_base_fee_wei = 0; ///< of its child, by EIP-1559
};

/// EIP-1559, calc_base_fee of the child: target = gas_limit / 2, change at most 1/8, at least 1 wei upwards.
[[nodiscard]] u128 next_base_fee_wei(u128 base_fee_wei, std::uint64_t gas_used, std::uint64_t gas_limit);

struct Log {
    Address address{};
    std::vector<Bytes32> topics{};
    Bytes data{};
    std::uint64_t block_number = 0;
    Bytes32 block_hash{};
    Bytes32 transaction_hash{};
    std::uint64_t log_index = 0; ///< within the block
    bool removed = false;        ///< true: the block it was in is no longer in the chain
};

} // namespace jitbox::chain
