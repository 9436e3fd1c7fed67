// All pools at the tip of the chain: blocks, logs, journal, audit verdicts.
// SPDX-License-Identifier: Apache-2.0
#include "pools/pool_book.hpp"

#include "pools/pool_events.hpp"

#include <algorithm>

namespace jitbox::pools {
namespace {

using chain::Head;
using chain::Log;

void drop_undos(auto& journal, std::uint16_t pool_index) {
    for (auto& entry : journal) std::erase_if(entry.undos, [&](const auto& undo) { return undo.first == pool_index; });
}

std::vector<TickView> nearest_below(const PoolState& state) {
    std::vector<TickView> out;
    for (auto it = state.ticks.upper_bound(state.tick); it != state.ticks.begin() && out.size() < view_ticks_each_side;) {
        --it;
        out.push_back({it->first, it->second.liquidity_gross, it->second.liquidity_net});
    }
    std::ranges::reverse(out);
    return out;
}

std::vector<TickView> nearest_above(const PoolState& state) {
    std::vector<TickView> out;
    for (auto it = state.ticks.upper_bound(state.tick); it != state.ticks.end() && out.size() < view_ticks_each_side; ++it)
        out.push_back({it->first, it->second.liquidity_gross, it->second.liquidity_net});
    return out;
}

} // namespace

std::string_view name_of(Service service) {
    switch (service) {
    case Service::waiting:
        return "waiting";
    case Service::in_service:
        return "in_service";
    case Service::quarantined:
        return "quarantined";
    case Service::confirming:
        return "confirming";
    }
    return "unknown";
}

PoolBook::PoolBook(std::vector<PoolIdentity> pools) {
    pools_.reserve(pools.size());
    for (PoolIdentity& identity : pools) {
        by_address_.emplace(identity.address, static_cast<std::uint16_t>(pools_.size()));
        Pool& pool = pools_.emplace_back();
        pool.identity = std::move(identity);
    }
}

std::optional<std::uint16_t> PoolBook::index_of(const Address& pool) const {
    const auto found = by_address_.find(pool);
    return found == by_address_.end() ? std::nullopt : std::optional(found->second);
}

const Head& PoolBook::head_at(std::size_t position) const {
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): who asks for a position has a tip
    if (position == journal_.size()) return *tip_;
    return journal_[position].parent;
}

std::optional<std::size_t> PoolBook::position_of(const Bytes32& hash) const {
    if (!tip_) return std::nullopt;
    for (std::size_t position = journal_.size() + 1; position-- > 0;)
        if (head_at(position).hash == hash) return position;
    return std::nullopt;
}

void PoolBook::changed(std::uint16_t pool_index, BlockOutcome& outcome) {
    ++pools_[pool_index].version;
    const auto at = std::ranges::lower_bound(outcome.changed, pool_index);
    if (at == outcome.changed.end() || *at != pool_index) outcome.changed.insert(at, pool_index);
}

void PoolBook::leave_service(std::uint16_t pool_index, const std::string& reason, BlockOutcome& outcome) {
    Pool& pool = pools_[pool_index];
    if (pool.service == Service::quarantined) return;
    pool.service = Service::quarantined;
    drop_undos(journal_, pool_index);
    outcome.alerts.push_back("pool " + pool.identity.name + " is out of service until it has been read again: " + reason);
    changed(pool_index, outcome);
}

BlockOutcome PoolBook::quarantine(std::uint16_t pool_index, const std::string& reason) {
    BlockOutcome outcome;
    leave_service(pool_index, reason, outcome);
    return outcome;
}

void PoolBook::reset(const Head& tip) {
    journal_.clear();
    tip_ = tip;
    for (Pool& pool : pools_) {
        pool.service =
            pool.service == Service::in_service || pool.service == Service::waiting ? Service::waiting : Service::quarantined;
        ++pool.version;
    }
}

