// The planner: DECISION + TX_SEEN + legs + head + lanes -> Plan, or a reason why not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/records.hpp"
#include "chain/block.hpp"
#include "strategy/lanes.hpp"
#include "strategy/plan.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace jitbox::strategy {

/// What the planner needs to know of a pool that the appliance may join.
struct PlannerPool {
    Bytes20 address{};
    std::uint16_t pool_index = 0;       ///< in the record stream
    std::uint16_t executor_pool_id = 0; ///< in the executor contract
    u256 price0_x96 = 0;                ///< wei a unit of token0, Q96; as in PARAMS
    u256 price1_x96 = 0;
};

struct PlannerConfig {
    std::uint64_t chain_id = 0;
    Bytes20 executor{};
    std::uint64_t mint_gas_limit = 600'000;
    std::uint64_t burn_gas_limit = 500'000;
    u256 max_priority_fee_per_gas_wei = 1; ///< the tip to the builder goes through the executor; this only makes us includable
    /// maxFeePerGas = base fee of the next block * (1 + headroom) + priority. The bundle pays the base fee whatever the headroom;
    /// voiding in a later block needs it, because the base fee may have risen by then (an eighth a block).
    std::uint32_t fee_headroom_ppm = 1'000'000;
    std::uint32_t tolerance_ppm = 0;  ///< of each minimum and maximum amount; 0: exactly what was predicted, or revert
    u256 max_tip_wei = 0;             ///< the executor's tipCapWei: a larger tip would revert the burn
    u256 min_improvement_wei = 1;     ///< by which a better decision must beat the bundle that it replaces
    std::size_t max_pending = 65'536; ///< transactions between submission to the engine and TX_SEEN
    std::vector<PlannerPool> pools;
};

enum class SkipReason : std::uint8_t {
    transaction_unknown,  ///< no raw bytes under this sequence number (or they were dropped)
    transaction_rejected, ///< TX_SEEN says it is not well-formed or no swap
    pool_unknown,         ///< no planner pool with this address
    several_legs,         ///< more than one leg of the transaction touches the pool
    may_revert,           ///< the leg may fail without the transaction failing
    stale,                ///< computed on another head than the current one
    no_head,
    wrong_chain,
    blob_target,    ///< a builder takes a blob transaction with its blobs only, and the node's stream does not carry them
    fee_too_low,    ///< the target cannot pay the next block's base fee
    nonce_not_next, ///< the target's nonce is not its sender's next one
    not_better,     ///< the bundle in flight on this pool is as good
    no_free_lane,
    tip_above_cap, ///< the executor would refuse the burn
    cannot_encode, ///< a figure does not fit the executor's argument
};
[[nodiscard]] std::string_view to_text(SkipReason reason);

struct Skip {
    std::uint64_t sequence = 0;
    SkipReason reason = SkipReason::transaction_unknown;
    Bytes32 target_hash{};
    Bytes20 pool{};
    std::string text;
};
using Action = std::variant<Plan, Skip>;

/// A transaction on its way through the engine.
struct PendingTransaction {
    Bytes raw;
    Bytes20 sender{};
    telemetry::StageClock clock;
};

/// Not thread-safe: owned by jitd's loop.
class Planner {
public:
    /// The account's next nonce when it is known (a cache that the composition fills); empty lets the plan pass and leaves the
    /// check to the relay's simulation.
    using NonceOf = std::function<std::optional<std::uint64_t>(const Bytes20& sender)>;

    Planner(PlannerConfig config, Lanes& lanes, NonceOf nonce_of, std::uint64_t uuid_seed = std::random_device{}());

    /// `first_sequence`: of the first record that the engine gets after this head's records. Decisions on earlier transactions are
    /// stale, because the stream is ordered.
    void on_head(const chain::Head& head, std::uint64_t first_sequence);
    /// The pool's state as last given to the engine: its version, liquidity in range, whether it is in service. Decisions on
    /// another version, on a pool out of service or on one that was never told are stale.
    void on_pool(const Bytes20& pool, std::uint64_t state_version, u128 liquidity, bool in_service);
    /// Just before the TX record with this sequence number is submitted to the engine.
    void on_submitted(std::uint64_t sequence, PendingTransaction transaction);

    void on_swap(const accel::SwapLeg& leg);
    void on_decision(const accel::Decision& decision);
    /// Ends the transaction: a plan or a skip for each decision that it had (best profit first), nothing when it had none.
    [[nodiscard]] std::vector<Action> on_tx_seen(const accel::TxSeen& seen);

    /// The bundle ended (any outcome, or it was never sent): later decisions on its pool start under a new uuid.
    void ended(std::string_view uuid, std::uint32_t version);
    /// Targets of bundles that were not included when `head` came and may be joined again: submit them to the engine anew, after
    /// the records of the new head. Each is handed out once a head.
    [[nodiscard]] std::vector<PendingTransaction> take_retries();

    /// What a lane's `bundle` says.
    [[nodiscard]] static std::string bundle_name(std::string_view uuid, std::uint32_t version);
    [[nodiscard]] const PlannerConfig& config() const { return config_; }
    void set_pools(std::vector<PlannerPool> pools);

private:
    struct Work { ///< one transaction between submission and TX_SEEN
        PendingTransaction transaction;
        std::vector<accel::SwapLeg> legs;
        std::vector<accel::Decision> decisions;
    };
    struct PoolState {
        std::uint64_t version = 0;
        u128 liquidity = 0;
        bool in_service = false;
    };
    struct Live { ///< the bundle in flight on a pool
        std::string uuid;
        std::uint32_t version = 0;
        Bytes32 target_hash{};
        std::uint64_t target_block = 0;
        i256 profit_wei = 0;
        PendingTransaction transaction; ///< for a retry on the next head
        bool retried = false;
    };

    using Objection = std::pair<SkipReason, std::string>;

    [[nodiscard]] Action plan(const Work& work, const accel::TxSeen& seen, const accel::Decision& decision);
    [[nodiscard]] std::optional<Objection> objection(const chain::Head& head, const Work& work, const accel::TxSeen& seen,
                                                     const accel::Decision& decision) const;
    [[nodiscard]] std::optional<Objection> leg_objection(const Work& work, const accel::Decision& decision) const;
    [[nodiscard]] std::optional<Objection> improvement_objection(const chain::Head& head, const accel::Decision& decision) const;
    [[nodiscard]] static bool same_pool(const accel::SwapLeg& a, const accel::SwapLeg& b);
    [[nodiscard]] Result<Plan> compose(const chain::Head& head, const Work& work, const accel::TxSeen& seen,
                                       const accel::Decision& decision, const PlannerPool& pool) const;
    [[nodiscard]] std::string staleness(const chain::Head& head, const accel::Decision& decision) const;
    void name_bundle(Plan& plan, const Bytes20& pool);
    [[nodiscard]] std::string new_uuid();

    PlannerConfig config_;
    Lanes& lanes_;
    NonceOf nonce_of_;
    std::mt19937_64 random_;
    std::optional<chain::Head> head_;
    std::uint64_t first_sequence_ = 0;
    std::map<std::uint64_t, Work> work_; ///< ordered: the oldest goes first when it is full
    std::unordered_map<Bytes20, PlannerPool, BytesHash> pools_;
    std::unordered_map<Bytes20, PoolState, BytesHash> states_;
    std::unordered_map<Bytes20, Live, BytesHash> live_;
};

} // namespace jitbox::strategy
