// How good the search is: the profit found with K candidates against an exhaustive search over ranges and amounts, all to the wei.
// SPDX-License-Identifier: Apache-2.0
//
// build/release/bench/quality_bench [cases=400] [seed=1] [K=64]
// The reference tries every range of whole tick spacings between the spot tick and the tick where the swap ends alone, and one
// spacing beyond each side; in each, 160 amounts from the whole budget down to its 100,000th, then 21 around the best of them.
// Exit code 1 when the sum is under 99.9 % or one case under 98 %.
#include "quality_corpus.hpp"

#include "hls/candidate_seed.hpp"

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
constexpr int coarse_amounts = 160;
constexpr int fine_amounts = 10;                  // each side of the best
constexpr std::uint64_t coarse_ratio_x16 = 60948; // 0.93
constexpr std::uint64_t fine_ratio_x16 = 478;     // 0.0073

/// Every candidate from the beginning of the swap: nothing of the search's own shortcuts.
class Exhaustive {
public:
    Exhaustive(const bench::QualityCase& made, RatioMemo& memo) : in_(made.input), ticks_(made.window, memo) {}

    i256 best_gross() {
        const std::int32_t spacing = in_.pool.tick_spacing;
        const std::int32_t spot = in_.pool.tick;
        const std::int32_t end = in_.alone.tick_after;
        const std::int32_t low = floor_div(std::min(spot, end), spacing) - 1;
        const std::int32_t high = floor_div(std::max(spot, end), spacing) + 2;
        for (std::int32_t lower = low; lower < high; ++lower) {
            for (std::int32_t upper = lower + 1; upper <= high; ++upper) try_range(lower * spacing, upper * spacing);
        }
        return best_;
    }
    [[nodiscard]] std::uint64_t evaluated() const { return evaluated_; }

private:
    void try_range(std::int32_t lower, std::int32_t upper) {
        Position range;
        range.active = true;
        range.tick_lower = lower;
        range.tick_upper = upper;
        range.lower_x96 = ticks_.ratio_at(lower);
        range.upper_x96 = ticks_.ratio_at(upper);
        const Where where = where_of(in_.pool.tick, range);
        const u256 most =
            u256(liquidity_for_budgets(range, where, in_.pool.sqrt_price_x96, in_.params.budget0, in_.params.budget1));
        u256 amount = most;
        u256 best_amount = most;
        i256 best = lowest();
        for (int i = 0; i < coarse_amounts && amount != 0; ++i) {
            const i256 gross = gross_of(range, amount);
            if (gross > best) {
                best = gross;
                best_amount = amount;
            }
            amount = u256((amount * u256(coarse_ratio_x16)) >> 16);
        }
        const u256 step = u256((best_amount * u256(fine_ratio_x16)) >> 16);
        for (int i = 1; i <= fine_amounts; ++i) {
            const u256 off = u256(step * u256(static_cast<std::uint32_t>(i)));
            best = std::max(best, gross_of(range, u256(best_amount - off)));
            if (best_amount + off <= most) best = std::max(best, gross_of(range, u256(best_amount + off)));
        }
        best_ = std::max(best_, best);
    }

    i256 gross_of(Position range, const u256& liquidity) {
        range.liquidity = u128(liquidity);
        Outcome outcome;
        evaluated_ += 1;
        if (evaluate_position(in_.pool, ticks_, in_.cursor, in_.request, range, records::max_swap_steps, outcome) != Reason::none)
            return lowest();
        const Amounts back{u256(outcome.burn.amount0 + outcome.fees.amount0), u256(outcome.burn.amount1 + outcome.fees.amount1)};
        u256 cost;
        u256 worth;
        if (!value_wei(outcome.mint, in_.params.price0_x96, in_.params.price1_x96, cost)) return lowest();
        if (!value_wei(back, in_.params.price0_x96, in_.params.price1_x96, worth)) return lowest();
        return i256(i256(worth) - i256(cost));
    }

    static i256 lowest() { return i256(i256(1) << 255); }

    const SearchInput& in_;
    WindowTicks ticks_;
    i256 best_ = lowest();
    std::uint64_t evaluated_ = 0;
};

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
        Exhaustive exhaustive(*made, *memo);
        i256 best = exhaustive.best_gross();
        evaluated += exhaustive.evaluated();
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
