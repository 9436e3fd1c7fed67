// A decoded leg, the list of a transaction's legs, and how a path becomes legs.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_PARSER_LEGS_HPP
#define JITBOX_HLS_PARSER_LEGS_HPP

#include "hls/parser_bytes.hpp"

namespace jitbox {
namespace hlsk {

/// One SWAP record before it is laid out; fields as in records::swap.
struct Leg {
    std::uint8_t hop;
    std::uint8_t hops;
    std::uint32_t flags;
    std::uint32_t fee;
    std::uint64_t deadline;
    std::uint8_t token_in[20];
    std::uint8_t token_out[20];
    Word amount;
    Word limit;
    Word sqrt_price_limit;
};

struct LegList {
    Leg leg[records::max_legs];
    std::uint32_t count;
};

/// What all the legs of one call share.
struct Order {
    bool exact_in;
    bool amount_known;
    bool may_revert;
    bool has_deadline;
    std::uint64_t deadline;
    Word amount;
    Word limit;
    Word sqrt_price_limit;
};

/// One pool hop, tokens and fee where they stand in the buffer. Errors: calldata_same_token, too_many_legs.
records::Reason add_leg(LegList& legs, const Order& order, const std::uint8_t* token_in, const std::uint8_t* token_out,
                        std::uint32_t fee, std::uint32_t hop, std::uint32_t hops);

/// The hops of an encoded path, token (20) fee (3) token (20) ..., in the order of execution: an exact-output path is encoded from
/// its last token. Bytes behind the last whole hop do not matter (v3-periphery Path.sol, universal-router V3Path.sol). Errors:
/// calldata_bad_path when there is no whole hop; those of add_leg.
records::Reason add_path(LegList& legs, const Order& order, const std::uint8_t* raw, Span path);

} // namespace hlsk
} // namespace jitbox

#endif
