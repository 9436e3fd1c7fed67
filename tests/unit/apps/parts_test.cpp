// Every number of the configuration reaches the part that it is for, and no other: all of them differ here.
// SPDX-License-Identifier: Apache-2.0
#include "apps/runtime/parts.hpp"

#include "base/hex.hpp"

#include <gtest/gtest.h>

namespace jitbox::apps {
namespace {

using namespace std::chrono_literals;

const std::string text = R"(
environment = "development"
[chain]
id = 31337
name = "sandbox"
node_ws = "ws://127.0.0.1:8545"
executor = "0x00000000000000000000000000000000000000e1"
[paths]
runtime_dir = "/run/jitbox"
state_dir = "/var/lib/jitbox"
[feed]
backoff_ms = 101
backoff_max_ms = 102
stall_ms = 103
[strategy]
candidates = 104
tip_ppm = 105
tip_floor_wei = 106
mint_gas = 100007
burn_gas = 200008
priority_fee_wei = 109
fee_headroom_ppm = 110
max_tip_wei = 111
min_improvement_wei = 112
[risk]
max_position_wei = 120
max_pool_value_wei = 121
max_daily_loss_wei = 122
max_drawdown_ppm = 123
max_leverage_ppm = 124
max_concentration_ppm = 125
max_value_at_risk_wei = 126
max_gas_price_wei = 127
max_price_impact_ppm = 128
max_slippage_ppm = 129
max_orders_per_second = 130
max_concurrent_bundles = 31
max_retries = 132
min_profit_wei = 133
unusual_amount_wei = 134
unusual_amount = "review"
unusual_orders_per_hour = 135
unusual_frequency = "block"
unusual_destination = "alert"
[relay]
auth_key_file = "/etc/jitbox/relay.key"
deadline_ms = 140
[[tokens]]
symbol = "WETH"
address = "0x0000000000000000000000000000000000000001"
decimals = 18
price_x96 = 150
[[tokens]]
symbol = "USDC"
address = "0x0000000000000000000000000000000000000002"
decimals = 6
price_x96 = 151
[[pools]]
address = "0x00000000000000000000000000000000000000a1"
token0 = "0x0000000000000000000000000000000000000001"
token1 = "0x0000000000000000000000000000000000000002"
factory = "0x00000000000000000000000000000000000000f1"
deployer = "0x00000000000000000000000000000000000000f2"
init_code_hash = "0x00000000000000000000000000000000000000000000000000000000000000f3"
kind = "pancake_v3"
fee = 160
tick_spacing = 161
executor_pool_id = 162
budget0 = 163
budget1 = 164
[[relays]]
name = "first"
url = "http://127.0.0.1:9000"
cancel_style = "empty_bundle"
ca_file = "/etc/ca.pem"
fee_recipients = "0x00000000000000000000000000000000000000b1, 0x00000000000000000000000000000000000000b2"
[[relays]]
name = "second"
url = "http://127.0.0.1:9001"
fee_recipients = "0x00000000000000000000000000000000000000b3"
)";

constexpr std::array kinds{
    std::pair{"swap_router", accel::RouterKind::swap_router},
    std::pair{"swap_router02", accel::RouterKind::swap_router02},
    std::pair{"universal_router_v1_0", accel::RouterKind::universal_router_v1_0},
    std::pair{"universal_router", accel::RouterKind::universal_router},
    std::pair{"universal_router_v2", accel::RouterKind::universal_router_v2},
    std::pair{"universal_router_v2_1", accel::RouterKind::universal_router_v2_1},
};

std::string with_routers() {
    std::string out = text;
    for (std::size_t i = 0; i < kinds.size(); ++i)
        out += "[[routers]]\naddress = \"0x00000000000000000000000000000000000000c" + std::to_string(i) + "\"\nkind = \"" +
               kinds.at(i).first + "\"\nfactory = \"0x00000000000000000000000000000000000000d" + std::to_string(i) + "\"\n";
    return out;
}

Bytes20 address(std::uint8_t tag) {
    Bytes20 out{};
    out[19] = tag;
    return out;
}

class PartsTest : public testing::Test {
protected:
    PartsTest() : config(read(with_routers())), prices(config) {}

