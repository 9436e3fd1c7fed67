// Chain profiles: the ones in the tree, what a profile has to be, and what a configuration has to agree with.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/chain_profile.hpp"

#include "apps/config/config.hpp"
#include "base/hex.hpp"
#include "chain/address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <iterator>

namespace jitbox::apps {
namespace {

using testing::HasSubstr;

const std::string good = R"(
[chain]
id = 31337
name = "sandbox"
base_fee = "ethereum"
block_time_s = 12
finality_blocks = 128
[[factories]]
kind = "uniswap_v3"
address = "0x1F98431c8aD98523631AE4a59f267346ea31F984"
init_code_hash = "0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
[[factories]]
kind = "pancake_v3"
address = "0x0BFbCF9fa4f9C56B0F40a671Ad40E0805A091865"
deployer = "0x41ff9AA7e16B8B1a8a8dc4f0eFacd93D02d071c9"
init_code_hash = "0x6ce8eb472fa82df5469c6ab6d485f17c3ad13c8cd7af59b3d4a8026c5ce0f7e2"
[[routers]]
kind = "swap_router02"
address = "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45"
factory = "0x1F98431c8aD98523631AE4a59f267346ea31F984"
[[tokens]]
symbol = "WETH"
address = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
decimals = 18
[[tokens]]
symbol = "USDC"
address = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
decimals = 6
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string all_of(const std::vector<Error>& errors) {
    std::string out;
    for (const Error& error : errors) out += error.text() + "\n";
    return out;
}

std::string mistakes(const std::string& text) {
    const auto profile = parse_profile(text, "test.toml");
    return profile ? "none" : all_of(profile.error());
}

ChainProfile shipped(const std::string& name) {
    auto profile = load_profile(JITBOX_SOURCE_DIR "/deploy/chains/" + name + ".toml");
    EXPECT_TRUE(profile.has_value()) << all_of(profile.error());
    return profile.value_or(ChainProfile{});
}

/// A pool as the chain's explorers know it.
struct KnownPool {
    const char* chain;
    const char* kind;
    const char* token_a;
    const char* token_b;
    std::uint32_t fee;
    const char* address;
};

constexpr KnownPool known_pools[] = {
    {"ethereum", "uniswap_v3", "WETH", "USDC", 500, "0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640"},
    {"ethereum", "pancake_v3", "WETH", "USDC", 500, "0x1ac1A8FEaAEa1900C4166dEeed0C11cC10669D36"},
    {"ethereum", "sushi_v3", "WETH", "USDC", 500, "0x35644Fb61aFBc458bf92B15AdD6ABc1996Be5014"},
    {"base", "uniswap_v3", "WETH", "USDC", 500, "0xd0b53D9277642d899DF5C87A3966A349A798F224"},
    {"base", "pancake_v3", "WETH", "USDC", 500, "0xB775272E537cc670C65DC852908aD47015244EaF"},
    {"bnb", "pancake_v3", "WBNB", "USDT", 500, "0x36696169C63e42cd08ce11f5deeBbCeBae652050"},
    {"bnb", "pancake_v3", "WBNB", "USDT", 100, "0x172fcD41E0913e95784454622d1c3724f546f849"},
    {"bnb", "uniswap_v3", "WBNB", "USDT", 100, "0x47a90A2d92A8367A91EfA1906bFc8c1E05bf10c4"},
    {"bnb", "sushi_v3", "WBNB", "USDT", 500, "0xC0E2792774b2F602F74f6056ED95AB958d253823"},
};

Bytes20 token_of(const ChainProfile& profile, const std::string& symbol) {
    for (const ProfileToken& token : profile.tokens)
        if (token.symbol == symbol) return token.address;
    ADD_FAILURE() << symbol << " is not in the profile";
    return {};
}

TEST(ChainProfileTest, the_factories_in_the_tree_give_the_addresses_of_pools_that_are_on_the_chains) {
    for (const KnownPool& known : known_pools) {
        const ChainProfile profile = shipped(known.chain);
        bool found = false;
        for (const ProfileFactory& factory : profile.factories) {
            if (factory.kind != known.kind) continue;
            found = true;
            const chain::PoolDeployer deployer{.deployer = factory.deployer,
                                               .init_code_hash = fixed_from_hex<32>(factory.init_code_hash).value_or(Bytes32{})};
            const Bytes20 pool =
                chain::pool_address(deployer, token_of(profile, known.token_a), token_of(profile, known.token_b), known.fee);
            EXPECT_EQ(chain::to_checksum(pool), known.address) << known.chain << " " << known.kind;
        }
        EXPECT_TRUE(found) << known.chain << " has no " << known.kind;
    }
}

TEST(ChainProfileTest, ethereum_an_l2_and_bnb_chain_are_in_the_tree) {
    EXPECT_EQ(shipped("ethereum").chain.id, 1U);
    EXPECT_EQ(shipped("base").chain.id, 8453U);
    EXPECT_EQ(shipped("bnb").chain.id, 56U);
}

TEST(ChainProfileTest, a_factory_makes_its_pools_itself_unless_it_is_pancakeswaps) {
    const auto profile = parse_profile(good, "good.toml");
    ASSERT_TRUE(profile.has_value()) << all_of(profile.error());
    EXPECT_EQ(profile->factories[0].deployer, profile->factories[0].address);
    EXPECT_EQ(chain::to_checksum(profile->factories[1].deployer), "0x41ff9AA7e16B8B1a8a8dc4f0eFacd93D02d071c9");
    EXPECT_THAT(mistakes(with(good, "deployer = \"0x41ff9AA7e16B8B1a8a8dc4f0eFacd93D02d071c9\"\n", "")),
                HasSubstr("profile: factories[1].deployer is missing"));
    EXPECT_THAT(mistakes(with(good, "kind = \"pancake_v3\"", "kind = \"sushi_v3\"")),
                HasSubstr("factories[1].deployer is not the factory"));
}

TEST(ChainProfileTest, an_address_needs_its_checksum_and_a_wrong_letter_is_named_with_its_field) {
    EXPECT_THAT(mistakes(with(good, "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45", "0x68b3465833fb72a70ecdf485e0e4c7bd8665fc45")),
                HasSubstr("profile: routers[0].address = 0x68b3465833fb72a70ecdf485e0e4c7bd8665fc45 has no EIP-55 checksum"));
    EXPECT_THAT(mistakes(with(good, "0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45", "0x68b3465833fb72A70ecDF485E0e4C7bD8665FC45")),
                HasSubstr("profile: routers[0].address"));
}

TEST(ChainProfileTest, every_mistake_of_a_file_is_reported_at_once) {
    std::string text = with(good, "id = 31337", "id = 0");
    text = with(text, "base_fee = \"ethereum\"", "base_fee = \"free\"");
    text = with(text, "decimals = 18", "decimal = 18");
    text = with(text, "factory = \"0x1F98431c8aD98523631AE4a59f267346ea31F984\"",
                "factory = \"0x88e6A0c2dDD26FEEb64F039a2c41296FcB3f5640\"");
    text = with(text, "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2");
    const std::string found = mistakes(text);
    for (const char* field : {"chain.id = 0 is out of range", "chain.base_fee = free", "tokens[0].decimals is missing",
                              "tokens[0].decimal is not a known key", "routers[0].factory",
                              "tokens[1].address = 0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2 is tokens[0].address too"})
        EXPECT_THAT(found, HasSubstr(field));
}

TEST(ChainProfileTest, an_empty_file_and_broken_syntax_say_what_they_lack) {
    EXPECT_THAT(mistakes(""), testing::AllOf(HasSubstr("chain.id is missing"), HasSubstr("factories has 0 entries")));
    EXPECT_THAT(mistakes("[chain\n"), HasSubstr("profile: test.toml:"));
}

/// A configuration that agrees with `good` in everything.
Config agreeing(const ChainProfile& profile) {
    Config config;
    config.environment = "production";
    config.chain.id = profile.chain.id;
    config.chain.block_time_s = profile.chain.block_time_s;
    config.pools.push_back({.factory = profile.factories[0].address,
                            .deployer = profile.factories[0].deployer,
                            .init_code_hash = profile.factories[0].init_code_hash,
                            .kind = "uniswap_v3"});
    config.routers.push_back(
        {.address = profile.routers[0].address, .kind = profile.routers[0].kind, .factory = profile.routers[0].factory});
    config.tokens.push_back({.symbol = "WETH", .address = profile.tokens[0].address, .decimals = 18});
    return config;
}

TEST(ChainProfileTest, a_configuration_uses_only_what_its_profile_has) {
    const auto profile = parse_profile(good, "good.toml");
    ASSERT_TRUE(profile.has_value());
    const auto against = [&](const std::function<void(Config&)>& change) {
        Config config = agreeing(*profile);
        change(config);
        std::vector<Error> errors;
        check_against_profile(config, *profile, errors);
        return errors.empty() ? "none" : all_of(errors);
    };
    EXPECT_EQ(against([](Config&) {}), "none");
    EXPECT_THAT(against([](Config& c) { c.chain.id = 1; }), HasSubstr("config: chain.id = 1 is not the profile's 31337"));
    EXPECT_THAT(against([](Config& c) { c.chain.block_time_s = 2; }), HasSubstr("chain.block_time_s"));
    EXPECT_THAT(against([](Config& c) { c.pools[0].factory[0] ^= 1; }), HasSubstr("pools[0].factory"));
    EXPECT_THAT(against([](Config& c) { c.pools[0].deployer[0] ^= 1; }), HasSubstr("pools[0].deployer"));
    EXPECT_THAT(against([](Config& c) { c.pools[0].init_code_hash.back() = 'f'; }), HasSubstr("pools[0].init_code_hash"));
    EXPECT_THAT(against([](Config& c) { c.pools[0].kind = "pancake_v3"; }), HasSubstr("pools[0].kind"));
    EXPECT_THAT(against([](Config& c) { c.routers[0].kind = "swap_router"; }), HasSubstr("routers[0]"));
    EXPECT_THAT(against([](Config& c) { c.tokens[0].decimals = 6; }), HasSubstr("tokens[0]"));
    EXPECT_THAT(against([](Config& c) {
                    c.relays.push_back(
                        {.name = "x", .url = "https://x.example", .cancel_style = {}, .ca_file = {}, .fee_recipients = {}});
                }),
                HasSubstr("relays[0].url = https://x.example is not in the profile"));
}

TEST(ChainProfileTest, a_chain_whose_base_fee_is_not_predicted_is_not_traded_on) {
    const auto profile = parse_profile(with(good, "\"ethereum\"", "\"op_stack\""), "op.toml");
    ASSERT_TRUE(profile.has_value());
    std::vector<Error> errors;
    check_against_profile(agreeing(*profile), *profile, errors);
    EXPECT_THAT(all_of(errors), HasSubstr("base_fee op_stack"));
}

TEST(ChainProfileTest, the_reference_in_the_documentation_is_the_schema) {
    std::ifstream in(JITBOX_SOURCE_DIR "/docs/chains.md");
    const std::string document{std::istreambuf_iterator<char>(in), {}};
    EXPECT_NE(document.find(profile_reference()), std::string::npos)
        << "docs/chains.md is out of date: replace its reference with the output of `jitctl chain reference`:\n"
        << profile_reference();
}

} // namespace
} // namespace jitbox::apps
