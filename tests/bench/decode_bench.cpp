// Speed of the parser on one core, over real mainnet transactions: the hash alone, the kernel, and the whole of `jitctl decode`.
// SPDX-License-Identifier: Apache-2.0
//
// hash_only is the floor that no decoder with hashes can go below; the ratio of the others to it says what decoding itself costs.
#include "apps/offline/decode.hpp"
#include "apps/offline/decode_kernel.hpp"
#include "base/hex.hpp"
#include "hls/keccak.hpp"
#include "support/shared_data.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace {

using namespace jitbox; // NOLINT(google-build-using-namespace): a bench is one function each

struct Mix {
    std::vector<Bytes> raw;
    std::string lines;
    std::size_t bytes = 0;
};

/// The complete blocks of the shared data; without it, one kind of transfer, and the bench says so.
const Mix& mix() {
    static const Mix loaded = [] {
        Mix out;
        const std::string name = "mainnet/transactions.jsonl.gz";
        if (const auto real = test::read_real_transactions(name)) {
            for (const auto& transaction : *real) out.raw.push_back(transaction.raw);
        } else {
            std::fprintf(stderr, "%s\nmeasuring 10,000 times one transfer instead\n", test::missing_text(name).c_str());
            const Bytes transfer = *from_hex("e1078203e88252089411111111111111111111111111111111111111110580250102");
            out.raw.assign(10'000, transfer);
        }
        for (const Bytes& raw : out.raw) {
            out.lines += to_hex(raw) + "\n";
            out.bytes += raw.size();
        }
        return out;
    }();
    return loaded;
}

void count(benchmark::State& state) {
    const auto rounds = static_cast<std::int64_t>(state.iterations());
    state.SetItemsProcessed(rounds * static_cast<std::int64_t>(mix().raw.size()));
    state.SetBytesProcessed(rounds * static_cast<std::int64_t>(mix().bytes));
}

void hash_only(benchmark::State& state) {
    Bytes32 hash{};
    for ([[maybe_unused]] const auto round : state) {
        for (const Bytes& raw : mix().raw) hlsk::keccak256(raw.data(), raw.size(), hash.data());
        benchmark::DoNotOptimize(hash);
    }
    count(state);
}
BENCHMARK(hash_only)->Unit(benchmark::kMillisecond);

void kernel_record_to_records(benchmark::State& state) {
    apps::DecodeKernel kernel(apps::mainnet_routers());
    for ([[maybe_unused]] const auto round : state) {
        for (const Bytes& raw : mix().raw) {
            std::copy(raw.begin(), raw.end(), kernel.transaction());
            benchmark::DoNotOptimize(kernel.parse(raw.size()).data());
        }
    }
    count(state);
}
BENCHMARK(kernel_record_to_records)->Unit(benchmark::kMillisecond);

void hex_line_to_json_line(benchmark::State& state) {
    const apps::DecodeOptions options;
    for ([[maybe_unused]] const auto round : state) {
        std::istringstream in(mix().lines);
        std::ostringstream out;
        if (apps::run_decode(in, out, options) != 0) state.SkipWithError("run_decode failed");
    }
    count(state);
}
BENCHMARK(hex_line_to_json_line)->Unit(benchmark::kMillisecond);

} // namespace

BENCHMARK_MAIN();
