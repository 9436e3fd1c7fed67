// The configuration file: what is accepted, and that every mistake is reported at once, by field.
// SPDX-License-Identifier: Apache-2.0
#include "apps/config/config.hpp"

#include "apps/config/config_schema.hpp"
#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace jitbox::apps {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string good = R"(
environment = "development"
[chain]
id = 31337
name = "sandbox"
node_ws = "ws://127.0.0.1:8545"
executor = "0x00000000000000000000000000000000000000e1"
[paths]
runtime_dir = "/run/jitbox"
state_dir = "/var/lib/jitbox"
[strategy]
max_tip_wei = "5000000000000000000"
[risk]
max_position_wei = "300000000000000000000"
max_daily_loss_wei = "1000000000000000000"
max_gas_price_wei = 200000000000
min_profit_wei = 1000000000000
[relay]
auth_key_file = "/etc/jitbox/relay.key"
[[tokens]]
symbol = "WETH"
address = "0x0000000000000000000000000000000000000001"
decimals = 18
price_wei = "1000000000000000000"
[[tokens]]
symbol = "USDC"
address = "0x0000000000000000000000000000000000000002"
decimals = 6
price_wei = "400000000000000"
[[pools]]
address = "0x00000000000000000000000000000000000000a1"
token0 = "0x0000000000000000000000000000000000000001"
token1 = "0x0000000000000000000000000000000000000002"
factory = "0x00000000000000000000000000000000000000f1"
fee = 500
tick_spacing = 10
executor_pool_id = 0
budget0 = "100000000000000000000"
budget1 = 250000000000
[[routers]]
address = "0x00000000000000000000000000000000000000b1"
kind = "swap_router02"
factory = "0x00000000000000000000000000000000000000f1"
[[relays]]
name = "local"
url = "http://127.0.0.1:9000"
)";

