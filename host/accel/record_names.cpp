// Names of the record stream's codes, as they appear in logs, JSON and tables.
// SPDX-License-Identifier: Apache-2.0
#include "accel/records.hpp"

namespace jitbox::accel {

std::string_view name_of(Reason reason) {
    switch (reason) {
    case Reason::none:
        return "none";
    case Reason::unknown_kind:
        return "unknown_kind";
    case Reason::bad_length:
        return "bad_length";
    case Reason::bad_header:
        return "bad_header";
    case Reason::bad_pool_index:
        return "bad_pool_index";
    case Reason::bad_field:
        return "bad_field";
    case Reason::too_many_ticks:
        return "too_many_ticks";
    case Reason::ticks_unordered:
        return "ticks_unordered";
    case Reason::ticks_stale:
        return "ticks_stale";
    case Reason::too_many_routers:
        return "too_many_routers";
    case Reason::pool_table_full:
        return "pool_table_full";
    case Reason::tx_empty:
        return "tx_empty";
    case Reason::tx_unknown_type:
        return "tx_unknown_type";
    case Reason::rlp_truncated:
        return "rlp_truncated";
    case Reason::rlp_trailing_bytes:
        return "rlp_trailing_bytes";
    case Reason::rlp_not_a_list:
        return "rlp_not_a_list";
    case Reason::rlp_unexpected_list:
        return "rlp_unexpected_list";
    case Reason::rlp_non_canonical_length:
        return "rlp_non_canonical_length";
    case Reason::rlp_non_canonical_integer:
        return "rlp_non_canonical_integer";
    case Reason::rlp_integer_too_large:
        return "rlp_integer_too_large";
    case Reason::tx_field_count:
        return "tx_field_count";
    case Reason::tx_bad_address_length:
        return "tx_bad_address_length";
    case Reason::tx_bad_hash_length:
        return "tx_bad_hash_length";
    case Reason::tx_bad_signature:
        return "tx_bad_signature";
    case Reason::tx_bad_access_list:
        return "tx_bad_access_list";
    case Reason::tx_bad_authorization:
        return "tx_bad_authorization";
    case Reason::tx_bad_blob_field:
        return "tx_bad_blob_field";
    case Reason::tx_too_large:
        return "tx_too_large";
    case Reason::tx_nonce_too_large:
        return "tx_nonce_too_large";
    case Reason::tx_bad_v:
        return "tx_bad_v";
    case Reason::tx_signature_high_s:
        return "tx_signature_high_s";
    case Reason::tx_bad_chain_id:
        return "tx_bad_chain_id";
    case Reason::tx_priority_above_max_fee:
        return "tx_priority_above_max_fee";
    case Reason::tx_gas_cost_overflow:
        return "tx_gas_cost_overflow";
    case Reason::tx_bad_sidecar:
        return "tx_bad_sidecar";
    case Reason::calldata_truncated:
        return "calldata_truncated";
    case Reason::calldata_bad_offset:
        return "calldata_bad_offset";
    case Reason::calldata_nested_too_deep:
        return "calldata_nested_too_deep";
    case Reason::calldata_bad_path:
        return "calldata_bad_path";
    case Reason::too_many_legs:
        return "too_many_legs";
    case Reason::calldata_bad_word:
        return "calldata_bad_word";
    case Reason::calldata_same_token:
        return "calldata_same_token";
    case Reason::calldata_bad_command:
        return "calldata_bad_command";
    case Reason::calldata_length_mismatch:
        return "calldata_length_mismatch";
    case Reason::calldata_too_complex:
        return "calldata_too_complex";
    case Reason::calldata_amount_overflow:
        return "calldata_amount_overflow";
    case Reason::calldata_bad_price_limit:
        return "calldata_bad_price_limit";
    case Reason::pool_unknown:
        return "pool_unknown";
    case Reason::pool_out_of_service:
        return "pool_out_of_service";
    case Reason::pool_stale:
        return "pool_stale";
    case Reason::params_missing:
        return "params_missing";
    case Reason::amount_unknown:
        return "amount_unknown";
    case Reason::deadline_passed:
        return "deadline_passed";
    case Reason::price_limit:
        return "price_limit";
    case Reason::minimum_out:
        return "minimum_out";
    case Reason::maximum_in:
        return "maximum_in";
    case Reason::out_of_window:
        return "out_of_window";
    case Reason::too_many_steps:
        return "too_many_steps";
    case Reason::no_candidate:
        return "no_candidate";
    case Reason::unprofitable:
        return "unprofitable";
    case Reason::amount_overflow:
        return "amount_overflow";
    case Reason::value_overflow:
        return "value_overflow";
    case Reason::amount_zero:
        return "amount_zero";
    case Reason::frozen:
        return "frozen";
    case Reason::partial_fill:
        return "partial_fill";
    case Reason::liquidity_limit:
        return "liquidity_limit";
    case Reason::bad_position:
        return "bad_position";
    }
    return "unknown_reason";
}

std::string_view name_of(RouterKind kind) {
    switch (kind) {
    case RouterKind::none:
        return "none";
    case RouterKind::swap_router:
        return "swap_router";
    case RouterKind::swap_router02:
        return "swap_router02";
    case RouterKind::universal_router_v1_0:
        return "universal_router_v1_0";
    case RouterKind::universal_router:
        return "universal_router";
    case RouterKind::universal_router_v2:
        return "universal_router_v2";
    case RouterKind::universal_router_v2_1:
        return "universal_router_v2_1";
    case RouterKind::pool:
        return "pool";
    }
    return "unknown_router_kind";
}

std::string_view name_of(TxStatus status) {
    switch (status) {
    case TxStatus::ok:
        return "ok";
    case TxStatus::no_swap:
        return "no_swap";
    case TxStatus::rejected:
        return "rejected";
    }
    return "unknown_status";
}

std::string_view name_of(Stage stage) {
    switch (stage) {
    case Stage::record:
        return "record";
    case Stage::parser:
        return "parser";
    case Stage::range:
        return "range";
    }
    return "unknown_stage";
}

} // namespace jitbox::accel
