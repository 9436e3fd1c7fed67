// The manifest: strict, and every difference is named.
// SPDX-License-Identifier: Apache-2.0
#include "manifest/manifest.hpp"

#include "manifest/sha256.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jitbox::manifest {
namespace {

using testing::HasSubstr;

Manifest some() {
    return {.binaries = {{"jitd", std::string(64, 'a')}},
            .configuration = {{"jitd.toml", std::string(64, 'b')}},
            .bitstream = "",
            .contracts = {{"0x" + std::string(40, '1'), "0x" + std::string(64, 'c')}}};
}

TEST(ManifestTest, what_is_written_is_read) {
    EXPECT_EQ(parse_manifest(format_manifest(some())).value(), some());
}

TEST(ManifestTest, mistakes_are_named) {
    const auto refusal = [](const std::string& from, const std::string& to) {
        std::string text = format_manifest(some());
        text.replace(text.find(from), from.size(), to);
        const auto parsed = parse_manifest(text);
        return parsed ? std::string() : parsed.error().what;
    };
    EXPECT_THAT(refusal("{", "["), HasSubstr("not a JSON object"));
    EXPECT_THAT(refusal("\"jitbox_manifest\":1", "\"jitbox_manifest\":2"), HasSubstr("jitbox_manifest is not 1"));
    EXPECT_THAT(refusal("\"bitstream\"", "\"bitsteam\""), HasSubstr("unknown member 'bitsteam'"));
    EXPECT_THAT(refusal("aaaa", "aaa"), HasSubstr("binaries.jitd is no hash"));
    EXPECT_THAT(refusal("bbbb", "bbbB"), HasSubstr("configuration.jitd.toml is no hash"));
    EXPECT_THAT(refusal("0xcc", "cc"), HasSubstr("contracts.0x1111111111111111111111111111111111111111 is no hash"));
    EXPECT_THAT(refusal("\"contracts\"", "\"contract\""), HasSubstr("unknown member 'contract'"));
}

TEST(ManifestTest, a_difference_says_both_hashes_and_a_stranger_is_no_match) {
    EXPECT_EQ(difference(some().binaries, "binary", "jitd", std::string(64, 'a')), "");
    EXPECT_EQ(difference(some().binaries, "binary", "jitd", "0123"),
              "the binary jitd is not the manifest's: its hash is 0123, the manifest says " + std::string(64, 'a'));
    EXPECT_EQ(difference(some().binaries, "binary", "jit-signer", ""), "the binary jit-signer is not in the manifest");
}

TEST(Sha256Test, is_the_one_of_fips_180_4) {
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

} // namespace
} // namespace jitbox::manifest
