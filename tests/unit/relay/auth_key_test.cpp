// The relay key: its file, and signatures that ethers verifies (vector below).
// SPDX-License-Identifier: Apache-2.0
#include "relay/auth_key.hpp"

#include "base/hex.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace jitbox::relay {
namespace {

namespace fs = std::filesystem;

AuthKey key_of(std::uint8_t tag) {
    Bytes32 secret{};
    secret.fill(tag);
    return *AuthKey::from_secret(secret);
}

TEST(AuthKey, ASignatureVerifiesForItsBodyOnly) {
    const AuthKey key = key_of(0x11);
    const std::string header = key.signature_header("{\"a\":1}");
    EXPECT_EQ(verify_signature_header(header, "{\"a\":1}"), key.address());
    EXPECT_FALSE(verify_signature_header(header, "{\"a\":2}"));
}

TEST(AuthKey, TheSignatureIsWhatEthersMakes) {
    // ethers 6: w = new Wallet('0x' + '11'.repeat(32)); w.address.toLowerCase() + ':' + await w.signMessage(id('{"a":1}'))
    const std::string ethers =
        "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a:0x9e91b0c4f29bd848026d58fa05584966f26c2325b641817f635e60f3281e5a88"
        "1ac61ea6918dcec82772cdb9ecc1bdff7fdefe06d4f8b143a6edd34a1b26c4081b";
    EXPECT_EQ(key_of(0x11).signature_header("{\"a\":1}"), ethers);
}

TEST(AuthKey, AForeignAddressOrAMalformedHeaderIsNoSignature) {
    const std::string header = key_of(0x11).signature_header("body");
    const std::string other = to_hex(key_of(0x22).address()) + header.substr(42);
    EXPECT_FALSE(verify_signature_header(other, "body"));
    for (const std::string& bad :
         {std::string(), std::string(":"), header.substr(1), header + "00", header.substr(0, header.size() - 2) + "1d",
          std::string("0x11:0x22"), header.substr(0, 43) + "0x" + std::string(130, '0')})
        EXPECT_FALSE(verify_signature_header(bad, "body")) << bad;
}

TEST(AuthKeyFile, IsMadeWhenMissingAndReadAgain) {
    const test::TempDir dir;
    const std::string path = dir.file("relay.key");
    const auto made = AuthKey::load_or_create(path);
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_EQ(fs::status(path).permissions() & fs::perms::mask, fs::perms::owner_read | fs::perms::owner_write);
    const auto again = AuthKey::load_or_create(path);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->address(), made->address());
}

TEST(AuthKeyFile, ReadableByOthersIsRefused) {
    const test::TempDir dir;
    const std::string path = dir.file("relay.key");
    ASSERT_TRUE(AuthKey::load_or_create(path));
    fs::permissions(path, fs::perms::group_read, fs::perm_options::add);
    const auto key = AuthKey::load_or_create(path);
    ASSERT_FALSE(key);
    EXPECT_NE(key.error().text().find("chmod 600"), std::string::npos);
}

TEST(AuthKeyFile, NonsenseIsRefusedWithoutQuotingIt) {
    const test::TempDir dir;
    const std::string path = dir.file("relay.key");
    for (const std::string& text :
         {std::string("secret-but-no-key"), std::string(64, '0'), std::string(64, 'f'), std::string(66, '1')}) {
        std::ofstream(path) << text;
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
        const auto key = AuthKey::load_or_create(path);
        ASSERT_FALSE(key) << text;
        EXPECT_EQ(key.error().text().find(text), std::string::npos);
    }
    EXPECT_FALSE(AuthKey::load_or_create(dir.path().string())) << "a directory";
    EXPECT_FALSE(AuthKey::load_or_create(dir.file("missing/relay.key")));
}

} // namespace
} // namespace jitbox::relay
