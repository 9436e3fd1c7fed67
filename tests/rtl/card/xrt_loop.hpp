// The fixture of the tests through XRT's stock driver: the model process, XrtEngine around XRT's own port, and the native engine
// beside them. One program opens the device once: XRT's load alone sleeps ten seconds. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accel/engine.hpp"
#include "accel/xrt_engine.hpp"
#include "doorbell_port.hpp"
#include "rtl/parser_streams.hpp"
#include "rtl/range_streams.hpp"
#include "support/seed.hpp"
#include "unit/kernels/parser_harness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>
#include <unistd.h>

namespace jitbox::test {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using records::Kind;

/// Long streams have legs of a thousand steps, and candidates of as many.
inline bool long_form() {
    return std::getenv("JITBOX_LOOP_CASES") != nullptr;
}

/// Options of the model: how unfriendly its bus is, by the seed.
inline std::string model_options(std::uint32_t seed) {
    std::mt19937 random{seed};
    std::string options = std::string("--deadline ") + (long_form() ? "14400" : "900") + " --seed " + std::to_string(seed);
    options += " --stall " + std::to_string(random() % 80);
    options += " --read-latency " + std::to_string(random() % 300);
    options += " --write-latency " + std::to_string(random() % 300);
    return options;
}

/// XRT's environment as the folder's env.sh has it, before XRT is loaded.
inline void enter_emulation(const fs::path& folder, const std::string& options) {
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
inline pid_t model_process() {
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
inline std::size_t wanted(const char* name, std::size_t usual) {
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

inline std::size_t count_of(const std::vector<Bytes>& records, Kind kind) {
    return static_cast<std::size_t>(
        std::ranges::count_if(records, [kind](const Bytes& record) { return accel::kind_of(record) == kind; }));
}

/// The device of this program, opened before its first test and closed behind its last.
class Device : public testing::Environment {
public:
    void SetUp() override {
        seed = test::random_seed();
        std::cout << "model " << model_options(seed) << '\n';
        const fs::path folder = fs::path(JITBOX_BINARY_DIR) / "jitbox-card-model";
        enter_emulation(folder, model_options(seed));
        const auto open = [xclbin = folder / "jitbox.xclbin"] {
            return std::make_unique<DoorbellPort>(open_xrt(xclbin), doorbells);
        };
        auto opened = accel::make_card_engine(open, deadline());
        ASSERT_TRUE(opened) << opened.error().text();
        engine = std::move(*opened);
    }
    void TearDown() override {
        engine.reset();
        const fs::path work = fs::current_path();
        fs::current_path("/");
        fs::remove_all(work);
    }
    static std::chrono::milliseconds deadline() { return long_form() ? 120s : 15s; }

    static inline const std::shared_ptr<Doorbells> doorbells = std::make_shared<Doorbells>();
    static inline std::unique_ptr<accel::Engine> engine;
    static inline std::uint32_t seed = 0;
};
inline testing::Environment* const device = testing::AddGlobalTestEnvironment(new Device); // gtest deletes it

class XrtLoop : public testing::Test {
protected:
    /// Through the card, one stream of records each way.
    std::vector<Bytes> through_the_card(const std::vector<Bytes>& records, std::size_t expected) {
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

    static std::chrono::milliseconds deadline() { return Device::deadline(); }

    const std::unique_ptr<accel::Engine>& engine_ = Device::engine;
    const std::uint32_t seed_ = Device::seed;
    Native native_;
    std::size_t in_ = 0;
    std::size_t out_ = 0;
    std::size_t legs_ = 0;
    std::size_t decisions_ = 0;
    std::chrono::duration<double> took_{};
};

inline accel::RouterEntry test_router() {
    return {address_of(0x72), accel::RouterKind::swap_router02, address_of(0xfa)};
}

/// Pools with swaps, and at least this many decisions among the answers.
inline std::vector<Bytes> stream_with_decisions(std::uint32_t seed, std::size_t decisions) {
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

} // namespace jitbox::test
