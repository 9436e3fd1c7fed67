// Walks multicalls and UniversalRouter plans with an explicit stack and collects the legs of the calls in them.
// SPDX-License-Identifier: Apache-2.0
#include "hls/parser_calldata.hpp"

#include "hls/parser_calls.hpp"

namespace jitbox {
namespace hlsk {

using records::Reason;
using records::RouterKind;

namespace {

constexpr std::uint32_t selector_bytes = 4;
constexpr std::uint32_t max_levels = records::max_nesting + 1; // a plan and its sub-plans

constexpr std::uint8_t flag_may_revert = 0x80;
constexpr std::uint32_t command_v3_exact_in = 0x00;
constexpr std::uint32_t command_v3_exact_out = 0x01;
constexpr std::uint32_t command_sub_plan = 0x21;

/// A multicall or plan being walked: its elements are bytes behind offset words.
struct Level {
    Span call;               ///< its calldata
    Span items;              ///< first offset word, count
    std::uint32_t next;      ///< element
    bool plan;               ///< UniversalRouter commands instead of calls
    std::uint32_t commands;  ///< position of the command bytes, with plan
    bool failure_is_skipped; ///< called by a sub-plan command with the may-revert flag
    bool legs_may_revert;    ///< this level or one around it is
    std::uint32_t legs_before;
    Deadline deadline;
};

struct Walk {
    RouterKind kind;
    Level level[max_levels];
    std::uint32_t depth;
};

std::uint8_t command_mask(RouterKind kind) {
#pragma HLS INLINE
    if (kind == RouterKind::universal_router_v1_0) return 0x1f;
    return kind == RouterKind::universal_router_v2_1 ? 0x7f : 0x3f;
}

/// Commands that the router's dispatch knows; others revert (InvalidCommandType). One bit a command, 0x00..0x3f and 0x40..0x7f.
bool command_exists(RouterKind kind, std::uint32_t command) {
#pragma HLS INLINE
    std::uint64_t low = 0;
    switch (kind) {
    case RouterKind::universal_router_v1_0:
        low = 0x000000003fff7f7fULL;
        break; // 00-06 08-0e 10-1d
    case RouterKind::universal_router:
        low = 0x000000077fff7f7fULL;
        break; // 00-06 08-0e 10-1e 20-22
    default:
        low = 0x00000002001f7f7fULL;
        break; // 00-06 08-0e 10-14 21
    }
    if (command < 64) return (low >> command & 1) != 0;
    return kind == RouterKind::universal_router_v2_1 && command == 0x40;
}

/// The frame of a level. Levels keep positions only: the buffer is one array, known to every function.
Frame frame_of(const std::uint8_t* raw, const Level& level) {
#pragma HLS INLINE
    return Frame{raw, level.call.at, level.call.at + level.call.size};
}

bool is_universal(RouterKind kind) {
#pragma HLS INLINE
    return kind != RouterKind::swap_router && kind != RouterKind::swap_router02;
}

/// Limits of this parser, as opposed to what the contracts would revert on.
bool is_capacity(Reason reason) {
#pragma HLS INLINE
    return reason == Reason::too_many_legs || reason == Reason::calldata_nested_too_deep || reason == Reason::calldata_too_complex;
}

Reason push_multicall(Walk& w, const Frame& f, std::uint32_t array_word, const Deadline& deadline, const LegList& legs) {
    const std::uint32_t head = f.begin + selector_bytes;
    if (w.depth == records::max_nesting) return Reason::calldata_nested_too_deep;
    if (head + 32 * (array_word + 1) > f.end) return Reason::calldata_truncated;
    Level& level = w.level[w.depth];
    level = Level{};
    const Reason reason = offset_array(f, head, head + 32 * array_word, level.items);
    if (reason != Reason::none) return reason;
    level.call = Span{f.begin, f.end - f.begin};
    level.legs_before = legs.count;
    level.deadline = deadline;
    ++w.depth;
    return Reason::none;
}

/// A call to SwapRouter or SwapRouter02: the transaction's own or one of a multicall.
Reason run_call(Walk& w, const Frame& f, const Deadline& deadline, LegList& legs) {
    if (f.end - f.begin < selector_bytes) return Reason::calldata_truncated; // no fallback: the delegatecall reverts
    const bool with_deadline = w.kind == RouterKind::swap_router;
    const std::uint32_t selector = load_be32(f.raw + f.begin);
    if (selector == 0xac9650d8) return push_multicall(w, f, 0, deadline, legs); // multicall(bytes[])
    if (!with_deadline && selector == 0x5ae401dc) {                             // multicall(uint256,bytes[])
        return push_multicall(w, f, 1, earlier(deadline, word_at(f, f.begin + selector_bytes)), legs);
    }
    if (!with_deadline && selector == 0x1f0464d1) return push_multicall(w, f, 1, deadline, legs); // multicall(bytes32,bytes[])
    bool known = false;
    return decode_swap_function(f, with_deadline, deadline, legs, known);
}

/// Starts the walk of commands and inputs; the counts must agree (LengthMismatch, judged inside the called execute).
Reason push_plan(Walk& w, const Level& level, Span commands) {
    if (w.depth == max_levels) return Reason::calldata_nested_too_deep;
    w.level[w.depth] = level;
    w.level[w.depth].plan = true;
    w.level[w.depth].commands = commands.at;
    ++w.depth;
    return commands.size == level.items.size ? Reason::none : Reason::calldata_length_mismatch;
}

/// execute(bytes,bytes[]), execute(bytes,bytes[],uint256) and executeSigned of 2.1.
Reason run_execute(Walk& w, const Frame& f) {
    const std::uint32_t head = f.begin + selector_bytes;
    if (head > f.end) return Reason::none;
    const std::uint32_t selector = load_be32(f.raw + f.begin);
    std::uint32_t words = 0;
    if (selector == 0x24856bc3) words = 2;
    if (selector == 0x3593564c) words = 3;
    if (selector == 0x44684dc3 && w.kind == RouterKind::universal_router_v2_1) words = 8;
    if (words == 0) return Reason::none;
    if (head + 32 * words > f.end) return Reason::calldata_truncated;
    Level level = {};
    level.call = Span{f.begin, f.end - f.begin};
    Span commands;
    Reason reason = offset_bytes(f, head, head, commands);
    if (reason == Reason::none) reason = offset_array(f, head, head + 32, level.items);
    if (reason != Reason::none) return reason;
    if (words > 2) level.deadline = earlier(level.deadline, word_at(f, head + 32 * (words - 1)));
    return push_plan(w, level, commands);
}

/// CalldataDecoder.decodeActionsRouterParams (2.0, 2.1): the one canonical encoding of (bytes, bytes[]), lengths modulo 2^32.
Reason strict_sub_plan(const Frame& f, Span input, Span& commands, Span& items) {
    const Word first = word_at(f, input.at);
    const Word second = word_at(f, input.at + 32);
    const std::uint64_t commands_size = word_at(f, input.at + 64).limb[0] & 0xffffffffU;
    const std::uint64_t list = ((commands_size + 31) & 0xffffffe0U) + 96;
    if (!fits_u64(first) || first.limb[0] != 64 || !fits_u64(second) || second.limb[0] != list) return Reason::calldata_bad_offset;
    if (list + 32 > input.size) return Reason::calldata_truncated;
    const std::uint32_t at = input.at + static_cast<std::uint32_t>(list) + 32;
    const std::uint64_t count = word_at(f, at - 32).limb[0] & 0xffffffffU;
    if (count > records::max_calls) return Reason::calldata_too_complex;
    std::uint64_t expected = 32 * count;
    for (std::uint32_t i = 0; i < count; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 4096
        const Word offset = word_at(f, at + 32 * i);
        if (!fits_u64(offset) || offset.limb[0] != expected) return Reason::calldata_bad_offset;
        if (list + 32 + expected + 32 > input.size) return Reason::calldata_truncated;
        Span element; // the decoder takes the length modulo 2^32, the encoder of the call to itself takes it as it is
        if (bytes_at(f, at + static_cast<std::uint32_t>(expected), element) != Reason::none) return Reason::calldata_truncated;
        const std::uint64_t size = element.size;
        expected += ((size + 31) & 0xffffffe0U) + 32;
    }
    if (list + 32 + expected > input.size) return Reason::calldata_truncated;
    commands = Span{input.at + 96, static_cast<std::uint32_t>(commands_size)};
    items = Span{at, static_cast<std::uint32_t>(count)};
    return Reason::none;
}

/// What solc's encoder of bytes[] calldata judges before the router calls itself: every element ends in the calldata. It runs in
/// the caller's frame, so a failure here is the caller's, whatever the may-revert flag says.
Reason encodable(const Frame& f, Span items) {
    if (items.size > records::max_calls) return Reason::calldata_too_complex;
    for (std::uint32_t i = 0; i < items.size; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 4096
        Span element;
        const Reason reason = tail_bytes(f, items.at, items.at + 32 * i, element);
        if (reason != Reason::none) return reason;
    }
    return Reason::none;
}

/// EXECUTE_SUB_PLAN: a call of the router to itself, which the may-revert flag lets fail alone.
Reason run_sub_plan(Walk& w, const std::uint8_t* raw, Span input, bool skip_failure, bool legs_may_revert, const LegList& legs) {
    const Level& here = w.level[w.depth - 1];
    const Frame f = frame_of(raw, here);
    Level level = {};
    Span commands = {0, 0};
    Reason reason = Reason::none;
    if (w.kind == RouterKind::universal_router) {
        reason = bytes_lib_bytes(f, input, 0, commands);
        if (reason == Reason::none) reason = bytes_lib_array(f, input, 1, 1, level.items);
        if (reason == Reason::none) reason = encodable(f, level.items);
    } else {
        reason = strict_sub_plan(f, input, commands, level.items);
    }
    if (reason != Reason::none) return reason;
    level.call = here.call;
    level.failure_is_skipped = skip_failure;
    level.legs_may_revert = legs_may_revert;
    level.legs_before = legs.count;
    level.deadline = here.deadline;
    return push_plan(w, level, commands);
}

Reason run_command(Walk& w, const std::uint8_t* raw, std::uint8_t byte, Span input, LegList& legs) {
    const Level& here = w.level[w.depth - 1];
    const std::uint32_t command = byte & command_mask(w.kind);
    const bool flagged = (byte & flag_may_revert) != 0;
    const bool may_revert = flagged || here.legs_may_revert;
    if (!command_exists(w.kind, command)) return Reason::calldata_bad_command;
    if (command == command_v3_exact_in || command == command_v3_exact_out) {
        return decode_v3_command(frame_of(raw, here), w.kind, input, command == command_v3_exact_in, may_revert, here.deadline,
                                 legs);
    }
    return command == command_sub_plan ? run_sub_plan(w, raw, input, flagged, may_revert, legs) : Reason::none;
}

/// One element of the innermost level.
Reason run_next(Walk& w, const std::uint8_t* raw, LegList& legs) {
    Level& here = w.level[w.depth - 1];
    const std::uint32_t index = here.next++;
    Span element;
    const Reason reason = tail_bytes(frame_of(raw, here), here.items.at, here.items.at + 32 * index, element);
    if (reason != Reason::none) return reason;
    if (here.plan) return run_command(w, raw, raw[here.commands + index], element, legs);
    const Frame call = {raw, element.at, element.at + element.size};
    return run_call(w, call, here.deadline, legs);
}

/// A level failed: the nearest one whose failure is skipped ends without legs and its caller goes on. False when there is none.
bool unwind(Walk& w, LegList& legs) {
    while (w.depth != 0) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 5
        --w.depth;
        if (w.level[w.depth].failure_is_skipped) {
            legs.count = w.level[w.depth].legs_before;
            return true;
        }
    }
    return false;
}

} // namespace

Reason decode_router_call(RouterKind kind, const std::uint8_t* raw, Span calldata, LegList& legs) {
    if (calldata.size < selector_bytes) return Reason::none; // plain ether
    Walk w;
    w.kind = kind;
    w.depth = 0;
    const Frame f = {raw, calldata.at, calldata.at + calldata.size};
    Reason reason = is_universal(kind) ? run_execute(w, f) : run_call(w, f, Deadline{false, 0}, legs);
    for (std::uint32_t step = 0; step < records::max_calls; ++step) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 4096
        if (reason != Reason::none && (is_capacity(reason) || !unwind(w, legs))) return reason;
        while (w.depth != 0 && w.level[w.depth - 1].next == w.level[w.depth - 1].items.size) --w.depth;
        if (w.depth == 0) return Reason::none;
        reason = run_next(w, raw, legs);
    }
    return Reason::calldata_too_complex;
}