void PoolBook::apply_log(std::uint16_t pool_index, JournalEntry& entry, const Log& log, BlockOutcome& outcome) {
    Pool& pool = pools_[pool_index];
    const auto event = decode_pool_event(log, pool.identity.kind);
    if (!event) return leave_service(pool_index, event.error().text(), outcome);
    const auto& known = *event;
    if (!known) return;
    auto undo = apply_event(pool.state, pool.identity, *known);
    if (!undo) return leave_service(pool_index, undo.error().text(), outcome);
    entry.undos.emplace_back(pool_index, std::move(*undo));
    changed(pool_index, outcome);
    if (pool.state.tick < pool.state.known_lower || pool.state.tick > pool.state.known_upper)
        leave_service(pool_index, "the price left the range of known ticks", outcome);
}

void PoolBook::apply_logs_of(std::uint16_t pool_index, JournalEntry& entry, BlockOutcome& outcome) {
    for (const Log& log : entry.logs) {
        if (!pools_[pool_index].has_state()) return;
        if (log.address == pools_[pool_index].identity.address) apply_log(pool_index, entry, log, outcome);
    }
}

BlockOutcome::Kind PoolBook::connects(const Head& head) const {
    if (!tip_) return BlockOutcome::Kind::too_deep;
    if (position_of(head.hash)) return BlockOutcome::Kind::known;
    if (position_of(head.parent_hash)) return BlockOutcome::Kind::applied;
    return head.number <= head_at(0).number + 1 ? BlockOutcome::Kind::too_deep : BlockOutcome::Kind::unknown_parent;
}

BlockOutcome PoolBook::apply_block(const Head& head, std::vector<Log> logs) {
    BlockOutcome outcome{.kind = connects(head)};
    const auto parent = position_of(head.parent_hash);
    if (outcome.kind != BlockOutcome::Kind::applied || !parent) return outcome;
    undo_down_to(*parent, outcome);

    std::erase_if(logs, [&](const Log& log) { return log.removed || log.block_hash != head.hash || !index_of(log.address); });
    std::ranges::sort(logs, {}, &Log::log_index);
    const auto repeated = std::ranges::unique(logs, {}, &Log::log_index);
    logs.erase(repeated.begin(), repeated.end());
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): a block that is applied has its parent as the tip now
    journal_.push_back({.head = head, .parent = *tip_, .logs = std::move(logs), .undos = {}});
    tip_ = head;
    JournalEntry& entry = journal_.back();
    for (const Log& log : entry.logs) {
        const auto pool_index = index_of(log.address);
        if (pool_index && pools_[*pool_index].has_state()) apply_log(*pool_index, entry, log, outcome);
    }
    if (journal_.size() > journal_blocks) journal_.pop_front();
    return outcome;
}

void PoolBook::undo_tip(BlockOutcome& outcome) {
    JournalEntry entry = std::move(journal_.back());
    journal_.pop_back();
    for (auto undo = entry.undos.rbegin(); undo != entry.undos.rend(); ++undo) {
        undo_event(pools_[undo->first].state, undo->second);
        changed(undo->first, outcome);
    }
    tip_ = entry.parent;
    ++outcome.undone_blocks;
    const auto count = static_cast<std::uint16_t>(pools_.size());
    for (std::uint16_t i = 0; i < count; ++i)
        if (pools_[i].has_state() && pools_[i].installed_at >= entry.head.number)
            leave_service(i, "the block that it was read at was reorganised away", outcome);
}

void PoolBook::undo_down_to(std::size_t position, BlockOutcome& outcome) {
    while (journal_.size() > position) undo_tip(outcome);
}

Result<BlockOutcome> PoolBook::install(std::uint16_t pool_index, const Bytes32& block_hash, PoolState state) {
    const auto position = position_of(block_hash);
    if (!position)
        return fail("pool book: the block that a pool was read at is not in the journal any more", "read it again at the tip");
    Pool& pool = pools_.at(pool_index);
    BlockOutcome outcome{.kind = BlockOutcome::Kind::applied};
    drop_undos(journal_, pool_index);
    pool.state = std::move(state);
    pool.installed_at = head_at(*position).number;
    if (pool.service == Service::waiting) pool.service = Service::in_service;
    if (pool.service == Service::quarantined) pool.service = Service::confirming;
    changed(pool_index, outcome);
    for (std::size_t i = *position; i < journal_.size(); ++i) apply_logs_of(pool_index, journal_[i], outcome);
    return outcome;
}

