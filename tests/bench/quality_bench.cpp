// How good the search is: the profit found with K candidates against an exhaustive search over ranges and amounts, all to the wei.
// SPDX-License-Identifier: Apache-2.0
//
// build/release/bench/quality_bench [cases=400] [seed=1] [K=64]
// The reference is support/exhaustive_search.hpp.
// Exit code 1 when the sum is under 99.9 % or one case under 98 %.
#include "quality_corpus.hpp"
#include "support/exhaustive_search.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

using namespace jitbox;
using namespace jitbox::hlsk;

constexpr double sum_must = 0.999;
constexpr double each_must = 0.98;
constexpr std::int32_t max_spacings = 48;

/// x / y of two positive amounts, to 9 digits.
double ratio(const i256& x, const u256& y) {
    if (x <= 0) return 0;
    return static_cast<double>(static_cast<std::uint64_t>((u512(u256(x)) * u512(1000000000U)) / u512(y))) * 1e-9;
}

struct Score {
    std::uint64_t index;
    double ratio;
    double best_share; ///< best profit over the swap's notional
};

} // namespace

int main(int argc, char** argv) {
    const std::uint64_t cases = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 400;
    const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
    const auto candidates = static_cast<std::uint32_t>(argc > 3 ? std::strtoul(argv[3], nullptr, 10) : records::default_candidates);
    auto memo = std::make_unique<RatioMemo>();
    memo->clear();
    std::vector<Score> scores;
    double found_sum = 0;
    double best_sum = 0;
    double used = 0;
    std::uint64_t evaluated = 0;
    for (std::uint64_t index = 0; scores.size() < cases; ++index) {
        const auto made = bench::make_quality_case(seed, index, max_spacings, *memo);
        if (made == nullptr) continue;
        made->input.params.candidates = candidates;
        WindowTicks ticks(made->window, *memo);
        SearchResult found;
        search_ranges(made->input, ticks, found);
        const test::Exhaustive reference = test::exhaustive_search(made->input, ticks);
        i256 best = reference.gross_wei;
        evaluated += reference.evaluated;
        const i256 ours = found.best.ok ? found.best.gross_wei : i256(0);
        best = std::max(best, ours);
        // A millionth of the swap is below any gas cost: nothing to find.
        if (best <= 0 || u256(best) * u256(1000000) < made->notional_wei) continue;
        const double share = ratio(best, made->notional_wei);
        scores.push_back({index, ratio(ours, u256(best)), share});
        best_sum += share;
        found_sum += ratio(ours, made->notional_wei);
        used += found.candidates;
    }
    std::ranges::sort(scores, {}, &Score::ratio);
    for (std::size_t i = 0; i < std::min<std::size_t>(scores.size(), 10) && scores[i].ratio < each_must; ++i)
        std::printf("case %llu: %.4f of the best\n", static_cast<unsigned long long>(scores[i].index), scores[i].ratio);
    const double sum = found_sum / best_sum;
    const double worst = scores.front().ratio;
    std::printf("quality over %zu profitable swaps (seed %llu), K = %u (%.1f used on average), reference %.0f candidates a swap:\n",
                scores.size(), static_cast<unsigned long long>(seed), candidates, used / static_cast<double>(scores.size()),
                static_cast<double>(evaluated) / static_cast<double>(scores.size()));
    std::printf("  sum   %.3f %% of the exhaustive best (must be >= 99.9 %%)\n  worst %.3f %% (must be >= 98 %%)\n", sum * 100,
                worst * 100);
    return sum >= sum_must && worst >= each_must ? EXIT_SUCCESS : EXIT_FAILURE;
}
