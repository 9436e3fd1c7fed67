// What arming wants of the machine: a manifest that fits, a clock that is synchronised (ARM-2).
// SPDX-License-Identifier: Apache-2.0
#include "apps/arming/release_check.hpp"

#include "manifest/manifest.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <fstream>

namespace jitbox::apps {
namespace {

using testing::HasSubstr;

/// A key pair in minisign's formats, without a password.
struct ReleaseKey {
    ReleaseKey() {
        EXPECT_GE(sodium_init(), 0);
        std::array<unsigned char, 32> point{};
        std::array<unsigned char, 64> key{};
        crypto_sign_keypair(point.data(), key.data());
        std::string secret = std::string("Ed\0\0B2", 6) + std::string(48, '\0') + "12345678" + std::string(key.begin(), key.end()) +
                             std::string(32, '\0');
        secret_file = "untrusted comment: test\n" + base64(secret) + "\n";
        public_line = base64("Ed12345678" + std::string(point.begin(), point.end()));
    }
    static std::string base64(const std::string& bytes) {
        std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
        sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                          sodium_base64_VARIANT_ORIGINAL);
        out.pop_back();
        return out;
    }
    std::string secret_file;
    std::string public_line;
};

class ReleaseCheckTest : public testing::Test {
protected:
    ReleaseCheckTest() {
        config.arming.manifest = dir.file("manifest.json");
        config.arming.manifest_public_key = key.public_line;
        config.source_name = "jitd.toml";
        config.source_sha256 = std::string(64, '2');
        signer.binary_sha256 = std::string(64, '3');
        signer.config_name = "signer.toml";
        signer.config_sha256 = std::string(64, '4');
        release.binaries = {{"jitd", own}, {"jit-signer", signer.binary_sha256}};
        release.configuration = {{"jitd.toml", config.source_sha256}, {"signer.toml", signer.config_sha256}};
        release.contracts = {{"0x" + std::string(40, '5'), "0x" + std::string(64, '6')}};
    }
    void publish() const {
        const std::string text = manifest::format_manifest(release);
        std::ofstream(config.arming.manifest) << text;
        std::ofstream(config.arming.manifest.string() + ".minisig")
            << manifest::minisign(text, key.secret_file, "", "test").value();
    }
    [[nodiscard]] std::string objections() const {
        std::string out;
        for (const Error& error : check_release(config, installed(), signer).objections) out += error.what + "\n";
        return out;
    }

    [[nodiscard]] InstalledRelease installed() const {
        return {.own_binary = own, .programs = programs, .image = image, .profile = profile};
    }

