// mul_shift_server: products shifted by what each request says, or by a leg's fractions, rounding and what an impossible one
// becomes, against plain products. SPDX-License-Identifier: Apache-2.0
#include "Vmul_shift_server.h"
#include "hls/wide_math_hardware.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/unit_server.hpp"
#include "rtl/wide_port.hpp"

namespace {

using namespace jitbox::hlsk;
using namespace jitbox::test;

constexpr unsigned unit_mul_div = 1; ///< by a ratio whose fraction is there
constexpr unsigned unit_mul_shift = 2;
enum Impossible : std::uint8_t { marked, most = 2 };
constexpr std::array<int, 4> shifts{0, 276, 96, 128};

class MulShiftServer : public UnitServer<Vmul_shift_server> {
protected:
    MulShiftServer() : UnitServer({.places = 16, .shortest = 5, .longest = 5}) {
        for (Rate& rate : rates_)
            rate = Rate((Rate(random_wide<256>(random_)) << 21) | Rate(random_() % 0x200000)) >> static_cast<int>(random_() % 40);
        put_wide(dut_.fee_rate, rates_[0]);
        put_wide(dut_.keep_rate, rates_[1]);
        put_wide(dut_.share_rate, rates_[2]);
        reset(dut_);
    }

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
        const auto others = static_cast<unsigned>(random_() % 256) & 0b1110'0000U; // of no meaning here, but for a ratio
        const bool by_rate = (others & 0b0110'0000U) != 0 && random_() % 4 == 0;
        return {.unit = by_rate ? unit_mul_div : unit_mul_shift,
                .option = static_cast<unsigned>(random_() % 2) | shift << 1U | static_cast<unsigned>(impossible) << 3U | others,
                .target = 0,
                .thread = 0,
                .d = 0,
                .a = a,
                .b = b,
                .c = random_wide<256>(random_)};
    }

    UnitWord expected(const UnitRequest& it) override {
        const bool by_rate = it.unit == unit_mul_div;
        const int shift = by_rate ? 276 : shifts.at(it.option >> 1U & 3U);
        const Rate factor = by_rate ? rates_.at((it.option >> 5U & 3U) - 1) : Rate(u256(it.b));
        const Product product = Product(u256(it.a)) * Product(factor);
        const bool rest = shift != 0 && Product(product << (533 - shift)) != 0;
        const Product whole = Product(Product(product >> shift) + Product((it.option & 1U) != 0 && rest ? 1 : 0));
        if (by_rate) by_rate_ += 1;
        if ((whole >> 256) == 0) return UnitWord(whole);
        impossible_ += 1;
        return !by_rate && (it.option >> 3U & 3U) == most ? UnitWord(u256(~u256(0))) : UnitWord(UnitWord(1) << 256);
    }
    using Rate = ap_uint<277>;
    using Product = ap_uint<533>;
    std::array<Rate, 3> rates_;
    int impossible_ = 0;
    int by_rate_ = 0;
};

TEST_F(MulShiftServer, MultipliesForWhoAskedInFiveClocks) {
    answers_all(60, 500);
    EXPECT_GT(impossible_, 3000);
    EXPECT_GT(by_rate_, 3000);
}
TEST_F(MulShiftServer, HoldsWhatNobodyTakes) {
    fills_and_empties();
}
TEST_F(MulShiftServer, KnowsNothingOfBeforeAReset) {
    forgets_at_a_reset(300);
    EXPECT_GT(answers_, 1000);
}

} // namespace
