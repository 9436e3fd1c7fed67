// A pool that exists nowhere, for what runs an engine without a market: the self-test and the rehearsal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"

namespace jitbox::accel {

inline constexpr chain::u256 made_up_ether = 1'000'000'000'000'000'000U;

/// An address of zeros with this last byte.
[[nodiscard]] Bytes20 made_up_address(std::uint8_t last);
/// Price 1, 0.3 %, spacing 60, one position of liquidity 1,000 x 10^18 over all of its ticks, as of block 1.
[[nodiscard]] PoolRecord made_up_pool();
[[nodiscard]] TicksRecord made_up_ticks(const PoolRecord& pool);
/// Both tokens at one wei a unit; a tip of `tip_ppm`, 10^6 wei of gas.
[[nodiscard]] ParamsRecord made_up_params(std::uint32_t tip_ppm);

} // namespace jitbox::accel
