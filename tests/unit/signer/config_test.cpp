// jit-signer's configuration: all mistakes at once, by field; the PIN only from a private place (KEY-2).
// SPDX-License-Identifier: Apache-2.0
#include "signer/config.hpp"

#include "signer/trip_file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace jitbox::signer {
namespace {

class SignerConfig : public ::testing::Test {
protected:
    void SetUp() override {
        std::ofstream(dir.file("pin")) << "1234\n";
        std::filesystem::permissions(dir.file("pin"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        std::ofstream(dir.file("module.so")) << "x";
    }
    [[nodiscard]] std::string text() const {
        const std::string path = dir.path().string();
        return "[signer]\nenvironment = \"development\"\nchain_id = 31337\nexecutor = "
               "\"0x5FbDB2315678afecb367f032d93F642f64180aa3\"\nstate_dir = \"" +
               path + "\"\nsigning_socket = \"" + path + "/s\"\ncontrol_socket = \"" + path + "/c\"\nallowed_uids = [1000]\n" +
               "[limits]\nmax_gas_limit = 1000000\nmax_fee_per_gas_wei = \"1\"\nmax_priority_fee_per_gas_wei = \"1\"\nmax_tip_wei "
               "= \"5\"\n" +
               "max_ttl_s = 3600\n[hsm]\nmodule = \"" + path +
               "/module.so\"\ntoken = \"t\"\nkey_label = \"jit\"\nlanes = 2\npin_file = \"" + path + "/pin\"\n";
    }
    static std::string replaced(std::string text, const std::string& from, const std::string& to) {
        text.replace(text.find(from), from.size(), to);
        return text;
    }
    static std::string all(const std::vector<Error>& errors) {
        std::string out;
        for (const Error& error : errors) out += error.text() + "\n";
        return out;
    }
    test::TempDir dir;
};

TEST_F(SignerConfig, AWholeFileIsRead) {
    const auto config = parse_config(text(), "f", "");
    ASSERT_TRUE(config) << all(config.error());
    EXPECT_EQ(config->limits.chain_id, 31337U);
    EXPECT_EQ(config->limits.max_tip_wei, 5);
    EXPECT_EQ(config->hsm.token.key_labels, (std::vector<std::string>{"jit-0", "jit-1"}));
    EXPECT_EQ(config->hsm.token.pin.reveal(), "1234");
    EXPECT_EQ(config->allowed_uids, std::vector<std::uint32_t>{1000});
    EXPECT_EQ(config->max_ttl, std::chrono::hours(1));
}

TEST_F(SignerConfig, AWatcherIsNoOperator) {
    const std::string watched = replaced(text(), "allowed_uids = [1000]", "allowed_uids = [1000]\nwatcher_uids = [1001]");
    const auto config = parse_config(watched, "f", "");
    ASSERT_TRUE(config) << all(config.error());
    EXPECT_EQ(config->watcher_uids, std::vector<std::uint32_t>{1001});
    const std::string both = all(parse_config(replaced(watched, "[1001]", "[1000]"), "f", "").error());
    EXPECT_NE(both.find("signer.watcher_uids: 1000 is in allowed_uids too"), std::string::npos) << both;
    const std::string two_roles =
        all(parse_config(replaced(text(), "allowed_uids = [1000]", "operator_uids = [7]\nwatcher_uids = [7]"), "f", "").error());
    EXPECT_NE(two_roles.find("signer.watcher_uids: 7 is in operator_uids too"), std::string::npos) << two_roles;
    const std::string jitd_too =
        all(parse_config(replaced(text(), "allowed_uids = [1000]", "allowed_uids = [7]\noperator_uids = [7]"), "f", "").error());
    EXPECT_NE(jitd_too.find("signer.operator_uids: 7 is in allowed_uids too"), std::string::npos) << jitd_too;
}

TEST_F(SignerConfig, AProfileSetsWhatDiffersFromOneHsmToAnother) {
    const auto softhsm = parse_config(text(), "f", "").value();
    EXPECT_EQ(softhsm.hsm.token.network, Network::none);
    EXPECT_EQ(softhsm.hsm.session_timeout, std::chrono::seconds(0));
    const auto yubihsm = parse_config(text() + "profile = \"yubihsm2\"\n", "f", "").value();
    EXPECT_EQ(yubihsm.hsm.token.network, Network::internet);
    EXPECT_LT(yubihsm.hsm.session_timeout, std::chrono::seconds(30)) << "the device ends sessions after 30 s without use";
    const auto own = parse_config(text() + "profile = \"cloudhsm\"\ncall_deadline_ms = 100\n", "f", "").value();
    EXPECT_EQ(own.hsm.call_deadline, std::chrono::milliseconds(100)) << "a profile gives defaults";
    EXPECT_NE(all(parse_config(text() + "profile = \"nitro\"\n", "f", "").error()).find("none of softhsm2, cloudhsm, yubihsm2"),
              std::string::npos);
}

TEST_F(SignerConfig, KeysInAFileAreForDevelopmentAndReplaceTheModule) {
    const std::string with_file = text() + "key_file = \"/k\"\n";
    const std::string errors = all(parse_config(with_file, "f", "").error());
    EXPECT_NE(errors.find("hsm.module: does not go together with key_file"), std::string::npos) << errors;
    EXPECT_NE(errors.find("hsm.token: does not go together with key_file"), std::string::npos) << errors;
    const std::string production = all(parse_config(replaced(with_file, "development", "production"), "f", "").error());
    EXPECT_NE(production.find("hsm.key_file: keys in a file are for development only"), std::string::npos) << production;
}

TEST_F(SignerConfig, FiveMistakesAreFiveErrors) {
    std::string broken = text();
    broken =
        replaced(broken, "0x5FbDB2315678afecb367f032d93F642f64180aa3", "0x5FbDB2315678afecb367f032d93F642f64180aA3"); // checksum
    broken = replaced(broken, "max_tip_wei = \"5\"", "max_tip_wie = \"5\""); // misspelt: missing and unknown
    broken = replaced(broken, "lanes = 2", "lanes = 0");
    broken = replaced(broken, "/module.so", "/nowhere.so");
    const auto config = parse_config(broken, "f", "");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().size(), 5U) << all(config.error());
    for (const char* field :
         {"signer.executor", "limits.max_tip_wei: is missing", "limits.max_tip_wie: unknown key", "hsm.lanes", "hsm.module"})
        EXPECT_NE(all(config.error()).find(field), std::string::npos) << field << " in\n" << all(config.error());
}

TEST_F(SignerConfig, MissingSectionsAndUnknownSectionsAreNamed) {
    const auto config = parse_config("[singer]\n", "f", "");
    ASSERT_FALSE(config);
    for (const char* field : {"singer: unknown section", "signer: the section is missing", "limits: the section is missing",
                              "hsm: the section is missing"})
        EXPECT_NE(all(config.error()).find(field), std::string::npos) << field << " in\n" << all(config.error());
    EXPECT_NE(all(parse_config("[signer\n", "f", "").error()).find("line 1"), std::string::npos);
}

const std::string people = R"(
[approvals]
arm_threshold_wei = "5"
people = [
  { name = "alice", public_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
  { name = "bob", public_key = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
]
)";

const std::string anchor = R"(
[audit]
anchor = "file:/mnt/elsewhere/signer.head"
key_anchor = "file:/mnt/elsewhere/keys.head"
)";
const std::string prices = R"(
[prices]
tokens = [
  { symbol = "WETH", decimals = 18, least_wei = "1000000000000000000", most_wei = "1000000000000000000" },
  { symbol = "USDC", decimals = 6, least_wei = "200000000000000", most_wei = "800000000000000" },
]
pools = [{ id = 7, token0 = "USDC", token1 = "WETH" }]
)";
const std::string production_sections = people + prices + anchor;

TEST_F(SignerConfig, PeopleWhoApproveAreNamedWithTheirKeys) {
    const auto config = parse_config(text() + people, "f", "");
    ASSERT_TRUE(config) << all(config.error());
    ASSERT_EQ(config->approvals.approvers.size(), 2U);
    EXPECT_EQ(config->approvals.approvers[1].name, "bob");
    EXPECT_EQ(config->approvals.approvers[1].public_key[0], 1);
    EXPECT_EQ(config->approvals.arm_threshold_wei, 5);
    EXPECT_TRUE(config->approvals.needed_to_reset());
}

TEST_F(SignerConfig, MistakesAboutPeopleAreNamed) {
    const std::vector<std::pair<std::string, std::string>> mistakes = {
        {replaced(people, "\"bob\"", "\"alice\""), "approvals.people: 'alice' is there twice"},
        {replaced(people, "AQAA", "AAAA"), "approvals.people: the key of 'bob' is there twice"},
        {replaced(people, "AQAA", "A"), "approvals.people[1]"},
        {replaced(people, "name = \"bob\"", "nam = \"bob\""), "approvals.people[1]: must be"},
        {replaced(people, "arm_threshold_wei = \"5\"", ""), "approvals.arm_threshold_wei: is missing"},
        {"\n[approvals]\narm_threshold_wei = \"0\"\npeople = []\n", "has 0 of the two people"},
    };
    for (const auto& [section, expected] : mistakes) {
        const auto config = parse_config(text() + section, "f", "");
        ASSERT_FALSE(config) << expected;
        EXPECT_NE(all(config.error()).find(expected), std::string::npos) << expected << " in\n" << all(config.error());
    }
}

TEST_F(SignerConfig, BoundsOfPricesArePerTokenAndEveryPoolThatMayBeArmedIsNamed) {
    const auto config = parse_config(text() + prices, "f", "");
    ASSERT_TRUE(config) << all(config.error());
    ASSERT_EQ(config->price_bounds.size(), 1U);
    EXPECT_EQ(config->price_bounds[0].pool_id, 7);
    EXPECT_EQ(config->price_bounds[0].tokens[0].symbol, "USDC");
    EXPECT_EQ(config->price_bounds[0].tokens[1].most_wei, chain::parse_u256("1000000000000000000").value());
    const std::string without = replaced(text(), "development", "production") + people + anchor;
    EXPECT_NE(all(parse_config(without, "f", "").error()).find("prices: the section is missing"), std::string::npos);
}

TEST_F(SignerConfig, MistakesAboutPricesAreNamed) {
    const std::vector<std::pair<std::string, std::string>> mistakes = {
        {replaced(prices, "\"200000000000000\"", "\"0\""), "prices.tokens[1]: least_wei and most_wei"},
        {replaced(prices, "\"200000000000000\"", "\"800000000000001\""), "prices.tokens[1]: least_wei and most_wei"},
        {replaced(prices, "\"200000000000000\"", "\"2e14\""), "prices.tokens[1]: least_wei and most_wei"},
        {replaced(prices, "\"200000000000000\"", "200000000000000"), "prices.tokens[1]: least_wei and most_wei"},
        {replaced(prices, "decimals = 6", "decimals = 78"), "prices.tokens[1]: must be"},
        {replaced(prices, "decimals = 6,", ""), "prices.tokens[1]: must be"},
        {replaced(prices, "symbol = \"USDC\"", "symbol = \"WETH\""), "prices.tokens[1]: 'WETH' is there twice"},
        {replaced(prices, "token0 = \"USDC\"", "token0 = \"USDT\""), "prices.pools[0]: token0 is none of prices.tokens"},
        {replaced(prices, "id = 7", "id = 65536"), "prices.pools[0]: must be"},
        {replaced(prices, "\"WETH\" }]", "\"WETH\" }, { id = 7, token0 = \"USDC\", token1 = \"WETH\" }]"),
         "prices.pools[1]: pool 7 is there twice"},
        {"[prices]\ntokens = []\n", "prices.pools: must be a list that is not empty"},
        {prices + "floor = 1\n", "prices.floor: unknown key"},
    };
    for (const auto& [section, expected] : mistakes) {
        const auto config = parse_config(text() + section, "f", "");
        ASSERT_FALSE(config) << expected;
        EXPECT_NE(all(config.error()).find(expected), std::string::npos) << expected << " in\n" << all(config.error());
    }
}

TEST_F(SignerConfig, OnlyADevelopmentSignerGoesWithoutPeopleAndWithoutADeadMan) {
    for (const char* environment : {"staging", "production"}) {
        const std::string strict = replaced(text(), "development", environment);
        EXPECT_NE(all(parse_config(strict, "f", "").error()).find("approvals: the section is missing"), std::string::npos);
        EXPECT_NE(all(parse_config(strict, "f", "").error()).find("prices: the section is missing"), std::string::npos);
        ASSERT_TRUE(parse_config(strict + production_sections, "f", ""));
        for (const char* gap : {"0", "301"}) {
            const auto loose = parse_config(replaced(strict, "max_ttl_s", "max_beat_gap_ms = " + std::string(gap) + "\nmax_ttl_s") +
                                                production_sections,
                                            "f", "");
            ASSERT_FALSE(loose) << gap;
            EXPECT_NE(all(loose.error()).find("limits.max_beat_gap_ms: " + std::string(gap) + " is not within 1..300"),
                      std::string::npos);
        }
    }
    EXPECT_NE(all(parse_config(replaced(text(), "development", "devel"), "f", "").error()).find("signer.environment: 'devel'"),
              std::string::npos);
}

TEST_F(SignerConfig, OnlyAProductionSignerMustHaveAnAnchorAndEveryAnchorIsReadStrictly) {
    const std::string staging = replaced(text(), "development", "staging") + people + prices;
    EXPECT_TRUE(parse_config(staging, "f", ""));
    const auto missing = parse_config(replaced(text(), "development", "production") + people + prices, "f", "");
    ASSERT_FALSE(missing);
    EXPECT_NE(all(missing.error()).find("audit: the section is missing (add [audit]"), std::string::npos) << all(missing.error());
    const std::string one = replaced(text(), "development", "production") + people + prices + "[audit]\nanchor = \"file:/h\"\n";
    EXPECT_NE(all(parse_config(one, "f", "").error()).find("audit.key_anchor: is missing"), std::string::npos);
    const auto config = parse_config(staging + anchor, "f", "").value();
    EXPECT_EQ(config.audit_anchor, "file:/mnt/elsewhere/signer.head");
    EXPECT_EQ(config.anchor_max_behind, std::chrono::seconds(30));
    for (const auto& [section, expected] : std::vector<std::pair<std::string, std::string>>{
             {"[audit]\n", "audit.anchor: is missing"},
             {"[audit]\nanchor = \"usb\"\n", "audit.anchor: audit: anchor 'usb' is neither a file nor a TPM"},
             {"[audit]\nanchor = \"file:/h\"\nanchor_max_behind_ms = 1\n", "audit.anchor_max_behind_ms: 1 is not within"},
             {"[audit]\nanchor = \"file:/h\"\nankor = 1\n", "audit.ankor: unknown key"},
             {"[audit]\nanchor = \"file:/h\"\nkey_anchor = \"usb\"\n", "audit.key_anchor: audit: anchor 'usb' is neither"},
             {"[audit]\nanchor = \"file:/h\"\nkey_anchor = \"file:/h\"\n",
              "audit.key_anchor: is where the signer's own log is anchored"},
             {"[audit]\nanchor = \"tpm:0x01c10102\"\nkey_anchor = \"tpm:0x01c10102:device:/dev/tpmrm0\"\n",
              "audit.key_anchor: is where the signer's own log is anchored"}}) {
        const auto broken = parse_config(text() + section, "f", "");
        ASSERT_FALSE(broken) << expected;
        EXPECT_NE(all(broken.error()).find(expected), std::string::npos) << all(broken.error());
    }
}

TEST_F(SignerConfig, ThereIsNoMenuUnlessTheFileSaysSo) {
    EXPECT_EQ(parse_config(text(), "f", "").value().menu_candidates, 0U);
    const auto config = parse_config(text() + "[menu]\ncandidates = 8\n", "f", "").value();
    EXPECT_EQ(config.menu_candidates, 8U);
    EXPECT_EQ(config.menu_max_age, std::chrono::seconds(12));
    for (const char* wrong : {"[menu]\n", "[menu]\ncandidates = 257\n", "[menu]\ncandidates = 1\nmax_age_ms = 0\n"})
        EXPECT_NE(all(parse_config(text() + wrong, "f", "").error()).find("menu."), std::string::npos) << wrong;
    EXPECT_NE(all(parse_config(text() + "sessions = 3\n", "f", "").error()).find("hsm.sessions: 3 is not within 1..2"),
              std::string::npos);
}

TEST_F(SignerConfig, ProductionRefusesDefaultsAndWhatOthersMayTouch) {
    const std::string file = dir.file("signer.toml");
    const auto refusals = [&](const std::string& content) {
        std::ofstream(file, std::ios::trunc) << content;
        const auto config = load_config(file);
        return config ? "" : all(config.error());
    };
    const std::string production = replaced(replaced(text(), "development", "production"), "31337", "1") + production_sections;
    std::filesystem::permissions(dir.path(), std::filesystem::perms::owner_all);
    std::ofstream(dir.file("pin"), std::ios::trunc) << "58-arbitrary-1\n";
    EXPECT_EQ(refusals(production), "");
    EXPECT_NE(refusals(replaced(text(), "development", "production") + production_sections).find("31337 is a development chain"),
              std::string::npos);
    std::ofstream(dir.file("pin"), std::ios::trunc) << "1234\n";
    EXPECT_NE(refusals(production).find("the PIN is a default"), std::string::npos);
    std::ofstream(dir.file("pin"), std::ios::trunc) << "58-arbitrary-1\n";
    std::filesystem::permissions(file, std::filesystem::perms::group_write, std::filesystem::perm_options::add);
    EXPECT_NE(refusals(production).find("others may write it"), std::string::npos);
    std::filesystem::permissions(file, std::filesystem::perms::group_write, std::filesystem::perm_options::remove);
    std::filesystem::permissions(dir.path(), std::filesystem::perms::others_exec, std::filesystem::perm_options::add);
    EXPECT_NE(refusals(production).find("is open to others"), std::string::npos);
    EXPECT_EQ(refusals(text()), "") << "development does not mind";
}

TEST_F(SignerConfig, APinFileOpenToOthersIsRefused) {
    std::filesystem::permissions(dir.file("pin"), std::filesystem::perms::group_read, std::filesystem::perm_options::add);
    const auto config = parse_config(text(), "f", "");
    ASSERT_FALSE(config);
    EXPECT_NE(all(config.error()).find("chmod 600"), std::string::npos) << all(config.error());
}

TEST_F(SignerConfig, APinFileThatIsALinkOrEmptyOrMissingIsRefused) {
    std::filesystem::create_symlink(dir.file("pin"), dir.file("link"));
    EXPECT_FALSE(read_pin_file(dir.file("link")));
    EXPECT_FALSE(read_pin_file(dir.file("missing")));
    EXPECT_FALSE(read_pin_file(dir.path().string()));
    std::ofstream(dir.file("pin"), std::ios::trunc) << "\n";
    EXPECT_FALSE(read_pin_file(dir.file("pin")));
    std::ofstream(dir.file("pin"), std::ios::trunc) << "12\n34\n";
    EXPECT_FALSE(read_pin_file(dir.file("pin")));
}

TEST_F(SignerConfig, ThePinMayBeASystemdCredential) {
    const std::string path = dir.file("pin");
    const std::string with_credential = replaced(text(), "pin_file = \"" + path + "\"", "pin_credential = \"pin\"");
    const auto config = parse_config(with_credential, "f", dir.path().string());
    ASSERT_TRUE(config) << all(config.error());
    EXPECT_EQ(config->hsm.token.pin.reveal(), "1234");
    EXPECT_NE(all(parse_config(with_credential, "f", "").error()).find("LoadCredential"), std::string::npos);
    EXPECT_NE(all(parse_config(text() + "pin_credential = \"pin\"\n", "f", dir.path().string()).error()).find("exactly one"),
              std::string::npos);
}

TEST_F(SignerConfig, ThePinIsNotInAnyErrorText) {
    std::ofstream(dir.file("pin"), std::ios::trunc) << "verysecret\nverysecret\n";
    EXPECT_EQ(all(parse_config(text(), "f", "").error()).find("verysecret"), std::string::npos);
}

TEST(TripFile, RemembersAcrossReopens) {
    const test::TempDir dir;
    EXPECT_FALSE(TripFile::open(dir.file("trip")).value()->tripped());
    ASSERT_TRUE(TripFile::open(dir.file("trip")).value()->store(true));
    EXPECT_TRUE(TripFile::open(dir.file("trip")).value()->tripped());
    ASSERT_TRUE(TripFile::open(dir.file("trip")).value()->store(false));
    EXPECT_FALSE(TripFile::open(dir.file("trip")).value()->tripped());
}

TEST(TripFile, DamagedContentCountsAsTripped) {
    const test::TempDir dir;
    std::ofstream(dir.file("trip")) << "CLEAR";
    EXPECT_TRUE(TripFile::open(dir.file("trip")).value()->tripped());
}

} // namespace
} // namespace jitbox::signer
