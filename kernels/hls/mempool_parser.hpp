// The parser kernel: TX records become SWAP records and a TX_SEEN; everything that the pricing kernel needs passes through in
// order. SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_MEMPOOL_PARSER_HPP
#define JITBOX_HLS_MEMPOOL_PARSER_HPP

#include "hls/parser_envelope.hpp"
#include "hls/parser_legs.hpp"
#include "hls/pool_directory.hpp"

namespace jitbox {
namespace hlsk {

struct RouterRow {
    std::uint8_t address[20];
    records::RouterKind kind;
    std::uint8_t factory[20];
};

/// What outlives a record, and the buffers that are too large for registers. Zero-initialise it once (`MempoolParserState s{}`).
struct MempoolParserState {
    RouterRow router[records::max_routers];
    std::uint32_t routers;
    PoolDirectory pools;
    std::uint8_t transaction[transaction_buffer_bytes];
    LegList legs;
};

/// Takes one record from `in`. A TX gives its legs (SWAP) and then one TX_SEEN; ROUTERS replaces the router table and ends here;
/// POOL is noted and passed on, as are TICKS, PARAMS, BLOCK and BARRIER; a malformed record gives one REJECT(stage record) and is
/// dropped.
void mempool_parser(MempoolParserState& state, BeatStream& in, BeatStream& out);

} // namespace hlsk
} // namespace jitbox

#endif
