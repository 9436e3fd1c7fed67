// Single router calls, argument by argument.
// SPDX-License-Identifier: Apache-2.0
#include "hls/parser_calls.hpp"

namespace jitbox {
namespace hlsk {

using records::Reason;
using records::RouterKind;

namespace {

constexpr std::uint32_t selector_bytes = 4;

/// Values are below 2^255 where the contracts convert to int256 (SafeCast.toInt256).
bool fits_int256(const Word& w) {
#pragma HLS INLINE
    return w.limb[3] >> 63 == 0;
}

bool is_2_255(const Word& w) {
#pragma HLS INLINE
    return w.limb[3] == std::uint64_t{1} << 63 && (w.limb[2] | w.limb[1] | w.limb[0]) == 0;
}

Order make_order(bool exact_in, const Deadline& deadline) {
#pragma HLS INLINE
    Order order = {};
    order.exact_in = exact_in;
    order.amount_known = true;
    order.has_deadline = deadline.has;
    order.deadline = deadline.at;
    return order;
}

/// SwapRouter02 takes its own balance for amount 0 of an exact input (Constants.CONTRACT_BALANCE).
void set_amount(Order& order, const Word& amount, bool zero_is_balance) {
#pragma HLS INLINE
    order.amount = amount;
    order.amount_known = !(zero_is_balance && order.exact_in && is_zero(amount));
}

/// exactInputSingle / exactOutputSingle: static tuples of tokenIn, tokenOut, fee, recipient, (deadline,) amount, limit, price
/// limit.
Reason decode_single(const Frame& f, bool with_deadline, bool exact_in, const Deadline& outer, LegList& legs) {
    const std::uint32_t words = with_deadline ? 8 : 7;
    const std::uint32_t head = f.begin + selector_bytes;
    if (head + 32 * words > f.end) return Reason::calldata_truncated;
    const std::uint32_t amounts = head + 32 * (words - 3);
    const Word token_in = word_at(f, head);
    const Word token_out = word_at(f, head + 32);
    const Word fee = word_at(f, head + 64);
    const Word recipient = word_at(f, head + 96);
    const Word price_limit = word_at(f, amounts + 64);
    if (!fits_u160(token_in) || !fits_u160(token_out) || !fits_u160(recipient) || !fits_u160(price_limit) || !fits_u32(fee) ||
        fee.limb[0] >> 24 != 0) {
        return Reason::calldata_bad_word;
    }
    Order order = make_order(exact_in, with_deadline ? earlier(outer, word_at(f, head + 128)) : outer);
    set_amount(order, word_at(f, amounts), !with_deadline);
    if (!fits_int256(order.amount)) return Reason::calldata_amount_overflow;
    order.limit = word_at(f, amounts + 32);
    order.sqrt_price_limit = price_limit;
    return add_leg(legs, order, f.raw + head + 12, f.raw + head + 44, static_cast<std::uint32_t>(fee.limb[0]), 0, 1);
}

/// exactInput / exactOutput: a tuple of path, recipient, (deadline,) amount, limit behind an offset. solc decodes exactInput's
/// tuple into memory (unsigned offsets) and leaves exactOutput's in calldata (signed tail offset).
Reason decode_multi(const Frame& f, bool with_deadline, bool exact_in, const Deadline& outer, LegList& legs) {
    const std::uint32_t words = with_deadline ? 5 : 4;
    const std::uint32_t head = f.begin + selector_bytes;
    if (head + 32 > f.end) return Reason::calldata_truncated;
    std::uint32_t tuple = 0;
    Reason reason = follow_offset(f, head, head, 32 * words, tuple);
    if (reason != Reason::none) return reason;
    Span path;
    reason = exact_in ? offset_bytes(f, tuple, tuple, path) : tail_bytes(f, tuple, tuple, path);
    if (reason != Reason::none) return reason;
    if (!fits_u160(word_at(f, tuple + 32))) return Reason::calldata_bad_word; // recipient
    const std::uint32_t amounts = tuple + 32 * (words - 2);
    Order order = make_order(exact_in, with_deadline ? earlier(outer, word_at(f, tuple + 64)) : outer);
    set_amount(order, word_at(f, amounts), !with_deadline);
    if (!fits_int256(order.amount)) return Reason::calldata_amount_overflow;
    order.limit = word_at(f, amounts + 32);
    return add_path(legs, order, f.raw, path);
}

/// Strict decoding of the first UniversalRouter: abi.decode(input, (address, uint256, uint256, bytes, bool)).
Reason strict_input(const Frame& f, Span input, Span& path) {
    const Frame inner = {f.raw, input.at, input.at + input.size};
    if (input.size < 5 * 32) return Reason::calldata_truncated;
    const Word payer_is_user = word_at(inner, input.at + 128);
    if (!fits_u160(word_at(inner, input.at)) || !fits_u64(payer_is_user) || payer_is_user.limb[0] > 1) {
        return Reason::calldata_bad_word;
    }
    return offset_bytes(inner, input.at, input.at + 96, path);
}

/// The sixth argument of 2.1: minHopPriceX36, empty or one a hop with no byte behind the path (V3HopPriceAndPathLengthMismatch).
Reason check_hop_prices(const Frame& f, Span input, Span path) {
    if (input.size < 6 * 32) return Reason::calldata_truncated;
    Span prices;
    const Reason reason = bytes_lib_array(f, input, 5, 32, prices);
    if (reason != Reason::none) return reason;
    const bool matches = prices.size == 0 || path.size == prices.size * 23 + 20;
    return matches ? Reason::none : Reason::calldata_length_mismatch;
}

} // namespace

Deadline earlier(const Deadline& a, const Word& at) {
    const std::uint64_t when = fits_u64(at) ? at.limb[0] : ~std::uint64_t{0};
    return Deadline{true, a.has && a.at < when ? a.at : when};
}

Reason decode_swap_function(const Frame& f, bool with_deadline, const Deadline& outer, LegList& legs, bool& known) {
    known = true;
    switch (load_be32(f.raw + f.begin)) {
    case 0x414bf389: // exactInputSingle
        if (with_deadline) return decode_single(f, true, true, outer, legs);
        break;
    case 0xdb3e2198: // exactOutputSingle
        if (with_deadline) return decode_single(f, true, false, outer, legs);
        break;
    case 0xc04b8d59: // exactInput
        if (with_deadline) return decode_multi(f, true, true, outer, legs);
        break;
    case 0xf28c0498: // exactOutput
        if (with_deadline) return decode_multi(f, true, false, outer, legs);
        break;
    case 0x04e45aaf: // the same four of SwapRouter02
        if (!with_deadline) return decode_single(f, false, true, outer, legs);
        break;
    case 0x5023b4df:
        if (!with_deadline) return decode_single(f, false, false, outer, legs);
        break;
    case 0xb858183f:
        if (!with_deadline) return decode_multi(f, false, true, outer, legs);
        break;
    case 0x09b81346:
        if (!with_deadline) return decode_multi(f, false, false, outer, legs);
        break;
    default:
        break;
    }
    known = false;
    return Reason::none;
}

Reason decode_v3_command(const Frame& f, RouterKind kind, Span input, bool exact_in, bool may_revert, const Deadline& deadline,
                         LegList& legs) {
    Span path = {0, 0};
    Reason reason = Reason::none;
    if (kind == RouterKind::universal_router_v1_0) {
        reason = strict_input(f, input, path);
    } else if (kind == RouterKind::universal_router) {
        reason = bytes_lib_bytes(f, input, 3, path);
    } else {
        reason = masked_bytes(f, input, 3, path);
    }
    if (reason == Reason::none && kind == RouterKind::universal_router_v2_1) reason = check_hop_prices(f, input, path);
    if (reason != Reason::none) return reason;
    Order order = make_order(exact_in, deadline);
    order.may_revert = may_revert;
    order.amount = word_at(f, input.at + 32);
    order.limit = word_at(f, input.at + 64);
    if (exact_in && is_2_255(order.amount)) { // ActionConstants.CONTRACT_BALANCE
        order.amount_known = false;
    } else if (!fits_int256(order.amount)) {
        return Reason::calldata_amount_overflow;
    }
    return add_path(legs, order, f.raw, path);
}

} // namespace hlsk
} // namespace jitbox
