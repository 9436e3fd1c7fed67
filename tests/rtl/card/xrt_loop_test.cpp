// The whole way of a record without a card: XrtEngine, XRT's stock hw_emu driver, its sockets, the model process, AXI, the RTL, and
// back. One program opens the device once: XRT's load alone sleeps ten seconds. JITBOX_LOOP_RECORDS makes it long.
// SPDX-License-Identifier: Apache-2.0
#include "accel/engine.hpp"
#include "rtl/parser_streams.hpp"
#include "rtl/range_streams.hpp"
#include "support/shared_data.hpp"
#include "unit/kernels/parser_harness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>
#include <unistd.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using records::Kind;

/// XRT's environment as the folder's env.sh has it, before XRT is loaded.
void enter_emulation(const fs::path& folder, const std::string& seed) {
    const fs::path work = fs::temp_directory_path() / ("jitbox-loop-" + std::to_string(getpid()));
    fs::create_directories(work);
    fs::current_path(work); // XRT keeps its run folder where it stands
    setenv("XCL_EMULATION_MODE", "hw_emu", 1);
    setenv("XILINX_XRT", (folder / "xrt").c_str(), 1);
    setenv("EMCONFIG_PATH", folder.c_str(), 1);
    setenv("XRT_INI_PATH", (folder / "xrt.ini").c_str(), 1);
    setenv("USER", "jitbox-test", 0);
    setenv("JITBOX_CARD_ARGS", ("--deadline 900 --seed " + seed).c_str(), 1);
}

/// The process that XRT started: our only child.
pid_t model_process() {
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream status(entry.path() / "status");
        for (std::string line; std::getline(status, line);) {
            if (line == "PPid:\t" + std::to_string(getpid())) return std::stoi(name);
        }
    }
    return 0;
}

template <typename Condition>
bool within(std::chrono::milliseconds time, const Condition& condition) {
    for (const auto until = std::chrono::steady_clock::now() + time; std::chrono::steady_clock::now() < until;) {
        if (condition()) return true;
        std::this_thread::sleep_for(1ms);
    }
    return condition();
}

class XrtLoop : public testing::Test {
protected:
    static void SetUpTestSuite() {
        const char* const fixed = std::getenv("JITBOX_SEED");
        seed_ = fixed != nullptr ? static_cast<std::uint32_t>(std::stoul(fixed)) : std::random_device{}();
        std::cout << "seed " << seed_ << " (JITBOX_SEED repeats it)\n";
        const fs::path folder = fs::path(JITBOX_BINARY_DIR) / "jitbox-card-model";
        enter_emulation(folder, std::to_string(seed_));
        auto engine = accel::make_engine({.name = "xrt", .xclbin = folder / "jitbox.xclbin", .deadline = deadline()});
        ASSERT_TRUE(engine) << engine.error().text();
        engine_ = engine->release();
    }
    static void TearDownTestSuite() {
        delete engine_;
        const fs::path work = fs::current_path();
        fs::current_path("/");
        fs::remove_all(work);
    }

    /// Through the card, one stream of records each way.
    static std::vector<Bytes> through_the_card(const std::vector<Bytes>& records, std::size_t expected) {
        std::vector<Bytes> out;
        const auto take = [&](BytesView record) { out.emplace_back(record.begin(), record.end()); };
        for (const Bytes& record : records) {
            const auto taken = engine_->submit(record, 60s);
            EXPECT_TRUE(taken) << taken.error().text();
            if (!taken) return out;
            engine_->drain(take);
        }
        EXPECT_TRUE(within(600s, [&] { return engine_->drain(take), out.size() >= expected || !engine_->health(); }));
        return out;
    }

    /// Long streams have legs of a thousand steps, and candidates of as many: seconds of the model's time.
    static std::chrono::milliseconds deadline() { return std::getenv("JITBOX_LOOP_RECORDS") == nullptr ? 15s : 120s; }

    static inline accel::Engine* engine_ = nullptr;
    static inline std::uint32_t seed_ = 0;
};

/// What the native engine answers to the same records: both kernels on this CPU.
std::vector<Bytes> native_answers(const std::vector<Bytes>& records) {
    const auto engine = accel::make_native_engine();
    std::vector<Bytes> out;
    const auto take = [&](BytesView record) { out.emplace_back(record.begin(), record.end()); };
    for (const Bytes& record : records) {
        const auto taken = engine->submit(record, 60s);
        EXPECT_TRUE(taken) << taken.error().text();
        engine->drain(take);
    }
    EXPECT_TRUE(engine->submit(accel::barrier_record(0, 77)));
    EXPECT_TRUE(within(60s, [&] {
        return engine->drain(take), !out.empty() && accel::kind_of(out.back()) == Kind::barrier_done && out.back()[16] == 77;
    }));
    out.pop_back();
    return out;
}

std::size_t count_of(const std::vector<Bytes>& records, Kind kind) {
    return static_cast<std::size_t>(
        std::ranges::count_if(records, [kind](const Bytes& record) { return accel::kind_of(record) == kind; }));
}

