// Transaction envelopes, field by field.
// SPDX-License-Identifier: Apache-2.0
#include "hls/parser_envelope.hpp"

#include "hls/parser_rlp.hpp"

namespace jitbox {
namespace hlsk {
namespace {

// Order of secp256k1 and half of it (SEC 2, section 2.4.1; EIP-2).
constexpr Word curve_order = {{0xbfd25e8cd0364141ULL, 0xbaaedce6af48a03bULL, 0xfffffffffffffffeULL, 0xffffffffffffffffULL}};
constexpr Word half_curve_order = {{0xdfe92f46681b20a0ULL, 0x5d576e7357a4501dULL, 0xffffffffffffffffULL, 0x7fffffffffffffffULL}};

constexpr std::uint32_t blob_bytes = 131072;      // EIP-4844: FIELD_ELEMENTS_PER_BLOB * 32
constexpr std::uint32_t kzg_bytes = 48;           // a compressed G1 point
constexpr std::uint32_t cells_per_ext_blob = 128; // EIP-7594

Reason check_signature(const Envelope& e) {
    if (is_zero(e.signature_r) || is_zero(e.signature_s)) return Reason::tx_bad_signature;
    if (!less(e.signature_r, curve_order) || !less(e.signature_s, curve_order)) return Reason::tx_bad_signature;
    if (less(half_curve_order, e.signature_s)) return Reason::tx_signature_high_s;
    return Reason::none;
}

/// True when gas limit x price needs more than 256 bits.
bool gas_cost_overflows(std::uint64_t gas_limit, const Word& price) {
    ap_uint<64> carry = 0;
    for (int i = 0; i < 4; ++i) {
#pragma HLS UNROLL
        const ap_uint<128> product = ap_uint<64>(gas_limit) * ap_uint<64>(price.limb[i]);
        carry = ap_uint<64>(ap_uint<129>(product + carry) >> 64);
    }
    return carry != 0;
}

void read_to(RlpReader& r, Envelope& e, bool creation_allowed) {
    const Span to = next_bytes(r);
    if (to.size != 20 && !(creation_allowed && to.size == 0)) refuse(r, Reason::tx_bad_address_length);
    e.has_to = to.size == 20;
    e.to_at = to.at;
}

/// EIP-2930: [[address, [key, ...]], ...]
void read_access_list(RlpReader& r) {
    RlpReader list = next_list(r);
    while (!at_end(list)) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 5698
        RlpReader entry = next_list(list);
        next_fixed(entry, 20, Reason::tx_bad_access_list);
        RlpReader keys = next_list(entry);
        while (!at_end(keys)) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 3971
            next_fixed(keys, 32, Reason::tx_bad_access_list);
        }
        refuse(entry, keys.reason);
        finish(entry, Reason::tx_bad_access_list);
        refuse(list, entry.reason == Reason::tx_field_count ? Reason::tx_bad_access_list : entry.reason);
    }
    refuse(r, list.reason);
}

/// EIP-7702: a non-empty [[chain_id, address, nonce, y_parity, r, s], ...]
void read_authorization_list(RlpReader& r) {
    RlpReader list = next_list(r);
    if (list.at == list.end) refuse(list, Reason::tx_bad_authorization);
    while (!at_end(list)) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 4855
        RlpReader tuple = next_list(list);
        next_integer(tuple, 32);
        next_fixed(tuple, 20, Reason::tx_bad_authorization);
        next_integer(tuple, 8);
        next_integer(tuple, 1);
        next_integer(tuple, 32);
        next_integer(tuple, 32);
        finish(tuple, Reason::tx_bad_authorization);
        refuse(list, tuple.reason == Reason::tx_field_count ? Reason::tx_bad_authorization : tuple.reason);
    }
    refuse(r, list.reason);
}

/// EIP-4844: a non-empty list of 32-byte hashes of version 1.
std::uint32_t read_blob_hashes(RlpReader& r) {
    RlpReader list = next_list(r);
    std::uint32_t count = 0;
    while (!at_end(list)) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 3971
        const Span hash = next_fixed(list, 32, Reason::tx_bad_blob_field);
        if (list.reason == Reason::none && r.raw[hash.at] != 0x01) list.reason = Reason::tx_bad_blob_field;
        ++count;
    }
    if (count == 0) refuse(list, Reason::tx_bad_blob_field);
    refuse(r, list.reason);
    return count;
}

void read_signature(RlpReader& r, Envelope& e) {
    e.signature_r = next_integer(r, 32);
    e.signature_s = next_integer(r, 32);
}

/// v of EIP-155 carries the chain id: 35 + 2 chain_id + parity; before EIP-155 it is 27 or 28.
Reason read_legacy_v(Envelope& e) {
    e.has_chain_id = e.v >= 35;
    e.chain_id = e.has_chain_id ? (e.v - 35) / 2 : 0;
    if (e.has_chain_id) return e.chain_id == 0 ? Reason::tx_bad_chain_id : Reason::none;
    return e.v == 27 || e.v == 28 ? Reason::none : Reason::tx_bad_v;
}

Reason parse_legacy(RlpReader& r, Envelope& e) {
    e.nonce = next_u64(r);
    e.max_fee_per_gas = next_integer(r, 32);
    e.max_priority_fee_per_gas = e.max_fee_per_gas;
    e.gas_limit = next_u64(r);
    read_to(r, e, true);
    e.value = next_integer(r, 32);
    e.calldata = next_bytes(r);
    e.v = next_u64(r);
    read_signature(r, e);
    finish(r, Reason::tx_field_count);
    return r.reason != Reason::none ? r.reason : read_legacy_v(e);
}

