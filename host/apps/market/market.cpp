// Feed, pool book and engine on one loop. The order of what the engine is told is the order in which it happened here.
// SPDX-License-Identifier: Apache-2.0
#include "apps/market/market.hpp"

#include "apps/market/pending_pool.hpp"
#include "apps/market/sightings.hpp"
#include "apps/offline/engine_runner.hpp"
#include "apps/runtime/parts.hpp"
#include "base/hex.hpp"
#include "strategy/engine_feed.hpp"
#include "telemetry/stage_clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace jitbox::apps {
namespace {

using telemetry::Level;
using telemetry::now_ns;

std::vector<accel::ParamsRecord> all_params(const Services& services, chain::u256 gas_price_wei) {
    std::vector<accel::ParamsRecord> out;
    out.reserve(services.config.pools.size());
    for (std::size_t i = 0; i < services.config.pools.size(); ++i) {
        out.push_back(params_of(services.config, services.prices, static_cast<std::uint16_t>(i), gas_price_wei));
    }
    return out;
}

} // namespace

struct Market::Impl : std::enable_shared_from_this<Impl> {
    Impl(const Services& s, accel::Engine& e, strategy::Planner& p, feed::NodeClient& n, MarketCallbacks c)
        : services(s), engine(e), planner(p), node(n), callbacks(std::move(c)),
          engine_feed(e, router_table(s.config), all_params(s, 0)), sightings(s),
          heads(s.metrics.counter("jitbox_heads_total", "heads applied to the pools")),
          pending_seen(s.metrics.counter("jitbox_pending_transactions_total", "pending transactions from the feed")),
          head_gauge(s.metrics.gauge("jitbox_head_block", "number of the last applied head")) {
        for (const auto& router : router_table(services.config)) interesting.insert(router.address);
        for (const auto& pool : services.config.pools) interesting.insert(pool.address);
    }

    const Services& services;
    accel::Engine& engine;
    strategy::Planner& planner;
    feed::NodeClient& node;
    MarketCallbacks callbacks;
    strategy::EngineFeed engine_feed;
    Sightings sightings;
    telemetry::Counter heads;
    telemetry::Counter pending_seen;
    telemetry::Gauge head_gauge;
    std::set<Bytes20> interesting; ///< routers and pools: who calls anything else is not worth a signature recovery
    PendingPool pending;
    std::optional<chain::Head> tip;
    std::int64_t tip_at_ns = 0;
    std::set<std::uint16_t> told; ///< pools that the engine knows
    bool held = false;            ///< the engine is lost
    std::unique_ptr<EngineRunner> runner;
    std::unique_ptr<pools::PoolKeeper> keeper;
    std::unique_ptr<feed::Feed> feed;

    // ---- in

    void on_pending(feed::PendingTransaction&& heard) {
        pending_seen.add();
        telemetry::StageClock clock;
        clock.mark(telemetry::Stage::frame, static_cast<std::int64_t>(heard.received_ns));
        clock.mark(telemetry::Stage::parsed);
        const bool calls_us = heard.transaction.to && interesting.contains(*heard.transaction.to);
        if (held) { // it is judged with the first head after the engine's return
            if (calls_us && !heard.claimed_sender)
                heard.claimed_sender = chain::recover_sender(heard.transaction).value_or(Bytes20{});
            if (calls_us) check_sender(std::move(heard));
            return;
        }
        const std::uint64_t sequence = engine_feed.next_sequence();
        sightings.heard(sequence, heard, clock);
        if (!to_engine(heard.raw)) return;
        // Its answer is drained by this same loop, so never before on_submitted. The plan takes the node's word for the sender.
        if (calls_us && !heard.claimed_sender) heard.claimed_sender = chain::recover_sender(heard.transaction).value_or(Bytes20{});
        planner.on_submitted(sequence, {.raw = heard.raw, .sender = heard.claimed_sender.value_or(Bytes20{}), .clock = clock});
        runner->drain(); // the next frame may be waiting already: an answer does not queue behind it
        if (calls_us) check_sender(std::move(heard));
    }

    /// Recovering the sender takes as long as the decision, so it is done while the signer works: its answer, and with it the POST,
    /// comes in a later turn of the loop.
    void check_sender(feed::PendingTransaction&& heard) {
        const auto sender = chain::recover_sender(heard.transaction);
        const Bytes20 claimed = heard.claimed_sender.value_or(Bytes20{});
        if (sender && claimed == *sender) return remember(*sender, std::move(heard));
        const std::string why = sender ? "the node says it is from " + to_hex(claimed) + ", the signature says " + to_hex(*sender)
                                       : sender.error().what;
        callbacks.on_false_target(heard.hash, why);
    }

    void remember(const Bytes20& sender, feed::PendingTransaction&& heard) {
        pending.add({.raw = std::move(heard.raw),
                     .hash = heard.hash,
                     .sender = sender,
                     .nonce = heard.transaction.nonce,
                     .seen_at_block = tip ? tip->number : 0});
        if (pending.nonce_of(sender)) return;
        node.transaction_count(sender, false, [weak = weak_from_this(), sender](Result<std::uint64_t> n) {
            if (const auto self = weak.lock(); self && n) self->pending.set_nonce(sender, *n);
        });
    }

