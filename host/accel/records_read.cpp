// The host's side of the record stream: bytes that an engine gave back to typed structs.
// SPDX-License-Identifier: Apache-2.0
#include "accel/record_fields.hpp"
#include "accel/records.hpp"

#include <string>

namespace jitbox::accel {
namespace {

/// A whole record of this kind and size, or what is wrong with it.
Result<void> expect(BytesView record, Kind kind, std::size_t total_bytes, const char* name) {
    if (record.size() < records::header_bytes || record.size() % records::beat_bytes != 0)
        return fail(std::string(name) + " record: " + std::to_string(record.size()) + " bytes are no whole beats");
    if (kind_of(record) != kind)
        return fail(std::string(name) + " record: kind byte is " + std::to_string(record[records::header::kind]));
    const auto payload = get<std::uint32_t>(record, records::header::payload_bytes);
    if (payload + records::header_bytes != total_bytes || record.size() < total_bytes)
        return fail(std::string(name) + " record: payload of " + std::to_string(payload) + " bytes",
                    "the engine speaks another version of the record layout; rebuild host and card image together");
    return {};
}

} // namespace

Kind kind_of(BytesView record) {
    return record.empty() ? Kind::invalid : static_cast<Kind>(record[records::header::kind]);
}

std::uint64_t sequence_of(BytesView record) {
    return record.size() < records::header_bytes ? 0 : get<std::uint64_t>(record, records::header::sequence);
}

Result<TxSeen> tx_seen_from(BytesView record) {
    namespace t = records::tx_seen;
    if (auto ok = expect(record, Kind::tx_seen, t::total_bytes, "TX_SEEN"); !ok) return std::unexpected(ok.error());
    return TxSeen{
        .sequence = sequence_of(record),
        .tx_type = get<std::uint8_t>(record, t::tx_type),
        .status = static_cast<TxStatus>(get<std::uint8_t>(record, t::status)),
        .reason = static_cast<Reason>(get<std::uint16_t>(record, t::reason)),
        .leg_count = get<std::uint8_t>(record, t::leg_count),
        .router_kind = static_cast<RouterKind>(get<std::uint8_t>(record, t::router_kind)),
        .has_to = get<std::uint8_t>(record, t::has_to) != 0,
        .has_chain_id = get<std::uint8_t>(record, t::has_chain_id) != 0,
        .chain_id = get<std::uint64_t>(record, t::chain_id),
        .hash = get_bytes<32>(record, t::hash),
        .nonce = get<std::uint64_t>(record, t::nonce),
        .gas_limit = get<std::uint64_t>(record, t::gas_limit),
        .to = get_bytes<20>(record, t::to),
        .v = get<std::uint64_t>(record, t::v),
        .max_fee_per_gas = get<u256>(record, t::max_fee_per_gas),
        .max_priority_fee_per_gas = get<u256>(record, t::max_priority_fee_per_gas),
        .value = get<u256>(record, t::value),
        .signature_r = get<u256>(record, t::signature_r),
        .signature_s = get<u256>(record, t::signature_s),
    };
}

Result<SwapLeg> swap_from(BytesView record) {
    namespace s = records::swap;
    if (auto ok = expect(record, Kind::swap, s::total_bytes, "SWAP"); !ok) return std::unexpected(ok.error());
    return SwapLeg{
        .sequence = sequence_of(record),
        .router_kind = static_cast<RouterKind>(get<std::uint8_t>(record, s::router_kind)),
        .leg_index = get<std::uint8_t>(record, s::leg_index),
        .hop = get<std::uint8_t>(record, s::hop),
        .hops = get<std::uint8_t>(record, s::hops),
        .flags = get<std::uint32_t>(record, s::flags),
        .fee = get<std::uint32_t>(record, s::fee),
        .deadline = get<std::uint64_t>(record, s::deadline),
        .token_in = get_bytes<20>(record, s::token_in),
        .token_out = get_bytes<20>(record, s::token_out),
        .factory = get_bytes<20>(record, s::factory),
        .amount = get<u256>(record, s::amount),
        .limit = get<u256>(record, s::limit),
        .sqrt_price_limit_x96 = get<u256>(record, s::sqrt_price_limit_x96),
        .pool_address = get_bytes<20>(record, s::pool_address),
    };
}

Result<Decision> decision_from(BytesView record) {
    namespace d = records::decision;
    if (auto ok = expect(record, Kind::decision, d::total_bytes, "DECISION"); !ok) return std::unexpected(ok.error());
    const auto flags = get<std::uint8_t>(record, d::flags);
    return Decision{
        .sequence = sequence_of(record),
        .pool_index = get<std::uint16_t>(record, d::pool_index),
        .leg_index = get<std::uint8_t>(record, d::leg_index),
        .zero_for_one = (flags & records::swap_zero_for_one) != 0,
        .exact_in = (flags & records::swap_exact_in) != 0,
        .candidates = get<std::uint16_t>(record, d::candidates),
        .profitable = get<std::uint16_t>(record, d::profitable),
        .tick_lower = get<std::int32_t>(record, d::tick_lower),
        .tick_upper = get<std::int32_t>(record, d::tick_upper),
        .state_version = get<std::uint64_t>(record, d::state_version),
        .block_number = get<std::uint64_t>(record, d::block_number),
        .liquidity = get<u128>(record, d::liquidity),
        .pool_address = get_bytes<20>(record, d::pool_address),
        .tick_before = get<std::int32_t>(record, d::tick_before),
        .tick_after = get<std::int32_t>(record, d::tick_after),
        .tick_alone = get<std::int32_t>(record, d::tick_alone),
        .sqrt_price_before = get<u256>(record, d::sqrt_price_before),
        .sqrt_price_after = get<u256>(record, d::sqrt_price_after),
        .sqrt_price_alone = get<u256>(record, d::sqrt_price_alone),
        .mint0 = get<u256>(record, d::mint0),
        .mint1 = get<u256>(record, d::mint1),
        .burn0 = get<u256>(record, d::burn0),
        .burn1 = get<u256>(record, d::burn1),
        .fee0 = get<u256>(record, d::fee0),
        .fee1 = get<u256>(record, d::fee1),
        .swap0 = get<i256>(record, d::swap0),
        .swap1 = get<i256>(record, d::swap1),
        .alone0 = get<i256>(record, d::alone0),
        .alone1 = get<i256>(record, d::alone1),
        .profit_wei = get<i256>(record, d::profit_wei),
        .gross_profit_wei = get<i256>(record, d::gross_profit_wei),
        .tip_wei = get<u256>(record, d::tip_wei),
        .gas_cost_wei = get<u256>(record, d::gas_cost_wei),
        .amount_specified = get<i256>(record, d::amount_specified),
        .sqrt_price_limit_x96 = get<u256>(record, d::sqrt_price_limit_x96),
    };
}

Result<Reject> reject_from(BytesView record) {
    namespace r = records::reject;
    if (auto ok = expect(record, Kind::reject, r::total_bytes, "REJECT"); !ok) return std::unexpected(ok.error());
    return Reject{
        .sequence = sequence_of(record),
        .stage = static_cast<Stage>(get<std::uint8_t>(record, r::stage)),
        .leg_index = get<std::uint8_t>(record, r::leg_index),
        .reason = static_cast<Reason>(get<std::uint16_t>(record, r::reason)),
        .pool_index = get<std::uint16_t>(record, r::pool_index),
        .input_kind = get<std::uint8_t>(record, r::input_kind),
        .candidates = get<std::uint16_t>(record, r::candidates),
        .best_profit_wei = get<i256>(record, r::best_profit_wei),
    };
}

} // namespace jitbox::accel
