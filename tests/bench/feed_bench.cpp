// From the frame of a pending transaction to its checked raw bytes, on one core. Run: build/release/bench/feed_bench
// The ratio in the same run is to parsing the JSON alone, the least that any feed of full bodies has to do.
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"
#include "feed/frame_reader.hpp"
#include "feed/seen_hashes.hpp"
#include "support/transaction_json.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace jitbox;

constexpr std::size_t frame_count = 4096;

/// Frames of EIP-1559 transactions with calldata of this size, each with SIMDJSON_PADDING behind it.
std::vector<simdjson::padded_string> frames(std::size_t calldata_bytes) {
    std::mt19937_64 random(1);
    std::vector<simdjson::padded_string> out;
    for (std::size_t i = 0; i < frame_count; ++i) {
        chain::Transaction transaction = test::random_transaction(random, chain::TransactionType::dynamic_fee);
        transaction.data.resize(calldata_bytes);
        out.emplace_back(test::notification("0xaa", test::transaction_json(transaction)));
    }
    return out;
}

void pending_frame_to_checked_bytes(benchmark::State& state) {
    const auto input = frames(static_cast<std::size_t>(state.range(0)));
    std::size_t next = 0;
    feed::FrameReader reader(frame_count / 2); // has always forgotten a frame before it comes again
    reader.add_subscription("0xaa", feed::Subscription::pending);
    for (auto _ : state) {
        const auto& frame = input[next++ % frame_count];
        const feed::FrameContent content = reader.read({frame.data(), frame.size()}, 1);
        if (!std::holds_alternative<feed::PendingTransaction>(content)) state.SkipWithError("a frame was not accepted");
        benchmark::DoNotOptimize(content);
    }
    state.SetItemsProcessed(state.iterations());
}

void repeated_frame_is_dropped(benchmark::State& state) {
    const auto input = frames(static_cast<std::size_t>(state.range(0)));
    std::size_t next = 0;
    feed::FrameReader reader(2 * frame_count);
    reader.add_subscription("0xaa", feed::Subscription::pending);
    for (const auto& frame : input) benchmark::DoNotOptimize(reader.read({frame.data(), frame.size()}, 1));
    for (auto _ : state) {
        const auto& frame = input[next++ % frame_count];
        benchmark::DoNotOptimize(reader.read({frame.data(), frame.size()}, 1));
    }
    state.SetItemsProcessed(state.iterations());
}

void json_alone(benchmark::State& state) {
    const auto input = frames(static_cast<std::size_t>(state.range(0)));
    std::size_t next = 0;
    simdjson::dom::parser parser;
    for (auto _ : state) {
        const auto& frame = input[next++ % frame_count];
        simdjson::dom::element document;
        if (parser.parse(frame.data(), frame.size(), false).get(document) != simdjson::SUCCESS) state.SkipWithError("not JSON");
        benchmark::DoNotOptimize(document);
    }
    state.SetItemsProcessed(state.iterations());
}

} // namespace

BENCHMARK(pending_frame_to_checked_bytes)->Arg(260)->Arg(1000)->Arg(20'000);
BENCHMARK(repeated_frame_is_dropped)->Arg(260);
BENCHMARK(json_alone)->Arg(260)->Arg(1000)->Arg(20'000);
BENCHMARK_MAIN();
