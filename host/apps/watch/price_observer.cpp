// Asks the reference pools, again and again.
// SPDX-License-Identifier: Apache-2.0
#include "apps/watch/price_observer.hpp"

#include "apps/config/reference_prices.hpp"
#include "base/hex.hpp"
#include "feed/node_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <utility>
#include <vector>

namespace jitbox::apps {

/// Its callbacks end with `rpc`, which drops what is pending.
struct PriceObserver::Impl {
    Impl(const Services& s, std::unique_ptr<feed::RpcClient> r, OnProblem callback)
        : services(s), rpc(std::move(r)), node(*rpc), timer(s.io), on_problem(std::move(callback)),
          window_s(static_cast<std::uint32_t>(s.config.prices.observe_window_s)) {
        for (const PoolConfig& pool : s.config.pools)
            if (pool.reference) pools.push_back(&pool);
        for (const TokenConfig& token : s.config.tokens)
            if (token.symbol == s.config.prices.observe_base) base = token.address;
    }

    const Services& services;
    std::unique_ptr<feed::RpcClient> rpc;
    feed::NodeClient node;
    boost::asio::steady_timer timer;
    OnProblem on_problem;
    const std::uint32_t window_s;
    std::vector<const PoolConfig*> pools;
    Bytes20 base{};
    std::string problem; ///< of the last round

    /// One round after the other: a slow node is asked more seldom.
    void round() {
        node.chain_id([this](const Result<std::uint64_t>& id) {
            if (!id) return end(std::unexpected(id.error()));
            if (*id != services.config.chain.id) return end(fail("prices: the observed node is on chain " + std::to_string(*id)));
            node.latest_head([this](const Result<chain::Head>& head) {
                if (!head) return end(std::unexpected(head.error()));
                observe(*head);
            });
        });
    }

    void observe(const chain::Head& head) {
        std::vector<pools::ContractCall> calls;
        calls.reserve(pools.size());
        for (const PoolConfig* pool : pools) calls.push_back({.to = pool->address, .data = observe_call(window_s)});
        node.call_many(std::move(calls), head.hash, [this, head](const Result<std::vector<Bytes>>& answers) {
            end(answers ? write(head, *answers)
                        : fail("prices: a reference pool does not observe " + std::to_string(window_s) +
                                   " s back: " + answers.error().what,
                               "anybody may call its increaseObservationCardinalityNext, then wait"));
        });
    }

    /// Its time is the block's: a node that stands still makes old prices.
    [[nodiscard]] Result<void> write(const chain::Head& head, const std::vector<Bytes>& answers) const {
        std::vector<PoolTick> ticks;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            const auto tick = observed_tick(answers[i], window_s);
            if (!tick) return fail("prices: pool " + to_hex(pools[i]->address) + ": " + tick.error().what);
            ticks.push_back({.pool = pools[i], .tick = *tick});
        }
        const auto prices = prices_from(services.config, base, ticks);
        if (!prices) return std::unexpected(prices.error());
        return replace_price_file(services.config.prices.second_file.string(), price_document(*prices, head.timestamp * 1000));
    }

    void end(const Result<void>& done) {
        const std::string now = done ? std::string() : done.error().what;
        if (std::exchange(problem, now) != now) on_problem(now);
        timer.expires_after(std::chrono::milliseconds(services.config.prices.observe_every_ms));
        timer.async_wait([this](const boost::system::error_code& cancelled) {
            if (!cancelled) round();
        });
    }
};

PriceObserver::PriceObserver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PriceObserver::~PriceObserver() = default;

Result<std::unique_ptr<PriceObserver>> PriceObserver::start(const Services& services, OnProblem on_problem) {
    auto rpc = feed::make_rpc_client(
        services.io, {.url = services.config.prices.observe_node_ws, .ca_file = services.config.chain.node_ca_file.string()});
    if (!rpc) return std::unexpected(rpc.error());
    auto impl = std::make_unique<Impl>(services, std::move(*rpc), std::move(on_problem));
    impl->round();
    return std::unique_ptr<PriceObserver>(new PriceObserver(std::move(impl)));
}

} // namespace jitbox::apps
