// Router calldata to legs: which router, which call, which legs, in the order of execution.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_PARSER_CALLDATA_HPP
#define JITBOX_HLS_PARSER_CALLDATA_HPP

#include "hls/parser_legs.hpp"

namespace jitbox {
namespace hlsk {

/// Appends the V3 legs of a call to a router of this kind (anything but none and pool). An unknown selector gives none.
/// Errors: the call would revert in the router's own decoding, whatever the chain's state; `legs` is then to be ignored.
records::Reason decode_router_call(records::RouterKind kind, const std::uint8_t* raw, Span calldata, LegList& legs);

/// A call to a pool itself: swap(address,bool,int256,uint160,bytes) is one leg, anything else none.
records::Reason decode_pool_call(const std::uint8_t* raw, Span calldata, const std::uint8_t token0[20],
                                 const std::uint8_t token1[20], std::uint32_t fee, LegList& legs);

} // namespace hlsk
} // namespace jitbox

#endif
