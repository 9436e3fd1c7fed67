// ratio_rate: ratios of legs and ratios told ahead, in any order, against plain division; and that a product by the fraction is
// what mul_div gives. SPDX-License-Identifier: Apache-2.0
#include "Vratio_rate_down.h"
#include "Vratio_rate_up.h"

#include "hls/wide_math.hpp"
#include "rtl/clocked.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>

namespace {

using namespace jitbox::test;
using jitbox::hlsk::u256;
using Rate = ap_uint<277>;

constexpr std::uint32_t all = 1000000;
constexpr long clocks_of_a_division = 75;
constexpr long clocks_of_a_kept_one = 3;

struct Ratio {
    std::uint32_t part;
    std::uint32_t whole;
    bool operator==(const Ratio&) const = default;
};

Rate fraction(const Ratio& ratio, bool up) {
    const ap_uint<300> n = ap_uint<300>(ratio.part) << 276;
    const ap_uint<300> d = ratio.whole;
    return Rate(ap_uint<300>((up ? ap_uint<300>(n + d - 1) : n) / d));
}

class RatioRate : public testing::Test {
protected:
    /// As the engine has them: a fee of what is kept, what is kept of all, a protocol's share.
    Ratio draw() {
        constexpr std::array<std::uint32_t, 8> fees{100, 500, 2500, 3000, 10000, 0, 1, 999999};
        const std::uint32_t fee = random_() % 4 == 0 ? static_cast<std::uint32_t>(random_() % all) : fees[random_() % fees.size()];
        switch (random_() % 4) {
        case 0:
            return {fee, all - fee};
        case 1:
            return {all - fee, all};
        case 2:
            return {1, static_cast<std::uint32_t>(4 + random_() % 7)};
        default:
            return {static_cast<std::uint32_t>(random_() % 10001), 10000};
        }
    }

    /// One that is no fraction: more than the whole, or of nothing.
    Ratio draw_any() {
        const Ratio ratio = draw();
        return random_() % 8 != 0 ? ratio : random_() % 2 == 0 ? Ratio{all, all - 1} : Ratio{ratio.part, 0};
    }
    static bool is_fraction(const Ratio& ratio) { return ratio.part <= ratio.whole && ratio.whole != 0; }

    template <typename Dut>
    void begin_leg(Dut& dut, const Ratio& ratio) {
        dut.part = ratio.part;
        dut.whole = ratio.whole;
        dut.begin_leg = 1;
        clock(dut);
        dut.begin_leg = 0;
    }

    /// Clocks from the leg's beginning until its fraction is there, which is right and stays; -1 when it does not come.
    template <typename Dut>
    long await(Dut& dut, const Ratio& ratio, bool up) {
        for (long clocks = 1; clocks <= clocks_of_a_division; ++clocks) {
            if (dut.there) {
                EXPECT_EQ(take_wide<277>(dut.rate), fraction(ratio, up)) << ratio.part << " / " << ratio.whole;
                return clocks;
            }
            clock(dut);
        }
        return -1;
    }

    /// Some clocks with ratios told ahead; what the leg has stands.
    template <typename Dut>
    void tell_ahead(Dut& dut, long clocks, const Ratio& leg, bool up) {
        for (; clocks > 0; --clocks) {
            const Ratio ratio = draw_any();
            dut.ahead_valid = random_() % 16 == 0;
            dut.ahead_part = ratio.part;
            dut.ahead_whole = ratio.whole;
            const bool was_there = dut.there;
            clock(dut);
            EXPECT_TRUE(!was_there || dut.there);
            if (dut.there) EXPECT_EQ(take_wide<277>(dut.rate), fraction(leg, up));
        }
        dut.ahead_valid = 0;
    }

    template <typename Dut>
    void legs(Dut& dut, bool up) {
        dut.begin_leg = 0;
        dut.ahead_valid = 0;
        reset(dut);
        long kept = 0;
        for (int leg = 0; leg < 1000; ++leg) {
            const Ratio ratio = draw_any();
            begin_leg(dut, ratio);
            EXPECT_FALSE(dut.there);
            const auto before = static_cast<long>(random_() % 100); // the next leg may come before it is there
            if (random_() % 4 == 0) {
                tell_ahead(dut, before, ratio, up);
                continue;
            }
            const long clocks = await(dut, ratio, up);
            EXPECT_EQ(clocks > 0, is_fraction(ratio));
            if (clocks > 0 && clocks <= clocks_of_a_kept_one) ++kept;
            tell_ahead(dut, before, ratio, up);
        }
        EXPECT_GT(kept, 100);
    }

    /// One told ahead is there as soon as its leg begins, and a reset forgets it.
    template <typename Dut>
    void ahead(Dut& dut, bool up) {
        dut.begin_leg = 0;
        dut.ahead_valid = 0;
        for (const bool forgotten : {false, true}) {
            reset(dut);
            const Ratio ratio{3000, all - 3000};
            dut.ahead_part = ratio.part;
            dut.ahead_whole = ratio.whole;
            dut.ahead_valid = 1;
            clock(dut);
            dut.ahead_valid = 0;
            for (long i = 0; i < clocks_of_a_division; ++i) clock(dut);
            if (forgotten) reset(dut);
            begin_leg(dut, ratio);
            const long clocks = await(dut, ratio, up);
            EXPECT_EQ(clocks <= clocks_of_a_kept_one, !forgotten) << clocks;
        }
    }

    u256 number() {
        u256 x = 0;
        for (int i = 0; i < 4; ++i) x = u256((x << 64) | u256(static_cast<std::uint64_t>(random_())));
        return random_() % 4 == 0 ? u256(u256(0) - u256(1) - u256(random_() % 3)) : u256(x >> static_cast<int>(random_() % 256));
    }

    const std::uint32_t seed_ = random_seed();
    std::mt19937_64 random_{seed_};
};

TEST_F(RatioRate, HasALegsFractionWhateverWasBefore) {
    Vratio_rate_down down;
    legs(down, false);
    Vratio_rate_up up;
    legs(up, true);
}

TEST_F(RatioRate, HasOneThatWasToldAheadAtOnce) {
    Vratio_rate_down down;
    ahead(down, false);
    Vratio_rate_up up;
    ahead(up, true);
}

/// The claim that the unit stands on, for the largest numbers and for such whose product is a multiple of the whole, or one beside.
TEST_F(RatioRate, AProductByTheFractionIsTheDivision) {
    for (int i = 0; i < 20000; ++i) {
        Ratio ratio = draw();
        if (!is_fraction(ratio)) continue;
        u256 x = number();
        if (random_() % 2 == 0) x = u256(u256(u256(x / u256(ratio.whole)) * u256(ratio.whole)) + u256(random_() % 3) - u256(1));
        u256 divided;
        const ap_uint<533> down = ap_uint<533>(fraction(ratio, true)) * ap_uint<533>(x);
        ASSERT_TRUE(jitbox::hlsk::mul_div(x, u256(ratio.part), u256(ratio.whole), divided));
        ASSERT_EQ(u256(ap_uint<533>(down >> 276)), divided);
        const ap_uint<533> up = ap_uint<533>(fraction(ratio, false)) * ap_uint<533>(x);
        const bool more = ap_uint<276>(up) != 0;
        ASSERT_TRUE(jitbox::hlsk::mul_div_rounding_up(x, u256(ratio.part), u256(ratio.whole), divided));
        ASSERT_EQ(u256(u256(ap_uint<533>(up >> 276)) + u256(more ? 1 : 0)), divided);
    }
}

} // namespace