accel::RouterEntry test_router() {
    return {address_of(0x72), accel::RouterKind::swap_router02, address_of(0xfa)};
}

/// Real transactions, what is left of them after damage, pools with swaps on them, and records that no host makes.
std::vector<Bytes> mixed_stream(std::uint32_t seed, std::size_t count) {
    StreamMaker maker{seed};
    RangeStreams pools{seed};
    std::vector<Bytes> records{maker.mainnet_routers()};
    if (const auto real = read_real_transactions("mainnet/v3_router_transactions.jsonl.gz")) {
        for (std::size_t i = 0; i < real->size() && records.size() < count / 2; ++i) {
            const Bytes& raw = (*real)[i].raw;
            if (raw.size() > records::max_transaction_bytes) continue;
            maker.add_sample(raw);
            records.push_back(maker.transaction(raw));
        }
    } else {
        std::cout << missing_text("mainnet/v3_router_transactions.jsonl.gz") << ": hand-made transactions only\n";
        maker.add_sample(transaction(legacy_fields()));
    }
    while (records.size() < count) {
        maker.append_random(records);
        records.push_back(accel::to_record(records.size(), std::vector{test_router()}));
        pools.append_card_case(records, 2, test_router());
        records.push_back(pools.random_record());
    }
    return records;
}

// First: the device is whole. The tests of one suite run in the order of this file.
TEST_F(XrtLoop, GivesTheBytesOfTheNativeEngine) {
    const char* const wanted = std::getenv("JITBOX_LOOP_RECORDS");
    const std::vector<Bytes> records = mixed_stream(seed_, wanted == nullptr ? 600 : std::stoul(wanted));
    const std::vector<Bytes> expected = native_answers(records);
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<Bytes> got = through_the_card(records, expected.size());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::cout << records.size() << " records in, " << got.size() << " out (" << count_of(expected, Kind::swap) << " legs, "
              << count_of(expected, Kind::decision) << " decisions), " << took.count() << " s\n";
    ASSERT_TRUE(engine_->health()) << engine_->health().error().text();
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], expected[i]) << "output record " << i;
    EXPECT_GT(count_of(expected, Kind::decision), 0U);
}

TEST_F(XrtLoop, StartsAgainAfterAResetInTheMiddleOfItsWork) {
    RangeStreams pools{seed_ + 1};
    std::vector<Bytes> records{accel::to_record(1, std::vector{test_router()})};
    for (int i = 0; i < 10; ++i) pools.append_card_case(records, 2, test_router());
    for (const Bytes& record : records) ASSERT_TRUE(engine_->submit(record, 10s));
    std::this_thread::sleep_for(std::chrono::milliseconds{seed_ % 50});
    ASSERT_TRUE(engine_->reset());
    records.clear();
    records.push_back(accel::to_record(1, std::vector{test_router()}));
    for (int i = 0; i < 3; ++i) pools.append_card_case(records, 2, test_router());
    const std::vector<Bytes> expected = native_answers(records);
    EXPECT_EQ(through_the_card(records, expected.size()), expected);
}

TEST_F(XrtLoop, AfterAFreezeAtAnyMomentThereIsNoDecisionAndEveryRecordIsAnswered) {
    RangeStreams pools{seed_ + 2};
    std::vector<Bytes> records{accel::to_record(1, std::vector{test_router()})};
    for (int i = 0; i < 10; ++i) pools.append_card_case(records, 3, test_router());
    const std::size_t expected = native_answers(records).size();
    for (const Bytes& record : records) ASSERT_TRUE(engine_->submit(record, 10s));
    std::vector<Bytes> out;
    const auto take = [&](BytesView record) { out.emplace_back(record.begin(), record.end()); };
    (void)within(std::chrono::milliseconds{seed_ % 400}, [&] { return engine_->drain(take), false; });
    engine_->freeze();
    const std::size_t before = out.size();
    EXPECT_TRUE(within(60s, [&] { return engine_->drain(take), out.size() >= expected; }));
    EXPECT_EQ(count_of({out.begin() + static_cast<std::ptrdiff_t>(before), out.end()}, Kind::decision), 0U);
    EXPECT_EQ(out.size(), expected) << "frozen or not, each has its answer";
    engine_->unfreeze();
}

// Last: nothing comes after it.
TEST_F(XrtLoop, NoticesThatTheModelWasKilled) {
    const pid_t model = model_process();
    ASSERT_GT(model, 1);
    ASSERT_EQ(kill(model, SIGKILL), 0);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(within(deadline() + 10s, [&] { return !engine_->health(); }));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    const auto health = engine_->health();
    ASSERT_FALSE(health);
    std::cout << "noticed after " << took.count() << " s: " << health.error().text() << '\n';
    EXPECT_FALSE(health.error().hint.empty());
    StreamMaker maker{seed_};
    EXPECT_FALSE(engine_->submit(maker.mainnet_routers(), 100ms)) << "it must not take what nobody will answer";
    EXPECT_FALSE(engine_->reset()) << "nobody is there";
}

} // namespace
} // namespace jitbox::test
