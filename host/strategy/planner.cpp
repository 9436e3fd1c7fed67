// Bookkeeping of transactions on their way through the engine, and the rules that stop a plan.
// SPDX-License-Identifier: Apache-2.0
#include "strategy/planner.hpp"

#include "base/hex.hpp"
#include "chain/transaction.hpp"
#include "strategy/valuation.hpp"

#include <algorithm>

namespace jitbox::strategy {

std::string_view to_text(SkipReason reason) {
    switch (reason) {
    case SkipReason::transaction_unknown:
        return "transaction_unknown";
    case SkipReason::transaction_rejected:
        return "transaction_rejected";
    case SkipReason::pool_unknown:
        return "pool_unknown";
    case SkipReason::several_legs:
        return "several_legs";
    case SkipReason::may_revert:
        return "may_revert";
    case SkipReason::stale:
        return "stale";
    case SkipReason::no_head:
        return "no_head";
    case SkipReason::wrong_chain:
        return "wrong_chain";
    case SkipReason::blob_target:
        return "blob_target";
    case SkipReason::fee_too_low:
        return "fee_too_low";
    case SkipReason::nonce_not_next:
        return "nonce_not_next";
    case SkipReason::not_better:
        return "not_better";
    case SkipReason::no_free_lane:
        return "no_free_lane";
    case SkipReason::tip_above_cap:
        return "tip_above_cap";
    case SkipReason::cannot_encode:
        return "cannot_encode";
    }
    return "invalid";
}

Planner::Planner(PlannerConfig config, Lanes& lanes, NonceOf nonce_of, std::uint64_t uuid_seed)
    : config_(std::move(config)), lanes_(lanes), nonce_of_(std::move(nonce_of)), random_(uuid_seed) {
    set_pools(config_.pools);
}

void Planner::set_pools(std::vector<PlannerPool> pools) {
    pools_.clear();
    for (const PlannerPool& pool : pools) pools_[pool.address] = pool;
    config_.pools = std::move(pools);
}

void Planner::on_head(const chain::Head& head, std::uint64_t first_sequence) {
    head_ = head;
    first_sequence_ = first_sequence;
}

void Planner::on_pool(const Bytes20& pool, std::uint64_t state_version, u128 liquidity, bool in_service) {
    states_[pool] = {.version = state_version, .liquidity = liquidity, .in_service = in_service};
}

void Planner::on_submitted(std::uint64_t sequence, PendingTransaction transaction) {
    while (work_.size() >= config_.max_pending) work_.erase(work_.begin());
    work_[sequence].transaction = std::move(transaction);
}

void Planner::on_swap(const accel::SwapLeg& leg) {
    const auto found = work_.find(leg.sequence);
    if (found != work_.end()) found->second.legs.push_back(leg);
}

void Planner::on_decision(const accel::Decision& decision) {
    const auto found = work_.find(decision.sequence);
    if (found == work_.end()) return;
    found->second.transaction.clock.mark(telemetry::Stage::decided);
    found->second.decisions.push_back(decision);
}

std::vector<Action> Planner::on_tx_seen(const accel::TxSeen& seen) {
    const auto found = work_.find(seen.sequence);
    if (found == work_.end()) return {};
    Work work = std::move(found->second);
    work_.erase(found);
    std::ranges::sort(work.decisions, [](const accel::Decision& a, const accel::Decision& b) {
        return a.profit_wei != b.profit_wei ? a.profit_wei > b.profit_wei : a.leg_index < b.leg_index;
    });
    std::vector<Action> actions;
    for (const accel::Decision& decision : work.decisions) {
        actions.push_back(plan(work, seen, decision));
        // Two bundles around one transaction exclude each other: the best is enough.
        if (std::holds_alternative<Plan>(actions.back())) break;
    }
    return actions;
}

Action Planner::plan(const Work& work, const accel::TxSeen& seen, const accel::Decision& decision) {
    const auto pool = pools_.find(decision.pool_address);
    Skip skip{.sequence = seen.sequence,
              .reason = SkipReason::pool_unknown,
              .target_hash = seen.hash,
              .pool = decision.pool_address,
              .text = "no such pool in the planner's configuration"};
    if (pool == pools_.end()) return skip;
    if (!head_) {
        skip.reason = SkipReason::no_head;
        skip.text = "no head has arrived yet";
        return skip;
    }
    const chain::Head& head = *head_;
    if (auto found = objection(head, work, seen, decision); found) {
        skip.reason = found->first;
        skip.text = std::move(found->second);
        return skip;
    }
    auto composed = compose(head, work, seen, decision, pool->second);
    if (!composed) {
        skip.reason = SkipReason::cannot_encode;
        skip.text = composed.error().text();
        return skip;
    }
    name_bundle(*composed, decision.pool_address);
    const auto lane = lanes_.take(bundle_name(composed->uuid, composed->version), composed->target_block);
    if (!lane) {
        skip.reason = SkipReason::no_free_lane;
        skip.text = "all " + std::to_string(lanes_.all().size()) + " lanes are in flight";
        return skip;
    }
    composed->lane = lane->index;
    composed->lane_address = lane->address;
    composed->mint.nonce = lane->next_nonce;
    composed->burn.nonce = lane->next_nonce + 1;
    live_[decision.pool_address] = {.uuid = composed->uuid,
                                    .version = composed->version,
                                    .target_hash = seen.hash,
                                    .target_block = composed->target_block,
                                    .profit_wei = decision.profit_wei,
                                    .transaction = work.transaction,
                                    .retried = false};
    composed->clock.mark(telemetry::Stage::planned);
    return std::move(*composed);
}

std::string Planner::staleness(const chain::Head& head, const accel::Decision& decision) const {
    if (decision.sequence < first_sequence_ || decision.block_number > head.number)
        return "decided before head " + std::to_string(head.number);
    const auto state = states_.find(decision.pool_address);
    if (state == states_.end()) return "the pool's state is not known";
    if (!state->second.in_service) return "the pool is out of service";
    if (state->second.version != decision.state_version)
        return "pool state " + std::to_string(decision.state_version) + ", now " + std::to_string(state->second.version);
    return {};
}

std::optional<Planner::Objection> Planner::objection(const chain::Head& head, const Work& work, const accel::TxSeen& seen,
                                                     const accel::Decision& decision) const {
    const auto no = [](SkipReason reason, std::string text) { return Objection{reason, std::move(text)}; };
    if (seen.status != accel::TxStatus::ok) return no(SkipReason::transaction_rejected, std::string(accel::name_of(seen.reason)));
    if (std::string text = staleness(head, decision); !text.empty()) return no(SkipReason::stale, std::move(text));
    if (seen.has_chain_id && seen.chain_id != config_.chain_id)
        return no(SkipReason::wrong_chain, "chain id " + std::to_string(seen.chain_id));
    if (seen.tx_type == static_cast<std::uint8_t>(chain::TransactionType::blob))
        return no(SkipReason::blob_target, "its blobs are not at hand, and builders refuse it without them");
    if (auto legs = leg_objection(work, decision); legs) return legs;
    if (seen.max_fee_per_gas < static_cast<u256>(head.next_base_fee_wei))
        return no(SkipReason::fee_too_low, "offers " + chain::to_decimal(seen.max_fee_per_gas) + " wei, the base fee is " +
                                               chain::to_decimal(static_cast<u256>(head.next_base_fee_wei)));
    const auto next_nonce = nonce_of_ ? nonce_of_(work.transaction.sender) : std::nullopt;
    if (next_nonce && *next_nonce != seen.nonce)
        return no(SkipReason::nonce_not_next,
                  "nonce " + std::to_string(seen.nonce) + ", the account's next is " + std::to_string(*next_nonce));
    if (config_.max_tip_wei != 0 && decision.tip_wei > config_.max_tip_wei)
        return no(SkipReason::tip_above_cap, chain::to_decimal(decision.tip_wei) + " wei");
    return improvement_objection(head, decision);
}

// The engine judges each leg on the pool's state before the transaction, so another leg on the same pool makes its answer wrong;
// and a leg that may fail on its own would leave a mint without its swap.
std::optional<Planner::Objection> Planner::leg_objection(const Work& work, const accel::Decision& decision) const {
    const accel::SwapLeg* decided = nullptr;
    for (const accel::SwapLeg& leg : work.legs)
        if (leg.leg_index == decision.leg_index) decided = &leg;
    if (decided == nullptr) return Objection{SkipReason::transaction_unknown, "the decision's leg was never seen"};
    if (decided->has(records::swap_may_revert)) return Objection{SkipReason::may_revert, "the command allows failure"};
    const auto touching = std::ranges::count_if(work.legs, [&](const accel::SwapLeg& leg) { return same_pool(leg, *decided); });
    if (touching > 1) return Objection{SkipReason::several_legs, std::to_string(touching) + " legs on this pool"};
    return std::nullopt;
}

bool Planner::same_pool(const accel::SwapLeg& a, const accel::SwapLeg& b) {
    const bool same_pair =
        (a.token_in == b.token_in && a.token_out == b.token_out) || (a.token_in == b.token_out && a.token_out == b.token_in);
    return same_pair && a.fee == b.fee && a.factory == b.factory;
}

std::optional<Planner::Objection> Planner::improvement_objection(const chain::Head& head, const accel::Decision& decision) const {
    const auto live = live_.find(decision.pool_address);
    if (live == live_.end() || live->second.target_block != head.number + 1) return std::nullopt;
    const u256 bar =
        saturating_add(static_cast<u256>(std::max(live->second.profit_wei, static_cast<i256>(0))), config_.min_improvement_wei);
    if (decision.profit_wei >= 0 && static_cast<u256>(decision.profit_wei) >= bar) return std::nullopt;
    return Objection{SkipReason::not_better, "profit " + chain::to_decimal(decision.profit_wei) + " wei against " +
                                                 chain::to_decimal(live->second.profit_wei) + " in flight"};
}

// A replacement keeps the uuid, so that a relay holds one bundle a pool and block; anything else starts anew.
void Planner::name_bundle(Plan& plan, const Bytes20& pool) {
    const auto live = live_.find(pool);
    const bool replaces =
        live != live_.end() && (live->second.target_block == plan.target_block || live->second.target_hash == plan.target.hash);
    plan.uuid = replaces ? live->second.uuid : new_uuid();
    plan.version = replaces ? live->second.version + 1 : 0;
}

// RFC 4122, version 4. Names a bundle; nothing is protected by its being hard to guess.
std::string Planner::new_uuid() {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
        const std::uint64_t word = random_();
        for (std::size_t j = 0; j < 8; ++j) bytes[i + j] = static_cast<std::uint8_t>(word >> (8 * j));
    }
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
    std::string text = to_hex_plain(bytes);
    for (const std::size_t at : {20U, 16U, 12U, 8U}) text.insert(at, 1, '-');
    return text;
}

void Planner::ended(std::string_view uuid, std::uint32_t version) {
    std::erase_if(live_, [&](const auto& entry) { return entry.second.uuid == uuid && entry.second.version == version; });
}

std::vector<PendingTransaction> Planner::take_retries() {
    std::vector<PendingTransaction> out;
    for (auto& [pool, live] : live_) {
        if (!head_ || live.target_block > head_->number || live.retried) continue;
        live.retried = true;
        out.push_back(live.transaction);
    }
    return out;
}

std::string Planner::bundle_name(std::string_view uuid, std::uint32_t version) {
    return std::string(uuid) + "/" + std::to_string(version);
}

} // namespace jitbox::strategy