std::string with(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string all_of(const ConfigErrors& errors) {
    std::string out;
    for (const Error& error : errors) out += error.text() + "\n";
    return out;
}

TEST(ConfigTest, a_complete_file_is_read_and_defaults_are_filled_in) {
    const auto config = parse_config(good, "good.toml");
    ASSERT_TRUE(config.has_value()) << all_of(config.error());
    EXPECT_EQ(config->chain.id, 31337U);
    EXPECT_EQ(config->chain.block_time_s, 12U);
    EXPECT_EQ(config->strategy.candidates, 64U);
    EXPECT_TRUE(config->risk.min_profit_wei == 1'000'000'000'000U);
    EXPECT_EQ(config->signer.signing_socket, "/run/jitbox/signer.sock");
    EXPECT_EQ(config->control.socket, "/run/jitbox/jitd.sock");
    EXPECT_EQ(config->telemetry.log_dir, "/var/lib/jitbox/logs");
    EXPECT_EQ(config->pools.at(0).kind, "uniswap_v3");
    EXPECT_EQ(config->routers.at(0).kind, "swap_router02");
}

TEST(ConfigTest, a_price_is_wei_a_whole_token_and_becomes_wei_a_unit_in_q96) {
    const auto config = parse_config(good, "good.toml");
    ASSERT_TRUE(config.has_value());
    EXPECT_EQ(chain::to_decimal(config->tokens[0].price_x96), chain::to_decimal(u256{1} << 96));
    // 4e14 wei for 1e6 units: 4e8 wei a unit.
    EXPECT_EQ(chain::to_decimal(config->tokens[1].price_x96), chain::to_decimal(u256{400'000'000} << 96));
}

TEST(ConfigTest, a_price_is_given_in_exactly_one_form) {
    const auto x96 = parse_config(with(good, "price_wei = \"400000000000000\"", "price_x96 = 77"), "good.toml");
    ASSERT_TRUE(x96.has_value()) << all_of(x96.error());
    EXPECT_TRUE(x96->tokens[1].price_x96 == 77);
    const auto both = parse_config(with(good, "decimals = 6", "decimals = 6\nprice_x96 = 5"), "bad.toml");
    ASSERT_FALSE(both.has_value());
    EXPECT_THAT(all_of(both.error()), HasSubstr("tokens[1].price_wei is there beside price_x96"));
    const auto none = parse_config(with(good, "price_wei = \"400000000000000\"", ""), "bad.toml");
    ASSERT_FALSE(none.has_value());
    EXPECT_THAT(all_of(none.error()), HasSubstr("tokens[1].price_wei is missing"));
}

TEST(ConfigTest, five_mistakes_are_five_messages_each_naming_its_field_and_what_to_do) {
    std::string text = with(good, "id = 31337", "id = \"mainnet\"");                              // wrong type
    text = with(text, "min_profit_wei = 1000000000000", "min_profit = 1");                        // missing, and an unknown key
    text = with(text, "node_ws = \"ws://127.0.0.1:8545\"", "node_ws = \"tcp://127.0.0.1:8545\""); // wrong scheme
    text = with(text, "token1 = \"0x0000000000000000000000000000000000000002\"",
                "token1 = \"0x0000000000000000000000000000000000000003\""); // a token without a price
    const auto config = parse_config(text, "bad.toml");
    ASSERT_FALSE(config.has_value());
    const std::string messages = all_of(config.error());
    EXPECT_EQ(config.error().size(), 5U) << messages;
    EXPECT_THAT(messages, HasSubstr("chain.id has the wrong type"));
    EXPECT_THAT(messages, HasSubstr("risk.min_profit_wei is missing"));
    EXPECT_THAT(messages, HasSubstr("risk.min_profit is not a known key"));
    EXPECT_THAT(messages, HasSubstr("chain.node_ws = tcp://127.0.0.1:8545"));
    EXPECT_THAT(messages, HasSubstr("pools[0].token1 = 0x0000000000000000000000000000000000000003 is not in [[tokens]]"));
    for (const Error& error : config.error()) EXPECT_FALSE(error.hint.empty()) << error.what;
}

TEST(ConfigTest, an_empty_file_names_everything_that_is_required) {
    const auto config = parse_config("", "empty.toml");
    ASSERT_FALSE(config.has_value());
    const std::string messages = all_of(config.error());
    for (const char* field : {"environment", "chain.id", "chain.executor", "paths.state_dir", "risk.min_profit_wei",
                              "relay.auth_key_file", "tokens", "pools", "relays"}) {
        EXPECT_THAT(messages, HasSubstr(std::string("config: ") + field + " "));
    }
}

TEST(ConfigTest, broken_syntax_names_line_and_column) {
    const auto config = parse_config("environment = \n", "broken.toml");
    ASSERT_FALSE(config.has_value());
    EXPECT_THAT(all_of(config.error()), HasSubstr("broken.toml:1:"));
}

TEST(ConfigTest, unknown_sections_and_unknown_keys_in_lists_are_errors) {
    const auto config = parse_config(with(good, "fee = 500", "fee = 500\nfees = 1") + "[strategi]\n", "bad.toml");
    ASSERT_FALSE(config.has_value());
    EXPECT_EQ(config.error().size(), 2U) << all_of(config.error());
    EXPECT_THAT(all_of(config.error()), HasSubstr("pools[0].fees is not a known key"));
    EXPECT_THAT(all_of(config.error()), HasSubstr("strategi is not a known key"));
}

TEST(ConfigTest, a_place_that_was_left_empty_is_to_be_filled_in) {
    const auto config =
        parse_config(with(good, "executor = \"0x00000000000000000000000000000000000000e1\"", "executor = \"\""), "bad.toml");
    ASSERT_FALSE(config.has_value());
    ASSERT_EQ(config.error().size(), 1U) << all_of(config.error());
    EXPECT_EQ(config.error()[0].what, "config: chain.executor is empty");
    EXPECT_THAT(config.error()[0].hint, StartsWith("fill it in (address): The executor contract"));
}

TEST(ConfigTest, out_of_range_negative_and_zero_values_are_named_with_what_is_allowed) {
    std::string text = with(good, "fee = 500", "fee = 0");
    text = with(text, "budget1 = 250000000000", "budget1 = -5");
    text = with(text, "executor = \"0x00000000000000000000000000000000000000e1\"",
                "executor = \"0x0000000000000000000000000000000000000000\"");
    const auto config = parse_config(text, "bad.toml");
    ASSERT_FALSE(config.has_value());
    const std::string messages = all_of(config.error());
    EXPECT_EQ(config.error().size(), 3U) << messages;
    EXPECT_THAT(messages, HasSubstr("pools[0].fee = 0 is out of range (use an integer in 1..999999)"));
    EXPECT_THAT(messages, HasSubstr("pools[0].budget1 = -5 is no amount"));
    EXPECT_THAT(messages, HasSubstr("chain.executor = 0x0000000000000000000000000000000000000000 is the zero address"));
}

TEST(ConfigTest, production_refuses_what_development_allows) {
    const auto config = parse_config(with(good, "\"development\"", "\"production\"") +
                                         "[telemetry]\nlog_level = \"debug\"\n[arming]\nrequire_synchronised_clock = false\n",
                                     "production.toml");
    ASSERT_FALSE(config.has_value());
    const std::string messages = all_of(config.error());
    EXPECT_THAT(messages, HasSubstr("chain.executor_code_hash"));
    EXPECT_THAT(messages, HasSubstr("audit.anchor is missing"));
    EXPECT_THAT(messages, HasSubstr("development chain"));
    EXPECT_THAT(messages, HasSubstr("relays[0].url is not encrypted"));
    EXPECT_THAT(messages, HasSubstr("telemetry.log_level = debug is a debug mode"));
    EXPECT_THAT(messages, HasSubstr("arming.manifest is missing"));
    EXPECT_THAT(messages, HasSubstr("arming.require_synchronised_clock = false"));
}

TEST(ConfigTest, manifest_and_its_key_belong_together) {
    EXPECT_THAT(all_of(parse_config(good + "\n[arming]\nmanifest = \"/m\"\n", "f").error()),
                HasSubstr("arming.manifest_public_key is missing"));
    EXPECT_THAT(all_of(parse_config(good + "\n[arming]\nmanifest = \"/m\"\nmanifest_public_key = \"RW\"\n", "f").error()),
                HasSubstr("arming.manifest_public_key: minisign: not a public key"));
}

TEST(ConfigTest, production_wants_its_files_to_itself) {
    const test::TempDir dir;
    Config config;
    config.environment = "production";
    config.paths = {.runtime_dir = dir.path(), .state_dir = dir.path()};
    const std::string file = dir.file("jitd.toml");
    std::ofstream(file) << good;
    const auto refused = [&] {
        ConfigErrors errors;
        check_permissions(file, config, errors);
        return all_of(errors);
    };
    std::filesystem::permissions(dir.path(), std::filesystem::perms::owner_all);
    std::filesystem::permissions(file, static_cast<std::filesystem::perms>(0644));
    EXPECT_EQ(refused(), "");
    std::filesystem::permissions(file, static_cast<std::filesystem::perms>(0664));
    EXPECT_THAT(refused(), HasSubstr("jitd.toml is open to others (mode 0664)"));
    std::filesystem::permissions(dir.path(), static_cast<std::filesystem::perms>(0750));
    EXPECT_THAT(refused(), HasSubstr("paths.state_dir"));
    config.environment = "development";
    EXPECT_EQ(refused(), "");
}

TEST(ConfigTest, an_audit_anchor_must_be_one_that_exists) {
    const auto config = parse_config(good + "\n[audit]\nanchor = \"usb:1\"\n", "usb.toml");
    ASSERT_FALSE(config.has_value());
    EXPECT_THAT(all_of(config.error()), HasSubstr("audit.anchor: audit: anchor 'usb:1' is neither a file nor a TPM"));
    EXPECT_TRUE(parse_config(good + "\n[audit]\nanchor = \"file:/mnt/head\"\n", "file.toml").has_value());
}

TEST(ConfigTest, only_mainnet_has_routers_of_its_own) {
    const std::size_t at = good.find("[[routers]]");
    const std::string without = good.substr(0, at) + good.substr(good.find("[[relays]]"));
    const auto sandbox = parse_config(without, "sandbox.toml");
    ASSERT_FALSE(sandbox.has_value());
    EXPECT_THAT(all_of(sandbox.error()), HasSubstr("routers is empty"));
    const auto mainnet = parse_config(with(without, "id = 31337", "id = 1"), "mainnet.toml");
    EXPECT_TRUE(mainnet.has_value()) << all_of(mainnet.error());
}

TEST(ConfigTest, tokens_in_the_wrong_order_and_ids_used_twice_are_errors) {
    std::string text = with(good, "token0 = \"0x0000000000000000000000000000000000000001\"",
                            "token0 = \"0x0000000000000000000000000000000000000002\"");
    text = with(text, "token1 = \"0x0000000000000000000000000000000000000002\"",
                "token1 = \"0x0000000000000000000000000000000000000001\"");
    const auto config = parse_config(text, "bad.toml");
    ASSERT_FALSE(config.has_value());
    EXPECT_THAT(all_of(config.error()), HasSubstr("pools[0].token0 is not below token1"));
}

/// The same file for another environment, with what that asks for besides limits.
std::string elsewhere(const std::string& environment) {
    std::string text = with(good, "development", environment);
    text = with(text, "id = 31337", "id = 1\nexecutor_code_hash = \"0x" + std::string(64, 'a') + "\"");
    text = with(text, "http://", "https://");
    return text + "[audit]\nanchor = \"file:/mnt/other/head\"\n";
}

TEST(ConfigTest, outside_of_development_every_limit_is_stated) {
    for (const char* environment : {"staging", "production"}) {
        const auto config = parse_config(elsewhere(environment), "limits.toml");
        ASSERT_FALSE(config.has_value());
        const std::string messages = all_of(config.error());
        for (const char* limit :
             {"max_pool_value_wei", "max_drawdown_ppm", "max_leverage_ppm", "max_concentration_ppm", "max_value_at_risk_wei",
              "value_at_risk_days", "max_price_impact_ppm", "max_slippage_ppm", "max_orders_per_second", "max_concurrent_bundles",
              "max_retries", "emergency_ppm", "unusual_amount_wei", "unusual_destination", "configuration_change"}) {
            EXPECT_THAT(messages, HasSubstr(std::string("config: risk.") + limit + " is missing")) << environment;
        }
        EXPECT_THAT(messages, HasSubstr("config: prices.file is missing"));
        EXPECT_THAT(messages, HasSubstr("config: prices.second_file is missing"));
        EXPECT_THAT(messages, HasSubstr("config: prices.max_age_ms is missing"));
    }
}

TEST(ConfigTest, development_takes_the_defaults_of_the_security_document) {
    const auto config = parse_config(with(good, "max_daily_loss_wei = \"1000000000000000000\"", ""), "defaults.toml");
    ASSERT_TRUE(config.has_value()) << all_of(config.error());
    const RiskConfig& risk = config->risk;
    const u256 ether = 1'000'000'000'000'000'000U;
    EXPECT_TRUE(risk.max_daily_loss_wei == 20 * ether) << "$50,000 at 2,500 an ether";
    EXPECT_EQ(risk.max_drawdown_ppm, 150'000U);
    EXPECT_EQ(risk.max_leverage_ppm, 3'000'000U);
    EXPECT_TRUE(risk.max_value_at_risk_wei == 40 * ether);
    EXPECT_EQ(risk.max_concentration_ppm, 300'000U);
    EXPECT_EQ(risk.max_orders_per_second, 10U);
    EXPECT_EQ(risk.max_slippage_ppm, 30'000U);
    EXPECT_TRUE(risk.unusual_amount_wei == 40 * ether);
    EXPECT_EQ(risk.unusual_amount, "block");
    EXPECT_EQ(risk.unusual_orders_per_hour, 100U);
}

TEST(ConfigTest, limits_that_contradict_each_other_are_errors) {
    std::string text = with(good, "[relay]", "max_pool_value_wei = 5\naggressive_ppm = 400000\nmax_value_at_risk_wei = 0\n[relay]");
    text = with(text, "min_profit_wei = 1000000000000", "min_profit_wei = 1\nmax_leverage = 3");
    const auto config = parse_config(text, "bad.toml");
    ASSERT_FALSE(config.has_value());
    const std::string messages = all_of(config.error());
    EXPECT_EQ(config.error().size(), 4U) << messages;
    EXPECT_THAT(messages, HasSubstr("risk.max_leverage is not a known key"));
    EXPECT_THAT(messages, HasSubstr("risk.max_value_at_risk_wei is zero"));
    EXPECT_THAT(messages, HasSubstr("risk.max_pool_value_wei = 5 is less than max_position_wei"));
    EXPECT_THAT(messages, HasSubstr("conservative_ppm = 500000, aggressive_ppm = 400000 and emergency_ppm = 1000000 do not rise"));
}

TEST(ConfigTest, prices_come_from_files_or_stand_in_the_configuration_but_not_both) {
    const std::string files = "[prices]\nfile = \"/run/prices/a.json\"\nsecond_file = \"/run/prices/b.json\"\n";
    std::string text = with(good, "price_wei = \"1000000000000000000\"", "");
    text = with(text, "price_wei = \"400000000000000\"", "");
    EXPECT_TRUE(parse_config(text + files, "files.toml").has_value());
    const auto both = parse_config(good + files, "both.toml");
    ASSERT_FALSE(both.has_value());
    EXPECT_THAT(all_of(both.error()), HasSubstr("tokens[0] has a static price beside prices.file"));
    const auto twice = parse_config(text + with(files, "b.json", "a.json"), "twice.toml");
    ASSERT_FALSE(twice.has_value());
    EXPECT_THAT(all_of(twice.error()), HasSubstr("prices.second_file is prices.file"));
    const auto alone = parse_config(good + "[prices]\nsecond_file = \"/run/prices/b.json\"\n", "alone.toml");
    ASSERT_FALSE(alone.has_value());
    EXPECT_THAT(all_of(alone.error()), HasSubstr("second_file is there without prices.file"));
}

TEST(ConfigTest, the_chain_is_the_second_price_source_when_every_token_is_reached_over_reference_pools) {
    std::string text = with(good, "price_wei = \"1000000000000000000\"", "");
    text = with(text, "price_wei = \"400000000000000\"", "");
    const std::string observing = "[prices]\nfile = \"/run/prices/a.json\"\nobserve_base = \"WETH\"\n";
    const std::string with_reference = with(text, "[[pools]]\n", "[[pools]]\nreference = true\n");
    const auto config = parse_config(with_reference + observing, "observed.toml");
    ASSERT_TRUE(config.has_value()) << all_of(config.error());
    EXPECT_EQ(config->prices.second_file, config->paths.runtime_dir / "prices-observed.json");
    EXPECT_EQ(config->prices.observe_node_ws, config->chain.node_ws);
    const auto refused = [](const std::string& broken) {
        const auto parsed = parse_config(broken, "broken.toml");
        return parsed ? std::string("accepted") : all_of(parsed.error());
    };
    EXPECT_THAT(refused(text + observing), HasSubstr("is in none of the reference pools that lead to the base"));
    EXPECT_THAT(refused(with_reference + with(observing, "WETH", "ETH")), HasSubstr("prices.observe_base = 'ETH' is no symbol"));
    EXPECT_THAT(refused(with_reference + observing + "second_file = \"/run/prices/b.json\"\n"),
                HasSubstr("prices.second_file is there beside prices.observe_base"));
    EXPECT_THAT(refused(with_reference + "[prices]\nobserve_base = \"WETH\"\n"),
                HasSubstr("second_file is there without prices.file"));
}

/// A value that the key cannot have, as TOML.
std::string wrong_value(schema::Type type, const char* range) {
    const std::string limits = range;
    switch (type) {
    case schema::Type::integer:
        return std::to_string(std::stoll(limits.substr(limits.find("..") + 2)) + 1);
    case schema::Type::wei:
        return "-1";
    case schema::Type::flag:
        return "\"yes\"";
    case schema::Type::text:
    case schema::Type::path:
        return "7";
    case schema::Type::choice:
    case schema::Type::address:
    case schema::Type::addresses:
    case schema::Type::checksummed:
    case schema::Type::url:
    case schema::Type::hash:
        return "\"nonsense\"";
    }
    return {};
}

/// Whether a file with nothing but this has a message about the field that says what to do.
testing::AssertionResult is_named(const std::string& file, const std::string& field) {
    const auto config = parse_config(file, "wrong.toml");
    if (config) return testing::AssertionFailure() << field << " was accepted";
    for (const Error& error : config.error()) {
        if (!error.what.starts_with("config: " + field + " ")) continue;
        if (error.hint.empty()) return testing::AssertionFailure() << error.what << ": no word about what to do";
        if (error.what.ends_with(" is missing")) return testing::AssertionFailure() << error.what << ", although it is there";
        return testing::AssertionSuccess();
    }
    return testing::AssertionFailure() << "nothing about " << field << ":\n" << all_of(config.error());
}

TEST(ConfigTest, each_key_that_is_wrong_is_named_with_what_to_do) {
    std::size_t keys = 0;
    const auto check = [&keys](const std::string& head, const std::string& field, const auto& key) {
        for (const std::string& value : {wrong_value(key.type, key.range), std::string("[1]")}) {
            std::string file = head;
            file.append(key.name).append(" = ").append(value).append("\n");
            EXPECT_TRUE(is_named(file, field + key.name)) << value;
        }
        ++keys;
    };
    for (const auto& key : schema::root_keys()) check("", "", key);
    schema::for_each_section([&](const std::string& name, const auto& table, auto) {
        for (const auto& key : table) check("[" + name + "]\n", name + ".", key);
    });
    schema::for_each_list([&](const std::string& name, const auto& table, auto, auto) {
        for (const auto& key : table) check("[[" + name + "]]\n", name + "[0].", key);
    });
    EXPECT_GT(keys, 100U);
}

TEST(ConfigTest, the_reference_in_the_documentation_is_the_schema) {
    std::ifstream in(JITBOX_SOURCE_DIR "/docs/configuration.md");
    const std::string document{std::istreambuf_iterator<char>(in), {}};
    ASSERT_FALSE(document.empty()) << "docs/configuration.md is missing";
    EXPECT_NE(document.find(config_reference()), std::string::npos)
        << "docs/configuration.md is out of date: replace its reference with the output of `jitd --config-reference`:\n"
        << config_reference();
}

} // namespace
} // namespace jitbox::apps
