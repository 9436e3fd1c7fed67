// reciprocal against its definition, and bit for bit against the steps that tests/formal/reciprocal.mjs proves to keep to it:
// around both ends of the interval of each of its 1,024 seeds, and at random places inside. divide_digit is exact with every
// reciprocal that does. SPDX-License-Identifier: Apache-2.0
#include "Vreciprocal.h"

#include "clocked.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <iostream>
#include <random>

namespace {

using Wide = unsigned _BitInt(128);

/// Seed and two Newton steps of reciprocal.mjs for the divisor `x`.
std::uint64_t proved_steps(std::uint64_t x) {
    const Wide y0 = 8388607 / (1025 + (((x - 1) >> 25U) - 1024));
    const Wide e0 = ((Wide{1} << 48) - 1 - x * y0) >> 14;
    const Wide y1 = (y0 << 18) + ((y0 * e0) >> 16);
    const Wide e1 = ((Wide{1} << 66) - 1 - x * y1) >> 22;
    return static_cast<std::uint64_t>((y1 << 6) + ((y1 * e1) >> 38));
}

class Reciprocal : public testing::Test {
protected:
    static constexpr std::size_t kLatency = 7;
    static constexpr std::uint64_t kSeeds = 1024;
    static constexpr std::uint64_t kInterval = std::uint64_t{1} << 25;

    Reciprocal() : seed_(jitbox::test::random_seed()), random_(seed_) {
        dut_.in_valid = 0;
        jitbox::test::reset(dut_);
    }

    /// `d_top` goes in, and what went in seven clocks ago is judged.
    void clock(std::uint64_t d_top) {
        dut_.in_valid = 1;
        dut_.d_top = d_top;
        inside_.push_back(d_top);
        jitbox::test::clock(dut_);
        if (inside_.size() < kLatency) return;
        const std::uint64_t judged = inside_.front();
        inside_.pop_front();
        const Wide divisor = Wide{judged} + 1;
        const Wide whole = Wide{1} << 72;
        const Wide found{dut_.recip};
        ASSERT_EQ(dut_.recip, proved_steps(judged + 1)) << "d_top " << judged;
        ASSERT_LE(found * divisor, whole) << "above the truth for d_top " << judged;
        ASSERT_GT((found + 3) * divisor, whole) << "more than two short for d_top " << judged;
    }

    Vreciprocal dut_;
    std::deque<std::uint64_t> inside_;
    std::uint32_t seed_;
    std::mt19937_64 random_;
};

TEST_F(Reciprocal, IsNeverAboveAtMostTwoShortAndWhatIsProved) {
    constexpr std::uint64_t kNearEnd = 64;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
        const std::uint64_t begin = (kSeeds + seed) * kInterval;
        for (std::uint64_t i = 0; i < kNearEnd; ++i) {
            clock(begin + i);
            clock(begin + kInterval - 1 - i);
            clock(begin + random_() % kInterval);
            if (HasFatalFailure()) return;
        }
    }
    for (std::size_t i = 0; i < kLatency; ++i) clock(kSeeds * kInterval);
}

} // namespace
