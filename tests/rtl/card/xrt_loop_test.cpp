// The whole way of a record without a card: XrtEngine, XRT's stock hw_emu driver, its sockets, the model process, AXI, the RTL, and
// back. One program opens the device once: XRT's load alone sleeps ten seconds. Its long form (tests/soak/card.sh):
// JITBOX_LOOP_FRAMES damaged transactions, JITBOX_LOOP_CASES pools with swaps on them. SPDX-License-Identifier: Apache-2.0
#include "accel/engine.hpp"
#include "rtl/parser_streams.hpp"
#include "rtl/range_streams.hpp"
#include "support/seed.hpp"
#include "support/shared_data.hpp"
#include "unit/kernels/parser_harness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>
#include <unistd.h>

namespace jitbox::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using records::Kind;

/// Long streams have legs of a thousand steps, and candidates of as many.
bool long_form() {
    return std::getenv("JITBOX_LOOP_CASES") != nullptr;
}

/// Options of the model: how unfriendly its bus is, by the seed.
std::string model_options(std::uint32_t seed) {
    std::mt19937 random{seed};
    std::string options = std::string("--deadline ") + (long_form() ? "14400" : "900") + " --seed " + std::to_string(seed);
    options += " --stall " + std::to_string(random() % 80);
    options += " --read-latency " + std::to_string(random() % 300);
    options += " --write-latency " + std::to_string(random() % 300);
    return options;
}

/// XRT's environment as the folder's env.sh has it, before XRT is loaded.
void enter_emulation(const fs::path& folder, const std::string& options) {
    const fs::path work = fs::temp_directory_path() / ("jitbox-loop-" + std::to_string(getpid()));
    fs::create_directories(work);
    fs::current_path(work); // XRT keeps its run folder where it stands
    setenv("XCL_EMULATION_MODE", "hw_emu", 1);
    setenv("XILINX_XRT", (folder / "xrt").c_str(), 1);
    setenv("EMCONFIG_PATH", folder.c_str(), 1);
    setenv("XRT_INI_PATH", (folder / "xrt.ini").c_str(), 1);
    setenv("USER", "jitbox-test", 0);
    setenv("JITBOX_CARD_ARGS", options.c_str(), 1);
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

/// How many: `usual`, or what the environment wants.
std::size_t wanted(const char* name, std::size_t usual) {
    const char* const value = std::getenv(name);
    return value != nullptr ? std::stoul(value) : usual;
}

/// The native engine: both kernels on this CPU, from their start.
class Native {
public:
    /// What it answers to these records, after all that came before.
    std::vector<Bytes> answers(const std::vector<Bytes>& records) {
        std::vector<Bytes> out;
        const auto take = [&](BytesView record) { out.emplace_back(record.begin(), record.end()); };
        for (const Bytes& record : records) {
            const auto taken = engine_->submit(record, 60s);
            EXPECT_TRUE(taken) << taken.error().text();
            engine_->drain(take);
        }
        EXPECT_TRUE(engine_->submit(accel::barrier_record(0, 77)));
        EXPECT_TRUE(within(60s, [&] {
            return engine_->drain(take), !out.empty() && accel::kind_of(out.back()) == Kind::barrier_done && out.back()[16] == 77;
        }));
        out.pop_back();
        return out;
    }

private:
    std::unique_ptr<accel::Engine> engine_ = accel::make_native_engine();
};

std::size_t count_of(const std::vector<Bytes>& records, Kind kind) {
    return static_cast<std::size_t>(
        std::ranges::count_if(records, [kind](const Bytes& record) { return accel::kind_of(record) == kind; }));
}

class XrtLoop : public testing::Test {
protected:
    static void SetUpTestSuite() {
        seed_ = test::random_seed();
        std::cout << "model " << model_options(seed_) << '\n';
        const fs::path folder = fs::path(JITBOX_BINARY_DIR) / "jitbox-card-model";
        enter_emulation(folder, model_options(seed_));
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

    /// Both engines as after their start.
    void SetUp() override {
        ASSERT_TRUE(engine_->reset());
        native_ = Native{};
    }
    /// The card says what the native engine says.
    void expect_same(const std::vector<Bytes>& records) {
        const std::vector<Bytes> expected = native_.answers(records);
        const auto begin = std::chrono::steady_clock::now();
        const std::vector<Bytes> got = through_the_card(records, expected.size());
        took_ += std::chrono::steady_clock::now() - begin;
        ASSERT_TRUE(engine_->health()) << engine_->health().error().text();
        ASSERT_EQ(got.size(), expected.size());
        for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], expected[i]) << "output record " << out_ + i;
        in_ += records.size();
        out_ += got.size();
        legs_ += count_of(expected, Kind::swap);
        decisions_ += count_of(expected, Kind::decision);
    }
    void report() const {
        std::cout << in_ << " records in, " << out_ << " out (" << legs_ << " legs, " << decisions_ << " decisions), "
                  << took_.count() << " s\n";
    }

    static std::chrono::milliseconds deadline() { return long_form() ? 120s : 15s; }

    Native native_;
    std::size_t in_ = 0;
    std::size_t out_ = 0;
    std::size_t legs_ = 0;
    std::size_t decisions_ = 0;
    std::chrono::duration<double> took_{};
    static inline accel::Engine* engine_ = nullptr;
    static inline std::uint32_t seed_ = 0;
};

