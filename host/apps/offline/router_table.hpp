// Which contracts are routers, for `jitctl decode` and for configurations that name none: mainnet's table, and tables from a file.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"
#include "base/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace jitbox::apps {

/// A pool whose direct calls are to be recognised.
struct KnownPool {
    Bytes20 address{};
    Bytes20 token0{};
    Bytes20 token1{};
    Bytes20 factory{};
    std::uint32_t fee = 0;
};

struct RouterTable {
    std::vector<accel::RouterEntry> routers;
    std::vector<KnownPool> pools;
};

/// Mainnet's routers of Uniswap V3, PancakeSwap V3 and SushiSwap V3 (sources in router_table.cpp).
[[nodiscard]] RouterTable mainnet_routers();

/// A table from text, in one of two forms:
///   {"0xE592...": "SwapRouter", "0x...": {"kind": "SwapRouter02", "factory": "0x..."},
///    "0x...": {"kind": "pool", "token0": "0x...", "token1": "0x...", "fee": 3000}}
/// or one `address kind [factory]` a line with # comments. Kinds in any case, with or without `_ - .` and spaces; a missing factory
/// is Uniswap's. Errors name `source`, the line, and what is wrong: syntax, an address, a kind, a duplicate, too many entries.
[[nodiscard]] Result<RouterTable> parse_routers(std::string_view text, std::string_view source);
/// parse_routers of a file. Errors: also that it cannot be read.
[[nodiscard]] Result<RouterTable> load_routers(const std::string& path);

} // namespace jitbox::apps
