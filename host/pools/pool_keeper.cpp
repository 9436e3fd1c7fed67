// Keeps the pool book true: follows heads one at a time, reads and audits pools beside it.
// SPDX-License-Identifier: Apache-2.0
#include "pools/pool_keeper.hpp"

#include "pools/pool_reader.hpp"

#include <algorithm>
#include <set>

namespace jitbox::pools {
namespace {

using chain::Head;
using chain::Log;
using namespace std::chrono_literals;

constexpr auto retry_delay = 250ms;   ///< before following the chain again after an error
constexpr auto reread_delay = 1000ms; ///< before reading a pool again that could not be read

/// The price has come so near to an end of the known ticks that they should be read again around it.
bool off_center(const PoolState& state) {
    const std::int32_t margin = (state.known_upper - state.known_lower) / 8;
    return (state.known_lower > min_tick && state.tick - state.known_lower < margin) ||
           (state.known_upper < max_tick && state.known_upper - state.tick < margin);
}

} // namespace

struct PoolKeeper::Impl : std::enable_shared_from_this<Impl> {
    Impl(std::vector<PoolIdentity> pools, NodeReader& reader, KeeperOptions opts, KeeperCallbacks calls)
        : book(std::move(pools)), node(reader), options(opts), callbacks(std::move(calls)) {
        addresses.reserve(book.size());
        for (std::uint16_t i = 0; i < pool_count(); ++i) addresses.push_back(book.identity(i).address);
    }

    [[nodiscard]] std::uint16_t pool_count() const { return static_cast<std::uint16_t>(book.size()); }

    /// A callback that does nothing once the keeper is gone.
    auto guarded(auto action) {
        return [weak = weak_from_this(), action = std::move(action)](auto... answer) {
            if (auto self = weak.lock()) action(*self, std::move(answer)...);
        };
    }

    void alert(const std::string& what) const {
        if (callbacks.on_alert) callbacks.on_alert(what);
    }

    void report(const BlockOutcome& outcome, bool tip_moved) {
        for (const std::string& what : outcome.alerts) alert(what);
        for (const std::uint16_t pool : outcome.changed)
            if (book.service(pool) == Service::quarantined) to_read.insert(pool);
        if (outcome.undone_blocks > 0) {
            ++counters.reorganisations;
            counters.deepest_reorganisation = std::max<std::uint64_t>(counters.deepest_reorganisation, outcome.undone_blocks);
        }
        const auto& tip = book.tip();
        if (tip && (tip_moved || !outcome.changed.empty()) && callbacks.on_block) callbacks.on_block(outcome.changed, *tip);
    }

    // ---- following the chain

    void start() {
        node.latest_head(guarded([](Impl& self, Result<Head> head) {
            if (head) return self.restart(*head);
            ++self.counters.node_errors;
            self.node.after(retry_delay, self.guarded([](Impl& again) { again.start(); }));
        }));
    }

    /// Everything is read again at this block.
    void restart(const Head& head) {
        started = true;
        walk.clear();
        following = false;
        std::erase_if(heads, [&](const Head& waiting) { return waiting.number <= head.number; });
        book.reset(head);
        last_audit = head.number;
        to_audit.clear();
        BlockOutcome outcome{.kind = BlockOutcome::Kind::applied};
        for (std::uint16_t i = 0; i < pool_count(); ++i) {
            to_read.insert(i);
            outcome.changed.push_back(i);
        }
        report(outcome, true);
        read_next();
        follow_next();
    }

    void on_head(const Head& head) {
        latest = head;
        heads.push_back(head);
        if (heads.size() > journal_blocks) heads.pop_front(); // the walk over parents brings the dropped ones back
        follow_next();
    }

    void follow_next() {
        if (following || !started || heads.empty()) return;
        following = true;
        walk = {heads.front()};
        heads.pop_front();
        step();
    }

