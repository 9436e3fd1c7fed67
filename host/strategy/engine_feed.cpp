// Records for the engine.
// SPDX-License-Identifier: Apache-2.0
#include "strategy/engine_feed.hpp"

namespace jitbox::strategy {
namespace {

std::vector<accel::TickEntry> entries(const std::vector<pools::TickView>& ticks) {
    std::vector<accel::TickEntry> out;
    out.reserve(ticks.size());
    for (const pools::TickView& tick : ticks)
        out.push_back({.tick = tick.tick, .liquidity_gross = tick.liquidity_gross, .liquidity_net = tick.liquidity_net});
    return out;
}

} // namespace

accel::PoolRecord pool_record(const pools::PoolView& view) {
    static_assert(static_cast<int>(pools::Kind::uniswap_v3) == static_cast<int>(records::PoolKind::uniswap_v3) &&
                  static_cast<int>(pools::Kind::pancake_v3) == static_cast<int>(records::PoolKind::pancake_v3));
    return {.pool_index = view.pool_index,
            .pool_kind = static_cast<records::PoolKind>(view.kind),
            .in_service = view.in_service,
            .fee = view.fee,
            .tick_spacing = view.tick_spacing,
            .tick = view.tick,
            .fee_protocol = view.fee_protocol,
            .state_version = view.state_version,
            .block_number = view.block_number,
            .address = view.address,
            .token0 = view.token0,
            .token1 = view.token1,
            .factory = view.factory,
            .sqrt_price_x96 = view.sqrt_price_x96,
            .liquidity = view.liquidity,
            .max_liquidity_per_tick = view.max_liquidity_per_tick};
}

accel::TicksRecord ticks_record(const pools::PoolView& view) {
    return {.pool_index = view.pool_index,
            .known_lower = view.known_lower,
            .known_upper = view.known_upper,
            .state_version = view.state_version,
            .below = entries(view.below),
            .above = entries(view.above)};
}

accel::BlockRecord block_record(const chain::Head& head, std::uint64_t next_timestamp) {
    return {.number = head.number,
            .timestamp = head.timestamp,
            .hash = head.hash,
            .parent_hash = head.parent_hash,
            .base_fee_wei = head.next_base_fee_wei,
            .next_timestamp = next_timestamp};
}

EngineFeed::EngineFeed(accel::Engine& engine, std::vector<accel::RouterEntry> routers,
                       const std::vector<accel::ParamsRecord>& params, std::uint64_t first_sequence)
    : engine_(engine), routers_(std::move(routers)), next_sequence_(first_sequence) {
    for (const accel::ParamsRecord& record : params) params_[record.pool_index] = {.record = record, .sent = false};
}

Result<void> EngineFeed::submit(const Bytes& record) {
    auto done = engine_.submit(record);
    // The number is used up also when the engine refused: a later record must not carry it again.
    ++next_sequence_;
    return done;
}

Result<void> EngineFeed::start() {
    for (auto& [index, params] : params_) params.sent = false;
    told_.clear();
    return submit(accel::to_record(next_sequence_, routers_));
}

/// A pool that has no price: it was not read yet, or its Initialize was undone.
Result<void> EngineFeed::without_price(std::uint16_t pool_index) {
    if (told_.erase(pool_index) == 0) return {};
    if (const auto found = params_.find(pool_index); found != params_.end()) found->second.sent = false;
    accel::PoolRecord removed;
    removed.pool_index = pool_index;
    removed.pool_kind = records::PoolKind::removed;
    return submit(accel::to_record(next_sequence_, removed));
}

Result<void> EngineFeed::on_pool(const pools::PoolView& view) {
    if (view.sqrt_price_x96 == 0) return without_price(view.pool_index); // the engine would refuse it, and its PARAMS with it
    told_.insert(view.pool_index);
    if (auto done = submit(accel::to_record(next_sequence_, pool_record(view))); !done) return done;
    if (auto done = submit(accel::to_record(next_sequence_, ticks_record(view))); !done) return done;
    const auto found = params_.find(view.pool_index);
    if (found == params_.end() || found->second.sent) return {};
    found->second.sent = true;
    return submit(accel::to_record(next_sequence_, found->second.record));
}

Result<void> EngineFeed::on_block(const std::vector<pools::PoolView>& changed, const chain::Head& head,
                                  std::uint64_t next_timestamp) {
    for (const pools::PoolView& view : changed)
        if (auto done = on_pool(view); !done) return done;
    return submit(accel::to_record(next_sequence_, block_record(head, next_timestamp)));
}

Result<void> EngineFeed::set_params(const accel::ParamsRecord& params) {
    Params& held = params_[params.pool_index];
    held.record = params;
    return held.sent ? submit(accel::to_record(next_sequence_, params)) : Result<void>{};
}

Result<std::uint64_t> EngineFeed::submit_transaction(BytesView raw) {
    const std::uint64_t sequence = next_sequence_;
    const auto done = engine_.submit_now(accel::tx_record(sequence, raw));
    ++next_sequence_; // used up also when the engine refused
    if (!done) return std::unexpected(done.error());
    return sequence;
}

} // namespace jitbox::strategy
