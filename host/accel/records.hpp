// Typed view of the record stream for the host: what to_record() writes and from_record() reads is laid out by hls/records.hpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "chain/u256.hpp"
#include "hls/records.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace jitbox::accel {

using chain::i128;
using chain::i256;
using chain::u128;
using chain::u256;
using records::Kind;
using records::PoolKind;
using records::Reason;
using records::RouterKind;
using records::Stage;
using records::TxStatus;

struct PoolRecord {
    std::uint16_t pool_index = 0;
    PoolKind pool_kind = PoolKind::uniswap_v3;
    bool in_service = true;
    std::uint32_t fee = 0;
    std::int32_t tick_spacing = 0;
    std::int32_t tick = 0;
    std::uint32_t fee_protocol = 0;
    std::uint64_t state_version = 0;
    std::uint64_t block_number = 0;
    Bytes20 address{};
    Bytes20 token0{};
    Bytes20 token1{};
    Bytes20 factory{};
    u256 sqrt_price_x96 = 0;
    u128 liquidity = 0;
    u128 max_liquidity_per_tick = 0;
};

struct TickEntry {
    std::int32_t tick = 0;
    u128 liquidity_gross = 0;
    i128 liquidity_net = 0;
};

struct TicksRecord {
    std::uint16_t pool_index = 0;
    std::int32_t known_lower = 0;
    std::int32_t known_upper = 0;
    std::uint64_t state_version = 0;
    std::vector<TickEntry> below; ///< ascending, tick <= pool.tick, at most 64 (the nearest ones)
    std::vector<TickEntry> above; ///< ascending, tick > pool.tick, at most 64
};

struct ParamsRecord {
    std::uint16_t pool_index = 0;
    std::uint16_t candidates = records::default_candidates;
    std::uint32_t tip_ppm = 0;
    u256 price0_x96 = 0;
    u256 price1_x96 = 0;
    u256 budget0 = 0;
    u256 budget1 = 0;
    u256 gas_cost_wei = 0;
    u256 tip_floor_wei = 0;
    u256 min_profit_wei = 0;
};

struct RouterEntry {
    Bytes20 address{};
    RouterKind kind = RouterKind::none;
    Bytes20 factory{};
};

struct BlockRecord {
    std::uint64_t number = 0;
    std::uint64_t timestamp = 0;
    Bytes32 hash{};
    Bytes32 parent_hash{};
    u128 base_fee_wei = 0;
    std::uint64_t next_timestamp = 0;
};

struct TxSeen {
    std::uint64_t sequence = 0;
    std::uint8_t tx_type = 0;
    TxStatus status = TxStatus::no_swap;
    Reason reason = Reason::none;
    std::uint8_t leg_count = 0;
    RouterKind router_kind = RouterKind::none;
    bool has_to = false;
    bool has_chain_id = false;
    std::uint64_t chain_id = 0;
    Bytes32 hash{};
    std::uint64_t nonce = 0;
    std::uint64_t gas_limit = 0;
    Bytes20 to{};
    std::uint64_t v = 0;
    u256 max_fee_per_gas = 0;
    u256 max_priority_fee_per_gas = 0;
    u256 value = 0;
    u256 signature_r = 0;
    u256 signature_s = 0;
};

struct SwapLeg {
    std::uint64_t sequence = 0;
    RouterKind router_kind = RouterKind::none;
    std::uint8_t leg_index = 0;
    std::uint8_t hop = 0;
    std::uint8_t hops = 0;
    std::uint32_t flags = 0; ///< records::SwapFlag
    std::uint32_t fee = 0;
    std::uint64_t deadline = 0;
    Bytes20 token_in{};
    Bytes20 token_out{};
    Bytes20 factory{};
    u256 amount = 0;
    u256 limit = 0;
    u256 sqrt_price_limit_x96 = 0;
    Bytes20 pool_address{};

    [[nodiscard]] bool has(records::SwapFlag flag) const { return (flags & flag) != 0; }
};

struct Decision {
    std::uint64_t sequence = 0; ///< of the TX record
    std::uint16_t pool_index = 0;
    std::uint8_t leg_index = 0;
    bool zero_for_one = false;
    bool exact_in = false;
    std::uint16_t candidates = 0;
    std::uint16_t profitable = 0;
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    std::uint64_t state_version = 0;
    std::uint64_t block_number = 0;
    u128 liquidity = 0;
    Bytes20 pool_address{};
    std::int32_t tick_before = 0;
    std::int32_t tick_after = 0;
    std::int32_t tick_alone = 0;
    u256 sqrt_price_before = 0;
    u256 sqrt_price_after = 0;
    u256 sqrt_price_alone = 0;
    u256 mint0 = 0, mint1 = 0, burn0 = 0, burn1 = 0, fee0 = 0, fee1 = 0;
    i256 swap0 = 0, swap1 = 0;   ///< the pool's Swap event with us
    i256 alone0 = 0, alone1 = 0; ///< and without us
    i256 profit_wei = 0;         ///< after gas and tip
    i256 gross_profit_wei = 0;
    u256 tip_wei = 0;
    u256 gas_cost_wei = 0;
    i256 amount_specified = 0;
    u256 sqrt_price_limit_x96 = 0;
};

struct Reject {
    std::uint64_t sequence = 0;
    Stage stage = Stage::record;
    std::uint8_t leg_index = 0;
    Reason reason = Reason::none;
    std::uint16_t pool_index = 0xffff;
    std::uint8_t input_kind = 0;
    std::uint16_t candidates = 0;
    i256 best_profit_wei = 0;
};

/// Whole records, padded to beats, ready for Engine::submit.
[[nodiscard]] Bytes tx_record(std::uint64_t sequence, BytesView raw);
[[nodiscard]] Bytes to_record(std::uint64_t sequence, const PoolRecord& pool);
[[nodiscard]] Bytes to_record(std::uint64_t sequence, const TicksRecord& ticks);
[[nodiscard]] Bytes to_record(std::uint64_t sequence, const ParamsRecord& params);
[[nodiscard]] Bytes to_record(std::uint64_t sequence, const std::vector<RouterEntry>& routers);
[[nodiscard]] Bytes to_record(std::uint64_t sequence, const BlockRecord& block);
[[nodiscard]] Bytes barrier_record(std::uint64_t sequence, std::uint64_t token);

[[nodiscard]] Kind kind_of(BytesView record);
[[nodiscard]] std::uint64_t sequence_of(BytesView record);
[[nodiscard]] Result<TxSeen> tx_seen_from(BytesView record);
[[nodiscard]] Result<SwapLeg> swap_from(BytesView record);
[[nodiscard]] Result<Decision> decision_from(BytesView record);
[[nodiscard]] Result<Reject> reject_from(BytesView record);

/// "rlp_trailing_bytes", "unprofitable", ...: the name of the enumerator, used in every log, JSON and table.
[[nodiscard]] std::string_view name_of(Reason reason);
[[nodiscard]] std::string_view name_of(RouterKind kind);
[[nodiscard]] std::string_view name_of(TxStatus status);
[[nodiscard]] std::string_view name_of(Stage stage);

} // namespace jitbox::accel