    void step() {
        while (!walk.empty() && book.connects(walk.back()) == BlockOutcome::Kind::known) walk.pop_back();
        if (walk.empty()) return stop_following();
        const Head& head = walk.back();
        switch (book.connects(head)) {
        case BlockOutcome::Kind::applied:
            return node.logs_of_block(head.hash, addresses,
                                      guarded([](Impl& self, Result<std::vector<Log>> logs) { self.on_logs(std::move(logs)); }));
        case BlockOutcome::Kind::unknown_parent:
            if (walk.size() > journal_blocks || far_ahead(head)) return relocate();
            return node.head_by_hash(head.parent_hash,
                                     guarded([](Impl& self, Result<Head> parent) { self.on_parent(std::move(parent)); }));
        default:
            return relocate();
        }
    }

    [[nodiscard]] bool far_ahead(const Head& head) const {
        const auto& tip = book.tip();
        return !tip || head.number > tip->number + journal_blocks;
    }

    void on_logs(Result<std::vector<Log>> logs) {
        if (walk.empty()) return; // restarted meanwhile
        if (!logs) return give_up(logs.error());
        const Head head = walk.back();
        walk.pop_back();
        const BlockOutcome outcome = book.apply_block(head, std::move(*logs));
        if (outcome.kind == BlockOutcome::Kind::applied) {
            ++counters.blocks;
            report(outcome, true);
            after_block();
        }
        step();
    }

    void on_parent(Result<Head> parent) {
        if (walk.empty()) return;
        if (!parent) return give_up(parent.error());
        if (parent->hash != walk.back().parent_hash)
            return give_up({"pools: the node answered with another block than the parent that was asked for", {}});
        walk.push_back(*parent);
        step();
    }

    /// A head does not connect within the journal: either an old one came late, or the chain has changed deeper than we can undo.
    void relocate() {
        node.latest_head(guarded([](Impl& self, Result<Head> head) {
            if (!head) return self.give_up(head.error());
            if (self.book.connects(*head) == BlockOutcome::Kind::known) {
                self.walk.clear();
                return self.stop_following();
            }
            self.alert("pools: block " + std::to_string(head->number) + " does not connect to the last " +
                       std::to_string(journal_blocks) + " blocks: every pool is read again");
            self.restart(*head);
        }));
    }

    void give_up(const Error& error) {
        ++counters.node_errors;
        alert("pools: following the chain: " + error.text());
        walk.clear();
        following = false;
        node.after(retry_delay, guarded([](Impl& self) {
                       if (!self.following && self.heads.empty() && self.latest &&
                           self.book.connects(*self.latest) != BlockOutcome::Kind::known)
                           self.heads.push_back(*self.latest);
                       self.follow_next();
                   }));
    }

    void stop_following() {
        following = false;
        follow_next();
    }

    // ---- reading and auditing, one pool at a time

    void after_block() {
        const auto& tip = book.tip();
        const bool due = tip && tip->number >= last_audit + options.audit_every_blocks;
        if (due) last_audit = tip->number;
        for (std::uint16_t i = 0; i < pool_count(); ++i) {
            const Service service = book.service(i);
            if (service == Service::confirming || (due && service == Service::in_service)) to_audit.insert(i);
            if (service == Service::in_service && off_center(book.state(i))) to_read.insert(i);
        }
        read_next();
    }

    void read_next() {
        const auto& tip = book.tip();
        if (reading || !tip || (to_read.empty() && to_audit.empty())) return;
        const bool audit = to_read.empty();
        std::set<std::uint16_t>& queue = audit ? to_audit : to_read;
        const std::uint16_t pool = *queue.begin();
        queue.erase(queue.begin());
        const bool has_state = book.service(pool) == Service::in_service || book.service(pool) == Service::confirming;
        if (audit && !has_state) return read_next();
        reading = true;
        ReadRequest request{
            .pool = book.identity(pool), .block_hash = tip->hash, .words = {}, .words_each_side = options.bitmap_words_each_side};
        if (audit) request.words = words_known(book.state(pool), book.identity(pool).tick_spacing);
        const Bytes32 at = request.block_hash;
        read_pool(node, std::move(request), guarded([pool, at, audit](Impl& self, Result<PoolState> state) {
                      self.reading = false;
                      self.on_read(pool, at, audit, std::move(state));
                  }));
    }

