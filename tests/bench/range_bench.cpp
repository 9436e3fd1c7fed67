// Speed of range_profit on one core: a decision with K = 64, candidates a second, and the leaf arithmetic in both its forms.
// SPDX-License-Identifier: Apache-2.0
//
// build/release/bench/range_bench [--benchmark_filter=...]. The decisions are those of the quality corpus (quality_corpus.hpp),
// seed 1; `us_max` is the slowest of them. Leaf arithmetic: native against hardware form is in the same run.
#include "quality_corpus.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace jitbox;
using namespace jitbox::hlsk;

constexpr std::int32_t max_spacings = 48;
constexpr std::size_t corpus_size = 200;

struct Corpus {
    std::unique_ptr<RatioMemo> memo = std::make_unique<RatioMemo>();
    std::vector<std::unique_ptr<bench::QualityCase>> cases;

    Corpus() {
        memo->clear();
        for (std::uint64_t index = 0; cases.size() < corpus_size; ++index) {
            if (auto made = bench::make_quality_case(1, index, max_spacings, *memo)) cases.push_back(std::move(made));
        }
    }
};

Corpus& corpus() {
    static Corpus made;
    return made;
}

/// The swap alone and the search: what lies between a SWAP record and its DECISION.
void decision(benchmark::State& state) {
    Corpus& from = corpus();
    std::size_t next = 0;
    std::uint64_t candidates = 0;
    double slowest = 0;
    for (auto _ : state) {
        bench::QualityCase& made = *from.cases[next];
        next = (next + 1) % from.cases.size();
        made.input.params.candidates = static_cast<std::uint32_t>(state.range(0));
        const auto begin = std::chrono::steady_clock::now();
        WindowTicks ticks(made.window, *from.memo);
        SearchResult found;
        SearchInput input = made.input;
        benchmark::DoNotOptimize(run_alone(input.pool, ticks, input.cursor, input.request, input.alone));
        search_ranges(input, ticks, found);
        benchmark::DoNotOptimize(found);
        slowest = std::max(slowest, std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
        candidates += found.candidates;
    }
    state.counters["candidates"] = static_cast<double>(candidates) / static_cast<double>(state.iterations());
    state.counters["candidates_per_s"] = benchmark::Counter(static_cast<double>(candidates), benchmark::Counter::kIsRate);
    state.counters["us_max"] = slowest;
}
BENCHMARK(decision)->Arg(64)->Arg(4096)->Unit(benchmark::kMicrosecond);

/// One candidate from its mint to its fees, nothing shared: the peer of the real bytecode in revm (docs/performance.md).
void candidate(benchmark::State& state) {
    Corpus& from = corpus();
    std::size_t next = 0;
    for (auto _ : state) {
        const bench::QualityCase& made = *from.cases[next];
        next = (next + 1) % from.cases.size();
        const SearchInput& input = made.input;
        WindowTicks ticks(made.window, *from.memo);
        Position range = no_position();
        range.active = true;
        range.tick_lower = floor_div(input.pool.tick, input.pool.tick_spacing) * input.pool.tick_spacing;
        range.tick_upper = range.tick_lower + input.pool.tick_spacing;
        range.lower_x96 = ticks.ratio_at(range.tick_lower);
        range.upper_x96 = ticks.ratio_at(range.tick_upper);
        range.liquidity = input.pool.liquidity;
        Outcome outcome;
        benchmark::DoNotOptimize(
            evaluate_position(input.pool, ticks, input.cursor, input.request, range, records::max_swap_steps, outcome));
        benchmark::DoNotOptimize(outcome);
    }
    state.counters["candidates_per_s"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(candidate)->Unit(benchmark::kNanosecond);

/// Operands as amount0_delta has them: (L << 96) * difference / price.
struct Operands {
    u256 a;
    u256 b;
    u256 d;
};

std::vector<Operands> operands() {
    std::mt19937_64 random(1);
    std::vector<Operands> out(256);
    for (Operands& o : out) {
        o.a = u256(u256(random()) << 96);
        o.b = u256(u256(random()) << 24);
        o.d = u256((u256(1) << 96) + (u256(random()) << 30));
    }
    return out;
}

void mul_div_native(benchmark::State& state) {
    const auto values = operands();
    std::size_t next = 0;
    for (auto _ : state) {
        const Operands& o = values[next++ & 255U];
        u256 out;
        benchmark::DoNotOptimize(native::mul_div(o.a, o.b, o.d, out));
        benchmark::DoNotOptimize(out);
    }
}
BENCHMARK(mul_div_native);

void mul_div_hardware(benchmark::State& state) {
    const auto values = operands();
    std::size_t next = 0;
    for (auto _ : state) {
        const Operands& o = values[next++ & 255U];
        u256 out;
        benchmark::DoNotOptimize(hardware::mul_div(o.a, o.b, o.d, out));
        benchmark::DoNotOptimize(out);
    }
}
BENCHMARK(mul_div_hardware);

void ratio_of_tick(benchmark::State& state) {
    std::int32_t tick = 0;
    for (auto _ : state) {
        tick = (tick + 7919) % max_tick;
        benchmark::DoNotOptimize(sqrt_ratio_at_tick(tick));
    }
}
BENCHMARK(ratio_of_tick);

void tick_of_ratio(benchmark::State& state) {
    const auto values = operands();
    std::size_t next = 0;
    for (auto _ : state) benchmark::DoNotOptimize(tick_at_sqrt_ratio(values[next++ & 255U].d));
}
BENCHMARK(tick_of_ratio);

} // namespace

BENCHMARK_MAIN();
