// The transaction envelope: legacy, EIP-2930, EIP-1559, EIP-4844 and EIP-7702, strictly.
// SPDX-License-Identifier: Apache-2.0
#ifndef JITBOX_HLS_PARSER_ENVELOPE_HPP
#define JITBOX_HLS_PARSER_ENVELOPE_HPP

#include "hls/parser_bytes.hpp"

namespace jitbox {
namespace hlsk {

/// What an envelope says; numbers as in records::tx_seen.
struct Envelope {
    std::uint8_t type;
    bool has_to;
    bool has_chain_id;
    std::uint64_t chain_id;
    std::uint64_t nonce;
    std::uint64_t gas_limit;
    std::uint64_t v;
    std::uint32_t to_at; ///< in the raw bytes, with has_to
    Span calldata;
    Word max_fee_per_gas;
    Word max_priority_fee_per_gas;
    Word value;
    Word signature_r;
    Word signature_s;
};

/// Where the bytes that the transaction hash covers are: all of them, or for a blob transaction in its network form
/// (0x03 || rlp([payload, (version,) blobs, commitments, proofs]), EIP-4844 and EIP-7594) 0x03 || payload, whose prefix byte has to
/// stand in for the byte before the payload.
struct HashedPart {
    Span span;
    bool prefix_blob_type;
};

/// Parses raw[0 .. size). Reads at most 32 bytes behind the end (their values do not matter).
records::Reason parse_envelope(const std::uint8_t* raw, std::uint32_t size, Envelope& out, HashedPart& hashed);

} // namespace hlsk
} // namespace jitbox

#endif