/// The fields of a typed payload; `blobs` is how many blob hashes it names.
Reason parse_typed(RlpReader& r, Envelope& e, std::uint32_t& blobs) {
    e.has_chain_id = true;
    e.chain_id = next_u64(r);
    e.nonce = next_u64(r);
    e.max_priority_fee_per_gas = next_integer(r, 32);
    e.max_fee_per_gas = e.type == 1 ? e.max_priority_fee_per_gas : next_integer(r, 32);
    e.gas_limit = next_u64(r);
    read_to(r, e, e.type <= 2);
    e.value = next_integer(r, 32);
    e.calldata = next_bytes(r);
    read_access_list(r);
    if (e.type == 3) {
        next_integer(r, 32); // max_fee_per_blob_gas
        blobs = read_blob_hashes(r);
    }
    if (e.type == 4) read_authorization_list(r);
    e.v = next_u64(r);
    read_signature(r, e);
    finish(r, Reason::tx_field_count);
    if (r.reason != Reason::none) return r.reason;
    if (e.v > 1) return Reason::tx_bad_v;
    if (e.chain_id == 0) return Reason::tx_bad_chain_id;
    return less(e.max_fee_per_gas, e.max_priority_fee_per_gas) ? Reason::tx_priority_above_max_fee : Reason::none;
}

/// A list of byte strings of `bytes` each; returns how many.
std::uint32_t read_sidecar_list(RlpReader& r, std::uint32_t bytes) {
    RlpReader list = next_list(r);
    std::uint32_t count = 0;
    while (!at_end(list)) {
#pragma HLS LOOP_TRIPCOUNT min = 1 max = 2674
        next_fixed(list, bytes, Reason::tx_bad_sidecar);
        ++count;
    }
    refuse(r, list.reason);
    return count;
}

/// What follows the payload in the network form: [payload, blobs, commitments, proofs], with a version 1 before the blobs and 128
/// proofs a blob after EIP-7594.
Reason parse_sidecar(RlpReader& r, std::uint32_t blobs) {
    std::uint32_t proofs_a_blob = 1;
    if (!at_end(r) && r.raw[r.at] < 0xc0) {
        const Word version = next_integer(r, 1);
        if (version.limb[0] != 1) refuse(r, Reason::tx_bad_sidecar);
        proofs_a_blob = cells_per_ext_blob;
    }
    if (read_sidecar_list(r, blob_bytes) != blobs) refuse(r, Reason::tx_bad_sidecar);
    if (read_sidecar_list(r, kzg_bytes) != blobs) refuse(r, Reason::tx_bad_sidecar);
    if (read_sidecar_list(r, kzg_bytes) != std::uint64_t{blobs} * proofs_a_blob) refuse(r, Reason::tx_bad_sidecar);
    finish(r, Reason::tx_bad_sidecar);
    return r.reason == Reason::tx_field_count ? Reason::tx_bad_sidecar : r.reason;
}

Reason parse_blob_network_form(RlpReader& outer, Envelope& e, HashedPart& hashed) {
    const std::uint32_t payload_at = outer.at;
    RlpReader payload = next_list(outer);
    hashed.span = Span{payload_at - 1, outer.at - payload_at + 1};
    hashed.prefix_blob_type = true;
    std::uint32_t blobs = 0;
    const Reason reason = outer.reason != Reason::none ? outer.reason : parse_typed(payload, e, blobs);
    return reason != Reason::none ? reason : parse_sidecar(outer, blobs);
}

Reason parse_fields(RlpReader& r, Envelope& e, HashedPart& hashed) {
    if (e.type == 0) return parse_legacy(r, e);
    if (e.type == 3 && !at_end(r) && r.raw[r.at] >= 0xc0) return parse_blob_network_form(r, e, hashed);
    std::uint32_t blobs = 0;
    return parse_typed(r, e, blobs);
}

} // namespace

Reason parse_envelope(const std::uint8_t* raw, std::uint32_t size, Envelope& out, HashedPart& hashed) {
    out = Envelope{};
    const Span whole = {0, size};
    hashed = HashedPart{whole, false};
    if (size == 0) return Reason::tx_empty;
    if (raw[0] >= 0x80) {
        if (raw[0] < 0xc0) return Reason::rlp_not_a_list;
    } else {
        if (raw[0] < 1 || raw[0] > 4) return Reason::tx_unknown_type;
        out.type = raw[0];
    }
    RlpReader outer = {raw, out.type == 0 ? 0U : 1U, size, Reason::none};
    if (outer.at == size) return Reason::rlp_truncated;
    RlpReader fields = next_list(outer);
    finish(outer, Reason::rlp_trailing_bytes);
    Reason reason = outer.reason != Reason::none ? outer.reason : parse_fields(fields, out, hashed);
    if (reason == Reason::none) reason = check_signature(out);
    if (reason == Reason::none && out.nonce == ~std::uint64_t{0}) reason = Reason::tx_nonce_too_large;
    if (reason == Reason::none && gas_cost_overflows(out.gas_limit, out.max_fee_per_gas)) reason = Reason::tx_gas_cost_overflow;
    if (reason != Reason::none) { // hash and type are all that a refused envelope is worth
        const std::uint8_t type = out.type;
        out = Envelope{};
        out.type = type;
        hashed = HashedPart{whole, false};
    }
    return reason;
}

} // namespace hlsk
} // namespace jitbox
