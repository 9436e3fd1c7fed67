// The verdict on a bundle: the first explanation that the evidence proves, from the surest to the vaguest.
// SPDX-License-Identifier: Apache-2.0
#include "relay/outcome.hpp"

#include "base/hex.hpp"
#include "chain/uniswap_abi.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace jitbox::relay {
namespace {

using chain::to_decimal;
using store::Outcome;

std::optional<std::size_t> position(const std::vector<Bytes32>& transactions, const Bytes32& hash) {
    const auto found = std::ranges::find(transactions, hash);
    if (found == transactions.end()) return std::nullopt;
    return static_cast<std::size_t>(found - transactions.begin());
}

Verdict verdict(Outcome outcome, std::string reason) {
    return {.outcome = outcome, .reason = std::move(reason)};
}

u256 gas_of(const ReceiptEvidence& receipt) {
    return receipt.effective_gas_price_wei * receipt.gas_used;
}

struct Positions {
    std::optional<std::size_t> mint, target, burn;
};

// Only what reached the chain outside of its bundle, or failed there. Our money may lie in the pool: always an alert.
Verdict partial(const TrackedBundle& bundle, const BlockEvidence& block, const Positions& at) {
    const auto word = [](const std::optional<std::size_t>& place, const std::optional<ReceiptEvidence>& receipt) {
        if (!place) return std::string("absent");
        const std::string where = "at " + std::to_string(*place);
        if (!receipt) return where + ", receipt unknown";
        return where + (receipt->success ? ", succeeded" : ", failed");
    };
    Verdict out = verdict(Outcome::partial, fmt::format("mint {}; target {}; burn {}", word(at.mint, block.mint),
                                                        word(at.target, block.target), word(at.burn, block.burn)));
    for (const auto* receipt : {&block.mint, &block.burn})
        if (*receipt) out.realised_profit_wei -= static_cast<i256>(gas_of(**receipt));
    out.stranded = block.mint && block.mint->success && !(block.burn && block.burn->success);
    out.alerts.push_back("bundle " + bundle.uuid + " was taken apart: " + out.reason +
                         (out.stranded ? ". A position is left in the pool: unwind it" : ""));
    return out;
}

/// The three as they stand in the block.
struct Mined {
    const ReceiptEvidence& mint;
    const ReceiptEvidence& target;
    const ReceiptEvidence& burn;
};

Verdict included(const TrackedBundle& bundle, const Mined& mined, std::string where) {
    auto amounts = realised_amounts(bundle, mined.mint, mined.target, mined.burn);
    Verdict out = verdict(Outcome::included, std::move(where));
    if (!amounts) {
        out.alerts.push_back("bundle " + bundle.uuid + ": " + amounts.error().text());
        out.realised_profit_wei = -static_cast<i256>(gas_of(mined.mint) + gas_of(mined.burn));
        return out;
    }
    out.realised_profit_wei =
        amounts->gross_profit_wei - static_cast<i256>(amounts->tip_wei) - static_cast<i256>(amounts->gas_cost_wei);
    for (const std::string& text : differences(bundle.predicted, *amounts))
        out.alerts.push_back("bundle " + bundle.uuid + ": " + text);
    out.realised = *amounts;
    return out;
}

// Somebody else's mint and burn around our target: the same trade, better paid.
bool joined_by_another(const TrackedBundle& bundle, const BlockEvidence& block, std::size_t target_at) {
    bool minted_before = false;
    bool burnt_after = false;
    for (const chain::Log& log : block.pool_logs) {
        if (log.topics.empty() || log.transaction_hash == bundle.target_hash) continue;
        const auto at = position(block.transactions, log.transaction_hash);
        if (!at) continue;
        minted_before |= *at < target_at && log.topics[0] == chain::uniswap::mint_event.topic;
        burnt_after |= *at > target_at && log.topics[0] == chain::uniswap::burn_event.topic;
    }
    return minted_before && burnt_after;
}

std::optional<Verdict> target_gone(const TrackedBundle& bundle, const BlockEvidence& block, const Positions& at) {
    if (at.target) {
        if (joined_by_another(bundle, block, *at.target))
            return verdict(Outcome::outbid,
                           fmt::format("the target is transaction {}, with another's mint and burn around it", *at.target));
        return verdict(Outcome::target_mined_elsewhere,
                       fmt::format("the target is transaction {} of this block, without us", *at.target));
    }
    if (block.target && block.target->block_number < block.head.number)
        return verdict(Outcome::target_mined_elsewhere,
                       fmt::format("the target was mined in block {} already", block.target->block_number));
    if (!block.target && bundle.target_nonce && block.target_sender_nonce && *block.target_sender_nonce > *bundle.target_nonce)
        return verdict(Outcome::target_replaced,
                       fmt::format("the target's sender used nonce {} for another transaction", *bundle.target_nonce));
    return std::nullopt;
}

std::optional<Verdict> bundle_invalid(const TrackedBundle& bundle, const BlockEvidence& block) {
    if (block.lane_nonce && *block.lane_nonce > bundle.mint_nonce)
        return verdict(Outcome::nonce_conflict,
                       fmt::format("the lane's nonce is {}, the mint has {}", *block.lane_nonce, bundle.mint_nonce));
    const auto base_fee = static_cast<u256>(block.head.base_fee_wei);
    if (base_fee > bundle.max_fee_per_gas_wei)
        return verdict(Outcome::base_fee,
                       "the base fee is " + to_decimal(base_fee) + " wei, we offer " + to_decimal(bundle.max_fee_per_gas_wei));
    if (bundle.target_max_fee_per_gas_wei && base_fee > *bundle.target_max_fee_per_gas_wei)
        return verdict(Outcome::base_fee, "the base fee is " + to_decimal(base_fee) + " wei, the target offers " +
                                              to_decimal(*bundle.target_max_fee_per_gas_wei));
    if (block.head.parent_hash != bundle.parent_hash)
        return verdict(Outcome::reverted, "the block stands on " + to_hex(block.head.parent_hash) + ", not on the planned parent");
    return std::nullopt;
}

Verdict delivery(const TrackedBundle& bundle, const BlockEvidence& block, std::span<const Bytes20> fee_recipients) {
    if (bundle.accepted_by.empty() && bundle.too_late)
        return verdict(Outcome::late,
                       "no relay took it before the block came" + (bundle.last_refusal.empty() ? "" : "; " + bundle.last_refusal));
    if (bundle.accepted_by.empty())
        return verdict(Outcome::no_relay_slot,
                       "no relay took it" + (bundle.last_refusal.empty() ? "" : "; " + bundle.last_refusal));
    if (block.fee_recipient && !fee_recipients.empty() &&
        std::ranges::find(fee_recipients, *block.fee_recipient) == fee_recipients.end())
        return verdict(Outcome::no_relay_slot,
                       "the block was built by " + to_hex(*block.fee_recipient) + ", behind none of our relays");
    return verdict(Outcome::unknown, fmt::format("{} relays held it, the target is still pending", bundle.accepted_by.size()));
}

} // namespace

