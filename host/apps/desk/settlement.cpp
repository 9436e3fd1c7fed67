// Collects evidence, has it judged, and books the verdict.
// SPDX-License-Identifier: Apache-2.0
#include "apps/desk/settlement.hpp"

#include "apps/desk/stranded.hpp"
#include "apps/runtime/parts.hpp"
#include "base/hex.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <chrono>
#include <map>
#include <optional>
#include <utility>

namespace jitbox::apps {
namespace {

using relay::BlockEvidence;
using relay::TrackedBundle;
using telemetry::Level;
using SystemClock = std::chrono::system_clock;

std::optional<relay::ReceiptEvidence> to_evidence(const std::optional<feed::Receipt>& receipt) {
    if (!receipt) return std::nullopt;
    return relay::ReceiptEvidence{.block_number = receipt->block_number,
                                  .success = receipt->success,
                                  .gas_used = receipt->gas_used,
                                  .effective_gas_price_wei = receipt->effective_gas_price,
                                  .logs = receipt->logs};
}

using BundleKey = std::pair<std::string, std::uint32_t>;

BundleKey key_of(const TrackedBundle& bundle) {
    return {bundle.uuid, bundle.version};
}

/// Evidence under collection. When the last question is answered it is complete, or it has an error and is dropped.
struct Inquiry {
    TrackedBundle bundle;
    BlockEvidence evidence;
    std::string error;
    std::uint64_t number = 0; ///< only the newest inquiry about a bundle counts
    std::function<void(Inquiry&)> done;

    ~Inquiry() { done(*this); }
};

struct Booked {
    std::uint64_t block = 0;
    bool included = false;
    chain::i256 profit_wei = 0;
};

std::string gas_detail(const BlockEvidence& evidence) {
    boost::json::object out;
    if (evidence.mint) out["mint_gas_used"] = evidence.mint->gas_used;
    if (evidence.burn) out["burn_gas_used"] = evidence.burn->gas_used;
    return boost::json::serialize(out);
}

} // namespace

struct Settlement::Impl : std::enable_shared_from_this<Impl> {
    Impl(const Services& s, Trading& t, feed::NodeClient& n, SettlementCallbacks c)
        : services(s), trading(t), node(n), callbacks(std::move(c)), stranded(s, n), known_builders(builders(s.config)) {}

    const Services& services;
    Trading& trading;
    feed::NodeClient& node;
    SettlementCallbacks callbacks;
    Stranded stranded;
    std::vector<Bytes20> known_builders; ///< fee recipients of all that our relays reach; empty: not all are known
    std::uint64_t last_head = 0;
    std::uint64_t inquiries = 0;
    std::map<BundleKey, std::uint64_t> newest; ///< inquiries that are open
    /// What was booked for a bundle, in case a reorganisation gives it another verdict.
    std::map<BundleKey, Booked> booked;

    void on_head(const chain::Head& head) {
        if (head.number <= last_head) trading.tracker.reorganised(head.number);
        last_head = head.number;
        trading.tracker.note_head(head.number);
        stranded.on_head(head);
        std::erase_if(booked,
                      [&head](const auto& entry) { return entry.second.block + relay::Tracker::reorg_blocks < head.number; });
        const auto due = trading.tracker.due(head.number);
        const std::shared_ptr<void> all_settled(nullptr, [weak = weak_from_this(), head](void*) {
            if (const auto self = weak.lock()) self->callbacks.on_settled(head);
        });
        for (const TrackedBundle& bundle : due) inquire(bundle, all_settled);
    }

    void inquire(const TrackedBundle& bundle, const std::shared_ptr<void>& all_settled) {
        const auto inquiry = std::make_shared<Inquiry>();
        inquiry->bundle = bundle;
        inquiry->number = ++inquiries;
        newest[key_of(bundle)] = inquiry->number;
        inquiry->done = [weak = weak_from_this(), all_settled](Inquiry& finished) {
            if (const auto self = weak.lock()) self->conclude(finished);
        };
        ask_receipt(inquiry, bundle.mint_hash, &BlockEvidence::mint);
        ask_receipt(inquiry, bundle.target_hash, &BlockEvidence::target);
        ask_receipt(inquiry, bundle.burn_hash, &BlockEvidence::burn);
        ask_nonce(inquiry, bundle.lane_address, &BlockEvidence::lane_nonce);
        if (bundle.target_sender) ask_nonce(inquiry, *bundle.target_sender, &BlockEvidence::target_sender_nonce);
        node.block_by_number(bundle.target_block, [weak = weak_from_this(), inquiry](Result<feed::Block> block) {
            const auto self = weak.lock();
            if (!block) {
                inquiry->error = block.error().what;
                return;
            }
            inquiry->evidence.head = block->head;
            inquiry->evidence.fee_recipient = block->fee_recipient;
            inquiry->evidence.transactions = block->transaction_hashes;
            if (self) self->ask_logs(inquiry);
        });
    }

