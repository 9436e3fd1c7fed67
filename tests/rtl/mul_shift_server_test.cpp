// mul_shift_server: products shifted by what each request says, rounding and what an impossible one becomes, against the HLS
// source. SPDX-License-Identifier: Apache-2.0
#include "Vmul_shift_server.h"
#include "hls/wide_math_hardware.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/unit_server.hpp"

namespace {

using namespace jitbox::hlsk;
using namespace jitbox::test;

constexpr unsigned unit_mul_shift = 2;
enum Impossible : std::uint8_t { marked, most = 2 };
constexpr std::array<int, 4> shifts{0, 16, 96, 128};

class MulShiftServer : public UnitServer<Vmul_shift_server> {
protected:
    MulShiftServer() : UnitServer({.places = 16, .shortest = 5, .longest = 5}) { reset(dut_); }

    /// Next to what does not fit as often as any.
    UnitRequest request() override {
        const auto shift = static_cast<unsigned>(random_() % 4);
        u256 a = random_wide<256>(random_);
        u256 b = random_wide<256>(random_);
        if (random_() % 4 == 0) {
            a = u256(u256(~u256(0)) - u256(random_() % 3)); // with 2^s and more, one more than fits by rounding or by one
            b = u256(u256(u256(1) << shifts.at(shift)) + u256(random_() % 2));
        }
        const auto impossible = random_() % 2 != 0 ? most : marked;
        const auto others = static_cast<unsigned>(random_() % 256) & 0b1110'0000U; // of no meaning here
        return {.unit = unit_mul_shift,
                .option = static_cast<unsigned>(random_() % 2) | shift << 1U | static_cast<unsigned>(impossible) << 3U | others,
                .target = 0,
                .thread = 0,
                .d = 0,
                .a = a,
                .b = b,
                .c = random_wide<256>(random_)};
    }

    UnitWord expected(const UnitRequest& it) override {
        const int shift = shifts.at(it.option >> 1U & 3U);
        const u512 product = u256(it.a) * u256(it.b);
        const bool rest = shift != 0 && (product << (512 - shift)) != 0;
        const ap_uint<513> whole = ap_uint<513>(product >> shift) + ap_uint<513>((it.option & 1U) != 0 && rest ? 1 : 0);
        if ((whole >> 256) == 0) return UnitWord(whole);
        impossible_ += 1;
        return (it.option >> 3U & 3U) == most ? UnitWord(u256(~u256(0))) : UnitWord(UnitWord(1) << 256);
    }
    int impossible_ = 0;
};

TEST_F(MulShiftServer, MultipliesForWhoAskedInFiveClocks) {
    answers_all(60, 500);
    EXPECT_GT(impossible_, 3000);
}
TEST_F(MulShiftServer, HoldsWhatNobodyTakes) {
    fills_and_empties();
}
TEST_F(MulShiftServer, KnowsNothingOfBeforeAReset) {
    forgets_at_a_reset(300);
    EXPECT_GT(answers_, 1000);
}

} // namespace
