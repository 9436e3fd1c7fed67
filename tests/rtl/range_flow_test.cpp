// What range_flow is made of: flow_divide and flow_share, another operation each clock, against wide integers; flow_prices, rows of
// ticks, against TickMath of kernels/hls. Its other parts have benches of their own; the pipeline as a whole is held against the
// search of kernels/hls by rtl_range_engine_test. SPDX-License-Identifier: Apache-2.0
#include "Vflow_divide.h"
#include "Vflow_prices.h"
#include "Vflow_share.h"
#include "hls/range_search.hpp"
#include "rtl/clocked.hpp"
#include "rtl/random_wide.hpp"
#include "rtl/wide_port.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <deque>
#include <random>

namespace {

using namespace jitbox::hlsk;
using jitbox::test::clock;
using jitbox::test::put_wide;
using jitbox::test::take_wide;

class RangeFlow : public testing::Test {
protected:
    template <int Bits>
    ap_uint<Bits> number() {
        return jitbox::test::random_wide<Bits>(random_);
    }

    const std::uint32_t seed_ = jitbox::test::random_seed();
    std::mt19937_64 random_{seed_};
};

struct Division {
    ap_uint<384> n;
    ap_uint<320> d;
    bool up;
};

/// By the definition, so that nothing of the hardware's way is in it: q d <= n < (q + 1) d, or (q - 1) d < n <= q d.
void expect_quotient(const Division& asked, const ap_uint<192>& quotient, bool ok) {
    using Wide = ap_uint<576>;
    const Wide n = asked.n;
    const Wide d = asked.d;
    const Wide most = Wide(ap_uint<192>(~ap_uint<192>(0))); // the highest quotient
    const bool fits = asked.d != 0 && (asked.up ? n <= Wide(most * d) : n < Wide(Wide(most + 1) * d));
    ASSERT_EQ(ok, fits);
    if (!ok) return;
    const Wide product = Wide(Wide(quotient) * d);
    if (asked.up) {
        ASSERT_TRUE(n <= product && Wide(product - n) < d);
    } else {
        ASSERT_TRUE(product <= n && Wide(n - product) < d);
    }
}

TEST_F(RangeFlow, Divides) {
    constexpr std::size_t latency = 23;
    Vflow_divide dut;
    dut.in_valid = 1;
    put_wide(dut.n, ap_uint<384>(0));
    put_wide(dut.d, ap_uint<320>(1));
    dut.round_up = 0;
    jitbox::test::reset(dut);
    std::deque<Division> inside;
    for (int i = 0; i < 20000 && !HasFatalFailure(); ++i) {
        Division next{number<384>(), number<320>(), random_() % 2 == 0};
        if (random_() % 4 == 0) { // a multiple of the divisor, or next to one
            const ap_uint<192> quotient = number<192>();
            next.d = ap_uint<320>(number<192>() + ap_uint<192>(1));
            next.n = ap_uint<384>(ap_uint<384>(quotient) * ap_uint<384>(next.d));
            next.n = ap_uint<384>(next.n + ap_uint<384>(random_() % 3) - ap_uint<384>(1));
        }
        put_wide(dut.n, next.n);
        put_wide(dut.d, next.d);
        dut.round_up = next.up;
        inside.push_back(next);
        clock(dut);
        if (inside.size() < latency) continue;
        expect_quotient(inside.front(), take_wide<192>(dut.quotient), dut.ok);
        inside.pop_front();
    }
}

TEST_F(RangeFlow, TakesShares) {
    constexpr std::size_t latency = 7;
    struct Share {
        ap_uint<128> x;
        std::uint32_t part;
        std::uint32_t whole;
        bool up;
    };
    Vflow_share dut;
    dut.part = 0;
    dut.more = 0;
    jitbox::test::reset(dut);
    std::deque<Share> inside;
    for (int i = 0; i < 20000 && !HasFatalFailure(); ++i) {
        Share next{number<128>(), static_cast<std::uint32_t>(random_() % 1000001),
                   static_cast<std::uint32_t>(1 + random_() % 1000000), random_() % 2 == 0};
        if (random_() % 8 == 0) next.whole = static_cast<std::uint32_t>(1 + random_() % 10);
        if (next.part > next.whole && random_() % 4 != 0) std::swap(next.part, next.whole);
        if (next.whole == 0) next.whole = 1;
        const ap_uint<192> inverse =
            ap_uint<192>(ap_uint<192>(ap_uint<192>(1) << 168) + ap_uint<192>(next.whole - 1)) / ap_uint<192>(next.whole);
        put_wide(dut.x, next.x);
        put_wide(dut.inverse, inverse);
        dut.part = next.part;
        dut.more = next.up ? next.whole - 1 : 0;
        inside.push_back(next);
        clock(dut);
        if (inside.size() < latency) continue;
        const Share& was = inside.front();
        const ap_uint<192> n =
            ap_uint<192>(ap_uint<192>(was.x) * ap_uint<192>(was.part)) + ap_uint<192>(was.up ? was.whole - 1 : 0);
        ASSERT_TRUE(take_wide<129>(dut.share) == ap_uint<129>(ap_uint<192>(n / ap_uint<192>(was.whole))))
            << "operation " << i << " of seed " << seed_;
        inside.pop_front();
    }
}

/// The prices' divider, played here: 23 clocks.
class Prices {
public:
    Prices() {
        dut_.start = 0;
        dut_.out_ready = 0;
        dut_.phase = 0;
        jitbox::test::reset(dut_);
    }

