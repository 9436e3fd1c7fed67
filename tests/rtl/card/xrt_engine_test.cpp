// XrtEngine around a Verilated card in this process: its rings, its recovery, and what it does about a card that misbehaves. The
// kernels only copy here, so what comes out is what went in. The same engine behind XRT itself: xrt_loop_test.cpp.
// SPDX-License-Identifier: Apache-2.0
#include "Vcard_passthrough.h"
#include "accel/record_fields.hpp"
#include "accel/xrt_engine.hpp"
#include "rtl/card/card_bench.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <mutex>
#include <thread>

namespace jitbox::testing {
namespace {

using namespace std::chrono_literals;

/// The card and its clock: a thread ticks it, register accesses go in between.
class ModelPort final : public accel::CardPort {
public:
    struct Faults {
        std::atomic<bool> hang{false}; ///< a register access never comes back
        std::atomic<bool> stop_clock{false};
        std::atomic<bool> gone{false}; ///< registers read all ones
        std::atomic<bool> stop_line{false};
        std::atomic<bool> told_to_freeze{false}; ///< the last write to the freeze register
        std::atomic<bool> closed_at_rest{false}; ///< the card did not run any more when its memory went
        std::uint32_t version = accel::card::version;
    };
    explicit ModelPort(std::shared_ptr<Faults> faults)
        : faults_(std::move(faults)), memory_(accel::card_memory_bytes), axi_(card_, memory_, {.seed = test::random_seed()}) {
        axi_.power_up();
        clock_ = std::thread([this] {
            while (!stop_) {
                {
                    const std::lock_guard lock(mutex_);
                    drive_stop_line();
                    for (int i = 0; i < 64 && !faults_->stop_clock; ++i) axi_.tick();
                }
                std::this_thread::yield();
            }
        });
    }
    ~ModelPort() override {
        stop_ = true;
        clock_.join();
        faults_->closed_at_rest = (axi_.read_register(accel::card::reg_status) & 1U << accel::card::status_running) == 0;
    }
    void write_register(std::uint32_t address, std::uint32_t value) override {
        access();
        const std::lock_guard lock(mutex_);
        drive_stop_line();
        axi_.write_register(address, value);
        if (address == accel::card::reg_freeze) faults_->told_to_freeze = value != 0;
    }
    std::uint32_t read_register(std::uint32_t address) override {
        access();
        if (faults_->gone) return ~0U;
        if (address == accel::card::reg_version) return faults_->version;
        const std::lock_guard lock(mutex_);
        return axi_.read_register(address);
    }
    std::uint8_t* memory() override { return memory_.bytes.data(); }
    std::uint64_t address() override { return FlatMemory::base; }
    std::string name() override { return "model in this process"; }

private:
    /// A change is through the card's synchroniser before the next access to a register.
    void drive_stop_line() {
        const std::uint8_t level = faults_->stop_line ? 1 : 0;
        if (card_.emergency_stop == level) return;
        card_.emergency_stop = level;
        for (int i = 0; i < 4; ++i) axi_.tick();
    }
    void access() const {
        while (faults_->hang) std::this_thread::sleep_for(1ms);
    }
    std::shared_ptr<Faults> faults_;
    FlatMemory memory_;
    Vcard_passthrough card_;
    sim::AxiHost<Vcard_passthrough> axi_;
    std::mutex mutex_;
    std::atomic<bool> stop_{false};
    std::thread clock_;
};

using Faults = ModelPort::Faults;

std::unique_ptr<accel::Engine> open_engine(const std::shared_ptr<Faults>& faults, std::chrono::milliseconds deadline = 1000ms) {
    auto engine = accel::make_card_engine([faults] { return std::make_unique<ModelPort>(faults); }, deadline);
    EXPECT_TRUE(engine) << engine.error().text();
    return engine ? std::move(*engine) : nullptr;
}

Bytes barrier(std::uint64_t sequence) {
    return accel::new_record(records::Kind::barrier, sequence, records::barrier::total_bytes);
}

bool within(std::chrono::milliseconds time, const std::function<bool()>& condition) {
    for (const auto until = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < until;) {
        if (condition()) return true;
        std::this_thread::sleep_for(1ms);
    }
    return condition();
}

TEST(XrtEngine, CarriesEveryRecordInOrderAcrossTheRingsEnds) {
    const auto engine = open_engine(std::make_shared<Faults>());
    engine->unfreeze();
    std::mt19937 random{5};
    std::vector<Bytes> sent;
    std::size_t beats = 0;
    std::uint64_t sequence = 1;
    std::vector<Bytes> got;
    const auto take = [&](BytesView record) { got.emplace_back(record.begin(), record.end()); };
    while (beats < std::size_t{accel::card_ring_beats} * 2) {
        Bytes record = accel::new_record(records::Kind::tx, sequence++, 16 + random() % 20'000);
        for (std::size_t i = 16; i < record.size(); i += 37) record[i] = static_cast<std::uint8_t>(random());
        ASSERT_TRUE(engine->submit(record, 5000ms));
        beats += record.size() / 64;
        sent.push_back(std::move(record));
        engine->drain(take);
    }
    EXPECT_TRUE(within(20s, [&] { return engine->drain(take), got.size() == sent.size(); }));
    EXPECT_EQ(got, sent);
    EXPECT_TRUE(engine->health());
    EXPECT_EQ(engine->counters().records_out, sent.size());
}

TEST(XrtEngine, RefusesAnImageThatIsNotOurs) {
    const auto faults = std::make_shared<Faults>();
    faults->version = 0;
    const auto engine = accel::make_card_engine([faults] { return std::make_unique<ModelPort>(faults); }, 1000ms);
    ASSERT_FALSE(engine);
    EXPECT_NE(engine.error().what.find("version"), std::string::npos) << engine.error().what;
}

TEST(XrtEngine, ADecisionAfterFreezeIsRejected) {
    const auto engine = open_engine(std::make_shared<Faults>());
    const Bytes decision = accel::new_record(records::Kind::decision, 3, records::decision::total_bytes);
    ASSERT_TRUE(engine->submit(decision));
    EXPECT_TRUE(within(5s, [&] { return engine->drain([&](BytesView r) { EXPECT_EQ(r[0], 0x83); }) != 0; }));
    engine->freeze();
    ASSERT_TRUE(engine->submit(decision));
    EXPECT_TRUE(within(5s, [&] { return engine->drain([&](BytesView r) { EXPECT_EQ(r[0], 0x84); }) != 0; }));
}

TEST(XrtEngine, TellsOfTheCardsOwnStopLineUntilItIsUnfrozenWithTheLineOff) {
    const auto faults = std::make_shared<Faults>();
    const auto engine = open_engine(faults);
    engine->unfreeze();
    EXPECT_FALSE(within(500ms, [&] { return engine->stopped_by_hardware(); }));
    faults->stop_line = true;
    EXPECT_TRUE(within(5s, [&] { return engine->stopped_by_hardware(); }));
    const auto thaw = [&] { // as an operator does: what was stopped stays frozen until a reset
        engine->freeze();
        EXPECT_TRUE(within(5s, [&] { return faults->told_to_freeze.load(); }));
        engine->unfreeze();
        EXPECT_TRUE(within(5s, [&] { return !faults->told_to_freeze; }));
    };
    thaw();
    EXPECT_TRUE(within(5s, [&] { return engine->stopped_by_hardware(); })) << "the line is still on";
    EXPECT_TRUE(engine->stop_line_on());
    faults->stop_line = false;
    EXPECT_TRUE(within(5s, [&] { return !engine->stop_line_on(); }));
    EXPECT_TRUE(engine->stopped_by_hardware()) << "latched";
    thaw();
    EXPECT_FALSE(within(500ms, [&] { return engine->stopped_by_hardware(); }));
}

TEST(XrtEngine, StopsTheCardBeforeItGivesBackTheMemoryThatTheCardWritesInto) {
    const auto faults = std::make_shared<Faults>();
    {
        const auto engine = open_engine(faults);
        ASSERT_TRUE(engine->submit(barrier(1), 1s));
        EXPECT_FALSE(faults->closed_at_rest);
    }
    EXPECT_TRUE(faults->closed_at_rest);
}

TEST(XrtEngine, NoticesACardThatHangsAndDoesNotHangItself) {
    const auto faults = std::make_shared<Faults>();
    const auto engine = open_engine(faults, 300ms);
    faults->hang = true;
    EXPECT_TRUE(within(2s, [&] { return !engine->health(); }));
    EXPECT_FALSE(engine->submit(barrier(1), 100ms));
    EXPECT_NE(engine->health().error().what.find("not answered"), std::string::npos);
    faults->hang = false; // a driver that comes back late: the card is used again only after a reset
    EXPECT_TRUE(within(2s, [&] { return engine->reset().has_value(); }));
    EXPECT_TRUE(engine->health());
}

TEST(XrtEngine, NoticesACardThatStandsStillWithWork) {
    const auto faults = std::make_shared<Faults>();
    const auto engine = open_engine(faults, 300ms);
    // A transaction is answered with TX_SEEN; these kernels never do that.
    ASSERT_TRUE(engine->submit(accel::new_record(records::Kind::tx, 7, 100)));
    EXPECT_TRUE(within(3s, [&] { return engine->drain([](BytesView) {}), !engine->health(); }));
    EXPECT_NE(engine->health().error().what.find("stood still"), std::string::npos);
}

TEST(XrtEngine, ComesBackAfterAResetAndForgetsWhatWasOnItsWay) {
    const auto faults = std::make_shared<Faults>();
    const auto engine = open_engine(faults);
    for (std::uint64_t i = 0; i < 50; ++i) ASSERT_TRUE(engine->submit(barrier(i)));
    faults->gone = true;
    EXPECT_TRUE(within(3s, [&] { return !engine->health(); }));
    EXPECT_FALSE(engine->reset()) << "still gone";
    faults->gone = false;
    ASSERT_TRUE(engine->reset());
    ASSERT_TRUE(engine->health());
    ASSERT_TRUE(engine->submit(barrier(1000)));
    std::vector<std::uint64_t> sequences;
    EXPECT_TRUE(within(5s, [&] {
        return engine->drain([&](BytesView r) { sequences.push_back(accel::get<std::uint64_t>(r, records::header::sequence)); }) !=
               0;
    }));
    EXPECT_EQ(sequences, std::vector<std::uint64_t>{1000});
}

} // namespace
} // namespace jitbox::testing
