// Paths to legs.
// SPDX-License-Identifier: Apache-2.0
#include "hls/parser_legs.hpp"

namespace jitbox {
namespace hlsk {

using records::Reason;

namespace {
constexpr std::uint32_t hop_bytes = 23;      // token and fee
constexpr std::uint32_t min_path_bytes = 43; // one hop
} // namespace

Reason add_leg(LegList& legs, const Order& order, const std::uint8_t* token_in, const std::uint8_t* token_out, std::uint32_t fee,
               std::uint32_t hop, std::uint32_t hops) {
    if (equal20(token_in, token_out)) return Reason::calldata_same_token;
    if (legs.count == records::max_legs) return Reason::too_many_legs;
    Leg& leg = legs.leg[legs.count++];
    const bool known = hop == 0 && order.amount_known;
    leg.hop = static_cast<std::uint8_t>(hop);
    leg.hops = static_cast<std::uint8_t>(hops);
    leg.flags = (less20(token_in, token_out) ? records::swap_zero_for_one : 0U) | (order.exact_in ? records::swap_exact_in : 0U) |
                (known ? records::swap_amount_known : 0U) | (order.has_deadline ? records::swap_has_deadline : 0U) |
                (order.may_revert ? records::swap_may_revert : 0U);
    leg.fee = fee;
    leg.deadline = order.has_deadline ? order.deadline : 0;
    copy20(leg.token_in, token_in);
    copy20(leg.token_out, token_out);
    leg.amount = known ? order.amount : zero_word();
    leg.limit = order.limit;
    leg.sqrt_price_limit = order.sqrt_price_limit;
    return Reason::none;
}

Reason add_path(LegList& legs, const Order& order, const std::uint8_t* raw, Span path) {
    if (path.size < min_path_bytes) return Reason::calldata_bad_path;
    const std::uint32_t hops = 1 + (path.size - min_path_bytes) / hop_bytes;
    if (hops > records::max_hops) return Reason::too_many_legs;
    Reason reason = Reason::none;
    for (std::uint32_t hop = 0; hop < hops && reason == Reason::none; ++hop) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 64
        const std::uint8_t* const first = raw + path.at + std::size_t{hop} * hop_bytes;
        const std::uint8_t* const second = first + hop_bytes;
        const std::uint32_t fee = load_be32(first + 20) >> 8;
        reason = add_leg(legs, order, order.exact_in ? first : second, order.exact_in ? second : first, fee, hop, hops);
    }
    return reason;
}

} // namespace hlsk
} // namespace jitbox