    void ask_receipt(const std::shared_ptr<Inquiry>& inquiry, const Bytes32& hash,
                     std::optional<relay::ReceiptEvidence> BlockEvidence::* member) {
        node.receipt(hash, [inquiry, member](const Result<std::optional<feed::Receipt>>& receipt) {
            if (receipt) {
                inquiry->evidence.*member = to_evidence(*receipt);
            } else {
                inquiry->error = receipt.error().what;
            }
        });
    }

    void ask_nonce(const std::shared_ptr<Inquiry>& inquiry, const Bytes20& account,
                   std::optional<std::uint64_t> BlockEvidence::* member) {
        node.transaction_count_at(account, inquiry->bundle.target_block, [inquiry, member](const Result<std::uint64_t>& nonce) {
            if (nonce) inquiry->evidence.*member = *nonce; // a node may have dropped the state of a block that is long past
        });
    }

    void ask_logs(const std::shared_ptr<Inquiry>& inquiry) {
        node.logs_of_block(inquiry->evidence.head.hash, {inquiry->bundle.pool}, [inquiry](Result<std::vector<chain::Log>> logs) {
            if (logs) {
                inquiry->evidence.pool_logs = std::move(*logs);
            } else {
                inquiry->error = logs.error().what;
            }
        });
    }

    void conclude(const Inquiry& inquiry) {
        const auto open = newest.find(key_of(inquiry.bundle));
        if (open == newest.end() || open->second != inquiry.number) return; // a newer head asks again
        newest.erase(open);
        if (!inquiry.error.empty()) {
            services.events.note(Level::warning, "node", "no verdict yet on a bundle: " + inquiry.error,
                                 {{"uuid", inquiry.bundle.uuid}});
            return;
        }
        const relay::Verdict verdict = relay::judge(inquiry.bundle, inquiry.evidence, known_builders);
        trading.tracker.judged(inquiry.bundle.uuid, inquiry.bundle.version);
        trading.planner.ended(inquiry.bundle.uuid, inquiry.bundle.version);
        book(inquiry.bundle, verdict);
        store::OutcomeEntry entry = relay::journal_entry(inquiry.bundle, verdict, inquiry.evidence.head.number, wall_ns());
        if (entry.detail_json.empty()) entry.detail_json = gas_detail(inquiry.evidence);
        if (!services.journal.enqueue(std::move(entry)))
            callbacks.on_alert("journal: the queue is full, an outcome is not recorded");
        services.metrics
            .counter("jitbox_outcomes_total", "how bundles ended", {{"outcome", std::string(store::to_text(verdict.outcome))}})
            .add();
        follow(inquiry, verdict);
    }

    /// The first verdict settles the order; a later one, after a reorganisation, books the difference.
    void book(const TrackedBundle& bundle, const relay::Verdict& verdict) {
        const bool included = verdict.outcome == store::Outcome::included;
        const Booked now{.block = bundle.target_block, .included = included, .profit_wei = verdict.realised_profit_wei};
        const auto [before, first] = booked.try_emplace(key_of(bundle), now);
        if (first) {
            trading.gate.settle(bundle.ticket, verdict.realised_profit_wei, SystemClock::now());
            callbacks.on_booked(verdict.realised_profit_wei);
            callbacks.on_ended(bundle.pool, included);
        } else {
            const chain::i256 difference = verdict.realised_profit_wei - before->second.profit_wei;
            trading.gate.book(difference, SystemClock::now());
            callbacks.on_booked(difference);
            (before->second.included ? trading.totals.included : trading.totals.missed) -= 1;
            before->second = now;
        }
        (included ? trading.totals.included : trading.totals.missed) += 1;
    }

    void follow(const Inquiry& inquiry, const relay::Verdict& verdict) {
        const std::string target = to_hex(inquiry.bundle.target_hash);
        if (verdict.outcome == store::Outcome::included) {
            trading.lanes.consumed(inquiry.bundle.lane, inquiry.bundle.mint_nonce);
            services.events.note(Level::info, "included",
                                 fmt::format("{} block {}: earned {:.6f} ether net; {}", target.substr(0, 10),
                                             inquiry.bundle.target_block, chain::to_double(verdict.realised_profit_wei) / 1e18,
                                             verdict.alerts.empty() ? "every wei as predicted" : "NOT AS PREDICTED"),
                                 {{"hash", target}, {"uuid", inquiry.bundle.uuid}});
        } else {
            services.events.note(Level::info, "missed",
                                 fmt::format("{} block {}: {}: {}", target.substr(0, 10), inquiry.bundle.target_block,
                                             store::to_text(verdict.outcome), verdict.reason),
                                 {{"hash", target}, {"uuid", inquiry.bundle.uuid}});
        }
        for (const std::string& alert : verdict.alerts) callbacks.on_alert(alert);
        if (verdict.stranded) stranded.add(inquiry.bundle);
        if (verdict.outcome == store::Outcome::partial) callbacks.on_partial(verdict.reason);
    }
};

Settlement::Settlement(const Services& services, Trading& trading, feed::NodeClient& node, SettlementCallbacks callbacks)
    : impl_(std::make_shared<Impl>(services, trading, node, std::move(callbacks))) {}

Settlement::~Settlement() = default;

void Settlement::on_head(const chain::Head& head) {
    impl_->on_head(head);
}

} // namespace jitbox::apps