    bool to_engine(BytesView raw) {
        const auto submitted = engine_feed.submit_transaction(raw);
        if (!submitted) callbacks.on_engine_failure(submitted.error());
        return submitted.has_value();
    }

    // ---- heads

    template <typename Indices>
    [[nodiscard]] std::vector<pools::PoolView> views_of(const Indices& indices) const {
        std::vector<pools::PoolView> views;
        views.reserve(indices.size());
        for (const std::uint16_t index : indices) views.push_back(keeper->book().view(index));
        return views;
    }

    /// Valuation, pools and head.
    Result<void> tell_engine(const std::vector<pools::PoolView>& views, const chain::Head& head) {
        const chain::u256 gas_price = chain::u256{head.next_base_fee_wei} + services.config.strategy.priority_fee_wei;
        for (const auto& params : all_params(services, gas_price)) {
            if (auto done = engine_feed.set_params(params); !done) return done;
        }
        return engine_feed.on_block(views, head, head.timestamp + services.config.chain.block_time_s);
    }

    void on_block(const std::vector<std::uint16_t>& changed, const chain::Head& head) {
        const std::vector<pools::PoolView> views = views_of(changed);
        told.insert(changed.begin(), changed.end());
        if (!held) {
            if (const auto done = tell_engine(views, head); !done) callbacks.on_engine_failure(done.error());
        }
        for (const pools::PoolView& view : views) {
            planner.on_pool(view.address, view.state_version, view.liquidity, view.in_service);
            sightings.pool_changed(view, pool_name(services.config, services.config.pools.at(view.pool_index)));
        }
        planner.set_pools(planner_pools(services.config, services.prices));
        planner.on_head(head, engine_feed.next_sequence());
        sightings.on_head(head.number);
        tip = head;
        tip_at_ns = now_ns();
        heads.add();
        head_gauge.set(static_cast<double>(head.number));
        services.events.show("head",
                             fmt::format("block {} {}.., base fee next {} gwei, {} pool(s) changed", head.number,
                                         to_hex(head.hash).substr(0, 10), static_cast<double>(head.next_base_fee_wei) / 1e9,
                                         changed.size()),
                             {{"block", head.number}});
        callbacks.on_head(head);
        judge_again(head);
    }

    /// What is still pending meets the new state, once the node has said what the block mined and where the nonces stand.
    void judge_again(const chain::Head& head) {
        pending.forget_nonces();
        node.block_by_hash(head.hash, [weak = weak_from_this(), number = head.number](Result<feed::Block> block) {
            const auto self = weak.lock();
            if (!self || !block || !self->tip || self->tip->hash != block->head.hash) return;
            self->pending.on_block(number, block->transaction_hashes);
            self->ask_nonces(block->head.hash);
        });
    }

    void ask_nonces(const Bytes32& head_hash) {
        const auto senders = pending.senders();
        const auto left = std::make_shared<std::size_t>(senders.size());
        for (const Bytes20& sender : senders) {
            node.transaction_count(sender, false, [weak = weak_from_this(), sender, left, head_hash](Result<std::uint64_t> nonce) {
                const auto self = weak.lock();
                if (!self || !self->tip || self->tip->hash != head_hash) return;
                if (nonce) self->pending.set_nonce(sender, *nonce);
                if (--*left == 0) self->resubmit();
            });
        }
    }

    void resubmit() {
        (void)planner.take_retries(); // the same transactions: they are all in `pending`
        if (held) return;
        for (PendingSwap& swap : pending.all()) {
            if (pending.nonce_of(swap.sender).value_or(swap.nonce) != swap.nonce) continue;
            telemetry::StageClock clock;
            const std::int64_t now =
                now_ns(); // it is judged because of the head, not because of a frame: no time was spent on reading
            clock.mark(telemetry::Stage::frame, now);
            clock.mark(telemetry::Stage::parsed, now);
            const std::uint64_t sequence = engine_feed.next_sequence();
            sightings.again(sequence, swap.hash, clock);
            if (!to_engine(swap.raw)) return;
            planner.on_submitted(sequence, {.raw = std::move(swap.raw), .sender = swap.sender, .clock = clock});
        }
    }

    // ---- out of the engine

    void on_decision(const accel::Decision& decision) {
        planner.on_decision(decision);
        sightings.decided(decision);
    }

    void on_tx_seen(const accel::TxSeen& seen) {
        std::vector<strategy::Action> actions = planner.on_tx_seen(seen);
        for (strategy::Action& action : actions) {
            if (auto* plan = std::get_if<strategy::Plan>(&action)) callbacks.on_plan(std::move(*plan));
        }
        sightings.ended(seen); // only now, and before what became of its decisions: a plan does not wait for the telling
        for (const strategy::Action& action : actions) {
            if (const auto* skip = std::get_if<strategy::Skip>(&action)) sightings.skipped(*skip);
        }
    }

    // ---- the engine is lost and comes back