Reason decode_pool_call(const std::uint8_t* raw, Span calldata, const std::uint8_t token0[20], const std::uint8_t token1[20],
                        std::uint32_t fee, LegList& legs) {
    const Frame f = {raw, calldata.at, calldata.at + calldata.size};
    if (calldata.size < selector_bytes || load_be32(raw + f.begin) != 0x128acb08) return Reason::none;
    const std::uint32_t head = f.begin + selector_bytes;
    if (head + 5 * 32 > f.end) return Reason::calldata_truncated;
    Order order = {};
    const bool zero_for_one = !is_zero(word_at(f, head + 32)); // the pool's ABI coder v1 takes any non-zero word for true
    Word amount = word_at(f, head + 64);
    order.exact_in = amount.limb[3] >> 63 == 0;
    if (!order.exact_in) {
        std::uint64_t carry = 1;
        for (int i = 0; i < 4; ++i) {
#pragma HLS UNROLL
            amount.limb[i] = ~amount.limb[i] + carry;
            carry = carry != 0 && amount.limb[i] == 0 ? 1 : 0;
        }
    }
    order.amount = amount;
    order.amount_known = true;
    order.limit = order.exact_in ? zero_word() : Word{{~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}}};
    order.sqrt_price_limit = word_at(f, head + 96);
    order.sqrt_price_limit.limb[3] = 0; // coder v1 cleans uint160 instead of refusing it
    order.sqrt_price_limit.limb[2] &= 0xffffffffU;
    if (is_zero(order.sqrt_price_limit)) return Reason::calldata_bad_price_limit; // 'SPL' in either direction
    Span data;
    const Reason reason = offset_bytes(f, head, head + 128, data);
    if (reason != Reason::none) return reason;
    return add_leg(legs, order, zero_for_one ? token0 : token1, zero_for_one ? token1 : token0, fee, 0, 1);
}

} // namespace hlsk
} // namespace jitbox
