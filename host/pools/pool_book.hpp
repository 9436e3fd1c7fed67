// All pools at the tip of the chain: a pure state machine of blocks and logs with a journal for reorganisations. No I/O.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/block.hpp"
#include "pools/pool_view.hpp"

#include <deque>
#include <unordered_map>

namespace jitbox::pools {

inline constexpr std::size_t journal_blocks = 64; ///< reorganisations up to this depth are undone exactly

/// Whether decisions may be made on a pool.
enum class Service : std::uint8_t {
    waiting,     ///< no state yet: to be read from the node
    in_service,  ///< state known and consistent
    quarantined, ///< differed from the node or broke a pool rule: its state must be read again
    confirming,  ///< read again; back in service once an audit of a later block agrees
};
[[nodiscard]] std::string_view name_of(Service service);

/// What apply_block did.
struct BlockOutcome {
    enum class Kind : std::uint8_t {
        applied,        ///< the block is the tip now
        known,          ///< already in the journal (a repeated or late head): nothing changed
        unknown_parent, ///< does not connect: the caller brings the parent first
        too_deep,       ///< its parent lies below the journal: every pool must be read again (see reset)
    };
    Kind kind = Kind::known;
    std::size_t undone_blocks = 0;        ///< depth of the reorganisation
    std::vector<std::uint16_t> changed{}; ///< pools whose state or service changed, ascending
    std::vector<std::string> alerts{};    ///< pools that left service, with the reason
};

class PoolBook {
public:
    /// The pools in the order of their pool_index.
    explicit PoolBook(std::vector<PoolIdentity> pools);

    /// Forgets journal and states and starts at this block; every pool is `waiting` (a confirming or quarantined one stays so).
    void reset(const chain::Head& tip);
    /// State of one pool as read from the node at `block_hash`, which must be the tip or in the journal: later blocks of the
    /// journal are applied to it again. A reorganisation that undoes that block itself quarantines the pool. Error: the block is
    /// not known (any more).
    Result<BlockOutcome> install(std::uint16_t pool_index, const Bytes32& block_hash, PoolState state);
    /// What apply_block would answer, without applying: `applied` when the head connects.
    [[nodiscard]] BlockOutcome::Kind connects(const chain::Head& head) const;
    /// A block with all logs of our pools in it, in any order. Logs of other blocks and removed ones are ignored.
    BlockOutcome apply_block(const chain::Head& head, std::vector<chain::Log> logs);
    /// A log of the live subscription. One that is `removed` undoes its block when the journal has it (the node says that the block
    /// is gone); one that an applied block did not contain quarantines its pool.
    BlockOutcome note_log(const chain::Log& log);
    /// Result of an audit: the node's state at a block of the journal or at the tip. Equal: a confirming pool goes into service.
    /// Different: the pool is quarantined. An unknown block changes nothing.
    BlockOutcome audit(std::uint16_t pool_index, const Bytes32& block_hash, const PoolState& node_state);
    /// Our state of a pool after a block of the journal (or the tip); none when the pool has no state or the block is not known.
    [[nodiscard]] std::optional<PoolState> state_after(std::uint16_t pool_index, const Bytes32& block_hash) const;
    /// Takes a pool out of service until it has been read again and confirmed.
    BlockOutcome quarantine(std::uint16_t pool_index, const std::string& reason);

    [[nodiscard]] std::size_t size() const { return pools_.size(); }
    [[nodiscard]] const PoolIdentity& identity(std::uint16_t pool_index) const { return pools_.at(pool_index).identity; }
    [[nodiscard]] const PoolState& state(std::uint16_t pool_index) const { return pools_.at(pool_index).state; }
    [[nodiscard]] Service service(std::uint16_t pool_index) const { return pools_.at(pool_index).service; }
    [[nodiscard]] std::uint64_t state_version(std::uint16_t pool_index) const { return pools_.at(pool_index).version; }
    [[nodiscard]] std::optional<std::uint16_t> index_of(const Address& pool) const;
    [[nodiscard]] PoolView view(std::uint16_t pool_index) const;
    [[nodiscard]] const std::optional<chain::Head>& tip() const { return tip_; }

private:
    struct Pool {
        PoolIdentity identity;
        PoolState state;
        Service service = Service::waiting;
        std::uint64_t version = 0;
        std::uint64_t installed_at = 0; ///< number of the block of the last install

        [[nodiscard]] bool has_state() const { return service == Service::in_service || service == Service::confirming; }
    };
    struct JournalEntry {
        chain::Head head;
        chain::Head parent; ///< the tip that undoing this block brings back
        std::vector<chain::Log> logs;
        std::vector<std::pair<std::uint16_t, Undo>> undos;
    };

    void apply_logs_of(std::uint16_t pool_index, JournalEntry& entry, BlockOutcome& outcome);
    void apply_log(std::uint16_t pool_index, JournalEntry& entry, const chain::Log& log, BlockOutcome& outcome);
    void undo_tip(BlockOutcome& outcome);
    void undo_down_to(std::size_t position, BlockOutcome& outcome);
    void leave_service(std::uint16_t pool_index, const std::string& reason, BlockOutcome& outcome);
    void changed(std::uint16_t pool_index, BlockOutcome& outcome);
    /// Number of journal entries applied when the block was the tip: 0 is the block below the journal.
    [[nodiscard]] std::optional<std::size_t> position_of(const Bytes32& hash) const;
    [[nodiscard]] const chain::Head& head_at(std::size_t position) const;
    [[nodiscard]] PoolState state_at(std::uint16_t pool_index, std::size_t position) const;

    std::vector<Pool> pools_;
    std::unordered_map<Address, std::uint16_t, BytesHash> by_address_;
    std::deque<JournalEntry> journal_; ///< oldest first
    std::optional<chain::Head> tip_;
};

} // namespace jitbox::pools
