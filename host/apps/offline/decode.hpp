// `jitctl decode`: raw transactions as hex lines in, one JSON object a line out, through the parser kernel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "apps/offline/router_table.hpp"

#include <cstdint>
#include <iosfwd>
#include <optional>

namespace jitbox::apps {

struct DecodeOptions {
    RouterTable table = mainnet_routers();
    std::optional<std::uint64_t>
        chain_id;                    ///< a transaction for another chain is rejected (wrong_chain); legacy ones before EIP-155 pass
    accel::Engine* engine = nullptr; ///< whose parser; null: the HLS kernel in this thread
};

/// Reads lines until the end of `in` and writes one JSON object for each to `out`; docs/parser.md describes its fields. A line that
/// is not hex, or no transaction, is a `rejected` object, never an error. Returns 0, or 1 when `out` cannot be written.
int run_decode(std::istream& in, std::ostream& out, const DecodeOptions& options);

/// The command: parses --routers, --chain-id and --engine and runs it over standard input and output. Returns the exit code.
int decode_command(int argc, char** argv);

} // namespace jitbox::apps
