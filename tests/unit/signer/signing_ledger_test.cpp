// The signing ledger: one digest for one nonce, for ever.
// SPDX-License-Identifier: Apache-2.0
#include "signer/ledger.hpp"

#include "base/hex.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace jitbox::signer {
namespace {

std::array<Binding, 2> bindings(std::uint8_t content, std::uint64_t nonce = 5, std::uint8_t address = 1) {
    std::array<Binding, 2> out;
    for (std::size_t i = 0; i < 2; ++i) {
        out[i].address.fill(address);
        out[i].chain_id = 31337;
        out[i].nonce = nonce + i;
        out[i].digest.fill(static_cast<std::uint8_t>(content + i));
        out[i].payload = {content, static_cast<std::uint8_t>(i)};
    }
    return out;
}

constexpr std::array<chain::Signature, 2> signatures = {chain::Signature{.r = 1, .s = 2, .y_parity = 1},
                                                        chain::Signature{.r = 3, .s = 4, .y_parity = 0}};

TEST(SigningLedger, TheSameDigestGivesTheStoredSignatureAlsoAfterAReopen) {
    const test::TempDir dir;
    {
        auto ledger = Ledger::open(dir.file("l.db")).value();
        const auto fresh = ledger.bind(bindings(10)).value();
        EXPECT_FALSE(fresh[0].signature);
        ASSERT_TRUE(ledger.store(bindings(10), signatures));
    }
    auto ledger = Ledger::open(dir.file("l.db")).value();
    const auto again = ledger.bind(bindings(10)).value();
    EXPECT_EQ(again[0].signature, signatures[0]);
    EXPECT_EQ(again[1].signature, signatures[1]);
    EXPECT_EQ(again[1].payload, (Bytes{10, 1}));
    EXPECT_EQ(ledger.highest_nonce(bindings(10)[0].address, 31337).value(), 6U);
}

TEST(SigningLedger, AnotherDigestIsRefusedAndBothAreNamed) {
    const test::TempDir dir;
    auto ledger = Ledger::open(dir.file("l.db")).value();
    ASSERT_TRUE(ledger.bind(bindings(10)));
    const auto refused = ledger.bind(bindings(20));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, RefusalCode::nonce_bound);
    EXPECT_NE(refused.error().what.find(to_hex(bindings(10)[0].digest)), std::string::npos) << refused.error().what;
    EXPECT_NE(refused.error().what.find(to_hex(bindings(20)[0].digest)), std::string::npos) << refused.error().what;
}

TEST(SigningLedger, BindsBothNoncesOrNone) {
    const test::TempDir dir;
    auto ledger = Ledger::open(dir.file("l.db")).value();
    ASSERT_TRUE(ledger.bind(bindings(10, 6)));  // nonces 6 and 7
    ASSERT_FALSE(ledger.bind(bindings(20, 5))); // 5 is free, 6 is not
    EXPECT_FALSE(ledger.find(bindings(10)[0].address, 31337, 5).value()) << "a refused bundle must leave nothing";
    EXPECT_TRUE(ledger.bind(bindings(30, 4, 2))) << "another key has nonces of its own";
}

TEST(SigningLedger, EvenRawSqlCannotChangeOrRemoveADigest) {
    const test::TempDir dir;
    auto ledger = Ledger::open(dir.file("l.db")).value();
    ASSERT_TRUE(ledger.bind(bindings(10)));
    auto raw = store::Database::open(dir.file("l.db"), std::array<const char*, 1>{""}).value();
    EXPECT_FALSE(raw->execute("UPDATE signatures SET digest = x'00'"));
    EXPECT_FALSE(raw->execute("DELETE FROM signatures"));
}

} // namespace
} // namespace jitbox::signer
