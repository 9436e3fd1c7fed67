// Clocks of the Verilated range_engine from the job to the result, by K and by steps of the swap alone; and candidates a second
// with legs always waiting. Prints markdown tables, which docs/performance.md has. SPDX-License-Identifier: Apache-2.0
#include "../rtl/range_engine_driver.hpp"
#include "../rtl/range_legs.hpp"
#include "dense_pool.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace jitbox::test {
namespace {

using namespace hlsk;

/// dense_pool as a leg; its amount is still zero.
EngineLeg dense_leg(bool zero_for_one, std::uint32_t candidates, bool exact_in = true) {
    const DensePool dense = dense_pool();
    EngineLeg leg;
    leg.pool = dense.state;
    leg.window = dense.window;
    leg.params = generous_params(candidates);
    leg.request = dense_swap(zero_for_one, exact_in);
    return leg;
}

u256 leg_amount(const EngineLeg& leg, std::uint32_t steps, RatioMemo& memo) {
    return amount_for({.state = leg.pool, .window = leg.window}, leg.request, steps, memo);
}

/// The same pool with no other initialised tick: a swap of one step that passes `spacings` spacings, so that each is a candidate.
EngineLeg wide_swap(bool zero_for_one, std::uint32_t candidates, std::int32_t spacings) {
    EngineLeg leg = dense_leg(zero_for_one, candidates);
    leg.window.count = 0;
    leg.window.below = 0;
    const u256 end = sqrt_ratio_at_tick(leg.pool.tick + (zero_for_one ? -spacings : spacings) * dense_spacing);
    leg.request.amount = ten_to(26);
    leg.request.price_limit_x96 = end;
    return leg;
}

void latency_row(bool zero_for_one, bool exact_in, std::uint32_t steps, std::uint32_t candidates, RatioMemo& memo) {
    std::mt19937_64 random(1);
    EngineLeg leg = dense_leg(zero_for_one, candidates, exact_in);
    leg.request.amount = leg_amount(leg, steps, memo);
    RangeEngineDriver fresh(random);
    const auto first = fresh.run(leg);
    const std::uint64_t cold = fresh.clocks();
    const auto second = fresh.run(leg);
    if (!first || !second) throw std::runtime_error("no result");
    std::printf("| token%d in, exact %s | %u | %u | %u | %llu | %llu |\n", zero_for_one ? 0 : 1, exact_in ? "input" : "output",
                steps, candidates, second->candidates, static_cast<unsigned long long>(cold),
                static_cast<unsigned long long>(fresh.clocks()));
}

void latency(RatioMemo& memo) {
    std::puts("| swap | steps alone | K | evaluated | clocks, prices new | clocks, prices known |");
    std::puts("|---|---:|---:|---:|---:|---:|");
    for (const bool exact_in : {true, false}) {
        for (const bool zero_for_one : {true, false}) {
            for (const std::uint32_t steps : {1U, 2U, 4U, 8U})
                for (const std::uint32_t candidates : {1U, 16U, 64U, 256U})
                    latency_row(zero_for_one, exact_in, steps, candidates, memo);
        }
    }
}

/// One row: the legs run twice on one engine, the second time counted, so that prices are known as in service. Candidates a clock.
double throughput_row(const char* what, std::uint32_t candidates, const std::vector<EngineLeg>& legs) {
    constexpr double clock_mhz = 300;
    std::mt19937_64 random(1);
    RangeEngineDriver engine(random);
    const auto first = engine.stream(legs);
    const auto counted = engine.stream(legs);
    if (!first || !counted) throw std::runtime_error("no result");
    const auto clocks = static_cast<double>(counted->clocks);
    const auto evaluated = static_cast<double>(counted->candidates);
    std::printf("| %s | %u | %.1f | %.0f | %.1f | %.2f |\n", what, candidates, evaluated / static_cast<double>(legs.size()),
                clocks / static_cast<double>(legs.size()), clocks / evaluated, evaluated / clocks * clock_mhz);
    std::fflush(stdout);
    return evaluated / clocks;
}

/// kernel-contract.md: 30 M candidates a second at 300 MHz.
constexpr double least_a_clock = 0.1;

/// Whether legs of many candidates keep that bound.
bool throughput(RatioMemo& memo) {
    constexpr std::array<std::uint32_t, 2> few{64, 256};
    constexpr std::uint32_t most_candidates = 4096;
    constexpr std::array<std::int32_t, 2> spacings{30, 120};
    constexpr std::array<std::int32_t, 2> many{1000, 2000};
    std::puts(
        "\n| legs, always one waiting | K | evaluated a leg | clocks a leg | clocks a candidate | M candidates/s at 300 MHz |");
    std::puts("|---|---:|---:|---:|---:|---:|");
    for (const std::uint32_t steps : {1U, 2U, 4U, 8U}) {
        for (const std::uint32_t candidates : few) {
            std::vector<EngineLeg> legs{dense_leg(true, candidates), dense_leg(false, candidates)};
            for (EngineLeg& leg : legs) leg.request.amount = leg_amount(leg, steps, memo);
            throughput_row((std::to_string(steps) + (steps == 1 ? " step" : " steps")).c_str(), candidates, legs);
        }
    }
    for (const std::uint32_t candidates : few) {
        std::mt19937_64 random(1);
        std::vector<EngineLeg> legs;
        legs.reserve(20);
        for (int i = 0; i < 20; ++i) legs.push_back(usual_leg(random, memo));
        for (EngineLeg& leg : legs) leg.params.candidates = candidates;
        throughput_row("20 of the quality corpus", candidates, legs);
    }
    for (std::size_t i = 0; i < few.size(); ++i) {
        std::vector<EngineLeg> legs{wide_swap(true, few.at(i), spacings.at(i)), wide_swap(false, few.at(i), spacings.at(i))};
        throughput_row(("1 step over " + std::to_string(spacings.at(i)) + " spacings").c_str(), few.at(i), legs);
    }
    bool kept = true;
    for (const std::int32_t passed : many) {
        std::vector<EngineLeg> legs{wide_swap(true, most_candidates, passed), wide_swap(false, most_candidates, passed)};
        const double rate =
            throughput_row(("bitmap words over " + std::to_string(passed) + " spacings").c_str(), most_candidates, legs);
        if (rate < least_a_clock) kept = false;
    }
    return kept;
}

} // namespace
} // namespace jitbox::test

int main() {
    try {
        const auto memo = std::make_unique<jitbox::hlsk::RatioMemo>();
        memo->clear();
        jitbox::test::latency(*memo);
        if (jitbox::test::throughput(*memo)) return 0;
        std::fputs("rtl_range_bench: less than a candidate in ten clocks where there are many\n", stderr);
        return 1;
    } catch (const std::exception& failed) {
        std::fputs(failed.what(), stderr);
        return 1;
    }
}
