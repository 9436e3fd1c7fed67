// The journal: what the appliance decided, submitted and earned, in SQLite, for operators, reports and restarts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "chain/u256.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace jitbox::store {

/// How a bundle ended. The reasons of the bundle section of docs/signer.md and docs/relay.md; text form by to_text.
enum class Outcome : std::uint8_t {
    pending,                ///< not ended yet
    included,               ///< mint, target and burn are in the target block, in this order
    target_mined_elsewhere, ///< the target was mined without us
    target_replaced,        ///< the target's sender used the nonce for another transaction
    reverted,               ///< a transaction of the bundle would revert
    base_fee,               ///< the block's base fee was above what the bundle pays
    late,                   ///< it reached the relay after the target block was built
    outbid,                 ///< another bundle took the target
    nonce_conflict,         ///< a nonce of the bundle was already used
    no_relay_slot,          ///< the slot was not built by a relay that had the bundle
    cancelled,              ///< we withdrew it (replacement, disarm, emergency stop)
    partial,                ///< only a part of it is on chain: unbundled, trips the appliance
    voided,                 ///< never included; its nonces were consumed by publishing it after its block
    unknown,                ///< not included for a reason that could not be established
};
[[nodiscard]] std::string_view to_text(Outcome outcome);
[[nodiscard]] std::optional<Outcome> outcome_from_text(std::string_view text);

/// What the engine said about one leg. All amounts in the journal are decimal text (wei or token base units).
struct DecisionEntry {
    std::int64_t time_ns = 0; ///< wall clock, nanoseconds since 1970
    std::uint64_t block = 0;  ///< head the decision was made on
    std::string pool{};       ///< address
    Bytes32 target_hash{};
    std::string kind{};   ///< "decision" or "reject"
    std::string reason{}; ///< reject reason; empty for a decision
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    std::string liquidity{};
    std::string profit_wei{};
    std::string detail_json{}; ///< anything else worth keeping; "" or a JSON object
};

/// The eleven figures that are predicted and later realised. Signed where the pool's event is signed. Empty = not known.
struct BundleAmounts {
    std::string mint0{}, mint1{};
    std::string swap0{}, swap1{}; ///< as in the pool's Swap event
    std::string burn0{}, burn1{};
    std::string fee0{}, fee1{};
    std::string gross_profit_wei{};
    std::string tip_wei{};
    std::string gas_cost_wei{}; ///< predicted: the bound PARAMS.gas_cost_wei; realised: gas used * effective price
};

/// A plan that was signed. Written before the bundle leaves the appliance; `mint_raw` and `burn_raw` are what voiding publishes.
struct BundleEntry {
    std::string uuid{};        ///< replacementUuid of this bundle; primary key together with `version`
    std::uint32_t version = 0; ///< 0 for the first bundle with this uuid, +1 for each replacement
    std::int64_t time_ns = 0;
    Bytes32 target_hash{};
    std::uint64_t target_block = 0;
    std::string pool{};
    std::string router{}; ///< form of the target (for the operator's eye), e.g. "SwapRouter02.multicall"
    std::uint32_t lane = 0;
    std::string lane_address{};
    std::uint64_t mint_nonce = 0; ///< the burn uses mint_nonce + 1
    Bytes32 mint_hash{};
    Bytes32 burn_hash{};
    Bytes mint_raw{};
    Bytes burn_raw{};
    std::int32_t tick_lower = 0;
    std::int32_t tick_upper = 0;
    std::string liquidity{};
    BundleAmounts predicted{};
    std::string latency_json{}; ///< nanoseconds a stage, a JSON object; "" when unknown
};

/// One message to one relay about a bundle.
struct SubmissionEntry {
    std::string uuid{};
    std::uint32_t version = 0;
    std::string relay{};
    std::string kind{}; ///< "send" or "cancel"
    std::int64_t time_ns = 0;
    std::int64_t latency_us = 0;
    bool accepted = false;
    std::string answer{}; ///< bundle hash, or the error in the relay's words
};

/// The end of a bundle. A second one for the same bundle replaces the first (reorgs).
struct OutcomeEntry {
    std::string uuid{};
    std::uint32_t version = 0;
    std::int64_t time_ns = 0;
    Outcome outcome = Outcome::unknown;
    std::string reason{};              ///< the evidence in words
    std::uint64_t block = 0;           ///< where it was included, or the block that settled it
    BundleAmounts realised{};          ///< set for `included`
    std::string realised_profit_wei{}; ///< signed, net of tip and gas; the figure that daily P&L sums
    std::string detail_json{};
};

/// What is known of a lane, so that a restart knows which nonces are in flight.
struct LaneEntry {
    std::uint32_t lane = 0;
    std::string address{};
    std::string state{}; ///< "free", "busy", "voiding"
    std::uint64_t next_nonce = 0;
    std::string uuid{}; ///< the bundle that holds it; empty when free
    std::int64_t time_ns = 0;
};

