// A lease is armed with the prices that its approvals name, unless they have moved too far since.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/approved_prices.hpp"

#include "signer/approval.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::apps {
namespace {

std::vector<signer::LeasePool> lease(std::uint64_t price0, std::uint64_t price1) {
    return {{.pool_id = 0, .price0_x96 = price0, .price1_x96 = price1}, {.pool_id = 5, .price0_x96 = 7, .price1_x96 = 9}};
}

std::string approved(const std::vector<signer::LeasePool>& pools) {
    signer::ArmRequest terms;
    terms.operator_name = "alice";
    terms.pools = pools;
    return signer::arm_subject(1, Bytes20{0xe}, terms);
}

TEST(ApprovedPrices, AreTheLeasesThoughPricesHaveMovedALittle) {
    auto now = lease(1'010'000, 2'000'000);
    ASSERT_TRUE(take_approved_prices(approved(lease(1'000'000, 2'000'000)), 10'000, now)) << "1 %, exactly what is allowed";
    EXPECT_EQ(now, lease(1'000'000, 2'000'000)) << "so that the subject is the one that was approved";
}

TEST(ApprovedPrices, ThatAreTooFarFromNowAreRefused) {
    for (const auto& [price0, price1] : {std::pair{1'010'001U, 2'000'000U}, std::pair{1'000'000U, 1'980'000U}}) {
        auto now = lease(price0, price1);
        const auto taken = take_approved_prices(approved(lease(1'000'000, 2'000'000)), 10'000, now);
        ASSERT_FALSE(taken);
        EXPECT_THAT(taken.error().what, testing::HasSubstr("the prices of pool 0 have moved by more than 10000 ppm"));
    }
    auto now = lease(1'000'000, 2'000'000);
    EXPECT_FALSE(take_approved_prices(approved(lease(0, 2'000'000)), 10'000, now)) << "a price of nothing is no price";
}

TEST(ApprovedPrices, OfASubjectThatIsNoneChangeNothing) {
    for (const char* subject : {"", "{", "[]", "{}", R"({"pools": 5})", R"({"pools": [1, {"pool_id": "0"}]})"}) {
        auto now = lease(1, 2);
        EXPECT_TRUE(take_approved_prices(subject, 10'000, now)) << subject;
        EXPECT_EQ(now, lease(1, 2)) << subject;
    }
}

} // namespace
} // namespace jitbox::apps