    void tick() {
        dut_.eval();
        const ap_uint<320> d = take_wide<320>(dut_.d);
        const ap_uint<192> quotient =
            dut_.phase == 0 && d != 0 ? ap_uint<192>(ap_uint<384>(take_wide<384>(dut_.n) / ap_uint<384>(d))) : ap_uint<192>(0);
        quotients_.push_back(quotient);
        clock(dut_);
        dut_.phase = (dut_.phase + 1) % 7;
        if (quotients_.size() == 23) {
            put_wide(dut_.quotient, quotients_.front());
            quotients_.pop_front();
        }
        dut_.eval();
    }

    Vflow_prices& dut() { return dut_; }

private:
    Vflow_prices dut_;
    std::deque<ap_uint<192>> quotients_;
};

TEST_F(RangeFlow, KnowsThePricesOfARowOfBounds) {
    Prices prices;
    Vflow_prices& dut = prices.dut();
    for (int row = 0; row < 8 && !HasFatalFailure(); ++row) {
        const auto count = static_cast<std::int32_t>(1 + random_() % 60);
        const auto width = static_cast<std::int32_t>(1 + random_() % 200) * (random_() % 2 == 0 ? 1 : -1);
        const std::int32_t step = width * static_cast<std::int32_t>(random_() % 2 == 0 ? 1 : 1 + random_() % 50);
        const std::int32_t way = step * count + width;
        std::int32_t first = static_cast<std::int32_t>(random_() % (2 * max_tick + 1)) - max_tick;
        if (row == 0) first = -way / 2; // on both sides of 0, and on it
        if (first + way > max_tick) first = max_tick - way;
        if (first + way < min_tick) first = min_tick - way;
        const auto port = [](std::int32_t tick) { return static_cast<std::uint32_t>(tick) & 0xffffffU; };
        dut.first = port(first);
        dut.step = port(step);
        dut.width = port(width);
        dut.count = static_cast<std::uint16_t>(count);
        dut.start = 1;
        prices.tick();
        dut.start = 0;
        std::deque<std::int32_t> bounds;
        for (std::int32_t i = 0; i < count; ++i) {
            if (i == 0 || step != width) bounds.push_back(first + i * step);
            bounds.push_back(first + i * step + width);
        }
        const unsigned stalls = random_() % 2 == 0 ? 0 : 95;
        for (int clocks = 0; !bounds.empty(); ++clocks) {
            ASSERT_LT(clocks, 100000) << "row " << row << " of seed " << seed_;
            dut.out_ready = random_() % 100 >= stalls;
            dut.eval();
            if (dut.out_valid && dut.out_ready) {
                ASSERT_EQ(dut.out_tick, port(bounds.front())) << "row " << row << " of seed " << seed_;
                ASSERT_TRUE(u256(take_wide<160>(dut.out_price)) == sqrt_ratio_at_tick(bounds.front()))
                    << "tick " << bounds.front() << " of seed " << seed_;
                bounds.pop_front();
            }
            prices.tick();
        }
    }
}

} // namespace
