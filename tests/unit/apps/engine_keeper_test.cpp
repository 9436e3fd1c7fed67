// The engine's watch: a lost engine is frozen and told once, tried again until it comes back, and comes back knowing nothing.
// SPDX-License-Identifier: Apache-2.0
#include "apps/runtime/engine_keeper.hpp"

#include "accel/records.hpp"
#include "apps/offline/self_test.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace jitbox::apps {
namespace {

using namespace std::chrono_literals;

/// The native engine, as a card that can be lost.
class CardLike final : public accel::Engine {
public:
    std::atomic<bool> gone{false};
    std::atomic<int> resets{0};
    std::atomic<bool> frozen{false};

    Result<void> submit(BytesView record, std::chrono::milliseconds deadline) override {
        if (auto healthy = health(); !healthy) return healthy;
        return inner_->submit(record, deadline);
    }
    std::size_t drain(const Sink& sink) override { return inner_->drain(sink); }
    [[nodiscard]] int event_fd() const override { return inner_->event_fd(); }
    [[nodiscard]] Result<void> health() const override {
        if (gone) return fail("xrt engine: the card has left the bus", "check the card");
        return inner_->health();
    }
    void freeze() noexcept override {
        frozen = true;
        inner_->freeze();
    }
    void unfreeze() noexcept override {
        frozen = false;
        inner_->unfreeze();
    }
    Result<void> reset() override {
        ++resets;
        if (gone) return health();
        return inner_->reset();
    }
    [[nodiscard]] accel::EngineInfo info() const override { return {.name = "xrt", .detail = {}, .contract_version = 1}; }
    [[nodiscard]] accel::EngineCounters counters() const override { return inner_->counters(); }

private:
    std::unique_ptr<accel::Engine> inner_ = accel::make_native_engine();
};

struct Watched {
    boost::asio::io_context io;
    CardLike engine;
    int lost = 0;
    int back = 0;
    EngineKeeper keeper{io, engine, {.on_lost = [this](const Error& /*error*/) { ++lost; }, .on_back = [this] { ++back; }}};

    template <typename Condition>
    bool until(const Condition& condition) {
        for (const auto end = std::chrono::steady_clock::now() + 20s; std::chrono::steady_clock::now() < end;) {
            keeper.check();
            io.restart();
            io.poll();
            if (condition()) return true;
            std::this_thread::sleep_for(10ms);
        }
        return false;
    }
};

TEST(EngineKeeper, ALostEngineIsFrozenToldOnceAndTriedAgainUntilItComesBackFresh) {
    Watched watched;
    ASSERT_TRUE(watched.engine.submit(accel::barrier_record(1, 1), 1s));
    watched.engine.gone = true;
    watched.keeper.check();
    watched.keeper.lost({"somebody else noticed too", ""});
    EXPECT_EQ(watched.lost, 1);
    EXPECT_EQ(watched.keeper.error(), "xrt engine: the card has left the bus");
    EXPECT_TRUE(watched.engine.frozen);
    EXPECT_TRUE(watched.until([&] { return watched.engine.resets == 1; })) << "one attempt, in vain";
    EXPECT_EQ(watched.back, 0);
    watched.engine.gone = false;
    EXPECT_TRUE(watched.until([&] { return watched.back == 1; }));
    EXPECT_EQ(watched.keeper.error(), "");
    EXPECT_TRUE(watched.engine.frozen) << "who wants decisions unfreezes it";
    watched.engine.unfreeze();
    EXPECT_TRUE(run_self_test(watched.engine)) << "fresh: the self-test's pool is not in it";
}

TEST(EngineKeeper, ACardThatComputesWronglyIsNotProven) {
    CardLike engine;
    accel::PoolRecord pool; // it holds the self-test's pool under another index: it is not what it should be
    pool.pool_index = 5;
    pool.fee = 3000;
    pool.tick_spacing = 60;
    pool.state_version = 1;
    pool.token0.back() = 1;
    pool.token1.back() = 2;
    pool.factory.back() = 0xf1;
    pool.sqrt_price_x96 = accel::u256{1} << 96U;
    ASSERT_TRUE(engine.submit(accel::to_record(1, pool), 1s));
    const auto proven = prove_card(engine);
    ASSERT_FALSE(proven);
    EXPECT_NE(proven.error().what.find("self-test"), std::string::npos) << proven.error().what;
    EXPECT_TRUE(engine.frozen);
}

} // namespace
} // namespace jitbox::apps
