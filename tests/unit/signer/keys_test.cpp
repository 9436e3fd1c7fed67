// Lock-out, ages and the key file, each without a signer.
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.hpp"
#include "chain/secp256k1.hpp"
#include "signer/key_admin.hpp"
#include "signer/key_file.hpp"
#include "signer/pin_guard.hpp"
#include "support/file_size_limit.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace jitbox::signer {
namespace {

using std::chrono::hours;
using Wall = std::chrono::system_clock;

TEST(PinGuard, FiveWrongPinsLockOutAndARightOneForgetsFewer) {
    const test::TempDir dir;
    const std::string path = dir.file("wrong-pins");
    for (int i = 0; i < 4; ++i) ASSERT_TRUE(PinGuard(path).count_wrong()); // a new object each time: a restart
    EXPECT_TRUE(PinGuard(path).may_try());
    ASSERT_TRUE(PinGuard(path).clear());
    EXPECT_EQ(PinGuard(path).wrong().value(), 0U);
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(PinGuard(path).count_wrong());
    const auto refused = PinGuard(path).may_try();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("locked out after 5 wrong PINs"), std::string::npos) << refused.error().what;
    EXPECT_NE(refused.error().hint.find("jitctl key unlock"), std::string::npos);
}

TEST(PinGuard, AFileThatIsNotOursLocks) {
    const test::TempDir dir;
    for (const char* content : {"", "0", "wrong PINs: 0", "wrong PINs: -\n", "wrong PINs: 00\n", "wrong PINs: 9\n"}) {
        std::ofstream(dir.file("wrong-pins")) << content;
        EXPECT_FALSE(PinGuard(dir.file("wrong-pins")).may_try()) << content;
    }
}

