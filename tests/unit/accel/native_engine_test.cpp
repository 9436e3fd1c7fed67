// NativeEngine: records in, records out, in order, under back-pressure, and never a decision while frozen.
// SPDX-License-Identifier: Apache-2.0
#include "accel/engine.hpp"
#include "accel/records.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <thread>

namespace jitbox::accel {
namespace {

using std::chrono::milliseconds;

/// Drains until `count` records have come, at most ten seconds.
std::vector<Bytes> collect(Engine& engine, std::size_t count) {
    std::vector<Bytes> out;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (out.size() < count && std::chrono::steady_clock::now() < until) {
        if (engine.drain([&out](BytesView record) { out.emplace_back(record.begin(), record.end()); }) != 0) continue;
        pollfd wait{.fd = engine.event_fd(), .events = POLLIN, .revents = 0};
        poll(&wait, 1, 100);
    }
    return out;
}

TEST(NativeEngine, BarriersComeBackInOrder) {
    const auto engine = make_native_engine();
    constexpr std::uint64_t count = 2000;
    for (std::uint64_t i = 0; i < count; ++i) ASSERT_TRUE(engine->submit(barrier_record(i, i * 3)));
    const auto out = collect(*engine, count);
    ASSERT_EQ(out.size(), count);
    for (std::uint64_t i = 0; i < count; ++i) {
        ASSERT_EQ(kind_of(out[i]), Kind::barrier_done);
        ASSERT_EQ(sequence_of(out[i]), i);
    }
    EXPECT_EQ(engine->counters().records_in, count);
    EXPECT_EQ(engine->counters().records_out, count);
    EXPECT_TRUE(engine->health());
}

TEST(NativeEngine, AFullOutputStopsTheInputAndLosesNothing) {
    const auto engine = make_native_engine();
    std::uint64_t taken = 0;
    while (engine->submit(barrier_record(taken, 0), milliseconds{200})) ++taken;
    EXPECT_GT(taken, 100'000U) << "two rings of 8 MiB hold that many barriers";
    const auto out = collect(*engine, taken);
    ASSERT_EQ(out.size(), taken);
    for (std::uint64_t i = 0; i < taken; ++i) ASSERT_EQ(sequence_of(out[i]), i);
    EXPECT_TRUE(engine->submit(barrier_record(taken, 0)));
    EXPECT_EQ(collect(*engine, 1).size(), 1U);
}

TEST(NativeEngine, ARecordThatIsNotWholeIsRefused) {
    const auto engine = make_native_engine();
    const Bytes two_beats(128);
    EXPECT_FALSE(engine->submit(two_beats)) << "its header says one beat";
    EXPECT_FALSE(engine->submit(Bytes(10)));
    EXPECT_FALSE(engine->submit(BytesView{}));
}

TEST(NativeEngine, MalformedRecordsAreAnsweredAndDoNotStopIt) {
    const auto engine = make_native_engine();
    Bytes nonsense(64, 0xff); // a length over the maximum frames as one beat
    ASSERT_TRUE(engine->submit(nonsense));
    ASSERT_TRUE(engine->submit(tx_record(2, Bytes{0x01, 0x02, 0x03})));
    ASSERT_TRUE(engine->submit(barrier_record(3, 0)));
    const auto out = collect(*engine, 3);
    ASSERT_EQ(out.size(), 3U);
    EXPECT_EQ(kind_of(out[0]), Kind::reject);
    EXPECT_EQ(kind_of(out[1]), Kind::tx_seen);
    EXPECT_EQ(tx_seen_from(out[1])->status, TxStatus::rejected);
    EXPECT_EQ(kind_of(out[2]), Kind::barrier_done);
}

TEST(NativeEngine, TheEventFdIsReadableWhenThereIsSomethingToDrain) {
    const auto engine = make_native_engine();
    pollfd wait{.fd = engine->event_fd(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(poll(&wait, 1, 0), 0);
    ASSERT_TRUE(engine->submit(barrier_record(1, 1)));
    EXPECT_EQ(poll(&wait, 1, 5000), 1);
    EXPECT_EQ(engine->drain([](BytesView) {}), 1U);
    EXPECT_EQ(poll(&wait, 1, 0), 0) << "drain resets it";
}

TEST(NativeEngine, ARecordThatIsWaitedForIsAnsweredOnTheCallersThread) {
    const auto engine = make_native_engine();
    ASSERT_TRUE(engine->submit(barrier_record(1, 1)));
    ASSERT_EQ(collect(*engine, 1).size(), 1U);
    std::this_thread::sleep_for(milliseconds{20}); // the worker sleeps again
    for (std::uint64_t i = 2; i < 100; ++i) {
        ASSERT_TRUE(engine->submit_now(barrier_record(i, i)));
        std::size_t answered = 0;
        engine->drain([&](BytesView record) { answered += sequence_of(record) == i ? 1 : 0; });
        ASSERT_EQ(answered, 1U) << "the answer is there when submit_now returns";
    }
}

TEST(NativeEngine, RecordsOfBothWaysKeepTheirOrder) {
    const auto engine = make_native_engine();
    constexpr std::uint64_t count = 5000;
    std::vector<Bytes> out;
    for (std::uint64_t i = 0; i < count; ++i) {
        ASSERT_TRUE(i % 3 == 0 ? engine->submit_now(barrier_record(i, i)) : engine->submit(barrier_record(i, i)));
        if (i % 7 == 0) engine->drain([&out](BytesView record) { out.emplace_back(record.begin(), record.end()); });
    }
    for (Bytes& record : collect(*engine, count - out.size())) out.push_back(std::move(record));
    ASSERT_EQ(out.size(), count);
    for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(sequence_of(out[i]), i);
}

TEST(NativeEngine, SubmitNowWithoutDrainingLosesNothing) {
    const auto engine = make_native_engine();
    std::uint64_t taken = 0;
    while (taken < 200'000 && engine->submit_now(barrier_record(taken, taken), milliseconds{20}))
        ++taken; // until both rings are full
    ASSERT_GT(taken, 100'000U);
    EXPECT_EQ(collect(*engine, taken).size(), taken);
}

TEST(NativeEngine, OneThreadSubmitsWhileAnotherDrainsAndAThirdFreezes) {
    const auto engine = make_native_engine();
    constexpr std::uint64_t count = 20000;
    std::atomic<bool> done{false};
    std::thread producer([&] {
        for (std::uint64_t i = 0; i < count; ++i) ASSERT_TRUE(engine->submit(barrier_record(i, i), milliseconds{10'000}));
    });
    std::thread switcher([&] {
        while (!done.load()) {
            engine->freeze();
            engine->unfreeze();
            std::this_thread::yield();
        }
    });
    const auto out = collect(*engine, count);
    producer.join();
    done = true;
    switcher.join();
    ASSERT_EQ(out.size(), count);
    for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(sequence_of(out[i]), i);
}

} // namespace
} // namespace jitbox::accel