    void hold() {
        held = true;
        // The runner may be the caller.
        boost::asio::post(services.io, [weak = weak_from_this()] {
            if (const auto self = weak.lock(); self && self->held) self->runner.reset();
        });
    }

    Result<std::size_t> reload() {
        make_runner();
        held = false;
        if (auto started = runner->start(); !started) return std::unexpected(started.error());
        if (auto started = engine_feed.start(); !started) return std::unexpected(started.error());
        if (!tip) return std::size_t{0};
        if (auto done = tell_engine(views_of(told), *tip); !done) return std::unexpected(done.error());
        planner.on_head(*tip, engine_feed.next_sequence()); // whatever waited for an answer waits in vain
        return told.size();
    }

    // ---- start

    void make_runner() {
        EngineHandlers handlers;
        handlers.on_swap = [this](const accel::SwapLeg& leg) { planner.on_swap(leg); };
        handlers.on_decision = [this](const accel::Decision& decision) { on_decision(decision); };
        handlers.on_reject = [this](const accel::Reject& reject) { sightings.rejected(reject); };
        handlers.on_tx_seen = [this](const accel::TxSeen& seen) { on_tx_seen(seen); };
        handlers.on_failure = [this](const Error& error) { callbacks.on_engine_failure(error); };
        runner = std::make_unique<EngineRunner>(services.io, engine, std::move(handlers));
    }

    void make_keeper() {
        pools::KeeperCallbacks keeper_callbacks;
        keeper_callbacks.on_block = [this](const std::vector<std::uint16_t>& changed, const chain::Head& head) {
            on_block(changed, head);
        };
        keeper_callbacks.on_alert = [this](const std::string& what) { callbacks.on_alert(what); };
        pools::KeeperOptions options;
        options.audit_every_blocks = services.config.strategy.compare_every_blocks;
        keeper = std::make_unique<pools::PoolKeeper>(pool_identities(services.config), node, options, std::move(keeper_callbacks));
    }

    Result<void> make_feed() {
        feed::FeedCallbacks feed_callbacks;
        feed_callbacks.on_pending = [this](feed::PendingTransaction&& heard) { on_pending(std::move(heard)); };
        feed_callbacks.on_head = [this](const chain::Head& head) { keeper->on_head(head); };
        feed_callbacks.on_log = [this](const chain::Log& log) { keeper->on_log(log); };
        feed_callbacks.on_connection = [this](bool up, const std::string& why) {
            services.events.note(up ? Level::info : Level::warning, "node", up ? "connected" : "disconnected: " + why, {});
        };
        feed_callbacks.on_warning = [this](const std::string& what) { services.events.note(Level::warning, "node", what, {}); };
        auto started = feed::Feed::start(services.io, node.rpc(), feed_options(services.config), std::move(feed_callbacks));
        if (!started) return std::unexpected(started.error());
        feed = std::move(*started);
        return {};
    }
};

Market::Market(const Services& services, accel::Engine& engine, strategy::Planner& planner, feed::NodeClient& node,
               MarketCallbacks callbacks)
    : impl_(std::make_shared<Impl>(services, engine, planner, node, std::move(callbacks))) {}

Market::~Market() {
    impl_->feed.reset();
    impl_->keeper.reset();
    impl_->runner.reset();
}

Result<void> Market::start() {
    for (const pools::PoolIdentity& pool : pool_identities(impl_->services.config)) {
        if (const auto sound = pools::check_identity(pool); !sound) return sound;
    }
    impl_->make_runner();
    if (auto started = impl_->runner->start(); !started) return started;
    if (auto started = impl_->engine_feed.start(); !started) return started;
    impl_->make_keeper();
    if (auto started = impl_->make_feed(); !started) return started;
    impl_->keeper->start();
    return {};
}

void Market::hold_engine() {
    impl_->hold();
}

Result<std::size_t> Market::reload_engine() {
    return impl_->reload();
}

MarketView Market::view() const {
    MarketView out;
    out.feed = impl_->feed ? impl_->feed->counters() : feed::FeedCounters{};
    out.connected = out.feed.connected;
    if (const std::optional<chain::Head>& tip = impl_->tip; tip) {
        out.head = tip->number;
        out.head_age = std::chrono::milliseconds((now_ns() - impl_->tip_at_ns) / 1'000'000);
    }
    out.pending_swaps = impl_->pending.size();
    if (!impl_->keeper) return out;
    out.keeper = impl_->keeper->counters();
    out.pools = book().size();
    for (std::size_t i = 0; i < out.pools; ++i) {
        const pools::Service service = book().service(static_cast<std::uint16_t>(i));
        if (service == pools::Service::in_service) ++out.pools_in_service;
        if (service == pools::Service::quarantined || service == pools::Service::confirming) ++out.pools_quarantined;
    }
    return out;
}

const pools::PoolBook& Market::book() const {
    return impl_->keeper->book();
}

std::optional<std::uint64_t> Market::nonce_of(const Bytes20& sender) const {
    return impl_->pending.nonce_of(sender);
}

} // namespace jitbox::apps