/// RISK-3: kept in a ring of `Options::risk_ring` rows.
struct RiskEventEntry {
    std::int64_t time_ns = 0;
    std::string level{}; ///< INFO, WARNING, ERROR, CRITICAL
    std::string rule{};
    std::string text{};
    std::string detail_json{};
};

/// Something that was paid outside of a bundle's outcome: the gas of voiding it. Counts against the profit of its day.
struct CostEntry {
    std::int64_t time_ns = 0;
    std::string what{}; ///< e.g. the bundle that was voided
    std::string wei{};  ///< not negative
};

/// What the risk limits must remember across a restart, by key; a later value replaces the earlier.
struct RiskStateEntry {
    std::int64_t time_ns = 0;
    std::string key{};
    std::string value{};
};

using Entry =
    std::variant<DecisionEntry, BundleEntry, SubmissionEntry, OutcomeEntry, LaneEntry, RiskEventEntry, CostEntry, RiskStateEntry>;

/// A bundle with how it ended, as `jitctl bundles` shows it.
struct BundleView {
    BundleEntry bundle{};
    std::optional<OutcomeEntry> outcome{}; ///< empty while pending
    std::vector<SubmissionEntry> submissions{};
};

struct ProfitEntry {
    std::int64_t time_ns = 0;
    chain::i256 profit_wei = 0;
};

struct TargetEntry {
    std::int64_t time_ns = 0;
    Bytes32 target_hash{};
};

/// One writer thread, group commit, WAL with synchronous=FULL (DATA-3): an entry whose `done` was called, or whose commit()
/// returned, survives kill -9 and power loss. Thread-safe.
class Journal {
public:
    struct Options {
        std::size_t queue_limit = 8192; ///< entries that may wait for the writer
        std::size_t risk_ring = 10'000;
        std::size_t keep_decisions = 1'000'000; ///< older ones are dropped, a thousand at a time
    };
    using Done = std::function<void(Result<void>)>;

    /// Creates the file and its directory's schema when missing. Errors: not writable, written by a newer version, no SQLite file.
    [[nodiscard]] static Result<std::unique_ptr<Journal>> open(const std::string& path, Options options);
    [[nodiscard]] static Result<std::unique_ptr<Journal>> open(const std::string& path) { return open(path, Options{}); }
    ~Journal(); ///< writes what is queued, then closes
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Hands the entry to the writer and returns at once. `done` (optional) is called on the writer's thread once it is durable
    /// or failed. False (and `done` not called, `dropped()` counts it) when the queue is full.
    [[nodiscard]] bool enqueue(Entry entry, Done done = {});
    /// Waits until the entry, and all queued before it, are durable. Errors: full disk (says so), I/O, queue full.
    [[nodiscard]] Result<void> commit(Entry entry);
    /// Waits until everything queued so far is written.
    [[nodiscard]] Result<void> flush();

    [[nodiscard]] std::uint64_t dropped() const noexcept;
    /// Text of the last failed write; empty while all is well. Clears itself with the next good write.
    [[nodiscard]] std::string last_error() const;

    /// Newest first. `pool` empty: all pools.
    [[nodiscard]] Result<std::vector<DecisionEntry>> decisions(std::size_t limit, std::string_view pool = {});
    [[nodiscard]] Result<std::vector<BundleView>> bundles(std::size_t limit);
    [[nodiscard]] Result<std::optional<BundleView>> bundle(std::string_view uuid, std::uint32_t version);
    /// Bundles without an outcome: what a restart must track or void.
    [[nodiscard]] Result<std::vector<BundleView>> open_bundles();
    [[nodiscard]] Result<std::vector<LaneEntry>> lanes();
    [[nodiscard]] Result<std::vector<RiskEventEntry>> risk_events(std::size_t limit);
    [[nodiscard]] Result<std::map<std::string, std::string>> risk_state();
    /// Every outcome's realised profit and every cost (negative) since `from`, oldest first.
    [[nodiscard]] Result<std::vector<ProfitEntry>> profits(std::chrono::system_clock::time_point from);
    /// Pools with an included bundle.
    [[nodiscard]] Result<std::vector<std::string>> pools_included();
    /// When and for which target each bundle since `from` was signed, oldest first.
    [[nodiscard]] Result<std::vector<TargetEntry>> targets(std::chrono::system_clock::time_point from);
    /// Sum of the profits() of the UTC day that `day` falls in.
    [[nodiscard]] Result<chain::i256> realised_profit_wei(std::chrono::system_clock::time_point day);

private:
    struct Impl;
    explicit Journal(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace jitbox::store