    test::TempDir dir;
    ReleaseKey key;
    Config config;
    signer::SignerStatus signer;
    manifest::Manifest release;
    std::string image; ///< of the card; none
    std::string profile;
    std::filesystem::path programs;
    const std::string own = std::string(64, '1');
};

TEST_F(ReleaseCheckTest, what_was_released_has_no_objections_and_names_its_contracts) {
    publish();
    EXPECT_EQ(objections(), "");
    EXPECT_EQ(check_release(config, installed(), signer).contracts, release.contracts);
}

TEST_F(ReleaseCheckTest, every_contract_that_the_configuration_knows_must_be_listed) {
    const std::string executor = "0x" + std::string(38, '0') + "0a";
    config.chain.executor[19] = 0x0a;
    config.chain.executor_code_hash = "0x" + std::string(64, 'a');
    config.profile.emplace();
    config.profile->contracts.push_back({.name = "permit2", .address = {0xb}, .code_hash = "0x" + std::string(64, 'b')});
    ProfileFactory& factory = config.profile->factories.emplace_back();
    factory.address = {0xc};
    factory.code_hash = "0x" + std::string(64, 'c');
    factory.deployer = {0xd};
    factory.deployer_code_hash = "0x" + std::string(64, 'd');
    ProfileRouter& router = config.profile->routers.emplace_back();
    router.address = {0xe};
    router.code_hash = "0x" + std::string(64, 'e');
    ProfileToken& token = config.profile->tokens.emplace_back();
    token.address = {0xf};
    token.code_hash = "0x" + std::string(64, 'f');
    config.profile->tokens.emplace_back().address = {0x9}; // nobody has looked at it: no hash
    const auto all = released_contracts(config);
    EXPECT_EQ(all.size(), 6U);
    release.contracts = all;
    publish();
    EXPECT_EQ(objections(), "");
    for (const auto& [address, hash] : all) {
        release.contracts = all;
        release.contracts.erase(address);
        publish();
        EXPECT_THAT(objections(), HasSubstr("arm: the contract " + address + " is not in the manifest"));
        release.contracts[address] = "0x" + std::string(64, '1');
        publish();
        EXPECT_THAT(objections(), HasSubstr("arm: the contract " + address + " is not the manifest's: its hash is " + hash));
    }
    EXPECT_TRUE(all.contains(executor));
}

TEST_F(ReleaseCheckTest, the_profile_and_the_programs_beside_jitd_are_held_against_it_too) {
    config.chain.profile = "/etc/jitbox/chain.toml";
    profile = std::string(64, '7');
    publish();
    EXPECT_THAT(objections(), HasSubstr("arm: the configuration chain.toml is not in the manifest"));
    release.configuration["chain.toml"] = profile;
    programs = dir.path();
    std::ofstream(dir.file("jitctl")) << "a program";
    release.binaries["jitctl"] = std::string(64, '8');
    release.binaries["jit-guardian"] = std::string(64, '8'); // runs on another machine
    publish();
    EXPECT_THAT(objections(), HasSubstr("arm: the binary jitctl is not the manifest's"));
    EXPECT_THAT(objections(), testing::Not(HasSubstr("jit-guardian")));
    EXPECT_THAT(objections(), testing::Not(HasSubstr("chain.toml")));
}

TEST_F(ReleaseCheckTest, each_other_binary_and_configuration_is_its_own_objection) {
    release.binaries["jitd"] = std::string(64, '9');
    release.binaries["jit-signer"] = std::string(64, '9');
    release.configuration["jitd.toml"] = std::string(64, '9');
    release.configuration.erase("signer.toml");
    publish();
    EXPECT_THAT(objections(), HasSubstr("arm: the binary jitd is not the manifest's: its hash is 1111"));
    EXPECT_THAT(objections(), HasSubstr("arm: the binary jit-signer is not the manifest's: its hash is 3333"));
    EXPECT_THAT(objections(), HasSubstr("arm: the configuration jitd.toml is not the manifest's: its hash is 2222"));
    EXPECT_THAT(objections(), HasSubstr("arm: the configuration signer.toml is not in the manifest"));
}

TEST_F(ReleaseCheckTest, a_card_runs_the_image_of_the_manifest) {
    image = std::string(64, '7');
    publish();
    EXPECT_THAT(objections(), HasSubstr("arm: the image of the card is not the manifest's: its hash is 7777"));
    release.bitstream = image;
    publish();
    EXPECT_EQ(objections(), "");
}

TEST_F(ReleaseCheckTest, a_manifest_that_is_missing_changed_or_anothers_is_no_manifest) {
    EXPECT_THAT(objections(), HasSubstr("arm: manifest: cannot read"));
    publish();
    std::ofstream(config.arming.manifest, std::ios::app) << " ";
    EXPECT_THAT(objections(), HasSubstr("the signature does not verify"));
    publish();
    config.arming.manifest_public_key = ReleaseKey().public_line;
    EXPECT_THAT(objections(), HasSubstr("the signature does not verify")) << "the same key id, another key";
    EXPECT_TRUE(check_release(config, installed(), signer).contracts.empty());
}

TEST_F(ReleaseCheckTest, without_a_manifest_nothing_is_compared) {
    config.arming.manifest.clear();
    EXPECT_EQ(objections(), "");
}

TEST(ClockProblem, is_what_the_kernel_says) {
    timex good{};
    good.status = STA_PLL;
    good.maxerror = 20'000;
    EXPECT_EQ(clock_problem(TIME_OK, good), "");
    timex unsynchronised = good;
    unsynchronised.status |= STA_UNSYNC;
    EXPECT_EQ(clock_problem(TIME_OK, unsynchronised), "the clock is not synchronised");
    EXPECT_EQ(clock_problem(TIME_ERROR, good), "the clock is not synchronised");
    timex loose = good;
    loose.maxerror = 600'000;
    EXPECT_EQ(clock_problem(TIME_OK, loose), "the clock may be wrong by 600 ms, 500 ms are allowed");
}

TEST(ClockProblem, is_not_asked_for_when_the_configuration_does_not_want_it) {
    Config config;
    config.arming.require_synchronised_clock = false;
    EXPECT_EQ(clock_problem(config), "");
}

} // namespace
} // namespace jitbox::apps
