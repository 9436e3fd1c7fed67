// The stand-ins for Vitis's ap_int.h and hls_stream.h behave as Vitis documents: widening, truncation, signs, bit ranges.
// SPDX-License-Identifier: Apache-2.0
#include <ap_int.h>
#include <gtest/gtest.h>
#include <hls_stream.h>

namespace {

TEST(ApInt, SumsAreOneBitWiderAndProductsAsWideAsBoth) {
    const ap_uint<8> high = 255;
    EXPECT_EQ((high + high).to_uint(), 510U);
    EXPECT_EQ((high * high).to_uint(), 65025U);
    EXPECT_EQ(decltype(high + high)::width, 9);
    EXPECT_EQ(decltype(high * high)::width, 16);
}

TEST(ApInt, DifferencesAreSigned) {
    const ap_uint<8> small = 3;
    const ap_uint<8> large = 200;
    EXPECT_EQ((small - large).to_int(), -197);
    EXPECT_TRUE(small - large < 0);
}

TEST(ApInt, AssignmentTruncates) {
    const ap_uint<4> low = ap_uint<8>(0xab);
    EXPECT_EQ(low.to_uint(), 0xbU);
    const ap_int<4> negative = ap_uint<8>(0x0f);
    EXPECT_EQ(negative.to_int(), -1);
}

TEST(ApInt, ShiftsKeepTheWidthOfTheLeftSideAndEndInZero) {
    const ap_uint<8> x = 0x81;
    EXPECT_EQ((x << 1).to_uint(), 2U);
    EXPECT_EQ((x << 8).to_uint(), 0U);
    EXPECT_EQ((x >> 8).to_uint(), 0U);
    const ap_int<8> negative = -2;
    EXPECT_EQ((negative >> 1).to_int(), -1);
    EXPECT_EQ((negative >> 100).to_int(), -1);
}

TEST(ApInt, MixedSignsCompareByValue) {
    EXPECT_TRUE(ap_int<8>(-1) < ap_uint<8>(0));
    EXPECT_TRUE(ap_uint<64>(~0ULL) > ap_int<64>(-1));
    EXPECT_TRUE(ap_uint<256>(5) == 5);
}

TEST(ApInt, BitRangesReadAndWrite) {
    ap_uint<64> x = 0x1122334455667788ULL;
    EXPECT_EQ(x.range(15, 8).to_uint64(), 0x77U);
    x.range(15, 8) = 0xaaU;
    EXPECT_EQ(x.to_uint64(), 0x112233445566aa88ULL);
    EXPECT_TRUE(bool(x[3]));
    x[3] = false;
    EXPECT_EQ(x.to_uint64(), 0x112233445566aa80ULL);
}

TEST(HlsStream, KeepsOrderBeyondItsFirstCapacity) {
    hls::stream<int> stream;
    for (int i = 0; i < 10; ++i) stream.write(i);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(stream.read(), i);
    for (int i = 10; i < 1000; ++i) stream.write(i);
    for (int i = 5; i < 1000; ++i) EXPECT_EQ(stream.read(), i);
    int left = 0;
    EXPECT_FALSE(stream.read_nb(left));
    EXPECT_TRUE(stream.empty());
}

} // namespace