    void on_read(std::uint16_t pool, const Bytes32& at, bool audit, Result<PoolState> state) {
        if (!state) {
            ++counters.node_errors;
            alert(state.error().text());
            if (!audit)
                node.after(reread_delay, guarded([pool](Impl& self) {
                               self.to_read.insert(pool);
                               self.read_next();
                           }));
            read_next(); // the others need not wait for this one
            return;
        }
        if (audit)
            on_audit(pool, at, *state);
        else
            on_snapshot(pool, at, std::move(*state));
        read_next();
    }

    void on_audit(std::uint16_t pool, const Bytes32& at, const PoolState& state) {
        ++counters.audits;
        const bool was_in_service = book.service(pool) == Service::in_service;
        std::optional<PoolState> ours = book.state_after(pool, at);
        const BlockOutcome outcome = book.audit(pool, at, state);
        if (!outcome.alerts.empty()) {
            ++(was_in_service ? counters.audit_differences : counters.unconfirmed_readings);
            if (was_in_service && ours) ask_again(pool, at, std::move(*ours));
        }
        report(outcome, false);
    }

    /// Whose fault a difference was: the pool is out of service either way, but an operator looks for it in another place. (anvil,
    /// read while it mines, sometimes answers about block n with the state after n + 1.)
    void ask_again(std::uint16_t pool, const Bytes32& at, PoolState ours) {
        ReadRequest request{.pool = book.identity(pool),
                            .block_hash = at,
                            .words = words_known(ours, book.identity(pool).tick_spacing),
                            .words_each_side = options.bitmap_words_each_side};
        read_pool(node, std::move(request), guarded([pool, ours = std::move(ours)](Impl& self, Result<PoolState> again) {
                      if (!again || !describe_difference(ours, *again).empty()) return;
                      ++self.counters.node_contradictions;
                      self.alert(
                          "pool " + self.book.identity(pool).name +
                          ": asked again about that block, the node says what we had; if it does so often, use another node");
                  }));
    }

    void on_snapshot(std::uint16_t pool, const Bytes32& at, PoolState state) {
        ++counters.snapshots;
        const auto outcome = book.install(pool, at, std::move(state));
        if (outcome)
            report(*outcome, false);
        else
            to_read.insert(pool); // its block was reorganised away while it was read
    }

    PoolBook book;
    NodeReader& node;
    KeeperOptions options;
    KeeperCallbacks callbacks;
    KeeperCounters counters;
    std::vector<chain::Address> addresses;
    bool started = false;
    bool following = false;
    std::deque<Head> heads;     ///< announced and not yet looked at
    std::vector<Head> walk;     ///< a head and the missing ancestors found so far, newest first
    std::optional<Head> latest; ///< last one announced
    bool reading = false;
    std::set<std::uint16_t> to_read;
    std::set<std::uint16_t> to_audit;
    std::uint64_t last_audit = 0;
};

PoolKeeper::PoolKeeper(std::vector<PoolIdentity> pools, NodeReader& node, KeeperOptions options, KeeperCallbacks callbacks)
    : impl_(std::make_shared<Impl>(std::move(pools), node, options, std::move(callbacks))) {}

PoolKeeper::~PoolKeeper() = default;

void PoolKeeper::start() {
    impl_->start();
}

void PoolKeeper::on_head(const Head& head) {
    impl_->on_head(head);
}

void PoolKeeper::on_log(const Log& log) {
    const BlockOutcome outcome = impl_->book.note_log(log);
    impl_->report(outcome, outcome.undone_blocks > 0);
    impl_->read_next();
}

void PoolKeeper::resnapshot(std::uint16_t pool_index) {
    impl_->to_read.insert(pool_index);
    impl_->read_next();
}

const PoolBook& PoolKeeper::book() const {
    return impl_->book;
}

KeeperCounters PoolKeeper::counters() const {
    return impl_->counters;
}

bool PoolKeeper::idle() const {
    return !impl_->following && impl_->heads.empty() && !impl_->reading && impl_->to_read.empty() && impl_->to_audit.empty();
}

} // namespace jitbox::pools