PoolState PoolBook::state_at(std::uint16_t pool_index, std::size_t position) const {
    PoolState state = pools_[pool_index].state;
    for (std::size_t i = journal_.size(); i-- > position;)
        for (auto undo = journal_[i].undos.rbegin(); undo != journal_[i].undos.rend(); ++undo)
            if (undo->first == pool_index) undo_event(state, undo->second);
    return state;
}

std::optional<PoolState> PoolBook::state_after(std::uint16_t pool_index, const Bytes32& block_hash) const {
    const auto position = position_of(block_hash);
    const Pool& pool = pools_.at(pool_index);
    if (!position || !pool.has_state() || head_at(*position).number < pool.installed_at) return std::nullopt;
    return state_at(pool_index, *position);
}

BlockOutcome PoolBook::note_log(const Log& log) {
    BlockOutcome outcome;
    const auto position = position_of(log.block_hash);
    const auto pool_index = index_of(log.address);
    if (!position || *position == 0 || !pool_index) return outcome; // of a block that is still to come, or long settled
    if (log.removed) {
        undo_down_to(*position - 1, outcome);
        outcome.kind = BlockOutcome::Kind::applied;
        return outcome;
    }
    const auto& logs = journal_[*position - 1].logs;
    if (pools_[*pool_index].has_state() && std::ranges::find(logs, log.log_index, &Log::log_index) == logs.end())
        leave_service(*pool_index, "the node announced a log that it had not listed for the block", outcome);
    return outcome;
}

BlockOutcome PoolBook::audit(std::uint16_t pool_index, const Bytes32& block_hash, const PoolState& node_state) {
    BlockOutcome outcome;
    const auto position = position_of(block_hash);
    const auto ours = state_after(pool_index, block_hash);
    if (!position || !ours) return outcome;
    Pool& pool = pools_.at(pool_index);
    const std::uint64_t block = head_at(*position).number;
    const std::string difference = describe_difference(*ours, node_state);
    if (!difference.empty()) {
        leave_service(pool_index, "differs from the node after block " + std::to_string(block) + ": " + difference, outcome);
    } else if (pool.service == Service::confirming && block > pool.installed_at) {
        pool.service = Service::in_service;
        changed(pool_index, outcome);
    }
    return outcome;
}

PoolView PoolBook::view(std::uint16_t pool_index) const {
    const Pool& pool = pools_.at(pool_index);
    PoolView out{.pool_index = pool_index,
                 .kind = pool.identity.kind,
                 .in_service = pool.service == Service::in_service && pool.state.sqrt_price_x96 != 0,
                 .fee = pool.identity.fee,
                 .tick_spacing = pool.identity.tick_spacing,
                 .tick = pool.state.tick,
                 .fee_protocol = pool.state.fee_protocol,
                 .state_version = pool.version,
                 .block_number = tip_ ? tip_->number : 0,
                 .address = pool.identity.address,
                 .token0 = pool.identity.token0,
                 .token1 = pool.identity.token1,
                 .factory = pool.identity.factory,
                 .sqrt_price_x96 = pool.state.sqrt_price_x96,
                 .liquidity = pool.state.liquidity,
                 .max_liquidity_per_tick = max_liquidity_per_tick(pool.identity.tick_spacing),
                 .known_lower = pool.state.known_lower,
                 .known_upper = pool.state.known_upper,
                 .below = nearest_below(pool.state),
                 .above = nearest_above(pool.state)};
    if (out.below.size() == view_ticks_each_side) out.known_lower = out.below.front().tick;
    if (out.above.size() == view_ticks_each_side) out.known_upper = out.above.back().tick;
    return out;
}

} // namespace jitbox::pools
