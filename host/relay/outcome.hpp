// How a bundle ended, from the block that it was for: the reason, what it really earned, and every wei that differs from the plan.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "chain/block.hpp"
#include "chain/u256.hpp"
#include "relay/client.hpp"
#include "store/journal.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jitbox::relay {

using chain::i256;
using chain::u128;
using chain::u256;

/// The figures that are predicted and realised. Token base units; swap amounts as in the pool's Swap event.
struct Amounts {
    u256 mint0 = 0, mint1 = 0;
    i256 swap0 = 0, swap1 = 0;
    u256 burn0 = 0, burn1 = 0; ///< principal
    u256 fee0 = 0, fee1 = 0;   ///< collected beyond the principal
    i256 gross_profit_wei = 0; ///< V(burn + fees) - V(mint)
    u256 tip_wei = 0;
    u256 gas_cost_wei = 0; ///< predicted: a bound; realised: gas used at the effective price, mint and burn
};

/// A bundle on its way. What came from outside of the plan (answers, cancellation) is filled in by Tracker.
struct TrackedBundle {
    std::string uuid;
    std::uint32_t version = 0;
    std::uint64_t ticket = 0; ///< risk::Gate
    std::uint32_t lane = 0;
    Bytes20 lane_address{};
    std::uint64_t mint_nonce = 0;
    std::uint64_t target_block = 0;
    Bytes32 parent_hash{};
    Bytes20 pool{};
    Bytes20 executor{};
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    u256 price0_x96 = 0; ///< of the plan; the realised profit is valued with the same prices
    u256 price1_x96 = 0;
    Bytes32 mint_hash{}, target_hash{}, burn_hash{};
    Bytes burn_raw; ///< its calldata says what tip was paid
    u256 max_fee_per_gas_wei = 0;
    std::optional<Bytes20> target_sender; ///< empty for a bundle taken over from the journal
    std::optional<std::uint64_t> target_nonce;
    std::optional<u256> target_max_fee_per_gas_wei;
    Amounts predicted;

    std::vector<std::string> accepted_by; ///< relays, before the block was seen
    std::string last_refusal;             ///< the newest answer that was no acceptance
    bool too_late = false;                ///< an answer said so, or all acceptances came after the block
    bool withdrawn = false;               ///< replaced or cancelled by us
};

/// A receipt as far as the outcome needs it.
struct ReceiptEvidence {
    std::uint64_t block_number = 0;
    bool success = false;
    std::uint64_t gas_used = 0;
    u256 effective_gas_price_wei = 0;
    std::vector<chain::Log> logs;
};

/// What the node says about the block that a bundle was for.
struct BlockEvidence {
    chain::Head head; ///< of the target block
    std::optional<Bytes20> fee_recipient;
    std::vector<Bytes32> transactions;                 ///< hashes, in order
    std::optional<ReceiptEvidence> mint, target, burn; ///< wherever they were mined; empty: not mined
    std::optional<std::uint64_t> target_sender_nonce;  ///< eth_getTransactionCount at this block
    std::optional<std::uint64_t> lane_nonce;           ///< likewise
    std::vector<chain::Log> pool_logs;                 ///< of the pool in this block
};

struct Verdict {
    store::Outcome outcome = store::Outcome::unknown;
    std::string reason;                ///< the evidence in words
    std::optional<Amounts> realised{}; ///< for `included`
    i256 realised_profit_wei = 0;      ///< net of tip and gas; for `partial` only the gas that was paid
    bool stranded = false;             ///< for `partial`: the mint stands and the burn does not, a position is left in the pool
    std::vector<std::string> alerts{}; ///< each figure that differs by a wei, and what else an operator must see
};

/// `fee_recipients`: of all builders behind the configured relays; empty when they are not known.
[[nodiscard]] Verdict judge(const TrackedBundle& bundle, const BlockEvidence& block, std::span<const Bytes20> fee_recipients);

/// What the chain says about an included bundle. Errors: an event of the pool that must be there is not, or is malformed.
[[nodiscard]] Result<Amounts> realised_amounts(const TrackedBundle& bundle, const ReceiptEvidence& mint,
                                               const ReceiptEvidence& target, const ReceiptEvidence& burn);
/// "fee0: predicted 5, realised 4" for every figure that must be equal to the wei (all but gas).
[[nodiscard]] std::vector<std::string> differences(const Amounts& predicted, const Amounts& realised);

[[nodiscard]] store::BundleAmounts to_journal(const Amounts& amounts);
[[nodiscard]] store::OutcomeEntry journal_entry(const TrackedBundle& bundle, const Verdict& verdict, std::uint64_t block,
                                                std::int64_t time_ns);

} // namespace jitbox::relay
