// Block heads and logs as plain data, and the base fee of the next block (EIP-1559).
// SPDX-License-Identifier: Apache-2.0
#include "chain/block.hpp"

#include <algorithm>

namespace jitbox::chain {

u128 next_base_fee_wei(u128 base_fee_wei, std::uint64_t gas_used, std::uint64_t gas_limit) {
    constexpr unsigned elasticity = 2;
    constexpr unsigned max_change_denominator = 8;
    const std::uint64_t target = gas_limit / elasticity;
    if (target == 0 || gas_used == target) return base_fee_wei;
    const std::uint64_t distance = gas_used > target ? gas_used - target : target - gas_used;
    const auto delta = static_cast<u128>(static_cast<u256>(base_fee_wei) * distance / target / max_change_denominator);
    return gas_used > target ? base_fee_wei + std::max<u128>(delta, 1) : base_fee_wei - delta;
}

} // namespace jitbox::chain