TEST(KeyRegistry, ThirtyDaysAreLegalAndNotASecondMore) {
    const auto now = Wall::time_point(std::chrono::seconds(2'000'000'000));
    const auto of_age = [&](std::chrono::seconds age) {
        return KeyRecord{.label = "jit-0", .address = {}, .created_s = 2'000'000'000 - age.count(), .retired_s = {}, .doubt_s = 0};
    };
    EXPECT_EQ(key_objection(of_age(hours(0)), now), "");
    EXPECT_EQ(key_objection(of_age(hours(24 * 30)), now), "");
    EXPECT_NE(key_objection(of_age(hours(24 * 30) + std::chrono::seconds(1)), now).find("past the limit of 30 days"),
              std::string::npos);
    EXPECT_EQ(key_objection(of_age(hours(-1)), now), "") << "a clock that was set right";
    EXPECT_NE(key_objection(of_age(hours(-2)), now).find("was made in the future"), std::string::npos);
    KeyRecord doubted = of_age(hours(1));
    doubted.doubt_s = doubted.created_s;
    EXPECT_NE(key_objection(doubted, now).find("is of a time of which nothing is known"), std::string::npos);
    --doubted.doubt_s;
    EXPECT_EQ(key_objection(doubted, now), "") << "made after it";
    KeyRecord retired = of_age(hours(1));
    retired.retired_s = 1'999'999'999;
    EXPECT_NE(key_objection(retired, now).find("is retired"), std::string::npos);
}

TEST(KeyAdmin, TheNextGenerationsLabel) {
    EXPECT_EQ(next_generation("jit"), "jit.2");
    EXPECT_EQ(next_generation("jit.2"), "jit.3");
    EXPECT_EQ(next_generation("jit.9"), "jit.10");
    EXPECT_EQ(next_generation("jit.eu"), "jit.eu.2");
    EXPECT_EQ(next_generation("jit.1"), "jit.1.2");
}

TokenSettings file_settings(const test::TempDir& dir, const char* passphrase) {
    TokenSettings out;
    out.key_file = dir.file("keys");
    out.key_labels = {"jit-0", "jit-1"};
    out.pin = Secret(passphrase);
    out.pin_guard = dir.file("wrong-pins");
    return out;
}

TEST(KeyFile, SignsWithTheKeysThatItListsAndHoldsNoSecretInTheOpen) {
    const test::TempDir dir;
    const TokenSettings settings = file_settings(dir, "correct horse");
    EXPECT_EQ(generate_missing_keys(settings).value(), (std::vector<std::string>{"jit-0", "jit-1"}));
    EXPECT_TRUE(generate_missing_keys(settings).value().empty()) << "they are there";
    const auto listed = list_keys(settings).value();
    ASSERT_EQ(listed.size(), 2U);
    auto token = open_key_file(settings).value();
    ASSERT_EQ(token->keys(), listed);
    const Bytes32 digest{1, 2, 3};
    for (std::size_t i = 0; i < 2; ++i) {
        const auto raw = token->sign(i, digest).value();
        EXPECT_TRUE(chain::complete_signature(raw.r, raw.s, digest, chain::address_of_public_key(listed[i].public_key).value()));
    }
    ASSERT_TRUE(destroy_key(settings, "jit-1"));
    EXPECT_EQ(list_keys(settings).value().size(), 1U);
    EXPECT_FALSE(destroy_key(settings, "jit-1"));
}

TEST(KeyFile, AWrongPassphraseIsCountedAndLocksOut) {
    const test::TempDir dir;
    ASSERT_TRUE(generate_missing_keys(file_settings(dir, "correct horse")));
    for (int i = 0; i < 5; ++i) {
        const auto refused = list_keys(file_settings(dir, "battery staple"));
        ASSERT_FALSE(refused);
        EXPECT_NE(refused.error().what.find("wrong passphrase"), std::string::npos) << refused.error().what;
    }
    const auto locked = list_keys(file_settings(dir, "correct horse"));
    ASSERT_FALSE(locked) << "also the right one";
    EXPECT_NE(locked.error().what.find("locked out"), std::string::npos) << locked.error().what;
}

TEST(KeyFile, AnyChangeAndAnyOpenModeIsRefused) {
    const test::TempDir dir;
    const TokenSettings settings = file_settings(dir, "correct horse");
    ASSERT_TRUE(generate_missing_keys(settings));
    std::filesystem::permissions(settings.key_file, std::filesystem::perms(0640));
    EXPECT_NE(open_key_file(settings).error().error.what.find("mode 0600"), std::string::npos);
    std::filesystem::permissions(settings.key_file, std::filesystem::perms(0600));
    std::string text;
    std::getline(std::ifstream(settings.key_file), text);
    for (std::size_t i = text.size() / 4; i < text.size(); i += text.size() / 4) {
        std::string other = text;
        other[i] = other[i] == '1' ? '2' : '1';
        std::ofstream(settings.key_file, std::ios::trunc) << other << "\n";
        EXPECT_FALSE(open_key_file(settings)) << "byte " << i;
    }
}

TEST(KeyFile, AFullDiskIsSaidAndLeavesTheKeysThatWereThere) {
    const test::TempDir dir;
    TokenSettings settings = file_settings(dir, "correct horse");
    ASSERT_TRUE(generate_missing_keys(settings));
    const auto keys = list_keys(settings).value();
    settings.key_labels.emplace_back("jit-2");
    for (const unsigned room : {100U, 400U}) { // the count of wrong passphrases has room, the file has none, or for its half
        const auto refused = [&] {
            const test::FileSizeLimit full(room);
            return generate_missing_keys(settings);
        }();
        ASSERT_FALSE(refused);
        EXPECT_NE(refused.error().what.find(settings.key_file), std::string::npos) << refused.error().what;
        EXPECT_EQ(refused.error().what.find("Success"), std::string::npos) << refused.error().what;
        EXPECT_NE(refused.error().hint.find("free space"), std::string::npos) << refused.error().hint;
        EXPECT_EQ(list_keys(settings).value(), keys);
        EXPECT_FALSE(std::filesystem::exists(settings.key_file + ".new")) << "it would keep the space that is needed";
    }
    EXPECT_EQ(generate_missing_keys(settings).value(), std::vector<std::string>{"jit-2"}) << "there is space again";
}

} // namespace
} // namespace jitbox::signer