accel::RouterEntry test_router() {
    return {address_of(0x72), accel::RouterKind::swap_router02, address_of(0xfa)};
}

constexpr std::array real_files{"mainnet/v3_router_transactions.jsonl.gz", "mainnet/transactions.jsonl.gz"};
constexpr std::size_t at_once = 500; // records between two comparisons

// First: the device is whole. The tests of one suite run in the order of this file.
TEST_F(XrtLoop, AnswersEveryRealTransactionLikeTheNativeEngine) {
    for (const char* const file : real_files) {
        const auto transactions = read_real_transactions(file);
        if (!transactions) GTEST_SKIP() << missing_text(file);
        StreamMaker maker{seed_};
        std::vector<Bytes> records{maker.mainnet_routers()};
        for (std::size_t i = 0; i < transactions->size(); ++i) {
            const Bytes& raw = (*transactions)[i].raw;
            if (raw.size() <= records::max_transaction_bytes) records.push_back(maker.transaction(raw));
            if (records.size() < at_once && i + 1 < transactions->size()) continue;
            expect_same(records);
            if (HasFatalFailure()) return;
            records.clear();
        }
    }
    report();
}

// What is left of real transactions after damage, pools with swaps on them, and records that no host makes, all in one stream.
TEST_F(XrtLoop, AnswersDamagedTransactionsAndPoolsWithSwapsLikeTheNativeEngine) {
    const std::size_t frames = wanted("JITBOX_LOOP_FRAMES", 300);
    const std::size_t cases = wanted("JITBOX_LOOP_CASES", 60);
    const auto reach = long_form() ? RangeStreams::Reach::far : RangeStreams::Reach::near;
    StreamMaker maker{seed_};
    RangeStreams pools{seed_};
    if (const auto real = read_real_transactions(real_files[0])) {
        for (const auto& transaction : *real) {
            if (transaction.raw.size() < 20'000) maker.add_sample(transaction.raw);
        }
    } else {
        std::cout << missing_text(real_files[0]) << ": hand-made transactions only\n";
        maker.add_sample(transaction(legacy_fields()));
    }
    std::vector<Bytes> records{maker.mainnet_routers()};
    std::size_t done = 0;
    for (std::size_t pool = 0; pool < cases; ++pool) {
        for (; done < frames * (pool + 1) / cases; ++done) maker.append_random(records);
        records.push_back(accel::to_record(records.size(), std::vector{test_router()}));
        pools.append_card_case(records, 2, test_router(), reach);
        records.push_back(pools.random_record());
        if (records.size() < at_once && pool + 1 < cases) continue;
        expect_same(records);
        if (HasFatalFailure()) return;
        records.clear();
    }
    report();
    EXPECT_GT(decisions_, 0U);
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
    expect_same(records);
}

TEST_F(XrtLoop, AfterAFreezeAtAnyMomentThereIsNoDecisionAndEveryRecordIsAnswered) {
    RangeStreams pools{seed_ + 2};
    std::vector<Bytes> records{accel::to_record(1, std::vector{test_router()})};
    for (int i = 0; i < 10; ++i) pools.append_card_case(records, 3, test_router());
    const std::size_t expected = native_.answers(records).size();
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

/// Pools with swaps, and at least this many decisions among the answers.
std::vector<Bytes> stream_with_decisions(std::uint32_t seed, std::size_t decisions) {
    RangeStreams pools{seed};
    Native native;
    std::vector<Bytes> records{accel::to_record(1, std::vector{test_router()})};
    std::size_t found = count_of(native.answers(records), Kind::decision);
    while (found < decisions) {
        std::vector<Bytes> more;
        pools.append_card_case(more, 2, test_router());
        found += count_of(native.answers(more), Kind::decision);
        records.insert(records.end(), more.begin(), more.end());
    }
    return records;
}

// That none becomes visible from the acknowledgement on, clock by clock: whole_card_test.cpp.
TEST_F(XrtLoop, AfterTheStopPinThereIsNoDecisionUntilItIsLowAndUnfrozen) {
    const std::vector<Bytes> records = stream_with_decisions(seed_ + 3, 6);
    const std::vector<Bytes> expected = native_.answers(records);
    std::vector<Bytes> before;
    const auto take = [&](BytesView record) { before.emplace_back(record.begin(), record.end()); };
    for (const Bytes& record : records) ASSERT_TRUE(engine_->submit(record, 10s));
    (void)within(std::chrono::milliseconds{seed_ % 400}, [&] { return engine_->drain(take), false; });
    ASSERT_EQ(kill(model_process(), SIGUSR1), 0);
    EXPECT_TRUE(within(30s, [&] { return engine_->drain(take), engine_->stopped_by_hardware(); }));
    EXPECT_TRUE(within(60s, [&] { return engine_->drain(take), before.size() >= expected.size(); }));
    EXPECT_EQ(before.size(), expected.size()) << "stopped or not, each has its answer";

    const std::vector<Bytes> after = through_the_card(records, expected.size());
    EXPECT_EQ(after.size(), expected.size());
    EXPECT_EQ(count_of(after, Kind::decision), 0U) << "all this came after the stop was seen";
    EXPECT_TRUE(engine_->stopped_by_hardware());

    ASSERT_EQ(kill(model_process(), SIGUSR2), 0);
    SetUp(); // the reset clears the register
    engine_->unfreeze();
    expect_same(records);
    EXPECT_FALSE(engine_->stopped_by_hardware());
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
