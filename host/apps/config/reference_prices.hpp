// Prices from the chain itself, as a second source beside the first one's file (RISK-5): the time-weighted mean of reference pools,
// which a price that somebody moves for a block or two hardly touches. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "apps/config/config.hpp"
#include "chain/u256.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>

namespace jitbox::apps {

/// floor((after - before) / seconds): the mean tick of the window, as Uniswap's OracleLibrary has it. Errors: seconds is 0, or the
/// mean is no tick.
[[nodiscard]] Result<std::int32_t> mean_tick(std::int64_t before, std::int64_t after, std::uint32_t seconds);

/// The tick of a pool between two tokens of the configuration.
struct PoolTick {
    const PoolConfig* pool = nullptr;
    std::int32_t tick = 0;
};

/// Calldata of a pool's observe([window_s, 0]), and the mean tick out of its answer. Errors: it is no V3 pool's.
[[nodiscard]] Bytes observe_call(std::uint32_t window_s);
[[nodiscard]] Result<std::int32_t> observed_tick(BytesView answer, std::uint32_t window_s);

/// Wei of one whole token, for every token that can be reached from `base` (which is 1 ether a whole one) over the pools, each
/// price from the pool that comes first. Errors: a token of the configuration that cannot be reached, a price that is 0 or too
/// large.
[[nodiscard]] Result<std::map<Bytes20, u256>> prices_from(const Config& config, const Bytes20& base,
                                                          std::span<const PoolTick> ticks);

/// A price document as `prices.second_file` wants it.
[[nodiscard]] std::string price_document(const std::map<Bytes20, u256>& prices, std::uint64_t time_ms);

/// Written beside and renamed: nobody reads half a file. Errors: no folder, no permission, no space.
[[nodiscard]] Result<void> replace_price_file(const std::string& path, const std::string& text);

} // namespace jitbox::apps
