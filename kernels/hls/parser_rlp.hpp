// Strict RLP over the transaction buffer: one reader a list, every deviation from the one canonical form is a reason of its own.
// SPDX-License-Identifier: Apache-2.0
//
// Rules: Ethereum yellow paper, appendix B. A reader keeps the first reason it met; reads after that give empty values.
#ifndef JITBOX_HLS_PARSER_RLP_HPP
#define JITBOX_HLS_PARSER_RLP_HPP

#include "hls/parser_bytes.hpp"

namespace jitbox {
namespace hlsk {

using records::Reason;

struct RlpReader {
    const std::uint8_t* raw;
    std::uint32_t at;
    std::uint32_t end;
    Reason reason;
};

struct RlpItem {
    Span content;
    bool list;
};

inline bool at_end(const RlpReader& r) {
#pragma HLS INLINE
    return r.reason != Reason::none || r.at >= r.end;
}

inline void refuse(RlpReader& r, Reason reason) {
#pragma HLS INLINE
    if (r.reason == Reason::none) r.reason = reason;
}

/// Length of a long item: `bytes` (1..8) big-endian bytes at `at`. Sets canonical to false for a leading zero or a value under 56.
inline std::uint64_t long_length(const std::uint8_t* raw, std::uint32_t at, std::uint32_t bytes, bool& canonical) {
#pragma HLS INLINE
    std::uint64_t length = 0;
    for (std::uint32_t i = 0; i < 8; ++i) {
#pragma HLS UNROLL
        if (i < bytes) length = length << 8 | raw[at + i];
    }
    canonical = raw[at] != 0 && length > 55;
    return length;
}

/// The next item whatever it is. An exhausted reader is Reason::tx_field_count.
inline RlpItem next_item(RlpReader& r) {
#pragma HLS INLINE off
    RlpItem item = {{r.at, 0}, false};
    if (r.reason != Reason::none) return item;
    if (r.at >= r.end) {
        r.reason = Reason::tx_field_count;
        return item;
    }
    const std::uint8_t first = r.raw[r.at];
    const std::uint32_t left = r.end - r.at - 1;
    item.list = first >= 0xc0;
    if (first < 0x80) {
        item.content = Span{r.at, 1};
        r.at += 1;
        return item;
    }
    const std::uint32_t code = first & 0x3fU; // 0..55 a short length, 56..63 the length of the length
    std::uint32_t header = 1;
    std::uint64_t length = code;
    if (code > 55) {
        const std::uint32_t bytes = code - 55;
        if (bytes > left) {
            r.reason = Reason::rlp_truncated;
            return item;
        }
        bool canonical = true;
        length = long_length(r.raw, r.at + 1, bytes, canonical);
        header += bytes;
        if (!canonical) {
            r.reason = Reason::rlp_non_canonical_length;
            return item;
        }
    }
    if (length > left - (header - 1)) {
        r.reason = Reason::rlp_truncated;
        return item;
    }
    if (first == 0x81 && r.raw[r.at + 1] < 0x80) {
        r.reason = Reason::rlp_non_canonical_length;
        return item;
    }
    item.content = Span{r.at + header, static_cast<std::uint32_t>(length)};
    r.at += header + static_cast<std::uint32_t>(length);
    return item;
}

/// A byte string.
inline Span next_bytes(RlpReader& r) {
#pragma HLS INLINE
    const RlpItem item = next_item(r);
    if (item.list) refuse(r, Reason::rlp_unexpected_list);
    return item.content;
}

/// A list, as a reader of its own. When there is none, an empty one.
inline RlpReader next_list(RlpReader& r) {
#pragma HLS INLINE
    const RlpItem item = next_item(r);
    if (!item.list) refuse(r, Reason::rlp_not_a_list);
    const std::uint32_t size = r.reason == Reason::none ? item.content.size : 0;
    return RlpReader{r.raw, item.content.at, item.content.at + size, r.reason};
}

/// An unsigned integer of at most `max_bytes` (1..32) bytes.
inline Word next_integer(RlpReader& r, std::uint32_t max_bytes) {
#pragma HLS INLINE off
    const Span span = next_bytes(r);
    if (r.reason != Reason::none || span.size == 0) return zero_word();
    if (r.raw[span.at] == 0) {
        r.reason = Reason::rlp_non_canonical_integer;
        return zero_word();
    }
    if (span.size > max_bytes) {
        r.reason = Reason::rlp_integer_too_large;
        return zero_word();
    }
    Word out = zero_word();
    for (std::uint32_t i = 0; i < 4; ++i) {
#pragma HLS UNROLL
        if (span.size >= 8 * i + 8) {
            out.limb[i] = load_be64(r.raw + span.at + span.size - std::size_t{8} * i - 8);
        } else if (span.size > 8 * i) {
            const std::uint32_t bytes = span.size - 8 * i; // 1..7: the load is in the buffer, its tail is shifted away
            out.limb[i] = load_be64(r.raw + span.at) >> (64 - 8 * bytes);
        }
    }
    return out;
}

inline std::uint64_t next_u64(RlpReader& r) {
#pragma HLS INLINE
    return next_integer(r, 8).limb[0];
}

/// A byte string of exactly `size` bytes, else `reason`.
inline Span next_fixed(RlpReader& r, std::uint32_t size, Reason reason) {
#pragma HLS INLINE
    const Span span = next_bytes(r);
    if (span.size != size) refuse(r, reason);
    return span;
}

/// The list must be used up.
inline void finish(RlpReader& r, Reason reason) {
#pragma HLS INLINE
    if (r.at != r.end) refuse(r, reason);
}

} // namespace hlsk
} // namespace jitbox

#endif