    static Config read(const std::string& file) {
        auto parsed = parse_config(file, "all-different.toml");
        if (parsed) return std::move(*parsed);
        for (const Error& error : parsed.error()) ADD_FAILURE() << error.text();
        return {};
    }

    Config config;
    TokenPrices prices;
};

TEST_F(PartsTest, the_engines_parameters_of_a_pool) {
    const accel::ParamsRecord params = params_of(config, prices, 0, 1000);
    EXPECT_EQ(params.pool_index, 0);
    EXPECT_EQ(params.candidates, 104);
    EXPECT_EQ(params.tip_ppm, 105U);
    EXPECT_EQ(params.tip_floor_wei, 106);
    EXPECT_EQ(params.gas_cost_wei, 1000 * (100'007 + 200'008)) << "both transactions up to their limits";
    EXPECT_EQ(params.price0_x96, 150);
    EXPECT_EQ(params.price1_x96, 151);
    EXPECT_EQ(params.budget0, 163);
    EXPECT_EQ(params.budget1, 164);
    EXPECT_EQ(params.min_profit_wei, 133);
}

TEST_F(PartsTest, the_planner) {
    const strategy::PlannerConfig planner = planner_config(config, prices);
    EXPECT_EQ(planner.chain_id, 31337U);
    EXPECT_EQ(planner.executor, address(0xe1));
    EXPECT_EQ(planner.mint_gas_limit, 100'007U);
    EXPECT_EQ(planner.burn_gas_limit, 200'008U);
    EXPECT_EQ(planner.max_priority_fee_per_gas_wei, 109);
    EXPECT_EQ(planner.fee_headroom_ppm, 110U);
    EXPECT_EQ(planner.max_tip_wei, 111);
    EXPECT_EQ(planner.min_improvement_wei, 112);
    EXPECT_EQ(planner.tolerance_ppm, 0U) << "exactly what was predicted, or nothing";
    ASSERT_EQ(planner.pools.size(), 1U);
    EXPECT_EQ(planner.pools[0].address, address(0xa1));
    EXPECT_EQ(planner.pools[0].executor_pool_id, 162);
    EXPECT_EQ(planner.pools[0].price0_x96, 150);
    EXPECT_EQ(planner.pools[0].price1_x96, 151);
}

TEST_F(PartsTest, the_risk_gate) {
    const risk::Limits limits = risk_limits(config);
    EXPECT_EQ(limits.max_position_value_wei, 120);
    EXPECT_EQ(limits.max_pool_value_wei, 121);
    EXPECT_EQ(limits.max_daily_loss_wei, 122);
    EXPECT_EQ(limits.max_gas_price_wei, 127);
    EXPECT_EQ(limits.max_gas_limit, 100'007U + 200'008U);
    EXPECT_EQ(limits.max_price_impact_ppm, 128U);
    EXPECT_EQ(limits.max_slippage_ppm, 129U);
    EXPECT_EQ(limits.max_orders_per_second, 130U);
    EXPECT_EQ(limits.max_concurrent_bundles, 31U);
    EXPECT_EQ(limits.max_retries, 132U);
    EXPECT_EQ(limits.min_profit_wei, 133);
    ASSERT_TRUE(limits.portfolio.has_value());
    const auto portfolio = limits.portfolio.value_or(risk::PortfolioLimits{});
    EXPECT_EQ(portfolio.max_drawdown_ppm, 123U);
    EXPECT_EQ(portfolio.max_leverage_ppm, 124U);
    EXPECT_EQ(portfolio.max_concentration_ppm, 125U);
    EXPECT_EQ(portfolio.max_value_at_risk_wei, 126);
    const risk::ScreenRules rules = screen_rules(config);
    EXPECT_EQ(rules.unusual_amount_wei, 134);
    EXPECT_EQ(rules.unusual_orders_per_hour, 135U);
    EXPECT_EQ(rules.amount, risk::Response::review);
    EXPECT_EQ(rules.frequency, risk::Response::block);
    EXPECT_EQ(rules.destination, risk::Response::alert);
}

TEST_F(PartsTest, feed_pools_and_relays) {
    const feed::FeedOptions feed = feed_options(config);
    EXPECT_EQ(feed.url, "ws://127.0.0.1:8545");
    EXPECT_EQ(feed.min_backoff, 101ms);
    EXPECT_EQ(feed.max_backoff, 102ms);
    EXPECT_EQ(feed.stall, 103ms);
    EXPECT_EQ(feed.log_addresses, std::vector<chain::Address>{address(0xa1)});
    const auto pools = pool_identities(config);
    ASSERT_EQ(pools.size(), 1U);
    EXPECT_EQ(pools[0].name, "WETH/USDC 160");
    EXPECT_EQ(pools[0].kind, pools::Kind::pancake_v3);
    EXPECT_EQ(pools[0].token0, address(1));
    EXPECT_EQ(pools[0].token1, address(2));
    EXPECT_EQ(pools[0].fee, 160U);
    EXPECT_EQ(pools[0].tick_spacing, 161);
    EXPECT_EQ(pools[0].factory, address(0xf1));
    EXPECT_EQ(pools[0].deployer.deployer, address(0xf2));
    EXPECT_EQ(pools[0].deployer.init_code_hash[31], 0xf3);
    const auto relays = relay_configs(config);
    ASSERT_EQ(relays.size(), 2U);
    EXPECT_EQ(relays[0].url, "http://127.0.0.1:9000");
    EXPECT_EQ(relays[0].deadline, 140ms);
    EXPECT_EQ(relays[0].cancel_style, relay::CancelStyle::empty_bundle);
    EXPECT_EQ(relays[0].ca_file, "/etc/ca.pem");
    EXPECT_EQ(relays[1].cancel_style, relay::CancelStyle::cancel_bundle);
}

TEST_F(PartsTest, every_kind_of_router) {
    const auto routers = router_table(config);
    ASSERT_EQ(routers.size(), kinds.size());
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        EXPECT_EQ(routers[i].kind, kinds.at(i).second) << kinds.at(i).first;
        EXPECT_EQ(routers[i].address, address(static_cast<std::uint8_t>(0xc0 + i)));
        EXPECT_EQ(routers[i].factory, address(static_cast<std::uint8_t>(0xd0 + i)));
    }
}

TEST_F(PartsTest, builders_are_known_when_every_relay_names_its_own) {
    EXPECT_EQ(builders(config), (std::vector<Bytes20>{address(0xb1), address(0xb2), address(0xb3)}));
    config.relays[1].fee_recipients.clear();
    EXPECT_TRUE(builders(config).empty()) << "a block of somebody else may be the second relay's";
}

TEST(FeeRecipients, a_list_with_a_mistake_is_refused_by_its_field) {
    for (const char* bad : {"0x12", ",", "0x0000000000000000000000000000000000000000"}) {
        std::string broken = text;
        const std::string good = "\"0x00000000000000000000000000000000000000b3\"";
        broken.replace(broken.find(good), good.size(), "\"" + std::string(bad) + "\"");
        const auto parsed =
            parse_config(broken + "[[routers]]\naddress = \"0x00000000000000000000000000000000000000c1\"\n"
                                  "kind = \"swap_router\"\nfactory = \"0x00000000000000000000000000000000000000d1\"\n",
                         "bad.toml");
        ASSERT_FALSE(parsed.has_value()) << bad;
        ASSERT_EQ(parsed.error().size(), 1U) << bad;
        EXPECT_NE(parsed.error()[0].what.find("relays[1].fee_recipients = " + std::string(bad)), std::string::npos)
            << parsed.error()[0].text();
        EXPECT_FALSE(parsed.error()[0].hint.empty());
    }
}

} // namespace
} // namespace jitbox::apps