Verdict judge(const TrackedBundle& bundle, const BlockEvidence& block, std::span<const Bytes20> fee_recipients) {
    const Positions at{position(block.transactions, bundle.mint_hash), position(block.transactions, bundle.target_hash),
                       position(block.transactions, bundle.burn_hash)};
    if (at.mint && at.target && at.burn && block.mint && block.target && block.burn) {
        const bool in_order = *at.mint < *at.target && *at.target < *at.burn;
        if (in_order && block.mint->success && block.burn->success && block.target->success)
            return included(bundle, {.mint = *block.mint, .target = *block.target, .burn = *block.burn},
                            fmt::format("transactions {}, {}, {} of block {}", *at.mint, *at.target, *at.burn, block.head.number));
    }
    if (at.mint || at.burn) return partial(bundle, block, at);
    if (bundle.withdrawn) return verdict(Outcome::cancelled, "replaced or withdrawn by us");
    if (auto found = target_gone(bundle, block, at); found) return *found;
    if (auto found = bundle_invalid(bundle, block); found) return *found;
    return delivery(bundle, block, fee_recipients);
}

store::OutcomeEntry journal_entry(const TrackedBundle& bundle, const Verdict& verdict, std::uint64_t block, std::int64_t time_ns) {
    return {.uuid = bundle.uuid,
            .version = bundle.version,
            .time_ns = time_ns,
            .outcome = verdict.outcome,
            .reason = verdict.reason,
            .block = block,
            .realised = verdict.realised ? to_journal(*verdict.realised) : store::BundleAmounts{},
            .realised_profit_wei = to_decimal(verdict.realised_profit_wei),
            .detail_json = {}};
}

} // namespace jitbox::relay
