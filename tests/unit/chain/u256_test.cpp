// Text, bytes and products of 256-bit integers against their plain definitions, over random numbers of every width.
// SPDX-License-Identifier: Apache-2.0
#include "chain/u256.hpp"
#include "chain/wide_math.hpp"
#include "support/seed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace jitbox::chain {
namespace {

constexpr u256 highest = ~static_cast<u256>(0);

class U256 : public ::testing::Test {
protected:
    /// Any width from 0 to 256 bits, and the neighbours of powers of two among them.
    u256 number() {
        u256 out = 0;
        for (int i = 0; i < 4; ++i) out = (out << 64) | random_();
        const auto width = random_() % 257;
        out = width == 0 ? 0 : out >> (256 - width);
        if (random_() % 4 == 0 && width != 0) out = (static_cast<u256>(1) << (width - 1)) - random_() % 2;
        return out;
    }

private:
    std::mt19937_64 random_{test::random_seed()};
};

/// Digit by digit.
std::string plain_decimal(u256 value) {
    std::string out;
    do {
        out.push_back(static_cast<char>('0' + static_cast<int>(value % 10)));
        value /= 10;
    } while (value != 0);
    std::ranges::reverse(out);
    return out;
}

TEST_F(U256, DecimalTextIsDigitByDigitAndReadsBack) {
    EXPECT_EQ(to_decimal(highest), "115792089237316195423570985008687907853269984665640564039457584007913129639935");
    EXPECT_EQ(to_decimal(u256{0}), "0");
    for (const std::uint64_t chunk : {std::uint64_t{1}, std::uint64_t{10'000'000'000'000'000'000ULL}})
        for (const u256& value : {u256{chunk}, u256{chunk} * chunk, u256{chunk} * chunk * chunk, u256{chunk} * chunk - 1})
            EXPECT_EQ(to_decimal(value), plain_decimal(value));
    for (int i = 0; i < 2000; ++i) {
        const u256 value = number();
        ASSERT_EQ(to_decimal(value), plain_decimal(value));
        ASSERT_EQ(parse_u256(to_decimal(value)).value(), value);
    }
}

TEST_F(U256, BigEndianBytesAreByteByByteAndReadBackAtEveryLength) {
    for (int i = 0; i < 2000; ++i) {
        const u256 value = number();
        const Bytes32 bytes = to_big_endian(value);
        for (unsigned at = 0; at < 32; ++at) ASSERT_EQ(bytes[31 - at], static_cast<std::uint8_t>(value >> (8 * at)));
        ASSERT_EQ(from_big_endian(bytes), value);
        const std::size_t size = static_cast<std::size_t>(i) % 33;
        ASSERT_EQ(from_big_endian(BytesView(bytes).first(size)), size == 0 ? u256{0} : value >> (8 * (32 - size)));
    }
}

TEST_F(U256, ProductsAreDividedOverTheirFullWidth) {
    for (int i = 0; i < 20'000; ++i) {
        const u256 a = number();
        const u256 b = number();
        const u256 d = number();
        if (d == 0) {
            ASSERT_FALSE(mul_div(a, b, d));
            ASSERT_FALSE(mul_div_up(a, b, d));
            continue;
        }
        const u512 product = static_cast<u512>(a) * b;
        const u512 down = product / d;
        const u512 up = down + (product % d == 0 ? 0 : 1);
        ASSERT_EQ(mul_div(a, b, d), down > highest ? std::nullopt : std::optional(static_cast<u256>(down)));
        ASSERT_EQ(mul_div_up(a, b, d), up > highest ? std::nullopt : std::optional(static_cast<u256>(up)));
    }
}

} // namespace
} // namespace jitbox::chain
