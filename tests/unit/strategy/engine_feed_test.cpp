// The record stream that the engine gets: order, sequence numbers, and the fields of a pool.
// SPDX-License-Identifier: Apache-2.0
#include "samples.hpp"

#include "strategy/engine_feed.hpp"

#include <gtest/gtest.h>

namespace jitbox::strategy {
namespace {

using namespace samples;
using accel::Kind;

class RecordingEngine final : public accel::Engine {
public:
    Result<void> submit(BytesView record, std::chrono::milliseconds) override {
        if (broken) return fail("engine: broken");
        kinds.push_back(accel::kind_of(record));
        sequences.push_back(accel::sequence_of(record));
        newest.assign(record.begin(), record.end());
        return {};
    }
    std::size_t drain(const Sink&) override { return 0; }
    [[nodiscard]] int event_fd() const override { return -1; }
    [[nodiscard]] Result<void> health() const override { return {}; }
    void freeze() noexcept override {}
    void unfreeze() noexcept override {}
    Result<void> reset() override { return {}; }
    [[nodiscard]] accel::EngineInfo info() const override { return {.name = "recording", .detail = {}, .contract_version = 0}; }
    [[nodiscard]] accel::EngineCounters counters() const override { return {}; }

    std::vector<Kind> kinds;
    std::vector<std::uint64_t> sequences;
    Bytes newest;
    bool broken = false;
};

pools::PoolView view() {
    pools::PoolView out;
    out.pool_index = 3;
    out.kind = pools::Kind::pancake_v3;
    out.in_service = true;
    out.fee = 500;
    out.tick_spacing = 10;
    out.tick = -7;
    out.fee_protocol = 0x44;
    out.state_version = 9;
    out.block_number = 99;
    out.address = pool_a;
    out.token0 = address(1);
    out.token1 = address(2);
    out.factory = address(0xfa);
    out.sqrt_price_x96 = q96;
    out.liquidity = 5;
    out.max_liquidity_per_tick = 77;
    out.known_lower = -100;
    out.known_upper = 100;
    out.below = {{.tick = -10, .liquidity_gross = 4, .liquidity_net = 4}};
    out.above = {{.tick = 10, .liquidity_gross = 4, .liquidity_net = -4}};
    return out;
}

accel::ParamsRecord params() {
    accel::ParamsRecord out;
    out.pool_index = 3;
    return out;
}

TEST(EngineFeed, ABlockIsPoolsThenHeadAndValuationGoesOutOnce) {
    RecordingEngine engine;
    EngineFeed feed(engine, {}, {params()}, 40);
    ASSERT_TRUE(feed.start());
    ASSERT_TRUE(feed.on_block({view()}, head(100), 1'000));
    ASSERT_TRUE(feed.on_block({view()}, head(101), 1'012));
    EXPECT_EQ(engine.kinds, (std::vector<Kind>{Kind::routers, Kind::pool, Kind::ticks, Kind::params, Kind::block, Kind::pool,
                                               Kind::ticks, Kind::block}));
    for (std::size_t i = 0; i < engine.sequences.size(); ++i) EXPECT_EQ(engine.sequences[i], 40 + i);
}

// At the start the book knows no state yet. The engine refuses a pool without a price, and valuation for a pool that it does not
// know: sent then, it would be missing until the head after the pool's.
TEST(EngineFeed, APoolWithoutAPriceIsNotToldSoThatItsValuationComesWithItsFirstState) {
    RecordingEngine engine;
    EngineFeed feed(engine, {}, {params()});
    pools::PoolView unread = view();
    unread.sqrt_price_x96 = 0;
    unread.in_service = false;
    ASSERT_TRUE(feed.start());
    ASSERT_TRUE(feed.on_block({unread}, head(100), 1'000));
    ASSERT_TRUE(feed.on_block({view()}, head(100), 1'000));
    EXPECT_EQ(engine.kinds, (std::vector<Kind>{Kind::routers, Kind::block, Kind::pool, Kind::ticks, Kind::params, Kind::block}));
}

TEST(EngineFeed, APoolThatLosesItsPriceIsRemovedAndComesBackWithItsValuation) {
    RecordingEngine engine;
    EngineFeed feed(engine, {}, {params()});
    ASSERT_TRUE(feed.on_pool(view()));
    engine.kinds.clear();
    pools::PoolView undone = view();
    undone.sqrt_price_x96 = 0;
    const std::uint64_t sequence = feed.next_sequence();
    ASSERT_TRUE(feed.on_pool(undone));
    ASSERT_TRUE(feed.on_pool(undone));
    EXPECT_EQ(engine.kinds, std::vector<Kind>{Kind::pool});
    EXPECT_EQ(engine.newest, accel::to_record(sequence, accel::PoolRecord{.pool_index = 3, .pool_kind = accel::PoolKind::removed}));
    ASSERT_TRUE(feed.on_pool(view()));
    EXPECT_EQ(engine.kinds, (std::vector<Kind>{Kind::pool, Kind::pool, Kind::ticks, Kind::params}));
}

TEST(EngineFeed, ATransactionCarriesTheNumberThatWasAnnounced) {
    RecordingEngine engine;
    EngineFeed feed(engine, {}, {});
    const std::uint64_t announced = feed.next_sequence();
    const Bytes raw(200, 0x55);
    EXPECT_EQ(*feed.submit_transaction(raw), announced);
    EXPECT_EQ(engine.sequences.back(), announced);
    EXPECT_EQ(feed.next_sequence(), announced + 1);
}

TEST(EngineFeed, NewValuationWaitsForItsPoolAndThenGoesOutAtOnce) {
    RecordingEngine engine;
    EngineFeed feed(engine, {}, {});
    ASSERT_TRUE(feed.set_params(params()));
    EXPECT_TRUE(engine.kinds.empty());
    ASSERT_TRUE(feed.on_pool(view()));
    ASSERT_TRUE(feed.set_params(params()));
    EXPECT_EQ(engine.kinds, (std::vector<Kind>{Kind::pool, Kind::ticks, Kind::params, Kind::params}));
}

TEST(EngineFeed, AnEngineThatRefusesIsReported) {
    RecordingEngine engine;
    engine.broken = true;
    EngineFeed feed(engine, {}, {});
    EXPECT_FALSE(feed.start());
    EXPECT_FALSE(feed.submit_transaction(Bytes{1}));
    EXPECT_EQ(feed.next_sequence(), 3U) << "a number is never used twice";
}

TEST(EngineFeed, PoolFieldsGoOverUnchanged) {
    const accel::PoolRecord pool = pool_record(view());
    EXPECT_EQ(pool.pool_index, 3U);
    EXPECT_EQ(pool.pool_kind, accel::PoolKind::pancake_v3);
    EXPECT_EQ(pool.tick, -7);
    EXPECT_EQ(pool.fee_protocol, 0x44U);
    EXPECT_EQ(pool.state_version, 9U);
    EXPECT_EQ(pool.max_liquidity_per_tick, 77);
    const accel::TicksRecord ticks = ticks_record(view());
    EXPECT_EQ(ticks.state_version, 9U);
    ASSERT_EQ(ticks.above.size(), 1U);
    EXPECT_EQ(ticks.above[0].liquidity_net, -4);
    const accel::BlockRecord block = block_record(head(100), 1'012);
    EXPECT_EQ(block.base_fee_wei, 1'000) << "the next block's";
    EXPECT_EQ(block.next_timestamp, 1'012U);
}

} // namespace
} // namespace jitbox::strategy
