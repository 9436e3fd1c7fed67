// The parser kernel: record framing, tables, and the records that a transaction gives.
// SPDX-License-Identifier: Apache-2.0
#include "hls/mempool_parser.hpp"

#include "hls/keccak.hpp"
#include "hls/parser_calldata.hpp"

namespace jitbox {
namespace hlsk {

using records::beat_bytes;
using records::Kind;
using records::Reason;
using records::RouterKind;
using records::TxStatus;

namespace {

struct Header {
    Kind kind;
    std::uint32_t payload_bytes;
    std::uint64_t sequence;
    std::uint32_t beats;
    bool flags_zero;
};

Header read_header(const ap_uint<512>& beat) {
#pragma HLS INLINE
    Header h;
    h.kind = static_cast<Kind>(get_le<8>(beat, records::header::kind).to_uint());
    h.flags_zero = get_le<24>(beat, records::header::flags) == 0;
    h.payload_bytes = get_le<32>(beat, records::header::payload_bytes).to_uint();
    h.sequence = get_le<64>(beat, records::header::sequence).to_uint64();
    h.beats = records::beats_of(h.payload_bytes);
    return h;
}

void write_header(std::uint8_t* record, Kind kind, std::uint32_t total_bytes, std::uint64_t sequence) {
#pragma HLS INLINE
    record[records::header::kind] = static_cast<std::uint8_t>(kind);
    put_le32(record + records::header::payload_bytes, total_bytes - records::header_bytes);
    put_le64(record + records::header::sequence, sequence);
}

void emit(const std::uint8_t* record, std::uint32_t total_bytes, BeatStream& out) {
#pragma HLS INLINE
    for (std::uint32_t at = 0; at < total_bytes; at += beat_bytes) {
#pragma HLS PIPELINE II = 1
        Beat beat;
        beat.data = load_beat(record + at);
        beat.last = at + beat_bytes >= total_bytes;
        out.write(beat);
    }
}

void emit_reject(const Header& h, Reason reason, BeatStream& out) {
    std::uint8_t record[records::reject::total_bytes] = {};
    write_header(record, Kind::reject, records::reject::total_bytes, h.sequence);
    record[records::reject::stage] = static_cast<std::uint8_t>(records::Stage::record);
    put_le16(record + records::reject::reason, static_cast<std::uint16_t>(reason));
    put_le16(record + records::reject::pool_index, 0xffff);
    record[records::reject::input_kind] = static_cast<std::uint8_t>(h.kind);
    emit(record, records::reject::total_bytes, out);
}

/// What can be judged by the header alone.
Reason check_header(const Header& h) {
    switch (h.kind) {
    case Kind::tx:
        break;
    case Kind::pool:
        if (h.payload_bytes != records::pool::total_bytes - records::header_bytes) return Reason::bad_length;
        break;
    case Kind::params:
        if (h.payload_bytes != records::params::total_bytes - records::header_bytes) return Reason::bad_length;
        break;
    case Kind::block:
        if (h.payload_bytes != records::block::total_bytes - records::header_bytes) return Reason::bad_length;
        break;
    case Kind::barrier:
        if (h.payload_bytes != records::barrier::total_bytes - records::header_bytes) return Reason::bad_length;
        break;
    case Kind::ticks:
    case Kind::routers: // both: one beat and an entry each 64 bytes
        if (h.payload_bytes < beat_bytes - records::header_bytes || (h.payload_bytes + records::header_bytes) % beat_bytes != 0) {
            return Reason::bad_length;
        }
        break;
    default:
        return Reason::unknown_kind;
    }
    if (h.payload_bytes > records::max_payload_bytes) return Reason::bad_length;
    return h.flags_zero ? Reason::none : Reason::bad_header;
}

/// Reads the rest of a record and drops it.
void skip_rest(const Header& h, BeatStream& in) {
    for (std::uint32_t i = 1; i < h.beats; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 2048
        in.read();
    }
}

void pass_on(const Header& h, const Beat& first, BeatStream& in, BeatStream& out) {
    out.write(first);
    for (std::uint32_t i = 1; i < h.beats; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 128
        out.write(in.read());
    }
}

void take_pool(MempoolParserState& state, const Header& h, const Beat& first, BeatStream& in, BeatStream& out) {
    if (get_le<16>(first.data, records::pool::pool_index) >= records::max_pools) {
        skip_rest(h, in);
        emit_reject(h, Reason::bad_pool_index, out);
        return;
    }
    std::uint8_t record[records::pool::total_bytes];
    store_beat(record, first.data);
    out.write(first);
    for (std::uint32_t i = 1; i < h.beats; ++i) {
#pragma HLS PIPELINE II = 1
        const Beat beat = in.read();
        store_beat(record + std::size_t{i} * beat_bytes, beat.data);
        out.write(beat);
    }
    note_pool(state.pools, record);
}

void take_routers(MempoolParserState& state, const Header& h, const Beat& first, BeatStream& in, BeatStream& out) {
    const std::uint32_t count = get_le<32>(first.data, records::routers::count).to_uint();
    Reason reason = Reason::none;
    if (count != h.beats - 1) reason = Reason::bad_length;
    if (count > records::max_routers) reason = Reason::too_many_routers;
    if (reason != Reason::none) {
        skip_rest(h, in);
        emit_reject(h, reason, out);
        return;
    }
    for (std::uint32_t i = 0; i < count; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 32
        std::uint8_t entry[beat_bytes];
        store_beat(entry, in.read().data);
        RouterRow& row = state.router[i];
        const std::uint8_t kind = entry[records::routers::entry::kind];
        const bool known = kind <= static_cast<std::uint8_t>(RouterKind::universal_router_v1_0) &&
                           kind != static_cast<std::uint8_t>(RouterKind::pool);
        if (!known) reason = Reason::bad_field;
        row.kind = known ? static_cast<RouterKind>(kind) : RouterKind::none;
        copy20(row.address, entry + records::routers::entry::address);
        copy20(row.factory, entry + records::routers::entry::factory);
    }
    state.routers = reason == Reason::none ? count : 0; // a table with a bad row is no table: nothing is then taken for a router
    if (reason != Reason::none) emit_reject(h, reason, out);
}

/// Row of the router with this address, or max_routers.
std::uint32_t find_router(const MempoolParserState& state, const std::uint8_t* address) {
    std::uint32_t found = records::max_routers;
    for (std::uint32_t i = 0; i < records::max_routers; ++i) {
#pragma HLS UNROLL
        if (i < state.routers && found == records::max_routers && equal20(state.router[i].address, address)) found = i;
    }
    return found;
}

/// Who is called, in terms of the tables.
struct Target {
    RouterKind kind;
    std::uint8_t factory[20];
    std::uint8_t pool_address[20];
};

Reason decode_legs(MempoolParserState& state, const Envelope& e, Target& target) {
    state.legs.count = 0;
    if (!e.has_to) return Reason::none;
    const std::uint8_t* const to = state.transaction + e.to_at;
    const std::uint32_t router = find_router(state, to);
    if (router != records::max_routers) {
        target.kind = state.router[router].kind;
        copy20(target.factory, state.router[router].factory);
        if (target.kind == RouterKind::none) return Reason::none;
        return decode_router_call(target.kind, state.transaction, e.calldata, state.legs);
    }
    const std::uint32_t index = find_pool(state.pools, to);
    if (index == records::max_pools) return Reason::none;
    const PoolIdentity& pool = state.pools.row[index];
    target.kind = RouterKind::pool;
    copy20(target.factory, pool.factory);
    copy20(target.pool_address, pool.address);
    return decode_pool_call(state.transaction, e.calldata, pool.token0, pool.token1, pool.fee, state.legs);
}

void emit_leg(const Header& h, const Target& target, const Leg& leg, std::uint32_t index, BeatStream& out) {
    std::uint8_t record[records::swap::total_bytes] = {};
    write_header(record, Kind::swap, records::swap::total_bytes, h.sequence);
    const bool direct = target.kind == RouterKind::pool;
    record[records::swap::router_kind] = static_cast<std::uint8_t>(target.kind);
    record[records::swap::leg_index] = static_cast<std::uint8_t>(index);
    record[records::swap::hop] = leg.hop;
    record[records::swap::hops] = leg.hops;
    put_le32(record + records::swap::flags, leg.flags | (direct ? records::swap_direct_pool : 0U));
    put_le32(record + records::swap::fee, leg.fee);
    put_le64(record + records::swap::deadline, leg.deadline);
    copy20(record + records::swap::token_in, leg.token_in);
    copy20(record + records::swap::token_out, leg.token_out);
    copy20(record + records::swap::factory, target.factory);
    put_word(record + records::swap::amount, leg.amount);
    put_word(record + records::swap::limit, leg.limit);
    put_word(record + records::swap::sqrt_price_limit_x96, leg.sqrt_price_limit);
    copy20(record + records::swap::pool_address, target.pool_address);
    emit(record, records::swap::total_bytes, out);
}

/// Hash of the transaction; the network form of a blob transaction is hashed without its sidecar.
void hash_transaction(MempoolParserState& state, const HashedPart& part, std::uint8_t out[32]) {
    const std::uint8_t saved = state.transaction[part.span.at];
    if (part.prefix_blob_type) state.transaction[part.span.at] = 0x03;
    keccak256(state.transaction + part.span.at, part.span.size, out);
    state.transaction[part.span.at] = saved;
}

void emit_tx_seen(MempoolParserState& state, const Header& h, const Envelope& e, const Target& target, Reason reason,
                  const HashedPart& hashed, BeatStream& out) {
    std::uint8_t record[records::tx_seen::total_bytes] = {};
    write_header(record, Kind::tx_seen, records::tx_seen::total_bytes, h.sequence);
    TxStatus status = state.legs.count != 0 ? TxStatus::ok : TxStatus::no_swap;
    if (reason != Reason::none) status = TxStatus::rejected;
    record[records::tx_seen::tx_type] = e.type;
    record[records::tx_seen::status] = static_cast<std::uint8_t>(status);
    put_le16(record + records::tx_seen::reason, static_cast<std::uint16_t>(reason));
    record[records::tx_seen::leg_count] = static_cast<std::uint8_t>(state.legs.count);
    record[records::tx_seen::router_kind] = static_cast<std::uint8_t>(target.kind);
    record[records::tx_seen::has_to] = e.has_to ? 1 : 0;
    record[records::tx_seen::has_chain_id] = e.has_chain_id ? 1 : 0;
    put_le64(record + records::tx_seen::chain_id, e.chain_id);
    hash_transaction(state, hashed, record + records::tx_seen::hash);
    put_le64(record + records::tx_seen::nonce, e.nonce);
    put_le64(record + records::tx_seen::gas_limit, e.gas_limit);
    if (e.has_to) copy20(record + records::tx_seen::to, state.transaction + e.to_at);
    put_le64(record + records::tx_seen::v, e.v);
    put_word(record + records::tx_seen::max_fee_per_gas, e.max_fee_per_gas);
    put_word(record + records::tx_seen::max_priority_fee_per_gas, e.max_priority_fee_per_gas);
    put_word(record + records::tx_seen::value, e.value);
    put_word(record + records::tx_seen::signature_r, e.signature_r);
    put_word(record + records::tx_seen::signature_s, e.signature_s);
    emit(record, records::tx_seen::total_bytes, out);
}

void take_transaction(MempoolParserState& state, const Header& h, const Beat& first, BeatStream& in, BeatStream& out) {
    // The buffer holds the record's bytes from its 17th on, so that every beat but the first is a whole line of it.
    std::uint8_t line[beat_bytes];
    store_beat(line, first.data);
    for (std::uint32_t i = 0; i < beat_bytes - records::header_bytes; ++i) {
#pragma HLS UNROLL
        state.transaction[i] = line[records::header_bytes + i];
    }
    for (std::uint32_t i = 1; i < h.beats; ++i) {
#pragma HLS PIPELINE II = 1
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 2048
        store_beat(state.transaction + std::size_t{i} * beat_bytes - records::header_bytes, in.read().data);
    }
    Envelope envelope;
    HashedPart hashed;
    Target target = {};
    state.legs.count = 0;
    Reason reason = parse_envelope(state.transaction, h.payload_bytes, envelope, hashed);
    if (reason == Reason::none) reason = decode_legs(state, envelope, target);
    if (reason != Reason::none) state.legs.count = 0;
    for (std::uint32_t i = 0; i < state.legs.count; ++i) {
#pragma HLS LOOP_TRIPCOUNT min = 0 max = 64
        emit_leg(h, target, state.legs.leg[i], i, out);
    }
    emit_tx_seen(state, h, envelope, target, reason, hashed, out);
}

} // namespace

void mempool_parser(MempoolParserState& state, BeatStream& in, BeatStream& out) {
#pragma HLS ARRAY_RESHAPE variable = state.transaction cyclic factor = 64
#pragma HLS ARRAY_PARTITION variable = state.router complete
#pragma HLS BIND_STORAGE variable = state.transaction type = ram_2p impl = uram
    const Beat first = in.read();
    const Header h = read_header(first.data);
    const Reason reason = check_header(h);
    if (reason != Reason::none) {
        skip_rest(h, in);
        emit_reject(h, reason, out);
        return;
    }
    switch (h.kind) {
    case Kind::tx:
        take_transaction(state, h, first, in, out);
        break;
    case Kind::pool:
        take_pool(state, h, first, in, out);
        break;
    case Kind::routers:
        take_routers(state, h, first, in, out);
        break;
    default:
        pass_on(h, first, in, out);
        break;
    }
}

} // namespace hlsk
} // namespace jitbox
