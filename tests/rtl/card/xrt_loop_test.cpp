// The whole way of a record without a card: XrtEngine, XRT's stock hw_emu driver, its sockets, the model process, AXI, the RTL, and
// back. One program opens the device once: XRT's load alone sleeps ten seconds. JITBOX_LOOP_RECORDS makes it long.
// SPDX-License-Identifier: Apache-2.0
#include "accel/engine.hpp"
#include "rtl/parser_streams.hpp"
#include "support/shared_data.hpp"
#include "unit/kernels/parser_harness.hpp"

#include <gtest/gtest.h>

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
    setenv("JITBOX_CARD_ARGS", ("--deadline 240 --seed " + seed).c_str(), 1);
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
        seed_ = static_cast<std::uint32_t>(std::random_device{}());
        std::cout << "seed " << seed_ << '\n';
        const fs::path folder = fs::path(JITBOX_BINARY_DIR) / "jitbox-card-model-parser";
        enter_emulation(folder, std::to_string(seed_));
        auto engine = accel::make_engine({.name = "xrt", .xclbin = folder / "jitbox.xclbin", .deadline = 3000ms});
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
        EXPECT_TRUE(within(120s, [&] { return engine_->drain(take), out.size() >= expected || !engine_->health(); }));
        return out;
    }

    static inline accel::Engine* engine_ = nullptr;
    static inline std::uint32_t seed_ = 0;
};

// First: the device is whole. The tests of one suite run in the order of this file.
TEST_F(XrtLoop, GivesTheBytesOfTheHlsParser) {
    const char* const wanted = std::getenv("JITBOX_LOOP_RECORDS");
    const std::size_t count = wanted == nullptr ? 400 : std::stoul(wanted);
    StreamMaker maker{seed_};
    std::vector<Bytes> records{maker.mainnet_routers()};
    if (const auto real = read_real_transactions("mainnet/v3_router_transactions.jsonl.gz")) {
        for (std::size_t i = 0; i < real->size() && records.size() < count; ++i) {
            const Bytes& raw = (*real)[i].raw;
            if (raw.size() > records::max_transaction_bytes) continue;
            maker.add_sample(raw);
            records.push_back(maker.transaction(raw));
        }
        for (std::size_t i = 0; i < count / 2; ++i) maker.append_random(records);
    } else {
        std::cout << missing_text("mainnet/v3_router_transactions.jsonl.gz") << ": hand-made transactions only\n";
        maker.add_sample(transaction(legacy_fields()));
        for (std::size_t i = 0; i < count; ++i) maker.append_random(records);
    }
    ParserHarness hls;
    std::vector<Bytes> expected;
    std::size_t legs = 0;
    for (const Bytes& record : records) {
        for (Bytes& answer : hls.run(record)) {
            legs += accel::kind_of(answer) == accel::Kind::swap ? 1 : 0;
            expected.push_back(std::move(answer));
        }
    }
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<Bytes> got = through_the_card(records, expected.size());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::cout << records.size() << " records in, " << got.size() << " out (" << legs << " legs), " << took.count() << " s\n";
    ASSERT_TRUE(engine_->health()) << engine_->health().error().text();
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], expected[i]) << "output record " << i;
}

TEST_F(XrtLoop, StartsAgainAfterAReset) {
    ASSERT_TRUE(engine_->reset());
    StreamMaker maker{seed_};
    const std::vector<Bytes> records{maker.mainnet_routers(), maker.transaction(transaction(legacy_fields()))};
    ParserHarness hls;
    hls.run(records[0]);
    const std::vector<Bytes> expected = hls.run(records[1]);
    EXPECT_EQ(through_the_card(records, expected.size()), expected);
}

// Last: nothing comes after it.
TEST_F(XrtLoop, NoticesThatTheModelWasKilled) {
    const pid_t model = model_process();
    ASSERT_GT(model, 1);
    ASSERT_EQ(kill(model, SIGKILL), 0);
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(within(10s, [&] { return !engine_->health(); }));
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
