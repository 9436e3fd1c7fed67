// The single calls that make legs: SwapRouter's and SwapRouter02's four functions, the UniversalRouter's two V3 commands.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_PARSER_CALLS_HPP
#define JITBOX_HLS_PARSER_CALLS_HPP

#include "hls/parser_abi.hpp"
#include "hls/parser_legs.hpp"

namespace jitbox {
namespace hlsk {

/// A deadline of the enclosing calls: the earliest one binds.
struct Deadline {
    bool has;
    std::uint64_t at; ///< saturated
};

Deadline earlier(const Deadline& a, const Word& at);

/// A swap function of SwapRouter (`with_deadline`) or SwapRouter02, by selector; `known` is false for any other function.
records::Reason decode_swap_function(const Frame& f, bool with_deadline, const Deadline& outer, LegList& legs, bool& known);

/// V3_SWAP_EXACT_IN or V3_SWAP_EXACT_OUT of a UniversalRouter.
records::Reason decode_v3_command(const Frame& f, records::RouterKind kind, Span input, bool exact_in, bool may_revert,
                                  const Deadline& deadline, LegList& legs);

} // namespace hlsk
} // namespace jitbox

#endif
